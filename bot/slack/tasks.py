"""Work that goes on after the answer: tracked, so that a shutdown waits for it and a failure is never silent."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog

from bot.errors import Refusal

log = structlog.get_logger()


class Tasks:
    """Tasks of this process. A failure that its own code does not deal with is logged with the task's name.

    A Refusal is no failure: whoever asked for the work is told.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._stopping = asyncio.Event()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def start(self, work: Coroutine[Any, Any, object], *, name: str) -> asyncio.Task[Any]:
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return task

    def turn(self, of: str) -> asyncio.Lock:
        """For what is so much work that it is done one at a time, of a workspace or of all."""
        return self._turns[of]

    def is_running(self, name: str) -> bool:
        return any(task.get_name() == name for task in self._running)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, Refusal):
            log.error("task_failed", task=task.get_name(), exc_info=error)

    async def pause(self, seconds: float) -> None:
        """Sleep; a shutdown cuts it short, so that nobody waits for what only waits."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def idle(self) -> None:
        """Wait until nothing is running, also what running tasks start."""
        while self._running:
            await asyncio.wait(self._running)

    async def stop(self, *, seconds: float) -> None:
        """Let what is running finish; after `seconds` cancel the rest."""
        self._stopping.set()
        try:
            async with asyncio.timeout(seconds):
                await self.idle()
        except TimeoutError:
            left = list(self._running)
            log.warning("tasks_cancelled", tasks=[task.get_name() for task in left])
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
