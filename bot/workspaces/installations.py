"""Finds the installation a request belongs to, and keeps it for a minute; forgets it when Slack says it changed."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from slack_bolt.authorization import AuthorizeResult
from sqlalchemy import not_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from bot.db.engine import Database
from bot.db.upsert import insert
from bot.workspaces.models import Workspace, WorkspaceState

log = structlog.get_logger()

PATIENCE_SECONDS = 1.0  # of the three that Slack gives an answer
KEPT_SECONDS = 60  # stack: a revoked installation is noticed within a minute on every replica
EVENT_TIME_STEP = timedelta(seconds=1)  # Slack cuts the time of an event down to whole seconds


@dataclass(frozen=True)
class Installation:
    """A workspace as a request needs it, its token readable."""

    id: int
    slack_id: str
    bot_token: str
    bot_user_id: str
    bot_id: str
    installed_by: str | None = None


class Installations:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: dict[str, tuple[float, Installation | None]] = {}

    async def find(self, *, enterprise_id: str | None, team_id: str | None) -> Installation | None:
        """The workspace's own installation, or else that of its whole org; none when it has not installed the app."""
        for slack_id in filter(None, (team_id, enterprise_id)):
            if (found := await self.by_slack_id(slack_id)) is not None:
                return found
        return None

    async def by_slack_id(self, slack_id: str) -> Installation | None:
        kept = self._kept.get(slack_id)
        if kept is None or kept[0] < time.monotonic():
            kept = self._kept[slack_id] = (time.monotonic() + KEPT_SECONDS, await self._looked_up(slack_id))
        return kept[1]

    async def by_id(self, workspace_id: int) -> Installation | None:
        """Of a workspace that has the app now."""
        async with self._db.read() as session:
            slack_id = await session.scalar(select(Workspace.slack_id).where(Workspace.id == workspace_id))
        return await self.by_slack_id(slack_id) if slack_id else None

    async def remember(self, slack_id: str) -> None:
        """Look it up before anybody asks, so that the first click after a start waits for no new connection."""
        self._kept[slack_id] = (time.monotonic() + KEPT_SECONDS, await self._load(slack_id))

    async def _looked_up(self, slack_id: str) -> Installation | None:
        """With the database down what was known last: enough to tell people that it is."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._load(slack_id)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            if slack_id not in self._kept:
                raise
            log.warning("installation_not_read", error=type(error).__name__)
            return self._kept[slack_id][1]

    async def _load(self, slack_id: str) -> Installation | None:
        async with self._db.read() as session:
            row = await session.scalar(
                select(Workspace).where(
                    Workspace.slack_id == slack_id, Workspace.state == WorkspaceState.ACTIVE
                )
            )
        if row is None or row.bot_token is None:
            return None
        return Installation(
            row.id, row.slack_id, row.bot_token, row.bot_user_id, row.bot_id, row.installed_by
        )

    async def known(self, *, enterprise_id: str | None, team_id: str | None) -> tuple[int, str] | None:
        """Our id and Slack's of a workspace that has or had the app, in any state."""
        wanted = [slack_id for slack_id in (team_id, enterprise_id) if slack_id]
        async with self._db.read() as session:
            rows = await session.execute(
                select(Workspace.id, Workspace.slack_id).where(Workspace.slack_id.in_(wanted))
            )
        found = [(id_, slack_id) for id_, slack_id in rows]
        return min(found, key=lambda each: wanted.index(each[1]), default=None)

    def forget(self, slack_id: str) -> None:
        self._kept.pop(slack_id, None)

    async def authorize(
        self, enterprise_id: str | None, team_id: str | None, user_id: str | None
    ) -> AuthorizeResult | None:
        """What Bolt asks for each request; the default would read twice and call auth.test every time."""
        found = await self.find(enterprise_id=enterprise_id, team_id=team_id)
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_token=found.bot_token,
            bot_user_id=found.bot_user_id,
            bot_id=found.bot_id,
        )


async def save(
    session: AsyncSession,
    *,
    slack_id: str,
    bot_token: str,
    bot_user_id: str,
    bot_id: str,
    now: datetime,
    name: str = "",
    scopes: list[str] | None = None,
    installed_by: str | None = None,
) -> Workspace:
    """Install, or install again: one row a workspace, its newest token, active from now on.

    `state_changed_at` is then `now`; it stays what it was when nothing has changed since, as at each restart.
    """
    await (
        session.execute(  # of two replicas that start together one makes the row, and the other waits for it
            insert(session, Workspace)
            .values(slack_id=slack_id, created_at=now, state_changed_at=now)
            .on_conflict_do_nothing(index_elements=["slack_id"])
        )
    )
    found = await session.scalars(
        select(Workspace)
        .where(Workspace.slack_id == slack_id)
        .options(defer(Workspace.bot_token))  # written anew each time, and so under the newest key
        .with_for_update()
    )
    workspace, scopes = found.one(), scopes or []
    is_known = (workspace.state, await _token(session, workspace.id)) == (WorkspaceState.ACTIVE, bot_token)
    if not is_known or workspace.scopes != scopes:
        workspace.state, workspace.state_changed_at = WorkspaceState.ACTIVE, now
    workspace.bot_token, workspace.bot_user_id, workspace.bot_id = bot_token, bot_user_id, bot_id
    workspace.name = name or workspace.name or ""
    workspace.scopes = scopes
    workspace.installed_by = installed_by or workspace.installed_by
    return workspace


async def _token(session: AsyncSession, workspace_id: int) -> str | None:
    """The token that is kept; none when its key is lost, as there is a new one at hand."""
    try:
        return await session.scalar(select(Workspace.bot_token).where(Workspace.id == workspace_id))
    except LookupError:
        log.warning("token_unreadable", workspace=workspace_id)
        return None


async def leave(
    session: AsyncSession, *, workspace_id: int, state: WorkspaceState, happened_at: datetime, now: datetime
) -> None:
    """The app was removed, or its token revoked: nothing is sent any more; the token goes, the records stay.

    Slack may tell a day late, in any order: a workspace that was installed again since stays installed, and one that
    is uninstalled stays so.
    """
    installed_since = (Workspace.state == WorkspaceState.ACTIVE) & (
        Workspace.state_changed_at >= happened_at + EVENT_TIME_STEP
    )
    await session.execute(
        update(Workspace)
        .where(
            Workspace.id == workspace_id, Workspace.state != WorkspaceState.UNINSTALLED, not_(installed_since)
        )
        .values(state=state, state_changed_at=now, bot_token=None)
    )
