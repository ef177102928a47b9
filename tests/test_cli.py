"""The command line, as a person or a script uses it."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
import yaml

from bot.db.engine import Database
from bot.db.keyring import new_key
from bot.outbox import service as outbox
from bot.settings import Settings
from bot.workspaces.installations import save
from tests.command_line import CommandLine

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def database(command_line: CommandLine) -> Path:
    assert command_line("migrate").code == 0
    return Path("common-ground.sqlite").absolute()


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


def test_without_a_command_it_tells_what_there_is(command_line: CommandLine) -> None:
    said = command_line("--help")
    assert said.code == 0
    assert all(
        command in said.out for command in ("run", "migrate", "doctor", "manifest", "backup", "restore")
    )


@pytest.mark.parametrize("bad", [["dance"], ["run", "--fast"], ["backup"]])
def test_bad_use_is_told_apart_from_failure(command_line: CommandLine, bad: list[str]) -> None:
    said = command_line(*bad)
    assert said.code == 2
    assert said.out == ""
    assert "Usage" in said.err


def test_it_does_not_start_without_its_settings_and_lists_them_all(command_line: CommandLine) -> None:
    said = command_line("run")
    assert said.code == 2
    assert "SLACK_BOT_TOKEN" in said.err
    assert "SLACK_SIGNING_SECRET" in said.err


def test_a_database_that_is_down_is_a_failure_without_a_traceback(
    command_line: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot:pa55word@127.0.0.1:1/nothing")
    said = command_line("migrate")
    assert said.code == 1
    assert "Traceback" not in said.err
    assert "pa55word" not in said.err


def test_what_doctor_finds_is_json_alone_on_stdout_and_an_exit_code(command_line: CommandLine) -> None:
    said = command_line("doctor", "--json")
    checks = json.loads(said.out)
    assert said.code == 1
    assert {"name", "ok", "say", "do"} == checks[0].keys()
    assert "SLACK_BOT_TOKEN" in {check["name"] for check in checks if not check["ok"]}
    assert list(Path().iterdir()) == []  # looking makes nothing


def test_what_doctor_finds_is_a_table_for_people(command_line: CommandLine) -> None:
    said = command_line("doctor")
    assert said.code == 1
    assert "wrong" in said.out
    assert "Copy the token" in said.out


@pytest.mark.parametrize("command", [["backup", "kept"], ["restore", "kept"], ["restore"]])
def test_backups_of_postgresql_are_left_to_its_own_tools(
    command_line: CommandLine, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot@127.0.0.1:1/nothing")
    said = command_line(*command)
    assert said.code == 2
    assert "pg_" in said.err


def test_what_to_bring_back_is_asked_for(command_line: CommandLine) -> None:
    said = command_line("restore", "--yes")
    assert said.code == 2
    assert "restore PATH" in said.err


def test_migrating_is_done_by_one_command_and_undone_by_it(command_line: CommandLine, database: Path) -> None:
    assert ("workspaces",) in rows(database, "SELECT name FROM sqlite_master")
    assert command_line("migrate", "base", "--yes").code == 0
    assert ("workspaces",) not in rows(database, "SELECT name FROM sqlite_master")


def test_an_older_revision_is_not_said_to_be_reached(command_line: CommandLine, database: Path) -> None:
    said = command_line("migrate", "000000000013")
    assert said.code == 1
    assert "-1" in said.err
    assert "Nothing was changed" in said.err


def test_the_manifest_is_the_one_that_is_kept(command_line: CommandLine) -> None:
    kept = (Path(__file__).parent.parent / "manifest.yml").read_text()
    assert command_line("manifest").out == kept
    assert json.loads(command_line("manifest", "--json").out) == yaml.safe_load(kept)


@pytest.mark.parametrize("read", [yaml.safe_load, json.loads])
def test_for_http_everything_is_posted_to_one_address(
    command_line: CommandLine, read: Callable[[str], dict[str, dict[str, object]]]
) -> None:
    as_json = ["--json"] if read is json.loads else []
    manifest = read(command_line("manifest", "--url", "https://bot.example.com/", *as_json).out)
    address = "https://bot.example.com/slack/events"
    settings, commands = manifest["settings"], manifest["features"]["slash_commands"]
    assert settings["socket_mode_enabled"] is False
    assert isinstance(commands, list)
    assert {command["url"] for command in commands} == {address}
    assert settings["interactivity"] == {"is_enabled": True, "request_url": address}
    assert isinstance(settings["event_subscriptions"], dict)
    assert settings["event_subscriptions"]["request_url"] == address
    assert manifest["oauth_config"]["redirect_urls"] == ["https://bot.example.com/slack/oauth_redirect"]


def test_a_backup_can_be_brought_back(command_line: CommandLine, database: Path) -> None:
    _install(database)
    assert command_line("backup", "kept.sqlite").code == 0
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE workspaces SET name = 'Ruined'")
        connection.commit()
    assert command_line("restore", "kept.sqlite", "--yes").code == 0
    assert rows(database, "SELECT name FROM workspaces") == [("Acme",)]
    assert not [path.name for path in Path().iterdir() if path.name.startswith(".restore")]


def test_a_backup_holds_what_was_committed_a_moment_ago_and_only_its_owner_reads_it(
    command_line: CommandLine, database: Path
) -> None:
    with closing(
        sqlite3.connect(database)
    ) as open_elsewhere:  # so that what it wrote is still in the -wal file
        open_elsewhere.execute("PRAGMA wal_autocheckpoint = 0")
        open_elsewhere.execute("CREATE TABLE fresh AS SELECT 1 AS one")
        open_elsewhere.commit()
        assert command_line("backup", "kept.sqlite").code == 0
        assert rows(Path("kept.sqlite"), "SELECT one FROM fresh") == [(1,)]
    assert Path("kept.sqlite").stat().st_mode & 0o077 == 0
    assert {path.name for path in Path().iterdir() if path.name.startswith("kept")} == {"kept.sqlite"}


def test_a_backup_comes_to_its_end_while_a_bot_writes(command_line: CommandLine, database: Path) -> None:
    with closing(sqlite3.connect(database)) as large:
        large.execute("CREATE TABLE large AS SELECT zeroblob(60000000) AS zeros")
        large.execute("CREATE TABLE ticks (n)")
        large.commit()
    done = Event()

    def write() -> None:
        with closing(sqlite3.connect(database, timeout=30)) as bot:
            for _ in range(2_000):
                if done.wait(0.005):
                    return
                bot.execute("INSERT INTO ticks VALUES (1)")
                bot.commit()

    writing = Thread(target=write)
    writing.start()
    try:
        assert command_line("backup", "kept.sqlite").code == 0
        assert writing.is_alive()  # or it waited for the end of all that was written
    finally:
        done.set()
        writing.join()


def test_nothing_is_overwritten_by_accident(command_line: CommandLine, database: Path) -> None:
    command_line("backup", "kept.sqlite")
    before = database.read_bytes()
    said = command_line("restore", "kept.sqlite")
    assert said.code == 2
    assert "--yes" in said.err
    assert database.read_bytes() == before


def test_posts_that_were_due_before_the_restore_are_not_sent_again(
    command_line: CommandLine, database: Path
) -> None:
    _install(database, posts=[NOW - 24 * HOUR, NOW - HOUR, NOW + HOUR])
    command_line("backup", "kept.sqlite")
    said = command_line("restore", "kept.sqlite", "--yes")
    assert "2 posts" in said.err
    states = rows(database, "SELECT state FROM deliveries ORDER BY not_before")
    assert states == [("skipped",), ("skipped",), ("due",)]


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    path.write_bytes(content)


def _replace(path: Path) -> None:
    path.write_text("no database")


def _empty(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (id INTEGER)")


def _tomorrow(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'tomorrow'")
        connection.commit()


@pytest.mark.parametrize("spoil", [_damage, _replace, _empty, _tomorrow, Path.unlink])
def test_what_is_no_sound_backup_is_refused_and_nothing_changes(
    command_line: CommandLine, database: Path, spoil: Callable[[Path], None]
) -> None:
    command_line("backup", "kept.sqlite")
    spoil(Path("kept.sqlite"))
    before = database.read_bytes()
    said = command_line("restore", "kept.sqlite", "--yes")
    assert said.code == 1
    assert "kept.sqlite" in said.err or "tomorrow" in said.err
    assert database.read_bytes() == before


@pytest.mark.parametrize("own", ["", "-wal", "-shm", ".keys"])
def test_a_backup_is_never_written_over_the_database(
    command_line: CommandLine, database: Path, own: str
) -> None:
    before = database.read_bytes()
    said = command_line("backup", f"./{database.name}{own}")
    assert said.code == 1
    assert "part of the database itself" in said.err
    assert database.read_bytes() == before


def test_going_back_is_asked_for_twice_and_says_where_it_came_to(
    command_line: CommandLine, database: Path
) -> None:
    for back in ("base", "-1"):
        said = command_line("migrate", back)
        assert said.code == 2
        assert "add --yes" in " ".join(said.err.split())
    assert rows(database, "SELECT count(*) FROM wins") == [(0,)]
    (newest,) = rows(database, "SELECT version_num FROM alembic_version")[0]
    said = command_line("migrate", "-1", "--yes")
    assert said.code == 0
    assert f"The database is at {newest}" not in said.err
    said = command_line("migrate")
    assert f"The database is at {newest}." in said.err


def test_a_revision_that_is_none_is_told_without_a_traceback(
    command_line: CommandLine, database: Path
) -> None:
    said = command_line("migrate", "nosuch")
    assert said.code == 1
    assert "nosuch" in said.err
    assert "Traceback" not in said.err


def test_a_key_file_that_holds_no_key_is_told_with_what_to_do(
    command_line: CommandLine, database: Path
) -> None:
    Path(f"{database}.keys").write_text("garbage")
    for command in (["doctor"], ["restore", "x", "--yes"]):
        said = command_line(*command)
        assert said.code == 1
        assert "Traceback" not in said.err
    assert "holds no usable keys" in command_line("doctor").err


def test_keys_beside_the_database_are_changed_for_others(command_line: CommandLine, database: Path) -> None:
    _install(database, posts=[NOW])
    keys = Path(f"{database}.keys")
    newer = new_key()
    keys.write_text(f"{newer}\n{keys.read_text()}")
    said = command_line("rekey")
    assert said.code == 0
    assert "deliveries: 1 of 1 rows sealed anew" in said.out
    assert f"only the first of {keys.name}" in said.err
    keys.write_text(newer)
    said = command_line("rekey", "--json")
    assert said.code == 0
    tables = json.loads(said.out)
    assert {"table", "rows", "resealed", "older", "lost"} == tables[0].keys()
    assert sum(table["rows"] for table in tables) == 2
    assert not any(table["resealed"] or table["older"] or table["lost"] for table in tables)


def test_only_its_owner_can_read_the_database(database: Path) -> None:
    assert database.stat().st_mode & 0o077 == 0


def _install(database: Path, *, posts: list[datetime] | None = None) -> None:
    async def fill() -> None:
        settings = Settings(database_url=f"sqlite:///{database}")
        db = Database(settings.database_url, keyring=settings.keyring())
        async with db.begin() as session:
            workspace = await save(
                session,
                slack_id="T1",
                name="Acme",
                bot_token="xoxb-1",
                bot_user_id="U1",
                bot_id="B1",
                now=NOW,
            )
            for number, due in enumerate(posts or []):
                await outbox.post(
                    session,
                    workspace_id=workspace.id,
                    source=f"decisions:{number}:card",
                    recipient="C1",
                    payload={"text": "hello"},
                    now=NOW,
                    not_before=due,
                )
        await db.close()

    asyncio.run(fill())
