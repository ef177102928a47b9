"""Keys are changed for others: `common-ground rekey` seals all anew, beside the bot, and loses nothing."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import JSON, URL, Text, cast, literal, select, update

from bot import rekey as rekeying
from bot.db.engine import Database
from bot.db.keyring import Keyring, new_key
from bot.db.types import EncryptedJSON, EncryptedText
from bot.outbox import service as outbox
from bot.outbox.models import Delivery
from bot.records.models import Draft
from bot.rituals.one_on_ones.models import ActionItem, AgendaItem, Pair
from bot.workspaces.models import Workspace
from tests.command_line import CommandLine, Said

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OLD, NEW = new_key(), new_key()
SECRET = "we may lose Globex"
TABLES = (Workspace, Delivery, Draft, Pair, AgendaItem, ActionItem)


@pytest.fixture
def common_ground(
    command_line: CommandLine, database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """Call it with these keys."""
    monkeypatch.setenv("DATABASE_URL", database_url.render_as_string(hide_password=False))

    def call(*arguments: str, keys: tuple[str, ...]) -> Said:
        monkeypatch.setenv("ENCRYPTION_KEYS", ",".join(keys))
        return command_line(*arguments)

    return call


async def filled(url: URL, key: str, *, deliveries: int = 3) -> None:
    """Something in each kind of encrypted column; the draft as an older version stored it, plain."""
    db = on(url, key)
    async with db.begin() as session:
        workspace = Workspace(slack_id="T1", bot_token=SECRET, created_at=NOW, state_changed_at=NOW)
        session.add_all([workspace, Workspace(slack_id="T2", created_at=NOW, state_changed_at=NOW)])
        await session.flush()  # for its id
        at = {"workspace_id": workspace.id, "created_at": NOW}
        pair = Pair(first_id="U1", second_id="U2", questions=[SECRET], created_by="U1", **at)
        session.add(pair)
        session.add(
            Draft(
                workspace_id=workspace.id,
                user_id="U1",
                form="decisions.form",
                subject="C1",
                view_id="V1",
                ids={},
                values={"title": SECRET},
                updated_at=NOW,
            )
        )
        await session.flush()  # for its id
        of = {"pair_id": pair.id, "text": SECRET, **at}
        session.add_all(
            [
                AgendaItem(author_id="U1", link=SECRET, state="open", **of),
                AgendaItem(author_id="U1", state="open", **of),
                ActionItem(owner_id="U1", created_by="U1", **of),
            ]
        )
        for number in range(deliveries):
            await outbox.post(
                session,
                workspace_id=workspace.id,
                source=f"decisions:{number}:card",
                recipient="C1",
                payload={"text": SECRET},
                now=NOW,
            )
        await session.execute(update(Draft).values(values=literal({"title": SECRET}, JSON)))
    await db.close()


def on(url: URL, *keys: str) -> Database:
    return Database(url, keyring=Keyring(keys))


async def stored(url: URL) -> str:
    """All that is encrypted, as the database holds it."""
    db = on(url, new_key())
    async with db.read() as session:
        columns = [
            cast(column, Text)
            for table in TABLES
            for column in table.__table__.columns
            if isinstance(column.type, EncryptedText | EncryptedJSON)
        ]
        found = [value for column in columns for value in await session.scalars(select(column))]
    await db.close()
    return " ".join(filter(None, found))


async def read(url: URL, *keys: str) -> list[object]:
    """Whatever is encrypted, read with these keys alone."""
    db = on(url, *keys)
    try:
        async with db.read() as session:
            return [
                await session.scalar(select(Workspace.bot_token).where(Workspace.slack_id == "T1")),
                *await session.scalars(select(Pair.questions)),
                *await session.scalars(select(Draft.values)),
                *await session.scalars(select(AgendaItem.text)),
                *await session.scalars(select(AgendaItem.link).order_by(AgendaItem.id)),
                *await session.scalars(select(ActionItem.text)),
                *await session.scalars(select(Delivery.payload)),
            ]
    finally:
        await db.close()


ALL = [
    SECRET,
    [SECRET],
    {"title": SECRET},
    *[SECRET] * 3,
    None,
    SECRET,
    *[{"text": SECRET}] * 3,
]


def test_the_old_key_can_go_when_all_is_sealed_anew(database_url: URL, common_ground: CommandLine) -> None:
    asyncio.run(filled(database_url, OLD))
    assert SECRET in asyncio.run(stored(database_url))

    said = common_ground("rekey", "--json", keys=(NEW, OLD))
    assert said.code == 0
    assert "keep only the first of ENCRYPTION_KEYS" in said.err
    resealed = {table["table"]: table["resealed"] for table in json.loads(said.out)}
    assert {name: count for name, count in resealed.items() if count} == {
        "workspaces": 1,
        "deliveries": 3,
        "drafts": 1,
        "pairs": 1,
        "agenda_items": 2,
        "action_items": 1,
    }
    assert {"one_on_one_answers", "one_on_one_notes"} < resealed.keys()
    assert asyncio.run(read(database_url, NEW)) == ALL
    assert SECRET not in (before := asyncio.run(stored(database_url)))

    said = common_ground("rekey", keys=(NEW, OLD))
    assert said.code == 0
    assert "deliveries: 0 of 3 rows sealed anew" in said.out
    assert asyncio.run(stored(database_url)) == before


def test_what_no_key_can_read_stays_as_it_is_and_is_told(
    database_url: URL, common_ground: CommandLine
) -> None:
    asyncio.run(filled(database_url, OLD))
    said = common_ground("rekey", "--json", keys=(NEW,))
    assert said.code == 1
    assert "8 rows can be read with none of the keys" in said.err
    assert sum(table["lost"] for table in json.loads(said.out)) == 8
    assert asyncio.run(read(database_url, NEW, OLD)) == ALL


def test_without_any_key_it_says_what_is_missing(database_url: URL, common_ground: CommandLine) -> None:
    if database_url.get_backend_name() == "sqlite":
        pytest.skip("SQLite has its keys beside it")
    said = common_ground("rekey", keys=())
    assert said.code == 2
    assert "ENCRYPTION_KEYS: missing" in said.err


@pytest.fixture
async def running(database_url: URL) -> AsyncIterator[Database]:
    """The database as the bot has it open, with the new key first."""
    db = on(database_url, NEW, OLD)
    yield db
    await db.close()


async def test_no_change_that_comes_meanwhile_is_lost(
    database_url: URL, running: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rekeying, "AT_ONCE", 20)
    await filled(database_url, OLD, deliveries=200)
    changed: dict[int, dict[str, str]] = {}
    dice, is_over = random.Random(7), asyncio.Event()

    async def change() -> None:
        while not is_over.is_set():
            number = dice.randint(1, 200)
            async with running.begin() as session:
                changed[number] = {"text": f"change {len(changed)} of {number}"}
                await session.execute(
                    update(Delivery).where(Delivery.number == number).values(payload=changed[number])
                )

    beside = on(database_url, NEW, OLD)
    changes = asyncio.create_task(change())
    tables = [table async for table in rekeying.rekey(beside)]
    is_over.set()
    await changes
    await beside.close()
    assert sum(table.older + table.lost for table in tables) == 0

    alone = on(database_url, NEW)
    async with alone.read() as session:
        found = await session.execute(select(Delivery.number, Delivery.payload))
        rows = {row.number: row.payload for row in found}
    await alone.close()
    assert len(changed) > 20
    assert rows == {number: {"text": SECRET} for number in range(1, 201)} | changed


async def test_broken_off_it_can_be_run_again(database_url: URL, running: Database) -> None:
    await filled(database_url, OLD)
    async for _table in rekeying.rekey(running):
        break
    assert [table.table async for table in rekeying.rekey(running) if table.resealed]
    assert await read(database_url, NEW) == ALL


async def test_what_somebody_holds_is_left_and_told(
    database_url: URL, running: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if running.is_sqlite:
        pytest.skip("there is one writer at a time, and whoever comes waits")
    monkeypatch.setattr(rekeying, "PAUSE_SECONDS", 0)
    await filled(database_url, OLD)
    other = on(database_url, OLD)
    async with other.begin() as session:
        await session.execute(update(Draft).values(values={"title": "held"}))
        left = {table.table: table.older async for table in rekeying.rekey(running) if table.older}
    await other.close()
    assert left == {"drafts": 1}
    assert [table.table async for table in rekeying.rekey(running) if table.resealed] == ["drafts"]
