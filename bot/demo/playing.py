"""The bot in Socket Mode against a local Slack of its own, by whose clock it lives."""

import errno
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot import manifest
from bot.app import App, look, opened, serving
from bot.clock import Clock
from bot.demo.errors import DemoError
from bot.demo.folder import Folder
from bot.ops import Health
from bot.outbox import service as outbox
from bot.playground import saved
from bot.playground.saved import Saved
from bot.playground.server import LocalSlack
from bot.schedule import service as schedule
from bot.settings import Settings

LEDGER_ENTRIES = 5_000
USED = (errno.EADDRINUSE, errno.EACCES)


class SlackClock(Clock):
    """Goes as the local Slack's does, wherever somebody puts that."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack

    @property
    def ahead(self) -> timedelta:
        return self._slack.state.clock.ahead

    def now(self) -> datetime:
        return self._slack.state.clock.now()


@dataclass
class _Bot:
    """What the local Slack asks of the bot and tells it, once there is one."""

    app: App | None = None

    async def next_due(self) -> datetime | None:
        if self.app is None:
            return None
        now = self.app.clock.now()
        async with self.app.database.read() as session:
            found = [await source.next_due(session, after=now) for source in (outbox, schedule)]
        return min((at for at in found if at is not None), default=None)

    def look(self) -> None:
        if self.app is not None:
            look(self.app)


@dataclass(frozen=True)
class Playing:
    """A demo that is up."""

    slack: LocalSlack
    app: App


@asynccontextmanager
async def playing(
    folder: Folder, *, port: int, begun: Saved | None = None, starts_at: datetime | None = None
) -> AsyncIterator[Playing]:
    """Goes on where `begun` ended; else the local Slack is new, made at `starts_at`. What is begun is saved at the end.

    Raises:
        DemoError: the port cannot be had.
    """
    bot = _Bot()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(_listening(bot, port, begun))
        if begun is not None:
            saved.put_back(begun, slack.state)
        else:
            folder.clear()  # not before the port is had: what cannot start costs nothing
            if starts_at is not None:
                _make_it_as_old(slack, starts_at)
        stack.callback(_save_what_is_begun, folder, slack)  # after the bot's last words
        given: dict[str, Any] = {
            "slack_bot_token": slack.bot_token,
            "slack_app_token": slack.app_token,
            "slack_api_url": slack.api_url,
            "database_url": f"sqlite:///{folder.database}",
            "host": "127.0.0.1",
        }
        settings = Settings(**given)
        database = await stack.enter_async_context(opened(settings))
        bot.app = await stack.enter_async_context(
            serving(settings, database=database, clock=SlackClock(slack), health=Health(_fine))
        )
        yield Playing(slack, bot.app)


@asynccontextmanager
async def _listening(bot: _Bot, port: int, begun: Saved | None) -> AsyncIterator[LocalSlack]:
    slack = LocalSlack(
        begun.seed if begun else None,
        manifest=manifest.load(),
        port=port,
        ledger_limit=LEDGER_ENTRIES,
        next_due=bot.next_due,
        on_move=bot.look,
    )
    try:
        await slack.start()
    except OSError as error:
        if error.errno not in USED:
            raise
        raise DemoError(
            f"Port {port} is taken: another program listens there, perhaps another demo. End that one, or choose"
            " another port with --port; --port 0 takes one that is free."
        ) from None
    try:
        yield slack
    finally:
        await slack.stop()


def _make_it_as_old(slack: LocalSlack, at: datetime) -> None:
    state = slack.state
    state.clock.set(at)
    for channel in state.world.channels.values():
        channel.created = state.clock.seconds()
    for person in state.world.people.values():
        person.updated = state.clock.seconds()


def _save_what_is_begun(folder: Folder, slack: LocalSlack) -> None:
    if folder.is_begun:
        folder.save(slack.state)


async def _fine() -> str | None:
    return None
