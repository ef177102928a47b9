"""A replica to be killed: `python -m tests.schedule.worker DATABASE_URL KEY API_URL [AHEAD_SECONDS] [FAST_SECONDS]`.

It runs steps and sends what they post. Its clock is `AHEAD_SECONDS` ahead of all clocks, the database's too, as that of
a demo is; and `FAST_SECONDS` faster than the database's, as that of a host is whose clock is wrong.
"""

import asyncio
import sys
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import make_url

from bot.clock import Clock, MovableClock
from bot.db.engine import Database
from bot.db.keyring import Keyring
from bot.outbox.sender import Sender
from bot.schedule.worker import ScheduleWorker, Timed
from bot.slack.clients import Clients
from bot.slack.directory import Directory
from bot.workspaces.inquiries import Inquiries
from bot.workspaces.installations import Installations
from tests.outbox.worker import LEASE_SECONDS, TIMEOUT_SECONDS
from tests.schedule import bells


class WrongClock(MovableClock):
    """Tells another time than it was moved to: nobody knows that it is wrong."""

    def __init__(self, fast: timedelta) -> None:
        super().__init__()
        self._fast = fast

    def now(self) -> datetime:
        return super().now() + self._fast


async def nothing(*_session: object, **_more: object) -> list[Any]:
    return []


def ringing(db: Database, clock: Clock, *, timed: Timed = bells.timed, **options: Any) -> ScheduleWorker:
    """What runs the steps of bells; they ask nothing of Slack."""
    slack = Clients(api_url="http://127.0.0.1:9/", timeout_seconds=TIMEOUT_SECONDS)
    return ScheduleWorker(
        db,
        {bells.RITUAL: timed},
        clock=clock,
        inquiries=Inquiries(Installations(db), slack, Directory(clock)),
        suggest=nothing,
        **options,
    )


async def work(database_url: str, key: str, api_url: str, ahead: str = "0", fast: str = "0") -> None:
    db = Database(make_url(database_url), keyring=Keyring([key]))
    clock = WrongClock(timedelta(seconds=float(fast)))
    clock.advance(timedelta(seconds=float(ahead)))
    async with Clients(api_url=api_url, timeout_seconds=TIMEOUT_SECONDS) as clients:
        sender = Sender(
            db,
            clients,
            clock=clock,
            lease_seconds=LEASE_SECONDS,
            tick_seconds=0.2,
            pace_seconds=0.01,
            retries=[timedelta(milliseconds=200)],
            at_once=30,
        )
        schedule = ringing(db, clock, tick_seconds=0.2)
        sender.start()
        schedule.start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
