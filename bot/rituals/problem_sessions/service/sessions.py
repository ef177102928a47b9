"""What a team can do with its problem sessions: set them up, pick, add ideas, vote, reveal, say what comes of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy import Select, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.access.rules import Action, Viewer, missing, require
from bot.db.upsert import insert
from bot.errors import FieldRefusal, NotAllowed, NotFound, Refusal
from bot.i18n import _
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Team
from bot.records import service as records
from bot.records.fields import Fields, Lines, at_most
from bot.rituals.problem_sessions.models import (
    FOLLOWED_UP,
    OUTCOMES,
    PICKABLE,
    Helped,
    Idea,
    IdeaThumb,
    IdeaVote,
    Pick,
    Problem,
    SessionSettings,
)
from bot.rituals.problem_sessions.service.wording import USUAL_WORDS, WORD_CHARACTERS, WORDS_MOST
from bot.schedule import service as schedule
from bot.schedule.fields import WeeklyFields
from bot.schedule.models import TEAM, Cadence, CadencePerson, Occurrence, OccurrenceState
from bot.schedule.plan import CLOSE, START, StepTime

RITUAL = "problem_sessions"
PICK = "pick"
FOLLOW_UP = "follow_up"
FOLLOWED_UP_AFTER = 20  # working days: four weeks, in which an idea can have helped
PLACES = ("first", "second", "third")
"""The fields of the form in which problems are picked: the top three, in order."""
IDEA_CHARACTERS = 1_000
HELPED_CHARACTERS = 500
TAKES_IDEAS = timedelta(days=60)
"""After a session; the outbox forgets what was said in a thread after 90 days, and then cannot change it any more."""


def _plain(typed: list[str]) -> list[str]:
    return list(dict.fromkeys(word.lower() for word in typed))


SolutionWords = Annotated[
    list[Annotated[str, Field(max_length=WORD_CHARACTERS)]],
    Lines,
    AfterValidator(_plain),
    at_most(WORDS_MOST),
]


class SessionFields(WeeklyFields):
    """Field names are the block ids of the form. What it does not show has its usual value."""

    open_for: Annotated[int, Field(ge=1, le=5)] = 2
    """Working days from its start to its end."""
    ideas: Annotated[str, Field(pattern="^(hidden|shown)$")] = "hidden"
    solution_words: SolutionWords = Field(default_factory=lambda: list(USUAL_WORDS))


class IdeaFields(Fields):
    text: Annotated[str, Field(min_length=1, max_length=IDEA_CHARACTERS)]


class HelpedFields(Fields):
    helped: Helped
    words: Annotated[str, Field(max_length=HELPED_CHARACTERS)] = ""


# Setting it up


async def set_up(
    session: AsyncSession, *, viewer: Viewer, team: Team, fields: SessionFields, now: datetime
) -> tuple[Cadence, bool]:
    """The sessions of a team, new or changed; and whether they are new."""
    require(viewer, Action.ADMINISTER, team)
    settings = await settings_of(session, team)
    was = await cadence_of(session, team)
    is_new = settings is None or was is None or was.ended
    if settings is None:
        settings = SessionSettings(team_id=team.id, workspace_id=team.workspace_id, created_by=viewer.user_id)
        session.add(settings)
    settings.solution_words, settings.hides_ideas = fields.solution_words, fields.ideas == "hidden"
    cadence = await schedule.set_up(
        session,
        workspace_id=team.workspace_id,
        ritual=RITUAL,
        subject_id=team.id,
        team=team,
        rule=fields.rule,
        at=fields.time,
        timezone=team.timezone,
        follows=TEAM,
        steps=_steps(open_for=fields.open_for),
        user_ids=[host_of(team, settings)],
        now=now,
    )
    return cadence, is_new


def _steps(*, open_for: int) -> list[StepTime]:
    return [
        StepTime(name=PICK, working_days=-1),
        StepTime(name=START),
        StepTime(name=CLOSE, working_days=open_for),
        StepTime(name=FOLLOW_UP, working_days=FOLLOWED_UP_AFTER),
    ]


async def settings_of(session: AsyncSession, team: Team) -> SessionSettings | None:
    return await session.get(SessionSettings, team.id)


async def solution_words_of(session: AsyncSession, team: Team | None) -> Sequence[str]:
    """What sounds like a solution to this team; the usual words until it has words of its own."""
    settings = await settings_of(session, team) if team else None
    return settings.solution_words if settings else USUAL_WORDS


async def cadence_of(session: AsyncSession, team: Team, *, lock: bool = False) -> Cadence | None:
    return await schedule.cadence_of(
        session, workspace_id=team.workspace_id, ritual=RITUAL, subject_id=team.id, lock=lock
    )


async def going_on(session: AsyncSession, team: Team | None, *, lock: bool = False) -> Cadence:
    """The cadence of a team's sessions.

    Raises:
        Refusal: it has none, or they have ended.
    """
    cadence = await cadence_of(session, team, lock=lock) if team else None
    if cadence is None or cadence.ended:
        raise Refusal(_("This team has no problem sessions. `/problem session` in its channel sets them up."))
    return cadence


def host_of(team: Team, settings: SessionSettings) -> str:
    """Who picks the problems: the PM; without one the tech lead; without either who set the sessions up."""
    return team.pm_id or team.lead_id or settings.created_by


async def team_by_id(
    session: AsyncSession, *, viewer: Viewer, team_id: object, action: Action = Action.READ
) -> Team:
    """The team behind an id from a button or a modal.

    Raises:
        NotFound, NotAllowed: see `access.rules.require`.
    """
    wanted = records.row_id(team_id)
    team = await people.team_by_id(session, workspace_id=viewer.workspace_id, team_id=wanted)
    require(viewer, action, team)
    assert team is not None
    return team


async def require_host(session: AsyncSession, *, viewer: Viewer, team: Team) -> None:
    """Raises NotAllowed for all but those who run the team or its sessions, and admins."""
    settings = await settings_of(session, team)
    hosts = {*team.owner_ids, *([settings.created_by] if settings else [])}
    if viewer.user_id not in hosts and not viewer.is_admin:
        raise NotAllowed(
            _("The PM and the tech lead pick the problems and close the session. Ask one of them.")
        )


async def keep_host(session: AsyncSession, *, team: Team) -> None:
    """The team may have another PM: it is for them that a session waits from now on."""
    cadence, settings = await cadence_of(session, team), await settings_of(session, team)
    if cadence is None or cadence.ended or settings is None:
        return
    schedule.set_people(cadence, [host_of(team, settings)])
    await session.flush()


# One session: an occurrence of the cadence


async def occurrence_by_id(
    session: AsyncSession, *, viewer: Viewer, occurrence_id: object, lock: bool = False
) -> tuple[Occurrence, Team]:
    """A session of a team whose channel this person can see.

    Raises:
        NotFound
    """
    wanted = records.row_id(occurrence_id)
    occurrence = await schedule.by_id(
        session, workspace_id=viewer.workspace_id, occurrence_id=wanted, lock=lock
    )
    if occurrence is None or occurrence.cadence.ritual != RITUAL:
        raise NotFound(missing())
    return occurrence, await team_by_id(session, viewer=viewer, team_id=occurrence.cadence.subject_id)


async def team_of(session: AsyncSession, occurrence: Occurrence) -> Team:
    """Of an occurrence that the schedule hands out."""
    team = await people.team_by_id(
        session, workspace_id=occurrence.workspace_id, team_id=occurrence.cadence.subject_id
    )
    assert team is not None  # a team's cadences go with it
    return team


def require_to_come(occurrence: Occurrence) -> None:
    """Raises Refusal for a session that has begun, or that does not take place any more."""
    if occurrence.state in (OccurrenceState.SKIPPED, OccurrenceState.MISSED):
        raise Refusal(_("That session is left out already. `/problem session` shows when the next one is."))
    if occurrence.state != OccurrenceState.DUE:
        raise Refusal(_("That session has begun already. `/problem session` lets you pick for the next one."))


async def pick(
    session: AsyncSession,
    *,
    viewer: Viewer,
    occurrence: Occurrence,
    team: Team,
    problem_ids: Sequence[tuple[str, object]],
) -> None:
    """These are what a session is about, in this order, in place of what was picked before.

    `problem_ids` come with the field of the form in which each was picked.

    Raises:
        Refusal: the session has begun.
        NotFound: one is none of the team's, or was logged in another channel before the team moved.
        FieldRefusal: one is picked twice, or its matter is settled.
    """
    await require_host(session, viewer=viewer, team=team)
    require_to_come(occurrence)
    await session.execute(delete(Pick).where(Pick.occurrence_id == occurrence.id))
    chosen: list[Problem] = []
    for place, problem_id in problem_ids:
        problem = await records.by_id(session, viewer=viewer, kind=Problem, record_id=problem_id)
        if problem in chosen:
            raise FieldRefusal({place: _("This one is picked already. Pick another, or leave it empty.")})
        if problem.team_id != team.id or problem.channel_id != team.channel_id:
            raise NotFound(missing())
        if problem.state not in PICKABLE or problem.withdrawn_at is not None:
            raise FieldRefusal({place: _("Somebody settled this one meanwhile. Pick another.")})
        chosen.append(problem)
    for position, problem in enumerate(chosen):
        session.add(Pick(occurrence_id=occurrence.id, problem_id=problem.id, position=position))
    await session.flush()


async def begin(
    session: AsyncSession, *, occurrence: Occurrence, picks: Sequence[Pick], hides_ideas: bool, now: datetime
) -> None:
    """A session is about these from here on, counted anew; whatever else was picked for it is not of it any more."""
    for position, pick in enumerate(picks):
        pick.position, pick.begun_at = position, now
        pick.revealed_at = None if hides_ideas else now
    await session.flush()
    await session.execute(
        delete(Pick)
        .where(Pick.occurrence_id == occurrence.id, Pick.begun_at.is_(None))
        .execution_options(synchronize_session=False)
    )


_PROBLEM = selectinload(Pick.problem)
_IDEAS = (
    selectinload(Pick.ideas).selectinload(Idea.votes),
    selectinload(Pick.ideas).selectinload(Idea.thumbs),
)
WHOLE_PICK = (
    _PROBLEM.joinedload(Problem.team, innerjoin=True),
    _PROBLEM.selectinload(Problem.sightings),
    _PROBLEM.selectinload(Problem.picks),
    *_IDEAS,
)


async def picks_of(session: AsyncSession, occurrence: Occurrence) -> Sequence[Pick]:
    """What a session is about, in order, with all that was said.

    What was withdrawn meanwhile is left out; before it begins also what was settled since it was picked, and what the
    team left behind in another channel.
    """
    rows = await session.scalars(
        _picks().where(Pick.occurrence_id == occurrence.id).order_by(Pick.position).options(*WHOLE_PICK)
    )
    return rows.all()


def _picks() -> Select[Pick]:
    return (
        select(Pick)
        .join(Problem, Problem.id == Pick.problem_id)
        .join(Team, Team.id == Problem.team_id)
        .where(
            Problem.withdrawn_at.is_(None),
            or_(
                Pick.begun_at.is_not(None),
                and_(Problem.channel_id == Team.channel_id, Problem.state.in_(PICKABLE)),
            ),
        )
    )


async def pick_by_id(session: AsyncSession, *, viewer: Viewer, pick_id: object, action: Action) -> Pick:
    """A problem as it came up in a session, if this person may do this to the problem; that one is locked.

    Raises:
        NotFound, NotAllowed: see `access.rules.require`.
    """
    wanted = records.row_id(pick_id)
    problem_id = await session.scalar(
        select(Pick.problem_id).where(Pick.id == wanted, Pick.begun_at.is_not(None))
    )
    problem = await records.by_id(session, viewer=viewer, kind=Problem, record_id=problem_id, action=action)
    if action is not Action.READ:
        records.require_standing(problem)
    found = await session.scalars(select(Pick).where(Pick.id == wanted).options(*WHOLE_PICK))
    return found.one()


async def ideas_about(session: AsyncSession, *, problem: Problem) -> Sequence[Pick]:
    """The sessions that a problem came up in, oldest first, with their ideas."""
    rows = await session.scalars(
        select(Pick)
        .where(Pick.problem_id == problem.id, Pick.begun_at.is_not(None))
        .order_by(Pick.begun_at, Pick.id)
        .options(*_IDEAS)
    )
    return rows.all()


async def latest_pick(session: AsyncSession, *, problem: Problem) -> Pick | None:
    """A problem as it came up in its latest session, if it came up in any."""
    rows = await session.scalars(
        select(Pick)
        .where(Pick.problem_id == problem.id, Pick.begun_at.is_not(None))
        .order_by(Pick.id.desc())
        .limit(1)
        .options(*WHOLE_PICK)
    )
    return rows.first()


async def shown_picks(session: AsyncSession, *, problem: Problem) -> Sequence[Pick]:
    """A problem as it came up in the open session; in every one, once it is withdrawn."""
    at_any_time = problem.withdrawn_at is not None
    rows = await session.scalars(
        select(Pick)
        .join(Occurrence, Occurrence.id == Pick.occurrence_id)
        .where(
            Pick.problem_id == problem.id,
            Pick.begun_at.is_not(None),
            *([] if at_any_time else [Occurrence.state == OccurrenceState.OPEN]),
        )
        .order_by(Pick.id)
        .options(*WHOLE_PICK)
    )
    return rows.all()


async def open_picks(session: AsyncSession, *, team_id: int) -> Sequence[Pick]:
    """What a team's open sessions are about."""
    rows = await session.scalars(
        select(Pick)
        .join(Occurrence, Occurrence.id == Pick.occurrence_id)
        .join(Problem, Problem.id == Pick.problem_id)
        .where(Problem.team_id == team_id, Occurrence.state == OccurrenceState.OPEN)
        .order_by(Pick.id)
        .options(*WHOLE_PICK)
    )
    return rows.all()


