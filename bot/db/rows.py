"""Many rows in one parameter, to update or join from: the statement stays the same text however many there are."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CTE, JSON, column, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import KeyedColumnElement

Row = Mapping[str, Any]


def rows_as(
    session: AsyncSession, name: str, rows: Sequence[Row], columns: Sequence[KeyedColumnElement[Any]]
) -> CTE:
    """A table of this name with these columns. (VALUES would be compiled and planned anew for each number of rows.)"""
    data = [{key: _plain(value) for key, value in row.items()} for row in rows]
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(literal(data, JSON)).table_valued("value")
        found = select(
            *(
                func.json_extract(each.c.value, f"$.{known.name}", type_=known.type).label(known.name)
                for known in columns
            )
        )
    else:
        each = func.jsonb_to_recordset(literal(data, JSONB)).table_valued(
            *(column(known.name, known.type) for known in columns)
        )
        found = select(each.render_derived(name="each", with_types=True))
    return found.cte(name)


def _plain(value: Any) -> Any:
    """Times as SQLite stores them, which PostgreSQL reads as well: sessions there are in UTC."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value
