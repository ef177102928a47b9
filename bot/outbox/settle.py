"""Writes down what became of the deliveries that were tried, many at once."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import String, case, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.rows import rows_as
from bot.db.upsert import insert
from bot.inbox import service as inbox
from bot.outbox import service
from bot.outbox.codes import MESSAGE_GONE, NO_ANSWER, TOO_LATE, UNREADABLE, Verdict, is_known
from bot.outbox.lanes import Claimed
from bot.outbox.models import (
    CANVASES,
    SAME_TWICE,
    TROUBLED,
    UPDATES,
    Delivery,
    DeliveryState,
    Gate,
    Kind,
    Lane,
)
from bot.outbox.notices import notice
from bot.outbox.service import GIVEN_UP
from bot.workspaces.models import Workspace, WorkspaceState

log = structlog.get_logger()

TRIES = 5  # answers that were no, before a delivery is given up
TAKINGS = 20  # how often one may be taken and lost: something in it may be what ends the process

Row = dict[str, Any]

# Written out, never bound, for the partial indexes; see bot.outbox.lanes.
_WAITING = literal_column("'waiting'", String)
_SENDING = literal_column("'sending'", String)

_STATES = {
    Verdict.PAUSE: DeliveryState.PAUSED,
    Verdict.DEAD: DeliveryState.DEAD,
    Verdict.SKIP: DeliveryState.SKIPPED,
}

_NOT_BEGUN = [literal_column(f"'{state}'", String) for state in ("waiting", "due", "paused")]

_SETTLED = (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.SKIPPED)

_WRITTEN = (
    "state",
    "not_before",
    "failures",
    "first_try_at",
    "again_at",
    "channel_id",
    "message_ts",
    "last_error",
)


@dataclass(frozen=True, slots=True)
class Result:
    """What one try came to. `wait_seconds` is Slack's Retry-After for `method`, `token` what it was tried with."""

    delivery: Claimed
    verdict: Verdict
    code: str = ""
    channel_id: str | None = None
    message_ts: str | None = None
    method: str = ""
    wait_seconds: float = 0
    token: str = ""


class Settled(NamedTuple):
    sent: int
    left: list[Result]  # somebody holds their rows: to be settled later


async def settle(
    session: AsyncSession,
    results: Sequence[Result],
    *,
    now: datetime,
    leases_at: datetime,
    retries: Sequence[timedelta],
) -> Settled:
    """Record results. One whose lease has passed changes nothing: another process may have the delivery by now.

    `now` is the time by which deliveries are due, `leases_at` the database's own, by which leases end.
    """
    if not results:
        return Settled(0, [])
    free = await _leased(session, results, at=leases_at, lock=True)
    settled = [
        (result, _row(result, free[result.delivery.number], now=now, leases_at=leases_at, retries=retries))
        for result in results
        if result.delivery.number in free
    ]
    if settled:
        await _write(session, [row for _, row in settled])
        await release_waiting(
            session, [r.delivery.id for r, row in settled if row["state"] == DeliveryState.SENT]
        )
        await _keep_opened(session, [result for result, _ in settled])
        await _close_gates(session, [result for result, _ in settled], now=now)
        await _suspend(session, [result for result, _ in settled], now=now)
        await _tell(session, settled, now=now)
        await _report(session, [r for r, row in settled if _concerns_its_ritual(r, row)], now=now)
    left = [result for result in results if result.delivery.number not in free]
    if left:
        held = await _leased(session, left, at=leases_at, lock=False)
        for result in left:
            if result.delivery.number not in held:
                log.warning(
                    "lease_passed", workspace=result.delivery.workspace_id, delivery=result.delivery.id
                )
        left = [result for result in left if result.delivery.number in held]
    return Settled(sum(result.verdict is Verdict.SENT for result, _ in settled), left)


async def _leased(
    session: AsyncSession, results: Collection[Result], *, at: datetime, lock: bool
) -> dict[int, int]:
    """Number → revision of the deliveries that are still ours; with `lock` only of those that nobody holds."""
    attempts = {result.delivery.number: result.delivery.attempt for result in results}
    still = select(Delivery.number, Delivery.attempt, Delivery.revision).where(
        Delivery.number.in_(attempts),
        Delivery.state == DeliveryState.SENDING,
        Delivery.lease_until > at,
    )
    rows = await session.execute(still.with_for_update(skip_locked=True) if lock else still)
    return {number: revision for number, attempt, revision in rows if attempts[number] == attempt}


