"""What one can do with problems: log one, change it, see it again, withdraw it, find those of a team."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import field_validator
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, require
from bot.db import text_index
from bot.i18n import _
from bot.people.models import Team
from bot.people.service import muted_names
from bot.records import service as records
from bot.records.fields import Fields, Long, Short, Title
from bot.records.models import Source
from bot.rituals.problem_sessions.models import (
    PICKABLE,
    Idea,
    Pick,
    Problem,
    ProblemState,
    Sighting,
)

KIND = "problem"
PAGE = 10
LOOKED_AT = 10  # of the best that the text index finds; what is alike is among them
SIMILAR_MOST = 3
SIMILAR_SHARE = 0.6  # of the shorter title's telling words, as two decisions are alike
EVIDENCE_CHARACTERS = 1_000  # of one time that a problem was seen again
REOPENED = (ProblemState.PARKED, ProblemState.SOLVED)
"""What is seen again was not solved, and does not rest any more."""


class ProblemFields(Fields):
    """Field names are the block ids of the form."""

    title: Title
    who: Short = ""
    evidence: Long = ""
    happens: Long = ""
    cost: Long = ""
    tried: Long = ""

    @field_validator("title", mode="after")
    @classmethod
    def _one_line(cls, title: str) -> str:
        return " ".join(title.split())


async def log_problem(
    session: AsyncSession,
    *,
    viewer: Viewer,
    team: Team,
    fields: ProblemFields,
    now: datetime,
    source: Source | None = None,
) -> Problem:
    """Keep a new problem in the team's backlog."""
    require(viewer, Action.LOG, team)
    problem = Problem(
        workspace_id=team.workspace_id,
        team_id=team.id,
        channel_id=team.channel_id,
        number=await records.next_number(session, workspace_id=team.workspace_id, kind=KIND),
        state=ProblemState.OPEN,
        created_by=viewer.user_id,
        created_at=now,
        source_id=source.id if source else None,
        sightings=[],
        picks=[],
        **fields.model_dump(),
    )
    problem.team, problem.source = team, source
    session.add(problem)
    await session.flush()  # for its id
    await _index(session, problem)
    return problem


async def edit_problem(
    session: AsyncSession,
    *,
    viewer: Viewer,
    problem: Problem,
    fields: ProblemFields,
    seen_edit: int,
    now: datetime,
) -> None:
    """As `records.edit`, for a problem."""
    await records.edit(
        session,
        viewer=viewer,
        record=problem,
        before=facts(problem),
        after=fields.model_dump(),
        seen_edit=seen_edit,
        now=now,
    )
    await _index(session, problem)


async def see_again(
    session: AsyncSession, *, viewer: Viewer, problem: Problem, evidence: str, now: datetime
) -> None:
    """Count that somebody saw it again; one that rested or was solved is open again."""
    require(viewer, Action.ACKNOWLEDGE, problem)
    records.require_standing(problem)
    problem.sightings.append(Sighting(user_id=viewer.user_id, evidence=evidence, at=now))
    if problem.state in REOPENED:
        problem.state = ProblemState.OPEN
    await session.flush()  # the index reads what was added
    await _index(session, problem)


# Finding


