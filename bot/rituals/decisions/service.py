"""What one can do with decisions: log, change, answer, replace, take back, withdraw."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, require
from bot.db import text_index
from bot.db.upsert import insert
from bot.errors import FieldRefusal, Refusal
from bot.i18n import _
from bot.people.models import Team
from bot.people.service import muted_names
from bot.records import links
from bot.records import service as records
from bot.records.fields import Day, Fields, Long, People, Short, Tags, Title, Words
from bot.records.links import LinkedRecord
from bot.records.models import REPLACING, Record, Relation, Revision, Source
from bot.rituals.decisions.models import (
    CHOSEN,
    STANDING,
    Acknowledgement,
    Alternative,
    Answer,
    Decision,
    DecisionTag,
    Part,
    Status,
)
from bot.schedule import service as schedule
from bot.schedule.models import TEAM
from bot.schedule.plan import START, StepTime
from bot.schedule.rules import Weekly
from bot.slack import text

RITUAL = "decisions"
LOOKS_AT = time(9)  # of the team's day, for dates on which to look again
KIND = "decision"
LINKS = "links"  # what a revision calls a link that came or went
NO_RELATION = "none"


class AlternativeFields(Fields):
    name: Title
    why_not: Long = ""
    reconsider_when: Short = ""


class DecisionFields(Fields):
    """The essay's entry and what belongs to it. Field names are the block ids of the form."""

    title: Title
    context: Long = ""
    alternatives: list[AlternativeFields] = Field(default_factory=list, max_length=20)
    trade_offs: Long = ""
    deciders: People = Field(default_factory=list)
    date: Day | None = None
    status: Literal[Status.PROPOSED, Status.ACCEPTED, Status.REJECTED] = Status.ACCEPTED
    must_know: People = Field(default_factory=list)
    consulted: People = Field(default_factory=list)
    tags: Tags = Field(default_factory=list)
    revisit_on: Day | None = None
    revisit_when: Short = ""
    links: Words = Field(default_factory=list)

    @field_validator("title", mode="after")
    @classmethod
    def _one_line(cls, title: str) -> str:
        return " ".join(title.split())


@dataclass(frozen=True)
class Sheet:
    """A decision with all that a card or a page shows of it."""

    decision: Decision
    links: Sequence[LinkedRecord]
    muted: dict[str, str]


async def log_decision(
    session: AsyncSession,
    *,
    viewer: Viewer,
    team: Team,
    fields: DecisionFields,
    now: datetime,
    source: Source | None = None,
    replaces: tuple[Relation, Decision] | None = None,
    about: Record | None = None,
) -> Decision:
    """Keep a new decision in the team's channel; with `replaces`, the earlier one changes in the same transaction.

    `about`: what another record brought up, and this one decides.

    Raises:
        FieldRefusal: a date that is over, or a link to a record that is not there.
    """
    require(viewer, Action.LOG, team)
    _check_dates(fields, team=team, now=now)
    decision = Decision(
        workspace_id=team.workspace_id,
        team_id=team.id,
        channel_id=team.channel_id,
        number=await records.next_number(session, workspace_id=team.workspace_id, kind=KIND),
        created_by=viewer.user_id,
        created_at=now,
        source_id=source.id if source else None,
        acknowledgements=[],
        alternatives=[],
        people=[],
        tags=[],
    )
    decision.team = team
    decision.source = source
    _fill(decision, fields)
    session.add(decision)
    await session.flush()  # for its id
    await watch(session, decision, now=now)
    await index(session, decision)
    await _relate(session, viewer=viewer, decision=decision, names=fields.links, now=now)
    if about is not None:
        await links.decide(session, decision=decision, about=about, user_id=viewer.user_id, now=now)
    if replaces is not None:
        await _replace(session, viewer=viewer, new=decision, relation=replaces[0], old=replaces[1], now=now)
    return decision


