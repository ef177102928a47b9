"""What nobody pressed a button for: a first look, an invitation, an app that is removed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.outbox import service as outbox
from bot.people import service as people
from bot.rituals.partner.views import menu
from bot.workspaces import installations
from bot.workspaces.models import Workspace, WorkspaceState


async def welcome(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """Once to each person who finds the app while the workspace has no team."""
    if event.get("tab") == "home" and not await people.any_team(session, workspace_id=workspace.id):
        await outbox.post(
            session,
            workspace_id=workspace.id,
            source="partner:welcome",
            recipient=event["user"],
            payload=menu.welcome(),
            now=now,
        )


async def go_on_in_channel(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """The bot was invited, or a channel came back: what waited for that is sent."""
    if event.get("user") in (workspace.bot_user_id, None) or event["type"] != "member_joined_channel":
        await outbox.resume(session, workspace_id=workspace.id, channel_id=event["channel"], now=now)


async def leave_workspace(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    await installations.leave(
        session,
        workspace_id=workspace.id,
        state=WorkspaceState.UNINSTALLED,
        happened_at=event["event_time"],
        now=now,
    )


async def suspend_workspace(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    if (event.get("tokens") or {}).get("bot"):
        await installations.leave(
            session,
            workspace_id=workspace.id,
            state=WorkspaceState.SUSPENDED,
            happened_at=event["event_time"],
            now=now,
        )
