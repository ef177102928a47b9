"""What problems bring up unasked: in Home, for the 1:1, when a team is set up or changes; and what a 👍 in a thread comes to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Viewer
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Team
from bot.records import service as records
from bot.ritual import Suggestion
from bot.rituals.problem_sessions import jobs
from bot.rituals.problem_sessions.models import Problem, ProblemState
from bot.rituals.problem_sessions.service import problems, sessions
from bot.rituals.problem_sessions.views import messages, session_messages
from bot.slack import text
from bot.slack.home import HomeItem, HomeSection
from bot.workspaces.models import Workspace

IN_HOME = 5
THUMB = "+1"


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


async def team_set_up(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """Cards that still offer to set the team up lose that, and its sessions wait for its PM from now on."""
    team = await people.team_by_id(session, workspace_id=workspace.id, team_id=event["team"])
    if team is None:
        return
    await jobs.hand_over(session, team=team, now=now)
    for problem in await records.with_cards(session, Problem, team=team):
        await jobs.update_card(session, problem, now)


async def team_changed(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """It has another PM or tech lead: its sessions wait for who picks now."""
    team = await people.team_by_id(session, workspace_id=workspace.id, team_id=event["team"])
    if team is not None:
        await jobs.hand_over(session, team=team, now=now)


async def note_thumb(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """A 👍 came to a message of an idea, or went: it is that person's vote as long as it stands.

    Who can react to a message can read it, by Slack's own rule, and needs no more than that to vote.
    """
    item, came = event.get("item") or {}, event["type"] == "reaction_added"
    name, user_id = str(event.get("reaction")), str(event.get("user"))
    if item.get("type") != "message" or text.without_tone(name) != THUMB or user_id == workspace.bot_user_id:
        return
    found = await sessions.idea_at(
        session, workspace_id=workspace.id, channel_id=item["channel"], ts=item["ts"], now=now
    )
    if found is None:
        return
    pick, idea = found
    if came and pick.revealed_at is None:
        await _ask_to_wait(session, item, user_id, workspace, now)
        return
    news = await sessions.note_thumb(
        session,
        idea=idea,
        user_id=user_id,
        message_ts=item["ts"],
        name=name,
        stands=came,
        told_at=str(event["event_ts"]),
    )
    if news:
        await jobs.update_votes(session, pick, idea, now=now)


async def _ask_to_wait(
    session: AsyncSession, item: Mapping[str, Any], user_id: str, workspace: Workspace, now: datetime
) -> None:
    """A reply that was made an idea stands in the thread before the others are shown: nobody votes that early."""
    await outbox.ephemeral(
        session,
        workspace_id=workspace.id,
        source=f"{sessions.RITUAL}:early_thumb:{item['channel']}:{item['ts']}",
        recipient=item["channel"],
        user_id=user_id,
        payload=session_messages.too_early(),
        now=now,
    )


async def linked(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """A decision about a problem was logged, changed or withdrawn: wherever the problem stands, it says so."""
    it = select(Problem.id).where(Problem.workspace_id == workspace.id, Problem.id == event["record"])
    for problem in await records.locked(session, Problem, it):
        await jobs.update_decided(session, problem, now=now)