async def edit_decision(
    session: AsyncSession,
    *,
    viewer: Viewer,
    decision: Decision,
    fields: DecisionFields,
    seen_edit: int,
    kept: Collection[str] = (),
    now: datetime,
) -> bool:
    """Change a decision; each field that differs is noted in a revision. Returns whether anything did.

    `seen_edit` is how many edits it had when the form was opened, `kept` names the fields that the form did not show.

    Raises:
        Refusal: somebody else edited it meanwhile. Saving would undo their change unseen.
    """
    require(viewer, Action.CHANGE, decision)
    records.require_standing(decision)
    edits = await records.revisions_of(session, record=decision)
    meanwhile = [edit for edit in edits[seen_edit:] if edit.changes.keys() - {LINKS}]
    if meanwhile:
        raise Refusal(
            _(
                "Somebody changed {name} while you had it open ({fields}). Nothing of theirs is overwritten: "
                "open it again to see it. Your text is kept as a draft.",
                name=decision.name,
                fields=", ".join(
                    sorted(map(field_words, set().union(*(edit.changes for edit in meanwhile))))
                ),
            )
        )
    before = facts(decision)
    _check_dates(fields, team=decision.team, now=now, was=decision)
    status = decision.status
    _fill(decision, fields.model_copy(update=_as_they_are(decision, kept)))
    if status not in CHOSEN:
        decision.status = status  # a later decision made it so; an edit of the text does not undo that
    after = facts(decision)
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    await records.revise(session, record=decision, user_id=viewer.user_id, now=now, changes=changes)
    await _relate(session, viewer=viewer, decision=decision, names=fields.links, now=now)
    await session.flush()  # the index reads what was changed
    await index(session, decision)
    await watch(session, decision, now=now)
    if changes:
        await links.tell(session, decision, now=now)
    return bool(changes)


async def watch(session: AsyncSession, decision: Decision, *, now: datetime) -> None:
    """A team with a date to look again has a cadence that looks for it, every working day."""
    if decision.revisit_on is None:
        return
    known = await schedule.cadence_of(
        session, workspace_id=decision.workspace_id, ritual=RITUAL, subject_id=decision.team_id
    )
    if known is None:
        await schedule.set_up(
            session,
            workspace_id=decision.workspace_id,
            ritual=RITUAL,
            subject_id=decision.team_id,
            team=decision.team,
            rule=Weekly(days=tuple(sorted(decision.team.working_days))),
            at=LOOKS_AT,
            timezone=decision.team.timezone,
            follows=TEAM,
            steps=[StepTime(name=START)],
            user_ids=[],
            now=now,
        )


async def keep(
    session: AsyncSession, *, viewer: Viewer, decision: Decision, until: date | None, now: datetime
) -> None:
    """Still right: it is looked at again on another day, or on none.

    Raises:
        FieldRefusal: that day is over.
        Refusal: it is not the last word any more.
    """
    require(viewer, Action.CHANGE, decision)
    require_standing(decision)
    today = now.astimezone(ZoneInfo(decision.team.timezone)).date()
    if until is not None and until <= today:
        raise FieldRefusal({"revisit_on": _("Pick a day from tomorrow on, or leave it empty.")})
    before = facts(decision)["revisit_on"]
    decision.revisit_on = until
    changes = {"revisit_on": (before, facts(decision)["revisit_on"])}
    await records.revise(session, record=decision, user_id=viewer.user_id, now=now, changes=changes)
    await watch(session, decision, now=now)


def require_standing(decision: Decision) -> None:
    """Raises Refusal for one that is withdrawn, or that a later one has replaced."""
    if not decision.stands:
        raise Refusal(_("{name} does not stand any more.", name=decision.name))


def makers_of(decision: Decision) -> list[str]:
    """Whom to ask whether it is still right: those who decided, or who logged it."""
    deciders = [user_id for user_id in decision.user_ids(Part.DECIDER) if text.is_person(user_id)]
    return deciders or [user_id for user_id in [decision.created_by] if text.is_person(user_id)]