async def not_picked_for(session: AsyncSession, *, viewer: Viewer) -> Sequence[Occurrence]:
    """The sessions that this person was asked to pick for, and has not yet; the next one first."""
    rows = await session.scalars(
        select(Occurrence)
        .join(Cadence, Cadence.id == Occurrence.cadence_id)
        .join(CadencePerson, CadencePerson.cadence_id == Cadence.id)
        .where(
            Cadence.workspace_id == viewer.workspace_id,
            Cadence.ritual == RITUAL,
            CadencePerson.user_id == viewer.user_id,
            Occurrence.state == OccurrenceState.DUE,
            Occurrence.next_at.is_not(None),
            Occurrence.step != PICK,
            ~_picks().where(Pick.occurrence_id == Occurrence.id).exists(),
        )
        .order_by(Occurrence.starts_at)
        .options(*schedule.WHOLE)
    )
    return rows.all()


# Ideas


async def add_idea(
    session: AsyncSession,
    *,
    viewer: Viewer,
    pick: Pick,
    text: str,
    message_ts: str | None = None,
    author_id: str | None = None,
    now: datetime,
) -> None:
    """One more idea about a problem; a reply counts once. What is added late has its place too.

    `author_id`: whose it is, when that is not who adds it.

    Raises:
        Refusal: the session is long over, or this reply is an idea already.
    """
    _require_recent(pick, now)
    if message_ts is not None and any(idea.message_ts == message_ts for idea in pick.ideas):
        raise Refusal(_("That reply is an idea already."))
    pick.ideas.append(
        Idea(
            user_id=author_id or viewer.user_id, text=text, message_ts=message_ts, at=now, votes=[], thumbs=[]
        )
    )
    await session.flush()


