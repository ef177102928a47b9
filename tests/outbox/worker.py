"""A sender in a process of its own, to be killed: `python -m tests.outbox.worker DATABASE_URL KEY API_URL`."""

import asyncio
import sys
from datetime import timedelta

from sqlalchemy import make_url

from bot.clock import Clock
from bot.db.engine import Database
from bot.db.keyring import Keyring
from bot.outbox.sender import Sender
from bot.slack.clients import Clients

TIMEOUT_SECONDS = 1.0
LEASE_SECONDS = 2.5  # longer than a call, as in production, and short enough for a test to outlive it


async def work(database_url: str, key: str, api_url: str) -> None:
    db = Database(make_url(database_url), keyring=Keyring([key]))
    async with Clients(api_url=api_url, timeout_seconds=TIMEOUT_SECONDS) as clients:
        sender = Sender(
            db,
            clients,
            clock=Clock(),
            lease_seconds=LEASE_SECONDS,
            tick_seconds=0.2,
            pace_seconds=0.01,
            retries=[timedelta(milliseconds=200)],
            at_once=30,
        )
        sender.start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
