"""The decision log: "why did we decide X instead of Y?", answered months later."""

from bot.i18n import _
from bot.ritual import Ritual
from bot.rituals.decisions import ids, listeners
from bot.rituals.decisions.models import Answer

ritual = Ritual(
    name="decisions",
    summary=lambda: _("what we decided, why, and what else we considered"),
    commands={"/decision": listeners.run_command},
    shortcuts={ids.LOG: listeners.open_by_shortcut, ids.LOG_MESSAGE: listeners.open_from_message},
    actions={
        ids.LOG: listeners.open_new,
        ids.LOG_CAPTURED: listeners.open_captured,
        ids.MORE: listeners.more_fields,
        ids.ADD_ALTERNATIVE: listeners.add_alternative,
        ids.REMOVE_ALTERNATIVE: listeners.remove_alternative,
        ids.RESUME: listeners.resume_draft,
        ids.DISCARD: listeners.discard_draft,
        ids.ACKNOWLEDGE: listeners.press_know,
        ids.QUESTION: listeners.open_reason(Answer.QUESTION),
        ids.DISAGREE: listeners.open_reason(Answer.DISAGREE),
        ids.BLOCKS: listeners.open_reason(Answer.BLOCKS),
        ids.OPEN: listeners.open_page,
        ids.CHANGE: listeners.change,
        ids.LINK: listeners.change,
        ids.WITHDRAW: listeners.open_withdrawal,
        ids.NEXT_PAGE: listeners.show_next_page,
        ids.SEARCH: listeners.search_from_home,
    },
    views={
        ids.FORM: listeners.submit_form,
        ids.REASON: listeners.submit_reason,
        ids.LINKING: listeners.submit_link,
        ids.WITHDRAWAL: listeners.submit_withdrawal,
    },
    events={
        "reaction_added": listeners.offer_capture,
        "message.message_deleted": listeners.note_deleted,
        "message.message_changed": listeners.note_edited,
    },
    waiting=listeners.waiting,
    home=listeners.home,
    agenda=listeners.agenda,
)
