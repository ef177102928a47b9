"""The team's channel is archived and comes back, the bot is invited again, the channel is renamed or made private."""

from datetime import timedelta

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Json, Slack, until, words_of
from tests.rituals.problem_sessions.stories import (
    FRIDAY,
    MONDAY,
    WEDNESDAY,
    asked_to_pick,
    logged,
    picked,
    with_sessions,
)
from tests.rituals.stories import dm_of, opens, pass_to
from tests.rituals.stories import logged as decided

pytestmark = [pytest.mark.alike, pytest.mark.slow]

WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def _headlines(slack: Slack) -> list[str]:
    said = [words_of(message) for message in await slack.messages("payments")]
    return [words.partition("\n")[0] for words in said if words.startswith("Problem session ·")]


async def _notices(slack: Slack) -> list[Json]:
    return [m for m in await dm_of(slack, "pm") if "<#" in words_of(m) and "archived" in words_of(m)]


async def test_while_it_is_archived_the_session_rests_and_then_the_next_one_comes(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await with_sessions(slack)
    late = await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, late)
    await slack.post(f"channels/{slack.channels['payments']}", {"archived": True})
    await pass_to(bot, clock, FRIDAY + 3 * WEEK - timedelta(hours=1))
    assert await _headlines(slack) == []
    assert len(await _notices(slack)) <= 1
    assert len(await asked_to_pick(slack, "pm")) == 1  # before it was archived

    await slack.post(f"channels/{slack.channels['payments']}", {"archived": False})
    await pass_to(bot, clock, FRIDAY + 3 * WEEK)
    assert await _headlines(slack) == []  # what waited is of no use any more
    await picked(slack, late)
    await pass_to(bot, clock, MONDAY + 3 * WEEK)
    assert await _headlines(slack) == ["Problem session · Mon 21 Dec 10:00 Berlin"]


async def test_a_thread_that_is_locked_holds_up_no_session(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await with_sessions(slack)
    late = await logged(slack)
    decision, engineer = await decided(slack, "Use webhooks"), slack.person("engineer")
    await slack.fault("chat.postMessage", "error", "thread_locked", channel=slack.channels["payments"])
    question = await opens(engineer, engineer.press(decision, "decisions.question"))
    assert (await engineer.submit(question, {"reason": "Who pays?"})).errors == {}
    await until(lambda: _told_of_thread(slack))
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, late)
    await pass_to(bot, clock, MONDAY)
    assert await _headlines(slack) == ["Problem session · Mon 30 Nov 10:00 Berlin"]


async def _told_of_thread(slack: Slack) -> bool:
    return any("is locked" in words_of(message) for message in await dm_of(slack, "engineer"))


@pytest.mark.parametrize("changes", [{"name": "money"}, {"private": True}])
async def test_renamed_or_made_private_it_stays_the_teams_channel(
    slack: Slack, bot: App, clock: MovableClock, changes: Json
) -> None:
    await with_sessions(slack)
    late = await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, late)
    await slack.post(f"channels/{slack.channels['payments']}", changes)
    await pass_to(bot, clock, MONDAY)
    assert await _headlines(slack) == ["Problem session · Mon 30 Nov 10:00 Berlin"]
