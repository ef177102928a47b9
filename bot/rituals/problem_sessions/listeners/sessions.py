"""A team's sessions: set up, picked for, and closed before their time."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer
from bot.errors import Refusal
from bot.i18n import _
from bot.people import service as people
from bot.people.models import Team
from bot.records import service as records
from bot.rituals.problem_sessions.listeners import pages
from bot.rituals.problem_sessions.listeners.form import new_team
from bot.rituals.problem_sessions.service import problems, sessions
from bot.rituals.problem_sessions.service.sessions import PLACES, SessionFields
from bot.rituals.problem_sessions.views import session_forms, session_messages
from bot.schedule import service as schedule
from bot.schedule.models import OccurrenceState
from bot.slack import limits, text
from bot.slack.forms import block_ids, read
from bot.slack.request import Request

# Setting them up


async def open_here(request: Request) -> None:
    """`/problem session`: the sessions of the team of this channel; where it has none, the form for them."""
    viewer = await request.see()
    async with request.read() as session:
        team = await people.team_of(
            session, workspace_id=viewer.workspace_id, channel_id=str(request.channel_id)
        )
        cadence = await sessions.cadence_of(session, team) if team else None
        has_sessions = team is not None and cadence is not None and not cadence.ended
        page = await pages.page_of(session, viewer, team.id, request) if team and has_sessions else None
    if page is None:
        if request.home_channel is None:
            raise Refusal(_("Problem sessions belong to a team. Type `/problem session` in its channel."))
        held = {"channel": request.home_channel}
        page = session_forms.set_up({}, held, zone=team.timezone if team else None)
    request.open_view(page)


async def show_more(request: Request) -> None:
    zone = await _zone(request)
    request.update_view(session_forms.set_up(request.values, {**request.ids, "more": 1}, zone=zone))


async def _zone(request: Request) -> str | None:
    async with request.read() as session:
        team = await people.team_of(
            session,
            workspace_id=request.actor.workspace_id,
            channel_id=str(request.ids.get("channel")),
        )
    return team.timezone if team else None


async def submit_set_up(request: Request) -> None:
    viewer = await request.see()
    channel_id = str(request.ids.get("channel"))
    async with request.read() as session:
        known = await people.team_of(session, workspace_id=viewer.workspace_id, channel_id=channel_id)
        fields = await _fields(session, request, known)
    facts = {} if known else await new_team(request, channel_id)
    async with request.begin() as session:
        await records.once(session, request)
        team_id = known.id if known else await _make_team(session, request, viewer, channel_id, facts)
        team = await sessions.team_by_id(session, viewer=viewer, team_id=team_id, action=Action.ADMINISTER)
        cadence, is_new = await sessions.set_up(
            session, viewer=viewer, team=team, fields=fields, now=request.now
        )
        following = await schedule.next_of(session, cadence=cadence)
        if is_new:
            said = session_messages.set_up(team, cadence, following, by=viewer.user_id, now=request.now)
        else:
            who = _("{who} changed the problem sessions.", who=text.mention(viewer.user_id))
            said = session_messages.changed(who, cadence, following, now=request.now)
        await pages.tell_channel(session, request, team, said)
    await request.ack(response_action="clear")
    request.refresh_home()


async def _fields(session: AsyncSession, request: Request, team: Team | None) -> SessionFields:
    """The form as typed; what it did not show stays as it is, and what was emptied is empty."""
    typed = read(SessionFields, request.view).model_dump(exclude_unset=True)
    if "solution_words" in block_ids(request.view):
        typed.setdefault("solution_words", [])
    settings = await sessions.settings_of(session, team) if team else None
    cadence = await sessions.cadence_of(session, team) if team else None
    kept = session_forms.values_of(settings, cadence) if settings and cadence else {}
    return SessionFields.model_validate({**kept, **typed})


async def _make_team(
    session: AsyncSession, request: Request, viewer: Viewer, channel_id: str, facts: dict[str, str]
) -> int:
    if not viewer.sees(channel_id):
        raise Refusal(
            _("I cannot see that channel. If it is a private one, invite me with `/invite` and try again.")
        )
    team = await people.ensure_team(session, actor=viewer, channel_id=channel_id, now=request.now, **facts)
    return team.id


async def open_settings(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.read() as session:
        team = await sessions.team_by_id(session, viewer=viewer, team_id=value, action=Action.ADMINISTER)
        settings = await sessions.settings_of(session, team)
        cadence = await sessions.going_on(session, team)
    assert settings is not None  # a cadence is set up together with them
    held = {"channel": team.channel_id, "team": team.id, "more": 1}
    values = session_forms.values_of(settings, cadence)
    request.open_view(session_forms.set_up(values, held, zone=team.timezone))


# Picking


async def open_pick(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.read() as session:
        occurrence, team = await sessions.occurrence_by_id(session, viewer=viewer, occurrence_id=value)
        await sessions.require_host(session, viewer=viewer, team=team)
        sessions.require_to_come(occurrence)
        backlog = await problems.backlog(session, team=team, now=request.now, limit=limits.OPTIONS)
        picked = await sessions.picks_of(session, occurrence)
    if not backlog:
        raise Refusal(_("There is no problem to pick yet. `/problem` logs one."))
    chosen = [pick.problem_id for pick in picked] or [problem.id for problem in backlog[: len(PLACES)]]
    request.open_view(session_forms.pick(occurrence, team, backlog, chosen=chosen))


async def submit_pick(request: Request) -> None:
    chosen = [(place, request.values[place]) for place in PLACES if place in request.values]
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, team = await sessions.occurrence_by_id(
            session, viewer=viewer, occurrence_id=request.ids.get("occurrence"), lock=True
        )
        await sessions.pick(session, viewer=viewer, occurrence=occurrence, team=team, problem_ids=chosen)
        picked = await sessions.picks_of(session, occurrence)
        await schedule.call_off(session, occurrence=occurrence)
    await request.ack(response_action="clear")
    request.tell(session_messages.picked(occurrence, picked))
    request.refresh_home()


# Closing


async def close(request: Request, value: str) -> None:
    """Before its time; the step that closes it does the rest in a moment."""
    viewer = await request.see()
    async with request.begin() as session:
        occurrence, team = await sessions.occurrence_by_id(
            session, viewer=viewer, occurrence_id=value, lock=True
        )
        await sessions.require_host(session, viewer=viewer, team=team)
        if occurrence.state != OccurrenceState.OPEN:
            raise Refusal(_("That session is over already."))
        await schedule.close_now(session, occurrence=occurrence, now=request.now)
