"""Migrations: both databases end up with what the models say, from anywhere, all or nothing."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, make_url

from bot.db import migrate
from bot.db.engine import Database
from bot.db.migrate import connected, current_problem, downgrade, scripts, upgrade

T = TypeVar("T")


def revisions() -> list[str]:
    """Oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(scripts()).walk_revisions()][::-1]


async def in_transaction(url: URL, work: Callable[[Connection], T]) -> T:
    async with connected(url) as connection:
        return await connection.run_sync(work)


async def tables(url: URL) -> set[str]:
    return await in_transaction(url, lambda connection: set(sa.inspect(connection).get_table_names()))


def test_there_is_one_newest_revision() -> None:
    assert len(ScriptDirectory.from_config(scripts()).get_heads()) == 1


async def test_models_and_migrations_agree(new_database_url: URL) -> None:
    await upgrade(new_database_url)

    def check(connection: Connection) -> None:
        config = scripts()
        config.attributes["connection"] = connection
        command.check(config)

    await in_transaction(new_database_url, check)


async def test_every_migration_can_be_undone_and_done_again(new_database_url: URL) -> None:
    for revision in revisions():
        await upgrade(new_database_url, revision)
        await downgrade(new_database_url, "-1")
        await upgrade(new_database_url, revision)
    await downgrade(new_database_url, "base")
    assert await tables(new_database_url) == {"alembic_version"}


async def test_an_older_database_is_told_from_a_current_one(new_database_url: URL) -> None:
    db = Database(new_database_url)
    assert "common-ground migrate" in (await current_problem(db) or "")
    await upgrade(new_database_url)
    assert await current_problem(db) is None
    await db.close()


async def test_a_database_of_a_newer_version_is_left_alone(new_database_url: URL) -> None:
    await upgrade(new_database_url)
    await in_transaction(
        new_database_url,
        lambda connection: connection.execute(sa.text("UPDATE alembic_version SET version_num = 'tomorrow'")),
    )
    db = Database(new_database_url)
    assert "newer version" in (await current_problem(db) or "")
    await db.close()
    with pytest.raises(migrate.UnknownRevisionError, match="tomorrow"):
        await upgrade(new_database_url)


async def test_a_database_that_is_down_is_told_in_words() -> None:
    db = Database("postgresql+asyncpg://nobody:pa55word@127.0.0.1:1/nothing")
    problem = await current_problem(db)
    assert problem is not None
    assert "DATABASE_URL" in problem
    assert "pa55word" not in problem
    await db.close()


async def test_replicas_that_start_together_migrate_once(new_database_url: URL) -> None:
    await asyncio.gather(*(upgrade(new_database_url) for _ in range(4)))
    assert "workspaces" in await tables(new_database_url)