def _row(
    result: Result, revision: int, *, now: datetime, leases_at: datetime, retries: Sequence[timedelta]
) -> Row:
    """What is written of one delivery; when a later state of it came meanwhile, that one is due, whatever came of this."""
    row = _tried(result, now=now, retries=retries)
    if result.code == NO_ANSWER:
        row["again_at"] = now + (result.delivery.lease_until - leases_at)
    if revision > result.delivery.revision and row["state"] in _SETTLED:
        return row | {"state": DeliveryState.DUE, "failures": 0}
    return row


def _tried(result: Result, *, now: datetime, retries: Sequence[timedelta]) -> Row:
    """Until something else is said it is due again, as if it had not been tried."""
    delivery = result.delivery
    row: Row = {
        "number": delivery.number,
        "state": DeliveryState.DUE,
        "not_before": delivery.not_before,
        "failures": delivery.failures,
        "first_try_at": delivery.first_try_at if delivery.look_first else None,
        "again_at": delivery.again_at,
        "channel_id": result.channel_id or delivery.channel_id,
        "message_ts": result.message_ts or delivery.message_ts,
        "last_error": result.code or None,
    }
    if result.verdict is Verdict.SENT:
        return row | {"state": DeliveryState.SENT}
    if result.verdict is Verdict.UNCERTAIN:
        return row | _after_no_answer(result, now=now, retries=retries)
    if result.wait_seconds:
        if result.method == delivery.method:
            return row  # its gate holds it, in its place in the line
        return row | {"not_before": now + timedelta(seconds=result.wait_seconds)}
    if result.verdict is Verdict.RETRY:
        given_up = DeliveryState.UNCERTAIN if delivery.look_first else DeliveryState.DEAD
        return row | _later(delivery, given_up, now=now, retries=retries)
    return row | {"state": _STATES.get(result.verdict, DeliveryState.DUE)}


def _after_no_answer(result: Result, *, now: datetime, retries: Sequence[timedelta]) -> Row:
    delivery = result.delivery
    if delivery.kind is Kind.EPHEMERAL:
        return {"state": DeliveryState.SKIPPED}
    if delivery.kind in SAME_TWICE:
        return _later(delivery, DeliveryState.DEAD, now=now, retries=retries)
    looked_for = {"first_try_at": delivery.first_try_at}
    if result.code == UNREADABLE:
        return looked_for | {"state": DeliveryState.UNCERTAIN}
    return looked_for | _later(delivery, DeliveryState.UNCERTAIN, now=now, retries=retries)


def _later(delivery: Claimed, given_up: DeliveryState, *, now: datetime, retries: Sequence[timedelta]) -> Row:
    failures = delivery.failures + 1
    if failures >= TRIES:
        return {"state": given_up, "failures": failures}
    wait = retries[min(failures, len(retries)) - 1] * random.uniform(1, 1.25)  # noqa: S311 -- spreads load only
    return {"failures": failures, "not_before": now + wait}


async def _write(session: AsyncSession, rows: Sequence[Row]) -> None:
    columns = Delivery.__table__.c
    new = rows_as(session, "new", rows, [columns.number, *(columns[name] for name in _WRITTEN)])
    await session.execute(
        update(Delivery)
        .where(Delivery.number == new.c.number)
        .values(
            {name: new.c[name] for name in _WRITTEN}
            | {
                "lease_until": None,
                "lane_id": case((new.c.state == DeliveryState.DUE, None), else_=Delivery.lane_id),
            }
        )
        .execution_options(synchronize_session=False)
    )