async def vote(session: AsyncSession, *, viewer: Viewer, idea_id: object, now: datetime) -> tuple[Pick, Idea]:
    """One vote a person and idea; to vote again takes it back. Returns what the idea is about, too.

    Raises:
        NotFound
        Refusal: the session is long over, or their vote is a 👍, which only they can take away.
    """
    wanted = records.row_id(idea_id)
    pick_id = await session.scalar(select(Idea.pick_id).where(Idea.id == wanted))
    pick = await pick_by_id(session, viewer=viewer, pick_id=pick_id, action=Action.ACKNOWLEDGE)
    _require_recent(pick, now)
    idea = next(idea for idea in pick.ideas if idea.id == wanted)
    if viewer.user_id in idea.thumbed_by:
        raise Refusal(_("Your 👍 on this idea is your vote. To take the vote back, take the 👍 away."))
    mine = next((vote for vote in idea.votes if vote.user_id == viewer.user_id), None)
    if mine is None:
        idea.votes.append(IdeaVote(user_id=viewer.user_id))
    else:
        idea.votes.remove(mine)
    await session.flush()
    return pick, idea


async def idea_at(
    session: AsyncSession, *, workspace_id: int, channel_id: str, ts: str, now: datetime
) -> tuple[Pick, Idea] | None:
    """The idea that a message shows, or that was made from it, with its problem locked; none when it is long over."""
    rows = await session.execute(
        select(Idea.id, Idea.message_ts, Idea.message_id, Pick.id, Pick.problem_id)
        .join(Pick, Pick.id == Idea.pick_id)
        .join(Problem, Problem.id == Pick.problem_id)
        .where(
            Problem.workspace_id == workspace_id,
            Problem.channel_id == channel_id,
            Problem.withdrawn_at.is_(None),
            Pick.begun_at > now - TAKES_IDEAS,
        )
    )
    recent = rows.all()
    shown = await outbox.one_at(
        session,
        workspace_id=workspace_id,
        channel_id=channel_id,
        ts=ts,
        among=[message_id for _id, _ts, message_id, *_rest in recent if message_id],
    )
    for idea_id, message_ts, message_id, pick_id, problem_id in recent:
        if message_ts == ts or (shown is not None and message_id == shown):
            await records.lock(session, [problem_id])
            pick = (await session.scalars(select(Pick).where(Pick.id == pick_id).options(*WHOLE_PICK))).one()
            return pick, next(idea for idea in pick.ideas if idea.id == idea_id)
    return None


