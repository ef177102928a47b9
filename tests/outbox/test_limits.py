"""Slack asks us to wait: the one who is asked waits, the others do not notice."""

from datetime import datetime, timedelta

import pytest

from bot.clock import MovableClock
from bot.db.engine import Database
from tests.outbox.rig import Rig, running, seed

# Calls that had left when the 429 came are no breach: nobody could have called them back. That is one a channel, and
# one more where the answer came while the next were being taken.
CHANNELS = 5
UNDER_WAY = timedelta(seconds=5)


async def _post_in_twenty_workspaces(rig: Rig, *, wait_seconds: int) -> None:
    """Twenty messages in each; the first that goes to T1 is answered with a 429."""
    await rig.fault("http", {"status": 429, "retry_after": wait_seconds}, workspace="T1", times=1)
    await rig.post_all(
        {
            "text": f"{n}",
            "source": f"wins:{n}:card",
            "workspace_id": rig.workspaces[workspace - 1],
            "recipient": rig.channel(1 + n % CHANNELS, workspace=workspace),
        }
        for n in range(20)
        for workspace in range(1, 21)
    )


async def test_a_workspace_that_is_told_to_wait_waits_and_nineteen_others_do_not(
    db: Database, clock: MovableClock
) -> None:
    async with running(db, clock, seed(workspaces=20, channels=CHANNELS)) as rig:
        await _post_in_twenty_workspaces(rig, wait_seconds=3_600)
        assert await rig.sender(pace_seconds=0.01).send_due() == 380 + len(await rig.posted(team_id="T1"))
        assert len(await rig.ledger("chat.postMessage", team_id="T1")) <= 1 + 2 * CHANNELS
        rig.clock_moved(seconds=3_601)
        assert await rig.send_all(pace_seconds=0.01) == {"sent": 400}


@pytest.mark.slow
async def test_a_workspace_that_is_told_to_wait_thirty_seconds_waits_as_long(
    db: Database, clock: MovableClock
) -> None:
    async with running(db, clock, seed(workspaces=20, channels=CHANNELS)) as rig:
        began = clock.now()
        await _post_in_twenty_workspaces(rig, wait_seconds=30)
        assert await rig.send_all(pace_seconds=0.01) == {"sent": 400}

        limited = await rig.ledger("chat.postMessage", team_id="T1")
        refused_at = datetime.fromisoformat(next(call for call in limited if call["status"] == 429)["at"])
        since = [datetime.fromisoformat(call["at"]) - refused_at for call in limited]
        too_soon = [time for time in since if timedelta() < time < timedelta(seconds=30)]
        assert len(too_soon) <= 2 * CHANNELS
        assert max(too_soon, default=timedelta()) < UNDER_WAY
        others = [call for call in await rig.posted() if call["team_id"] != "T1"]
        assert len(others) == 380
        latest = max(datetime.fromisoformat(call["at"]) for call in others)
        assert latest - began < timedelta(seconds=15)


async def test_being_told_to_wait_is_no_failed_try(rig: Rig) -> None:
    await rig.fault("http", {"status": 429, "retry_after": 0.05}, times=12)
    await rig.post()
    assert await rig.send_all() == {"sent": 1}


async def test_a_limit_on_posting_does_not_hold_updates_back(rig: Rig) -> None:
    delivery_id = await rig.post("1", source="wins:1:card")
    await rig.send_all()
    await rig.fault("http", {"status": 429, "retry_after": 60})
    await rig.post("held", source="wins:2:card")
    sender = rig.sender()
    await sender.send_due()
    await rig.update(delivery_id, "2")
    await sender.send_due()
    assert len(await rig.ledger("chat.update")) == 1
    assert await rig.texts() == ["1"]


async def test_a_second_process_keeps_to_the_limit_that_the_first_was_told(rig: Rig) -> None:
    await rig.fault("http", {"status": 429, "retry_after": 60})
    await rig.post("1", source="wins:1:card")
    await rig.sender().send_due()
    await rig.post("2", source="wins:2:card", recipient=rig.channel(2))
    assert await rig.sender().send_due() == 0
    assert len(await rig.ledger("chat.postMessage")) == 1


async def test_a_limit_learned_while_a_direct_message_is_being_opened_holds_its_message_back(
    rig: Rig,
) -> None:
    await rig.fault("latency", 2.0, method="conversations.open")  # long enough for a machine that stalls
    await rig.fault("http", {"status": 429, "retry_after": 60})
    await rig.post("to a person", source="wins:1:card", recipient="U1PM")
    await rig.post("to a channel", source="wins:2:card")
    await rig.sender().send_due()
    [call] = await rig.ledger("chat.postMessage")
    assert call["arguments"]["text"] == "to a channel"
    assert await rig.states() == {"due": 2}
