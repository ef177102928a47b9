"""Leaving one out, moving it, pausing, changing, ending; several pairs; where no group DM may be opened."""

from datetime import timedelta

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Json, Slack, until, words_of
from tests.rituals.one_on_ones.stories import (
    COMMAND,
    FRIDAY,
    MONDAY,
    WEDNESDAY,
    agenda,
    page,
    prompt,
    set_up_pair,
    settings,
)
from tests.rituals.stories import choice, dm_of, filled, opens, pass_to, quiet, settle, told

pytestmark = [pytest.mark.alike, pytest.mark.slow]

NEXT_MONDAY = MONDAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


@pytest.fixture
async def group(slack: Slack, bot: App, clock: MovableClock) -> str:
    return await set_up_pair(slack)


async def _said(slack: Slack, group: str, holding: str) -> str:
    async def look() -> str | None:
        said = [words_of(message) for message in await slack.messages(group)]
        return next((words for words in said if holding in words), None)

    return await until(look)


async def test_one_that_is_left_out_is_told_to_both_and_its_list_waits(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await slack.person("pm").command("general", COMMAND, "add The partner wants a date")
    await slack.person("techlead").command("general", COMMAND, "skip")
    said = await _said(slack, group, "No 1:1 on Mon 30 Nov")
    assert "left it out" in said
    assert "Next: Mon 7 Dec 10:00 Berlin, in 12 days." in said
    await pass_to(bot, clock, NEXT_MONDAY)
    shown = words_of(await agenda(slack, group))
    assert "1:1 · Mon 7 Dec 10:00 Berlin" in shown
    assert "The one of Mon 30 Nov was left out" in shown
    assert "The partner wants a date" in shown


async def test_two_who_leave_it_out_at_once_leave_out_one(slack: Slack, bot: App, group: str) -> None:
    pm, lead = slack.person("pm"), slack.person("techlead")
    mine, theirs = await page(pm), await page(lead)
    await pm.press_in(mine, "one_on_ones.manage", choice(mine, "skip"))
    await _said(slack, group, "No 1:1 on Mon 30 Nov")
    await lead.press_in(theirs, "one_on_ones.manage", choice(theirs, "skip"))
    await told(slack, "techlead", "That 1:1 is left out already.")
    assert "Next: Mon 7 Dec" in words_of(await page(pm))


async def test_one_that_is_moved_takes_place_then_and_the_next_as_ever(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    pm = slack.person("pm")
    view = await opens(pm, pm.command("general", COMMAND, "move"))
    refused = await pm.submit(view, {"date": "2026-11-24", "time": "15:00"})
    assert refused.errors == {"time": "That time is already over. Pick one from now on."}
    await pm.submit(view, {"date": "2026-12-01", "time": "15:00"})
    assert "to Tue 1 Dec 15:00 Berlin" in await _said(slack, group, "moved your 1:1")
    await pass_to(bot, clock, MONDAY)
    assert "1:1 ·" not in str([words_of(m)[:5] for m in await slack.messages(group)])
    await pass_to(bot, clock, MONDAY + timedelta(days=1, hours=5))
    assert "Moved from Mon 30 Nov." in words_of(await agenda(slack, group))
    await pass_to(bot, clock, NEXT_MONDAY)
    assert "Mon 7 Dec 10:00" in words_of(await agenda(slack, group))


async def test_one_that_was_moved_stays_there_when_the_questions_change(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    pm, lead = slack.person("pm"), slack.person("techlead")
    view = await opens(pm, pm.command("general", COMMAND, "move"))
    await pm.submit(view, {"date": "2026-12-01", "time": "15:00"})
    await pass_to(bot, clock, MONDAY + timedelta(hours=6))
    assert (await lead.submit(await settings(lead), {"questions": "What is on your mind?"})).errors == {}
    assert "Next: Tue 1 Dec 15:00 Berlin, tomorrow." in await _said(slack, group, "changed your 1:1")
    await pass_to(bot, clock, MONDAY + timedelta(days=1, hours=5))
    assert "1:1 · Tue 1 Dec 15:00 Berlin" in words_of(await agenda(slack, group))


async def test_another_time_for_all_of_them_is_one_for_the_one_that_was_moved_too(
    slack: Slack, bot: App, group: str
) -> None:
    pm = slack.person("pm")
    view = await opens(pm, pm.command("general", COMMAND, "move"))
    await pm.submit(view, {"date": "2026-12-01", "time": "15:00"})
    assert (await pm.submit(await settings(pm), {"time": "11:00"})).errors == {}
    assert "Next: Mon 30 Nov 11:00 Berlin, in 5 days." in await _said(slack, group, "changed your 1:1")


async def test_while_it_is_paused_nothing_comes_and_then_it_goes_on(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    pm = slack.person("pm")
    view = await opens(pm, pm.command("general", COMMAND, "pause"))
    await pm.submit(view, {})
    assert "nothing comes until somebody resumes it" in await _said(slack, group, "paused your 1:1")
    await pass_to(bot, clock, NEXT_MONDAY + timedelta(hours=1))
    assert await dm_of(slack, "techlead") == []
    lead = slack.person("techlead")
    view = await opens(lead, lead.command("general", COMMAND, "resume"))
    assert "Next: Mon 14 Dec 10:00 Berlin, in 7 days." in words_of(view)


async def test_a_pause_until_a_day_ends_by_itself(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    pm = slack.person("pm")
    view = await opens(pm, pm.command("general", COMMAND, "pause"))
    await pm.submit(view, {"until": "2026-12-10"})
    assert "Next: Mon 14 Dec" in await _said(slack, group, "paused your 1:1")
    await pass_to(bot, clock, NEXT_MONDAY + timedelta(days=7))
    assert "1:1 · Mon 14 Dec" in words_of(await agenda(slack, group))


async def test_a_change_of_the_day_changes_what_is_to_come_and_says_so(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    lead = slack.person("techlead")
    shown = await page(lead)
    view = await opens(lead, lead.press_in(shown, "one_on_ones.manage", "settings:1"))
    assert filled(view)["time"] == "10:00"
    result = await lead.submit(view, {"weekday": "3", "time": "09:30", "every": "2"})
    assert result.errors == {}
    said = await _said(slack, group, "changed your 1:1")
    assert "every second Thursday at 09:30 Berlin. Next: Thu 26 Nov 09:30 Berlin, tomorrow." in said
    await pass_to(bot, clock, NEXT_MONDAY)
    view = await page(lead)
    assert "Next: Thu 10 Dec 09:30 Berlin, in 3 days." in words_of(view)


async def test_one_that_has_ended_comes_no_more_and_can_be_read(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await pass_to(bot, clock, MONDAY)
    pm = slack.person("pm")
    shown = await page(pm)
    view = await opens(pm, pm.press_in(shown, "one_on_ones.manage", "end:1"))
    assert "begins it again" in words_of(view)
    await pm.submit(view, {})
    await _said(slack, group, "ended your 1:1")
    before = len(await slack.messages(group))
    await pass_to(bot, clock, NEXT_MONDAY)
    assert len(await slack.messages(group)) <= before + 1  # the one that was open closes
    view = await opens(pm, pm.command("general", COMMAND, "history"))
    assert "Mon 30 Nov 10:00 Berlin" in words_of(view)


async def test_each_is_asked_again_when_they_want_to_be(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await pass_to(bot, clock, FRIDAY)
    lead, asked = slack.person("techlead"), await prompt(slack, "techlead")
    await lead.press(asked, "one_on_ones.snooze", choice(asked, "hour"))
    await settle(bot)
    count = len([m for m in await dm_of(slack, "techlead") if "one_on_ones.answer" in str(m)])
    clock.advance(timedelta(minutes=61))
    await settle(bot)
    again = [m for m in await dm_of(slack, "techlead") if "one_on_ones.answer" in str(m)]
    assert len(again) == count + 1


@pytest.mark.parametrize("what", ["pause", "end"])
async def test_what_rests_is_not_put_off_and_not_left_out(
    slack: Slack, bot: App, clock: MovableClock, group: str, what: str
) -> None:
    says = {
        "pause": "It is paused, so nothing comes that could be changed. Resume it first.",
        "end": "It has ended, so nothing comes that could be changed.",
    }[what]
    await pass_to(bot, clock, FRIDAY)
    pm, lead, asked = slack.person("pm"), slack.person("techlead"), await prompt(slack, "techlead")
    shown = await page(pm)
    view = await opens(pm, pm.press_in(shown, "one_on_ones.manage", choice(shown, what)))
    await pm.submit(view, {})
    await quiet(bot)
    for wish in ("hour", "skip", "move"):
        await lead.press(asked, "one_on_ones.snooze", choice(asked, wish))
        await quiet(bot)
    assert [words_of(m) for m in await dm_of(slack, "techlead")].count(says) == 3
    clock.advance(timedelta(minutes=61))
    await settle(bot)
    assert len([m for m in await dm_of(slack, "techlead") if "one_on_ones.answer" in str(m)]) == 1
    assert "left it out" not in str(await slack.messages(group))


async def test_who_has_several_is_asked_which(slack: Slack, bot: App, group: str) -> None:
    await set_up_pair(slack, by="pm", other="designer")
    pm = slack.person("pm")
    answered = await pm.command("general", COMMAND)
    assert "With whom?" in answered.text
    view = await opens(pm, pm.command("general", COMMAND, "add Something"))
    result = await pm.submit(view, {"pair": "2"})
    assert result.errors == {}
    other = slack.person("designer")
    view = await opens(other, other.command("general", COMMAND))
    assert "Something" in words_of(view)


async def test_where_no_group_dm_may_be_opened_each_has_the_agenda_in_their_own(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await slack.fault("conversations.open", "error", "missing_scope")
    pm = slack.person("pm")
    view = await opens(pm, pm.command("general", COMMAND, f"<@{slack.users['techlead']}>"))
    await pm.submit(view, {"weekday": "0", "time": "10:00"})
    await pass_to(bot, clock, MONDAY)
    for name in ("pm", "techlead"):
        assert "1:1 · Mon 30 Nov" in words_of(await _own_agenda(slack, name))
    await pm.command("general", COMMAND, "add Late but here")
    await settle(bot)
    shown = await _own_agenda(slack, "techlead")
    assert "Late but here" in words_of(shown)


async def _own_agenda(slack: Slack, name: str) -> Json:
    return [m for m in await dm_of(slack, name) if words_of(m).startswith("1:1 ·")][-1]


@pytest.mark.parametrize(
    ("who", "says"),
    [
        ("pm", "Pick the other one of you two."),
        ("bot", "That is an app. Pick a person."),
        ("gone", "That account is deactivated. Pick somebody who is here."),
    ],
)
async def test_a_1_1_takes_two_people(slack: Slack, bot: App, who: str, says: str) -> None:
    pm = slack.person("pm")
    view = await opens(pm, pm.command("general", COMMAND))
    chosen = slack.described["bot_user_id"] if who == "bot" else slack.users[who]
    result = await pm.submit(view, {"person": chosen, "time": "10:00"})
    assert result.errors == {"person": says}


@pytest.mark.parametrize("number", range(7))
async def test_the_day_that_is_picked_is_the_day_that_comes(slack: Slack, bot: App, number: int) -> None:
    name = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[number]
    group = await set_up_pair(slack, weekday=str(number))
    said = await _said(slack, group, f"every {name} at 10:00")
    assert f"Next: {name[:3]} " in said


async def test_answers_that_were_given_outlive_a_pause(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await pass_to(bot, clock, FRIDAY)
    lead = slack.person("techlead")
    view = await opens(lead, lead.press(await prompt(slack, "techlead"), "one_on_ones.answer"))
    await lead.submit(view, {"answer_0": "The ledger has no owner"})
    paused = await opens(lead, lead.command("general", COMMAND, "pause"))
    await lead.submit(paused, {})
    await _said(slack, group, "paused your 1:1")
    assert "Leave the next one out" not in words_of(await page(lead))
    await opens(lead, lead.command("general", COMMAND, "resume"))
    await pass_to(bot, clock, MONDAY)
    assert "The ledger has no owner" in words_of(await agenda(slack, group))
