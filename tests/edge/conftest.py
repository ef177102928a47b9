"""The bot with its door open, and what it logs."""

from collections.abc import AsyncIterator
from io import StringIO

import pytest
from aiohttp import ClientSession

from bot import log
from bot.app import App
from tests.edge.door import Door
from tests.person import Slack


@pytest.fixture
async def door(logged: StringIO, slack: Slack, bot: App) -> AsyncIterator[Door]:
    async with ClientSession() as http:
        yield Door(slack, http)


@pytest.fixture(autouse=True)
def logged(logging_as_it_was: None) -> StringIO:
    """Everything that a process would write to its log, DEBUG of our own included, instead of all over the screen."""
    written = StringIO()
    log.set_up(level="DEBUG", format_="json", stream=written)
    return written
