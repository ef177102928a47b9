"""What other rituals' messages offer of the team's settings: the id of the button, and its words."""

from bot.i18n import _

SET_UP = "partner.set_up"


def set_up_words() -> str:
    return _("Set up the team")
