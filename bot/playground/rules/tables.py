"""Table blocks: the plain one, and the data table that can be sorted and paged."""

from collections.abc import Iterable
from typing import Any

from bot.playground.rules import limits
from bot.playground.rules.limits import BLOCKS
from bot.playground.rules.refusal import Problem
from bot.playground.rules.rich_text import RICH_TEXT
from bot.playground.rules.schema import Flag, Items, Kinds, Nullable, Number, OneOf, Shape, Text, block, kind

_CELL = Kinds(
    {
        "raw_text": kind(f"{BLOCKS}/table-block", {"text": Text()}),
        "raw_number": kind(f"{BLOCKS}/table-block", {"value": Number(whole=False), "text": Text()}),
        **RICH_TEXT.shapes,
    }
)

_COLUMN = Shape(
    f"{BLOCKS}/table-block",
    optional={"align": OneOf("left", "center", "right"), "is_wrapped": Flag()},
)


def _rows_are_equally_long(table: Any, at: str, page: str) -> Iterable[Problem]:
    columns = len(table["rows"][0])
    for number, row in enumerate(table["rows"]):
        if len(row) != columns:
            message = f"all rows must have the same number of cells: {columns}"
            yield Problem(message, f"{at}/rows/{number}", "count", page)


def _header_is_not_rich_text(table: Any, at: str, page: str) -> Iterable[Problem]:
    for number, cell in enumerate(table["rows"][0]):
        if cell["type"] == "rich_text":
            yield Problem("unsupported type: rich_text", f"{at}/rows/0/{number}/type", "type", page)


TABLE = block(
    "table-block",
    required={"rows": Items(Items(_CELL, limits.TABLE_COLUMNS), limits.TABLE_ROWS)},
    optional={"column_settings": Items(Nullable(_COLUMN), limits.TABLE_COLUMNS)},
)

DATA_TABLE = block(
    "data-table-block",
    required={
        "caption": Text(),
        "rows": Items(
            Items(_CELL, limits.DATA_TABLE_COLUMNS),
            limits.DATA_TABLE_ROWS,
            least=limits.DATA_TABLE_LEAST_ROWS,
        ),
    },
    optional={
        "page_size": Number(1, limits.DATA_TABLE_PAGE),
        "row_header_column_index": Number(0),
    },
    also=[_rows_are_equally_long, _header_is_not_rich_text],
)
