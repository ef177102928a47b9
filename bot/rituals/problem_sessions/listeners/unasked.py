"""What problems bring up unasked: in Home, for the 1:1, and when a team is set up."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Viewer
from bot.people import service as people
from bot.people.models import Team
from bot.records import service as records
from bot.ritual import Suggestion
from bot.rituals.problem_sessions import jobs
from bot.rituals.problem_sessions.models import Problem, ProblemState
from bot.rituals.problem_sessions.service import problems, sessions
from bot.rituals.problem_sessions.views import messages
from bot.slack.home import HomeItem, HomeSection

IN_HOME = 5


async def waiting(session: AsyncSession, *, viewer: Viewer, now: datetime) -> list[HomeItem]:
    """What this person was asked: to pick for a session, to say whether something helped."""
    asked = [messages.to_say(pick) for pick in await sessions.unanswered(session, viewer=viewer)]
    for occurrence in await sessions.not_picked_for(session, viewer=viewer):
        team = await sessions.team_of(session, occurrence)
        if viewer.sees(team.channel_id):
            asked.append(messages.to_pick(occurrence, channel_id=team.channel_id))
    return asked


async def home(session: AsyncSession, *, viewer: Viewer, now: datetime) -> HomeSection | None:
    found = await problems.listed(session, viewer=viewer, state=ProblemState.OPEN, limit=IN_HOME)
    teams = await people.teams_of(session, viewer=viewer)
    return messages.home(found) if found or teams else None


async def agenda(session: AsyncSession, *, viewer: Viewer, team: Team, now: datetime) -> Sequence[Suggestion]:
    """Problems that came up in a session, and nobody had an idea."""
    return [
        Suggestion(
            key=f"problem_sessions:{problem.id}:no_idea",
            text=messages.idea_missing(problem),
            since=problem.created_at,
        )
        for problem in await problems.without_idea(session, viewer=viewer, team=team)
    ]


async def team_set_up(session: AsyncSession, *, team: Team, now: datetime) -> None:
    """Cards that still offer to set the team up lose that, and its sessions wait for its PM from now on."""
    await sessions.keep_host(session, team=team)
    for problem in await records.with_cards(session, Problem, team=team):
        await jobs.update_card(session, problem, now)
