"""Numbers, links, revisions and the once-only key of records; who can see which."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, delete, exists, false, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.access.rules import Action, Viewer, require
from bot.db.engine import once_a_session
from bot.db.upsert import insert
from bot.errors import AlreadySaved, FieldRefusal, Refusal
from bot.i18n import _
from bot.people.models import Team
from bot.records.models import REPLACING, Counter, Record, RecordLink, Relation, Revision, Submission
from bot.slack.request import Request

AnyRecord = TypeVar("AnyRecord", bound=Record)

NUMBER_DIGITS = 15  # more than any row has, and small enough for every integer column
CARDS_RENEWED = 20  # a channel takes one change a second, and nobody looks further back
NO_ROW = -1
NAME_SHOWN = 40  # characters of a typed name that an answer repeats

# The two ends of a link. Made once: to make them anew was a fifth of the work of saving a form.
_SOURCE, _TARGET = aliased(Record), aliased(Record)


async def submit_once(session: AsyncSession, *, workspace_id: int, view_id: str, now: datetime) -> Submission:
    """The first to save this form goes on; the row makes everybody else wait for it and then turn back.

    Raises:
        AlreadySaved: with the number of the record that the first one made.
    """
    first = await session.scalar(
        insert(session, Submission)
        .values(workspace_id=workspace_id, view_id=view_id, created_at=now)
        .on_conflict_do_nothing()
        .returning(Submission)
    )
    if first is None:
        await turn_back(session, workspace_id=workspace_id, view_id=view_id)
    assert first is not None
    submission: Submission = first
    return submission


async def once(session: AsyncSession, request: Request) -> Submission:
    """As `submit_once`, for the submitted form."""
    return await submit_once(
        session, workspace_id=request.actor.workspace_id, view_id=request.view["id"], now=request.now
    )


def typed_reason(request: Request) -> str:
    """What the field `reason` holds.

    Raises:
        FieldRefusal: nothing.
    """
    reason = str(request.values.get("reason") or "").strip()
    if not reason:
        raise FieldRefusal({"reason": _("Please fill this in.")})
    return reason


async def turn_back(session: AsyncSession, *, workspace_id: int, view_id: str) -> None:
    """Raise AlreadySaved, with the number of the record, if this form was saved before."""
    saved = (
        await session.execute(
            select(Submission, Record)
            .outerjoin(Record)
            .where(Submission.workspace_id == workspace_id, Submission.view_id == view_id)
        )
    ).one_or_none()
    if saved is not None:
        made = saved.Record
        raise AlreadySaved(
            _("This is saved already, as {name}.", name=made.name) if made else _("This is saved already.")
        )


async def is_saved(request: Request) -> bool:
    """Whether the submitted form was saved after all, when its commit broke off."""
    async with request.read() as session:
        found = await session.get(Submission, (request.actor.workspace_id, request.view["id"]))
    return found is not None


async def next_number(session: AsyncSession, *, workspace_id: int, kind: str) -> int:
    """The next short number; its row stays locked until the commit, so none is given twice and none is left out."""
    number: int | None = await session.scalar(
        insert(session, Counter)
        .values(workspace_id=workspace_id, kind=kind, last=1)
        .on_conflict_do_update(index_elements=["workspace_id", "kind"], set_={"last": Counter.last + 1})
        .returning(Counter.last)
    )
    assert number is not None
    return number


async def channels_with_records(session: AsyncSession, *, viewer: Viewer) -> list[str]:
    """The channels whose records this person may read; what lies elsewhere does not exist for them."""

    async def read() -> list[str]:
        rows = await session.scalars(
            select(Record.channel_id).where(Record.workspace_id == viewer.workspace_id).distinct()
        )
        return [channel_id for channel_id in rows if viewer.sees(channel_id)]

    return await once_a_session(session, ("channels with records", viewer), read)


async def by_name(
    session: AsyncSession, *, viewer: Viewer, kind: type[AnyRecord], name: str, action: Action = Action.READ
) -> AnyRecord:
    """The record that people call `D-12` (or `12`), if this person may do this to it; locked unless only read.

    Raises:
        NotFound, NotAllowed: see `access.rules.require`.
    """
    digits = name.strip().upper().removeprefix(f"{kind.prefix}-").removeprefix(kind.prefix)
    if not is_number(digits):
        return await _required(session, viewer, kind, false(), action=action, name=name.strip()[:NAME_SHOWN])
    shown = f"{kind.prefix}-{int(digits)}"
    return await _required(session, viewer, kind, kind.number == int(digits), action=action, name=shown)


async def any_by_name(
    session: AsyncSession,
    *,
    viewer: Viewer,
    usual: type[Record],
    name: str,
    action: Action = Action.READ,
) -> Record:
    """The record of that name, whichever ritual keeps it, else as `by_name`; `12` alone is one of the `usual` kind."""
    letters = name.strip().upper().rstrip("-0123456789")
    kinds = {mapper.class_.prefix: mapper.class_ for mapper in Record.__mapper__.polymorphic_map.values()}
    return await by_name(session, viewer=viewer, kind=kinds.get(letters, usual), name=name, action=action)


async def by_id(
    session: AsyncSession,
    *,
    viewer: Viewer,
    kind: type[AnyRecord],
    record_id: object,
    action: Action = Action.READ,
) -> AnyRecord:
    """The record behind an id from a button or a modal, else as `by_name`."""
    return await _required(session, viewer, kind, kind.id == row_id(record_id), action=action)


async def any_by_id(session: AsyncSession, *, viewer: Viewer, record_id: object) -> Record:
    """The record behind an id, whichever ritual keeps it, to be read; else as `by_name`."""
    wanted = (Record.workspace_id == viewer.workspace_id, Record.id == row_id(record_id))
    kind = await session.scalar(select(Record.kind).where(*wanted))
    kept_as: type[Record] = Record.__mapper__.polymorphic_map[kind].class_ if kind else Record
    return await by_id(session, viewer=viewer, kind=kept_as, record_id=record_id)


async def _required(
    session: AsyncSession,
    viewer: Viewer,
    kind: type[AnyRecord],
    wanted: ColumnElement[bool],
    *,
    action: Action,
    name: str = "",
) -> AnyRecord:
    is_it = (kind.workspace_id == viewer.workspace_id, wanted)
    if action is not Action.READ:
        # The lock before the read: who waits in one statement for both is shown a ritual's own table as it was before.
        await session.execute(select(kind.id).where(*is_it).with_for_update(of=Record, key_share=True))
    record = await session.scalar(select(kind).where(*is_it).options(*kind.whole()))
    require(viewer, action, record, name=name, listed_by=kind.listed_by)
    assert record is not None
    return record


async def lock(session: AsyncSession, record_ids: Collection[int]) -> None:
    """Hold records that are about to be read and changed; always in one order, so that no two wait for each other."""
    await session.execute(
        select(Record.id).where(Record.id.in_(record_ids)).order_by(Record.id).with_for_update(key_share=True)
    )


async def locked(session: AsyncSession, kind: type[AnyRecord], wanted: Select[int]) -> Sequence[AnyRecord]:
    """The records whose ids are `wanted`, whole; the lock before the read, as in `by_id`."""
    record_ids = (await session.scalars(wanted)).all()
    await lock(session, record_ids)
    rows = await session.scalars(select(kind).where(kind.id.in_(record_ids)).options(*kind.whole()))
    return rows.unique().all()


async def with_cards(session: AsyncSession, kind: type[AnyRecord], *, team: Team) -> Sequence[AnyRecord]:
    """The team's newest records that show a card, locked."""
    newest = (
        select(kind.id)
        .where(kind.team_id == team.id, kind.card_id.is_not(None), kind.withdrawn_at.is_(None))
        .order_by(kind.number.desc())
        .limit(CARDS_RENEWED)
    )
    return await locked(session, kind, newest)


