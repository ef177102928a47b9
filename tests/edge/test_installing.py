"""Installed, removed, its token revoked, installed again: in whatever order Slack tells of it."""

import asyncio
import time

import pytest
from sqlalchemy import URL, func, select

from bot.app import App
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.db.keyring import Keyring, new_key
from bot.inbox.models import Envelope
from bot.outbox.models import Delivery, Lane
from bot.workspaces import installations
from bot.workspaces.models import Workspace
from tests.bot import running_bot
from tests.edge import door as d
from tests.edge.door import Door
from tests.person import Slack, until
from tests.rituals.stories import card, saved

pytestmark = pytest.mark.alike

UNINSTALLED = {"type": "app_uninstalled"}
REVOKED = {"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"], "oauth": []}}


async def state(db: Database) -> str | None:
    async with db.read() as session:
        return await session.scalar(select(Workspace.state))


async def waiting(db: Database, wanted: str) -> bool:
    """Whether there is a delivery in this state."""
    async with db.read() as session:
        return bool(await session.scalar(select(func.count()).where(Delivery.state == wanted)))


async def handled(slack: Slack, bot: App, door: Door, *events: d.Json, ago: float = 0) -> str | None:
    """The workspace's state once these events, that old, are dealt with one after the other."""
    for event in events:
        asked = d.event(slack.described["team_id"], event, event_time=int(time.time() - ago))
        assert (await door.send(asked)).status == 200
        await until(lambda: _all_handled(bot.database))
    return await state(bot.database)


@pytest.mark.parametrize("event", [UNINSTALLED, REVOKED])
async def test_an_event_from_before_the_app_was_installed_again_ends_nothing(
    slack: Slack, bot: App, door: Door, event: d.Json
) -> None:
    assert await handled(slack, bot, door, event, ago=3600) == "active"


async def test_the_app_is_gone_when_it_was_removed_just_after_it_was_installed(
    slack: Slack, bot: App, door: Door
) -> None:
    assert await handled(slack, bot, door, UNINSTALLED) == "uninstalled"


@pytest.mark.parametrize(
    ("tokens", "becomes"),
    [({"bot": ["U0BOT"], "oauth": []}, "suspended"), ({"bot": [], "oauth": ["U1"]}, "active")],
)
async def test_the_bots_own_token_ends_its_work_and_a_persons_does_not(
    slack: Slack, bot: App, door: Door, tokens: d.Json, becomes: str
) -> None:
    assert await handled(slack, bot, door, {"type": "tokens_revoked", "tokens": tokens}) == becomes


@pytest.mark.parametrize("events", [(REVOKED, UNINSTALLED), (UNINSTALLED, REVOKED)])
async def test_in_whatever_order_slack_tells_of_it_the_app_is_uninstalled(
    slack: Slack, bot: App, door: Door, events: tuple[d.Json, d.Json]
) -> None:
    assert await handled(slack, bot, door, *events) == "uninstalled"


async def test_a_lifecycle_event_of_an_unknown_workspace_is_dropped(bot: App, door: Door) -> None:
    assert (await door.send(d.event("T0NOBODY", UNINSTALLED))).status == 200
    assert await state(bot.database) == "active"


async def test_what_waited_is_sent_when_the_app_is_installed_again(
    slack: Slack, db: Database, clock: MovableClock
) -> None:
    async with running_bot(slack, db, clock=clock):
        await slack.fault("chat.postMessage", "error", "account_inactive")
        await saved(slack, "Use webhooks")
        await until(lambda: _held(db))
    async with running_bot(slack, db, clock=clock):
        assert await card(slack, "Use webhooks")


async def test_what_lacked_a_permission_is_sent_when_that_is_granted_and_not_before(
    slack: Slack, db: Database, clock: MovableClock
) -> None:
    async with running_bot(slack, db, clock=clock):
        await slack.fault("chat.postMessage", "error", "missing_scope")
        await saved(slack, "Use webhooks")
        await until(lambda: waiting(db, "paused"))
    async with running_bot(slack, db, clock=clock):  # restarted only
        assert await waiting(db, "paused")
    scopes = slack.local.state.world.workspaces[slack.described["team_id"]].scopes
    await slack.post("app/install", {"scopes": [*scopes, "chat:write.public"]})
    async with running_bot(slack, db, clock=clock):
        assert await card(slack, "Use webhooks")


async def test_replicas_that_start_together_on_an_empty_database_make_one_workspace(
    db: Database, clock: MovableClock
) -> None:
    async def install() -> int:
        async with db.begin() as session:
            workspace = await installations.save(
                session, slack_id="T1", bot_token="xoxb-1", bot_user_id="U1", bot_id="B1", now=clock.now()
            )
            return workspace.id

    assert len(set(await asyncio.gather(*(install() for _n in range(8))))) == 1


async def _all_handled(db: Database) -> bool:
    async with db.read() as session:
        return not await session.scalar(select(func.count()).where(Envelope.state == "new"))


async def _held(db: Database) -> bool:
    """Suspended, and nothing is even looked at any more."""
    async with db.read() as session:
        moving = await session.scalar(select(func.count()).where(Lane.next_at.is_not(None)))
    return await state(db) == "suspended" and not moving


async def test_a_lost_key_or_a_new_one_keeps_nobody_from_starting(
    slack: Slack, database_url: URL, clock: MovableClock
) -> None:
    """The token is in the settings anyway, and is sealed anew at each start, so that an old key can go."""
    old, new, other = new_key(), new_key(), new_key()
    for keys in ([old], [new, old], [new], [other]):
        database = Database(database_url, keyring=Keyring(keys))
        async with running_bot(slack, database, clock=clock):
            async with database.read() as session:
                token = await session.scalar(select(Workspace.bot_token))
            assert token == slack.described["bot_token"]
        await database.close()
