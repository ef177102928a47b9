"""Technical wins: work that would go unseen, what it makes possible, and whom to thank for it."""

from bot.i18n import _
from bot.people.offers import TEAM_SET_UP
from bot.ritual import Ritual
from bot.rituals.wins import ids, listeners

ritual = Ritual(
    name="wins",
    summary=lambda: _(
        "technical work that made something possible, and whom to thank; `/partner wins` lists it"
    ),
    commands={"/partner win": listeners.open_by_command, "/partner wins": listeners.list_wins},
    actions={
        ids.TELL: listeners.open_from_home,
        ids.RESUME: listeners.resume_draft,
        ids.DISCARD: listeners.discard_draft,
        ids.THANK: listeners.press_thank_you,
        ids.OPEN: listeners.open_page,
        ids.CHANGE: listeners.change,
        ids.WITHDRAW: listeners.change,
        ids.NEXT_PAGE: listeners.show_next_page,
    },
    views={ids.FORM: listeners.submit, ids.WITHDRAWAL: listeners.submit_withdrawal},
    home=listeners.home,
    agenda=listeners.agenda,
    own_events={TEAM_SET_UP: listeners.team_set_up},
)
