"""The decision log: "why did we decide X instead of Y?", answered months later."""

from datetime import timedelta

from bot.i18n import _
from bot.outbox.service import GIVEN_UP
from bot.people.offers import TEAM_SET_UP
from bot.records import links
from bot.ritual import Ritual
from bot.rituals.decisions import ids, jobs
from bot.rituals.decisions.listeners import again, card, doors, files, finding, form, keeping, unasked

ritual = Ritual(
    name="decisions",
    summary=lambda: _("what we decided, why, and what else we considered"),
    commands={"/decision": doors.run_command},
    shortcuts={
        ids.LOG: doors.open_by_shortcut,
        ids.LOG_MESSAGE: doors.open_from_message,
        ids.IMPORT_FILES: files.open_import,
    },
    actions={
        ids.LOG: doors.open_new,
        ids.LOG_ABOUT: doors.open_about,
        ids.LOG_CAPTURED: doors.open_captured,
        ids.MORE: form.show_more,
        ids.ADD_ALTERNATIVE: form.add_alternative,
        ids.REMOVE_ALTERNATIVE: form.remove_alternative,
        ids.RESUME: form.resume_draft,
        ids.DISCARD: form.discard_draft,
        ids.ACKNOWLEDGE: card.press_know,
        ids.QUESTION: card.ask_question,
        ids.DISAGREE: card.disagree,
        ids.BLOCKS: card.say_it_blocks,
        ids.OPEN: card.open_page,
        ids.CHANGE: card.change,
        ids.MENU: card.change,
        ids.WITHDRAW: card.open_withdrawal,
        ids.KEEP: again.open_keeping,
        ids.NEXT_PAGE: finding.show_next_page,
        ids.SEARCH: finding.search_from_home,
        ids.CANVAS_OFF: keeping.stop_canvas,
        ids.DIGEST_OFF: keeping.stop_digest,
    },
    views={
        ids.FORM: form.submit,
        ids.REASON: card.submit_reason,
        ids.LINKING: card.submit_link,
        ids.WITHDRAWAL: card.submit_withdrawal,
        ids.KEEPING: again.submit_keeping,
        ids.IMPORT: files.submit_import,
        ids.CANVAS_FORM: keeping.submit_canvas,
        ids.DIGEST_FORM: keeping.submit_digest,
    },
    events={
        "reaction_added": unasked.offer_capture,
        "message.message_deleted": unasked.note_deleted,
        "message.message_changed": unasked.note_edited,
    },
    stale_after={"reaction_added": timedelta(hours=2)},  # by then nobody remembers why they are asked
    waiting=unasked.waiting,
    home=unasked.home,
    agenda=unasked.agenda,
    timed=jobs.timed,
    keep_up=jobs.keep_up,
    own_events={
        TEAM_SET_UP: unasked.team_set_up,
        GIVEN_UP: keeping.given_up,
        links.CHANGED: unasked.linked,
    },
)
