"""Events come as often as Slack likes, in any order, through restarts: what they cause happens once."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.inbox import service as inbox
from bot.inbox.models import Envelope
from bot.inbox.worker import EventListener, InboxWorker
from bot.outbox import service as outbox
from bot.outbox.models import Delivery
from bot.workspaces.models import Workspace
from tests.outbox.rig import eventually

Json = dict[str, Any]


@pytest.fixture
async def workspace_id(db: Database, clock: MovableClock) -> int:
    async with db.begin() as session:
        workspace = Workspace(slack_id="T1", created_at=clock.now(), state_changed_at=clock.now())
        session.add(workspace)
        await session.flush()  # for its id
        return workspace.id


async def receive(
    session: AsyncSession, clock: MovableClock, event_id: str, *, ago: timedelta = timedelta(), **event: Any
) -> bool:
    return await inbox.receive(
        session,
        event_id=event_id,
        slack_team_id="T1",
        event={"type": "reaction_added", "reaction": event_id, **event},
        event_time=clock.now() - ago,
        now=clock.now(),
    )


async def arrive(db: Database, clock: MovableClock, event_id: str, **more: Any) -> bool:
    async with db.begin() as session:
        return await receive(session, clock, event_id, **more)


async def answer_in_channel(session: Any, *, event: Json, workspace: Workspace, now: datetime) -> None:
    """What a listener does: it leaves a message. Not by the event's own id, so that twice would show."""
    count = await session.scalar(select(func.count()).select_from(Delivery))
    await outbox.post(
        session,
        workspace_id=workspace.id,
        source=f"wins:{event['reaction']}:{count}",
        recipient="C1",
        payload={"text": event["reaction"]},
        now=now,
    )


def worker(
    db: Database, clock: MovableClock, listener: EventListener = answer_in_channel, **more: Any
) -> InboxWorker:
    return InboxWorker(db, {"reaction_added": listener}, clock=clock, **more)


async def answers(db: Database) -> list[str]:
    async with db.read() as session:
        return [
            payload["text"]
            for payload in await session.scalars(select(Delivery.payload).order_by(Delivery.number))
        ]


async def states(db: Database) -> list[tuple[str, str | None]]:
    async with db.read() as session:
        rows = await session.execute(select(Envelope.state, Envelope.last_error).order_by(Envelope.id))
        return [(state, error) for state, error in rows]


async def test_an_event_is_handled_once_however_often_it_comes(
    db: Database, clock: MovableClock, workspace_id: int
) -> None:
    assert await arrive(db, clock, "Ev1")
    assert not await arrive(db, clock, "Ev1")
    assert await worker(db, clock).handle_new() == 1
    assert not await arrive(db, clock, "Ev1")
    assert await worker(db, clock).handle_new() == 0
    assert await answers(db) == ["Ev1"]


@pytest.mark.parametrize(("text", "is_another"), [("Polling it is", False), ("Webhooks it is", True)])
async def test_of_a_changed_message_nothing_is_kept_but_which_one_and_whether_its_text_is_another(
    db: Database, clock: MovableClock, workspace_id: int, text: str, *, is_another: bool
) -> None:
    before, after = {"ts": "1.1", "text": "Polling it is"}, {"ts": "1.1", "text": text, "attachments": [{}]}
    changed = {"type": "message", "subtype": "message_changed", "channel": "C1"}
    await arrive(db, clock, "Ev1", **changed, message=after, previous_message=before)
    async with db.read() as session:
        kept = await session.scalar(select(Envelope.payload))
    assert kept == {
        **changed,
        "message": {"ts": "1.1"},
        "previous_message": {"ts": "1.1"},
        "text_changed": is_another,
    }


@pytest.mark.parametrize("events", [20, pytest.param(2000, marks=pytest.mark.slow)])
async def test_events_that_come_up_to_27_times_in_any_order_each_have_their_effect_once(
    db: Database, clock: MovableClock, workspace_id: int, events: int
) -> None:
    dice = random.Random(events)
    arrivals = [f"Ev{n}" for n in range(events) for _ in range(dice.randint(1, 27))]
    dice.shuffle(arrivals)
    handfuls = [arrivals[n : n + 10] for n in range(0, len(arrivals), 10)]
    restarts = set(dice.sample(range(len(handfuls)), 10))
    at_work = worker(db, clock)
    at_work.start()
    for number, handful in enumerate(handfuls):
        async with db.begin() as session:
            for event_id in handful:
                await receive(session, clock, event_id)
        if number in restarts:
            await at_work.stop()
            at_work = worker(db, clock)
            at_work.start()
    await at_work.stop()
    await worker(db, clock).handle_new()
    found = await answers(db)
    assert sorted(found) == sorted(f"Ev{n}" for n in range(events))


async def test_an_event_whose_listener_fails_leaves_nothing_and_comes_again(
    db: Database, clock: MovableClock, workspace_id: int
) -> None:
    failures = iter([True, True])

    async def fails_twice(session: Any, *, event: Json, workspace: Workspace, now: datetime) -> None:
        await answer_in_channel(session, event=event, workspace=workspace, now=now)
        if next(failures, False):
            raise ZeroDivisionError

    await arrive(db, clock, "Ev1")
    at_work = worker(db, clock, fails_twice)
    for _ in range(2):
        await at_work.handle_new()
        assert await answers(db) == []
        clock.advance(timedelta(minutes=1))
    await at_work.handle_new()
    assert await answers(db) == ["Ev1"]
    assert await states(db) == [("done", None)]