TEXTS = frozenset({"context", "alternatives", "trade_offs", "tags", "revisit_when"})


def beyond_a_form(decision: Decision) -> list[str]:
    """Fields that hold more than a form can, as those of records from files may."""
    texts = {name: value for name, value in facts(decision).items() if name in TEXTS}
    try:
        DecisionFields.model_validate({"title": "-", **texts})
    except ValidationError as error:
        return sorted({str(problem["loc"][0]) for problem in error.errors()})
    return []


def _as_they_are(decision: Decision, names: Collection[str]) -> dict[str, Any]:
    held = {name: value for name, value in facts(decision).items() if name in TEXTS.intersection(names)}
    if "alternatives" in held:
        held["alternatives"] = [AlternativeFields.model_construct(**row) for row in held["alternatives"]]
    return held


async def link_decision(
    session: AsyncSession, *, viewer: Viewer, decision: Decision, relation: str, name: str, now: datetime
) -> list[Decision]:
    """Link two records by number, or take their link away; returns the decisions whose cards now look different.

    `relation` is a `Relation`, "superseded_by" or "reversed_by" for the other direction, or NO_RELATION.

    Raises:
        FieldRefusal: there is no such record, it is not theirs to link, or the two cannot be that to each other.
    """
    other = await _named(session, viewer=viewer, name=name, action=Action.CHANGE)
    if not isinstance(other, Decision):
        await _link_about(session, viewer=viewer, decision=decision, about=other, relation=relation, now=now)
        return [decision]
    backward = {"superseded_by": Relation.SUPERSEDES, "reversed_by": Relation.REVERSES}.get(relation)
    if relation == NO_RELATION:
        await _unlink(session, viewer=viewer, decision=decision, other=other, now=now)
    elif backward is not None:
        await _replace(session, viewer=viewer, new=other, relation=backward, old=decision, now=now)
    elif relation == Relation.RELATES_TO:
        await _link(session, viewer=viewer, decision=decision, other=other, now=now)
    else:
        await _replace(session, viewer=viewer, new=decision, relation=Relation(relation), old=other, now=now)
    return [decision, other]


async def withdraw(
    session: AsyncSession, *, viewer: Viewer, decision: Decision, why: str, now: datetime
) -> list[Decision]:
    """Logged by mistake: the card says who and why, the record stays. Returns what it had replaced, which stands again."""
    await records.withdraw(session, viewer=viewer, record=decision, why=why, now=now)
    await links.tell(session, decision, now=now)
    return await _give_back(session, viewer=viewer, decision=decision, now=now)


async def acknowledge(
    session: AsyncSession,
    *,
    viewer: Viewer,
    decision: Decision,
    answer: Answer,
    pressed_at: str,
    now: datetime,
    reason: str = "",
) -> bool:
    """Note a person's answer, in place of any earlier one. Returns whether it is news."""
    require(viewer, Action.ACKNOWLEDGE, decision)
    if not decision.stands:
        raise Refusal(_("{name} does not stand any more, so there is nothing to answer.", name=decision.name))
    news = {"answer": answer, "reason": reason, "at": now, "pressed_at": pressed_at}
    changed = await session.scalar(
        insert(session, Acknowledgement)
        .values(decision_id=decision.id, user_id=viewer.user_id, **news)
        .on_conflict_do_update(
            index_elements=["decision_id", "user_id"],
            set_=news,
            where=Acknowledgement.pressed_at < pressed_at,
        )
        .returning(Acknowledgement.id)
    )
    await session.refresh(decision, ["acknowledgements"])
    return changed is not None


