"""Decisions out of the log into files, a few at a time, in the order of their numbers."""

import csv
import json
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePath
from typing import IO

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Sessions
from bot.records import service as records
from bot.records.models import REPLACING, Record, Relation, Revision
from bot.rituals.decisions import queries, service
from bot.rituals.decisions.exchange import own_markdown
from bot.rituals.decisions.exchange.entries import Option
from bot.rituals.decisions.exchange.exported import LISTS, Exported, joined
from bot.rituals.decisions.exchange.tables import OPTION_COLUMNS, guarded
from bot.rituals.decisions.models import Alternative, Decision, Part

AT_ONCE = 100  # decisions in memory


class Format(StrEnum):
    MADR = "madr"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"


@dataclass(frozen=True)
class Row:
    """A decision, and the titles of the others in the same export that it is linked to, by their numbers."""

    decision: Exported
    linked: dict[str, str]


@dataclass(frozen=True)
class Scope:
    """Which decisions, and how much of them is told."""

    conditions: Sequence[ColumnElement[bool]]
    """They all hold."""
    tells_all: bool = True
    """Whether decisions outside of it are named, and paths on the server; not to who may see neither."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What to write in place of people's ids."""


async def rows_of(read: Sessions, scope: Scope) -> AsyncIterator[Row]:
    """Every decision of the scope, by one short read for each hundred."""
    last = 0
    while True:
        async with read() as session:
            wanted = (
                select(Decision).where(*scope.conditions, Decision.number > last).order_by(Decision.number)
            )
            decisions = (await session.scalars(wanted.limit(AT_ONCE).options(*Decision.whole()))).all()
            rows = await _rows(session, decisions, scope)
        for row in rows:
            yield row
        if len(decisions) < AT_ONCE:
            return
        last = decisions[-1].number


