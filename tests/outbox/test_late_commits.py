"""Slack takes a message long after we hung up: as long as that is within the lease, it stands there once."""

from collections import Counter
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.clock import MovableClock
from bot.db.engine import Database
from tests.outbox.rig import Rig, running, seed

LEASE_SECONDS = 10.0  # it begins before the request: a tenth of it is for a machine that stands still
POSTS = 40
LATE = 12  # of them


async def _sent(rig: Rig, *, after: float) -> Counter[str]:
    """Each text that Slack has in the end, with how often."""
    await rig.fault("late_commit", after, times=LATE)
    await rig.post_all(
        {"text": f"{n}", "source": f"wins:{n}:card", "recipient": rig.channel(1 + n % 4)}
        for n in range(POSTS)
    )
    retries = [timedelta(milliseconds=300)]
    assert await rig.send_all(lease_seconds=LEASE_SECONDS, retries=retries, seconds=60) == {"sent": POSTS}
    await rig.quiet(seconds=LEASE_SECONDS + 1)
    return Counter(await rig.texts())


@pytest.mark.slow
@pytest.mark.parametrize("of_lease", [0.5, 0.9])
async def test_what_comes_within_the_lease_comes_once(
    db: Database, clock: MovableClock, of_lease: float
) -> None:
    async with running(db, clock, seed(channels=4), timeout_seconds=0.5) as rig:
        said = await _sent(rig, after=of_lease * LEASE_SECONDS)
    assert said == Counter(str(n) for n in range(POSTS))


@pytest.mark.slow
async def test_what_comes_later_than_that_may_come_twice_and_is_logged(
    db: Database, clock: MovableClock
) -> None:
    """The honest bound: nobody can know of a request that Slack takes when we have given it up."""
    with capture_logs() as logged:
        async with running(db, clock, seed(channels=4), timeout_seconds=0.5) as rig:
            said = await _sent(rig, after=2.0 * LEASE_SECONDS)
    twice = sum(count - 1 for count in said.values())
    assert set(said) == {str(n) for n in range(POSTS)}
    assert 0 < twice <= LATE
    assert twice <= len([entry for entry in logged if entry["event"] == "sent_again"])
