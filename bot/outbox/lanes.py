"""Who is next: puts new deliveries in line and takes the first of each line whose time has come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import String, case, func, literal, literal_column, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.types import ReadableJSON, UTCDateTime
from bot.db.upsert import insert
from bot.outbox.models import Delivery, DeliveryState, Gate, Kind, Lane

METHODS = {
    Kind.POST: "chat.postMessage",
    Kind.UPDATE: "chat.update",
    Kind.EPHEMERAL: "chat.postEphemeral",
    Kind.PIN: "pins.add",
    Kind.CANVAS: "canvases.create",
    Kind.CANVAS_UPDATE: "canvases.edit",
}
ROUTED_AT_ONCE = 500
LOOK_AGAIN = timedelta(milliseconds=100)  # at a line whose first delivery somebody is changing right now

# Written out, never bound: PostgreSQL uses a partial index only when it can see that the condition implies it.
_DUE = literal_column("'due'", String)

Gates = Mapping[tuple[int, str], datetime]  # workspace and method → not before


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours until its lease ends."""

    number: int
    id: str
    workspace_id: int
    source: str
    recipient: str
    kind: Kind
    payload: dict[str, Any] | None  # none: no key can read it
    revision: int
    attempt: int
    failures: int
    not_before: datetime
    first_try_at: datetime  # of the first request that may have arrived, be it this one
    look_first: bool  # an earlier request may have arrived
    again_at: datetime | None
    wait_seconds: float  # until then an earlier request may still arrive, and none is made
    is_too_late: bool  # it is of no use any more, unless it has arrived
    lease_until: datetime
    channel_id: str | None
    thread_ts: str | None
    message_ts: str | None
    parent_id: str | None
    tell_user_id: str | None
    lane_id: int

    @property
    def method(self) -> str:
        return METHODS[self.kind]

    @property
    def ritual(self) -> str:
        return self.source.partition(":")[0]


class OpenLane(NamedTuple):
    """A line that may go on, and the conversation behind it when it is a person's and was opened before."""

    id: int
    workspace_id: int
    kind: Kind
    channel_id: str | None


