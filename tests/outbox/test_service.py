"""What is asked of the outbox, before anything is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy import update as change

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


async def test_after_ninety_days_what_nobody_comes_back_to_is_forgotten(
    db: Database, workspace_id: int
) -> None:
    async def post(source: str, **more: Any) -> str:
        message: dict[str, Any] = {"workspace_id": workspace_id, "payload": {"text": source}, "now": NOW}
        return await outbox.post(session, **{**message, "recipient": "C1", **more}, source=source)

    async with db.begin() as session:
        card = await post("decisions:1:card")
        reply = await post("decisions:1:reply", thread_of=card)
        await post("decisions:1:answer", thread_of=card)
        await post("decisions:1:answer to the reply", thread_of=reply, now=NOW + timedelta(days=1))
        await post("notice:dead:decisions:no_text:2026-11-23", recipient="U1")
        await outbox.ephemeral(
            session,
            workspace_id=workspace_id,
            source="decisions:capture",
            recipient="C1",
            user_id="U1",
            payload={"text": "Log it?"},
            now=NOW,
        )
        await session.execute(change(Delivery).values(state="sent"))
        paused = await post("notice:paused:C1", recipient="U2")
        await session.execute(change(Delivery).where(Delivery.id == paused).values(state="paused"))
    assert len(await after(db, timedelta(days=90))) == 7
    assert await after(db, timedelta(days=90.5)) == [
        "decisions:1:card",
        "decisions:1:reply",
        "decisions:1:answer to the reply",
        "notice:paused:C1",
    ]


async def test_what_is_forgotten_is_found_in_time_however_many_cards_have_changed(
    db: Database, workspace_id: int
) -> None:
    """PostgreSQL has little memory for it here; with what it usually has it takes 150,000 cards."""
    long_ago = {"workspace_id": workspace_id, "not_before": NOW, "created_at": NOW, "state": "sent"}
    common = {**long_ago, "recipient": "C1", "payload": {}}
    changed = [
        {"id": f"u{n}", "source": f"update:{n}", "kind": "update", "parent_id": f"card {n}"}
        for n in range(20_000)
    ]
    passing = [{"id": f"e{n}", "source": f"offer:{n}", "kind": "ephemeral"} for n in range(2_000)]
    async with db.begin() as session:
        for rows in (changed, passing):
            await session.execute(insert(Delivery), [common | row for row in rows])
    async with db.begin() as session:
        if not db.is_sqlite:
            await session.execute(text("ANALYZE deliveries"))
            await session.execute(text("SET LOCAL work_mem = '64kB'"))
            await session.execute(text("SET LOCAL statement_timeout = '2s'"))
        await outbox.purge(session, now=NOW + timedelta(days=91))
        kinds = await session.scalars(select(Delivery.kind).distinct())
        assert kinds.all() == ["update"]


async def after(db: Database, age: timedelta) -> list[str]:
    """What is left after a purge."""
    async with db.begin() as session:
        await outbox.purge(session, now=NOW + age)
        return list(await session.scalars(select(Delivery.source).order_by(Delivery.number)))


async def test_what_is_due_next_is_the_first_that_waits_for_its_time(db: Database, workspace_id: int) -> None:
    async def due(after: datetime) -> datetime | None:
        async with db.read() as session:
            return await outbox.next_due(session, after=after)

    assert await due(NOW) is None
    for hours in (3, 1, 0):
        async with db.begin() as session:
            await outbox.post(
                session,
                workspace_id=workspace_id,
                source=f"reminder:{hours}",
                recipient="C1",
                payload={"text": "hello"},
                now=NOW,
                not_before=NOW + timedelta(hours=hours),
            )
    assert await due(NOW) == NOW + timedelta(hours=1)
    assert await due(NOW + timedelta(hours=1)) == NOW + timedelta(hours=3)
    assert await due(NOW + timedelta(hours=3)) is None
