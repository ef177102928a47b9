"""Rows out of sheets, JSON and tables in pages: what a row says, by the name of its column."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.i18n import _
from bot.rituals.decisions.exchange.documents import LARGEST_TABLE_BYTES, UnreadableError, storable
from bot.rituals.decisions.exchange.exported import LISTS, REQUIRED, parted
from bot.rituals.decisions.exchange.markdown import cells_of, plain
from bot.rituals.decisions.exchange.vocabulary import Topic, key_of, part_of

Row = dict[str, Any]

OPTION_COLUMNS = ("alternative", "why not", "reconsider when")
"""Of our own sheets: `alternative 1`, `why not 1`, `reconsider when 1`, `alternative 2`, …"""

OUR_COLUMNS = REQUIRED - {"alternatives"}

_ALTERNATIVE = re.compile(rf"^({'|'.join(OPTION_COLUMNS)}) (\d{{1,3}})$")
_GUARD = re.compile(r"^'+[=+\-@\t\r]")

csv.field_size_limit(LARGEST_TABLE_BYTES)  # a cell may be as long as the file


def of_csv(text: str) -> list[Row]:
    """Rows by the names in the first line; any usual delimiter.

    Raises:
        UnreadableError: no table with a line of names.
    """
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise UnreadableError(_("this table cannot be read: {reason}", reason=str(error))) from None
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    if len(lines) < 2:
        raise UnreadableError(_("a table needs a line of names and rows below it"))
    names = _names(lines[0])
    return [_own_lists(dict(zip(names, map(_unguarded, line), strict=False))) for line in lines[1:]]


def _delimiter(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max(",;\t|", key=first.count)


def _names(line: Sequence[str]) -> list[str]:
    """Each once: a second column of one name is another column."""
    names = [cell.strip() or f"column {position}" for position, cell in enumerate(line, start=1)]
    first = {name: position for position, name in reversed(list(enumerate(names)))}
    return [
        name if first[name] == position else f"{name} ({position + 1})" for position, name in enumerate(names)
    ]


def _unguarded(cell: str) -> str:
    """Sheets would take `=…` for a formula, so that it is written behind an apostrophe."""
    return cell[1:] if _GUARD.match(cell) else cell


def guarded(cell: str) -> str:
    return f"'{cell}" if re.match(r"^'*[=+\-@\t\r]", cell) else cell


def _own_lists(row: Row) -> Row:
    """What our own sheets put into several columns, or into one cell, as the lists that it is."""
    if not row.keys() >= OUR_COLUMNS:
        return row
    options: dict[int, Row] = {}
    for name in list(row):
        if found := _ALTERNATIVE.match(name):
            field = "name" if found[1] == OPTION_COLUMNS[0] else found[1].replace(" ", "_")
            options.setdefault(int(found[2]), {})[field] = row.pop(name)
    own: Row = {name: parted(cell, ";") if name in LISTS else cell for name, cell in row.items()}
    own["alternatives"] = [option for _n, option in sorted(options.items()) if option.get("name")]
    for name in ("date", "revisit_on", "withdrawn"):
        own[name] = own.get(name) or None
    return own


def of_json(text: str) -> list[Row]:
    """An object, a list of them, or an object with one list of them inside.

    Raises:
        UnreadableError: no JSON, or nothing of that kind.
    """
    loaded = _loaded(text)
    if isinstance(loaded, dict):
        lists = [value for value in loaded.values() if _are_rows(value)]
        knows = any(key_of(str(key)) or part_of(str(key)) for key in loaded)
        loaded = lists[0] if len(lists) == 1 and not knows else [loaded]
    if not _are_rows(loaded):
        raise UnreadableError(_("no JSON of decisions: it wants a list of objects"))
    return list(loaded)


def of_json_lines(text: str) -> list[Row]:
    rows = [_loaded(line) for line in text.split("\n") if line.strip()]
    if not _are_rows(rows):
        raise UnreadableError(_("no JSON Lines of decisions: it wants an object a line"))
    return rows


def _are_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _loaded(text: str) -> Any:
    try:
        return storable(json.loads(text))
    except (ValueError, RecursionError):
        raise UnreadableError(_("this JSON cannot be read")) from None


_PAGE = re.compile(r"\]\([^()\s]+\.(?:md|mdx|ya?ml)\b")


def of_page(body: str) -> Iterator[Row]:
    """Rows of the tables in a text that are decisions: they say more than title, day and status, as an index does."""
    table: list[list[str]] = []
    for line in [*body.split("\n"), ""]:
        cells = cells_of(line)
        if cells:
            table.append([cell.replace("\\|", "|") for cell in cells])
        if cells is not None:
            continue
        if len(table) > 1 and _is_of_decisions(table[0]) and not _is_index(table[1:]):
            names = _names([plain(cell) for cell in table[0]])
            yield from (dict(zip(names, row, strict=False)) for row in table[1:])
        table = []


def _is_index(rows: Sequence[Sequence[str]]) -> bool:
    """Most rows lead to a page of their own."""
    return 2 * sum(any(_PAGE.search(cell) for cell in row) for row in rows) >= len(rows)


def _is_of_decisions(names: Sequence[str]) -> bool:
    """What was decided, and two more things about it. A summary alone stands in an index too."""
    topics = {key_of(name) or part_of(name) for name in map(plain, names)}
    return bool(topics & {Topic.DECISION, Topic.CONSEQUENCES}) and len(topics & _OF_A_DECISION) > 2


_OF_A_DECISION = {
    Topic.TITLE,
    Topic.STATUS,
    Topic.DATE,
    Topic.DECIDERS,
    Topic.CONTEXT,
    Topic.DECISION,
    Topic.OPTIONS,
    Topic.CONSEQUENCES,
}
