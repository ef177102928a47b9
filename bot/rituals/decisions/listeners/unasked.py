"""What decisions bring up unasked: in Home, for the 1:1, and when something happens to a message."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Viewer
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Team
from bot.records import service as records
from bot.records import sources
from bot.records.models import SourceState
from bot.ritual import Suggestion
from bot.rituals.decisions import queries
from bot.rituals.decisions.listeners.posting import update_card
from bot.rituals.decisions.models import Decision
from bot.rituals.decisions.views import home as home_views
from bot.rituals.decisions.views import messages
from bot.slack import text
from bot.slack.home import HomeItem, HomeSection
from bot.workspaces.models import Workspace

TRIGGERS = 3  # asked in one 1:1
UNANSWERED = timedelta(days=3)  # after that an open "do you know?" is worth a line in the 1:1


async def waiting(session: AsyncSession, *, viewer: Viewer, now: datetime) -> list[HomeItem]:
    rows = await queries.unanswered(session, viewer=viewer, user_id=viewer.user_id)
    asked = await queries.asked_about(session, viewer=viewer)
    again = await queries.to_look_at_again(session, viewer=viewer)
    return [
        *(home_views.waiting_item(row) for row in rows),
        *(home_views.asked_item(row, answer) for row, answer in asked),
        *(home_views.again_item(row, now) for row in again),
    ]


async def home(session: AsyncSession, *, viewer: Viewer, now: datetime) -> HomeSection:
    return home_views.section(await queries.latest(session, viewer=viewer))


async def agenda(session: AsyncSession, *, viewer: Viewer, team: Team, now: datetime) -> list[Suggestion]:
    """Decisions that somebody who must know has not answered for days; and what is to be looked at again if …"""
    rows = await queries.unanswered(session, viewer=viewer, team_id=team.id, before=now - UNANSWERED)
    return [
        *await _triggers(session, viewer=viewer, team=team, now=now),
        *[
            Suggestion(
                key=f"decisions:{row.id}:unanswered", text=messages.unanswered_line(row), since=row.created_at
            )
            for row in rows
        ],
    ]


async def _triggers(session: AsyncSession, *, viewer: Viewer, team: Team, now: datetime) -> list[Suggestion]:
    """A few a week, all of them in turn: to be asked the same of everything each week would tire anybody."""
    rows = await queries.with_triggers(session, viewer=viewer, team_id=team.id)
    if len(rows) > TRIGGERS:
        week = now.date().toordinal() // 7
        begin = week * TRIGGERS % len(rows)
        rows = [*rows, *rows][begin : begin + TRIGGERS]
    return [
        Suggestion(key=f"decisions:{row.id}:trigger", text=messages.trigger_line(row), since=row.created_at)
        for row in rows
    ]


async def offer_capture(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """The team's emoji on a message: who added it is asked, quietly, whether to log it."""
    item = event.get("item") or {}
    if item.get("type") != "message":
        return
    team = await people.team_of(session, workspace_id=workspace.id, channel_id=item["channel"])
    if (
        team is None
        or not team.capture_emoji
        or team.capture_emoji != text.without_tone(str(event.get("reaction")))
    ):
        return
    await outbox.ephemeral(
        session,
        workspace_id=workspace.id,
        source=f"decisions:capture:{item['channel']}:{item['ts']}",
        recipient=item["channel"],
        user_id=event["user"],
        payload=messages.capture_offer(channel_id=item["channel"], ts=item["ts"]),
        now=now,
    )


async def note_deleted(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    await _note_source(
        session,
        workspace,
        now,
        channel_id=event["channel"],
        ts=event["deleted_ts"],
        state=SourceState.DELETED,
    )


async def note_edited(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    if event["text_changed"]:  # inbox.receive keeps no more of it
        await _note_source(
            session,
            workspace,
            now,
            channel_id=event["channel"],
            ts=event["message"]["ts"],
            state=SourceState.EDITED,
        )


async def _note_source(
    session: AsyncSession,
    workspace: Workspace,
    now: datetime,
    *,
    channel_id: str,
    ts: str,
    state: SourceState,
) -> None:
    source_ids = await sources.changed(
        session, workspace_id=workspace.id, channel_id=channel_id, ts=ts, state=state, now=now
    )
    for decision in await queries.made_from(session, source_ids=source_ids):
        await update_card(session, decision, now, is_listed=False)


async def team_set_up(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """Cards that still offer to set the team up lose that; on those further back the button leads to its settings."""
    team = await people.team_by_id(session, workspace_id=workspace.id, team_id=event["team"])
    if team is None:
        return
    for decision in await records.with_cards(session, Decision, team=team):
        await update_card(session, decision, now, is_listed=False)


async def linked(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """What a decision is about has another title, say: its card shows that."""
    it = select(Decision.id).where(Decision.workspace_id == workspace.id, Decision.id == event["record"])
    for decision in await records.locked(session, Decision, it):
        await update_card(session, decision, now, is_listed=False)
