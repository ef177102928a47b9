"""Messages on a good day: they arrive once, in order, at their time."""

from datetime import timedelta

from bot.clock import MovableClock
from bot.outbox import service as outbox
from tests.outbox.rig import Rig


async def test_a_message_arrives_and_its_place_is_known(rig: Rig) -> None:
    delivery_id = await rig.post("hello")
    assert await rig.sender().send_due() == 1
    [call] = await rig.posted()
    assert call["arguments"]["text"] == "hello"
    async with rig.db.read() as session:
        message = await outbox.message_of(session, workspace_id=rig.workspace_id, delivery_id=delivery_id)
    assert message == (call["answer"]["channel"], call["answer"]["ts"])
