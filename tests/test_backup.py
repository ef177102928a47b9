"""A backup of yesterday comes back while the world went on: nothing is posted that was posted already."""

import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL

from bot.backup import backup, brought_back, restore
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.db.migrate import current_problem, upgrade
from tests import postgres
from tests.outbox.rig import Rig, running, seed
from tests.schedule import bells
from tests.schedule.worker import ringing

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def rig(db: Database, clock: MovableClock) -> AsyncIterator[Rig]:
    clock.set(NOON)
    async with running(db, clock, seed(channels=3)) as found:
        yield found


def _tool(name: str, url: URL, *arguments: str) -> None:
    """PostgreSQL's own."""
    place = {"host": url.host, "port": url.port, "username": url.username, "dbname": url.database}
    flags = [f"--{flag}={value}" for flag, value in place.items()]
    tool = postgres.PACKAGE / "pginstall18" / "bin" / name
    subprocess.run([tool, *flags, *arguments], check=True, capture_output=True)


def _keep(url: URL, file: Path) -> None:
    if url.get_backend_name() == "sqlite":
        backup(Path(str(url.database)), file)
    else:
        _tool("pg_dump", url, "--format=custom", f"--file={file}")


async def _bring_back(url: URL, file: Path, *, now: datetime) -> int:
    if url.get_backend_name() == "sqlite":
        return await restore(file, Path(str(url.database)), now=now)
    to = url.set(database="postgres")  # as the README says
    _tool("pg_restore", to, "--clean", "--if-exists", "--create", str(file))
    return await brought_back(url, now=now)


async def _live(rig: Rig, **by: float) -> None:
    """Let time pass, and whatever is due happen."""
    rig.clock.advance(timedelta(**by))
    worker = ringing(rig.db, rig.clock)
    await worker.run_due()
    await rig.sender().send_due()


async def test_yesterdays_backup_says_nothing_again_and_goes_on_with_what_comes(
    rig: Rig, tmp_path: Path
) -> None:
    async with rig.db.begin() as session:
        await bells.hang(
            session,
            workspace_id=rig.workspace_id,
            subject_ids=[1, 2],
            at=time(13),
            now=rig.clock.now(),
            closes=True,
        )
    await rig.post("promised for two", source="wins:1:card", not_before=NOON + timedelta(hours=2))
    await rig.db.close()
    _keep(rig.db.url, tmp_path / "kept")

    await _live(rig, hours=1, minutes=1)
    await _live(rig, hours=1)
    said = await rig.texts()
    assert sorted(said) == [
        "1/1 is silent 2026-11-23",
        "1/1 rings 2026-11-23",
        "1/2 is silent 2026-11-23",
        "1/2 rings 2026-11-23",
        "promised for two",
    ]

    await rig.db.close()
    assert await _bring_back(rig.db.url, tmp_path / "kept", now=rig.clock.now()) == 1
    await _live(rig, minutes=1)
    await _live(rig, minutes=1)
    assert await rig.texts() == said

    await _live(rig, hours=23)
    assert sorted(set(await rig.texts()) - set(said)) == ["1/1 rings 2026-11-24", "1/2 rings 2026-11-24"]


async def test_the_backup_from_before_an_upgrade_comes_back_and_is_upgraded_again(
    new_database_url: URL, tmp_path: Path
) -> None:
    url = new_database_url
    await upgrade(url, "000000000006")
    _keep(url, tmp_path / "kept")
    await upgrade(url)
    await _bring_back(url, tmp_path / "kept", now=NOON)
    db = Database(url)
    assert await current_problem(db) is None
    await db.close()
