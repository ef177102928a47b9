"""What Slack says of a person, as far as it changes what is to come: their time zone, and that their account is gone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.schedule import service
from bot.schedule.models import Cadence, CadencePerson
from bot.schedule.worker import Timed
from bot.workspaces.models import Workspace

log = structlog.get_logger()

USER_CHANGE = "user_change"


async def concerns(session: AsyncSession, *, workspace_id: int, event: Mapping[str, Any]) -> bool:
    """Whether the event is of somebody for whom something is to come, and of more than, say, their status."""
    user = event["user"]
    of_theirs = exists().where(CadencePerson.cadence_id == Cadence.id, CadencePerson.user_id == user["id"])
    gone = of_theirs if user.get("deleted") else Cadence.id.is_(None)
    moved = (Cadence.follows == user["id"]) & (Cadence.timezone != user.get("tz"))
    found = await session.scalar(
        select(Cadence.id).where(Cadence.workspace_id == workspace_id, or_(gone, moved)).limit(1)
    )
    return found is not None


def person_changed(rituals: Mapping[str, Timed]) -> Callable[..., Awaitable[None]]:
    """The listener to `user_change`."""

    async def listen(
        session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
    ) -> None:
        user_id = event["user"]["id"]
        if event["user"].get("deleted"):
            await somebody_left(session, rituals, workspace_id=workspace.id, user_id=user_id, now=now)
        elif zone := event["user"].get("tz"):
            await _follow(session, rituals, workspace_id=workspace.id, user_id=user_id, zone=zone, now=now)

    return listen


async def somebody_left(
    session: AsyncSession, rituals: Mapping[str, Timed], *, workspace_id: int, user_id: str, now: datetime
) -> None:
    """What needs them rests, and those who are left are told once, and how it goes on."""
    is_theirs = exists().where(CadencePerson.cadence_id == Cadence.id, CadencePerson.user_id == user_id)
    for cadence in await _cadences(session, workspace_id, is_theirs):
        if cadence.rests:
            continue
        await service.pause(session, cadence=cadence, user_id=user_id, until=None, now=now)
        log.warning("person_left", cadence=cadence.id, ritual=cadence.ritual)
        ritual = rituals.get(cadence.ritual)
        if ritual and ritual.somebody_left:
            await ritual.somebody_left(session, cadence=cadence, user_id=user_id, now=now)


async def _follow(
    session: AsyncSession,
    rituals: Mapping[str, Timed],
    *,
    workspace_id: int,
    user_id: str,
    zone: str,
    now: datetime,
) -> None:
    """What goes by this person's clock goes by the new one; what has been, or was moved by hand, stays as it was."""
    moved = (Cadence.follows == user_id) & (Cadence.timezone != zone)
    for cadence in await _cadences(session, workspace_id, moved):
        log.info("zone_changed", cadence=cadence.id, before=cadence.timezone, after=zone)
        cadence.timezone = zone
        following = await service.replan_unmoved(session, cadence=cadence, now=now)
        ritual = rituals.get(cadence.ritual)
        if ritual and ritual.zone_changed and not cadence.ended:
            await ritual.zone_changed(session, cadence=cadence, following=following, now=now)


async def _cadences(session: AsyncSession, workspace_id: int, wanted: Any) -> Sequence[Cadence]:
    rows = await session.scalars(
        select(Cadence)
        .where(Cadence.workspace_id == workspace_id, wanted)
        .order_by(Cadence.id)
        .options(selectinload(Cadence.people))
        .with_for_update(key_share=True)
    )
    return rows.all()