async def test_a_replica_waits_while_another_begins_the_file(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # SQLite lets nobody wait for this who would change the journal
    waiting = asyncio.create_task(upgrade(make_url(f"sqlite+aiosqlite:///{file}")))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    other.close()
    await waiting


async def test_a_migration_that_fails_leaves_nothing_behind(new_database_url: URL) -> None:
    def half(connection: Connection) -> None:
        connection.execute(sa.text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        await in_transaction(new_database_url, half)
    assert await tables(new_database_url) == set()


CONTEXT_WEIGHED = "5c1d0f7e2a94"
NOW = datetime(2026, 11, 26, tzinfo=UTC)


def _decision(connection: Connection) -> None:
    """In no text index yet, as if another version had kept it."""
    tables = sa.MetaData()
    tables.reflect(connection)  # as they were then, not as the models have them now

    def add(table: str, /, **values: object) -> None:
        connection.execute(tables.tables[table].insert().values(values))

    at = {"created_at": NOW}
    add(
        "workspaces",
        id=1,
        slack_id="T1",
        name="Acme",
        state="active",
        state_changed_at=NOW,
        scopes=[],
        bot_user_id="",
        bot_id="",
        **at,
    )
    team = {"workspace_id": 1, "channel_id": "C1", "created_by": "U1", **at}
    add("teams", id=1, name="Payments", timezone="UTC", who_may="channel", is_set_up=False, **team)
    add("records", id=1, team_id=1, kind="decision", number=1, title="Lunr.js", **team)
    texts = {"outcome": "Signed", "context": "Quotas", "trade_offs": "", "revisit_when": "", "notes": ""}
    add("decisions", id=1, status="accepted", **texts)
    other = {"name": "Polling", "why_not": "Wasteful", "reconsider_when": ""}
    add("alternatives", id=1, decision_id=1, position=0, **other)


async def _indexed_as(url: URL) -> dict[str, list[str]]:
    """In which part of the index each word is."""
    words = ("lunr", "quotas", "polling", "wasteful", "signed")
    db = Database(url)
    parts = {"title": "A", "about": "B", "body": "D"}
    found = {}
    async with db.read() as session:
        for word in words:
            asked = [
                (part, f"{part} : {word}" if db.is_sqlite else f"{word}:{weight}")
                for part, weight in parts.items()
            ]
            statement = sa.text(
                "SELECT count(*) FROM search_fts WHERE search_fts MATCH :asked"
                if db.is_sqlite
                else "SELECT count(*) FROM search_fts WHERE terms @@ to_tsquery('english', :asked)"
            )
            found[word] = [part for part, one in asked if await session.scalar(statement, {"asked": one})]
    await db.close()
    return found


async def test_what_was_logged_before_is_indexed_as_what_comes_after(new_database_url: URL) -> None:
    await upgrade(new_database_url, "000000000004")
    await in_transaction(new_database_url, _decision)
    await upgrade(new_database_url, CONTEXT_WEIGHED)
    assert await _indexed_as(new_database_url) == {
        "lunr": ["title"],
        "quotas": ["about"],
        "polling": ["about"],
        "wasteful": ["body"],
        "signed": ["body"],
    }


def _parent_and_child(connection: Connection) -> None:
    connection.execute(sa.text("CREATE TABLE parents (id INTEGER PRIMARY KEY, name VARCHAR(10))"))
    connection.execute(
        sa.text("CREATE TABLE children (parent_id INTEGER REFERENCES parents (id) ON DELETE CASCADE)")
    )
    connection.execute(sa.text("INSERT INTO parents VALUES (1, 'Ada')"))
    connection.execute(sa.text("INSERT INTO children VALUES (1)"))


def _rebuild(connection: Connection) -> None:
    operations = Operations(MigrationContext.configure(connection))
    with operations.batch_alter_table("parents") as batch:
        batch.alter_column("name", type_=sa.String(20), existing_type=sa.String(10))


def _children(connection: Connection) -> int:
    return int(connection.execute(sa.text("SELECT count(*) FROM children")).scalar_one())


async def test_rows_survive_when_the_table_they_point_at_is_rebuilt(new_database_url: URL) -> None:
    await in_transaction(new_database_url, _parent_and_child)
    await in_transaction(new_database_url, _rebuild)
    assert await in_transaction(new_database_url, _children) == 1


async def test_a_migration_that_leaves_rows_pointing_at_nothing_is_undone(new_database_url: URL) -> None:
    def orphan(connection: Connection) -> None:
        connection.execute(sa.text("DELETE FROM parents"))

    await in_transaction(new_database_url, _parent_and_child)
    if new_database_url.get_backend_name() == "sqlite":
        with pytest.raises(migrate.ForeignKeyError, match="children"):
            await in_transaction(new_database_url, orphan)
        assert await in_transaction(new_database_url, _children) == 1
    else:
        await in_transaction(new_database_url, orphan)
        assert await in_transaction(new_database_url, _children) == 0


def _cadences(connection: Connection) -> None:
    """As they were before a cadence could follow its team."""
    _decision(connection)
    tables = sa.MetaData()
    tables.reflect(connection)
    usual = {"workspace_id": 1, "rule": {}, "wall_time": "10:00", "timezone": "UTC", "anchor": NOW.date()}
    for number, (ritual, follows) in enumerate(BEFORE, start=1):
        of = {"ritual": ritual, "subject_id": number, "follows": follows, "team_id": 1}
        row = {**usual, **of, "steps": [], "ended": False, "tzdata": ""}
        connection.execute(tables.tables["cadences"].insert().values(row))


BEFORE = (("problem_sessions", None), ("decisions", None), ("one_on_ones", None), ("one_on_ones", "U1"))


def _follows(connection: Connection) -> list[str | None]:
    return list(connection.execute(sa.text("SELECT follows FROM cadences ORDER BY id")).scalars())


async def test_what_went_by_the_teams_zone_follows_it_and_what_was_chosen_stays(
    new_database_url: URL,
) -> None:
    await upgrade(new_database_url, "000000000008")
    await in_transaction(new_database_url, _cadences)
    await upgrade(new_database_url)
    assert await in_transaction(new_database_url, _follows) == ["team", "team", None, "U1"]


def _file_of_two_teams(connection: Connection) -> None:
    """As the command line left one, when another team's file had the same path."""
    _decision(connection)
    tables = sa.MetaData()
    tables.reflect(connection)

    def again(table: str, /, **values: object) -> None:
        of = tables.tables[table]
        row = connection.execute(sa.select(of)).mappings().first()
        connection.execute(of.insert().values({**(row or {}), **values}))

    def add(table: str, /, **values: object) -> None:
        connection.execute(tables.tables[table].insert().values(values))

    again("teams", id=2, channel_id="C2")
    again("records", id=2, team_id=2, channel_id="C2", number=2)
    again("decisions", id=2)
    for path in ("docs/adr/0002-database.md", "docs/adr/of-nothing.md"):
        kept = {"sha256": "-", "content": b"# 2. A database", "imported_at": NOW}
        add("imported_files", workspace_id=1, path=path, **kept)
    for number in (1, 2):
        named = dict.fromkeys(("supersedes", "superseded_by", "reverses", "relates_to"), ())
        of = {"decision_id": number, "file_id": 1, "position": number}
        add("imported_decisions", **of, name="", format="madr", **named)


def _files(connection: Connection) -> list[tuple[int, int, int, bytes]]:
    statement = """
        SELECT decision_id, team_id, file_id, content FROM imported_files
        JOIN imported_decisions ON file_id = id ORDER BY decision_id
    """
    return [(row[0], row[1], row[2], bytes(row[3])) for row in connection.execute(sa.text(statement))]


def _count_of_files(connection: Connection) -> int:
    return int(connection.execute(sa.text("SELECT count(*) FROM imported_files")).scalar_one())


async def test_a_file_belongs_to_the_team_of_its_records_and_one_of_two_teams_becomes_two(
    new_database_url: URL,
) -> None:
    await upgrade(new_database_url, "000000000004")
    await in_transaction(new_database_url, _file_of_two_teams)
    await upgrade(new_database_url, "000000000014")
    read = await in_transaction(new_database_url, _files)
    assert [(decision, team) for decision, team, _file, _content in read] == [(1, 1), (2, 2)]
    assert len({file for _decision, _team, file, _content in read}) == 2
    assert {content for _decision, _team, _file, content in read} == {b"# 2. A database"}
    assert await in_transaction(new_database_url, _count_of_files) == 2
    await downgrade(new_database_url, "-1")
    assert await in_transaction(new_database_url, _count_of_files) == 1


def _decided_by_its_team(connection: Connection) -> None:
    _decision(connection)
    connection.execute(sa.text("UPDATE teams SET pm_id = 'U1', lead_id = 'U2'"))
    people = sa.table("decision_people", *map(sa.column, ("decision_id", "part", "user_id", "position")))
    for position, user_id in enumerate(("U1", "U2")):
        named = {"decision_id": 1, "part": "decider", "user_id": user_id, "position": position}
        connection.execute(people.insert().values(named))


def _jointly(connection: Connection) -> list[bool]:
    return [
        bool(row) for row in connection.execute(sa.text("SELECT decided_jointly FROM decisions")).scalars()
    ]


async def test_what_pm_and_tech_lead_decided_before_is_kept_as_jointly_decided(new_database_url: URL) -> None:
    await upgrade(new_database_url, "000000000014")
    await in_transaction(new_database_url, _decided_by_its_team)
    await upgrade(new_database_url)
    assert await in_transaction(new_database_url, _jointly) == [True]
