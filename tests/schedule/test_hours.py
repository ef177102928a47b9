"""What comes late waits for the hours in which people work, if it is still of use then; what is on time does not."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.outbox.models import Delivery
from bot.people.models import Absence
from bot.schedule.models import Cadence, CatchUp, Occurrence, OccurrenceState
from bot.schedule.plan import START
from bot.schedule.worker import Moment, Step, Timed
from tests.outbox.rig import Rig, running, seed
from tests.schedule import bells
from tests.schedule.worker import ringing

pytestmark = pytest.mark.alike

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
CHANNEL, PM = "C1X1", "U1PM"
NEVER = "never"
HOUR = timedelta(hours=1)


@pytest.fixture
async def rig(db: Database, clock: MovableClock) -> AsyncIterator[Rig]:
    async with running(db, clock, seed(channels=3)) as found:
        yield found


async def _late(
    rig: Rig,
    day: date,
    at: str,
    late: timedelta,
    *,
    useful: timedelta | None = None,
    grace: timedelta | None = None,
    silent_until: datetime | None = None,
) -> dict[str, str]:
    """When what was due then in Berlin is said to each, if nothing ran until it was so late."""

    async def say(session: AsyncSession, *, moment: Moment) -> None:
        for recipient in (CHANNEL, PM):
            await moment.post(
                session,
                name="says",
                recipient=recipient,
                payload={"text": "something"},
                useful_until=moment.occurrence.starts_at + useful if useful else None,
            )

    due = datetime.combine(day, time.fromisoformat(at), BERLIN).astimezone(UTC)
    rig.clock.set(due - HOUR)
    async with rig.db.begin() as session:
        await bells.hang(
            session,
            workspace_id=rig.workspace_id,
            subject_ids=[1],
            at=time.fromisoformat(at),
            timezone="Europe/Berlin",
            now=rig.clock.now(),
        )
        await session.execute(update(Cadence).values(silent_until=silent_until))
    rig.clock.set(due + late)
    timed = Timed(steps={START: Step(run=say, grace=grace)})
    worker = ringing(rig.db, rig.clock, timed=timed)
    await worker.run_due()
    async with rig.db.read() as session:
        rows = (await session.scalars(select(Delivery).order_by(Delivery.number))).all()
    return {row.recipient: _said(row) for row in rows}


async def _state(rig: Rig) -> str | None:
    async with rig.db.read() as session:
        return await session.scalar(select(Occurrence.state).order_by(Occurrence.id))


def _said(row: Delivery) -> str:
    if row.useful_until is not None and row.useful_until <= row.not_before:
        return NEVER
    return f"{row.not_before.astimezone(BERLIN):%a %d %H:%M}"


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ((MONDAY, "03:00", 0 * HOUR, None), "Mon 23 03:00"),
        ((MONDAY, "17:00", HOUR / 2, None), "Mon 23 17:30"),
        ((MONDAY, "17:00", 2 * HOUR, None), "Tue 24 08:00"),
        ((MONDAY, "17:00", 10 * HOUR, None), "Tue 24 08:00"),
        ((MONDAY, "17:00", 10 * HOUR, 15 * HOUR), NEVER),
        ((MONDAY, "17:00", 10 * HOUR, 16 * HOUR), "Tue 24 08:00"),
        ((FRIDAY, "17:00", 20 * HOUR, None), "Mon 30 08:00"),
        ((FRIDAY, "17:00", 20 * HOUR, 48 * HOUR), NEVER),
        ((MONDAY, "20:00", HOUR / 2, 4 * HOUR), "Mon 23 20:30"),
        ((MONDAY, "20:00", HOUR / 2, None), "Tue 24 08:00"),
        ((MONDAY, "20:00", 6 * HOUR, 12 * HOUR), NEVER),
        ((MONDAY, "06:00", HOUR, None), "Mon 23 08:00"),
    ],
)
async def test_a_late_message_comes_while_people_work(
    rig: Rig, due: tuple[date, str, timedelta, timedelta | None], said: str
) -> None:
    day, at, late, useful = due
    assert await _late(rig, day, at, late, useful=useful) == {CHANNEL: said, PM: said}


async def test_who_is_away_by_then_is_left_in_peace(rig: Rig) -> None:
    async with rig.db.begin() as session:
        away = Absence(
            workspace_id=rig.workspace_id,
            user_id=PM,
            first=date(2026, 11, 30),
            last=date(2026, 11, 30),
            noted_by=PM,
            noted_at=datetime(2026, 11, 23, tzinfo=UTC),
        )
        session.add(away)
    assert await _late(rig, FRIDAY, "17:00", 20 * HOUR) == {CHANNEL: "Mon 30 08:00"}


async def test_what_waits_its_turn_past_midnight_is_still_todays(rig: Rig) -> None:
    last = datetime(2026, 11, 23, 23, 55, tzinfo=BERLIN)
    async with rig.db.begin() as session:
        session.add(CatchUp(workspace_id=rig.workspace_id, user_id=PM, at=last))
    found = await _late(rig, MONDAY, "23:30", 25 * HOUR / 60, useful=4 * HOUR)
    assert found == {CHANNEL: "Mon 23 23:55", PM: "Tue 24 00:05"}


async def test_what_a_backup_says_was_held_was_held(rig: Rig) -> None:
    """Nothing is said of it then, so that the hour does not matter."""
    found = await _late(
        rig, MONDAY, "17:00", 2.5 * HOUR, grace=4 * HOUR, silent_until=datetime(2026, 11, 23, 18, tzinfo=UTC)
    )
    assert found == {}
    assert await _state(rig) == OccurrenceState.DONE


@pytest.mark.parametrize(
    ("at", "late", "grace", "said"),
    [
        ("17:00", 1.5 * HOUR, 4 * HOUR, "Mon 23 18:30"),
        ("17:00", 2.5 * HOUR, 4 * HOUR, NEVER),
        ("17:00", 2.5 * HOUR, 24 * HOUR, "Tue 24 08:00"),
        ("20:00", 2.5 * HOUR, 4 * HOUR, "Mon 23 22:30"),
    ],
)
async def test_nothing_is_held_of_which_nobody_hears_in_time(
    rig: Rig, at: str, late: timedelta, grace: timedelta, said: str
) -> None:
    missed = said == NEVER
    found = await _late(rig, MONDAY, at, late, useful=grace, grace=grace)
    assert found == ({} if missed else {CHANNEL: said, PM: said})
    assert await _state(rig) == (OccurrenceState.MISSED if missed else OccurrenceState.DONE)
