"""One function per interaction with the hub."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Actor, Kind, Viewer, may, require
from bot.errors import Refusal
from bot.i18n import _
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Team
from bot.records import service as records
from bot.rituals.partner import service, views
from bot.rituals.partner.service import TeamFields
from bot.slack import blocks as b
from bot.slack.blocks import Payload
from bot.slack.forms import read
from bot.slack.home import HomeSection
from bot.slack.request import Request
from bot.workspaces import installations
from bot.workspaces.models import Workspace, WorkspaceState


async def show_menu(request: Request) -> None:
    async with request.read() as session:
        muted = await people.is_muted(session, actor=request.actor)
    await request.ack(**views.menu(request.menu, muted=muted))


# The team


async def open_team(request: Request) -> None:
    """`/partner team`: the team of this channel, or a new one."""
    await _open(request, team_id="")


async def open_team_by_button(request: Request, value: str) -> None:
    await _open(request, team_id=value)


async def _open(request: Request, *, team_id: str) -> None:
    here = request.channel_id if request.channel_id and request.channel_id[:1] in "CG" else None

    async def full() -> Payload:
        async with request.read() as session:
            team = await _team(session, request.actor, team_id, here)
        if team is None:
            known = await request.directory.new_team(
                request.slack, request.actor, home=request.workspace.slack_id, channel_id=here
            )
            return _form(None, here, known["name"], request.actor, known["timezone"])
        require(await request.see(), Action.ADMINISTER, team)
        return _form(team, team.channel_id, team.name, request.actor, team.timezone)

    await request.open_form(lambda: _form(None, here, "", request.actor, "UTC"), full)


def _form(team: Team | None, channel_id: str | None, name: str, actor: Actor, timezone: str) -> Payload:
    return views.team_form(team, channel_id=channel_id, name=name, user_id=actor.user_id, timezone=timezone)


async def _team(session: AsyncSession, actor: Actor, team_id: str, channel_id: str | None) -> Team | None:
    if records.is_number(team_id):
        return await people.team_by_id(session, workspace_id=actor.workspace_id, team_id=int(team_id))
    if channel_id:
        return await people.team_of(
            session, workspace_id=actor.workspace_id, channel_id=channel_id, with_members=True
        )
    return None


async def submit_team(request: Request) -> None:
    fields = read(TeamFields, request.view)
    viewer = await request.see()
    service.require_channel(viewer, fields.channel)
    async with request.begin() as session:
        await records.submit_once(
            session, workspace_id=viewer.workspace_id, view_id=request.view["id"], now=request.now
        )
        team = await _team(session, viewer, str(request.ids.get("team") or ""), None)
        team = team or await service.new_team(session, viewer=viewer, fields=fields, now=request.now)
        first = not team.is_set_up
        team = await service.save_team(session, viewer=viewer, team=team, fields=fields)
        if first:
            await service.tell_rituals(session, team=team, workspace=request.workspace, now=request.now)
    await request.ack()
    request.tell(views.team_saved(team, first=first))
    request.refresh_home()


# A person's own wishes


async def mute(request: Request) -> None:
    await _set_muted(request, muted=True)
    await request.ack(text=views.muted_words(muted=True))


async def unmute(request: Request) -> None:
    await _set_muted(request, muted=False)
    await request.ack(text=views.muted_words(muted=False))


async def mute_by_button(request: Request) -> None:
    await _set_muted(request, muted=True)
    request.tell(b.message(views.muted_words(muted=True)))
    request.refresh_home()


async def unmute_by_button(request: Request) -> None:
    await _set_muted(request, muted=False)
    request.tell(b.message(views.muted_words(muted=False)))
    request.refresh_home()


async def _set_muted(request: Request, *, muted: bool) -> None:
    person = await request.directory.person(request.slack, request.actor, home=request.workspace.slack_id)
    async with request.begin() as session:
        await people.set_muted(session, actor=request.actor, muted=muted, name=person.name)


# Home


async def home(session: AsyncSession, *, viewer: Viewer, now: datetime) -> HomeSection:
    teams = await people.teams_of(session, viewer=viewer)
    runs_one = viewer.is_admin or any(viewer.user_id in team.owner_ids for team in teams)
    troubles = await _troubles(session, viewer, teams)
    return views.home(
        [team for team in teams if team.is_of(viewer.user_id)],
        others=[team for team in teams if viewer.is_admin and not team.is_of(viewer.user_id)],
        changeable=[team for team in teams if may(viewer, Action.ADMINISTER, team)],
        can_set_up=viewer.kind is Kind.MEMBER,
        muted=await people.is_muted(session, actor=viewer),
        troubles=troubles if troubles or runs_one else None,
    )


async def _troubles(session: AsyncSession, viewer: Viewer, teams: Sequence[Team]) -> list[outbox.Trouble]:
    """What they are to hear of, and what was not posted to the channels of the teams that they run.

    An admin sees those of channels they can see.
    """
    mine = {team.channel_id for team in teams if viewer.is_admin or viewer.user_id in team.owner_ids}
    return await outbox.troubles(
        session, workspace_id=viewer.workspace_id, channel_ids=mine, user_id=viewer.user_id
    )


async def send_again(request: Request, value: str) -> None:
    async with _in_trouble(request, value) as session:
        await outbox.retry(
            session, workspace_id=request.actor.workspace_id, delivery_id=value, now=request.now
        )
    request.tell(b.message(_("I am trying again. What still cannot be posted comes back to your Home tab.")))
    request.refresh_home()


async def let_go(request: Request, value: str) -> None:
    async with _in_trouble(request, value) as session:
        await outbox.skip(session, workspace_id=request.actor.workspace_id, delivery_id=value)
    request.tell(b.message(_("I let it go, and will not try again.")))
    request.refresh_home()


@asynccontextmanager
async def _in_trouble(request: Request, delivery_id: str) -> AsyncIterator[AsyncSession]:
    """Raises Refusal when it is in no trouble any more, or none of theirs."""
    viewer = await request.see()
    async with request.begin() as session:
        teams = await people.teams_of(session, viewer=viewer)
        found = await _troubles(session, viewer, teams)
        if delivery_id not in [trouble.delivery_id for trouble in found]:
            request.refresh_home()
            raise Refusal(_("That message has been dealt with already."))
        yield session


# Events


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
            payload=views.welcome(),
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
