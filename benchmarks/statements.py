"""The SQL of one request, recorded from the bot and run again by SQLAlchemy Core with new ids."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import CursorResult, Engine, TextClause, event, text
from sqlalchemy.ext.asyncio import AsyncConnection

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Statement:
    sql: str
    """With named parameters p0, p1, …"""
    parameters: tuple[tuple[Any, ...], ...]
    """Several rows where the driver was given several."""


@dataclass(frozen=True)
class Recording:
    statements: tuple[Statement, ...]
    view_id: str
    record_id: int
    number: int
    delivery_id: str


class Recorder:
    """What every task of this process asks of any database while `listening`."""

    def __init__(self) -> None:
        self._by_task: dict[object, list[Statement]] = defaultdict(list)

    @contextmanager
    def listening(self) -> Iterator[None]:
        event.listen(Engine, "before_cursor_execute", self._note)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, sql: str, parameters: Any, *more: object) -> None:
        _context, many = more
        if not sql.startswith("BEGIN"):
            rows = parameters if many else [parameters]
            self._by_task[asyncio.current_task()].append(
                Statement(_named(sql), tuple(tuple(row) for row in rows))
            )

    def of_task_with(self, beginning: str) -> tuple[Statement, ...]:
        """All statements of the one task that ran a statement which begins with these words."""
        (found,) = [
            done
            for done in self._by_task.values()
            if any(statement.sql.startswith(beginning) for statement in done)
        ]
        return tuple(found)


def _named(sql: str) -> str:
    """A driver's own placeholders (`?`, or `$1::VARCHAR`) as SQLAlchemy's `:p0`."""
    numbers = iter(range(sql.count("?")))
    by_place = re.sub(r"\?", lambda _mark: f":p{next(numbers)}", sql)
    by_number = re.sub(r"\$(\d+)", lambda mark: f":p{int(mark[1]) - 1}", by_place)
    return re.sub(r"(?<=\w)::(?=\w)", r"\:\:", by_number)


class Replay:
    """Runs a recording again. The ids that must be new are new, and what the database gives is passed on as it was."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._statements: Sequence[tuple[TextClause, Statement]] = [
            (text(statement.sql), statement) for statement in recording.statements
        ]

    async def run(self, connection: AsyncConnection, *, view_id: str) -> None:
        was = self._recording
        new: dict[object, object] = {was.view_id: view_id, was.delivery_id: str(uuid4())}
        for clause, statement in self._statements:
            rows = [
                {f"p{place}": self._renewed(value, new) for place, value in enumerate(row)}
                for row in statement.parameters
            ]
            result = await connection.execute(clause, rows if len(rows) > 1 else rows[0])
            given = _given(result)
            if statement.sql.startswith("INSERT INTO counters"):
                new[was.number] = given
            elif statement.sql.startswith("INSERT INTO records"):
                new[was.record_id] = given
                new[f"decisions:{was.record_id}:card"] = f"decisions:{given}:card"

    def _renewed(self, value: object, new: Mapping[object, object]) -> object:
        return new.get(value, value) if type(value) in (int, str) else value


def _given(result: CursorResult[Any]) -> object:
    """What the database made: returned, or on SQLite the row's id."""
    if result.returns_rows:
        rows = result.all()
        return rows[0][0] if rows else None
    return result.lastrowid if result.context.dialect.name == "sqlite" else None