async def release_waiting(session: AsyncSession, parents: Collection[str] | None = None) -> None:
    """Let go what waited for messages that are sent now: those of the given deliveries, or of any.

    Two plain look-ups instead of one join, which PostgreSQL answers by reading the whole table when it has no
    statistics yet. Mostly nothing waits, and the first says so.
    """
    if parents is not None and not parents:
        return
    waiting = select(Delivery.number, Delivery.kind, Delivery.parent_id).where(Delivery.state == _WAITING)
    if parents is not None:
        waiting = waiting.where(Delivery.parent_id.in_(parents))
    children = (await session.execute(waiting.with_for_update(skip_locked=True))).all()
    if not children:
        return
    sent = await session.execute(
        select(Delivery.id, Delivery.channel_id, Delivery.message_ts, Delivery.thread_ts).where(
            Delivery.id.in_({child.parent_id for child in children}), Delivery.message_ts.is_not(None)
        )
    )
    places = {id_: (channel_id, message_ts, thread_ts) for id_, channel_id, message_ts, thread_ts in sent}
    rows = []
    for number, kind, parent_id in children:
        if parent_id in places:
            channel_id, message_ts, thread_ts = places[parent_id]
            row = {"number": number, "channel_id": channel_id, "message_ts": None, "thread_ts": None}
            if kind in SAME_TWICE:
                rows.append(row | {"message_ts": message_ts})
            else:
                rows.append(row | {"thread_ts": thread_ts or message_ts})
    if rows:
        columns = Delivery.__table__.c
        names = ("number", "channel_id", "message_ts", "thread_ts")
        found = rows_as(session, "found", rows, [columns[name] for name in names])
        await session.execute(
            update(Delivery)
            .where(Delivery.number == found.c.number)
            .values({"state": DeliveryState.DUE} | {name: found.c[name] for name in names[1:]})
            .execution_options(synchronize_session=False)
        )


async def recover(session: AsyncSession, *, leases_at: datetime) -> int:
    """Put back what was taken and never settled; returns how many. It is looked for before it is sent again.

    Updates are not counted: one row carries all that a message ever gets, and the same change twice is one change.
    """
    worn_out = (Delivery.attempt >= TAKINGS) & Delivery.kind.not_in(UPDATES)
    lost = (
        select(Delivery.number)
        .where(Delivery.state == _SENDING, Delivery.lease_until < leases_at)
        .with_for_update(skip_locked=True)
        .cte("lost")
    )
    rows = await session.scalars(
        update(Delivery)
        .where(Delivery.number.in_(select(lost.c.number)))
        .values(
            state=case((worn_out, DeliveryState.UNCERTAIN), else_=DeliveryState.DUE),
            lane_id=None,
            lease_until=None,
        )
        .returning(Delivery.number)
        .execution_options(synchronize_session=False)
    )
    return len(rows.all())


async def skip_useless(session: AsyncSession, *, now: datetime) -> int:
    """Give up what was of use only until now, and what would have stood in its thread; returns how many.

    What may have arrived is looked for first: that is the sender's.
    """
    useless = (
        select(Delivery.number)
        .where(
            Delivery.useful_until <= now,
            Delivery.state.in_(_NOT_BEGUN),
            Delivery.first_try_at.is_(None),
        )
        .with_for_update(skip_locked=True)
        .cte("useless")
    )
    rows = await session.execute(
        update(Delivery)
        .where(Delivery.number.in_(select(useless.c.number)))
        .values(state=DeliveryState.SKIPPED, last_error=TOO_LATE)
        .returning(Delivery.id, Delivery.workspace_id, Delivery.source)
        .execution_options(synchronize_session=False)
    )
    skipped = rows.all()
    for delivery_id, workspace_id, source in skipped:
        log.warning("too_late_to_send", workspace=workspace_id, delivery=delivery_id, source=source)
    await service.skip_thread(session, [delivery_id for delivery_id, _workspace, _source in skipped])
    return len(skipped)


async def _keep_opened(session: AsyncSession, results: Sequence[Result]) -> None:
    """Remember the DMs that were opened, so that each person's is opened once."""
    opened = {
        result.delivery.lane_id: result.channel_id
        for result in results
        if result.channel_id
        and result.delivery.channel_id is None
        and result.channel_id != result.delivery.recipient
    }
    if opened:
        free = select(Lane.id).where(Lane.id.in_(opened)).with_for_update(skip_locked=True).cte("free")
        await session.execute(
            update(Lane)
            .where(Lane.id.in_(select(free.c.id)))
            .values(channel_id=case(opened, value=Lane.id))
            .execution_options(synchronize_session=False)
        )


