"""Finding decisions: what people type after `why`, `search` and `list`, and what it finds."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.access.rules import Viewer
from bot.db import text_index
from bot.errors import Refusal
from bot.i18n import _
from bot.people.models import Team
from bot.records import service as records
from bot.rituals.decisions.models import (
    STANDING,
    Acknowledgement,
    Answer,
    Decision,
    DecisionPerson,
    DecisionTag,
    ImportedDecision,
    ImportedFile,
    Part,
    Status,
)

PAGE = 10
AT_FIRST = 200  # of the best that the text index knows
OPEN_MOST = 20  # of one kind that wait for a person; Home shows fewer


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for: words, and filters that all have to hold."""

    words: str = ""
    filters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hit:
    decision: Decision
    score: float
    matched: frozenset[str]
    """The terms of the question that stand in this decision."""


@dataclass(frozen=True)
class Found:
    hits: Sequence[Hit]
    certainty: float
    """How much of what was asked the best hit speaks of; see `_certainty`."""
    terms: Sequence[str]

    @property
    def confident(self) -> bool:
        """False: nothing really answers, and the honest words are "nothing found, nearest is …"."""
        return self.certainty >= CERTAIN


@dataclass(frozen=True)
class Section:
    """Some decisions, and how many there are in all."""

    rows: Sequence[Decision]
    total: int

    @property
    def left(self) -> int:
        """How many are not among the rows."""
        return self.total - len(self.rows)


_FILTER = re.compile(
    r"(?<!\S)(status|tag|by|in|since|before):"
    r'(?:\s*(<[@#][^<>]*>)|("[^"]*"|\S+))',  # Slack offers names only after a space, and some names have one
    re.IGNORECASE,
)
_MENTION = re.compile(r"<[@#]([A-Z0-9]+)(?:\|[^>]*)?>")


def parse(typed: str, *, user_id: str) -> Wanted:
    """Words and filters: `retry status:accepted tag:api by:@ana in:#payments since:2026-01-01 before:2026-07-01`."""
    filters = {name.lower(): place or value.strip('"') for name, place, value in _FILTER.findall(typed)}
    if filters.get("by", "").lower() == "me":
        filters["by"] = user_id
    return Wanted(" ".join(_FILTER.sub(" ", typed).split()), filters)


def parse_list(typed: str, *, user_id: str) -> Wanted | None:
    """What `list …` asks for, or None when it is no list but the beginning of a title."""
    wanted = parse(typed, user_id=user_id)
    filters = dict(wanted.filters)
    for written in wanted.words.split():
        word = written.lower()
        if written.startswith("<#") and _slack_id(written):
            filters["tag_or_channel"] = written  # Slack makes a channel of a tag that has the name of one
        elif word == "mine":
            filters["by"] = user_id
        elif word == "open":
            filters["status"] = Status.PROPOSED
        elif word == "due":
            filters["due"] = "yes"
        elif word in set(Status):
            filters["status"] = word
        elif word.startswith("#") and len(word) > 1:
            filters["tag"] = word[1:]
        elif word != "all":
            return None
    return Wanted(filters=filters)


async def listed(
    session: AsyncSession, *, viewer: Viewer, wanted: Wanted, today: date, offset: int = 0
) -> tuple[Sequence[Decision], int]:
    """A page of decisions, newest first, and how many there are in all."""
    statement = _filtered(await _visible(session, viewer), wanted, today)
    total = await session.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))
    rows = await session.scalars(
        statement.order_by(Decision.decided_on.desc().nulls_last(), Decision.number.desc())
        .offset(offset)
        .limit(PAGE)
    )
    return rows.all(), total or 0


async def count(session: AsyncSession, *, viewer: Viewer) -> int:
    """How many decisions this person can see."""
    seen = (await _visible(session, viewer)).with_only_columns(func.count())
    return await session.scalar(seen) or 0


async def search(
    session: AsyncSession, *, viewer: Viewer, wanted: Wanted, today: date, limit: int = 5
) -> Found:
    """Decisions that hold any of the words, the best first."""
    query = text_index.parse(wanted.words)
    if not query:
        rows, _total = await listed(session, viewer=viewer, wanted=wanted, today=today)
        return Found([Hit(row, 0.0, frozenset()) for row in rows[:limit]], float(bool(rows)), ())
    statement = _filtered(await _visible(session, viewer), wanted, today).options(*Decision.whole())
    scored = await _best(session, statement, workspace_id=viewer.workspace_id, query=query, limit=limit)
    hits = [Hit(decision, score, _matched(decision, query.terms)) for decision, score in scored]
    return Found(hits, _certainty(hits[0], query) if hits else 0.0, query.terms)


