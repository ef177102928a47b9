"""Cards on their way to the channel: rows of the outbox, in the transaction of the change they show."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.outbox import service as outbox
from bot.rituals.decisions import service
from bot.rituals.decisions.models import Decision
from bot.rituals.decisions.views import messages


async def post_card(session: AsyncSession, decision: Decision, now: datetime) -> None:
    decision.card_id = await outbox.post(
        session,
        workspace_id=decision.workspace_id,
        source=f"decisions:{decision.id}:card",
        recipient=decision.channel_id,
        payload=messages.card(await service.sheet(session, decision)),
        now=now,
        tell=decision.created_by,
    )


async def update_card(session: AsyncSession, decision: Decision, now: datetime) -> None:
    """Bring the card up to date. A record that was imported may have none."""
    if decision.card_id:
        payload = messages.card(await service.sheet(session, decision))
        await outbox.update(
            session, workspace_id=decision.workspace_id, of=decision.card_id, payload=payload, now=now
        )