async def listed(
    session: AsyncSession,
    *,
    viewer: Viewer,
    state: str | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> Sequence[Problem]:
    """The newest problems that this person can see, in this state, with a number below `before`."""
    statement = await _visible(session, viewer)
    if state is not None:
        statement = statement.where(Problem.state == state)
    if before is not None:
        statement = statement.where(Problem.number < before)
    return (await session.scalars(statement.order_by(Problem.number.desc()).limit(limit))).all()


async def backlog(session: AsyncSession, *, team: Team, now: datetime, limit: int) -> Sequence[Problem]:
    """What a session of the team can be about, the best first.

    That is what rests last, what came up lately before it, and of the others what was seen most, then the newest.
    What was logged in another channel, before the team moved, is not for everybody in this one.
    """
    rows = await session.scalars(
        select(Problem)
        .where(*_in_channel_of(team), Problem.state.in_(PICKABLE))
        .order_by(Problem.number.desc())
        .options(*Problem.whole())
    )

    def rank(problem: Problem) -> tuple[bool, bool, int]:
        return problem.state == ProblemState.PARKED, problem.was_recent(now), -problem.times_seen

    return sorted(rows, key=rank)[:limit]


async def similar(session: AsyncSession, *, team: Team, title: str) -> Sequence[Problem]:
    """The team's problems whose title says much the same, the closest first."""
    ours = _telling_words(title)
    if not ours:
        return []
    query = text_index.parse(title.replace('"', " "))
    hits = text_index.matches(session, workspace_id=team.workspace_id, query=query)
    rows = await session.scalars(
        select(Problem)
        .join(hits, hits.c.record_id == Problem.id)
        .where(*_in_channel_of(team))
        .order_by(hits.c.score.desc(), Problem.id.desc())
        .limit(LOOKED_AT)
        .options(*Problem.whole())
    )
    return [row for row in rows if _alike(ours, _telling_words(row.title))][:SIMILAR_MOST]


def _in_channel_of(team: Team) -> tuple[ColumnElement[bool], ...]:
    return Problem.team_id == team.id, Problem.channel_id == team.channel_id, Problem.withdrawn_at.is_(None)


def _telling_words(title: str) -> set[str]:
    return set(map(text_index.stem, text_index.parse(title.replace('"', " ")).words))


def _alike(ours: set[str], theirs: set[str]) -> bool:
    """One word in common says little, unless it is all that both have."""
    return ours == theirs or len(ours & theirs) >= max(2, SIMILAR_SHARE * min(len(ours), len(theirs)))


async def without_idea(session: AsyncSession, *, viewer: Viewer, team: Team) -> Sequence[Problem]:
    """Open problems of the team that came up in a session and got neither an idea nor a reply, oldest first."""
    came_up = select(Pick.problem_id).where(Pick.begun_at.is_not(None))
    with_idea = (
        select(Pick.problem_id)
        .outerjoin(Idea, Idea.pick_id == Pick.id)
        .where(or_(Idea.id.is_not(None), Pick.replies > 0))
    )
    statement = (await _visible(session, viewer)).where(
        Problem.team_id == team.id,
        Problem.state == ProblemState.OPEN,
        Problem.id.in_(came_up),
        Problem.id.not_in(with_idea),
    )
    return (await session.scalars(statement.order_by(Problem.number).limit(PAGE))).all()


async def _visible(session: AsyncSession, viewer: Viewer) -> Select[Problem]:
    visible = await records.channels_with_records(session, viewer=viewer)
    return (
        select(Problem)
        .where(
            Problem.workspace_id == viewer.workspace_id,
            Problem.channel_id.in_(visible),
            Problem.withdrawn_at.is_(None),
        )
        .options(*Problem.whole())
    )


async def muted_in(session: AsyncSession, problem: Problem) -> dict[str, str]:
    """Those whom a card names and who do not want to be mentioned, with their names."""
    named_on_it = {problem.created_by, *filter(None, [problem.withdrawn_by])}
    return await muted_names(session, workspace_id=problem.workspace_id, user_ids=named_on_it)


def facts(problem: Problem) -> dict[str, Any]:
    """The content of a problem, by field: what revisions compare."""
    return {name: getattr(problem, name) for name in ProblemFields.model_fields}


def field_words(name: str) -> str:
    """What people call a field of a revision."""
    return {
        "title": _("what happens, in a sentence"),
        "who": _("who it hurts"),
        "evidence": _("evidence"),
        "happens": _("what happens"),
        "cost": _("the cost of doing nothing"),
        "tried": _("what was tried"),
        "withdrawn": _("withdrawn"),
    }.get(name, name)


def as_evidence(fields: ProblemFields) -> str:
    """All that was typed, in one text: the title, and each other field by its name."""
    others = {name: value for name, value in fields.model_dump(exclude={"title"}).items() if value}
    return "\n".join([fields.title, *(f"{field_words(name)}: {value}" for name, value in others.items())])


async def _index(session: AsyncSession, problem: Problem) -> None:
    seen = [sighting.evidence for sighting in problem.sightings]
    await text_index.put(
        session,
        record_id=problem.id,
        workspace_id=problem.workspace_id,
        title=problem.title,
        about=f"{problem.who} {problem.happens}",
        body=" ".join([problem.evidence, problem.cost, problem.tried, *seen]),
    )
