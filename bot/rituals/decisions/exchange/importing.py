"""Puts what files say into a team's log: once, again when they change, and linked as they link."""

import hashlib
import posixpath
import re
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, may
from bot.db.engine import Sessions
from bot.errors import Refusal
from bot.i18n import _
from bot.people.models import Team
from bot.records import service as records
from bot.records.models import IMPORTED, RecordLink, Relation
from bot.rituals.decisions import living, service
from bot.rituals.decisions.exchange import files, titles
from bot.rituals.decisions.exchange.documents import UnreadableError
from bot.rituals.decisions.exchange.entries import Entry, Option
from bot.rituals.decisions.exchange.reading import NoRecordError
from bot.rituals.decisions.models import (
    STANDING,
    Alternative,
    Decision,
    DecisionTag,
    ImportedDecision,
    ImportedFile,
    Part,
    Status,
)

AT_ONCE = 25  # records in a transaction
NAME_CHARACTERS = 120  # of somebody who decided, as the column holds
MOST_REFERENCES = 50  # to other records, of a kind, in one; each is looked for


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Told:
    """What became of a record in a file, or of a file that holds none."""

    path: str
    outcome: Outcome
    reason: str = ""
    number: str | None = None
    entry: Entry | None = None


@dataclass(frozen=True)
class Terms:
    """By whom, when, and which files come together: one that is none of them and had the same bytes was moved."""

    now: datetime
    beside: Collection[str] = ()
    viewer: Viewer | None = None
    """Who imports in Slack, and may change no more there than elsewhere; None is whoever runs the bot."""

    @property
    def by(self) -> str:
        return self.viewer.user_id if self.viewer else IMPORTED

    def refuses(self, decision: Decision) -> str:
        """Why this decision stays as it is; empty when it may change."""
        if self.viewer is None:
            return ""
        if not may(self.viewer, Action.CHANGE, decision):
            return _("you may not change it")
        return _("it was withdrawn") if decision.withdrawn_at else ""


@dataclass(frozen=True)
class Known:
    """A decision that an earlier import of a file made."""

    decision_id: int
    name: str
    """`D-12`"""
    called: str
    """By the file; empty where it does not say."""
    title: str


@dataclass
class ReadFile:
    """A file and the records in it, on their way into a log."""

    path: str
    content: bytes
    entries: Sequence[Entry]
    left_out: Sequence[str]
    known: Sequence[Known | None] = ()
    """What each record is in the log already; filled in by `look_up`."""
    is_same: bool = False
    """Whether the log has these very bytes."""
    is_refused: bool = False
    """Whether a record of it was not changed, so that its bytes are not what the log has."""

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Piece:
    """Some records of a file, few enough that writing them keeps nobody waiting."""

    file: ReadFile
    begin: int

    @property
    def entries(self) -> Sequence[Entry]:
        return self.file.entries[self.begin : self.begin + AT_ONCE]

    @property
    def known(self) -> Sequence[Known | None]:
        return self.file.known[self.begin : self.begin + AT_ONCE]

    @property
    def is_last(self) -> bool:
        return self.begin + AT_ONCE >= len(self.file.entries)


TeamOf = Callable[[AsyncSession], Awaitable[Team]]
"""Whose log it is; asked in each transaction."""


def read(content: bytes, *, path: str, day_first: bool = True, most: int | None = None) -> ReadFile | Told:
    """The file with its records, or why it holds none."""
    try:
        reading = files.read(content, path=path, day_first=day_first, most=most)
    except (UnreadableError, NoRecordError) as error:
        return Told(path, Outcome.SKIPPED, str(error))
    return ReadFile(path, content, reading.entries, reading.left_out)


async def bring_in(
    begin: Sessions, found: Iterable[ReadFile | Told], *, team_of: TeamOf, terms: Terms
) -> AsyncIterator[list[Told]]:
    """Some records a transaction, small files many at once and a large one in pieces; then `link` them."""
    for together in _in_transactions(found):
        told: list[Told] = []
        async with begin() as session:
            team = await team_of(session)
            for one in together:
                told += [one] if isinstance(one, Told) else await _put(session, team, one, terms)
        yield told  # now that it is so