async def _best(
    session: AsyncSession,
    statement: Select[Decision],
    *,
    workspace_id: int,
    query: text_index.Query,
    limit: int,
) -> Sequence[Row[Decision, float]]:
    """The best of the wanted decisions that hold any of the terms.

    They are nearly always among the index's best; where too few of those may be shown, all that match are looked at.
    """
    among_best = text_index.matches(session, workspace_id=workspace_id, query=query, most=AT_FIRST)
    found = await _ranked(session, statement, among_best, limit)
    if len(found) == limit:
        return found
    return await _ranked(
        session, statement, text_index.matches(session, workspace_id=workspace_id, query=query), limit
    )


async def _ranked(
    session: AsyncSession, statement: Select[Decision], hits: Subquery, limit: int
) -> Sequence[Row[Decision, float]]:
    rows = await session.execute(
        statement.add_columns(hits.c.score)
        .join(hits, hits.c.record_id == Decision.id)
        .order_by(hits.c.score.desc(), Decision.id.desc())
        .limit(limit)
    )
    return rows.all()


async def latest(session: AsyncSession, *, viewer: Viewer, limit: int = 5) -> Sequence[Decision]:
    rows = await session.scalars(
        (await _visible(session, viewer))
        .order_by(Decision.created_at.desc(), Decision.id.desc())
        .limit(limit)
    )
    return rows.all()


async def unanswered(
    session: AsyncSession,
    *,
    viewer: Viewer,
    user_id: str | None = None,
    team_id: int | None = None,
    before: datetime | None = None,
) -> Sequence[Decision]:
    """Standing decisions that somebody who must know has not answered, oldest first.

    Of this person, of this team, logged before this time: of all, where nothing is said.
    """
    statement = (await _visible(session, viewer)).where(Decision.status.in_(STANDING), waits_for(user_id))
    if team_id is not None:
        statement = statement.where(Decision.team_id == team_id)
    if before is not None:
        statement = statement.where(Decision.created_at <= before)
    rows = await session.scalars(statement.order_by(Decision.created_at, Decision.id).limit(OPEN_MOST))
    return rows.all()


def waits_for(user_id: str | None = None) -> ColumnElement[bool]:
    """That this person must know a decision and has not answered; without one, that anybody has not."""
    answered = exists().where(
        Acknowledgement.decision_id == DecisionPerson.decision_id,
        Acknowledgement.user_id == DecisionPerson.user_id,
    )
    named = and_(DecisionPerson.decision_id == Decision.id, DecisionPerson.part == Part.MUST_KNOW, ~answered)
    if user_id is not None:
        named = and_(named, DecisionPerson.user_id == user_id)
    return exists().where(named)


def in_channel_of(team: Team) -> tuple[ColumnElement[bool], ...]:
    """What was logged in a team's own channel and nobody has withdrawn: what everybody there may read of its log.

    Conditions that all hold. What the team logged in an earlier channel is for those who are in that one.
    """
    return (
        Decision.workspace_id == team.workspace_id,
        Decision.team_id == team.id,
        Decision.channel_id == team.channel_id,
        Decision.withdrawn_at.is_(None),
    )


async def section(session: AsyncSession, *wanted: ColumnElement[bool], limit: int) -> Section:
    """The newest decisions of those that are wanted, with the people of each."""
    total = await session.scalar(select(func.count()).select_from(Decision).where(*wanted))
    rows = await session.scalars(
        select(Decision)
        .where(*wanted)
        .order_by(Decision.decided_on.desc().nulls_last(), Decision.number.desc())
        .limit(limit)
        .options(selectinload(Decision.people))
    )
    return Section(rows.all(), total or 0)


async def with_triggers(session: AsyncSession, *, viewer: Viewer, team_id: int) -> Sequence[Decision]:
    """The team's standing decisions that are to be looked at again when something comes about, oldest first."""
    rows = await session.scalars(
        (await _visible(session, viewer))
        .where(Decision.team_id == team_id, Decision.status.in_(STANDING), Decision.revisit_when != "")
        .order_by(Decision.id)
    )
    return rows.all()


