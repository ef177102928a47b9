"""The database itself: what is written is read back, as it was, by either engine."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.db.engine import Database
from bot.workspaces.models import Workspace

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def workspace(**given: object) -> Workspace:
    return Workspace(**{"slack_id": "T1", "created_at": NOW, "state_changed_at": NOW, **given})


async def test_what_is_written_can_be_read(db: Database) -> None:
    async with db.begin() as session:
        session.add(workspace(name="Acme", bot_token="xoxb-1"))
    async with db.read() as session:
        found = (await session.scalars(select(Workspace))).one()
    assert (found.name, found.bot_token, found.created_at) == ("Acme", "xoxb-1", NOW)


@pytest.mark.parametrize("n", range(10))
async def test_each_test_begins_with_empty_tables(db: Database, n: int) -> None:
    async with db.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Workspace)) == 0
        session.add(workspace())
