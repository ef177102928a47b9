"""The one clock: read once at the edge of each interaction or tick, then passed on as `now`."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The time of day, aware and in UTC."""

    @property
    def ahead(self) -> timedelta:
        """How far it was moved; what goes by the database's clock adds this."""
        return timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock(Clock):
    """A clock that tests and demos move; it runs on from wherever it was put."""

    def __init__(self) -> None:
        self._offset = timedelta()

    @property
    def ahead(self) -> timedelta:
        return self._offset

    def now(self) -> datetime:
        return super().now() + self._offset

    def advance(self, by: timedelta) -> None:
        self._offset += by

    def set(self, now: datetime) -> None:
        self._offset = now - super().now()
