"""Puts what files say into a team's log: once, again when they change, and linked as they link."""

import hashlib
import posixpath
import re
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Refusal
from bot.people.models import Team
from bot.records import service as records
from bot.records.models import IMPORTED, RecordLink, Relation
from bot.rituals.decisions import service
from bot.rituals.decisions.exchange import files, titles
from bot.rituals.decisions.exchange.documents import UnreadableError
from bot.rituals.decisions.exchange.entries import Entry
from bot.rituals.decisions.exchange.reading import NoRecordError
from bot.rituals.decisions.models import (
    STANDING,
    Alternative,
    Decision,
    DecisionPerson,
    DecisionTag,
    ImportedDecision,
    ImportedFile,
    Part,
    Status,
)

NAME_CHARACTERS = 120  # of somebody who decided, as the column holds


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


async def import_file(
    session: AsyncSession,
    *,
    team: Team,
    path: str,
    content: bytes,
    now: datetime,
    day_first: bool = True,
    beside: Collection[str] = (),
) -> list[Told]:
    """Each record of the file in the team's log; `link` then links them, when all files are in.

    `beside`: the paths that are imported with it. A file that is none of them any more and had the same bytes was moved.
    """
    try:
        reading = files.read(content, path=path, day_first=day_first)
    except (UnreadableError, NoRecordError) as error:
        return [Told(path, Outcome.SKIPPED, str(error))]
    sha256 = hashlib.sha256(content).hexdigest()
    file = await _file(session, team, path, sha256, beside)
    is_same = file.sha256 == sha256
    file.path, file.sha256, file.content, file.imported_at = path, sha256, content, now
    await session.flush()  # for its id
    known = await _decisions_of(session, file)
    places = _places(reading.entries, known)
    told = []
    for position, entry in enumerate(reading.entries):
        place = places[position]
        decision = place.decision if place else None
        if decision is not None:
            changed = not is_same and await _change(session, decision, entry, now)
            outcome = Outcome.UPDATED if changed else Outcome.UNCHANGED
        else:
            decision = await _new(session, team, entry, now)
            outcome = Outcome.CREATED
        if not is_same:
            row = place.row if place else ImportedDecision(decision_id=decision.id, file_id=file.id)
            row.position, row.name, row.format = position, entry.name, entry.format
            row.supersedes, row.superseded_by = entry.supersedes, entry.superseded_by
            row.reverses, row.relates_to = entry.reverses, entry.relates_to
            session.add(row)
        told.append(Told(path, outcome, number=decision.name, entry=entry))
    return [*told, *(Told(path, Outcome.SKIPPED, reason) for reason in reading.left_out)]


async def _file(
    session: AsyncSession, team: Team, path: str, sha256: str, beside: Collection[str]
) -> ImportedFile:
    ours = select(ImportedFile).where(ImportedFile.workspace_id == team.workspace_id)
    if there := await session.scalar(ours.where(ImportedFile.path == path)):
        return there
    same = await session.scalars(ours.where(ImportedFile.sha256 == sha256).order_by(ImportedFile.id))
    if moved := next((file for file in same if file.path not in beside), None):
        return moved
    new = ImportedFile(workspace_id=team.workspace_id, path=path, sha256="")
    session.add(new)
    return new


@dataclass(frozen=True)
class _Place:
    """A record that an earlier import of the file made."""

    row: ImportedDecision
    decision: Decision


async def _decisions_of(session: AsyncSession, file: ImportedFile) -> list[_Place]:
    rows = await session.execute(
        select(ImportedDecision, Decision)
        .join(Decision, Decision.id == ImportedDecision.decision_id)
        .where(ImportedDecision.file_id == file.id)
        .order_by(ImportedDecision.position)
        .options(*Decision.whole())
    )
    return [_Place(row, decision) for row, decision in rows]


