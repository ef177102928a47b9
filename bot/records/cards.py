"""Cards on their way to the channel: rows of the outbox, in the transaction of the change they show."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.outbox import service as outbox
from bot.records.models import Record
from bot.slack.blocks import Payload


async def post(
    session: AsyncSession, record: Record, payload: Payload, *, ritual: str, now: datetime
) -> None:
    """The record's headline message; who made the record is told when it cannot be posted."""
    record.card_id = await outbox.post(
        session,
        workspace_id=record.workspace_id,
        source=f"{ritual}:{record.id}:card",
        recipient=record.channel_id,
        payload=payload,
        now=now,
        tell=record.created_by,
    )


async def update(session: AsyncSession, record: Record, payload: Payload, now: datetime) -> None:
    """Bring the card up to date. A record that was imported may have none."""
    if record.card_id:
        await outbox.update(
            session, workspace_id=record.workspace_id, of=record.card_id, payload=payload, now=now
        )