async def due_again(session: AsyncSession, *, team_id: int, today: date) -> Sequence[Decision]:
    """The team's standing decisions whose day to look again has come, and whose makers were not asked yet."""
    rows = await session.scalars(
        select(Decision)
        .where(
            Decision.team_id == team_id,
            Decision.withdrawn_at.is_(None),
            Decision.status.in_(STANDING),
            Decision.revisit_on <= today,
            or_(Decision.revisit_asked_on.is_(None), Decision.revisit_asked_on < Decision.revisit_on),
        )
        .order_by(Decision.revisit_on, Decision.id)
        .options(*Decision.whole())
    )
    return rows.unique().all()


async def to_look_at_again(session: AsyncSession, *, viewer: Viewer) -> Sequence[Decision]:
    """What this person made and was asked about: is it still right?"""
    rows = await session.scalars(
        (await _visible(session, viewer))
        .where(
            Decision.status.in_(STANDING),
            Decision.revisit_asked_on.is_not(None),
            Decision.revisit_asked_on == Decision.revisit_on,
            _made_by(viewer.user_id),
        )
        .order_by(Decision.revisit_on, Decision.id)
        .limit(OPEN_MOST)
    )
    return rows.all()


async def asked_about(session: AsyncSession, *, viewer: Viewer) -> Sequence[tuple[Decision, Acknowledgement]]:
    """What others ask of this person as a maker: their open questions and what a decision blocks, oldest first."""
    rows = await session.execute(
        (await _visible(session, viewer))
        .add_columns(Acknowledgement)
        .join(Acknowledgement, Acknowledgement.decision_id == Decision.id)
        .where(
            Decision.status.in_(STANDING),
            _made_by(viewer.user_id),
            Acknowledgement.answer.in_((Answer.QUESTION, Answer.BLOCKS)),
            Acknowledgement.user_id != viewer.user_id,
        )
        .order_by(Acknowledgement.at, Acknowledgement.id)
        .limit(OPEN_MOST)
    )
    return [(decision, answer) for decision, answer in rows]


def _made_by(user_id: str) -> ColumnElement[bool]:
    """That this person decided it, or logged one of which nobody is said to have decided it."""
    decided = exists().where(DecisionPerson.decision_id == Decision.id, DecisionPerson.part == Part.DECIDER)
    return or_(
        decided.where(DecisionPerson.user_id == user_id),
        and_(Decision.created_by == user_id, ~decided),
    )


async def similar(session: AsyncSession, *, viewer: Viewer, title: str) -> Sequence[Decision]:
    """Standing decisions whose title says much the same, the closest first; at most three."""
    query = text_index.parse(title.replace('"', " "))
    if not query.words:
        return []
    statement = (await _visible(session, viewer)).where(Decision.status.in_(STANDING))
    hits = text_index.matches(session, workspace_id=viewer.workspace_id, query=query)
    # Each form that is saved asks this: one look, never two.
    rows = await _ranked(session, statement, hits, 10)
    ours = set(query.words)
    return [
        row for row, _score in rows if _alike(ours, set(text_index.parse(row.title.replace('"', " ")).words))
    ][:3]


async def paths_of(session: AsyncSession, *, decision_ids: Collection[int]) -> dict[int, str]:
    """The file that each of these was read from, as it was named at import; by decision."""
    rows = await session.execute(
        select(ImportedDecision.decision_id, ImportedFile.path)
        .join(ImportedFile, ImportedFile.id == ImportedDecision.file_id)
        .where(ImportedDecision.decision_id.in_(decision_ids))
    )
    return dict(rows.all())


async def made_from(session: AsyncSession, *, source_ids: Collection[int]) -> Sequence[Decision]:
    """The decisions that were logged from these messages, locked."""
    if not source_ids:
        return []
    return await records.locked(
        session, Decision, select(Decision.id).where(Decision.source_id.in_(source_ids))
    )


async def visible_to(session: AsyncSession, *, viewer: Viewer) -> Sequence[ColumnElement[bool]]:
    """What this person can read and nobody has withdrawn: conditions that all hold."""
    visible = await records.channels_with_records(session, viewer=viewer)
    return (
        Decision.workspace_id == viewer.workspace_id,
        Decision.channel_id.in_(visible),
        Decision.withdrawn_at.is_(None),
    )


async def _visible(session: AsyncSession, viewer: Viewer) -> Select[Decision]:
    return select(Decision).where(*await visible_to(session, viewer=viewer))


def _filtered(statement: Select[Decision], wanted: Wanted, today: date) -> Select[Decision]:
    for name, value in wanted.filters.items():
        statement = statement.where(_FILTERS[name](value, today))
    return statement


def _status(value: str, _today: date) -> ColumnElement[bool]:
    if value.lower() not in set(Status):
        raise Refusal(
            _(
                "`status:` knows {known}. “{value}” is none of them.",
                known=", ".join(Status),
                value=value[:40],
            )
        )
    return Decision.status == value.lower()


