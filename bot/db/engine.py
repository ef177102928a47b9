"""Opens the database: one writer and several readers on SQLite, a pool on PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import monotonic
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from bot.db.keyring import Keyring, attach

BUSY_SECONDS = 30  # how long a writer waits for another process's write before it gives up
BUSY_RETRY_SECONDS = 0.05
CONFLICTS = ("40001", "40P01")  # SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html
STATEMENT_MILLISECONDS = 10_000  # nothing a person waits for may hold a PostgreSQL connection longer
ANSWER_SECONDS = 15.0  # longer than any statement may take: a server that has not answered by then is gone
CONNECT_SECONDS = 10.0

_REMEMBERED = "remembered"

T = TypeVar("T")

Sessions = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""`Database.begin`, or `read`, for what needs several short transactions and not the database."""


class Database:
    """Where sessions come from: `begin()` to write, `read()` to read. Leaving `begin()` commits; nobody else does.

    On SQLite every `begin()` is a BEGIN IMMEDIATE on one writer connection: a deferred transaction that reads
    before it writes loses updates there (310 of 400, measured), and several writers in a pool starve each other.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        keyring: Keyring | None = None,
        pool_size: int = 10,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = sqlite_engine(self.url, begin="BEGIN IMMEDIATE", **_pool(1))
            self.reader = sqlite_engine(self.url, begin="BEGIN", **_pool(4))
        else:
            self.engine = self.reader = _postgresql(
                self.url, pool_size=pool_size, answer_seconds=answer_seconds
            )
        if keyring is not None:
            attach(self.engine.dialect, keyring)
            attach(self.reader.dialect, keyring)
        self._writing_session = type(
            "WritingSession", (Session,), {}
        )  # its own, to listen to this database alone
        self.writing = async_sessionmaker(
            self.engine, sync_session_class=self._writing_session, expire_on_commit=False
        )
        self._reading = async_sessionmaker(self.reader, expire_on_commit=False)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: commits when left, rolls back when an exception leaves it."""
        async with self.writing.begin() as session:
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading only; whatever it changed is not kept."""
        async with self._reading(info={_REMEMBERED: {}}) as session:
            yield session

    def on_commit(self, mark: str, call: Callable[[], None]) -> Callable[[], None]:
        """Call whenever a session with this mark in its `info` commits; returns what ends it. `call` must not raise."""

        def committed(session: Session) -> None:
            if mark in session.info:
                call()

        event.listen(self._writing_session, "after_commit", committed)
        return lambda: event.remove(self._writing_session, "after_commit", committed)

    async def close(self) -> None:
        await self.engine.dispose()
        if self.reader is not self.engine:
            await self.reader.dispose()


async def once_a_session(session: AsyncSession, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
    """What `read` finds, looked up once in a session for reading: the parts of a Home ask for the same."""
    remembered: dict[Hashable, T] | None = session.info.get(_REMEMBERED)
    if remembered is None:  # what is written here may change it
        return await read()
    if key not in remembered:
        remembered[key] = await read()
    return remembered[key]


def is_conflict(error: DBAPIError) -> bool:
    """Whether a transaction only came across another one (deadlock, serialization) and may go well the next time."""
    return getattr(error.orig, "sqlstate", None) in CONFLICTS


def sqlite_engine(url: URL, *, begin: str, foreign_keys: bool = True, **pool: Any) -> AsyncEngine:
    """An engine whose transactions begin with exactly these words, at once."""
    engine = create_async_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True, **pool)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = (
            None  # the driver's own transactions begin too late; `begin` below is explicit
        )
        connection.run_async(_write_ahead)
        cursor = connection.cursor()
        for pragma in ("synchronous=NORMAL", f"foreign_keys={'ON' if foreign_keys else 'OFF'}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


async def _write_ahead(connection: aiosqlite.Connection) -> None:
    """Several processes may open a new file at once, and SQLite's own waiting does not cover changing its journal."""
    deadline = monotonic() + BUSY_SECONDS
    while True:
        try:
            await connection.execute_fetchall("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            await asyncio.sleep(BUSY_RETRY_SECONDS)
        else:
            return


def _pool(size: int) -> dict[str, Any]:
    return {"pool_size": size, "max_overflow": 0, "pool_timeout": BUSY_SECONDS}


def _postgresql(url: URL, *, pool_size: int, answer_seconds: float) -> AsyncEngine:
    """A server that fails over or is cut off may never close a connection: who waits on it gives up in the end."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,  # they are what people wrote, and a failing statement is logged
        connect_args={
            "server_settings": {"statement_timeout": str(STATEMENT_MILLISECONDS), "timezone": "UTC"},
            "command_timeout": answer_seconds,
            "timeout": CONNECT_SECONDS,
        },
    )

    @event.listens_for(engine.sync_engine, "handle_error")
    def gone(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, TimeoutError):
            context.is_disconnect = True  # thrown away, as a rollback on it would wait as long again

    return engine
