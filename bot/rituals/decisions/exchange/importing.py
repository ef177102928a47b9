"""Puts what files say into a team's log: once, again when they change, and linked as they link."""

import hashlib
import posixpath
import re
from collections.abc import Sequence
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
from bot.rituals.decisions.exchange import titles
from bot.rituals.decisions.exchange.documents import UnreadableError
from bot.rituals.decisions.exchange.entries import Entry
from bot.rituals.decisions.exchange.files import entries_of
from bot.rituals.decisions.exchange.reading import NoRecordError
from bot.rituals.decisions.models import (
    Alternative,
    Decision,
    DecisionPerson,
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
    session: AsyncSession, *, team: Team, path: str, content: bytes, now: datetime, day_first: bool = True
) -> list[Told]:
    """Each record of the file in the team's log; `link` then links them, when all files are in."""
    try:
        entries = entries_of(content, path=path, day_first=day_first)
    except (UnreadableError, NoRecordError) as error:
        return [Told(path, Outcome.SKIPPED, str(error))]
    sha256 = hashlib.sha256(content).hexdigest()
    file = await session.scalar(
        select(ImportedFile).where(ImportedFile.workspace_id == team.workspace_id, ImportedFile.path == path)
    )
    is_same = file is not None and file.sha256 == sha256
    if file is None:
        file = ImportedFile(workspace_id=team.workspace_id, path=path)
        session.add(file)
    file.sha256, file.content, file.imported_at = sha256, content, now
    await session.flush()  # for its id
    known = await _decisions_of(session, file)
    told = []
    for position, entry in enumerate(entries):
        decision = known.get(position)
        if decision is not None:
            changed = not is_same and await _change(session, decision, entry, now)
            outcome = Outcome.UPDATED if changed else Outcome.UNCHANGED
        else:
            decision = await _new(session, team, entry, now)
            outcome = Outcome.CREATED
        if outcome is not Outcome.UNCHANGED:
            await session.merge(
                ImportedDecision(
                    decision_id=decision.id,
                    file_id=file.id,
                    position=position,
                    format=entry.format,
                    supersedes=entry.supersedes,
                    superseded_by=entry.superseded_by,
                )
            )
        told.append(Told(path, outcome, number=decision.name, entry=entry))
    return told


async def _decisions_of(session: AsyncSession, file: ImportedFile) -> dict[int, Decision]:
    rows = await session.execute(
        select(ImportedDecision.position, Decision)
        .join(Decision, Decision.id == ImportedDecision.decision_id)
        .where(ImportedDecision.file_id == file.id)
        .options(*Decision.whole())
    )
    return dict(rows.all())


async def _new(session: AsyncSession, team: Team, entry: Entry, now: datetime) -> Decision:
    decision = Decision(
        workspace_id=team.workspace_id,
        team_id=team.id,
        channel_id=team.channel_id,
        number=await records.next_number(session, workspace_id=team.workspace_id, kind=service.KIND),
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
    decision.title, decision.status = entry.title, entry.status or Status.UNKNOWN
    decision.decided_on, decision.outcome, decision.context = entry.decided_on, entry.decision, entry.context
    decision.trade_offs, decision.notes = entry.consequences, entry.notes
    decision.alternatives = [
        Alternative(position=n, name=option.name, why_not=option.why_not, reconsider_when="")
        for n, option in enumerate(entry.alternatives)
    ]
    there = {(person.part, person.user_id): person for person in decision.people}
    names = list(dict.fromkeys(name[:NAME_CHARACTERS] for name in entry.deciders))
    others = [person for person in decision.people if person.part != Part.DECIDER]
    deciders = [
        there.get((Part.DECIDER, name)) or DecisionPerson(part=Part.DECIDER, user_id=name) for name in names
    ]
    for position, person in enumerate(deciders):
        person.position = position
    decision.people = [*deciders, *others]


async def link(session: AsyncSession, *, team: Team, paths: Sequence[str], now: datetime) -> None:
    """Supersession at both ends of what these files name, where the other record is here too."""
    rows = await session.execute(
        select(ImportedFile.path, ImportedDecision)
        .join(ImportedDecision, ImportedDecision.file_id == ImportedFile.id)
        .where(ImportedFile.workspace_id == team.workspace_id)
        .order_by(ImportedFile.path, ImportedDecision.position)
    )
    known = rows.all()
    by_path = {path: imported.decision_id for path, imported in reversed(known)}
    wanted = set(paths)
    for path, imported in known:
        if path not in wanted:
            continue
        named = [(name, True) for name in imported.supersedes]
        named += [(name, False) for name in imported.superseded_by]
        for name, is_newer in named:
            other = _resolved(name, path, by_path)
            if other is None or other == imported.decision_id:
                continue
            new, old = (imported.decision_id, other) if is_newer else (other, imported.decision_id)
            await _supersede(session, new=new, old=old, now=now)


def _resolved(name: str, path: str, by_path: dict[str, int]) -> int | None:
    """The record that a file means by a link, a number or a name."""
    target = re.sub(r"[#?].*$", "", name)
    folder = posixpath.dirname(path)
    if (exact := posixpath.normpath(posixpath.join(folder, target))) in by_path:
        return by_path[exact]
    beside = [other for other in by_path if posixpath.dirname(other) == folder and other != path]
    slug = posixpath.basename(target.rstrip("/"))
    for other in beside:
        if slug and posixpath.basename(other).startswith(f"{slug}."):
            return by_path[other]
    digits = re.search(r"\d+", slug)
    numbered = [
        by_path[other] for other in beside if digits and titles.number_of_path(other) == int(digits[0])
    ]
    return numbered[0] if len(numbered) == 1 else None


async def _supersede(session: AsyncSession, *, new: int, old: int, now: datetime) -> None:
    there = await session.get(RecordLink, (new, old))
    if there is not None and there.relation == Relation.SUPERSEDES:
        return
    source, target = await session.get_one(Decision, new), await session.get_one(Decision, old)
    try:
        await records.link(
            session, source=source, target=target, relation=Relation.SUPERSEDES, user_id=IMPORTED, now=now
        )
    except Refusal:  # each says of the other that it came first
        return
    target.status = Status.SUPERSEDED
