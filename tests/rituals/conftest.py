"""The bot of these stories looks at what waits more often than it would, so that nobody waits for it."""

from collections.abc import AsyncIterator

import pytest

from bot.app import App
from bot.clock import MovableClock
from bot.db.engine import Database
from tests.bot import running_bot
from tests.person import Slack

OFTEN = 0.5  # seconds


@pytest.fixture
async def bot(slack: Slack, db: Database, clock: MovableClock) -> AsyncIterator[App]:
    async with running_bot(slack, db, clock=clock, tick_seconds=OFTEN) as app:
        yield app
