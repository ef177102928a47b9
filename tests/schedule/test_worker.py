"""What is due runs once, in its time or not at all, whatever happens to the process, its clock and its neighbours."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.outbox.models import Delivery
from bot.people.models import Absence
from bot.schedule import service
from bot.schedule.models import Cadence, Occurrence, OccurrenceState
from bot.schedule.plan import START
from bot.schedule.worker import Moment, ScheduleWorker, Step, Timed
from bot.workspaces.models import Workspace, WorkspaceState
from tests.outbox.rig import Rig, running, seed
from tests.schedule import bells
from tests.schedule.worker import WrongClock, ringing

#: A Monday.
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def rig(db: Database, clock: MovableClock) -> AsyncIterator[Rig]:
    clock.set(NOON)
    async with running(db, clock, seed(channels=3)) as found:
        yield found


def _worker(rig: Rig, timed: Timed = bells.timed, clock: MovableClock | None = None) -> ScheduleWorker:
    return ringing(rig.db, clock or rig.clock, timed=timed)


async def _hang(rig: Rig, *subjects: int, at: str = "13:00", **more: object) -> None:
    async with rig.db.begin() as session:
        await bells.hang(
            session,
            workspace_id=rig.workspace_id,
            subject_ids=subjects,
            at=time.fromisoformat(at),
            now=rig.clock.now(),
            **more,  # type: ignore[arg-type]
        )


async def _occurrences(rig: Rig) -> list[tuple[str, str]]:
    async with rig.db.read() as session:
        rows = await session.scalars(select(Occurrence).order_by(Occurrence.cadence_id, Occurrence.day))
        return [(f"{row.day:%a %d}", str(row.state)) for row in rows]


async def _said(rig: Rig) -> list[str]:
    async with rig.db.read() as session:
        rows = await session.scalars(select(Delivery).order_by(Delivery.number))
        return [row.payload["text"] for row in rows]


async def test_what_is_due_runs_and_the_next_one_is_planned(rig: Rig) -> None:
    await _hang(rig, 1, closes=True)
    worker = _worker(rig)
    assert await worker.run_due() == 0
    rig.clock.advance(timedelta(hours=1, seconds=1))
    assert await worker.run_due() == 1
    assert await _said(rig) == ["1/1 rings 2026-11-23"]
    assert await _occurrences(rig) == [("Mon 23", "open"), ("Tue 24", "due")]
    rig.clock.advance(timedelta(hours=1))
    await worker.run_due()
    assert (await _said(rig))[-1] == "1/1 is silent 2026-11-23"
    assert await _occurrences(rig) == [("Mon 23", "done"), ("Tue 24", "due")]


async def test_several_that_run_at_once_share_the_work(rig: Rig) -> None:
    await _hang(rig, *range(1, 61))
    rig.clock.advance(timedelta(hours=1, seconds=1))
    counts = await asyncio.gather(*(_worker(rig).run_due() for _ in range(3)))
    while more := await _worker(rig).run_due():
        counts.append(more)
    assert sum(counts) == 60
    async with rig.db.read() as session:
        assert await session.scalar(select(func.sum(Occurrence.failures))) == 0
    assert set(Counter(await _said(rig)).values()) == {1}
    assert len(await _said(rig)) == 60


class _SlowBells:
    """They begin to ring, and ring when the test lets them."""

    def __init__(self) -> None:
        self.begun, self.goes_on = asyncio.Event(), asyncio.Event()
        self.timed = replace(bells.timed, steps={**bells.timed.steps, START: Step(run=self._ring)})

    async def _ring(self, session: AsyncSession, *, moment: Moment) -> None:
        self.begun.set()
        await self.goes_on.wait()
        await bells.ring(session, moment=moment)


async def test_whoever_has_all_run_that_is_due_waits_for_what_runs_already(rig: Rig) -> None:
    slow = _SlowBells()
    await _hang(rig, 1)
    rig.clock.advance(timedelta(hours=1, seconds=1))
    worker = _worker(rig, slow.timed)
    first = asyncio.create_task(worker.run_due())
    await slow.begun.wait()
    second = asyncio.create_task(worker.run_due())
    await asyncio.wait({second}, timeout=0.5)
    slow.goes_on.set()
    assert await second == 0
    assert first.done()
    assert len(await _said(rig)) == 1


@pytest.mark.parametrize("change", ["paused", "set up anew"])
async def test_what_is_changed_while_it_begins_is_what_comes_next_and_what_has_begun_goes_on(
    rig: Rig, change: str
) -> None:
    slow = _SlowBells()

    async def change_it() -> None:
        if change == "set up anew":
            await _hang(rig, 1, at="18:00", closes=True)
            return
        async with rig.db.begin() as session:
            cadence = await service.cadence_of(
                session, workspace_id=rig.workspace_id, ritual=bells.RITUAL, subject_id=1, lock=True
            )
            assert cadence is not None
            await service.pause(session, cadence=cadence, user_id="U1PM", until=None, now=rig.clock.now())

    await _hang(rig, 1, closes=True)
    rig.clock.advance(timedelta(hours=1, seconds=1))
    beginning = asyncio.create_task(_worker(rig, slow.timed).run_due())
    await slow.begun.wait()
    changing = asyncio.create_task(change_it())
    await asyncio.wait({changing}, timeout=0.5)  # it waits for what begins, where it has to
    slow.goes_on.set()
    await asyncio.gather(beginning, changing)

    async with rig.db.read() as session:
        rows = await session.execute(select(Occurrence.state, Occurrence.next_at).order_by(Occurrence.day))
        (state, closes_at), *coming = rows.all()
    assert (state, closes_at) == (OccurrenceState.OPEN, NOON + timedelta(hours=2))
    comes_at = None if change == "paused" else NOON + timedelta(hours=30)
    assert [row.next_at for row in coming] == [comes_at]


@pytest.mark.parametrize(
    ("down", "states"),
    [
        (timedelta(minutes=10), [("Mon 23", "done"), ("Tue 24", "due")]),
        (timedelta(hours=3, minutes=50), [("Mon 23", "done"), ("Tue 24", "due")]),
        (timedelta(hours=5), [("Mon 23", "missed"), ("Tue 24", "due")]),
        (timedelta(days=3, hours=5), [("Mon 23", "missed"), ("Fri 27", "due")]),
    ],
)
async def test_after_a_downtime_what_is_still_of_use_runs_and_the_rest_is_missed(
    rig: Rig, down: timedelta, states: list[tuple[str, str]]
) -> None:
    await _hang(rig, 1)
    rig.clock.advance(timedelta(hours=1) + down)
    await _worker(rig).run_due()
    assert await _occurrences(rig) == states
    assert len(await _said(rig)) == (1 if states[0][1] == "done" else 0)


async def test_what_catches_up_reaches_a_person_at_most_every_ten_minutes(rig: Rig) -> None:
    await _hang(rig, 1, 2, 3, to="U1PM")
    await _hang(rig, 4, to="U1OWNER")
    rig.clock.advance(timedelta(hours=1, minutes=30))
    await _worker(rig).run_due()
    async with rig.db.read() as session:
        rows = await session.execute(
            select(Delivery.recipient, Delivery.not_before).order_by(Delivery.number)
        )
        times: dict[str, list[datetime]] = {}
        for recipient, not_before in rows:
            times.setdefault(recipient, []).append(not_before)
    gaps = [later - sooner for sooner, later in zip(times["U1PM"], times["U1PM"][1:], strict=False)]
    assert len(gaps) == 2
    assert min(gaps) >= timedelta(minutes=10)
    assert times["U1OWNER"][0] < times["U1PM"][0] + timedelta(minutes=1)


async def test_what_is_on_time_is_not_held_back(rig: Rig) -> None:
    await _hang(rig, 1, 2, 3, to="U1PM")
    rig.clock.advance(timedelta(hours=1, minutes=1))
    await _worker(rig).run_due()
    async with rig.db.read() as session:
        rows = await session.scalars(select(Delivery.not_before))
        assert max(rows) <= rig.clock.now()


@pytest.mark.parametrize("said", ["poison", "refused by the database"])
async def test_one_that_breaks_holds_up_no_other_and_is_given_up_in_the_end(rig: Rig, said: str) -> None:
    async def break_or_ring(session: AsyncSession, *, moment: Moment) -> None:
        if moment.cadence.subject_id == 1 and said == "poison":
            raise ValueError(said)
        if moment.cadence.subject_id == 1:
            await session.execute(text("SELECT nothing FROM nowhere"))
        await bells.ring(session, moment=moment)

    poisoned = replace(bells.timed, steps={START: Step(run=break_or_ring)})
    await _hang(rig, 1, 2)
    rig.clock.advance(timedelta(hours=1, seconds=1))
    worker = _worker(rig, poisoned)
    await worker.run_due()
    assert await _said(rig) == ["1/2 rings 2026-11-23"]
    for _ in range(5):
        rig.clock.advance(timedelta(minutes=5))
        await worker.run_due()
    assert (await _occurrences(rig))[:2] == [("Mon 23", "missed"), ("Tue 24", "due")]


async def test_one_that_cannot_even_be_given_up_holds_up_no_other(rig: Rig) -> None:
    """A cadence that cannot be read has no next time: it is tried again for as long as it is so."""
    await _hang(rig, 1, 2)
    async with rig.db.begin() as session:
        await session.execute(update(Cadence).where(Cadence.subject_id == 1).values(rule={"kind": "lunar"}))
    worker = _worker(rig)
    for day in range(7):
        rig.clock.set(NOON + timedelta(days=day, hours=1, seconds=1))
        await worker.run_due()
    assert len(await _said(rig)) == 7
    assert {line.split()[0] for line in await _said(rig)} == {"1/2"}


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_replica_whose_clock_is_wrong_runs_nothing_before_its_time(rig: Rig, minutes: int) -> None:
    """Due is what the database's clock says; the demo's own clock is moved with all others."""
    wrong = WrongClock(timedelta(minutes=minutes))
    wrong.set(NOON)
    await _hang(rig, 1)
    rig.clock.advance(timedelta(minutes=55))
    wrong.advance(timedelta(minutes=55))
    assert await _worker(rig, clock=wrong).run_due() == 0
    wrong.advance(timedelta(minutes=5, seconds=1))
    assert await _worker(rig, clock=wrong).run_due() == 1


async def test_one_without_somebody_it_needs_is_left_out_and_the_next_one_comes(rig: Rig) -> None:
    await _hang(rig, 1, user_ids=["U1PM"])
    async with rig.db.begin() as session:
        session.add(
            Absence(
                workspace_id=rig.workspace_id,
                user_id="U1PM",
                first=NOON.date(),
                last=NOON.date(),
                noted_by="U1PM",
                noted_at=NOON,
            )
        )
    rig.clock.advance(timedelta(hours=1, seconds=1))
    await _worker(rig).run_due()
    assert await _said(rig) == ["1/1 is left out 2026-11-23"]
    assert await _occurrences(rig) == [("Mon 23", "skipped"), ("Tue 24", "due")]


async def test_a_workspace_that_left_has_nothing_due(rig: Rig) -> None:
    await _hang(rig, 1)
    async with rig.db.begin() as session:
        await session.execute(update(Workspace).values(state=WorkspaceState.UNINSTALLED))
    rig.clock.advance(timedelta(hours=1, seconds=1))
    assert await _worker(rig).run_due() == 0


async def test_the_database_refuses_the_same_date_twice(rig: Rig) -> None:
    await _hang(rig, 1)
    async with rig.db.read() as session:
        cadence = (await session.scalars(select(Cadence))).one()
    again = Occurrence(
        workspace_id=rig.workspace_id,
        cadence_id=cadence.id,
        day=NOON.date(),
        starts_at=NOON,
        state=OccurrenceState.DUE,
    )
    with pytest.raises(IntegrityError):
        await _add(rig, again)


async def _add(rig: Rig, occurrence: Occurrence) -> None:
    async with rig.db.begin() as session:
        session.add(occurrence)


async def test_new_time_zones_plan_what_is_to_come_anew_and_leave_alone_what_has_been(rig: Rig) -> None:
    await _hang(rig, 1)
    rig.clock.advance(timedelta(hours=1, seconds=1))
    await _worker(rig).run_due()
    wrong = NOON + timedelta(days=1, hours=2)  # as an older version had it, an hour off
    async with rig.db.begin() as session:
        await session.execute(update(Cadence).values(tzdata="2020a"))
        due = update(Occurrence).where(Occurrence.state == OccurrenceState.DUE)
        await session.execute(due.values(starts_at=wrong, next_at=wrong))
    async with rig.db.begin() as session:
        assert await service.mend(session, now=rig.clock.now()) == 1
    async with rig.db.begin() as session:
        assert await service.mend(session, now=rig.clock.now()) == 0
        rows = (await session.scalars(select(Occurrence).order_by(Occurrence.day))).all()
    assert [row.starts_at for row in rows] == [NOON + timedelta(hours=1), NOON + timedelta(days=1, hours=1)]
