"""Finding decisions: what people type after `why`, `search` and `list`, and what it finds."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Viewer
from bot.db import text_index
from bot.errors import Refusal
from bot.i18n import _
from bot.records import service as records
from bot.rituals.decisions.models import Acknowledgement, Decision, DecisionPerson, DecisionTag, Part, Status

PAGE = 10

STANDING = (Status.PROPOSED, Status.ACCEPTED)


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
    confident: bool
    """False: nothing really answers, and the honest words are "nothing found, nearest is …"."""
    terms: Sequence[str]


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
    words = wanted.words.lower().split()
    filters = dict(wanted.filters)
    for word in words:
        if word == "mine":
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
    statement = await _visible(session, viewer, wanted, today)
    total = await session.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))
    rows = await session.scalars(
        statement.order_by(Decision.decided_on.desc().nulls_last(), Decision.number.desc())
        .offset(offset)
        .limit(PAGE)
    )
    return rows.all(), total or 0


async def search(
    session: AsyncSession, *, viewer: Viewer, wanted: Wanted, today: date, limit: int = 5
) -> Found:
    """Decisions that hold any of the words, the best first."""
    query = text_index.parse(wanted.words)
    if not query:
        rows, _total = await listed(session, viewer=viewer, wanted=wanted, today=today)
        return Found([Hit(row, 0.0, frozenset()) for row in rows[:limit]], bool(rows), ())
    hits = text_index.matches(session, workspace_id=viewer.workspace_id, query=query)
    statement = await _visible(session, viewer, wanted, today)
    scored = await session.execute(
        statement.add_columns(hits.c.score)
        .join(hits, hits.c.record_id == Decision.id)
        .options(*Decision.whole())
        .order_by(hits.c.score.desc(), Decision.id.desc())
        .limit(limit)
    )
    terms = [*query.words, *(" ".join(phrase) for phrase in query.phrases)]
    found = [Hit(decision, score, _matched(decision, terms)) for decision, score in scored]
    return Found(found, _is_answer(found, terms), terms)


async def latest(session: AsyncSession, *, viewer: Viewer, limit: int = 5) -> Sequence[Decision]:
    visible = await records.channels_with_records(session, viewer=viewer)
    rows = await session.scalars(
        select(Decision)
        .where(
            Decision.workspace_id == viewer.workspace_id,
            Decision.channel_id.in_(visible),
            Decision.withdrawn_at.is_(None),
        )
        .order_by(Decision.created_at.desc(), Decision.id.desc())
        .limit(limit)
    )
    return rows.all()


async def unanswered(
    session: AsyncSession, *, viewer: Viewer, user_id: str | None = None
) -> Sequence[Decision]:
    """Standing decisions that this person must know and has not answered, oldest first; without one, anybody's."""
    visible = await records.channels_with_records(session, viewer=viewer)
    named = and_(DecisionPerson.decision_id == Decision.id, DecisionPerson.part == Part.MUST_KNOW)
    answered = and_(
        Acknowledgement.decision_id == Decision.id, Acknowledgement.user_id == DecisionPerson.user_id
    )
    if user_id is not None:
        named = and_(named, DecisionPerson.user_id == user_id)
    rows = await session.scalars(
        select(Decision)
        .where(
            Decision.workspace_id == viewer.workspace_id,
            Decision.channel_id.in_(visible),
            Decision.withdrawn_at.is_(None),
            Decision.status.in_(STANDING),
            exists().where(named, ~exists().where(answered)),
        )
        .order_by(Decision.created_at, Decision.id)
        .limit(20)
    )
    return rows.all()


async def made_from(session: AsyncSession, *, source_ids: Collection[int]) -> Sequence[Decision]:
    """The decisions that were logged from these messages."""
    if not source_ids:
        return []
    rows = await session.scalars(
        select(Decision).where(Decision.source_id.in_(source_ids)).options(*Decision.whole())
    )
    return rows.unique().all()


async def _visible(session: AsyncSession, viewer: Viewer, wanted: Wanted, today: date) -> Select[Decision]:
    visible = await records.channels_with_records(session, viewer=viewer)
    statement = select(Decision).where(
        Decision.workspace_id == viewer.workspace_id,
        Decision.channel_id.in_(visible),
        Decision.withdrawn_at.is_(None),
    )
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


_FILTERS: dict[str, Callable[[str, date], ColumnElement[bool]]] = {
    "status": _status,
    "tag": _tag,
    "by": _by,
    "in": _in,
    "since": _since,
    "before": _before,
    "due": _due,
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


def _matched(decision: Decision, terms: Sequence[str]) -> frozenset[str]:
    """Terms that stand in the text, by the stem that both have in common."""
    rows = [part for row in decision.alternatives for part in (row.name, row.why_not, row.reconsider_when)]
    parts = [
        decision.title,
        decision.context,
        *rows,
        decision.trade_offs,
        decision.notes,
        *decision.tag_names,
    ]
    text = " ".join(parts).lower()
    return frozenset(term for term in terms if re.search(rf"\b{re.escape(stem(term))}", text))


def stem(term: str) -> str:
    """What is left of a word without its commonest English endings, to mark where it matched."""
    if " " in term:
        return term
    for ending in ("ing", "ies", "ed", "es", "s", "e"):
        if term.endswith(ending) and len(term) - len(ending) >= 3:
            return term[: -len(ending)]
    return term


CONFIDENT_SHARE = 0.5  # of the question's telling words must stand in the best hit


def _is_answer(hits: Sequence[Hit], terms: Sequence[str]) -> bool:
    return bool(hits) and len(hits[0].matched) >= CONFIDENT_SHARE * len(terms)
