"""Nights on which clocks are put forward or back, lived through in steps of ten minutes: each ritual comes once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.outbox.models import Delivery
from tests.outbox.rig import running, seed
from tests.schedule import bells
from tests.schedule.worker import ringing

pytestmark = [pytest.mark.alike, pytest.mark.slow]

STEP = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("zone", "at", "night"),
    [
        ("America/New_York", "01:30", date(2026, 11, 1)),  # comes twice
        ("America/New_York", "02:30", date(2026, 3, 8)),  # does not come
        ("Europe/Berlin", "02:30", date(2026, 10, 25)),
        ("Europe/Berlin", "02:30", date(2027, 3, 28)),
        ("Australia/Lord_Howe", "01:45", date(2026, 4, 5)),  # half an hour back
        ("Australia/Lord_Howe", "02:15", date(2026, 10, 4)),  # and forward
        ("Africa/Casablanca", "02:30", date(2026, 2, 15)),
    ],
)
async def test_each_night_rings_once(
    db: Database, clock: MovableClock, zone: str, at: str, night: date
) -> None:
    begin = datetime.combine(night, time(), UTC) - timedelta(hours=36)
    clock.set(begin)
    async with running(db, clock, seed(channels=1)) as rig:
        async with db.begin() as session:
            await bells.hang(
                session,
                workspace_id=rig.workspace_id,
                subject_ids=[1],
                at=time.fromisoformat(at),
                timezone=zone,
                now=begin,
            )
        worker = ringing(db, clock)
        for n in range(1, 72 * 6):
            clock.set(begin + n * STEP)
            await worker.run_due()
        async with db.read() as session:
            rows = await session.scalars(select(Delivery).order_by(Delivery.number))
            rung = [row.payload["text"].rpartition(" ")[2] for row in rows]
    assert rung.count(night.isoformat()) == 1
    assert len(rung) == len(set(rung))
    assert len(rung) == 3  # the one before, this one, the one after