def _in_transactions(found: Iterable[ReadFile | Told]) -> Iterator[list[Piece | Told]]:
    together: list[Piece | Told] = []
    count = 0
    for one in found:
        for piece in _pieces(one):
            together.append(piece)
            count += len(piece.entries) if isinstance(piece, Piece) else 1
            if count >= AT_ONCE:
                yield together
                together, count = [], 0
    if together:
        yield together


def _pieces(one: ReadFile | Told) -> Iterator[Piece | Told]:
    if isinstance(one, Told):
        yield one
    else:
        yield from (Piece(one, begin) for begin in range(0, len(one.entries), AT_ONCE))


async def look_up(session: AsyncSession, *, team: Team, file: ReadFile, terms: Terms) -> ImportedFile | None:
    """Fill in what the log has of the file already; its row there."""
    row = await _row(session, team, file, beside=terms.beside)
    if file.known and terms.viewer is None:
        return row  # nobody else imports on the command line meanwhile
    file.is_same = row is not None and row.sha256 == file.sha256
    known = await _decisions_of(session, row) if row is not None else []
    file.known = _same(file.entries, known, by_place=terms.viewer is None or file.is_same)
    return row


async def _put(session: AsyncSession, team: Team, piece: Piece, terms: Terms) -> list[Told]:
    """These records in the team's log.

    The file itself is kept with its last piece: an import that broke off before that goes on when it is done again.
    """
    file = piece.file
    # One import into a log at a time, or two that come together make each record twice.
    await session.execute(select(Team.id).where(Team.id == team.id).with_for_update())
    row = await look_up(session, team=team, file=file, terms=terms)
    if row is None:
        of_team = {"workspace_id": team.workspace_id, "team_id": team.id}
        row = ImportedFile(**of_team, path=file.path, sha256="", content=b"")
        session.add(row)
    if terms.viewer is None:
        row.path = file.path  # it may have been moved
    row.imported_at = terms.now
    await session.flush()  # for its id
    there = await _places(session, [one.decision_id for one in piece.known if one])
    told = []
    for position, (entry, one) in enumerate(zip(piece.entries, piece.known, strict=True), start=piece.begin):
        place = there.get(one.decision_id) if one else None
        if place is not None and not file.is_same and (refusal := terms.refuses(place.decision)):
            file.is_refused = True
            told.append(Told(file.path, Outcome.SKIPPED, refusal, place.decision.name, entry))
            continue
        decision, outcome = await _enter(session, team, entry, place, terms, is_same=file.is_same)
        if place is None or not file.is_same:
            said = place.row if place else ImportedDecision(decision_id=decision.id, file_id=row.id)
            said.position, said.name, said.format = position, entry.name, entry.format
            said.supersedes = entry.supersedes[:MOST_REFERENCES]
            said.superseded_by = entry.superseded_by[:MOST_REFERENCES]
            said.reverses = entry.reverses[:MOST_REFERENCES]
            said.relates_to = entry.relates_to[:MOST_REFERENCES]
            session.add(said)
        told.append(Told(file.path, outcome, number=decision.name, entry=entry))
    if piece.is_last:
        told += [Told(file.path, Outcome.SKIPPED, reason) for reason in file.left_out]
        if not file.is_refused:
            row.sha256, row.content = file.sha256, file.content
    return told


async def _enter(
    session: AsyncSession, team: Team, entry: Entry, place: "_Place | None", terms: Terms, *, is_same: bool
) -> tuple[Decision, Outcome]:
    if place is None:
        return await _new(session, team, entry, terms), Outcome.CREATED
    changed = not is_same and await _change(session, place.decision, entry, terms)
    return place.decision, Outcome.UPDATED if changed else Outcome.UNCHANGED