async def test_an_event_that_fails_five_times_is_given_up_and_holds_no_other_back(
    db: Database, clock: MovableClock, workspace_id: int
) -> None:
    async def fails_on_one(session: Any, *, event: Json, workspace: Workspace, now: datetime) -> None:
        if event["reaction"] == "Ev1":
            raise ZeroDivisionError
        await answer_in_channel(session, event=event, workspace=workspace, now=now)

    await arrive(db, clock, "Ev1")
    await arrive(db, clock, "Ev2")
    at_work = worker(db, clock, fails_on_one)
    await at_work.handle_new()
    assert await answers(db) == ["Ev2"]
    for _ in range(10):
        clock.advance(timedelta(minutes=1))
        await at_work.handle_new()
    assert await states(db) == [("dead", "ZeroDivisionError"), ("done", None)]


async def test_an_event_that_ends_the_process_each_time_is_given_up(
    db: Database, clock: MovableClock, workspace_id: int
) -> None:
    tried = 0

    class Killed(BaseException):
        pass

    async def killed(session: Any, *, event: Json, workspace: Workspace, now: datetime) -> None:
        nonlocal tried
        tried += 1
        raise Killed

    await arrive(db, clock, "Ev1")
    for _ in range(5):
        with pytest.raises(Killed):
            await worker(db, clock, killed).handle_new()
        clock.advance(timedelta(minutes=2))
    await worker(db, clock, killed).handle_new()
    assert tried == 5
    assert await states(db) == [("dead", "process_died")]


async def test_whoever_has_all_handled_waits_for_what_is_handled_already(
    db: Database, clock: MovableClock, workspace_id: int
) -> None:
    begun, goes_on = asyncio.Event(), asyncio.Event()

    async def slowly(session: Any, **told: Any) -> None:
        begun.set()
        await goes_on.wait()
        await answer_in_channel(session, **told)

    await arrive(db, clock, "Ev1")
    at_work = worker(db, clock, slowly)
    first = asyncio.create_task(at_work.handle_new())
    await begun.wait()
    second = asyncio.create_task(at_work.handle_new())
    await asyncio.wait({second}, timeout=0.5)
    goes_on.set()
    assert await second == 0
    assert first.done()
    assert await answers(db) == ["Ev1"]


async def test_an_event_that_another_process_holds_is_left_to_it_until_its_lease_has_passed(
    db: Database, clock: MovableClock, workspace_id: int
) -> None:
    second = worker(db, clock)

    async def slow(session: Any, *, event: Json, workspace: Workspace, now: datetime) -> None:
        raise AssertionError("taken twice")

    await arrive(db, clock, "Ev1")
    await worker(db, clock, slow)._take()
    assert await second.handle_new() == 0
    clock.advance(timedelta(minutes=2))
    assert await second.handle_new() == 1
    assert await answers(db) == ["Ev1"]


async def test_a_worker_that_comes_back_after_its_lease_changes_nothing(
    db: Database, clock: MovableClock, workspace_id: int
) -> None:
    slow = worker(db, clock)
    await arrive(db, clock, "Ev1")
    taken = await slow._take()
    assert taken is not None
    clock.advance(timedelta(minutes=2))
    await worker(db, clock).handle_new()
    await slow._handle(taken)
    assert await answers(db) == ["Ev1"]


async def test_an_event_older_than_its_listener_wants_is_noted_and_not_acted_on(
    db: Database, clock: MovableClock, workspace_id: int
) -> None:
    stale_after = {"reaction_added": timedelta(hours=2)}
    await arrive(db, clock, "Ev1", ago=timedelta(hours=3))
    await arrive(db, clock, "Ev2", ago=timedelta(hours=1))
    await worker(db, clock, stale_after=stale_after).handle_new()
    assert await answers(db) == ["Ev2"]
    assert await states(db) == [("skipped", "stale"), ("done", None)]
    clock.advance(timedelta(hours=20))
    assert not await arrive(db, clock, "Ev1", ago=timedelta(hours=23))


async def test_events_of_nobodys_interest_or_of_an_unknown_workspace_are_skipped(
    db: Database, clock: MovableClock, workspace_id: int
) -> None:
    await arrive(db, clock, "Ev1", type="team_rename")
    await arrive(db, clock, "Ev2", subtype="unheard_of")
    await InboxWorker(db, {}, clock=clock).handle_new()
    assert await states(db) == [("skipped", "nobody_listens")] * 2


async def test_an_event_that_a_process_with_a_fast_clock_took_in_is_handled_at_once_all_the_same(
    db: Database, clock: MovableClock, workspace_id: int
) -> None:
    clock.advance(timedelta(hours=1))
    await arrive(db, clock, "Ev1")
    clock.advance(timedelta(hours=-1))
    assert await worker(db, clock).handle_new() == 1


async def test_an_event_is_handled_as_soon_as_it_is_stored(
    db: Database, clock: MovableClock, workspace_id: int
) -> None:
    at_work = worker(db, clock, tick_seconds=3600)
    at_work.start()
    await arrive(db, clock, "Ev1")
    await eventually(lambda: answers(db), seconds=5)
    await at_work.stop()


async def test_events_are_remembered_for_three_days_and_then_forgotten(
    db: Database, clock: MovableClock, workspace_id: int
) -> None:
    await arrive(db, clock, "Ev1")
    await worker(db, clock).handle_new()
    await arrive(db, clock, "Ev2")
    for hours, left in ((71, 2), (2, 1)):
        clock.advance(timedelta(hours=hours))
        async with db.begin() as session:
            await inbox.purge(session, now=clock.now())
        assert len(await states(db)) == left  # what was never handled stays
