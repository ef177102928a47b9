"""Slack is gone, or will not have us, while hundreds are due: afterwards each is said once, or not at all if late."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.outbox import service as outbox
from bot.outbox.sender import RETRIES, Sender
from bot.schedule.models import Occurrence
from bot.schedule.worker import ScheduleWorker
from bot.workspaces.models import Workspace
from tests.outbox.rig import Rig, running, seed
from tests.schedule import bells
from tests.schedule.worker import ringing

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CHANNELS = 50
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def rig(db: Database, clock: MovableClock) -> AsyncIterator[Rig]:
    clock.set(NOON)
    async with running(db, clock, seed(channels=CHANNELS)) as found:
        yield found


def _worker(rig: Rig) -> ScheduleWorker:
    return ringing(rig.db, rig.clock)


@pytest.mark.slow
async def test_after_an_outage_each_is_said_once_and_what_is_of_no_use_any_more_is_not(rig: Rig) -> None:
    due = {"lasting": 450, "passing": 50}
    for n, (kind, count) in enumerate(due.items()):
        begin = n * bells.PASSING
        async with rig.db.begin() as session:
            await bells.hang(
                session,
                workspace_id=rig.workspace_id,
                subject_ids=[begin + 1000 * m + 1 + m % CHANNELS for m in range(count)],
                at=time(13),
                now=rig.clock.now(),
            )
        assert kind
    worker = _worker(rig)
    for method in ("chat.postMessage", "conversations.history"):
        await rig.fault("http", {"status": 503}, method=method, times=None)
    sender = rig.sender(retries=RETRIES)
    rig.clock.advance(timedelta(hours=1, seconds=1))
    assert await worker.run_due() == sum(due.values())
    for _minute in range(30):
        await sender.send_due()
        rig.clock.advance(MINUTE)
    assert await rig.posted() == []

    await rig.clear_faults()
    for _minute in range(60):
        await sender.send_due()
        rig.clock.advance(MINUTE)
    assert await rig.states() == {"sent": due["lasting"], "skipped": due["passing"]}
    said = Counter(await rig.texts())
    assert len(said) == due["lasting"]
    assert set(said.values()) == {1}


@pytest.mark.slow
async def test_a_token_revoked_in_the_middle_holds_up_no_other_workspace_and_nothing_is_said_twice(
    db: Database, clock: MovableClock
) -> None:
    clock.set(NOON)
    each = 250
    async with running(db, clock, seed(workspaces=2, channels=CHANNELS)) as rig:
        for workspace_id in rig.workspaces:
            async with db.begin() as session:
                await bells.hang(
                    session,
                    workspace_id=workspace_id,
                    subject_ids=[1000 * n + 1 + n % CHANNELS for n in range(each)],
                    at=time(13),
                    now=clock.now(),
                )
        await rig.fault("latency", 0, workspace="T1", times=each // 2)
        await rig.fault("error", "token_revoked", workspace="T1", times=None)
        clock.advance(timedelta(hours=1, seconds=1))
        worker, sender = _worker(rig), rig.sender(at_once=20)
        async with _both(worker, sender):
            await rig.until(
                lambda states: states["sent"] == each + each // 2 and not states["sending"], seconds=240
            )
        assert Counter(await rig.texts(team_id="T2")).total() == each
        assert len(await rig.ledger("chat.postMessage", team_id="T1")) <= each // 2 + 20

        clock.advance(timedelta(hours=2))
        await rig.clear_faults()
        async with db.begin() as session:  # installed again
            still_due = await session.scalar(select(func.count()).where(Occurrence.next_at <= clock.now()))
            await session.execute(update(Workspace).values(state="active"))
            await outbox.resume(session, workspace_id=rig.workspaces[0], now=clock.now())
        assert still_due
        async with _both(worker, sender):
            await rig.until(lambda states: states["sent"] == 2 * each, seconds=240)
        said = Counter(await rig.texts(team_id="T1"))
        assert len(said) == each
        assert set(said.values()) == {1}


@asynccontextmanager
async def _both(worker: ScheduleWorker, sender: Sender) -> AsyncIterator[None]:
    """At work."""
    worker.start()
    sender.start()
    try:
        yield
    finally:
        await worker.stop()
        await sender.stop()
