"""A local Slack with one workspace, for the tests that need no more."""

from collections.abc import AsyncIterator

import pytest

from bot.clock import MovableClock
from bot.db.engine import Database
from tests.outbox.rig import Rig, running, seed


@pytest.fixture
async def rig(db: Database, clock: MovableClock) -> AsyncIterator[Rig]:
    async with running(db, clock, seed(channels=3)) as rig:
        yield rig
