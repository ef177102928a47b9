"""A 1:1 that rested or was left out for long, or that somebody changes while its questions are due, goes on."""

from datetime import timedelta

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Json, Person, Slack, words_of
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
from tests.rituals.stories import choice, dm_of, opens, pass_to

pytestmark = pytest.mark.alike

WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def test_after_many_that_were_left_out_it_comes_and_names_the_latest(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    group = await set_up_pair(slack)
    lead = slack.person("techlead")
    view = await opens(lead, lead.command("general", "/partner", "away"))
    assert (await lead.submit(view, {"first": "2026-11-30", "last": "2027-02-28"})).errors == {}
    back = MONDAY + 13 * WEEK
    await pass_to(bot, clock, back)
    asked, met = words_of(await prompt(slack, "pm")), words_of((await agenda(slack, group))["blocks"])
    for said in (asked, met):
        assert "10 before these did not take place either." in said
        assert "The one of Mon 8 Feb was left out" in said
        assert "The one of Mon 1 Feb" not in said


async def test_not_to_be_asked_can_be_chosen_before_the_questions_came(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    group = await set_up_pair(slack)
    pm = slack.person("pm")
    view = await settings(pm)
    assert (await pm.submit(view, {"ahead": "0"})).errors == {}
    await pass_to(bot, clock, MONDAY)
    assert "Mon 30 Nov" in words_of(await agenda(slack, group))
    assert "one_on_ones.answer" not in str([message.get("blocks") for message in await dm_of(slack, "pm")])

    view = await settings(pm)
    assert (await pm.submit(view, {"ahead": "1"})).errors == {}
    await pass_to(bot, clock, FRIDAY + WEEK)
    assert "Mon 7 Dec" in words_of(await prompt(slack, "pm"))


async def test_after_a_long_pause_both_are_asked_for_the_new_date(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_pair(slack)
    await pass_to(bot, clock, FRIDAY)
    pm = slack.person("pm")
    view = await opens(pm, pm.command("general", COMMAND, "pause"))
    await pm.submit(view, {})
    clock.set(MONDAY + 8 * WEEK)
    await pm.command("general", COMMAND, "resume")
    await pass_to(bot, clock, FRIDAY + 9 * WEEK)
    assert "Your 1:1 with" in words_of(await prompt(slack, "pm"))
    assert "Mon 1 Feb 10:00" in words_of(await prompt(slack, "pm"))


async def test_what_ended_while_it_was_paused_begins_again(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    group = await set_up_pair(slack)
    pm = slack.person("pm")
    await pm.submit(await opens(pm, pm.command("general", COMMAND, "pause")), {})
    await pm.submit(await opens(pm, pm.press_in(await page(pm), "one_on_ones.manage", "end:1")), {})
    await set_up_pair(slack)
    await slack.message(group, "Next: Mon 30 Nov")
    await pass_to(bot, clock, MONDAY)
    assert "Mon 30 Nov" in words_of(await agenda(slack, group))


async def test_a_question_for_later_is_not_asked_of_a_date_that_is_another_by_then(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_pair(slack)
    await pass_to(bot, clock, FRIDAY)
    pm = slack.person("pm")
    asked = await prompt(slack, "pm")
    await pm.press(asked, "one_on_ones.snooze", choice(asked, "hour"))
    view = await settings(pm)
    assert (await pm.submit(view, {"weekday": "2"})).errors == {}
    await pass_to(bot, clock, FRIDAY + timedelta(hours=2))
    assert (await prompt(slack, "pm"))["ts"] == asked["ts"]


async def _end(pm: Person) -> Json:
    return await opens(pm, pm.press_in(await page(pm), "one_on_ones.manage", "end:1"))


@pytest.mark.parametrize("what", ["skip", "move", "pause", "end"])
async def test_a_question_for_later_is_not_asked_when_there_is_nothing_to_ask_any_more(
    slack: Slack, bot: App, clock: MovableClock, what: str
) -> None:
    await set_up_pair(slack)
    await pass_to(bot, clock, FRIDAY)
    pm = slack.person("pm")
    asked = await prompt(slack, "pm")
    await pm.press(asked, "one_on_ones.snooze", choice(asked, "hour"))
    if what == "skip":
        await pm.command("general", COMMAND, what)
    else:
        view = await (_end(pm) if what == "end" else opens(pm, pm.command("general", COMMAND, what)))
        assert (await pm.submit(view, {"date": "2026-12-04"} if what == "move" else {})).errors == {}
    await pass_to(bot, clock, FRIDAY + timedelta(hours=2))
    assert (await prompt(slack, "pm"))["ts"] == asked["ts"]


async def test_it_cannot_be_moved_past_the_next_one(slack: Slack, bot: App, clock: MovableClock) -> None:
    await set_up_pair(slack)
    pm = slack.person("pm")
    view = await opens(pm, pm.command("general", COMMAND, "move"))
    refused = await pm.submit(view, {"date": "2026-12-10"})
    assert refused.errors == {
        "date": "The next one is on Mon 7 Dec already. Pick a time before it, or leave this one out."
    }
    assert (await pm.submit(view, {"date": "2026-12-04"})).errors == {}


async def test_the_summary_counts_from_when_it_is_said(slack: Slack, bot: App, clock: MovableClock) -> None:
    group = await set_up_pair(slack)
    await pass_to(bot, clock, MONDAY + timedelta(days=1))
    await slack.message(group, "Next: Mon 7 Dec 10:00 Berlin, in 6 days")


@pytest.mark.usefixtures("bot")
async def test_a_long_list_says_how_much_more_there_is(slack: Slack) -> None:
    await set_up_pair(slack)
    pm = slack.person("pm")
    for n in range(42):
        await pm.command("general", COMMAND, f"add Thing {n}")
    assert "and 2 more, when some of these are done" in words_of(await page(pm))