async def _row(
    session: AsyncSession, team: Team, file: ReadFile, *, beside: Collection[str]
) -> ImportedFile | None:
    """The team's file of this path, else the one of these bytes."""
    ours = select(ImportedFile).where(ImportedFile.team_id == team.id)
    if there := await session.scalar(ours.where(ImportedFile.path == file.path)):
        return there
    same = await session.scalars(ours.where(ImportedFile.sha256 == file.sha256).order_by(ImportedFile.id))
    return next((row for row in same if row.path not in beside), None)


async def _decisions_of(session: AsyncSession, row: ImportedFile) -> list[Known]:
    rows = await session.execute(
        select(Decision.id, Decision.number, ImportedDecision.name, Decision.title)
        .join(ImportedDecision, ImportedDecision.decision_id == Decision.id)
        .where(ImportedDecision.file_id == row.id)
        .order_by(ImportedDecision.position)
    )
    return [Known(id_, f"{Decision.prefix}-{number}", called, title) for id_, number, called, title in rows]


def _same(entries: Sequence[Entry], known: Sequence[Known], *, by_place: bool) -> list[Known | None]:
    """By its id, else by its title, else by where it stands: a row may come before the others later.

    `by_place`: a path names a file for good. In Slack it does not: another file may come by the same name. What has
    another id than what stood there is another record all the same.
    """
    found: list[Known | None] = [None] * len(entries)
    left = list(known)
    ways: Sequence[tuple[Callable[[Entry], str], Callable[[Known], str]]] = (
        (lambda entry: entry.name, lambda one: one.called),
        (lambda entry: entry.title, lambda one: one.title),
    )
    for of_entry, of_known in ways:
        there: defaultdict[str, deque[Known]] = defaultdict(deque)
        for one in left:
            there[of_known(one)].append(one)
        for position, entry in enumerate(entries):
            if found[position] is None and of_entry(entry) and there[of_entry(entry)]:
                found[position] = there[of_entry(entry)].popleft()
        taken = {one.decision_id for one in found if one}
        left = [one for one in left if one.decision_id not in taken]
    if by_place and len(entries) == len(known):
        again = iter(left)
        found = [one or _unless_named(entry, next(again)) for entry, one in zip(entries, found, strict=True)]
    return found


def _unless_named(entry: Entry, one: Known) -> Known | None:
    return None if entry.name and one.called else one


@dataclass(frozen=True)
class _Place:
    row: ImportedDecision
    decision: Decision


async def _places(session: AsyncSession, decision_ids: Collection[int]) -> dict[int, _Place]:
    """Locked, whole, and with their rows."""
    if not decision_ids:
        return {}
    await records.lock(session, decision_ids)
    rows = await session.execute(
        select(ImportedDecision, Decision)
        .join(Decision, Decision.id == ImportedDecision.decision_id)
        .where(Decision.id.in_(decision_ids))
        .options(*Decision.whole())
    )
    return {decision.id: _Place(row, decision) for row, decision in rows}


async def _new(session: AsyncSession, team: Team, entry: Entry, terms: Terms) -> Decision:
    decision = Decision(
        workspace_id=team.workspace_id,
        team_id=team.id,
        channel_id=team.channel_id,
        number=await records.next_number(session, workspace_id=team.workspace_id, kind=service.KIND),
        status=Status.UNKNOWN,
        created_by=terms.by,
        created_at=terms.now,
        acknowledgements=[],
        alternatives=[],
        people=[],
        tags=[],
        revisit_when="",
    )
    decision.team = team
    _fill(decision, entry)
    if entry.withdrawn is not None:
        decision.withdrawn_at, decision.withdrawn_by = terms.now, terms.by
        decision.withdrawn_why = entry.withdrawn
    session.add(decision)
    await session.flush()  # for its id
    await _watch(session, decision, terms)
    await service.index(session, decision)
    return decision


