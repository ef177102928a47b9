"""Setting a team up, and changing it."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Actor, require
from bot.errors import Refusal
from bot.i18n import _
from bot.people import service as people
from bot.people.models import Team
from bot.people.places import places_like
from bot.records import service as records
from bot.rituals.partner import service
from bot.rituals.partner.service import TeamFields
from bot.rituals.partner.views import team as views
from bot.slack import blocks as b
from bot.slack import limits
from bot.slack.blocks import Payload
from bot.slack.forms import read
from bot.slack.request import Request


async def open_team(request: Request) -> None:
    """`/partner team`: the team of this channel, or a new one."""
    await _open(request, team_id="")


async def open_team_by_button(request: Request, value: str) -> None:
    await _open(request, team_id=value)


async def _open(request: Request, *, team_id: str) -> None:
    here = request.home_channel

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

    # No zone rather than a wrong one: this form may be saved before it is filled in.
    await request.open_form(lambda: _form(None, here, "", request.actor, ""), full)


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


async def _seen(session: AsyncSession, request: Request, actor: Actor) -> Team | None:
    """The team that the form changes, locked; none in a form for a new one.

    Raises:
        Refusal: somebody else changed it meanwhile. The form holds all its settings, and would undo that unseen.
    """
    team_id = str(request.ids.get("team") or "")
    if not records.is_number(team_id):
        return None
    team = await people.team_by_id(session, workspace_id=actor.workspace_id, team_id=int(team_id), lock=True)
    seen = request.ids.get("seen")  # not in a form that was open when the app was updated
    if team is not None and seen not in (None, team.mark):
        raise Refusal(
            _(
                "Somebody changed this team while you had the form open. Nothing of theirs is overwritten: "
                "open it again to see it."
            )
        )
    return team


async def submit_team(request: Request) -> None:
    fields = read(TeamFields, request.view)
    viewer = await request.see()
    service.require_channel(viewer, fields.channel)
    async with request.begin() as session:
        await records.submit_once(
            session, workspace_id=viewer.workspace_id, view_id=request.view["id"], now=request.now
        )
        team = await _seen(session, request, viewer)
        team = team or await service.new_team(session, viewer=viewer, fields=fields, now=request.now)
        first, was = not team.is_set_up, [team.pm_id, team.lead_id]
        times = team.calendar, team.timezone
        team = await service.save_team(session, viewer=viewer, team=team, fields=fields)
        moved = []
        if (team.calendar, team.timezone) != times:
            moved = await service.follow_calendar(session, viewer=viewer, team=team, now=request.now)
        if first:
            await service.tell_rituals(session, team=team, workspace=request.workspace, now=request.now)
        await service.tell_of_others(
            session,
            team=team,
            was=was,
            change=request.view["id"],
            workspace=request.workspace,
            now=request.now,
        )
    await request.ack()
    request.tell(
        views.team_saved(team, first=first, moved=moved, command_of=request.command_of, now=request.now)
    )
    request.refresh_home()


async def find_places(request: Request) -> None:
    """What the team's form offers of countries and regions, while somebody types."""
    typed = str(request.body.get("value") or "")
    found = await asyncio.to_thread(places_like, typed)  # the first search reads every name
    await request.ack(options=b.options((place.name, place.code) for place in found[: limits.OPTIONS]))
