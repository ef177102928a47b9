"""The weekly problem session: the PM brings the top three problems and no solutions, engineers bring ideas."""

from bot.i18n import _
from bot.people.offers import TEAM_CHANGED, TEAM_SET_UP
from bot.records import links
from bot.ritual import Ritual
from bot.rituals.problem_sessions import ids, jobs
from bot.rituals.problem_sessions.listeners import card, changing, doors, form, ideas, sessions, unasked

ritual = Ritual(
    name="problem_sessions",
    summary=lambda: _("what hurts and whom, without a solution; once a week the top three get ideas"),
    commands={"/problem": doors.run_command},
    shortcuts={ids.LOG_MESSAGE: doors.open_from_message, ids.ADD_IDEA_MESSAGE: ideas.open_from_reply},
    actions={
        ids.LOG: doors.open_new,
        ids.NEXT_PAGE: doors.show_next_page,
        ids.MORE: form.show_more,
        ids.RESUME_DRAFT: form.resume_draft,
        ids.DISCARD_DRAFT: form.discard_draft,
        ids.SEEN: card.open_seen,
        ids.OPEN: card.open_page,
        ids.CHANGE: card.change,
        ids.WITHDRAW: card.change,
        ids.SET_UP_MORE: sessions.show_more,
        ids.MANAGE: changing.manage,
        ids.END: changing.manage,
        ids.RESUME: changing.resume,
        ids.PUT_OFF: changing.put_off,
        ids.PICK: sessions.open_pick,
        ids.CLOSE: sessions.close,
        ids.ADD_IDEA: ideas.open_idea,
        ids.REVEAL: ideas.press_reveal,
        ids.VOTE: ideas.press_vote,
        ids.OUTCOME: ideas.choose_outcome,
        ids.HELPED: ideas.open_helped,
    },
    views={
        ids.FORM: form.submit,
        ids.SEEN_FORM: card.submit_seen,
        ids.WITHDRAWAL: card.submit_withdrawal,
        ids.SET_UP_FORM: sessions.submit_set_up,
        ids.PICK_FORM: sessions.submit_pick,
        ids.IDEA_FORM: ideas.submit_idea,
        ids.HELPED_FORM: ideas.submit_helped,
        ids.MOVE_FORM: changing.submit_move,
        ids.PAUSE_FORM: changing.submit_pause,
    },
    events={"reaction_added": unasked.note_thumb, "reaction_removed": unasked.note_thumb},
    waiting=unasked.waiting,
    home=unasked.home,
    agenda=unasked.agenda,
    own_events={
        TEAM_SET_UP: unasked.team_set_up,
        TEAM_CHANGED: unasked.team_changed,
        links.CHANGED: unasked.linked,
    },
    timed={"problem_sessions": jobs.timed},
)
