"""The living log: what a team's channel is shown of its decisions at any time, and whether it wants that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, require
from bot.db.upsert import insert
from bot.outbox import service as outbox
from bot.outbox.service import Message
from bot.people.models import Team
from bot.rituals.decisions import queries
from bot.rituals.decisions.models import STANDING, Decision, LivingLog, Part, Status
from bot.rituals.decisions.queries import Section
from bot.schedule import service as schedule
from bot.slack import text
from bot.workspaces.models import Workspace, WorkspaceState

SETTLES = timedelta(minutes=1)  # many changes within it are one edit
IN_HAND = timedelta(minutes=5)  # what was taken and not written by then is taken again
AT_ONCE = 20  # logs written in one look
LISTED = 100  # decisions of each section
REPLACED = (Status.SUPERSEDED, Status.REVERSED)


@dataclass(frozen=True)
class Page:
    """All that everybody in the channel may read of its log."""

    log: LivingLog
    team: Team
    standing: Section
    replaced: Section
    cards: Mapping[str, Message]
    """Where each card is, by its delivery id."""

    def address_of(self, decision: Decision) -> str:
        """Of its card; "" where there is none, as of what comes from a file."""
        card = self.cards.get(decision.card_id or "")
        if card is None or not self.log.address:
            return ""
        return f"{self.log.address}archives/{card.channel_id}/p{card.ts.replace('.', '')}"

    @property
    def makers(self) -> list[str]:
        """Slack's ids of all who decided."""
        rows = (*self.standing.rows, *self.replaced.rows)
        found = (user_id for row in rows for user_id in row.user_ids(Part.DECIDER))
        return list(dict.fromkeys(filter(text.is_person, found)))


# Whether a team wants it


async def log_of(session: AsyncSession, team: Team) -> LivingLog | None:
    return await session.get(LivingLog, team.id, populate_existing=True)


async def turn_on(session: AsyncSession, *, viewer: Viewer, team: Team, address: str, now: datetime) -> None:
    """From now on it is kept. A canvas is tried first, also where there was none to be had before."""
    require(viewer, Action.ADMINISTER, team)
    wanted = {"is_on": True, "kept_by": viewer.user_id, "address": address, "looks_at": now, "written": ""}
    await session.execute(
        insert(session, LivingLog)
        .values(
            team_id=team.id,
            workspace_id=team.workspace_id,
            channel_id=team.channel_id,
            as_message=False,
            documents=0,
            **wanted,
        )
        .on_conflict_do_nothing(index_elements=["team_id"])
    )
    log = await _locked(session, LivingLog.team_id == team.id)
    if log is None or (log.is_on and log.document_id is not None):
        return  # a second press, or somebody was faster
    if log.as_message:
        log.as_message, log.document_id = False, None
    for name, value in wanted.items():
        setattr(log, name, value)
    wake(session)


async def turn_off(session: AsyncSession, *, viewer: Viewer, team: Team, now: datetime) -> None:
    """What stands in the channel stays, with a last word that it is not kept any more."""
    require(viewer, Action.ADMINISTER, team)
    log = await _locked(session, LivingLog.team_id == team.id)
    if log is not None and log.is_on:
        log.is_on, log.looks_at = False, now
        wake(session)


async def changed(session: AsyncSession, *, team_id: int, now: datetime) -> None:
    """Something in a team's log is another; it is written in a minute, with all that changes until then.

    Unconditional, so that who writes it right now and who changes it wait for each other.
    """
    await session.execute(
        update(LivingLog)
        .where(LivingLog.team_id == team_id, LivingLog.is_on)
        .values(looks_at=func.coalesce(LivingLog.looks_at, now + SETTLES))
        .execution_options(synchronize_session=False)
    )


def wake(session: AsyncSession) -> None:
    session.info[schedule.WAKE] = True


# Writing it


async def due(session: AsyncSession, *, now: datetime) -> Sequence[int]:
    """The teams whose log is to be written."""
    rows = await session.scalars(
        select(LivingLog.team_id)
        .join(Workspace, Workspace.id == LivingLog.workspace_id)
        .where(LivingLog.looks_at <= now, Workspace.state == WorkspaceState.ACTIVE)
        .order_by(LivingLog.looks_at)
        .limit(AT_ONCE)
    )
    return rows.all()


async def take(session: AsyncSession, *, team_ids: Sequence[int], now: datetime) -> Sequence[int]:
    """Those of them that are ours to write now: others leave them alone for a while."""
    free = (
        select(LivingLog.team_id)
        .where(LivingLog.team_id.in_(team_ids), LivingLog.looks_at <= now)
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    rows = await session.scalars(
        update(LivingLog)
        .where(LivingLog.team_id.in_(select(free.c.team_id)))
        .values(looks_at=now + IN_HAND)
        .returning(LivingLog.team_id)
        .execution_options(synchronize_session=False)
    )
    return rows.all()


async def page(session: AsyncSession, *, team_id: int) -> Page | None:
    """The log of a team as it stands now; None when the team has none."""
    found = await session.execute(
        select(LivingLog, Team).join(Team, Team.id == LivingLog.team_id).where(LivingLog.team_id == team_id)
    )
    row = found.one_or_none()
    if row is None:
        return None
    log, team = row
    here = queries.in_channel_of(team)
    standing = await queries.section(session, *here, Decision.status.in_(STANDING), limit=LISTED)
    replaced = await queries.section(session, *here, Decision.status.in_(REPLACED), limit=LISTED)
    card_ids = [row.card_id for row in (*standing.rows, *replaced.rows) if row.card_id]
    cards = await outbox.messages_of(session, workspace_id=team.workspace_id, delivery_ids=card_ids)
    return Page(log, team, standing, replaced, cards)


async def lock(session: AsyncSession, *, team_id: int) -> None:
    """Before it is read to be written: whoever changes it meanwhile waits, and is not missed."""
    await _locked(session, LivingLog.team_id == team_id)


def move(log: LivingLog, team: Team) -> None:
    """The team has another channel: there it begins anew, and what stands in the old one stays as it is."""
    log.channel_id, log.document_id, log.written, log.as_message = team.channel_id, None, "", False


async def kept_in(session: AsyncSession, *, workspace_id: int, delivery_id: str) -> LivingLog | None:
    """The log whose canvas or message this is, locked."""
    return await _locked(
        session, (LivingLog.document_id == delivery_id) & (LivingLog.workspace_id == workspace_id)
    )


async def _locked(session: AsyncSession, which: ColumnElement[bool]) -> LivingLog | None:
    return await session.scalar(
        select(LivingLog).where(which).with_for_update().execution_options(populate_existing=True)
    )


def stop(log: LivingLog) -> None:
    """Somebody has taken it away; what comes next begins anew."""
    log.is_on, log.document_id, log.written, log.looks_at = False, None, "", None


def go_on_as_message(session: AsyncSession, log: LivingLog, *, now: datetime) -> None:
    log.as_message, log.document_id, log.written, log.looks_at = True, None, "", now
    wake(session)


async def is_there(session: AsyncSession, log: LivingLog) -> bool:
    """Whether there is something in Slack to change; what never came to be is forgotten."""
    if log.document_id is None:
        return False
    place = await outbox.message_of(session, workspace_id=log.workspace_id, delivery_id=log.document_id)
    if place is None:
        await outbox.call_off(session, workspace_id=log.workspace_id, delivery_id=log.document_id)
        log.document_id, log.written = None, ""
    return place is not None
