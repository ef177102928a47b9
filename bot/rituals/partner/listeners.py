"""One function per interaction with the hub."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Actor, Kind, Viewer, may, require
from bot.errors import FieldRefusal, Refusal
from bot.i18n import _
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Absence, Team
from bot.people.places import places_like
from bot.records import service as records
from bot.rituals.partner import service, views
from bot.rituals.partner.service import AwayFields, TeamFields
from bot.schedule.models import Occurrence
from bot.slack import blocks as b
from bot.slack import limits, text
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
            session, workspace_id=actor.workspace_id, channel_id=channel_id, whole=True
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
        first, calendar = not team.is_set_up, team.calendar
        team = await service.save_team(session, viewer=viewer, team=team, fields=fields)
        moved = []
        if team.calendar != calendar:
            moved = await service.follow_calendar(session, viewer=viewer, team=team, now=request.now)
        if first:
            await service.tell_rituals(session, team=team, workspace=request.workspace, now=request.now)
    await request.ack()
    request.tell(
        views.team_saved(team, first=first, moved=moved, summaries=request.summaries, now=request.now)
    )
    request.refresh_home()


async def find_places(request: Request) -> None:
    """What the team's form offers of countries and regions, while somebody types."""
    typed = str(request.body.get("value") or "")
    found = await asyncio.to_thread(places_like, typed)  # the first search reads every name
    await request.ack(options=b.options((place.name, place.code) for place in found[: limits.OPTIONS]))


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


# Being away


async def open_away(request: Request) -> None:
    """What stands behind `/partner away` is shown in the form, and changes nothing."""
    typed = text.typed(request.text)

    async def full() -> Payload:
        today, viewer = await request.today(), await request.see()
        async with request.read() as session:
            teams = await people.teams_of(session, viewer=viewer)
            absence = await _absence(session, viewer, today)
        person_id = viewer.user_id if service.notes_for_others(viewer, teams) else None
        return views.away_form(absence, today=today, typed=typed, person_id=person_id)

    await request.open_form(lambda: views.away_form(None, today=request.now.date(), typed=typed), full)


async def _absence(session: AsyncSession, actor: Actor, today: date) -> Absence | None:
    """The one that is going on."""
    found = await people.away(session, workspace_id=actor.workspace_id, user_ids=[actor.user_id], on=today)
    return next(iter(found), None)


async def submit_away(request: Request) -> None:
    fields = read(AwayFields, request.view)
    for_other = fields.person not in (None, request.actor.user_id)
    viewer = await _noting_for(request, str(fields.person)) if for_other else None
    today = await request.today()
    async with request.begin() as session:
        await records.once(session, request)
        if viewer is not None:
            await service.require_may_note(session, viewer=viewer, user_id=str(fields.person))
        absence = await service.note_away(
            session,
            by=request.actor,
            fields=fields,
            changes=request.ids.get("absence"),
            today=today,
            now=request.now,
        )
        left_out = await service.left_out_by(session, absence=absence)
        if for_other:
            await _tell_other(session, request, absence, left_out)
    await request.ack()
    said = (
        views.away_for_other(absence) if for_other else views.away_words(absence, left_out, request.summaries)
    )
    request.tell(said)
    request.refresh_home()


async def _noting_for(request: Request, user_id: str) -> Viewer:
    """Who is asking.

    Raises:
        FieldRefusal: the other is an app, or somebody who is gone.
    """
    other = await request.directory.person(
        request.slack, Actor(request.actor.workspace_id, user_id), home=request.workspace.slack_id
    )
    if other.kind in (Kind.BOT, Kind.DEACTIVATED):
        raise FieldRefusal(
            {"person": _("Pick a person who is here: that is an app, or an account that is no more.")}
        )
    return await request.see()


async def _tell_other(
    session: AsyncSession, request: Request, absence: Absence, left_out: Sequence[Occurrence]
) -> None:
    await outbox.post(
        session,
        workspace_id=absence.workspace_id,
        source=f"partner:away:{absence.id}",
        recipient=absence.user_id,
        payload=views.told_away(absence, left_out, request.summaries),
        now=request.now,
        tell=request.actor.user_id,
    )


async def come_back(request: Request) -> None:
    await request.ack(**await _come_back(request))
    request.refresh_home()


async def come_back_by_button(request: Request) -> None:
    request.tell(await _come_back(request))
    request.refresh_home()


async def _come_back(request: Request) -> Payload:
    """What is going on ends; what is noted for later stays until they take it off."""
    today = await request.today()
    async with request.begin() as session:
        absence = await _absence(session, request.actor, today)
        if absence is not None:
            await people.end_absence(session, absence=absence, today=today)
        coming = await people.absences_of(session, of=request.actor, since=today)
        return views.back(was_away=absence is not None, coming=coming)


async def take_off(request: Request, value: str) -> None:
    """They are not away then, whoever said so."""
    today = await request.today()
    async with request.begin() as session:
        noted = await people.absences_of(session, of=request.actor, since=today)
        absence = next((absence for absence in noted if str(absence.id) == value), None)
        if absence is None:
            raise Refusal(_("That is over, or taken off already."))
        await people.end_absence(session, absence=absence, today=today)
    request.tell(b.message(_("You are not away then any more.")))
    request.refresh_home()


# Home


async def home(session: AsyncSession, *, viewer: Viewer, now: datetime) -> HomeSection:
    teams = await people.teams_of(session, viewer=viewer)
    runs_one = viewer.is_admin or any(viewer.user_id in team.owner_ids for team in teams)
    troubles = await _troubles(session, viewer, teams)
    own = [team for team in teams if team.is_of(viewer.user_id)]
    today = own[0].today(now) if own else now.date()  # Home is not told in which zone its reader is
    return views.home(
        own,
        others=[team for team in teams if viewer.is_admin and not team.is_of(viewer.user_id)],
        changeable=[team for team in teams if may(viewer, Action.ADMINISTER, team)],
        can_set_up=viewer.kind is Kind.MEMBER,
        muted=await people.is_muted(session, actor=viewer),
        away=await _absence(session, viewer, today),
        troubles=troubles if troubles or runs_one else None,
        now=now,
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