async def _change(session: AsyncSession, decision: Decision, entry: Entry, terms: Terms) -> bool:
    before = service.facts(decision) | {"notes": decision.notes}
    _fill(decision, entry if terms.viewer is None else _with_silence_filled(entry, decision))
    after = service.facts(decision) | {"notes": decision.notes}
    changes: dict[str, tuple[Any, Any]] = {
        name: (before[name], after[name]) for name in after if before[name] != after[name]
    }
    await records.revise(session, record=decision, user_id=terms.by, now=terms.now, changes=changes)
    await session.flush()  # the index reads what was changed
    await _watch(session, decision, terms)
    await service.index(session, decision)
    return bool(changes)


async def _watch(session: AsyncSession, decision: Decision, terms: Terms) -> None:
    """A day that is over already waits in Home alone: years of a log must not be asked about in one morning."""
    if decision.revisit_on is not None and decision.revisit_on < terms.now.date():
        decision.revisit_asked_on = decision.revisit_on
    await service.watch(session, decision, now=terms.now)


def _with_silence_filled(entry: Entry, decision: Decision) -> Entry:
    """What the file does not say stays as it is: in Slack a sheet of two columns is no wish to empty the others."""
    kept = [Option(one.name, one.why_not, one.reconsider_when) for one in decision.alternatives]
    return replace(
        entry,
        status=entry.status or Status(decision.status),
        decided_on=entry.decided_on or decision.decided_on,
        decision=entry.decision or decision.outcome,
        context=entry.context or decision.context,
        consequences=entry.consequences or decision.trade_offs,
        notes=entry.notes or decision.notes,
        alternatives=entry.alternatives or kept,
        deciders=entry.deciders or decision.user_ids(Part.DECIDER),
    )


def _fill(decision: Decision, entry: Entry) -> None:
    decision.title = entry.title
    if decision.status not in (Status.SUPERSEDED, Status.REVERSED) or entry.status not in (None, *STANDING):
        decision.status = entry.status or Status.UNKNOWN  # else a later record has changed it, and still does
    decision.decided_on, decision.outcome, decision.context = entry.decided_on, entry.decision, entry.context
    decision.trade_offs, decision.notes = entry.consequences, entry.notes
    decision.alternatives = [
        Alternative(
            position=n, name=option.name, why_not=option.why_not, reconsider_when=option.reconsider_when
        )
        for n, option in enumerate(entry.alternatives)
    ]
    named = {
        Part.DECIDER: entry.deciders,
        Part.CONSULTED: entry.consulted or decision.user_ids(Part.CONSULTED),
        Part.MUST_KNOW: entry.must_know or decision.user_ids(Part.MUST_KNOW),
    }
    decision.name_people({part: [name[:NAME_CHARACTERS] for name in names] for part, names in named.items()})
    if entry.tags:
        kept = {tag.tag: tag for tag in decision.tags}
        decision.tags = [kept.get(tag) or DecisionTag(tag=tag) for tag in sorted(set(entry.tags))]
    decision.revisit_on = entry.revisit_on or decision.revisit_on
    decision.revisit_when = entry.revisit_when or decision.revisit_when


# Links between records


async def link(begin: Sessions, *, team_of: TeamOf, terms: Terms) -> None:
    """Sets what the files say of other records, at both ends, where the other record is here too."""
    async with begin() as session:
        team = await team_of(session)
        wanted = await _wanted(session, team, beside=terms.beside)
        await living.changed(session, team_id=team.id, now=terms.now)
    for at in range(0, len(wanted), AT_ONCE):
        async with begin() as session:
            for new, old, relation in wanted[at : at + AT_ONCE]:
                await _relate(session, new=new, old=old, relation=relation, terms=terms)
            await living.changed(session, team_id=team.id, now=terms.now)


