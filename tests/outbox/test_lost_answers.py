"""Answers that never come: nothing is lost, nothing is said twice, and what cannot be known is said to be unknown."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.outbox import service as outbox
from bot.outbox.models import Delivery
from tests.outbox.rig import Rig, eventually, running, seed


@pytest.mark.parametrize("size", [40, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_over_a_connection_that_drops_each_answer_every_message_arrives_once(
    db: Database, clock: MovableClock, how: str, size: int
) -> None:
    async with running(db, clock, seed(channels=20)) as rig:
        await rig.fault("reset_after_commit", how, times=size)
        await rig.post_all(
            {"text": f"{n}", "source": f"wins:{n}:card", "recipient": rig.channel(1 + n % 20)}
            for n in range(size)
        )
        assert await rig.send_all() == {"sent": size}
        assert Counter(await rig.texts()) == Counter(str(n) for n in range(size))


@pytest.mark.parametrize("size", [4, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_an_update_whose_answer_is_lost_is_made(rig: Rig, how: str, size: int) -> None:
    ids = await rig.post_all({"text": f"{n}", "source": f"wins:{n}:card"} for n in range(size))
    await rig.send_all()
    await rig.fault("reset_after_commit", how, method="chat.update", times=size)
    for n, delivery_id in enumerate(ids):
        await rig.update(delivery_id, f"{n}!")
    assert await rig.send_all() == {"sent": 2 * size}
    assert {call["arguments"]["text"] for call in await rig.ledger("chat.update")} == {
        f"{n}!" for n in range(size)
    }


@pytest.mark.parametrize("size", [4, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_a_passing_message_whose_answer_is_lost_is_given_up(rig: Rig, how: str, size: int) -> None:
    await rig.fault("reset_after_commit", how, method="chat.postEphemeral", times=size)
    async with rig.db.begin() as session:
        for n in range(size):
            await outbox.ephemeral(
                session,
                workspace_id=rig.workspace_id,
                source=f"wins:{n}:thanks",
                recipient=rig.channel(),
                user_id="U1PM",
                payload={"text": "Noted"},
                now=rig.clock.now(),
            )
    assert await rig.send_all() == {"skipped": size}
    assert len(await rig.ledger("chat.postEphemeral")) == size


async def test_an_error_that_may_hide_a_success_is_looked_into_before_anything_is_repeated(rig: Rig) -> None:
    said = []
    for code in (
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "duplicate_message_not_found",
    ):
        for kind in ("error_after_commit", "error"):
            await rig.fault(kind, code)
            said.append(f"{kind} {code}")
            await rig.post(said[-1], source=f"wins:{len(said)}:card")
            assert await rig.send_all() == {"sent": len(said)}
            assert await rig.texts() == said


async def test_a_message_found_after_a_lost_answer_can_be_updated_and_answered(rig: Rig) -> None:
    await rig.fault("reset_after_commit", "rst")
    parent = await rig.post("parent")
    await rig.post("reply", source="decisions:1:reply", thread_of=parent)
    await rig.send_all()
    first, reply = await rig.posted()
    assert reply["arguments"]["thread_ts"] == first["answer"]["ts"]


async def test_a_reply_whose_answer_is_lost_is_found_in_its_thread(rig: Rig) -> None:
    parent = await rig.post("parent")
    await rig.send_all()
    await rig.fault("reset_after_commit", "fin")
    await rig.post("reply", source="decisions:1:reply", thread_of=parent)
    assert await rig.send_all() == {"sent": 2}
    assert await rig.texts() == ["parent", "reply"]


async def test_no_reply_is_posted_while_its_message_is_in_doubt(rig: Rig) -> None:
    await rig.fault("reset_after_commit", "rst")
    await rig.fault("error", "missing_scope", method="conversations.history")
    parent = await rig.post("parent")
    await rig.post_all(
        {"text": f"reply {n}", "source": "decisions:1:reply", "part": n, "thread_of": parent}
        for n in range(20)
    )
    assert await rig.send_all() == {"uncertain": 1, "waiting": 20}
    assert await rig.texts() == ["parent"]


@pytest.mark.parametrize("refusal", ["invalid_arguments", "method_deprecated", "message_not_found"])
async def test_a_question_that_slack_refuses_says_nothing_of_the_message(rig: Rig, refusal: str) -> None:
    await rig.fault("reset_after_commit", "rst")
    await rig.fault("error", refusal, method="conversations.history")
    await rig.post("mine", tell="U1OWNER")
    assert await rig.send_all() == {"uncertain": 1, "sent": 1}
    mine, told = await rig.texts()
    assert mine == "mine"
    assert "may or may not have arrived" in told


async def test_after_a_question_that_came_too_often_it_is_asked_again(rig: Rig) -> None:
    await rig.fault("reset_after_commit", "rst")
    await rig.fault("error", "ratelimited", method="conversations.history")
    await rig.post("mine")
    assert await rig.send_all() == {"sent": 1}
    assert await rig.texts() == ["mine"]


async def test_a_message_in_a_busy_channel_is_found_on_a_later_page(rig: Rig) -> None:
    await rig.fault("reset_after_commit", "rst")
    await rig.post("mine")
    sender = rig.sender(retries=[timedelta(hours=1)])
    await sender.send_due()
    for n in range(250):
        await rig.say(f"noise {n}")
    rig.clock_moved(hours=2)
    assert await rig.send_all() == {"sent": 1}
    assert await rig.texts() == ["mine"]


@pytest.mark.slow
async def test_a_message_that_may_have_arrived_where_we_may_not_look_is_told_and_not_repeated(
    db: Database, clock: MovableClock
) -> None:
    histories = ["channels:history", "groups:history", "im:history", "mpim:history"]
    async with running(db, clock, seed(channels=3, withheld_scopes=histories)) as rig:
        await rig.fault("reset_after_commit", "rst", times=100)
        await rig.post_all(
            {
                "text": f"{n}",
                "source": f"pulse:{n}:card",
                "recipient": rig.channel(1 + n % 3),
                "tell": "U1OWNER",
            }
            for n in range(100)
        )
        assert await rig.send_all() == {"uncertain": 100, "sent": 1}
        async with db.read() as session:
            troubles = await outbox.troubles(session, workspace_id=rig.workspace_id, limit=100)
        assert len(troubles) == 100
        *cards, told = await rig.texts()
        assert Counter(cards) == Counter(str(n) for n in range(100))
        assert "may or may not have arrived" in told

        async with db.begin() as session:  # a person looked, and one was missing
            assert await outbox.retry(
                session, workspace_id=rig.workspace_id, delivery_id=troubles[0].delivery_id, now=clock.now()
            )
        await rig.send_all()
        assert len(await rig.posted()) == 102


async def test_slack_that_does_not_answer_in_time_is_looked_into(db: Database, clock: MovableClock) -> None:
    async with running(db, clock, timeout_seconds=0.3) as rig:
        await rig.fault("late_commit", 0.6)  # Slack takes it after we hung up
        await rig.post("late")
        assert await rig.send_all(retries=[timedelta(seconds=1)]) == {"sent": 1}
        assert await rig.texts() == ["late"]


async def test_a_marker_whose_lease_has_passed_changes_nothing(rig: Rig) -> None:
    """A sender that sleeps through its lease wakes up with an answer to a question that is no longer its own."""
    delivery_id = await rig.post()
    await rig.fault("latency", 0.5)
    slow = rig.sender(tick_seconds=3600)
    drain = asyncio.create_task(slow.send_due())
    await rig.sending(delivery_id)
    async with rig.db.begin() as session:  # its lease passes, and another sender takes the message up
        await session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id)
            .values(attempt=Delivery.attempt + 1, lease_until=rig.clock.now() + timedelta(seconds=30))
        )
    assert await drain == 0
    assert await rig.state_of(delivery_id) == "sending"
    async with rig.db.begin() as session:
        await session.execute(update(Delivery).values(lease_until=rig.clock.now() - timedelta(seconds=1)))
    assert await rig.send_all() == {"sent": 1}
    assert await rig.texts() == ["hello"]


async def test_no_call_is_begun_that_could_outlive_its_lease(rig: Rig) -> None:
    await rig.post()
    sender = rig.sender(lease_seconds=rig.clients.timeout_seconds)
    claimed = asyncio.create_task(sender.send_due())
    await eventually(rig.attempts)
    await sender.stop()
    await claimed
    assert await rig.posted() == []


async def test_a_message_left_by_a_process_that_died_is_looked_for_before_it_is_sent_again(rig: Rig) -> None:
    await rig.post("arrived", source="wins:1:card")
    await rig.fault("reset_after_commit", "rst")
    await rig.sender(retries=[timedelta(hours=1)]).send_due()
    await rig.post("never left", source="wins:2:card")
    async with rig.db.begin() as session:
        long_ago = rig.clock.now() - timedelta(minutes=5)
        await session.execute(
            update(Delivery).values(
                state="sending", lease_until=long_ago, attempt=1, first_try_at=long_ago, not_before=long_ago
            )
        )
    assert await rig.send_all() == {"sent": 2}
    assert Counter(await rig.texts()) == Counter(["arrived", "never left"])