async def sheet(session: AsyncSession, decision: Decision, *, viewer: Viewer | None = None) -> Sheet:
    """All that is shown of a decision: to this person, or to everybody in its channel."""
    linked = await links.of(session, decision, viewer=viewer)
    named = {
        *(person.user_id for person in decision.people),
        *(answer.user_id for answer in decision.acknowledgements),
        decision.created_by,
        *filter(None, [decision.withdrawn_by]),
    }
    return Sheet(
        decision, linked, await muted_names(session, workspace_id=decision.workspace_id, user_ids=named)
    )


async def chain(session: AsyncSession, *, viewer: Viewer, decision: Decision) -> list[Decision]:
    """What came before and after a decision by replacing it, oldest first, as far as this person can see."""
    known, ahead = {decision.id}, [decision.id]
    while ahead:
        ends = {
            end
            for link, _source, _target in await records.links_of(session, record_ids=ahead)
            if link.relation in REPLACING
            for end in (link.from_id, link.to_id)
        }
        ahead = list(ends - known)
        known |= ends
    rows = await session.scalars(
        select(Decision)
        .where(Decision.workspace_id == viewer.workspace_id, Decision.id.in_(known))
        .order_by(Decision.decided_on, Decision.number)
    )
    return [row for row in rows if viewer.sees(row.channel_id)]


async def history(session: AsyncSession, decision: Decision, *, viewer: Viewer) -> Sequence[Revision]:
    """Its edits, oldest first; of links that came or went those to what this person can see."""
    edits = await records.revisions_of(session, record=decision)
    unseen = {name for edit in edits for name in edit.changes.get(LINKS, ()) if name}
    if not unseen:
        return edits
    numbers = {int(name.rpartition("-")[2]) for name in unseen}
    others = await session.scalars(
        select(Record).where(Record.workspace_id == decision.workspace_id, Record.number.in_(numbers))
    )
    unseen -= {other.name for other in others if viewer.sees(other.channel_id)}
    return [edit for edit in edits if unseen.isdisjoint(edit.changes.get(LINKS, ()))]


def facts(decision: Decision) -> dict[str, Any]:
    """The content of a decision as plain JSON, by field: what revisions compare and exports write."""
    return {
        "title": decision.title,
        "status": str(decision.status),
        "date": decision.decided_on.isoformat() if decision.decided_on else None,
        "deciders": decision.user_ids(Part.DECIDER),
        "outcome": decision.outcome,
        "context": decision.context,
        "alternatives": [
            {"name": row.name, "why_not": row.why_not, "reconsider_when": row.reconsider_when}
            for row in decision.alternatives
        ],
        "trade_offs": decision.trade_offs,
        "must_know": decision.user_ids(Part.MUST_KNOW),
        "consulted": decision.user_ids(Part.CONSULTED),
        "tags": decision.tag_names,
        "revisit_on": decision.revisit_on.isoformat() if decision.revisit_on else None,
        "revisit_when": decision.revisit_when,
    }


def field_words(name: str) -> str:
    """What people call a field of `facts`."""
    return {
        "title": _("the decision"),
        "status": _("status"),
        "date": _("date"),
        "deciders": _("who decided"),
        "outcome": _("the decision in full"),
        "context": _("why"),
        "alternatives": _("alternatives"),
        "trade_offs": _("what we accept"),
        "must_know": _("who must know"),
        "consulted": _("who was consulted"),
        "tags": _("tags"),
        "revisit_on": _("when to look again"),
        "revisit_when": _("what makes us look again"),
        "withdrawn": _("withdrawn"),
        LINKS: _("related to"),
    }.get(name, name)


def _check_dates(fields: DecisionFields, *, team: Team, now: datetime, was: Decision | None = None) -> None:
    """`was`: a date that stands there already is not asked about again, however old it has become."""
    today = now.astimezone(ZoneInfo(team.timezone)).date()
    tomorrow = today + timedelta(days=1)  # somebody east of the team is a day ahead
    wrong = {}
    if fields.date and fields.date > tomorrow and not (was and was.decided_on == fields.date):
        wrong["date"] = _("That day has not come yet. Pick today or the day it was decided.")
    if fields.revisit_on and fields.revisit_on < today and not (was and was.revisit_on == fields.revisit_on):
        wrong["revisit_on"] = _("That date is already over. Pick one from today on.")
    if wrong:
        raise FieldRefusal(wrong)


