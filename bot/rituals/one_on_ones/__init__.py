"""The weekly 1:1 of PM and tech lead: what is on their mind, asked for beforehand, laid before both, kept for the two."""

from bot.i18n import _
from bot.people.offers import TEAM_CHANGED
from bot.records.offers import ADD_TO_AGENDA
from bot.ritual import Ritual
from bot.rituals.one_on_ones import ids, jobs
from bot.rituals.one_on_ones.listeners import (
    before,
    changing,
    command,
    from_records,
    items,
    meeting,
    pages,
    setting_up,
    unasked,
)

ritual = Ritual(
    name="one_on_ones",
    summary=lambda: _("the weekly 1:1 of PM and tech lead: its list, its questions, what was promised"),
    commands={"/one-on-one": command.run_command},
    shortcuts={ids.ADD_MESSAGE: items.open_from_message},
    actions={
        ids.SET_UP: setting_up.open_set_up,
        ids.SET_UP_WITH: command.open_with,
        ids.MORE: setting_up.show_more,
        ids.OPEN: pages.open_page,
        ids.MANAGE: changing.manage,
        ids.RESUME: changing.resume,
        ids.ADD: items.open_item,
        ADD_TO_AGENDA: from_records.open_from_record,
        ids.SHOW: items.change_item,
        ids.DROP: items.drop_item,
        ids.ANSWER: before.open_answers,
        ids.SNOOZE: before.put_off,
        ids.TICK: meeting.tick,
        ids.UNTICK: meeting.untick,
        ids.TAKE_NOTE: meeting.open_note,
        ids.MAKE_ACTION: meeting.open_action,
        ids.KEEP: meeting.press_promise,
        ids.NEXT_TIME: meeting.open_next_time,
        ids.WE_ARE_DONE: meeting.say_we_are_done,
        ids.SEE_HISTORY: pages.see_history,
        ids.SEE_MEETING: pages.see_meeting,
    },
    views={
        ids.SET_UP_FORM: setting_up.submit_set_up,
        ids.ITEM_FORM: items.submit_item,
        ids.ANSWERS: before.submit_answers,
        ids.NOTE_FORM: meeting.submit_note,
        ids.ACTION_FORM: meeting.submit_action,
        ids.NEXT_TIME_FORM: meeting.submit_next_time,
        ids.MOVE_FORM: changing.submit_move,
        ids.PAUSE_FORM: changing.submit_pause,
        ids.END_FORM: changing.submit_ending,
    },
    waiting=unasked.waiting,
    home=unasked.home,
    timed={"one_on_ones": jobs.timed},
    own_events={TEAM_CHANGED: jobs.team_changed},
)
