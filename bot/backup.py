"""Backs a SQLite database up while the bot runs, and brings one back without posting anything a second time.

PostgreSQL has its own tools for both; what they brought back is only told what was due by now.
"""

import os
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, update

from bot.db.engine import BUSY_SECONDS, Database
from bot.db.migrate import UnknownRevisionError, upgrade
from bot.outbox.models import Delivery, DeliveryState
from bot.schedule.models import Cadence

NOT_YET_SENT = (DeliveryState.WAITING, DeliveryState.DUE, DeliveryState.SENDING, DeliveryState.PAUSED)


class BackupError(Exception):
    """Why it was not done, and what to do."""


def backup(database: Path, to: Path) -> None:
    """One file with all that is committed now. An older file of that name is replaced once the new one is whole."""
    if not database.exists():
        raise BackupError(f"There is no database at {database}. Check DATABASE_URL.")
    if _belongs_to(database, to):
        raise BackupError(f"{to} is part of the database itself. Name another file to write the backup to.")
    descriptor, name = tempfile.mkstemp(
        dir=_folder(to), prefix=to.name
    )  # mode 0600: it holds what people wrote
    os.close(descriptor)
    draft = Path(name)
    try:
        _copy(database, draft)
        with closing(sqlite3.connect(draft)) as copy:
            copy.execute("PRAGMA journal_mode=DELETE")  # else two more files belong to it
        _check(draft)
        draft.replace(to)
    finally:
        draft.unlink(missing_ok=True)


def _belongs_to(database: Path, path: Path) -> bool:
    """Whether it is the database or one of the files beside it that it cannot do without."""
    own = [database.with_name(database.name + ending) for ending in ("", "-wal", "-shm", "-journal", ".keys")]
    return path.resolve() in [one.resolve() for one in own]


async def restore(source: Path, database: Path, *, now: datetime) -> int:
    """Make the database what it was at the backup, at today's revision. Returns how many posts will not be sent.

    Since the backup was made, what was due has been sent, or is too late: only what is due after `now` is kept waiting.
    The database is changed in one step at the end; until then nothing has happened.
    """
    _check(source)
    with tempfile.TemporaryDirectory(dir=_folder(database), prefix=".restore-") as folder:
        draft = Path(folder) / "draft.sqlite"
        _copy(source, draft)
        url = URL.create("sqlite+aiosqlite", database=str(draft))
        skipped = await brought_back(url, now=now)
        _copy(draft, database)
    return skipped


async def brought_back(url: URL, *, now: datetime) -> int:
    """Bring a restored database to today's revision, and mark what was due by now; returns how many posts that were.

    Raises BackupError when it is of a newer release.
    """
    try:
        await upgrade(url)
    except UnknownRevisionError as error:
        raise BackupError(str(error)) from None
    db = Database(url)
    try:
        async with db.begin() as session:
            skipped = await session.execute(
                update(Delivery)
                .where(Delivery.state.in_(NOT_YET_SENT), Delivery.not_before <= now)
                .values(state=DeliveryState.SKIPPED, lease_until=None, last_error="restored")
                .returning(Delivery.number)
            )
            await session.execute(update(Cadence).values(silent_until=now))
            return len(skipped.all())
    finally:
        await db.close()


def _copy(source: Path, to: Path) -> None:
    to.touch(mode=0o600)  # it holds what people wrote
    with closing(_connected(source)) as reading, closing(_connected(to)) as writing:
        # In one go, which holds up nobody; after a pause SQLite begins anew when a bot wrote meanwhile.
        reading.backup(writing)


def _check(path: Path) -> None:
    """Raises BackupError when the file is damaged or not ours."""
    if not path.is_file():
        raise BackupError(f"There is no file {path}.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            found = file.execute("PRAGMA integrity_check").fetchone()[0]
            ours = file.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{path} cannot be read as a SQLite database: {error}.") from None
    if found != "ok":
        raise BackupError(f"{path} is damaged: {found}.")
    if ours is None:
        raise BackupError(f"{path} is not a database of Common Ground.")


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_SECONDS)


def _folder(path: Path) -> Path:
    """Drafts are made beside what they replace: a move within a folder cannot be half done."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise BackupError(f"There is no folder {folder}.")
    return folder
