"""Messages on a good day: they arrive once, in order, at their time, in their latest state."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy import update as change

from bot.clock import MovableClock
from bot.outbox import service as outbox
from bot.outbox.models import Delivery
from tests.outbox.rig import Json, Rig, eventually

SECOND = timedelta(seconds=1)


def at(call: Json) -> datetime:
    return datetime.fromisoformat(call["at"])


async def test_a_message_arrives_and_its_place_is_known(rig: Rig) -> None:
    delivery_id = await rig.post("hello")
    assert await rig.sender().send_due() == 1
    [call] = await rig.posted()
    assert call["arguments"]["text"] == "hello"
    async with rig.db.read() as session:
        by_id = await outbox.message_of(session, workspace_id=rig.workspace_id, delivery_id=delivery_id)
        by_source = await outbox.message_of(session, workspace_id=rig.workspace_id, source="decisions:1:card")
    assert by_id == by_source == (call["answer"]["channel"], call["answer"]["ts"])


async def test_a_message_unfurls_nothing_and_carries_only_an_opaque_id(rig: Rig) -> None:
    delivery_id = await rig.post("see https://example.com")
    await rig.sender().send_due()
    [call] = await rig.posted()
    assert call["arguments"]["unfurl_links"] is False
    assert call["arguments"]["unfurl_media"] is False
    assert call["arguments"]["metadata"] == {
        "event_type": "common_ground_delivery",
        "event_payload": {"id": delivery_id},
    }


async def test_what_a_transaction_leaves_is_sent_without_waiting_for_the_tick(rig: Rig) -> None:
    sender = rig.sender(tick_seconds=3600)
    sender.start()
    try:
        await rig.post("hello")
        await rig.settled(seconds=5)
    finally:
        await sender.stop()
    assert await rig.texts() == ["hello"]


async def test_a_message_waits_for_its_time(rig: Rig, clock: MovableClock) -> None:
    await rig.post("good morning", not_before=clock.now() + timedelta(hours=8))
    sender = rig.sender()
    assert await sender.send_due() == 0
    clock.advance(timedelta(hours=8, seconds=1))
    assert await sender.send_due() == 1


async def test_what_is_of_no_use_any_more_holds_up_nothing_behind_it(rig: Rig, clock: MovableClock) -> None:
    sender = rig.sender(tick_seconds=3600)
    await sender.send_due()
    stale = await rig.post("the session begins", useful_until=clock.now() + timedelta(hours=6))
    clock.advance(timedelta(days=1))
    await rig.post("the next one begins", source="decisions:2:card")
    assert await sender.send_due() == 1
    assert await rig.texts() == ["the next one begins"]
    assert await rig.state_of(stale) == "skipped"


async def test_what_a_process_whose_clock_is_fast_leaves_is_sent_at_once_all_the_same(rig: Rig) -> None:
    fast = rig.clock.now() + timedelta(hours=1)
    delivery_id = await rig.post("1", now=fast)
    assert await rig.send_all(seconds=5) == {"sent": 1}
    async with rig.db.begin() as session:
        await outbox.update(
            session, workspace_id=rig.workspace_id, of=delivery_id, payload={"text": "2"}, now=fast
        )
    assert await rig.send_all(seconds=5) == {"sent": 2}


async def test_a_message_of_a_transaction_that_fails_is_never_sent(rig: Rig) -> None:
    async def fail() -> None:
        async with rig.db.begin() as session:
            await outbox.post(session, **rig.message(source="decisions:1:card"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await rig.sender().send_due() == 0


async def test_a_hundred_people_who_cause_the_same_message_cause_one(rig: Rig) -> None:
    ids = await asyncio.gather(*(rig.post() for _ in range(100)))
    assert len(set(ids)) == 1
    await rig.sender().send_due()
    assert len(await rig.posted()) == 1


async def test_replies_follow_their_message_in_order(rig: Rig) -> None:
    async with rig.db.begin() as session:
        parent = await outbox.post(session, **rig.message("parent", source="problems:1:card"))
        for n in range(20):
            await outbox.post(
                session, **rig.message(f"reply {n}", source="problems:1:reply", part=n, thread_of=parent)
            )
    await rig.send_all()
    first, *replies = await rig.posted()
    assert [call["arguments"]["text"] for call in replies] == [f"reply {n}" for n in range(20)]
    assert {call["arguments"].get("thread_ts") for call in replies} == {first["answer"]["ts"]}


async def test_a_reply_to_a_reply_stays_in_the_thread(rig: Rig) -> None:
    parent = await rig.post("parent", source="problems:1:card")
    await rig.send_all()
    reply = await rig.post("reply", source="problems:1:reply", thread_of=parent)
    await rig.post("again", source="problems:1:again", thread_of=reply)
    await rig.send_all()
    first, *replies = await rig.posted()
    assert {call["arguments"]["thread_ts"] for call in replies} == {first["answer"]["ts"]}


async def test_a_persons_direct_message_is_opened_once(rig: Rig) -> None:
    sender = rig.sender()
    for n in range(3):
        await rig.post(f"hello {n}", source=f"one_on_ones:{n}:agenda", recipient="U1PM")
        await sender.send_due()
    assert len(await rig.ledger("conversations.open")) == 1
    assert {call["answer"]["channel"][0] for call in await rig.posted()} == {"D"}


@pytest.mark.parametrize(
    ("each", "pace"),
    [(20, 0.1), pytest.param(200, 1, marks=pytest.mark.slow)],  # the second is Slack's own pace
)
async def test_messages_due_at_once_keep_the_pace_of_their_channel_and_their_order(
    rig: Rig, each: int, pace: float
) -> None:
    await rig.post_all(
        {"text": f"{n}", "source": f"wins:{n}:card", "recipient": rig.channel(channel)}
        for n in range(each)
        for channel in (1, 2, 3)
    )
    assert await rig.send_all(pace_seconds=pace, seconds=60 + 1.5 * each * pace) == {"sent": 3 * each}
    calls = await rig.posted()
    times = []
    for channel in (1, 2, 3):
        here = [call for call in calls if call["arguments"]["channel"] == rig.channel(channel)]
        assert [call["arguments"]["text"] for call in here] == [f"{n}" for n in range(each)]
        times.append([at(call) for call in here])
    for one in times:
        assert max(sum(began <= time < began + 10 * pace * SECOND for time in one) for began in one) <= 12
    # side by side, not one channel after the other
    assert max(one[0] for one in times) < min(one[-1] for one in times)


async def test_told_to_stop_at_any_moment_it_waits_for_no_tick(rig: Rig) -> None:
    for moment in range(30):
        sender = rig.sender(tick_seconds=3_600, shutdown_seconds=3_600)
        await rig.post(f"{moment}", source=f"wins:{moment}:card")
        sender.start()
        await asyncio.sleep(moment / 1_000)
        async with asyncio.timeout(20):
            await sender.stop()


async def test_of_several_updates_that_wait_only_the_last_is_sent(rig: Rig) -> None:
    delivery_id = await rig.post("0 of 3 know")
    sender = rig.sender()
    await sender.send_due()
    for n in (1, 2, 3):
        async with rig.db.begin() as session:
            await outbox.update(
                session,
                workspace_id=rig.workspace_id,
                of=delivery_id,
                payload={"text": f"{n} of 3 know"},
                now=rig.clock.now(),
            )
    await sender.send_due()
    [call] = await rig.ledger("chat.update")
    [post] = await rig.posted()
    assert call["arguments"]["text"] == "3 of 3 know"
    assert (call["arguments"]["channel"], call["arguments"]["ts"]) == (
        post["answer"]["channel"],
        post["answer"]["ts"],
    )


async def test_an_update_before_the_first_try_changes_what_is_posted(rig: Rig) -> None:
    delivery_id = await rig.post("draft")
    await rig.update(delivery_id, "final")
    await rig.send_all()
    assert await rig.texts() == ["final"]
    assert await rig.ledger("chat.update") == []


async def test_an_update_that_comes_while_its_message_is_on_its_way_follows_it(rig: Rig) -> None:
    delivery_id = await rig.post("1")
    await rig.fault("latency", 0.5)
    sender = rig.sender()
    sender.start()
    try:
        await rig.sending(delivery_id)
        await rig.update(delivery_id, "2")
        await rig.settled()
        await eventually(lambda: rig.ledger("chat.update"))
    finally:
        await sender.stop()
    assert await rig.texts() == ["1"]
    assert [call["arguments"]["text"] for call in await rig.ledger("chat.update")] == ["2"]


async def test_an_update_that_comes_while_another_is_on_its_way_is_sent_after_it(rig: Rig) -> None:
    delivery_id = await rig.post("1")
    await rig.send_all()
    await rig.fault("latency", 0.5, method="chat.update")
    await rig.update(delivery_id, "2")
    async with rig.db.read() as session:
        update_id = (
            await session.scalars(select(Delivery.id).where(Delivery.parent_id == delivery_id))
        ).one()
    sender = rig.sender()
    sender.start()
    try:
        await rig.sending(update_id)
        await rig.update(delivery_id, "3")
        await rig.settled()
    finally:
        await sender.stop()
    assert [call["arguments"]["text"] for call in await rig.ledger("chat.update")] == ["2", "3"]


async def test_an_update_that_comes_while_one_is_refused_is_sent_after_it(rig: Rig) -> None:
    delivery_id = await rig.post("1")
    await rig.send_all()
    await rig.fault("latency", 0.5, method="chat.update")
    async with rig.db.begin() as session:
        await outbox.update(
            session,
            workspace_id=rig.workspace_id,
            of=delivery_id,
            payload={"text": "2", "blocks": [{"type": "nonsense"}]},
            now=rig.clock.now(),
        )
    sender = rig.sender()
    sender.start()
    try:
        await rig.until(lambda states: bool(states["sending"]))
        await rig.update(delivery_id, "3")
        assert await rig.settled() == {"sent": 2}
    finally:
        await sender.stop()
    calls = await rig.ledger("chat.update")
    assert [(call["arguments"]["text"], call["committed"]) for call in calls] == [("2", False), ("3", True)]


async def test_an_update_that_is_the_twentieth_of_its_card_is_made_after_a_crash_too(rig: Rig) -> None:
    delivery_id = await rig.post("1")
    await rig.send_all()
    await rig.update(delivery_id, "21")
    async with rig.db.begin() as session:
        ended = rig.clock.now() - timedelta(minutes=5)
        of_it = change(Delivery).where(Delivery.parent_id == delivery_id)
        await session.execute(of_it.values(state="sending", lease_until=ended, attempt=21))
    assert await rig.send_all() == {"sent": 2}
    assert [call["arguments"]["text"] for call in await rig.ledger("chat.update")] == ["21"]


async def test_a_passing_message_is_shown_to_its_person_alone(rig: Rig) -> None:
    async with rig.db.begin() as session:
        await outbox.ephemeral(
            session,
            workspace_id=rig.workspace_id,
            source="decisions:1:thanks",
            recipient=rig.channel(),
            user_id="U1PM",
            payload={"text": "Noted"},
            now=rig.clock.now(),
        )
    await rig.send_all()
    [call] = await rig.ledger("chat.postEphemeral")
    assert (call["arguments"]["user"], call["committed"]) == ("U1PM", True)


async def test_a_sender_that_stops_finishes_what_is_under_way_and_leaves_the_rest(rig: Rig) -> None:
    first = await rig.post("first", source="wins:1:card")
    await rig.fault("latency", 0.5)
    sender = rig.sender()
    sender.start()
    await rig.sending(first)
    await rig.post("second", source="wins:2:card", not_before=rig.clock.now() + timedelta(hours=1))
    await sender.stop()
    assert await rig.states() == {"sent": 1, "due": 1}
    assert await rig.texts() == ["first"]