def _tag(value: str, _today: date) -> ColumnElement[bool]:
    return exists().where(
        DecisionTag.decision_id == Decision.id, DecisionTag.tag == value.lstrip("#").lower()
    )


def _by(value: str, _today: date) -> ColumnElement[bool]:
    user_id = _slack_id(value)
    if user_id is None:
        raise Refusal(
            _("`by:` wants a person: type `by: @` and pick them from Slack's list, or say `by:me`.")
        )
    decided = exists().where(
        DecisionPerson.decision_id == Decision.id,
        DecisionPerson.part == Part.DECIDER,
        DecisionPerson.user_id == user_id,
    )
    return or_(Decision.created_by == user_id, decided)


def _in(value: str, _today: date) -> ColumnElement[bool]:
    channel_id = _slack_id(value)
    if channel_id is None:
        raise Refusal(_("`in:` wants a channel: type `in: #` and pick it from Slack's list."))
    return Decision.channel_id == channel_id


def _since(value: str, _today: date) -> ColumnElement[bool]:
    return Decision.decided_on >= _day("since", value)


def _before(value: str, _today: date) -> ColumnElement[bool]:
    return Decision.decided_on < _day("before", value)


def _due(_value: str, today: date) -> ColumnElement[bool]:
    return and_(Decision.revisit_on <= today, Decision.status.in_(STANDING))


def _tag_or_channel(value: str, today: date) -> ColumnElement[bool]:
    _sign, _bar, name = value.strip("<>").partition("|")
    return or_(_in(value, today), _tag(name, today))


_FILTERS: dict[str, Callable[[str, date], ColumnElement[bool]]] = {
    "status": _status,
    "tag": _tag,
    "by": _by,
    "in": _in,
    "since": _since,
    "before": _before,
    "due": _due,
    "tag_or_channel": _tag_or_channel,
}


def _slack_id(value: str) -> str | None:
    """The id in a mention as slash commands carry it (`<@U1|ana>`), or an id as it is."""
    if match := _MENTION.fullmatch(value):
        return match[1]
    return value if re.fullmatch(r"[A-Z][A-Z0-9]{2,}", value) else None


def _day(name: str, value: str) -> date:
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 -- a calendar day, no moment
    except ValueError:
        raise Refusal(_("`{name}:` wants a day such as `2026-02-15`.", name=name)) from None


def _matched(decision: Decision, terms: Iterable[str]) -> frozenset[str]:
    """Terms that stand in the text, by the stem that both have in common."""
    return _held(" ".join(words for _label, words in passages(decision)), terms)


def _held(text: str, terms: Iterable[str]) -> frozenset[str]:
    text = text.lower()
    return frozenset(term for term in terms if re.search(rf"\b{re.escape(text_index.stem(term))}", text))


def passages(decision: Decision) -> list[tuple[str, str]]:
    """Every text of a decision that a search looks in, each with the words for where it stands."""
    rows = [(f"{row.name} — {row.why_not}" if row.why_not else row.name) for row in decision.alternatives]
    return [
        (_("Decision"), decision.title),
        (_("Decision"), decision.outcome),
        (_("Why"), decision.context),
        *((_("Not chosen"), row) for row in rows),
        *((_("Would change our mind"), row.reconsider_when) for row in decision.alternatives),
        (_("Accepted in return"), decision.trade_offs),
        (_("Look again"), decision.revisit_when),
        (_("Tags"), " ".join(f"#{tag}" for tag in decision.tag_names)),
        (_("Notes"), decision.notes),
    ]


SIMILAR_SHARE = 0.6  # of the shorter title's telling words


def _alike(ours: set[str], theirs: set[str]) -> bool:
    """One word in common says little, unless it is all that both have."""
    shared = len(ours & theirs)
    return ours == theirs or shared >= max(2, SIMILAR_SHARE * min(len(ours), len(theirs)))


CERTAIN = 0.7
IN_TITLE = 0.25  # what a decision is about, its title says


def _certainty(hit: Hit, query: text_index.Query) -> float:
    """The share of the question's terms in the decision: half for one of the same meaning, more for one in the title."""
    missing = [term for term in query.terms if term not in hit.matched]
    alike = [term for term in missing if _matched(hit.decision, text_index.related_to(term))]
    titled = _held(hit.decision.title, query.terms)
    held = len(hit.matched) + text_index.RELATED * len(alike) + IN_TITLE * len(titled)
    return held / len(query.terms)
