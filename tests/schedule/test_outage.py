"""Slack is gone for half an hour while hundreds of rituals are due: afterwards each is said once, or not at all if late."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.outbox.sender import RETRIES
from bot.schedule.worker import ScheduleWorker
from tests.outbox.rig import Rig, running, seed
from tests.schedule import bells
from tests.schedule.worker import nobody, nothing

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CHANNELS = 50
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def rig(db: Database, clock: MovableClock) -> AsyncIterator[Rig]:
    clock.set(NOON)
    async with running(db, clock, seed(channels=CHANNELS)) as found:
        yield found


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
    worker = ScheduleWorker(
        rig.db,
        {bells.RITUAL: bells.timed},
        clock=rig.clock,
        see=nobody,
        count_replies=nothing,
        suggest=nothing,
    )
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
