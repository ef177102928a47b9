"""What every test may ask for: a database of each kind, a clock to move. No test reaches beyond this machine."""

import asyncio
import logging
import shutil
import socket
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog
from pydantic_settings import BaseSettings
from sqlalchemy import URL, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import log
from bot.app import App
from bot.cli.commands import main
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.db.keyring import Keyring, attach, new_key
from bot.db.migrate import connected, upgrade
from bot.db.tables import metadata
from bot.settings import Settings
from bot.slack import dispatch
from bot.slack import request as slack_request
from tests import postgres as embedded
from tests.bot import STALLED_SECONDS, local_slack, running_bot
from tests.command_line import CommandLine, Said
from tests.person import Slack

DEFAULTS_SECONDS = slack_request.DEFAULTS_SECONDS


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", metavar="DIR", help="keep the pictures that browser tests take here")


@pytest.hookimpl(tryfirst=True)  # before what is slow is left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where no database shows, PostgreSQL has its turn among the slow ones."""
    for item in items:
        if item.get_closest_marker("alike") and "[postgresql" in item.nodeid:
            item.add_marker(pytest.mark.slow)


class _TestSettings(BaseSettings):
    test_database_url: str | None = None


def _plain_tracebacks() -> None:
    """Outside of a process of its own structlog draws every variable of every frame: seconds for one error of SQL."""
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


@pytest.fixture(autouse=True, scope="session")
def _quick_log() -> None:
    _plain_tracebacks()


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


EMPTY_ALL_TABLES = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;  -- in any order, whatever points at what
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables
                WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE 'DELETE FROM ' || name;  -- 3 ms for thirty tables; TRUNCATE takes 200, a new database 75
    END LOOP;
    FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences
                WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE 'ALTER SEQUENCE ' || name || ' RESTART';
    END LOOP;
END $$
"""
DISCONNECT_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
GROWN = """
SELECT quote_ident(relname) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 1000000
"""


async def _administer(url: URL, *statements: str) -> None:
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _empty(url: URL) -> None:
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.execute(DISCONNECT_OTHERS)
        await connection.execute(EMPTY_ALL_TABLES)
        for (table,) in await connection.fetch(GROWN):
            await connection.execute(f"VACUUM {table}")
    finally:
        await connection.close()


async def _make_schema(url: URL) -> None:
    """As it is shipped; and tables that have no migration yet, so that a new model can be tried before its migration."""
    await upgrade(url)
    async with connected(url) as connection:
        await connection.run_sync(metadata().create_all)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> URL:
    """A file with all tables, to be copied, never to be used."""
    url = URL.create("sqlite+aiosqlite", database=str(tmp_path_factory.mktemp("template") / "empty.sqlite"))
    asyncio.run(_make_schema(url))
    return url


@contextmanager
def _new_database(server: URL) -> Iterator[URL]:
    url = server.set(database=f"common_ground_{uuid.uuid4().hex[:8]}")
    asyncio.run(_administer(server, f"CREATE DATABASE {url.database}"))
    yield url
    asyncio.run(_administer(server, f"DROP DATABASE {url.database} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgresql_database(postgres: URL) -> Iterator[URL]:
    """The one PostgreSQL database that tests share, one after the other, each emptying it behind itself."""
    with _new_database(postgres) as url:
        asyncio.run(_make_schema(url))
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """A database with all tables and no rows. Every test that asks for it runs once on each engine."""
    if request.param == "sqlite":
        template: URL = request.getfixturevalue("sqlite_template")
        path = shutil.copy(str(template.database), tmp_path / "common-ground.sqlite")
        yield template.set(database=str(path))
        return
    url: URL = request.getfixturevalue("postgresql_database")
    yield url
    asyncio.run(_empty(url))


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """A database without any table, for what changes the schema."""
    if request.param == "sqlite":
        yield URL.create("sqlite+aiosqlite", database=str(tmp_path / "new.sqlite"))
        return
    with _new_database(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([new_key()])


@pytest.fixture(scope="session")
def opened() -> dict[str, Database]:
    """By engine. To compile the statements anew was a fifth of the suite; between tests these have no connection."""
    return {}


@pytest.fixture
async def db(database_url: URL, keyring: Keyring, opened: dict[str, Database]) -> AsyncIterator[Database]:
    kind = database_url.get_backend_name()
    if kind not in opened:
        opened[kind] = Database(database_url)
    database = opened[kind]
    database.url = database_url
    with ExitStack() as undo:
        for engine in {database.engine, database.reader}:
            attach(engine.dialect, keyring)
            if database.is_sqlite:  # the same engine, another file
                undo.enter_context(_connecting_to(engine, str(database_url.database)))
        yield database
        await database.close()


@contextmanager
def _connecting_to(engine: AsyncEngine, path: str) -> Iterator[None]:
    def redirect(_dialect: object, _record: object, arguments: list[Any], _more: object) -> None:
        arguments[0] = path

    event.listen(engine.sync_engine, "do_connect", redirect)
    yield
    event.remove(engine.sync_engine, "do_connect", redirect)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    """For tests that set logging up as a process does: nothing of it stays."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in log.TALKATIVE}
    yield
    structlog.reset_defaults()
    _plain_tracebacks()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


@pytest.fixture
def command_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    logging_as_it_was: None,
) -> CommandLine:
    """With no settings but the usual ones, in a folder of its own."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str | Path) -> Said:
        code = main([str(argument) for argument in arguments])
        return Said(code, *capsys.readouterr())

    return call


@pytest.fixture(autouse=True)
def _stalls_are_forgiven(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the bot keeps Slack's three seconds is for `tests/edge/test_faults.py` to show."""
    monkeypatch.setattr(dispatch, "SAVE_SECONDS", STALLED_SECONDS)
    monkeypatch.setattr(slack_request, "DEFAULTS_SECONDS", STALLED_SECONDS)


@pytest.fixture
def bare_forms(_stalls_are_forgiven: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form waits no longer for what it is filled with than it does for people."""
    monkeypatch.setattr(slack_request, "DEFAULTS_SECONDS", DEFAULTS_SECONDS)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """A local Slack with the team of its default seed, and the scopes of our manifest."""
    async with local_slack() as slack:
        yield slack


@pytest.fixture(params=["http", "socket"])
def transport(request: pytest.FixtureRequest) -> str:
    """How Slack reaches the bot. Only tests about that ask for both; the others take signed HTTP."""
    return str(request.param)


@pytest.fixture
async def bot(slack: Slack, db: Database, keyring: Keyring, clock: MovableClock) -> AsyncIterator[App]:
    """The whole bot, serving signed HTTP to the local Slack on an empty database."""
    async with running_bot(slack, db, clock=clock) as app:
        yield app
