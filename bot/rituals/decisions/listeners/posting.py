"""Cards of decisions, made and kept up to date; the log of the team with them."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import cards
from bot.rituals.decisions import living, service
from bot.rituals.decisions.models import Decision
from bot.rituals.decisions.views import messages
from bot.slack.blocks import Payload


async def post_card(session: AsyncSession, decision: Decision, now: datetime) -> None:
    await living.changed(session, team_id=decision.team_id, now=now)
    await cards.post(session, decision, await _card(session, decision), ritual="decisions", now=now)


async def update_card(
    session: AsyncSession, decision: Decision, now: datetime, *, is_listed: bool = True
) -> None:
    """`is_listed`: whether what the team's log says of it may be another too."""
    if is_listed:
        await living.changed(session, team_id=decision.team_id, now=now)
    await cards.update(session, decision, await _card(session, decision), now)


async def _card(session: AsyncSession, decision: Decision) -> Payload:
    return messages.card(await service.sheet(session, decision))
