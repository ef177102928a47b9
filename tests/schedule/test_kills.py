"""Replicas that are killed while thousands of rituals are due and Slack drops answers: each rings, and rings once."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlalchemy import URL, func, select

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.db.keyring import Keyring, new_key
from bot.schedule.models import Occurrence, OccurrenceState
from bot.slack.clients import Clients
from tests.outbox.rig import Rig, seed
from tests.outbox.test_kills import STORM, Workers, has_sent, slack_in_a_process
from tests.schedule import bells


@asynccontextmanager
async def _storm(
    database_url: URL, folder: Path, *, workspaces: int, luck: int
) -> AsyncIterator[tuple[Rig, Workers]]:
    key, dice = new_key(), random.Random(luck)
    db = Database(database_url, keyring=Keyring([key]))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        described = await stack.enter_async_context(
            slack_in_a_process(seed(workspaces=workspaces, channels=CHANNELS), folder)
        )
        http = await stack.enter_async_context(ClientSession())
        clients = await stack.enter_async_context(Clients(api_url=described["api_url"], timeout_seconds=1))
        rig = Rig(db, described, http, clients, MovableClock())
        await rig.install()
        for number, fault in enumerate(STORM):
            await rig.fault(**fault, seed=luck * 100 + number)
        url = database_url.render_as_string(hide_password=False)
        yield rig, Workers(("tests.schedule.worker", url, key, described["api_url"]), dice, stack)


CHANNELS = 10


@pytest.mark.parametrize(
    ("posts", "kills", "workspaces"),
    [
        pytest.param(300, 20, 20, marks=pytest.mark.slow),
        pytest.param(10_000, 55, 40, marks=pytest.mark.full),
    ],
)
async def test_what_is_due_rings_once_through_kill_9_and_lost_answers(
    database_url: URL, tmp_path: Path, posts: int, kills: int, workspaces: int
) -> None:
    async with _storm(database_url, tmp_path, workspaces=workspaces, luck=posts) as (rig, workers):
        due = rig.clock.now() - timedelta(minutes=2)
        each = posts // workspaces
        for workspace_id in rig.workspaces:
            async with rig.db.begin() as session:
                await bells.hang(
                    session,
                    workspace_id=workspace_id,
                    subject_ids=[1000 * n + 1 + n % CHANNELS for n in range(each)],
                    at=due.time().replace(second=0, microsecond=0),
                    now=due - timedelta(minutes=5),
                )
        for _ in range(1 if rig.db.is_sqlite else 3):
            await workers.add()
        for kill in range(1, kills + 1):
            reached = posts * kill // (kills + 2)
            await rig.until(partial(has_sent, reached), seconds=180)
            await workers.kill_one()
        await rig.until(partial(has_sent, posts), seconds=180)
        assert await rig.settled(seconds=90) == {"sent": posts}
        said = Counter(await rig.texts())
        assert len(said) == posts
        assert set(said.values()) == {1}
        assert await _states(rig.db) == {OccurrenceState.DONE: posts, OccurrenceState.DUE: posts}


async def _states(db: Database) -> dict[str, int]:
    async with db.read() as session:
        rows = await session.execute(select(Occurrence.state, func.count()).group_by(Occurrence.state))
        return {str(state): int(count) for state, count in rows}
