"""What every test may ask for: a database of each kind, a clock to move. No test reaches beyond this machine."""

import asyncio
import shutil
import socket
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_settings import BaseSettings
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.db.keyring import Keyring, new_key
from bot.db.migrate import connected
from bot.db.tables import metadata
from tests import postgres as embedded


class _TestSettings(BaseSettings):
    test_database_url: str | None = None


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Only this machine can be reached."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise RuntimeError(f"a test tried to reach {address}; tests use nothing but this machine")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(socket.socket, "connect", local_only)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """A PostgreSQL server: TEST_DATABASE_URL, or one of our own."""
    given = _TestSettings().test_database_url
    if given is not None:
        yield make_url(given).set(drivername="postgresql+asyncpg")
        return
    with embedded.running() as url:
        yield url


async def _administer(server: URL, *statements: str) -> None:
    engine = create_async_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def _make_schema(url: URL) -> None:
    async with connected(url) as connection:
        await connection.run_sync(metadata().create_all)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> URL:
    url = URL.create("sqlite+aiosqlite", database=str(tmp_path_factory.mktemp("template") / "empty.sqlite"))
    asyncio.run(_make_schema(url))
    return url


@pytest.fixture(scope="session")
def postgresql_template(postgres: URL) -> Iterator[URL]:
    url = postgres.set(database=f"common_ground_{uuid.uuid4().hex[:8]}")
    asyncio.run(_administer(postgres, f"CREATE DATABASE {url.database}"))
    asyncio.run(_make_schema(url))
    yield url
    asyncio.run(_administer(postgres, f"DROP DATABASE {url.database} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def template(request: pytest.FixtureRequest) -> URL:
    """An empty database with all tables, to be copied, never to be used."""
    url: URL = request.getfixturevalue(f"{request.param}_template")
    return url


@pytest.fixture
async def database_url(template: URL, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[URL]:
    """A database of the test's own: all tables, no rows. Every test that asks for it runs once on each engine."""
    if template.get_backend_name() == "sqlite":
        path = shutil.copy(str(template.database), tmp_path / "common-ground.sqlite")
        yield template.set(database=str(path))
        return
    url = template.set(database=f"{template.database}_{uuid.uuid4().hex[:8]}")
    server: URL = request.getfixturevalue("postgres")
    await _administer(
        server, f"CREATE DATABASE {url.database} TEMPLATE {template.database} STRATEGY file_copy"
    )
    yield url
    await _administer(server, f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([new_key()])


@pytest.fixture
async def db(database_url: URL, keyring: Keyring) -> AsyncIterator[Database]:
    database = Database(database_url, keyring=keyring)
    yield database
    await database.close()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()