def row_id(given: object) -> int:
    """The id of a row, from a button or a modal; of none when it is no number."""
    return int(str(given)) if is_number(str(given)) else NO_ROW


def is_number(digits: str) -> bool:
    """Whether what came from outside can be a row's id: `int` takes more than that, and databases less."""
    return digits.isascii() and digits.isdigit() and len(digits) <= NUMBER_DIGITS


async def revise(
    session: AsyncSession,
    *,
    record: Record,
    user_id: str,
    now: datetime,
    changes: Mapping[str, Sequence[Any]],
    is_edit: bool = True,
) -> Revision | None:
    """Note a change; nothing when nothing changed. What came about by another record is no edit of this one."""
    if not changes:
        return None
    last = await session.scalar(
        select(func.coalesce(func.max(Revision.number), 0)).where(Revision.record_id == record.id)
    )
    revision = Revision(
        record_id=record.id,
        number=(last or 0) + 1,
        user_id=user_id,
        at=now,
        changes={field: list(pair) for field, pair in changes.items()},
    )
    session.add(revision)
    if is_edit:
        record.edited_at = now
    return revision


async def edit(
    session: AsyncSession,
    *,
    viewer: Viewer,
    record: Record,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    seen_edit: int,
    now: datetime,
) -> None:
    """Change a record's fields from what they are to what was typed; each that differs is noted in a revision.

    `seen_edit` is how many edits it had when the form was opened.

    Raises:
        NotAllowed: it is not theirs to change.
        Refusal: it is withdrawn, or somebody else edited it meanwhile. Saving would undo their change unseen.
    """
    require(viewer, Action.CHANGE, record)
    require_standing(record)
    if len(await revisions_of(session, record=record)) != seen_edit:
        raise Refusal(
            _(
                "Somebody changed {name} while you had it open. Nothing of theirs is overwritten: open it again "
                "to see it. Your text is kept as a draft.",
                name=record.name,
            )
        )
    changes = {name: (before[name], value) for name, value in after.items() if before[name] != value}
    for name, (_before, value) in changes.items():
        setattr(record, name, value)
    await revise(session, record=record, user_id=viewer.user_id, now=now, changes=changes)