async def _close_gates(session: AsyncSession, results: Sequence[Result], *, now: datetime) -> None:
    limits = {
        (result.delivery.workspace_id, result.method): now + timedelta(seconds=result.wait_seconds)
        for result in sorted(results, key=lambda result: result.wait_seconds)
        if result.verdict is Verdict.RETRY and result.wait_seconds
    }
    for (workspace_id, method), until in sorted(limits.items()):
        log.warning("rate_limited", workspace=workspace_id, method=method, until=until.isoformat())
        gate = insert(session, Gate).values(workspace_id=workspace_id, method=method, until=until)
        await session.execute(
            gate.on_conflict_do_update(
                index_elements=["workspace_id", "method"],
                set_={"until": gate.excluded.until},
                where=Gate.until < gate.excluded.until,
            )
        )


async def _suspend(session: AsyncSession, results: Sequence[Result], *, now: datetime) -> None:
    refused = {
        (result.delivery.workspace_id, result.token): result.code
        for result in results
        if result.verdict is Verdict.SUSPEND
    }
    for (workspace_id, token), code in sorted(refused.items()):
        workspace = await session.get(Workspace, workspace_id, with_for_update=True, populate_existing=True)
        if workspace is None or workspace.bot_token != token or workspace.state != WorkspaceState.ACTIVE:
            continue  # installed again meanwhile, or known already
        workspace.state = WorkspaceState.SUSPENDED
        workspace.state_changed_at = now
        log.error("workspace_suspended", workspace=workspace_id, error=code)


async def _tell(session: AsyncSession, settled: Sequence[tuple[Result, Row]], *, now: datetime) -> None:
    """A pause is told once a person and place until it is resumed; the rest once a day for each ritual and reason."""
    told = set()
    for result, row in settled:
        delivery, state = result.delivery, row["state"]
        if result.code and not is_known(result.code):
            log.error("unknown_slack_error", workspace=delivery.workspace_id, error=result.code)
        if state not in TROUBLED:
            continue
        log.warning(
            "delivery_not_sent",
            workspace=delivery.workspace_id,
            ritual=delivery.ritual,
            delivery=delivery.id,
            state=state,
            error=result.code,
        )
        if state == DeliveryState.PAUSED:
            source = f"{service.PAUSE_NOTICE}:{delivery.recipient}"
        else:
            source = f"notice:{state}:{delivery.ritual}:{result.code}:{now:%Y-%m-%d}"
        key = (delivery.workspace_id, source, delivery.tell_user_id)
        if delivery.tell_user_id is None or key in told:
            continue
        told.add(key)
        await service.post(
            session,
            workspace_id=delivery.workspace_id,
            source=source,
            recipient=delivery.tell_user_id,
            payload=notice(state=state, code=result.code, recipient=delivery.recipient, kind=delivery.kind),
            now=now,
        )


def _concerns_its_ritual(result: Result, row: Row) -> bool:
    """Whether a canvas cannot be had, or is gone, or a message that was to be changed is gone."""
    is_gone = result.delivery.kind in CANVASES or result.code == MESSAGE_GONE
    return row["state"] == DeliveryState.SKIPPED and is_gone


async def _report(session: AsyncSession, given_up: Sequence[Result], *, now: datetime) -> None:
    """Rituals hear of it by the inbox, so that what they do about it can fail, and be tried again, on its own."""
    for result in given_up:
        delivery = result.delivery
        of = delivery.parent_id or delivery.id
        await service.skip_thread(session, [of])
        slack_id = await session.scalar(
            select(Workspace.slack_id).where(Workspace.id == delivery.workspace_id)
        )
        await inbox.receive(
            session,
            event_id=f"{GIVEN_UP}:{delivery.id}:{delivery.attempt}",
            slack_team_id=str(slack_id),
            event={"type": GIVEN_UP, "delivery": of, "code": result.code},
            event_time=now,
            now=now,
            workspace_id=delivery.workspace_id,
        )
