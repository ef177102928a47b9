"""What a team wants of its log by itself: a page in its channel, a digest a week; and when Slack has no page for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, require
from bot.errors import Refusal
from bot.outbox import service as outbox
from bot.outbox.codes import CANVAS_GONE, MESSAGE_GONE
from bot.people import service as people
from bot.people.models import Team
from bot.records import service as records
from bot.rituals.decisions import digests, living, service
from bot.rituals.decisions.views import digest as digest_views
from bot.rituals.decisions.views import living as living_views
from bot.schedule import service as schedule
from bot.schedule.fields import WeeklyFields
from bot.slack.forms import read
from bot.slack.request import Request
from bot.workspaces.models import Workspace

# The page in the channel


async def open_canvas(request: Request) -> None:
    """`/decision canvas`"""
    viewer = await request.see()
    async with request.read() as session:
        team = await _team_here(session, request, viewer, otherwise=living_views.nothing_here())
        log = await living.log_of(session, team)
    request.open_view(living_views.window(team, log))


async def submit_canvas(request: Request) -> None:
    viewer = await request.see()
    address = str((await request.slack.auth_test()).get("url") or "")
    async with request.begin() as session:
        await records.once(session, request)
        team = await _team(session, viewer, request.ids.get("team"))
        await living.turn_on(session, viewer=viewer, team=team, address=address, now=request.now)
    await request.ack(response_action="clear")
    request.tell(living_views.kept(team))


async def stop_canvas(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.begin() as session:
        team = await _team(session, viewer, value)
        await living.turn_off(session, viewer=viewer, team=team, now=request.now)
        log = await living.log_of(session, team)
    request.update_view(living_views.window(team, log))
    request.tell(living_views.stopped())


async def given_up(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """Slack has no canvas for a log: it goes on as a message. Somebody deleted it: they meant it, and it stops."""
    log = await living.kept_in(session, workspace_id=workspace.id, delivery_id=event["delivery"])
    code = event["code"]
    if log is None or not log.is_on:
        return
    if code in CANVAS_GONE or code == MESSAGE_GONE:
        said = living_views.gone(log)
        living.stop(log)
    else:
        said = living_views.no_canvas(log, code)
        living.go_on_as_message(session, log, now=now)
    await outbox.post(
        session,
        workspace_id=log.workspace_id,
        source=f"{service.RITUAL}:log:{log.team_id}:{log.documents}:given_up",
        recipient=log.kept_by,
        payload=said,
        now=now,
    )


# The digest


async def open_digest(request: Request) -> None:
    """`/decision digest`"""
    viewer = await request.see()
    async with request.read() as session:
        team = await _team_here(session, request, viewer, otherwise=digest_views.nothing_here())
        cadence = await digests.cadence_of(session, team)
        coming = await schedule.next_of(session, cadence=cadence) if cadence else None
    request.open_view(digest_views.form(team, cadence, coming, now=request.now))


async def submit_digest(request: Request) -> None:
    fields = read(WeeklyFields, request.view)
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        team = await _team(session, viewer, request.ids.get("team"))
        cadence = await digests.set_up(session, viewer=viewer, team=team, fields=fields, now=request.now)
        coming = await schedule.next_of(session, cadence=cadence)
    await request.ack(response_action="clear")
    request.tell(digest_views.set_up(cadence, coming, now=request.now))


async def stop_digest(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.begin() as session:
        team = await _team(session, viewer, value)
        await digests.end(session, viewer=viewer, team=team, now=request.now)
    request.update_view(digest_views.form(team, None, None, now=request.now))
    request.tell(digest_views.turned_off())


# What both need


async def _team_here(session: AsyncSession, request: Request, viewer: Viewer, *, otherwise: str) -> Team:
    """The team of this channel, if this person may change it."""
    team = await people.team_of(session, workspace_id=viewer.workspace_id, channel_id=str(request.channel_id))
    if team is None:
        raise Refusal(otherwise)
    require(viewer, Action.ADMINISTER, team)
    return team


async def _team(session: AsyncSession, viewer: Viewer, team_id: object) -> Team:
    """The team behind an id from a button or a modal."""
    wanted = records.row_id(team_id)
    team = await people.team_by_id(session, workspace_id=viewer.workspace_id, team_id=wanted)
    require(viewer, Action.ADMINISTER, team)
    assert team is not None
    return team