async def withdraw(session: AsyncSession, *, viewer: Viewer, record: Record, why: str, now: datetime) -> None:
    """It was made by mistake: its card says who and why, the record stays.

    Raises:
        NotAllowed: it is not theirs to withdraw.
        Refusal: it is withdrawn already.
    """
    require(viewer, Action.WITHDRAW, record)
    require_standing(record)
    record.withdrawn_at, record.withdrawn_by, record.withdrawn_why = now, viewer.user_id, why
    changes = {"withdrawn": (None, why)}
    await revise(session, record=record, user_id=viewer.user_id, now=now, changes=changes)


def require_standing(record: Record) -> None:
    """Raises Refusal for one that is withdrawn."""
    if record.withdrawn_at is not None:
        raise Refusal(_("{name} is withdrawn, so nothing about it changes any more.", name=record.name))


def undone(content: Mapping[str, Any], edits: Sequence[Revision]) -> dict[str, Any]:
    """A record's content, by field, as it was before these edits, its latest."""
    held = dict(content)
    for edit in reversed(edits):
        held |= {name: before for name, (before, _after) in edit.changes.items() if name in held}
    return held


async def revisions_of(session: AsyncSession, *, record: Record) -> Sequence[Revision]:
    rows = await session.scalars(
        select(Revision).where(Revision.record_id == record.id).order_by(Revision.number)
    )
    return rows.all()


async def link(
    session: AsyncSession, *, source: Record, target: Record, relation: Relation, user_id: str, now: datetime
) -> None:
    """Point from one record to another of the same workspace.

    That one replaced the other says more than that they belong together, and stays.

    Raises:
        FieldRefusal: a record cannot be linked to itself, nor come after itself around a circle.
    """
    if source.id == target.id:
        raise FieldRefusal({"links": _("{name} is this one. Pick another.", name=target.name)})
    if relation in REPLACING and await _leads_to(session, start=target, goal=source):
        raise FieldRefusal(
            {
                "links": _(
                    "{old} already comes after {new}, so it cannot be replaced by it.",
                    old=target.name,
                    new=source.name,
                )
            }
        )
    await session.execute(
        insert(session, RecordLink)
        .values(
            from_id=source.id,
            to_id=target.id,
            relation=relation,
            workspace_id=source.workspace_id,
            created_by=user_id,
            created_at=now,
        )
        .on_conflict_do_update(
            index_elements=["from_id", "to_id"],
            set_={"relation": relation},
            where=literal(relation is not Relation.RELATES_TO),
        )
    )


async def unlink(session: AsyncSession, one: Record, other: Record) -> Sequence[tuple[str, int]]:
    """Take away what links the two; returns each relation with the id of the record it pointed to."""
    ends = (one.id, other.id)
    rows = await session.execute(
        delete(RecordLink)
        .where(RecordLink.from_id.in_(ends), RecordLink.to_id.in_(ends))
        .returning(RecordLink.relation, RecordLink.to_id)
    )
    return [(relation, record_id) for relation, record_id in rows]


async def loosen(session: AsyncSession, *, source: Record) -> Sequence[int]:
    """A record replaces nothing any more and only belongs to what it replaced; returns the ids of those."""
    rows = await session.scalars(
        update(RecordLink)
        .where(RecordLink.from_id == source.id, RecordLink.relation.in_(REPLACING))
        .values(relation=Relation.RELATES_TO)
        .returning(RecordLink.to_id)
    )
    return rows.all()


async def _leads_to(session: AsyncSession, *, start: Record, goal: Record) -> bool:
    """Whether `goal` is reached from `start` by going back to what each replaced."""
    replaced = RecordLink.relation.in_(REPLACING)
    first = select(RecordLink.to_id.label("id")).where(RecordLink.from_id == start.id, replaced)
    back = first.cte("back", recursive=True)
    back = back.union(select(RecordLink.to_id).join(back, RecordLink.from_id == back.c.id).where(replaced))
    return start.id == goal.id or bool(await session.scalar(select(exists().where(back.c.id == goal.id))))


async def links_of(
    session: AsyncSession, *, record_ids: Iterable[int]
) -> Sequence[tuple[RecordLink, Record, Record]]:
    """Every link from or to these records, with both ends."""
    wanted = list(record_ids)
    rows = await session.execute(
        select(RecordLink, _SOURCE, _TARGET)
        .join(_SOURCE, _SOURCE.id == RecordLink.from_id)
        .join(_TARGET, _TARGET.id == RecordLink.to_id)
        .where(or_(RecordLink.from_id.in_(wanted), RecordLink.to_id.in_(wanted)))
        .order_by(RecordLink.created_at)
    )
    return [(link, source, target) for link, source, target in rows]
