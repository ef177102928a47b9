"""The thread of a record's message is fetched in the end, however long Slack, or another workspace, is in trouble."""

from datetime import timedelta

from sqlalchemy import select, text

from bot.app import App
from bot.clock import MovableClock
from bot.records.models import Source
from tests.person import Json, Slack, until
from tests.rituals.stories import card, opens


async def log(slack: Slack, words: str) -> Json:
    """A decision made from a message of the engineer's; the message."""
    pm = slack.person("pm")
    message = await slack.person("engineer").say("payments", words)
    await pm.submit(await opens(pm, pm.shortcut("decisions.log_message", message)))
    await card(slack, words)
    return message


async def source(bot: App, message: Json) -> Source:
    async with bot.database.read() as session:
        return (await session.scalars(select(Source).where(Source.ts == message["ts"]))).one()


async def test_a_slack_that_is_away_for_an_hour_is_asked_a_few_times_and_then_answers(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await slack.fault("chat.getPermalink", "http", 503, times=6)
    message = await log(slack, "Webhooks it is")
    for n in range(1, 7):
        await until(lambda n=n: _tried_now(bot, message, n))  # type: ignore[misc]
        for _look in range(3):
            await bot.tasks.idle()
            bot.snapshots.look()
        await bot.tasks.idle()
        assert await _tried(bot, message, n)
        clock.advance(timedelta(minutes=2**n))
    await until(lambda: _fetched_now(bot, message))


async def test_a_token_that_cannot_be_read_stops_only_its_own_workspace(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await slack.fault("chat.getPermalink", "http", 503)
    elsewhere = await log(slack, "Polling it is")
    await until(lambda: _tried_now(bot, elsewhere, 1))
    async with bot.database.begin() as session:  # to another workspace, whose key is lost
        await session.execute(
            text(
                "INSERT INTO workspaces (id, slack_id, name, state, bot_token, bot_user_id, bot_id, scopes,"
                " created_at, state_changed_at) SELECT 77, 'T077', '', 'active', 'garbage', '', '', '[]',"
                " created_at, created_at FROM workspaces"
            )
        )
        await session.execute(text("UPDATE sources SET workspace_id = 77, attempts = 0"))
    clock.advance(timedelta(minutes=2))
    message = await log(slack, "Webhooks it is")
    await until(lambda: _fetched_now(bot, message))


async def _tried_now(bot: App, message: Json, times: int) -> bool:
    bot.snapshots.look()  # as a tick does
    return await _tried(bot, message, times)


async def _fetched_now(bot: App, message: Json) -> bool:
    bot.snapshots.look()
    return await _fetched(bot, message)


async def _tried(bot: App, message: Json, times: int) -> bool:
    return (await source(bot, message)).attempts == times


async def _fetched(bot: App, message: Json) -> bool:
    return (await source(bot, message)).fetched_at is not None
