"""What records of different rituals are to each other, as a reader may see it; and how each hears that the other changed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, may
from bot.inbox import service as inbox
from bot.records import service
from bot.records.models import Record, RecordLink, Relation

CHANGED = "linked_record_changed"
"""The event in the inbox, `{"record": id}`: what a record is linked to is another now.

One of a ritual's `own_events`; told of every such record, whichever ritual it is of: each looks whether it is its own.
"""


@dataclass(frozen=True)
class LinkedRecord:
    """A record at the other end of a link, as seen from this one."""

    relation: Relation
    forward: bool
    """True: this record supersedes the other; False: the other supersedes this one."""
    record_id: int
    channel_id: str
    name: str | None
    title: str | None
    """Both None where the readers need not be able to read the other's channel: they learn nothing but that."""
    is_withdrawn: bool


async def of(session: AsyncSession, record: Record, *, viewer: Viewer | None = None) -> list[LinkedRecord]:
    """All that a record is linked to, oldest first: for this person, or for everybody in its channel."""
    return [
        _seen(record, link, source, target, viewer=viewer)
        for link, source, target in await service.links_of(session, record_ids=[record.id])
    ]


async def decisions_about(
    session: AsyncSession, record: Record, *, viewer: Viewer | None = None
) -> list[LinkedRecord]:
    """What was decided about a record."""
    links = await of(session, record, viewer=viewer)
    return [link for link in links if link.relation is Relation.DECIDES and not link.forward]


def _seen(
    record: Record, link: RecordLink, source: Record, target: Record, *, viewer: Viewer | None
) -> LinkedRecord:
    forward = link.from_id == record.id
    other = target if forward else source
    seen = other.channel_id == record.channel_id if viewer is None else viewer.sees(other.channel_id)
    name, title = (other.name, other.title) if seen else (None, None)
    return LinkedRecord(
        Relation(link.relation),
        forward,
        other.id,
        other.channel_id,
        name,
        title,
        is_withdrawn=seen and other.withdrawn_at is not None,
    )


async def to_decide(session: AsyncSession, *, viewer: Viewer, record_id: object) -> Record | None:
    """What a decision is to be about, by an id from a form; none when it is not there for this person any more."""
    record = await session.scalar(
        select(Record)
        .where(Record.workspace_id == viewer.workspace_id, Record.id == service.row_id(record_id))
        .options(*Record.whole())
    )
    return record if record is not None and may(viewer, Action.ACKNOWLEDGE, record) else None


async def decide(
    session: AsyncSession, *, decision: Record, about: Record, user_id: str, now: datetime
) -> None:
    """The decision is about that record, from here on."""
    await service.link(
        session, source=decision, target=about, relation=Relation.DECIDES, user_id=user_id, now=now
    )
    await _tell(session, about.workspace_id, about.id, now=now)


async def undecide(session: AsyncSession, *, decision: Record, about: Record, now: datetime) -> bool:
    """The decision is not about that record any more; False when it never was."""
    gone = await service.unlink(session, decision, about)
    if gone:
        await _tell(session, about.workspace_id, about.id, now=now)
    return bool(gone)


async def tell(session: AsyncSession, record: Record, *, now: datetime) -> None:
    """Something about a record changed: what it decides, or what decides it, shows that after this is committed."""
    for link, _source, _target in await service.links_of(session, record_ids=[record.id]):
        if link.relation != Relation.DECIDES:
            continue
        other_id = link.to_id if link.from_id == record.id else link.from_id
        await _tell(session, record.workspace_id, other_id, now=now)


async def _tell(session: AsyncSession, workspace_id: int, record_id: int, *, now: datetime) -> None:
    await inbox.receive(
        session,
        event_id=f"{CHANGED}:{uuid4()}",
        slack_team_id="",  # it never was with Slack
        event={"type": CHANGED, "record": record_id},
        event_time=now,
        now=now,
        workspace_id=workspace_id,
    )
