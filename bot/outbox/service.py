"""What the rest of the bot may ask of the outbox. All of it is part of the caller's transaction."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, case, delete, func, or_, select, true
from sqlalchemy import update as change
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer

from bot.db.database_time import at_once
from bot.db.upsert import insert
from bot.outbox.codes import OF_A_THREAD
from bot.outbox.models import SAME_TWICE, TROUBLED, Delivery, DeliveryState, Kind

WAKE = "outbox"  # marks a session whose commit should wake the sender
GIVEN_UP = "given_up"
"""The event in the inbox, `{"delivery": id, "code": Slack's}`: one of a ritual's `own_events`.

A canvas cannot be had, or what was to be changed is gone: `delivery` is the canvas or the message.
"""
PAUSE_NOTICE = "notice:paused"  # how the sources begin of messages that tell of a pause

Payload = dict[
    str, Any
]  # what chat.postMessage takes beside channel, thread_ts and metadata: text, blocks, …

KEPT = timedelta(days=90)
PURGED_AT_ONCE = 5_000

_KEY = ("workspace_id", "source", "recipient", "part")


class Message(NamedTuple):
    """Where a message is in Slack."""

    channel_id: str
    ts: str


class Trouble(NamedTuple):
    """Something that was not sent and will not be without a person."""

    delivery_id: str
    source: str
    recipient: str
    state: DeliveryState  # paused, uncertain or dead
    error: str  # Slack's code, or one of bot.outbox.codes
    since: datetime  # when it should have been sent


async def post(
    session: AsyncSession,
    *,
    workspace_id: int,
    source: str,
    recipient: str,
    payload: Payload,
    now: datetime,
    part: int = 0,
    thread_of: str | None = None,
    tell: str | None = None,
    not_before: datetime | None = None,
    useful_until: datetime | None = None,
) -> str:
    """Have a message sent once; returns its delivery id. The same source, recipient and part is the same message.

    `recipient` is a conversation, or a person whose DM is opened first. `thread_of` is the delivery whose thread it
    joins, once that is sent. `tell` is the person who hears of it when it cannot be sent. The first word of `source`,
    up to a colon, is the ritual. What could not be sent by `useful_until` is skipped, as after a downtime or a pause.
    """
    return await _add(
        session,
        workspace_id=workspace_id,
        source=source,
        recipient=recipient,
        part=part,
        kind=Kind.POST,
        payload=payload,
        parent_id=thread_of,
        tell_user_id=tell,
        not_before=not_before or at_once(session, now),
        useful_until=useful_until,
        created_at=now,
    )


async def ephemeral(
    session: AsyncSession,
    *,
    workspace_id: int,
    source: str,
    recipient: str,
    user_id: str,
    payload: Payload,
    now: datetime,
) -> str:
    """Show one person a passing message in a conversation. A courtesy: given up where its fate is unknown."""
    return await _add(
        session,
        workspace_id=workspace_id,
        source=f"{source}:{user_id}",
        recipient=recipient,
        kind=Kind.EPHEMERAL,
        payload={**payload, "user": user_id},
        not_before=at_once(session, now),
        created_at=now,
    )


async def canvas(
    session: AsyncSession,
    *,
    workspace_id: int,
    source: str,
    recipient: str,
    payload: Payload,
    now: datetime,
    tell: str | None = None,
) -> str:
    """Have a canvas made once, in a tab of a channel; returns its delivery id, for `update`. For the rest as `post`.

    `payload` is its `title` and its `markdown`. Where it cannot be had, as by the plan or without the scope, it is
    given up: see GIVEN_UP.
    """
    return await _add(
        session,
        workspace_id=workspace_id,
        source=source,
        recipient=recipient,
        kind=Kind.CANVAS,
        payload=payload,
        tell_user_id=tell,
        not_before=at_once(session, now),
        created_at=now,
    )


async def pin(session: AsyncSession, *, workspace_id: int, of: str, now: datetime) -> None:
    """Pin a message (its delivery id) in its channel, once it is there; where that cannot be, it is not pinned."""
    message = await _delivery(session, workspace_id=workspace_id, delivery_id=of)
    await _add(
        session,
        workspace_id=workspace_id,
        source=f"pin:{of}",
        recipient=message.recipient,
        kind=Kind.PIN,
        payload={},
        parent_id=of,
        not_before=at_once(session, now),
        created_at=now,
    )


async def update(
    session: AsyncSession, *, workspace_id: int, of: str, payload: Payload, now: datetime
) -> None:
    """Bring a message or a canvas (its delivery id) to a later state. Of several updates that wait only the last is sent.

    A message that Slack has certainly not seen yet is sent in its later state at once.
    """
    unseen = await session.scalar(
        change(Delivery)
        .where(
            Delivery.workspace_id == workspace_id,
            Delivery.id == of,
            Delivery.message_ts.is_(None),
            Delivery.first_try_at.is_(None),
        )
        .values(payload=payload)
        .returning(Delivery.id)
    )
    if unseen:
        return
    message = await _delivery(session, workspace_id=workspace_id, delivery_id=of)
    kind = Kind.CANVAS_UPDATE if message.kind == Kind.CANVAS else Kind.UPDATE
    statement = insert(session, Delivery).values(
        id=str(uuid4()),
        workspace_id=workspace_id,
        source=f"update:{of}",
        recipient=message.recipient,
        kind=kind,
        payload=payload,
        parent_id=of,
        tell_user_id=message.tell_user_id,
        not_before=at_once(session, now),
        created_at=now,
        **_place(message, kind),
    )
    busy = Delivery.state.in_((DeliveryState.SENDING, DeliveryState.WAITING))
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=_KEY,
            set_={
                "payload": statement.excluded.payload,
                "revision": Delivery.revision + 1,  # a sender that is at it sees that it has to come again
                "state": case((busy, Delivery.state), else_=DeliveryState.DUE),
                "lane_id": case((busy, Delivery.lane_id), else_=None),
                "not_before": at_once(session, now),
                "failures": 0,
            },
        )
    )
    _wake(session)


async def message_of(
    session: AsyncSession,
    *,
    workspace_id: int,
    delivery_id: str | None = None,
    source: str | None = None,
    part: int = 0,
) -> Message | None:
    """Where a message is, by its delivery id or by its source; None while it is not sent."""
    which = (
        Delivery.id == delivery_id if delivery_id else (Delivery.source == source) & (Delivery.part == part)
    )
    row = (
        await session.execute(
            select(Delivery.channel_id, Delivery.message_ts)
            .where(Delivery.workspace_id == workspace_id, which, Delivery.message_ts.is_not(None))
            .order_by(Delivery.number)
            .limit(1)
        )
    ).first()
    return Message(row[0], row[1]) if row and row[0] and row[1] else None


async def messages_of(
    session: AsyncSession, *, workspace_id: int, delivery_ids: Collection[str]
) -> dict[str, Message]:
    """Where messages are, by delivery id; those that are not sent are left out."""
    rows = await session.execute(
        select(Delivery.id, Delivery.channel_id, Delivery.message_ts).where(
            Delivery.workspace_id == workspace_id,
            Delivery.id.in_(delivery_ids),
            Delivery.channel_id.is_not(None),
            Delivery.message_ts.is_not(None),
        )
    )
    return {id_: Message(str(channel_id), str(ts)) for id_, channel_id, ts in rows}


async def delivery_of(session: AsyncSession, *, workspace_id: int, source: str, part: int = 0) -> str | None:
    """The delivery id of what has this source, for `update` and `thread_of`."""
    return await session.scalar(
        select(Delivery.id)
        .where(Delivery.workspace_id == workspace_id, Delivery.source == source, Delivery.part == part)
        .order_by(Delivery.number)
        .limit(1)
    )


async def deliveries_of(session: AsyncSession, *, workspace_id: int, source: str) -> list[tuple[str, str]]:
    """Delivery id and recipient of each message with this source: one that went to several has several."""
    rows = await session.execute(
        select(Delivery.id, Delivery.recipient)
        .where(Delivery.workspace_id == workspace_id, Delivery.source == source)
        .order_by(Delivery.number)
    )
    return [(id_, recipient) for id_, recipient in rows]


async def one_at(
    session: AsyncSession, *, workspace_id: int, channel_id: str, ts: str, among: Collection[str]
) -> str | None:
    """Which of these deliveries is the message in Slack at this place."""
    if not among:
        return None
    return await session.scalar(
        select(Delivery.id).where(
            Delivery.workspace_id == workspace_id,
            Delivery.id.in_(among),
            Delivery.channel_id == channel_id,
            Delivery.message_ts == ts,
        )
    )


async def sent_of(
    session: AsyncSession, *, workspace_id: int, delivery_ids: Collection[str], until: str
) -> int:
    """How many of these are in Slack, and not later than that ts."""
    found = await session.scalar(
        select(func.count())
        .select_from(Delivery)
        .where(
            Delivery.workspace_id == workspace_id,
            Delivery.id.in_(delivery_ids),
            Delivery.message_ts <= until,
        )
    )
    return found or 0


async def is_held_up(session: AsyncSession, *, workspace_id: int, recipient: str) -> bool:
    """Whether nothing can be posted in this place until a person does something in Slack."""
    found = await session.scalar(
        select(Delivery.number)
        .where(
            Delivery.workspace_id == workspace_id,
            Delivery.recipient == recipient,
            Delivery.state == DeliveryState.PAUSED,
            Delivery.last_error.not_in(OF_A_THREAD),
        )
        .limit(1)
    )
    return found is not None


async def next_due(session: AsyncSession, *, after: datetime) -> datetime | None:
    """When the next message that waits for its time is due, of whichever workspace; None when there is none."""
    return await session.scalar(
        select(func.min(Delivery.not_before)).where(
            Delivery.state == DeliveryState.DUE, Delivery.not_before > after
        )
    )


async def troubles(
    session: AsyncSession,
    *,
    workspace_id: int,
    channel_ids: Collection[str] = (),
    user_id: str | None = None,
    limit: int = 50,
) -> list[Trouble]:
    """What was not sent and waits for a person, oldest first: all of it for `doctor`.

    For the Home of `user_id` what they are to hear of, and what was for these channels.
    """
    theirs: ColumnElement[bool] = true()
    if user_id is not None:
        theirs = or_(Delivery.tell_user_id == user_id, Delivery.recipient.in_(channel_ids))
    rows = await session.execute(
        select(
            Delivery.id,
            Delivery.source,
            Delivery.recipient,
            Delivery.state,
            Delivery.last_error,
            Delivery.not_before,
        )
        .where(Delivery.workspace_id == workspace_id, Delivery.state.in_(TROUBLED), theirs)
        .order_by(Delivery.number)
        .limit(limit)
    )
    return [
        Trouble(id_, source, recipient, DeliveryState(state), error or "", since)
        for id_, source, recipient, state, error, since in rows
    ]


async def retry(session: AsyncSession, *, workspace_id: int, delivery_id: str, now: datetime) -> bool:
    """Send one troubled message after all, because a person said so; False when it is in no trouble.

    An uncertain one is sent without another look: the person looked.
    """
    found = await session.scalar(
        change(Delivery)
        .where(_troubled(workspace_id, delivery_id))
        .values(
            **_from_the_start(session, now),
            first_try_at=case((Delivery.state == DeliveryState.UNCERTAIN, None), else_=Delivery.first_try_at),
        )
        .returning(Delivery.id)
    )
    _wake(session)
    return found is not None


async def skip(session: AsyncSession, *, workspace_id: int, delivery_id: str) -> bool:
    """Give one troubled message up for good; False when it is in no trouble."""
    found = await session.scalar(
        change(Delivery)
        .where(_troubled(workspace_id, delivery_id))
        .values(state=DeliveryState.SKIPPED)
        .returning(Delivery.id)
    )
    await skip_thread(session, [found] if found else [])
    return found is not None


async def skip_thread(session: AsyncSession, parents: Collection[str]) -> None:
    """What waits for messages that will never be there is given up with them."""
    if parents:
        await session.execute(
            change(Delivery)
            .where(Delivery.parent_id.in_(parents), Delivery.state == DeliveryState.WAITING)
            .values(state=DeliveryState.SKIPPED)
        )


async def call_off(session: AsyncSession, *, workspace_id: int, delivery_id: str) -> None:
    """Take back what is not due yet, as if it had never been asked for."""
    await session.execute(
        delete(Delivery).where(
            Delivery.workspace_id == workspace_id,
            Delivery.id == delivery_id,
            Delivery.state == DeliveryState.DUE,
            Delivery.first_try_at.is_(None),
        )
    )


async def resume(
    session: AsyncSession, *, workspace_id: int, now: datetime, channel_id: str | None = None
) -> None:
    """Go on with what is paused: in one channel (invited, unarchived) or in all of the workspace (reinstalled)."""
    here: ColumnElement[bool] = true()
    notices = Delivery.source.startswith(f"{PAUSE_NOTICE}:", autoescape=True)
    if channel_id:
        here = or_(Delivery.recipient == channel_id, Delivery.channel_id == channel_id)
        notices &= Delivery.source.endswith(f":{channel_id}", autoescape=True)
    await session.execute(
        change(Delivery)
        .where(Delivery.workspace_id == workspace_id, Delivery.state == DeliveryState.PAUSED, here)
        .values(**_from_the_start(session, now))
    )
    await session.execute(  # the lanes of a suspended workspace stand still; this brings them into motion
        change(Delivery)
        .where(Delivery.workspace_id == workspace_id, Delivery.state == DeliveryState.DUE, here)
        .values(lane_id=None)
    )
    await session.execute(  # a pause is told once; the next one is news again
        delete(Delivery).where(
            Delivery.workspace_id == workspace_id, Delivery.state != DeliveryState.SENDING, notices
        )
    )
    _wake(session)


async def purge(session: AsyncSession, *, now: datetime) -> None:
    """Forget what nobody comes back to: notices, passing messages, and what was said in a thread.

    Cards stay, as they are changed for as long as their record is; so does what still waits for something.
    """
    belonging = aliased(Delivery)  # joined: PostgreSQL would go through a long NOT IN once for each old one
    said_in_a_thread = (Delivery.kind == Kind.POST) & Delivery.parent_id.is_not(None)
    old = (
        select(Delivery.number)
        .outerjoin(belonging, belonging.parent_id == Delivery.id)
        .where(
            belonging.number.is_(None),
            Delivery.created_at < now - KEPT,
            Delivery.state.in_((DeliveryState.SENT, DeliveryState.SKIPPED)),
            or_(
                Delivery.kind == Kind.EPHEMERAL,
                Delivery.source.startswith("notice:"),
                said_in_a_thread,
            ),
        )
        .order_by(Delivery.number)
        .limit(PURGED_AT_ONCE)
    )
    await session.execute(
        delete(Delivery).where(Delivery.number.in_(old)).execution_options(synchronize_session=False)
    )


async def _add(session: AsyncSession, **delivery: Any) -> str:
    delivery = {"part": 0, "parent_id": None, **delivery}
    place: dict[str, Any] = {"state": DeliveryState.DUE}
    if delivery["parent_id"]:
        parent = await _delivery(
            session, workspace_id=delivery["workspace_id"], delivery_id=delivery["parent_id"]
        )
        place = _place(parent, delivery["kind"])
    _wake(session)
    made = await session.scalar(
        insert(session, Delivery)
        .values(id=str(uuid4()), **delivery, **place)
        .on_conflict_do_nothing(index_elements=_KEY)
        .returning(Delivery.id)
    )
    if made is not None:
        return str(made)
    was_there = select(Delivery.id).filter_by(**{name: delivery[name] for name in _KEY})
    return (await session.scalars(was_there)).one()


async def _delivery(session: AsyncSession, *, workspace_id: int, delivery_id: str) -> Delivery:
    found = await session.scalar(
        select(Delivery)
        .where(Delivery.workspace_id == workspace_id, Delivery.id == delivery_id)
        .options(defer(Delivery.payload))  # nobody wants it, and there may be no key any more that reads it
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise LookupError(f"no delivery {delivery_id} in workspace {workspace_id}")
    return found


def _place(parent: Delivery, kind: str) -> dict[str, Any]:
    """Where something that belongs to a message goes: there at once, or it waits until there is a there."""
    if parent.message_ts is None:
        return {"state": DeliveryState.WAITING}
    where = {"state": DeliveryState.DUE, "channel_id": parent.channel_id}
    if kind in SAME_TWICE:
        return {**where, "message_ts": parent.message_ts}
    return {**where, "thread_ts": parent.thread_ts or parent.message_ts}


def _troubled(workspace_id: int, delivery_id: str) -> ColumnElement[bool]:
    return (
        (Delivery.workspace_id == workspace_id) & (Delivery.id == delivery_id) & Delivery.state.in_(TROUBLED)
    )


def _from_the_start(session: AsyncSession, now: datetime) -> dict[str, Any]:
    return {
        "state": DeliveryState.DUE,
        "lane_id": None,
        "failures": 0,
        "not_before": at_once(session, now),
        "last_error": None,
    }


def _wake(session: AsyncSession) -> None:
    session.info[WAKE] = True