def _fill(decision: Decision, fields: DecisionFields) -> None:
    decision.title, decision.context, decision.trade_offs = fields.title, fields.context, fields.trade_offs
    decision.status, decision.decided_on = fields.status, fields.date
    decision.revisit_on, decision.revisit_when = fields.revisit_on, fields.revisit_when
    decision.alternatives = [
        Alternative(position=n, name=row.name, why_not=row.why_not, reconsider_when=row.reconsider_when)
        for n, row in enumerate(fields.alternatives)
    ]
    parts = {
        Part.DECIDER: [*fields.deciders],
        Part.CONSULTED: [*fields.consulted],
        Part.MUST_KNOW: [*fields.must_know],
    }
    for part, user_ids in parts.items():  # a form shows Slack's people only
        user_ids += [name for name in decision.user_ids(part) if not text.is_person(name)]
    decision.name_people(parts)
    tags = {tag.tag: tag for tag in decision.tags}
    decision.tags = [tags.get(tag) or DecisionTag(tag=tag) for tag in dict.fromkeys(fields.tags)]


async def index(session: AsyncSession, decision: Decision) -> None:
    """Every field is found, the losing alternatives too."""
    reasons = [part for row in decision.alternatives for part in (row.why_not, row.reconsider_when)]
    body = [
        decision.outcome,
        *reasons,
        decision.trade_offs,
        decision.revisit_when,
        decision.notes,
    ]
    await text_index.put(
        session,
        record_id=decision.id,
        workspace_id=decision.workspace_id,
        title=decision.title,
        about="\n".join(
            [*(row.name for row in decision.alternatives), *decision.tag_names, decision.context]
        ),
        body="\n".join(filter(None, body)),
    )


async def _relate(
    session: AsyncSession, *, viewer: Viewer, decision: Decision, names: Sequence[str], now: datetime
) -> None:
    for name in names:
        other = await _named(session, viewer=viewer, name=name, action=Action.READ)
        if not isinstance(other, Decision):
            await links.decide(session, decision=decision, about=other, user_id=viewer.user_id, now=now)
        elif other.id != decision.id:
            await records.link(
                session,
                source=decision,
                target=other,
                relation=Relation.RELATES_TO,
                user_id=viewer.user_id,
                now=now,
            )


async def _named(session: AsyncSession, *, viewer: Viewer, name: str, action: Action) -> Record:
    """The record that people call `D-3` or `P-7`: a decision, or what one may be about."""
    try:
        other = await records.any_by_name(session, viewer=viewer, usual=Decision, name=name, action=action)
    except Refusal as error:
        raise FieldRefusal({"links": error.message}) from None
    if not isinstance(other, Decision) and not other.decidable:
        words = _("{name} is neither a decision nor a problem. Name one of those.", name=other.name)
        raise FieldRefusal({"links": words})
    return other


async def _link_about(
    session: AsyncSession, *, viewer: Viewer, decision: Decision, about: Record, relation: str, now: datetime
) -> None:
    """A decision is about a problem, or has nothing to do with it: there is nothing else that the two can be."""
    if relation == NO_RELATION:
        if not await links.undecide(session, decision=decision, about=about, now=now):
            raise FieldRefusal({"links": _not_linked(about)})
        before, after = about.name, None
    elif relation == Relation.RELATES_TO:
        await links.decide(session, decision=decision, about=about, user_id=viewer.user_id, now=now)
        before, after = None, about.name
    else:
        words = _(
            "{name} is a problem, and a decision takes the place of decisions only. To link it, choose "
            "“is related to”.",
            name=about.name,
        )
        raise FieldRefusal({"relation": words})
    await _note_link(session, viewer=viewer, decision=decision, before=before, after=after, now=now)


