"""One function per interaction with the hub."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Actor, Viewer, require
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
from bot.slack.directory import Directory
from bot.slack.forms import read
from bot.slack.home import HomeSection
from bot.slack.request import Ack, OpenForm, See, Sessions, Tell
from bot.workspaces import installations
from bot.workspaces.installations import Installation
from bot.workspaces.models import Workspace, WorkspaceState


async def show_menu(ack: Ack, actor: Actor, db: Sessions, menu: views.Menu) -> None:
    async with db.read() as session:
        muted = await people.is_muted(session, actor=actor)
    await ack(**views.menu(menu, muted=muted))


# The team


async def open_team(
    actor: Actor,
    channel_id: str,
    body: dict[str, Any],
    db: Sessions,
    slack: AsyncWebClient,
    directory: Directory,
    workspace: Installation,
    open_form: OpenForm,
    see: See,
) -> None:
    home = channel_id if channel_id[:1] in "CG" else None
    await _open(actor, None, home, str(body.get("channel_name") or ""), db, slack, directory, workspace, open_form, see)


async def open_team_by_button(
    value: str,
    actor: Actor,
    channel_id: str | None,
    db: Sessions,
    slack: AsyncWebClient,
    directory: Directory,
    workspace: Installation,
    open_form: OpenForm,
    see: See,
) -> None:
    home = channel_id if channel_id and channel_id[:1] in "CG" else None
    await _open(actor, value or None, home, "", db, slack, directory, workspace, open_form, see)


async def _open(
    actor: Actor,
    team_id: str | None,
    channel_id: str | None,
    channel_name: str,
    db: Sessions,
    slack: AsyncWebClient,
    directory: Directory,
    workspace: Installation,
    open_form: OpenForm,
    see: See,
) -> None:
    async def full() -> Payload:
        person = await directory.person(slack, actor, home=workspace.slack_id)
        async with db.read() as session:
            team = await _team(session, actor, team_id, channel_id)
        if team is not None:
            require(await see(), Action.ADMINISTER, team)
        return views.team_form(
            team,
            channel_id=team.channel_id if team else channel_id,
            name=team.name if team else channel_name,
            user_id=actor.user_id,
            timezone=team.timezone if team else person.timezone,
        )

    bare = views.team_form(None, channel_id=channel_id, name=channel_name, user_id=actor.user_id, timezone="UTC")
    await open_form(bare, full)


async def _team(session: AsyncSession, actor: Actor, team_id: str | None, channel_id: str | None) -> Team | None:
    if team_id and team_id.isdigit():
        return await people.team_by_id(session, workspace_id=actor.workspace_id, team_id=int(team_id))
    if channel_id:
        return await people.team_of(session, workspace_id=actor.workspace_id, channel_id=channel_id)
    return None


async def submit_team(
    ack: Ack,
    view: dict[str, Any],
    ids: dict[str, Any],
    actor: Actor,
    see: See,
    db: Sessions,
    now: datetime,
    tell: Tell,
    refresh_home: Callable[[], None],
) -> None:
    fields = read(TeamFields, view)
    viewer = await see()
    async with db.begin() as session:
        await records.submit_once(session, workspace_id=actor.workspace_id, view_id=view["id"], now=now)
        team = await _team(session, actor, str(ids.get("team") or ""), fields.channel)
        if team is None:
            if not viewer.sees(fields.channel):
                raise Refusal(_("Pick a channel that you are in."))
            team = await people.ensure_team(
                session, actor=actor, channel_id=fields.channel, name=fields.name, timezone=fields.timezone, now=now
            )
        team = await service.save_team(session, viewer=viewer, team=team, fields=fields)
    await ack()
    tell(views.team_saved(team))
    refresh_home()


# A person's own wishes


async def mute(
    ack: Ack, actor: Actor, db: Sessions, slack: AsyncWebClient, directory: Directory, workspace: Installation
) -> None:
    await _set_muted(actor, db, slack, directory, workspace, muted=True)
    await ack(text=views.muted_words(True))


async def unmute(
    ack: Ack, actor: Actor, db: Sessions, slack: AsyncWebClient, directory: Directory, workspace: Installation
) -> None:
    await _set_muted(actor, db, slack, directory, workspace, muted=False)
    await ack(text=views.muted_words(False))


async def mute_by_button(
    actor: Actor,
    db: Sessions,
    slack: AsyncWebClient,
    directory: Directory,
    workspace: Installation,
    tell: Tell,
    refresh_home: Callable[[], None],
) -> None:
    await _set_muted(actor, db, slack, directory, workspace, muted=True)
    tell(b.message(views.muted_words(True)))
    refresh_home()


async def unmute_by_button(
    actor: Actor,
    db: Sessions,
    slack: AsyncWebClient,
    directory: Directory,
    workspace: Installation,
    tell: Tell,
    refresh_home: Callable[[], None],
) -> None:
    await _set_muted(actor, db, slack, directory, workspace, muted=False)
    tell(b.message(views.muted_words(False)))
    refresh_home()


async def _set_muted(
    actor: Actor, db: Sessions, slack: AsyncWebClient, directory: Directory, workspace: Installation, *, muted: bool
) -> None:
    person = await directory.person(slack, actor, home=workspace.slack_id)
    async with db.begin() as session:
        await people.set_muted(session, actor=actor, muted=muted, name=person.name)


# Home


async def home(session: AsyncSession, *, viewer: Viewer, now: datetime) -> HomeSection:
    teams = await people.teams_of(session, viewer=viewer)
    runs_one = viewer.is_admin or any(viewer.user_id in team.owner_ids for team in teams)
    return views.home(
        teams,
        muted=await people.is_muted(session, actor=viewer),
        troubles=await _troubles(session, viewer, teams) if runs_one else None,
    )


async def _troubles(session: AsyncSession, viewer: Viewer, teams: Any) -> list[outbox.Trouble]:
    """What was not posted to the channels of their teams; an admin sees those of channels they can see."""
    mine = {team.channel_id for team in teams if viewer.is_admin or viewer.user_id in team.owner_ids}
    return [
        trouble
        for trouble in await outbox.troubles(session, workspace_id=viewer.workspace_id)
        if trouble.recipient in mine
    ]


async def send_again(
    actor: Actor, see: See, db: Sessions, now: datetime, tell: Tell, refresh_home: Callable[[], None]
) -> None:
    viewer = await see()
    async with db.begin() as session:
        teams = await people.teams_of(session, viewer=viewer)
        for trouble in await _troubles(session, viewer, teams):
            await outbox.retry(session, workspace_id=actor.workspace_id, delivery_id=trouble.delivery_id, now=now)
    tell(b.message(_("I am trying again. What still cannot be posted comes back to your Home tab.")))
    refresh_home()


# Events


async def welcome(session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime) -> None:
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
    await installations.leave(session, workspace_id=workspace.id, state=WorkspaceState.UNINSTALLED, now=now)


async def suspend_workspace(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    if (event.get("tokens") or {}).get("bot"):
        await installations.leave(session, workspace_id=workspace.id, state=WorkspaceState.SUSPENDED, now=now)
