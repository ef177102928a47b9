"""The tick: APScheduler calls "look now" every few seconds in every replica, and nothing more.

It never sends and never owns what is due: `shutdown` cancels its coroutines, and two schedulers on one job store run
a job twice. What is due are rows; the work a tick starts is a tracked task.
"""

from collections.abc import Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler


class Tick:
    """Calls each `look` at its interval until stopped."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def every(self, seconds: float, look: Callable[[], None]) -> None:
        async def on_the_loop() -> None:  # a plain function would be run in a thread
            look()

        self._scheduler.add_job(on_the_loop, "interval", seconds=seconds)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