async def _wanted(
    session: AsyncSession, team: Team, *, beside: Collection[str]
) -> list[tuple[int, int, Relation]]:
    """Which decision (by id) points to which. A file names only records of its own team."""
    statement = (
        select(
            ImportedFile.path,
            ImportedDecision.name,
            ImportedDecision.decision_id,
            ImportedDecision.supersedes,
            ImportedDecision.superseded_by,
            ImportedDecision.reverses,
            ImportedDecision.relates_to,
        )
        .join(ImportedDecision, ImportedDecision.file_id == ImportedFile.id)
        .where(ImportedFile.team_id == team.id)
        .order_by(ImportedFile.path, ImportedDecision.position)
    )
    known = (await session.execute(statement)).all()
    log = _Log()
    for path, name, decision_id, *_references in known:
        log.add(path, name, decision_id)
    wanted = []
    for path, name, decision_id, supersedes, superseded_by, reverses, relates_to in known:
        if path not in beside:
            continue
        for names, relation, is_newer in (
            (supersedes, Relation.SUPERSEDES, True),
            (superseded_by, Relation.SUPERSEDES, False),
            (reverses, Relation.REVERSES, True),
            (relates_to, Relation.RELATES_TO, True),
        ):
            for named in names:
                other = log.find(named, path=path, but=name)
                if other is not None and other != decision_id:
                    new, old = (decision_id, other) if is_newer else (other, decision_id)
                    wanted.append((new, old, relation))
    return wanted


class _Log:
    """Records by what others call them: path, number, id."""

    def __init__(self) -> None:
        self._by_path: dict[str, int] = {}
        self._by_name: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_slug: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_number: defaultdict[tuple[str, int], list[int]] = defaultdict(list)

    def add(self, path: str, name: str, decision_id: int) -> None:
        folder, base = posixpath.split(path)
        is_first = self._by_path.setdefault(path, decision_id) == decision_id
        if name:
            for place in (path, folder):
                self._by_name[place, _key(name)].append(decision_id)
            if digits := re.findall(r"\d+", name):
                self._by_number[path, int(digits[-1][:9])].append(decision_id)
        if is_first:
            self._by_slug[folder, base.partition(".")[0]].append(decision_id)
            if (number := titles.number_of_path(path)) is not None:
                self._by_number[folder, number].append(decision_id)

    def find(self, name: str, *, path: str, but: str) -> int | None:
        """The record that a file means by a link, an id or a number; None where several may be meant."""
        target = re.sub(r"[#?].*$", "", name)
        folder = posixpath.dirname(path)
        if (exact := posixpath.normpath(posixpath.join(folder, target))) in self._by_path:
            return self._by_path[exact]
        slug = posixpath.basename(target.rstrip("/"))
        digits = re.search(r"\d+", slug)
        number = int(digits[0][:9]) if digits else -1
        ways = [
            self._by_name.get((path, _key(name)), []),
            self._by_number.get((path, number), []) if but else [],
            self._by_name.get((folder, _key(name)), []),
            self._by_slug.get((folder, slug), []),
            self._by_number.get((folder, number), []),
        ]
        return next((found[0] for found in ways if len(found) == 1), None)


def _key(name: str) -> str:
    """`ADR-0012`, `adr 12` and `Adr12` are one id."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[\W_]+", "", name.lower()))


BY = {Relation.SUPERSEDES: Status.SUPERSEDED, Relation.REVERSES: Status.REVERSED}


async def _relate(session: AsyncSession, *, new: int, old: int, relation: Relation, terms: Terms) -> None:
    there = await session.get(RecordLink, (new, old))
    if there is not None and there.relation == relation:
        return
    source, target = sorted(
        await records.locked(session, Decision, select(Decision.id).where(Decision.id.in_((new, old)))),
        key=lambda one: one.id != new,
    )
    if terms.refuses(source) or terms.refuses(target):
        return
    try:
        await records.link(
            session, source=source, target=target, relation=relation, user_id=terms.by, now=terms.now
        )
    except Refusal:  # each says of the other that it came first
        return
    if relation in BY and target.stands:
        target.status = BY[relation]
