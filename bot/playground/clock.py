"""The local Slack's clock: movable time of day for dates and ts, real time for the three-second windows."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    def __init__(self) -> None:
        self._offset = timedelta()

    @property
    def ahead(self) -> timedelta:
        """How far it was moved."""
        return self._offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def microseconds(self) -> int:
        """Time of day in microseconds since 1970; the unit of a message's ts."""
        return time.time_ns() // 1000 + self._offset // timedelta(microseconds=1)

    def seconds(self) -> int:
        return self.microseconds() // 1_000_000

    def monotonic(self) -> float:
        """Seconds that never jump: trigger ids and acks are measured with it, wherever the clock is put."""
        return time.monotonic()

    def advance(self, by: timedelta) -> None:
        self._offset += by

    def set(self, now: datetime) -> None:
        self._offset = now - datetime.now(UTC)