async def route(session: AsyncSession, *, now: datetime) -> None:
    """Put what is new, or due again, in the line of its conversation."""
    new = (
        await session.scalars(
            select(Delivery.number)
            .where(Delivery.lane_id.is_(None), Delivery.state == _DUE)
            .order_by(Delivery.number)
            .limit(ROUTED_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    ).all()
    if not new:
        return
    line = (Delivery.workspace_id, Delivery.recipient, Delivery.kind)
    arrival = insert(session, Lane).from_select(
        ["workspace_id", "recipient", "kind", "free_at", "next_at"],
        select(*line, literal(now, UTCDateTime), func.min(Delivery.not_before))
        .where(Delivery.number.in_(new))
        .group_by(*line)
        .order_by(*line),  # one order, so that no two replicas hold what the other waits for
    )
    sooner = case(
        (Lane.next_at < arrival.excluded.next_at, Lane.next_at),
        else_=arrival.excluded.next_at,
    )
    await session.execute(
        arrival.on_conflict_do_update(
            index_elements=["workspace_id", "recipient", "kind"],
            set_={"next_at": case((sooner < Lane.free_at, Lane.free_at), else_=sooner)},
        )
    )
    await session.execute(
        update(Delivery)
        .where(
            Delivery.number.in_(new),
            Lane.workspace_id == Delivery.workspace_id,
            Lane.recipient == Delivery.recipient,
            Lane.kind == Delivery.kind,
        )
        .values(lane_id=Lane.id)
        .execution_options(synchronize_session=False)
    )


async def open_lanes(session: AsyncSession, *, now: datetime, limit: int) -> list[OpenLane]:
    """The lines whose next message may go now, longest waiting first. They are ours for this transaction."""
    rows = await session.execute(
        select(Lane.id, Lane.workspace_id, Lane.kind, Lane.channel_id)
        .where(Lane.next_at <= now)
        .order_by(Lane.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [
        OpenLane(id_, workspace_id, Kind(kind), channel_id) for id_, workspace_id, kind, channel_id in rows
    ]


async def closed_gates(session: AsyncSession, *, now: datetime) -> Gates:
    rows = await session.execute(select(Gate.workspace_id, Gate.method, Gate.until).where(Gate.until > now))
    return {(workspace_id, method): until for workspace_id, method, until in rows}


async def hold(session: AsyncSession, lanes: Collection[OpenLane], *, until: datetime | None) -> None:
    """Let lines stand still: until a time, or until something new comes into them."""
    await session.execute(
        update(Lane)
        .where(Lane.id.in_([lane.id for lane in lanes]))
        .values(next_at=until)
        .execution_options(synchronize_session=False)
    )


async def claim(
    session: AsyncSession,
    lanes: Collection[OpenLane],
    *,
    now: datetime,
    leases_at: datetime,
    lease: timedelta,
    pace: timedelta,
) -> list[Claimed]:
    """Take the first delivery of each line until the lease ends, and set when each line goes on."""
    if not lanes:
        return []
    tried_at = min(
        now, leases_at
    )  # of a moved clock and the database's the earlier: history is read from here
    ids = [lane.id for lane in lanes]
    # Three steps that leave PostgreSQL no choice of plan. In one, without statistics, it reads all that is due
    # (60 ms at a hundred thousand against 1 ms).
    head = (
        select(Delivery.number)
        .where(Delivery.lane_id == Lane.id, Delivery.state == _DUE)
        .order_by(Delivery.not_before, Delivery.number)
        .limit(1)
        .scalar_subquery()
    )
    heads = (await session.scalars(select(head).where(Lane.id.in_(ids)))).all()
    free = (  # one that a listener is changing right now is left for the next turn, never waited for
        select(
            Delivery.number,
            Delivery.state,
            Delivery.not_before,
            Delivery.useful_until,
            Delivery.first_try_at,
        )
        .where(Delivery.number.in_([number for number in heads if number is not None]))
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    is_of_use = or_(
        free.c.useful_until.is_(None), free.c.useful_until > now, free.c.first_try_at.is_not(None)
    )
    still_due = select(free.c.number).where(
        free.c.state == DeliveryState.DUE, free.c.not_before <= now, is_of_use
    )
    rows = await session.execute(
        update(Delivery)
        .where(Delivery.number.in_(still_due))
        .values(
            state=DeliveryState.SENDING,
            attempt=Delivery.attempt + 1,
            lease_until=leases_at + lease,
            first_try_at=func.coalesce(Delivery.first_try_at, tried_at),
        )
        .returning(
            Delivery.number,
            Delivery.id,
            Delivery.workspace_id,
            Delivery.source,
            Delivery.recipient,
            Delivery.kind,
            type_coerce(Delivery.payload, ReadableJSON).label("payload"),
            Delivery.revision,
            Delivery.attempt,
            Delivery.failures,
            Delivery.not_before,
            Delivery.first_try_at,
            Delivery.again_at,
            Delivery.useful_until,
            Delivery.lease_until,
            Delivery.channel_id,
            Delivery.thread_ts,
            Delivery.message_ts,
            Delivery.parent_id,
            Delivery.tell_user_id,
            Delivery.lane_id,
        )
        .execution_options(synchronize_session=False)
    )
    channels = {lane.id: lane.channel_id for lane in lanes}
    claimed = [_claimed(row._asdict(), tried_at, channels, now=now) for row in rows]
    taken = {delivery.lane_id for delivery in claimed}
    await _go_on(session, taken, at=now + pace, keep_pace=True)
    await _go_on(session, set(ids) - taken, at=now + LOOK_AGAIN, keep_pace=False)
    return claimed


def _claimed(
    row: dict[str, Any], tried_at: datetime, channels: Mapping[int, str | None], *, now: datetime
) -> Claimed:
    row["kind"] = Kind(row["kind"])
    useful_until: datetime | None = row.pop("useful_until")
    again_at: datetime | None = row["again_at"]
    row["wait_seconds"] = max(0.0, (again_at - now).total_seconds()) if again_at else 0.0
    row["is_too_late"] = useful_until is not None and useful_until <= now
    row["channel_id"] = row["channel_id"] or channels[row["lane_id"]]
    return Claimed(**row, look_first=row["first_try_at"] < tried_at)


async def _go_on(session: AsyncSession, ids: Collection[int], *, at: datetime, keep_pace: bool) -> None:
    """Lines go on at this time at the soonest, when something waits in them; an empty line stands still."""
    if not ids:
        return
    waits_for = (
        select(Delivery.not_before)
        .where(Delivery.lane_id == Lane.id, Delivery.state == _DUE)
        .order_by(Delivery.not_before)
        .limit(1)
        .scalar_subquery()
    )
    await session.execute(
        update(Lane)
        .where(Lane.id.in_(ids))
        .values(next_at=case((waits_for < at, at), else_=waits_for), **({"free_at": at} if keep_pace else {}))
        .execution_options(synchronize_session=False)
    )


async def next_time(session: AsyncSession, *, after: datetime) -> datetime | None:
    """When the next line goes on; None when nothing waits."""
    return await session.scalar(select(func.min(Lane.next_at)).where(Lane.next_at > after))
