"""Which files there are, and what each holds: one record, many, or none."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bot.i18n import _
from bot.rituals.decisions.exchange import tables, values
from bot.rituals.decisions.exchange.documents import (
    LARGEST_BYTES,
    LARGEST_TABLE_BYTES,
    UnreadableError,
    text_of,
)
from bot.rituals.decisions.exchange.entries import Entry
from bot.rituals.decisions.exchange.reading import (
    NoRecordError,
    is_one_record,
    read_mapping,
    read_markdown,
    read_yaml,
)

MARKDOWN = frozenset({".md", ".mdx", ".markdown", ".txt"})
YAML = frozenset({".yaml", ".yml"})
SHEETS = frozenset({".csv", ".tsv"})
JSON_LINES = frozenset({".jsonl", ".ndjson"})
JSON = frozenset({".json"})
LOOKED_AT = 3_000  # characters, for the order of day and month: dates stand at the beginning


@dataclass(frozen=True)
class Reading:
    """The records of a file; and of rows that are none, which and why."""

    entries: list[Entry]
    left_out: list[str]


def read(content: bytes, *, path: str, day_first: bool = True, most: int | None = None) -> Reading:
    """The records in it; of a table no more than `most` rows.

    Raises:
        UnreadableError, NoRecordError: with the reason in words.
    """
    ending = ending_of(path)
    if ending not in MARKDOWN | YAML | SHEETS | JSON | JSON_LINES:
        raise UnreadableError(
            _("{ending} is no format that can be read", ending=ending)
            if ending
            else _("a name without an ending says no format")
        )
    text = text_of(content, largest=_largest(path))
    try:
        if ending in MARKDOWN:
            rows = list(tables.of_page(text))
            if rows and not is_one_record(text):
                return _of_rows(rows, path=path, format_="table", day_first=day_first, most=most)
            return Reading([read_markdown(text, path=path, day_first=day_first)], [])
        if ending in YAML:
            return Reading([read_yaml(text, path=path, day_first=day_first)], [])
        if ending in SHEETS:
            return _of_rows(tables.of_csv(text), path=path, format_="csv", day_first=day_first, most=most)
        rows = tables.of_json(text) if ending in JSON else tables.of_json_lines(text)
        return _of_rows(rows, path=path, format_=ending.strip("."), day_first=day_first, most=most)
    except RecursionError:
        raise NoRecordError(_("it is nested too deeply")) from None


def _of_rows(
    rows: Sequence[tables.Row], *, path: str, format_: str, day_first: bool, most: int | None
) -> Reading:
    if most is not None and len(rows) > most:
        raise NoRecordError(_("it has more than {most} rows", most=f"{most:,}"))
    found = Reading([], [])
    for number, row in enumerate(rows, start=1):
        try:
            found.entries.append(read_mapping(row, path=path, format_=format_, day_first=day_first))
        except NoRecordError as error:
            found.left_out.append(_("row {number}: {reason}", number=number, reason=str(error)))
    if not found.entries:
        raise NoRecordError(
            _("none of its rows is a decision: a row needs a title and something else of one")
        )
    return found


def _largest(path: str) -> int:
    return LARGEST_TABLE_BYTES if ending_of(path) in SHEETS | JSON | JSON_LINES else LARGEST_BYTES


def ending_of(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def found_in(given: Path) -> Iterator[Path]:
    """The file itself, or all files below the folder in order; nothing hidden, and no link that leads elsewhere."""
    if not given.is_dir():
        yield given
        return
    home = given.resolve()
    for folder, folders, names in os.walk(given):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            if not name.startswith(".") and path.resolve().is_relative_to(home):
                yield path


def content_of(path: Path) -> bytes:
    """Its bytes, no more than can be a record.

    Raises:
        UnreadableError: it cannot be opened, or is larger than any record.
    """
    try:
        with path.open("rb") as file:
            return file.read(_largest(path.name) + 1)
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from None


def is_day_first(found: Iterable[tuple[str, bytes]]) -> bool:
    """Whether the dates of these files (path, content) have the day first, as those say that can be read in one way."""
    votes: Counter[bool] = Counter()
    for path, content in found:
        votes.update(_order(path, content))
    return votes[True] >= votes[False]


def _order(path: str, content: bytes) -> list[bool]:
    try:
        text = text_of(content, largest=_largest(path))
    except UnreadableError:
        return []
    order = values.is_day_first(text[:LOOKED_AT])
    return [] if order is None else [order]


def orders(paths: Sequence[Path]) -> dict[Path, bool]:
    """The same by folder."""
    votes: defaultdict[Path, Counter[bool]] = defaultdict(Counter)
    for path in paths:
        with suppress(UnreadableError):
            votes[path.parent].update(_order(path.name, content_of(path)))
    return {folder: count[True] >= count[False] for folder, count in votes.items()}
