"""What was sealed with a key that is gone holds nobody else up, and goes out once the key is back."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from bot.db.engine import Database
from bot.db.keyring import Keyring, attach, new_key
from bot.outbox import service as outbox
from bot.outbox.models import Delivery
from tests.outbox.rig import Rig

LOST, KEPT = new_key(), new_key()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([KEPT])


@pytest.fixture
async def before(rig: Rig) -> AsyncIterator[Database]:
    """The database as it was opened when there was another key."""
    db = Database(rig.db.url, keyring=Keyring([LOST]))
    yield db
    await db.close()


async def _sealed_before(rig: Rig, before: Database, text: str) -> str:
    async with before.begin() as session:
        return await outbox.post(session, **rig.message(text, source="wins:1:card", tell="U1PM"))


async def test_a_message_that_no_key_can_read_is_given_up_alone(rig: Rig, before: Database) -> None:
    lost = await _sealed_before(rig, before, "sealed")
    await rig.post("readable", source="decisions:1:card")
    await rig.post("elsewhere", source="decisions:2:card", recipient=rig.channel(2))
    assert await rig.send_all() == {"dead": 1, "sent": 3}
    posted = {entry["arguments"]["text"] for entry in await rig.posted()}
    assert {"readable", "elsewhere"} < posted
    (told,) = posted - {"readable", "elsewhere"}
    assert "key" in told
    async with rig.db.read() as session:
        (trouble,) = await outbox.troubles(session, workspace_id=rig.workspace_id)
    assert (trouble.delivery_id, trouble.error) == (lost, "key_lost")


async def test_when_the_key_is_back_it_can_be_sent(rig: Rig, before: Database) -> None:
    lost = await _sealed_before(rig, before, "sealed")
    await rig.send_all()
    for engine in {rig.db.engine, rig.db.reader}:
        attach(engine.dialect, Keyring([KEPT, LOST]))
    async with rig.db.begin() as session:
        await outbox.retry(session, workspace_id=rig.workspace_id, delivery_id=lost, now=rig.clock.now())
    assert (await rig.send_all())["dead"] == 0
    assert "sealed" in await rig.texts()


async def test_a_card_that_no_key_can_read_any_more_can_still_be_changed(rig: Rig, before: Database) -> None:
    card = await rig.post("first")
    await rig.send_all()
    async with before.begin() as session:
        await session.execute(update(Delivery).values(payload={"text": "first"}))
    await rig.update(card, "second")
    await rig.post("in its thread", source="decisions:1:thanks", thread_of=card)
    assert await rig.send_all() == {"sent": 3}
    assert [entry["arguments"]["text"] for entry in await rig.ledger("chat.update")] == ["second"]
    assert await rig.texts() == ["first", "in its thread"]


async def test_a_change_that_no_key_can_read_is_given_up_and_a_newer_one_sent(
    rig: Rig, before: Database
) -> None:
    card = await rig.post("first")
    await rig.send_all()
    async with before.begin() as session:
        await outbox.update(
            session, workspace_id=rig.workspace_id, of=card, payload={"text": "lost"}, now=rig.clock.now()
        )
    assert await rig.send_all() == {"sent": 1, "dead": 1}
    await rig.update(card, "third")
    assert await rig.send_all() == {"sent": 2}
    assert [entry["arguments"]["text"] for entry in await rig.ledger("chat.update")] == ["third"]
    async with rig.db.read() as session:
        assert (await session.scalars(select(Delivery.payload).where(Delivery.kind == "update"))).all() == [
            {"text": "third"}
        ]