async def note_thumb(
    session: AsyncSession, *, idea: Idea, user_id: str, message_ts: str, name: str, stands: bool, told_at: str
) -> bool:
    """A 👍 came or went. Returns whether that is news: what Slack tells twice, or later than a newer one, is none."""
    latest = {"stands": stands, "told_at": told_at}
    changed = await session.scalar(
        insert(session, IdeaThumb)
        .values(idea_id=idea.id, user_id=user_id, message_ts=message_ts, name=name, **latest)
        .on_conflict_do_update(
            index_elements=["idea_id", "user_id", "message_ts", "name"],
            set_=latest,
            where=IdeaThumb.told_at < told_at,
        )
        .returning(IdeaThumb.idea_id)
    )
    await session.refresh(idea, ["thumbs"])
    return changed is not None


def takes_ideas(pick: Pick, now: datetime) -> bool:
    return pick.begun_at is not None and now < pick.begun_at + TAKES_IDEAS


def _require_recent(pick: Pick, now: datetime) -> None:
    if not takes_ideas(pick, now):
        raise Refusal(
            _("That session is long over. The problem can come up again: pick it for the next one.")
        )


# What comes of it


async def set_outcome(session: AsyncSession, *, viewer: Viewer, pick: Pick, outcome: str) -> None:
    """What a session came to about a problem; said again, it is another.

    Raises:
        Refusal: the problem came up again since, and that session has the last word.
    """
    if outcome not in set(OUTCOMES):
        raise NotFound(missing())
    if not _is_latest(pick):
        raise Refusal(
            _(
                "{name} came up again since. Say what comes of it in that session's thread.",
                name=pick.problem.name,
            )
        )
    pick.outcome, pick.outcome_by = outcome, viewer.user_id
    pick.problem.state = outcome
    await session.flush()


