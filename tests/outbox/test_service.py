"""What is asked of the outbox, before anything is sent."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.db.engine import Database
from bot.outbox import service as outbox
from bot.outbox.models import Delivery
from bot.workspaces.models import Workspace

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def workspace_id(db: Database) -> int:
    async with db.begin() as session:
        workspace = Workspace(slack_id="T1", created_at=NOW, state_changed_at=NOW)
        session.add(workspace)
        await session.flush()  # for its id
        return workspace.id


async def test_the_same_message_asked_for_twice_is_one_message(db: Database, workspace_id: int) -> None:
    ids = set()
    for _ in range(2):
        async with db.begin() as session:
            ids.add(
                await outbox.post(
                    session,
                    workspace_id=workspace_id,
                    source="decisions:1:card",
                    recipient="C1",
                    payload={"text": "hello"},
                    now=NOW,
                )
            )
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Delivery)) == 1
    assert len(ids) == 1


async def test_a_message_that_was_not_sent_yet_is_sent_in_its_later_state(
    db: Database, workspace_id: int
) -> None:
    async with db.begin() as session:
        of = await outbox.post(
            session,
            workspace_id=workspace_id,
            source="decisions:1:card",
            recipient="C1",
            payload={"text": "1"},
            now=NOW,
        )
        await outbox.update(session, workspace_id=workspace_id, of=of, payload={"text": "2"}, now=NOW)
    async with db.read() as session:
        assert (await session.scalars(select(Delivery.payload))).all() == [{"text": "2"}]