async def _rows(session: AsyncSession, decisions: Sequence[Decision], scope: Scope) -> list[Row]:
    ids = [decision.id for decision in decisions]
    others: defaultdict[int, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    ends: dict[int, Record] = {}
    for link, source, target in await records.links_of(session, record_ids=ids):
        others[source.id][link.relation].append(target.name)
        if link.relation == Relation.SUPERSEDES:
            others[target.id]["superseded_by"].append(source.name)
        ends |= {source.id: source, target.id: target}
    inside = await session.scalars(select(Decision.id).where(*scope.conditions, Decision.id.in_(ends)))
    titles = {ends[id_].name: ends[id_].title for id_ in inside}
    if not scope.tells_all:
        for linked in others.values():
            linked.update(
                {kind: [name for name in names if name in titles] for kind, names in linked.items()}
            )
    sources = await queries.paths_of(session, decision_ids=ids)
    revisions = await session.scalars(
        select(Revision).where(Revision.record_id.in_(ids)).order_by(Revision.record_id, Revision.number)
    )
    history: defaultdict[int, list[Revision]] = defaultdict(list)
    for revision in revisions:
        if scope.tells_all or service.LINKS not in revision.changes:
            history[revision.record_id].append(revision)
    if not scope.tells_all:
        sources = {id_: PurePath(path).name for id_, path in sources.items()}
    return [
        Row(_exported(one, others[one.id], sources.get(one.id), history[one.id]).named(scope.names), titles)
        for one in decisions
    ]


def _exported(
    decision: Decision, others: dict[str, list[str]], path: str | None, history: Sequence[Revision]
) -> Exported:
    message = decision.source.permalink if decision.source else None
    return Exported(
        number=decision.name,
        title=decision.title,
        status=decision.status,
        date=decision.decided_on,
        deciders=decision.user_ids(Part.DECIDER),
        context=decision.context,
        decision=decision.outcome,
        alternatives=[Option(row.name, row.why_not, row.reconsider_when) for row in decision.alternatives],
        consequences=decision.trade_offs,
        notes=decision.notes,
        consulted=decision.user_ids(Part.CONSULTED),
        must_know=decision.user_ids(Part.MUST_KNOW),
        tags=decision.tag_names,
        revisit_on=decision.revisit_on,
        revisit_when=decision.revisit_when,
        withdrawn=(decision.withdrawn_why or "-") if decision.withdrawn_at else None,
        team=decision.team.name,
        logged_by=decision.created_by,
        logged_at=decision.created_at.isoformat(timespec="seconds"),
        source=path or message or "",
        answers=[
            {
                "person": answer.user_id,
                "answer": answer.answer,
                "reason": answer.reason,
                "at": answer.at.isoformat(timespec="seconds"),
            }
            for answer in decision.acknowledgements
        ],
        history=[
            {"at": one.at.isoformat(timespec="seconds"), "by": one.user_id, "changes": one.changes}
            for one in history
        ],
        **{name: others.get(name, []) for name in (*REPLACING, Relation.RELATES_TO, "superseded_by")},
    )


@contextmanager
def whole(path: Path) -> Iterator[IO[str]]:
    """A file that is there in full, or as it was before; for its owner's eyes."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        try:
            yield file.file
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


async def write(read: Sessions, scope: Scope, *, format_: Format, file: IO[str]) -> int:
    """One file of all of them; returns how many there are."""
    writers = {Format.CSV: _write_csv, Format.JSON: _write_json, Format.JSONL: _write_json_lines}
    return await writers[format_](read, scope, file)


async def _write_json_lines(read: Sessions, scope: Scope, file: IO[str]) -> int:
    count = 0
    async for row in rows_of(read, scope):
        file.write(f"{row.decision.model_dump_json()}\n")
        count += 1
    return count


async def _write_json(read: Sessions, scope: Scope, file: IO[str]) -> int:
    count = 0
    file.write("[")
    async for row in rows_of(read, scope):
        file.write(",\n" if count else "\n")
        file.write(json.dumps(row.decision.model_dump(mode="json"), ensure_ascii=False, indent=2))
        count += 1
    file.write("\n]\n")
    return count


async def _write_csv(read: Sessions, scope: Scope, file: IO[str]) -> int:
    async with read() as session:
        most = await session.scalar(
            select(func.max(Alternative.position))
            .join(Decision, Decision.id == Alternative.decision_id)
            .where(*scope.conditions)
        )
    numbers = range(1, (most if most is not None else -1) + 2)
    names = [name for name in Exported.model_fields if name not in ("alternatives", "answers", "history")]
    options = [f"{name} {number}" for number in numbers for name in OPTION_COLUMNS]
    writer = csv.DictWriter(file, [*names, *options], lineterminator="\r\n")
    writer.writeheader()
    count = 0
    async for row in rows_of(read, scope):
        writer.writerow({name: guarded(cell) for name, cell in _cells(row.decision)})
        count += 1
    return count


def _cells(decision: Exported) -> Iterator[tuple[str, str]]:
    for name, value in decision.model_dump(mode="json", exclude={"answers", "history"}).items():
        if name == "alternatives":
            for number, option in enumerate(value, start=1):
                yield from zip(
                    (f"{column} {number}" for column in OPTION_COLUMNS), option.values(), strict=True
                )
        else:
            yield name, joined(value, ";") if name in LISTS else value or ""


async def write_folder(read: Sessions, scope: Scope, folder: Path) -> int:
    """One Markdown file a decision. Files of an earlier export whose decision has another title now are taken away."""
    earlier = _files_by_number(folder)
    count = 0
    async for row in rows_of(read, scope):
        name = own_markdown.file_name(row.decision.number, row.decision.title)
        files = {number: own_markdown.file_name(number, title) for number, title in row.linked.items()}
        _replace(earlier[_number(name)], folder / name, own_markdown.write(row.decision, files))
        count += 1
    return count


def _files_by_number(folder: Path) -> defaultdict[str, list[Path]]:
    folder.mkdir(parents=True, exist_ok=True)
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for path in folder.glob("*.md"):
        found[_number(path.name)].append(path)
    return found


def _number(name: str) -> str:
    return name.partition("-")[0]


def _replace(earlier: Sequence[Path], path: Path, text: str) -> None:
    for other in earlier:
        if other != path and own_markdown.MARK in other.read_text(encoding="utf-8", errors="replace"):
            other.unlink()
    path.write_text(text, encoding="utf-8", newline="\n")
