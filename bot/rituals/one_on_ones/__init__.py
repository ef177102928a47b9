"""The weekly 1:1 of PM and tech lead: what is on their mind, asked for beforehand, laid before both, kept for the two."""

from bot.i18n import _
from bot.ritual import Ritual
from bot.rituals.one_on_ones import ids, jobs, listeners

ritual = Ritual(
    name="one_on_ones",
    summary=lambda: _("the weekly 1:1 of PM and tech lead: its list, its questions, what was promised"),
    commands={"/one-on-one": listeners.run_command},
    shortcuts={ids.ADD_MESSAGE: listeners.open_from_message},
    actions={
        ids.SET_UP: listeners.open_set_up,
        ids.MORE: listeners.show_more,
        ids.OPEN: listeners.open_page,
        ids.MANAGE: listeners.manage,
        ids.RESUME: listeners.resume,
        ids.ADD: listeners.open_item,
        ids.SHOW: listeners.change_item,
        ids.DROP: listeners.drop_item,
        ids.ANSWER: listeners.open_answers,
        ids.SNOOZE: listeners.snooze,
        ids.TICK: listeners.tick,
        ids.UNTICK: listeners.untick,
        ids.TAKE_NOTE: listeners.open_note,
        ids.MAKE_ACTION: listeners.open_action,
        ids.KEEP: listeners.press_promise,
        ids.NEXT_TIME: listeners.open_next_time,
        ids.WE_ARE_DONE: listeners.say_we_are_done,
        ids.SEE_HISTORY: listeners.see_history,
        ids.SEE_MEETING: listeners.see_meeting,
    },
    views={
        ids.SET_UP_FORM: listeners.submit_set_up,
        ids.ITEM_FORM: listeners.submit_item,
        ids.ANSWERS: listeners.submit_answers,
        ids.NOTE_FORM: listeners.submit_note,
        ids.ACTION_FORM: listeners.submit_action,
        ids.NEXT_TIME_FORM: listeners.submit_next_time,
        ids.MOVE_FORM: listeners.submit_move,
        ids.PAUSE_FORM: listeners.submit_pause,
        ids.END_FORM: listeners.submit_ending,
    },
    waiting=listeners.waiting,
    home=listeners.home,
    timed=jobs.timed,
)
