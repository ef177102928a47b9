"""The page of a team's sessions, and what is said of them in its channel."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Viewer
from bot.outbox import service as outbox
from bot.people.models import Team
from bot.rituals.problem_sessions import ids
from bot.rituals.problem_sessions.service import sessions
from bot.rituals.problem_sessions.views import session_forms
from bot.schedule import service as schedule
from bot.slack.blocks import Payload
from bot.slack.request import Request


async def page_of(session: AsyncSession, viewer: Viewer, team_id: object, request: Request) -> Payload:
    team = await sessions.team_by_id(session, viewer=viewer, team_id=team_id)
    cadence = await sessions.going_on(session, team)
    occurrence = await schedule.next_of(session, cadence=cadence)
    picked = await sessions.picks_of(session, occurrence) if occurrence else []
    return session_forms.page(team, cadence, occurrence, picked=picked, now=request.now)


async def show_page(request: Request, viewer: Viewer, team_id: int) -> None:
    """As it is now, where it was pressed; after a command it opens."""
    in_page = request.in_modal and request.view["callback_id"] == ids.SESSION_PAGE
    if in_page or request.kind == "command":
        async with request.read() as session:
            shown = await page_of(session, viewer, team_id, request)
        (request.update_view if in_page else request.open_view)(shown)
    request.refresh_home()


async def tell_channel(session: AsyncSession, request: Request, team: Team, said: Payload) -> None:
    """Said where all of the team read it; a click that Slack delivers twice is said once."""
    key = request.view["id"] if request.kind == "view_submission" else request.body.get("trigger_id")
    await outbox.post(
        session,
        workspace_id=team.workspace_id,
        source=f"{sessions.RITUAL}:told:{team.id}:{key}",
        recipient=team.channel_id,
        payload=said,
        now=request.now,
        tell=request.actor.user_id,
    )
