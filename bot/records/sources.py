"""The message a record was made from: copied at once, its thread and permalink fetched when the record is saved."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.upsert import insert
from bot.records.models import Record, Source, SourceState

UNUSED = timedelta(days=7)  # a copy that no record was made from is let go
TRIES = 10  # each after twice the pause of the one before, from a minute on: some eight hours in all


async def copy(
    session: AsyncSession, *, workspace_id: int, channel_id: str, message: Mapping[str, Any], now: datetime
) -> None:
    """Keep a message as it is now; the first copy stays."""
    await session.execute(
        insert(session, Source)
        .values(
            workspace_id=workspace_id,
            channel_id=channel_id,
            ts=message["ts"],
            thread_ts=message.get("thread_ts"),
            user_id=message.get("user"),
            text=message.get("text", ""),
            thread=[],
            state=SourceState.KEPT,
            created_at=now,
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "channel_id", "ts"])
    )


async def find(session: AsyncSession, *, workspace_id: int, channel_id: str, ts: str) -> Source | None:
    return await session.scalar(
        select(Source).where(
            Source.workspace_id == workspace_id, Source.channel_id == channel_id, Source.ts == ts
        )
    )


async def to_fetch(session: AsyncSession, *, but: Collection[int] = (), limit: int = 20) -> Sequence[Source]:
    """Sources of saved records whose thread has not been read yet, but for these."""
    rows = await session.scalars(
        select(Source)
        .where(
            Source.fetched_at.is_(None),
            Source.attempts < TRIES,
            Source.id.not_in(but),
            exists().where(Record.source_id == Source.id),
        )
        .order_by(Source.attempts, Source.id)
        .limit(limit)
    )
    return rows.all()


async def fetched(
    session: AsyncSession,
    *,
    source: Source,
    permalink: str | None,
    thread: list[dict[str, str]],
    message: Mapping[str, Any],
    now: datetime,
) -> None:
    """Keep what Slack says of the message; a text that we have already is not replaced."""
    await session.execute(
        update(Source)
        .where(Source.id == source.id)
        .values(
            permalink=permalink,
            thread=thread,
            text=source.text or message.get("text", ""),
            user_id=source.user_id or message.get("user"),
            fetched_at=now,
        )
    )


async def failed(session: AsyncSession, *, source_id: int) -> None:
    await session.execute(update(Source).where(Source.id == source_id).values(attempts=Source.attempts + 1))


async def changed(
    session: AsyncSession, *, workspace_id: int, channel_id: str, ts: str, state: SourceState, now: datetime
) -> Sequence[int]:
    """Slack says the message was edited or deleted: our copy stays and says so. Returns the sources it was."""
    rows = await session.scalars(
        update(Source)
        .where(Source.workspace_id == workspace_id, Source.channel_id == channel_id, Source.ts == ts)
        .values(state=state, changed_at=now)
        .returning(Source.id)
    )
    return rows.all()


async def purge(session: AsyncSession, *, now: datetime) -> None:
    await session.execute(
        delete(Source).where(Source.created_at < now - UNUSED, ~exists().where(Record.source_id == Source.id))
    )
