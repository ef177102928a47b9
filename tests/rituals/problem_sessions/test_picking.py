"""Before a session: who is asked to pick, what is suggested, and what happens when nobody does, or is there."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.app import App
from bot.clock import MovableClock
from bot.people.models import Absence, Team
from tests.person import Slack, until, words_of
from tests.rituals.problem_sessions.stories import (
    COMMAND,
    FRIDAY,
    LATE,
    MONDAY,
    OVER,
    WEDNESDAY,
    asked_to_pick,
    begun,
    choose,
    logged,
    of_session,
    page,
    picked,
    say_outcome,
    sessions,
    value_of,
    with_sessions,
)
from tests.rituals.stories import dm_of, filled, home, labels, opens, pass_to, set_up_team

pytestmark = pytest.mark.alike

SLOW = "The ledger takes a minute to open"
LOST = "Invoices are lost when a shop is renamed"
BLANK = "The export is blank on Sundays"


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def test_with_nothing_picked_one_quiet_line_says_so(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await with_sessions(slack)
    await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    assert "Which problems shall the session" in await home(slack, "pm")
    await pass_to(bot, clock, MONDAY)
    said = await slack.message("payments", "No problem session on Mon 30 Nov")
    assert "no problem was picked for it. Next: Mon 7 Dec 10:00 Berlin, in 7 days." in words_of(said)
    assert "Problem session ·" not in words_of(await slack.messages("payments"))


async def test_the_best_of_the_backlog_is_suggested(slack: Slack, bot: App, clock: MovableClock) -> None:
    await with_sessions(slack)
    first, seen_often, _other, newest = [await logged(slack, title) for title in (LATE, SLOW, LOST, BLANK)]
    engineer = slack.person("engineer")
    view = await opens(engineer, engineer.press(seen_often, "problem_sessions.seen_again"))
    await engineer.submit(view)
    await pass_to(bot, clock, FRIDAY)
    [asked] = await asked_to_pick(slack, "pm")
    order = [words_of(asked).index(title) for title in (SLOW, BLANK, LOST, LATE)]
    assert order == sorted(order)
    pm = slack.person("pm")
    view = await opens(pm, pm.press(asked, "problem_sessions.pick"))
    chosen = [filled(view)[place] for place in ("first", "second", "third")]
    assert chosen[:2] == [value_of(card, "problem_sessions.seen_again") for card in (seen_often, newest)]
    assert value_of(first, "problem_sessions.seen_again") not in chosen


async def test_the_same_problem_is_not_picked_twice(slack: Slack, bot: App, clock: MovableClock) -> None:
    await with_sessions(slack)
    card = await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    pm = slack.person("pm")
    [asked] = await asked_to_pick(slack, "pm")
    view = await opens(pm, pm.press(asked, "problem_sessions.pick"))
    wanted = value_of(card, "problem_sessions.seen_again")
    refused = await pm.submit(view, {"first": wanted, "second": wanted})
    assert "picked already" in refused.errors["second"]


async def test_picking_again_changes_what_the_session_is_about(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await with_sessions(slack)
    late, slow = await logged(slack), await logged(slack, SLOW)
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, late)
    await picked(slack, slow, late)
    await pass_to(bot, clock, MONDAY)
    await of_session(slack, f"1. {SLOW}")
    await of_session(slack, f"2. {LATE}")
    pm = slack.person("pm")
    [asked] = await asked_to_pick(slack, "pm")
    await pm.press(asked, "problem_sessions.pick")
    assert "has begun already" in words_of((await pm.sees())["ephemerals"]) + words_of(
        await dm_of(slack, "pm")
    )


async def test_what_was_withdrawn_or_settled_since_it_was_picked_does_not_come_up(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [old] = await begun(slack, bot, clock, LATE)
    await pass_to(bot, clock, OVER)
    mistake, slow = await logged(slack, "It is all so sad"), await logged(slack, SLOW)
    await pass_to(bot, clock, FRIDAY + timedelta(days=7))
    await picked(slack, await slack.message("payments", "*P-1* · open"), mistake, slow)
    await say_outcome(slack, old, "solved")
    pm = slack.person("pm")
    await pm.submit(await choose(pm, mistake, "withdraw"), {"reason": "no problem"})
    await pass_to(bot, clock, MONDAY + timedelta(days=7))
    headline = await slack.message("payments", "Problem session · Mon 7 Dec")
    assert f"1. *P-3* {SLOW}" in words_of(headline)
    assert "P-1" not in words_of(headline)
    await of_session(slack, f"1. {SLOW}")
    assert "in 1 session" in await page(slack.person("pm"))


async def test_a_session_whose_every_problem_is_withdrawn_says_so(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await begun(slack, bot, clock, LATE)
    pm = slack.person("pm")
    card = await slack.message("payments", "logged by")
    await pm.submit(await choose(pm, card, "withdraw"), {"reason": "no problem"})
    await pass_to(bot, clock, OVER)
    said = [words_of(m) for m in await slack.messages("payments") if "What it was about" in words_of(m)]
    assert len(said) == 2, "on the headline, and in its thread"


async def test_without_a_pm_the_tech_lead_is_asked(slack: Slack, bot: App, clock: MovableClock) -> None:
    await set_up_team(slack, by="engineer", pm=None)
    await sessions(slack, by="engineer")
    await pass_to(bot, clock, MONDAY)
    assert len(await asked_to_pick(slack, "techlead")) == 1
    assert await asked_to_pick(slack, "engineer") == []


async def test_without_either_whoever_set_it_up_is_asked(slack: Slack, bot: App, clock: MovableClock) -> None:
    await sessions(slack, by="engineer")
    await pass_to(bot, clock, MONDAY)
    [asked] = await asked_to_pick(slack, "engineer")
    assert "I have none to suggest here." in words_of(asked)


async def test_a_team_that_is_set_up_later_has_its_pm_asked(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await sessions(slack, by="engineer")
    assert "Set up the team" in labels(await logged(slack))
    await set_up_team(slack)
    await until(lambda: _offers_no_set_up(slack))
    await pass_to(bot, clock, MONDAY)
    assert len(await asked_to_pick(slack, "pm")) == 1
    assert await asked_to_pick(slack, "engineer") == []


async def test_another_pm_is_asked_from_then_on(slack: Slack, bot: App, clock: MovableClock) -> None:
    await with_sessions(slack)
    await set_up_team(slack, pm="engineer2")
    await pass_to(bot, clock, FRIDAY)
    assert len(await asked_to_pick(slack, "engineer2")) == 1
    assert await asked_to_pick(slack, "pm") == []


async def _offers_no_set_up(slack: Slack) -> bool:
    return "Set up the team" not in labels(await slack.message("payments", "*P-1*"))


async def test_when_the_pm_is_away_the_channel_is_told_and_they_are_not_asked(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await with_sessions(slack)
    async with bot.database.begin() as session:
        team = (await session.scalars(select(Team))).one()
        session.add(
            Absence(
                workspace_id=team.workspace_id,
                user_id=slack.users["pm"],
                first=date(2026, 11, 27),
                last=date(2026, 12, 4),
                noted_by=slack.users["pm"],
                noted_at=WEDNESDAY,
            )
        )
    await pass_to(bot, clock, MONDAY)
    said = await slack.message("payments", "No problem session on Mon 30 Nov")
    assert "is away until Fri 4 Dec. Next: Mon 7 Dec" in words_of(said)
    assert await asked_to_pick(slack, "pm") == []


async def test_a_session_on_a_holiday_moves_and_says_so(slack: Slack, bot: App, clock: MovableClock) -> None:
    clock.set(datetime(2026, 12, 30, 9, 0, tzinfo=UTC))  # a Wednesday
    await set_up_team(slack)
    async with bot.database.begin() as session:
        (await session.scalars(select(Team))).one().country = "DE"
    await sessions(slack, weekday="4")
    said = await slack.message("payments", "every Friday at 10:00 Berlin")
    assert "Next: Mon 4 Jan 10:00 Berlin" in words_of(said)
    assert "moved from Fri 1 Jan: New Year's Day" in words_of(said)
    await pass_to(bot, clock, datetime(2026, 12, 31, 9, 0, tzinfo=UTC))
    [asked] = await asked_to_pick(slack, "pm")
    assert "Moved from Fri 1 Jan: New Year's Day." in words_of(asked)


async def test_what_comes_up_again_and_again_is_said(slack: Slack, bot: App, clock: MovableClock) -> None:
    await with_sessions(slack)
    card = await logged(slack)
    monday = MONDAY
    for week in range(3):
        await pass_to(bot, clock, monday.replace(day=monday.day) - (MONDAY - FRIDAY))
        await picked(slack, card)
        await pass_to(bot, clock, monday)
        if week == 0:
            await say_outcome(slack, await of_session(slack, f"1. {LATE}"), "parked")
        monday += (OVER - MONDAY) * 3.5
    again = "It came up in 3 sessions and nothing has come of it yet."
    await slack.message("payments", again)
    await pass_to(bot, clock, monday - (MONDAY - FRIDAY))
    assert again in words_of((await asked_to_pick(slack, "pm"))[-1])


async def test_after_a_downtime_a_stale_session_is_not_posted(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await with_sessions(slack)
    card = await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, card)
    clock.set(MONDAY.replace(hour=23))
    await bot.schedule.run_due()
    await bot.sender.send_due()
    assert "Problem session ·" not in words_of(await slack.messages("payments"))
    shown = await opens(slack.person("pm"), slack.person("pm").command("payments", COMMAND, "session"))
    assert "Next: Mon 7 Dec 10:00 Berlin" in words_of(shown)