async def to_follow_up(session: AsyncSession, occurrence: Occurrence) -> Sequence[Pick]:
    """Those of a session that something came of, and of which nobody has said yet whether it helped."""
    return [
        pick
        for pick in await picks_of(session, occurrence)
        if pick.outcome in FOLLOWED_UP and pick.helped is None and _is_latest(pick)
    ]


def _is_latest(pick: Pick) -> bool:
    """A problem that came up again since is asked about after that session."""
    return pick.id == max(other.id for other in pick.problem.sessions)


async def unanswered(session: AsyncSession, *, viewer: Viewer) -> Sequence[Pick]:
    """What this person was asked about, and has not said yet whether it helped."""
    rows = await session.scalars(
        select(Pick)
        .join(Problem, Problem.id == Pick.problem_id)
        .where(
            Problem.workspace_id == viewer.workspace_id,
            Problem.withdrawn_at.is_(None),
            Pick.asked_id == viewer.user_id,
            Pick.helped.is_(None),
        )
        .order_by(Pick.id)
        .options(*WHOLE_PICK)
    )
    return [pick for pick in rows if viewer.sees(pick.problem.channel_id)]


async def say_if_it_helped(
    session: AsyncSession, *, viewer: Viewer, pick: Pick, fields: HelpedFields
) -> None:
    pick.helped, pick.helped_words, pick.helped_by = fields.helped, fields.words, viewer.user_id
    await session.flush()
