"""The role of the PM goes to somebody else: they are asked to pick, and who had it before is left in peace."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.clock import MovableClock
from bot.inbox.models import Envelope, EnvelopeState
from tests.person import Slack, until, words_of
from tests.rituals.problem_sessions.stories import (
    FRIDAY,
    LATE,
    MONDAY,
    WEDNESDAY,
    asked_to_pick,
    logged,
    picked,
    settings_page,
    with_sessions,
)
from tests.rituals.stories import home, opens, pass_to, set_up_team

pytestmark = pytest.mark.alike

NEW = "engineer2"
QUESTION = "Which problems shall the session"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def _sessions(slack: Slack, bot: App, clock: MovableClock) -> None:
    clock.set(WEDNESDAY)
    await with_sessions(slack)
    await until(lambda: _all_heard(bot))


async def _hand_over(slack: Slack, bot: App) -> None:
    await set_up_team(slack, pm=NEW)
    await until(lambda: _all_heard(bot))


async def _all_heard(bot: App) -> bool:
    """The bot's own events too; its worker may have one in hand."""
    async with bot.database.read() as session:
        return not await session.scalar(select(func.count()).where(Envelope.state == EnvelopeState.NEW))


async def test_when_the_old_ones_account_is_gone_the_sessions_go_on(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await _hand_over(slack, bot)
    await slack.post(f"users/{slack.users['pm']}", {"deactivated": True})
    await until(lambda: _all_heard(bot))
    await pass_to(bot, clock, FRIDAY)
    assert len(await asked_to_pick(slack, NEW)) == 1
    assert "has no account here any more" not in words_of(await slack.messages("payments"))
    assert "Next: Mon 30 Nov" in words_of(await settings_page(slack, NEW))


async def test_when_the_old_one_is_away_the_session_takes_place(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    pm = slack.person("pm")
    await pm.submit(
        await opens(pm, pm.command("general", "/partner", "away")),
        {"first": "2026-11-27", "last": "2026-12-04"},
    )
    await _hand_over(slack, bot)
    card = await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, card, by=NEW)
    await pass_to(bot, clock, MONDAY)
    await slack.message("payments", f"1. *P-1* {LATE}")


async def test_what_the_old_one_was_asked_the_new_one_is_asked(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    card = await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    pm = slack.person("pm")
    [asked] = await asked_to_pick(slack, "pm")
    await pm.press(asked, "problem_sessions.put_off", "hour:1")
    await _hand_over(slack, bot)
    [question] = await until(lambda: asked_to_pick(slack, NEW))
    assert LATE in words_of(question)
    await pass_to(bot, clock, FRIDAY + 2 * HOUR)
    assert len(await asked_to_pick(slack, "pm")) == 1, "nor are they asked again in an hour"
    assert QUESTION in await home(slack, NEW)
    assert QUESTION not in await home(slack, "pm")
    await picked(slack, card, by=NEW)
    await pass_to(bot, clock, MONDAY)
    await slack.message("payments", f"1. *P-1* {LATE}")


async def test_what_the_old_one_has_picked_stays_picked(slack: Slack, bot: App, clock: MovableClock) -> None:
    card = await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, card)
    await _hand_over(slack, bot)
    await pass_to(bot, clock, MONDAY)
    await slack.message("payments", f"1. *P-1* {LATE}")
    assert await asked_to_pick(slack, NEW) == []