async def _link(
    session: AsyncSession, *, viewer: Viewer, decision: Decision, other: Decision, now: datetime
) -> None:
    relation = Relation.RELATES_TO
    await records.link(
        session, source=decision, target=other, relation=relation, user_id=viewer.user_id, now=now
    )
    await _note_link(session, viewer=viewer, decision=decision, before=None, after=other.name, now=now)
    await _note_link(session, viewer=viewer, decision=other, before=None, after=decision.name, now=now)


async def _unlink(
    session: AsyncSession, *, viewer: Viewer, decision: Decision, other: Decision, now: datetime
) -> None:
    """What one of them had replaced stands again, unless yet another one replaces it."""
    gone = await records.unlink(session, decision, other)
    if not gone:
        raise FieldRefusal({"links": _not_linked(other)})
    await _note_link(session, viewer=viewer, decision=decision, before=other.name, after=None, now=now)
    await _note_link(session, viewer=viewer, decision=other, before=decision.name, after=None, now=now)
    replaced = [record_id for relation, record_id in gone if relation in REPLACING]
    await _stand_again(session, viewer=viewer, record_ids=replaced, now=now)


def _not_linked(other: Record) -> str:
    return _("{name} is not linked to this one.", name=other.name)


async def _note_link(
    session: AsyncSession,
    *,
    viewer: Viewer,
    decision: Decision,
    before: str | None,
    after: str | None,
    now: datetime,
) -> None:
    changes = {LINKS: (before, after)}
    await records.revise(
        session, record=decision, user_id=viewer.user_id, now=now, changes=changes, is_edit=False
    )


async def _replace(
    session: AsyncSession, *, viewer: Viewer, new: Decision, relation: Relation, old: Decision, now: datetime
) -> None:
    """The later decision takes the earlier one's place: both records change together."""
    require(viewer, Action.CHANGE, old)
    for record in (new, old):
        if record.withdrawn_at is not None:
            words = _(
                "{name} is withdrawn, so it neither replaces anything nor is replaced.", name=record.name
            )
            raise FieldRefusal({"links": words})
    await records.link(session, source=new, target=old, relation=relation, user_id=viewer.user_id, now=now)
    was, old.status = old.status, Status.SUPERSEDED if relation is Relation.SUPERSEDES else Status.REVERSED
    await records.revise(
        session,
        record=old,
        user_id=viewer.user_id,
        now=now,
        changes={"status": (str(was), str(old.status))},
        is_edit=False,
    )


async def _give_back(
    session: AsyncSession, *, viewer: Viewer, decision: Decision, now: datetime
) -> list[Decision]:
    loosened = await records.loosen(session, source=decision)
    return await _stand_again(session, viewer=viewer, record_ids=loosened, now=now)


async def _stand_again(
    session: AsyncSession, *, viewer: Viewer, record_ids: Sequence[int], now: datetime
) -> list[Decision]:
    """What is replaced no more is again what it was; of these, those that no other decision replaces either."""
    still = {
        link.to_id
        for link, _source, _target in await records.links_of(session, record_ids=record_ids)
        if link.relation in REPLACING
    }
    free = set(record_ids) - still
    await records.lock(session, free)
    rows = await session.scalars(select(Decision).where(Decision.id.in_(free)).options(*Decision.whole()))
    given_back = list(rows.unique())
    for old in given_back:
        edits = await records.revisions_of(session, record=old)
        was = [edit.changes["status"][0] for edit in edits if "status" in edit.changes]
        chosen = [status for status in was if status in STANDING]
        replaced, old.status = str(old.status), chosen[-1] if chosen else Status.ACCEPTED
        await records.revise(
            session,
            record=old,
            user_id=viewer.user_id,
            now=now,
            changes={"status": (replaced, str(old.status))},
            is_edit=False,
        )
    return given_back
