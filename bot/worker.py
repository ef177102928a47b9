"""What works in the background: at once when a transaction leaves something to do, and at every tick.

The inbox, the outbox and the schedule each have one; any number of processes may run one of each.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.db.database_time import database_time
from bot.db.engine import Database

log = structlog.get_logger()

AFTER_FAILURE_SECONDS = 1.0  # between tries while the database is away


class Worker(ABC):
    """`wakes_on`: the mark of sessions whose commit leaves something to do."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        name: str,
        wakes_on: str,
        shutdown_seconds: float,
        tick_seconds: float,
    ) -> None:
        self._db = db
        self._clock = clock
        self._name, self._wakes_on = name, wakes_on
        self._shutdown_seconds, self._tick_seconds = shutdown_seconds, tick_seconds
        self._something_new = asyncio.Event()
        self._draining = asyncio.Lock()  # whoever asks for a drain waits for the one that goes on
        self._in_hand: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._running: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] | None = None

    def start(self) -> None:
        """Work from now on."""
        self._stopping = False
        self._stop_listening = self._db.on_commit(self._wakes_on, self.wake)
        self._running = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Begin nothing more and finish what is in hand; what outlasts `shutdown_seconds` is cancelled."""
        self._stopping = True
        self.wake()
        if self._running is None or self._stop_listening is None:
            return
        self._stop_listening()
        await asyncio.wait({self._running}, timeout=self._shutdown_seconds)
        for task in (self._running, *self._in_hand):
            task.cancel()
        await asyncio.gather(self._running, *self._in_hand, return_exceptions=True)
        self._running = None

    def wake(self) -> None:
        """There may be something to do."""
        self._something_new.set()

    @abstractmethod
    async def _work(self) -> None:
        """Do all there is to do now."""

    async def _rest(self) -> None:
        """Until there is something new, or a tick has passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._tick_seconds):
                await self._something_new.wait()

    async def _run(self) -> None:
        while not self._stopping:
            self._something_new.clear()
            try:
                await self._work()
            except (DBAPIError, OSError) as error:
                log.warning("database_away", worker=self._name, error=type(error).__name__)
                await asyncio.sleep(AFTER_FAILURE_SECONDS)
            except Exception:  # nothing may end this task quietly
                log.exception("worker_broke", worker=self._name)
                await asyncio.sleep(AFTER_FAILURE_SECONDS)
            else:
                if not self._stopping:  # it may have been told so while it worked
                    await self._rest()

    async def _now(self, session: AsyncSession) -> datetime:
        """By the database's clock, on which replicas agree."""
        return await database_time(session) + self._clock.ahead
