"""A second opinion on when a rule comes about: each date asked, each minute of a zone's clock looked at.

It shares nothing with the bot: no recurrence library, and no wall time is ever turned into UTC. A zone is only asked
what its clock shows at an instant, which has one answer. Where the two agree, they agree by different ways.
"""

from calendar import monthrange
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

EPOCH = date(1970, 1, 1)
HOUR = 60
DAY = 24 * HOUR
A_MONDAY = date(2024, 1, 1)


def weekday(day: date) -> int:
    return (day - A_MONDAY).days % 7


def is_weekly(day: date, *, days: Collection[int], every: int, anchor: date) -> bool:
    def week(of: date) -> int:
        return (of - A_MONDAY).days // 7

    return weekday(day) in days and (week(day) - week(anchor)) % every == 0


def is_by_weekday(day: date, *, nth: int, wanted: int, every: int, anchor: date) -> bool:
    if _months(anchor, day) % every:
        return False
    such = [other for other in _month_of(day) if weekday(other) == wanted]
    return day == (such[-1] if nth == -1 else such[nth - 1])


def is_by_day(day: date, *, wanted: int, every: int, anchor: date) -> bool:
    return _months(anchor, day) % every == 0 and day.day == min(wanted, len(_month_of(day)))


def _months(start: date, end: date) -> int:
    return 12 * (end.year - start.year) + end.month - start.month


def _month_of(day: date) -> list[date]:
    return _month(day.year, day.month)


@cache
def _month(year: int, month: int) -> list[date]:
    return [date(year, month, n + 1) for n in range(monthrange(year, month)[1])]


def dates_between(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


class Clock:
    """What a zone's clock shows in every UTC minute from the first date to the last."""

    def __init__(self, zone: str, first: date, last: date) -> None:
        self._zone = ZoneInfo(zone)
        # Two days more at both ends: a local date begins up to 14 hours earlier and ends up to 12 later than UTC's.
        start = ((first - EPOCH).days - 2) * DAY
        end = ((last - EPOCH).days + 3) * DAY
        self.utc: npt.NDArray[np.int32] = np.arange(start, end, dtype=np.int32)
        self.local = self.utc + self._offsets(start, end)
        self._jumps = np.flatnonzero(np.diff(self.local) > 1)
        self._first: dict[time, dict[date, int]] = {}

    def _offsets(self, start: int, end: int) -> npt.NDArray[np.int32]:
        hourly = [self._offset(minute) for minute in range(start, end + 1, HOUR)]
        offsets = np.repeat(np.array(hourly[:-1], dtype=np.int32), HOUR)
        for n in np.flatnonzero(np.diff(hourly)):
            first = int(n) * HOUR
            offsets[first : first + HOUR] = [self._offset(start + first + m) for m in range(HOUR)]
        return offsets

    def _offset(self, minute: int) -> int:
        offset = datetime.fromtimestamp(minute * 60, self._zone).utcoffset()
        assert offset is not None
        minutes, rest = divmod(offset, timedelta(minutes=1))
        assert not rest  # nowhere since 1972
        return minutes

    def instants(self, days: Collection[date], at: time) -> list[tuple[date, datetime]]:
        """Each date with the first minute that shows this time on it.

        Where the clock jumps over that minute, it is shown shifted by the jump: the minute it would be, had it not
        jumped. A date that is jumped over as a whole gives way to the one after it.
        """
        if at not in self._first:
            self._first[at] = self._first_shown(at)
        shown = self._first[at]
        listed = set(days)
        found = []
        for day in days:
            minute = shown.get(day)
            if minute is None:
                minute = self._jumped_over(day, at)
                if not self._exists(day) and day + timedelta(days=1) in listed:
                    continue
            found.append((day, datetime.fromtimestamp(minute * 60, UTC)))
        return found

    def _first_shown(self, at: time) -> dict[date, int]:
        hits = np.flatnonzero(self.local % DAY == _minute(at))
        days, first = np.unique(self.local[hits] // DAY, return_index=True)
        return {
            EPOCH + timedelta(days=day): minute
            for day, minute in zip(days.tolist(), self.utc[hits[first]].tolist(), strict=True)
        }

    def _jumped_over(self, day: date, at: time) -> int:
        wanted = (day - EPOCH).days * DAY + _minute(at)
        for n in self._jumps:
            if self.local[n] < wanted < self.local[n + 1]:
                return int(self.utc[n] + wanted - self.local[n])
        raise LookupError(f"{self._zone} shows {at} on {day} neither once nor never")

    def _exists(self, day: date) -> bool:
        start = np.searchsorted(self.utc, (day - EPOCH).days * DAY)
        around = self.local[max(start - DAY, 0) : start + 2 * DAY]
        return bool(np.any(around // DAY == (day - EPOCH).days))

    def times_shown(self, day: date, at: time) -> int:
        return int(np.count_nonzero(self.local == (day - EPOCH).days * DAY + _minute(at)))


def _minute(at: time) -> int:
    return at.hour * HOUR + at.minute
