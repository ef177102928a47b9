"""What other rituals' messages offer of the team's settings, and how they learn that the offer was taken."""

from bot.i18n import _

SET_UP = "partner.set_up"
"""The id of the button."""

TEAM_SET_UP = "team_set_up"
"""The event in the inbox, `{"team": id}`, once, when somebody has set a team up: one of a ritual's `own_events`."""

TEAM_CHANGED = "team_changed"
"""The event in the inbox, `{"team": id, "was": [PM, tech lead]}`, once, when a team has another PM or tech lead."""


def set_up_words() -> str:
    return _("Set up the team")
