"""Brings a database to the newest revision: by itself on SQLite, when asked on PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, NullPool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.db.engine import Database, sqlite_engine

log = structlog.get_logger()

ADVISORY_LOCK = 0xC0_66_07  # any number, the same in every replica: one migrates, the others wait
IN_WHEEL = Path(__file__).parent.parent / "_migrations"
IN_CHECKOUT = Path(__file__).parent.parent.parent / "migrations"


class UnknownRevisionError(Exception):
    """The database was made by a newer version than this one."""


class ForeignKeyError(Exception):
    """A migration left rows on SQLite that point at nothing; it has been undone."""


def scripts() -> Config:
    """Alembic's configuration, which needs no file: an installed package has none."""
    config = Config()
    config.set_main_option("script_location", str(IN_WHEEL if IN_WHEEL.exists() else IN_CHECKOUT))
    return config


async def upgrade(url: URL, revision: str = "head") -> None:
    """Bring the database to a revision, all of it or nothing. On PostgreSQL a second replica waits for the first.

    Raises UnknownRevisionError.
    """
    async with connected(url) as connection:
        await connection.run_sync(_upgrade, revision)


async def downgrade(url: URL, revision: str) -> None:
    async with connected(url) as connection:
        await connection.run_sync(_downgrade, revision)


async def revisions(url: URL) -> list[str]:
    """Where the database is now; nothing when it has no tables."""
    async with connected(url) as connection:
        return sorted(await connection.run_sync(_heads))


async def current_problem(db: Database) -> str | None:
    """Why this database cannot be used now and what to do, or None when all is well."""
    try:
        async with db.read() as session:
            current = await (await session.connection()).run_sync(_heads)
    except (DBAPIError, OSError) as error:
        return f"The database cannot be reached: {error.__cause__ or error}. Check DATABASE_URL and that it is up."
    if current == _newest():
        return None
    if unknown := _unknown(current):
        return str(unknown)
    return "The database needs migrating. Run: common-ground migrate"


@asynccontextmanager
async def connected(url: URL) -> AsyncIterator[AsyncConnection]:
    """One connection in one transaction, as migrations need it: alone, with no time limit, foreign keys off on SQLite."""
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite:
        _make_file(Path(url.database or ""))
        # Rebuilding a table drops the old one, which would delete or refuse the rows that point at it.
        engine = sqlite_engine(url, begin="BEGIN IMMEDIATE", foreign_keys=False, poolclass=NullPool)
    else:
        engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            if not is_sqlite:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            yield connection
            if is_sqlite:
                await _check_foreign_keys(connection)
    finally:
        await engine.dispose()


def _make_file(path: Path) -> None:
    """For its owner alone: it holds what people wrote. SQLite gives the files beside it the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)


async def _check_foreign_keys(connection: AsyncConnection) -> None:
    dangling = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
    if dangling:
        raise ForeignKeyError(f"{len(dangling)} rows point at nothing, the first in table {dangling[0][0]}")


def _with(connection: Connection) -> Config:
    config = scripts()
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, revision: str) -> None:
    before = _heads(connection)
    if unknown := _unknown(before):
        raise unknown
    command.upgrade(_with(connection), revision)
    if (after := _heads(connection)) != before:
        log.info("migrated", before=sorted(before), after=sorted(after))


def _downgrade(connection: Connection, revision: str) -> None:
    command.downgrade(_with(connection), revision)


def _heads(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


@cache
def _newest() -> frozenset[str]:
    return frozenset(ScriptDirectory.from_config(scripts()).get_heads())


def _unknown(heads: set[str]) -> UnknownRevisionError | None:
    known = {script.revision for script in ScriptDirectory.from_config(scripts()).walk_revisions()}
    if heads <= known:
        return None
    return UnknownRevisionError(
        f"The database is at revision {min(heads - known)}, which this version does not know. Run the newer version again."
    )
