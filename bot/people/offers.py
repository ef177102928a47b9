"""What other rituals' messages offer of the team's settings, and how they learn that the offer was taken."""

from bot.i18n import _

SET_UP = "partner.set_up"
"""The id of the button."""

TEAM_SET_UP = "team_set_up"
"""The event in the inbox, `{"team": id}`; a ritual hears of it by its `Ritual.team_set_up`."""

TEAM_CHANGED = "team_changed"
"""The event in the inbox, `{"team": id, "was": [PM, tech lead]}`; a ritual hears of it by its `Ritual.team_changed`."""


def set_up_words() -> str:
    return _("Set up the team")
