"""Processes that are killed in the middle, while Slack drops answers: every message arrives, and arrives once."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlalchemy import URL

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.db.keyring import Keyring, new_key
from bot.slack.clients import Clients
from tests.outbox.rig import Json, Rig, seed
from tests.processes import process

CHANNELS = 50

STORM: list[Json] = [  # how Slack behaves on its worst day, for each post
    {"kind": "reset_after_commit", "value": "rst", "probability": 0.015},
    {"kind": "reset_after_commit", "value": "fin", "probability": 0.015},
    {"kind": "error_after_commit", "value": "internal_error", "probability": 0.03},
    {"kind": "error", "value": "internal_error", "probability": 0.03},
    {"kind": "http", "value": {"status": 429, "retry_after": 0.2}, "probability": 0.05},
    {"kind": "latency", "value": 0.05, "times": None},
]


@asynccontextmanager
async def slack_in_a_process(document: Json, folder: Path) -> AsyncIterator[Json]:
    file = folder / "seed.json"
    file.write_text(json.dumps(document))
    async with process("bot.playground", "--json", "--seed", str(file)) as running:
        assert running.stdout is not None
        yield json.loads(await running.stdout.readline())


def has_sent(at_least: int, states: Counter[str]) -> bool:
    return states["sent"] >= at_least


class Workers:
    """Senders in processes of their own; one that is killed is replaced."""

    def __init__(self, command: tuple[str, ...], dice: random.Random, stack: AsyncExitStack) -> None:
        self._command = command
        self._dice = dice
        self._stack = stack
        self._running: list[asyncio.subprocess.Process] = []

    async def add(self) -> None:
        self._running.append(await self._stack.enter_async_context(process(*self._command)))

    async def kill_one(self) -> None:
        victim = self._running.pop(self._dice.randrange(len(self._running)))
        victim.kill()
        await self.add()


@pytest.mark.slow
@pytest.mark.parametrize(("posts", "kills", "luck"), [(1500, 20, luck) for luck in range(1, 6)])
async def test_kill_9_while_sending_loses_nothing_and_doubles_nothing(
    database_url: URL, tmp_path: Path, posts: int, kills: int, luck: int
) -> None:
    key, dice = new_key(), random.Random(luck)
    db = Database(database_url, keyring=Keyring([key]))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        described = await stack.enter_async_context(
            slack_in_a_process(seed(workspaces=2, channels=CHANNELS), tmp_path)
        )
        http = await stack.enter_async_context(ClientSession())
        clients = await stack.enter_async_context(Clients(api_url=described["api_url"], timeout_seconds=1))
        rig = Rig(db, described, http, clients, MovableClock())
        await rig.install()
        for number, fault in enumerate(STORM):
            await rig.fault(**fault, seed=luck * 100 + number)
        await rig.post_all(
            {
                "text": f"{n}",
                "source": f"wins:{n}:card",
                "workspace_id": rig.workspaces[n % 2],
                "recipient": rig.channel(1 + n % CHANNELS, workspace=1 + n % 2),
            }
            for n in range(posts)
        )
        url = database_url.render_as_string(hide_password=False)
        workers = Workers(("tests.outbox.worker", url, key, described["api_url"]), dice, stack)
        for _ in range(1 if db.is_sqlite else 3):
            await workers.add()
        for kill in range(1, kills + 1):
            reached = posts * kill // (kills + 2)
            await rig.until(partial(has_sent, reached), seconds=60)
            await workers.kill_one()
        assert await rig.settled(seconds=90) == {"sent": posts}
        assert Counter(await rig.texts()) == Counter(str(n) for n in range(posts))
        assert await rig.ledger("conversations.history")
