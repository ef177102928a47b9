"""This one out, or at another time; all of it at rest, or at its end. The channel is told."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, missing, require
from bot.errors import NotFound, Refusal
from bot.i18n import _
from bot.people import service as people
from bot.people.models import Team
from bot.records import service as records
from bot.rituals.problem_sessions import jobs
from bot.rituals.problem_sessions.listeners import pages
from bot.rituals.problem_sessions.listeners import sessions as setting_up
from bot.rituals.problem_sessions.service import sessions
from bot.rituals.problem_sessions.views import session_forms, session_messages
from bot.schedule import service as schedule
from bot.schedule import snooze
from bot.schedule.fields import MoveFields, PauseFields
from bot.schedule.forms import OCCURRENCE
from bot.schedule.models import Cadence, Occurrence
from bot.slack.forms import read
from bot.slack.request import Request

Verb = Callable[[Request, str], Awaitable[None]]
"""What one does to a team's sessions, named by the team's id, or to one session, named by that one's."""


async def run_verb(request: Request, what: str) -> None:
    """`/problem skip`, `move`, `pause`, `resume`, in the team's channel."""
    async with request.read() as session:
        team = await people.team_of(
            session, workspace_id=request.actor.workspace_id, channel_id=str(request.channel_id)
        )
        cadence = await sessions.going_on(session, team)
        following = await schedule.next_of(session, cadence=cadence)
    if what not in OF_ONE:
        await VERBS[what](request, str(cadence.subject_id))
    elif following is None:
        raise Refusal(_("It is paused, so nothing comes up. `/problem resume` lets it go on."))
    else:
        await OF_ONE[what](request, str(following.id))


async def manage(request: Request, value: str) -> None:
    """The page's menu and its buttons: `skip:9` and `move:9` of one session; `pause:3`, `end:3` … of a team."""
    what, _colon, wanted = value.partition(":")
    verb = {**VERBS, **OF_ONE}.get(what)
    if verb is None:  # a button of an older message, or one that was never ours
        raise NotFound(missing())
    await verb(request, wanted)


async def put_off(request: Request, value: str) -> None:
    """The menu below the question which problems to pick: `hour:9`, `tomorrow:9`, `move:9`, `skip:9`."""
    what, _colon, occurrence_id = value.partition(":")
    if what in OF_ONE:
        await OF_ONE[what](request, occurrence_id)
        return
    viewer = await request.see()
    async with request.begin() as session:
        occurrence, team = await sessions.occurrence_by_id(
            session, viewer=viewer, occurrence_id=occurrence_id, lock=True
        )
        await sessions.require_host(session, viewer=viewer, team=team)
        sessions.require_to_come(occurrence)
        schedule.require_comes(occurrence)
        at = await snooze.until(session, choice=what, occurrence=occurrence, now=request.now)
        if at is None:
            raise Refusal(_("By then the session will have begun. Pick now, or leave this one out."))
        payload = await jobs.question(
            session, occurrence=occurrence, team=team, viewer=viewer, now=request.now
        )
        await snooze.ask_again(
            session, occurrence=occurrence, user_id=viewer.user_id, payload=payload, at=at, now=request.now
        )
    request.tell(snooze.told(at))


# This one


async def skip(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.begin() as session:
        occurrence, team = await _to_come(session, viewer, value, lock=True)
        why = session_messages.skipped_words(viewer.user_id)
        await schedule.skip(session, occurrence=occurrence, why=why, now=request.now)
        said = session_messages.left_out_words(occurrence, by=viewer.user_id)
        await _tell(session, request, team, occurrence.cadence, said)
    await pages.show_page(request, viewer, team.id)


async def open_move(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.read() as session:
        occurrence, _team = await _to_come(session, viewer, value)
    request.open_view(session_forms.move(occurrence, today=await request.today()))


async def submit_move(request: Request) -> None:
    fields = read(MoveFields, request.view)
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, team = await _to_come(session, viewer, request.ids.get(OCCURRENCE), lock=True)
        was = occurrence.starts_on
        await schedule.move(
            session, occurrence=occurrence, to=fields, user_id=viewer.user_id, now=request.now
        )
        said = session_messages.moved_words(was, by=viewer.user_id)
        await _tell(session, request, team, occurrence.cadence, said)
    await request.ack(response_action="clear")
    request.refresh_home()


async def _to_come(
    session: AsyncSession, viewer: Viewer, occurrence_id: object, *, lock: bool = False
) -> tuple[Occurrence, Team]:
    """A session that can still be moved or left out, by who may change the team's sessions."""
    occurrence, team = await sessions.occurrence_by_id(
        session, viewer=viewer, occurrence_id=occurrence_id, lock=lock
    )
    require(viewer, Action.ADMINISTER, team)
    sessions.require_to_come(occurrence)
    schedule.require_comes(occurrence)
    return occurrence, team


# All of them


async def open_pause(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.read() as session:
        team, _cadence = await _theirs(session, viewer, value)
    request.open_view(session_forms.pause(team))


async def submit_pause(request: Request) -> None:
    until = read(PauseFields, request.view).until
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        team, cadence = await _theirs(session, viewer, request.ids.get("team"), lock=True)
        await schedule.pause(session, cadence=cadence, user_id=viewer.user_id, until=until, now=request.now)
        await _tell(
            session, request, team, cadence, session_messages.paused_words(by=viewer.user_id, until=until)
        )
    await request.ack(response_action="clear")
    request.refresh_home()


async def resume(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.begin() as session:
        team, cadence = await _theirs(session, viewer, value, lock=True)
        if not cadence.is_paused(request.now):
            raise Refusal(_("They are not paused."))
        await schedule.resume(session, cadence=cadence, now=request.now)
        await _tell(session, request, team, cadence, session_messages.resumed_words(by=viewer.user_id))
    await pages.show_page(request, viewer, team.id)


async def end(request: Request, value: str) -> None:
    """The button asks before; an open session takes its course."""
    viewer = await request.see()
    async with request.begin() as session:
        team, cadence = await _theirs(session, viewer, value, lock=True)
        await schedule.end(session, cadence=cadence, now=request.now)
        await _tell(session, request, team, cadence, session_messages.ended_words(by=viewer.user_id))
    request.refresh_home()


async def _theirs(
    session: AsyncSession, viewer: Viewer, team_id: object, *, lock: bool = False
) -> tuple[Team, Cadence]:
    """A team and its sessions, by who may change them."""
    team = await sessions.team_by_id(session, viewer=viewer, team_id=team_id, action=Action.ADMINISTER)
    return team, await sessions.going_on(session, team, lock=lock)


async def _tell(session: AsyncSession, request: Request, team: Team, cadence: Cadence, said: str) -> None:
    """What was done, and what comes next."""
    following = None if cadence.ended else await schedule.next_of(session, cadence=cadence)
    payload = session_messages.changed(said, cadence, following, now=request.now)
    await pages.tell_channel(session, request, team, payload)


VERBS: dict[str, Verb] = {
    "settings": setting_up.open_settings,
    "pause": open_pause,
    "resume": resume,
    "end": end,
}
"""By the team."""

OF_ONE: dict[str, Verb] = {snooze.SKIP: skip, snooze.MOVE: open_move}
"""By the session, so that a second press does not reach the one after it."""