def _places(entries: Sequence[Entry], known: Sequence[_Place]) -> list[_Place | None]:
    """By its id, else by its title, else by where it stands: a row may come before the others later."""
    found: list[_Place | None] = [None] * len(entries)
    left = list(known)
    ways: Sequence[tuple[Callable[[Entry], str], Callable[[_Place], str]]] = (
        (lambda entry: entry.name, lambda place: place.row.name),
        (lambda entry: entry.title, lambda place: place.decision.title),
    )
    for of_entry, of_place in ways:
        there: defaultdict[str, deque[_Place]] = defaultdict(deque)
        for place in left:
            there[of_place(place)].append(place)
        for position, entry in enumerate(entries):
            if found[position] is None and of_entry(entry) and there[of_entry(entry)]:
                found[position] = there[of_entry(entry)].popleft()
        taken = set(map(id, found))
        left = [place for place in left if id(place) not in taken]
    if len(entries) == len(known):
        again = iter(left)
        found = [place or next(again) for place in found]
    return found


async def _new(session: AsyncSession, team: Team, entry: Entry, now: datetime) -> Decision:
    decision = Decision(
        workspace_id=team.workspace_id,
        team_id=team.id,
        channel_id=team.channel_id,
        number=await records.next_number(session, workspace_id=team.workspace_id, kind=service.KIND),
        status=Status.UNKNOWN,
        created_by=IMPORTED,
        created_at=now,
        acknowledgements=[],
        alternatives=[],
        people=[],
        tags=[],
        revisit_when="",
    )
    decision.team = team
    _fill(decision, entry)
    if entry.withdrawn is not None:
        decision.withdrawn_at, decision.withdrawn_by, decision.withdrawn_why = now, IMPORTED, entry.withdrawn
    session.add(decision)
    await session.flush()  # for its id
    await service.index(session, decision)
    return decision


async def _change(session: AsyncSession, decision: Decision, entry: Entry, now: datetime) -> bool:
    before = service.facts(decision) | {"notes": decision.notes}
    _fill(decision, entry)
    after = service.facts(decision) | {"notes": decision.notes}
    changes: dict[str, tuple[Any, Any]] = {
        name: (before[name], after[name]) for name in after if before[name] != after[name]
    }
    await records.revise(session, record=decision, user_id=IMPORTED, now=now, changes=changes)
    await session.flush()  # the index reads what was changed
    await service.index(session, decision)
    return bool(changes)


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
    there = {(person.part, person.user_id): person for person in decision.people}
    people = []
    for part, names in named.items():
        for position, name in enumerate(dict.fromkeys(name[:NAME_CHARACTERS] for name in names)):
            person = there.get((part, name)) or DecisionPerson(part=part, user_id=name)
            person.position = position
            people.append(person)
    decision.people = people
    if entry.tags:
        kept = {tag.tag: tag for tag in decision.tags}
        decision.tags = [kept.get(tag) or DecisionTag(tag=tag) for tag in sorted(set(entry.tags))]
    decision.revisit_on = entry.revisit_on or decision.revisit_on
    decision.revisit_when = entry.revisit_when or decision.revisit_when


# Links between records


async def link(session: AsyncSession, *, team: Team, paths: Collection[str], now: datetime) -> None:
    """Sets what these files say of other records, at both ends, where the other record is here too."""
    rows = await session.execute(
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
        .where(ImportedFile.workspace_id == team.workspace_id)
        .order_by(ImportedFile.path, ImportedDecision.position)
    )
    known = rows.all()
    log = _Log()
    for path, name, decision_id, *_references in known:
        log.add(path, name, decision_id)
    wanted = set(paths)
    for path, name, decision_id, supersedes, superseded_by, reverses, relates_to in known:
        if path not in wanted:
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
                    await _relate(session, new=new, old=old, relation=relation, now=now)


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


async def _relate(session: AsyncSession, *, new: int, old: int, relation: Relation, now: datetime) -> None:
    there = await session.get(RecordLink, (new, old))
    if there is not None and there.relation == relation:
        return
    source, target = await session.get_one(Decision, new), await session.get_one(Decision, old)
    try:
        await records.link(
            session, source=source, target=target, relation=relation, user_id=IMPORTED, now=now
        )
    except Refusal:  # each says of the other that it came first
        return
    if relation in BY and target.stands:
        target.status = BY[relation]
