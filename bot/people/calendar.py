"""A team's working calendar: the days of its week, public holidays, its own days off. Pure, once it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
import holidays.countries  # now: else all of them are read in the middle of the first request that needs one

from bot.i18n import _

LONGEST_BREAK = 366  # days that are looked ahead for one on which a team works
HOLIDAY_AHEAD = timedelta(days=7)  # a holiday is close
DAYS_OFF_AHEAD = timedelta(days=14)  # days off of a team's own are: people plan around those
ENGLISH = "en_US"
WORKS_FROM, WORKS_UNTIL = time(8), time(19)  # on a working day, where the team is


@dataclass(frozen=True)
class DaysOff:
    """From the first to the last day, both included."""

    first: date
    last: date
    name: str

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Calendar:
    """`working_days` as `date.weekday()` counts them; `country` and `region` by ISO 3166, or none."""

    working_days: frozenset[int] = frozenset(range(5))
    country: str | None = None
    region: str | None = None
    days_off: Sequence[DaysOff] = ()

    def why_off(self, day: date) -> str:
        """What keeps a team from working on a day of its week: a holiday, or days off of its own; "" when nothing does."""
        for off in self.days_off:
            if day in off:
                return off.name or _("a day off")
        if self.country is None:
            return ""
        return str(_holidays(self.country, self.region).get(day) or "")

    def is_working(self, day: date) -> bool:
        return day.weekday() in self.working_days and not self.why_off(day)

    def is_at_work(self, at: datetime, zone: ZoneInfo) -> bool:
        local = at.astimezone(zone)
        return self.is_working(local.date()) and WORKS_FROM <= local.time() < WORKS_UNTIL

    def at_work_from(self, at: datetime, zone: ZoneInfo) -> datetime:
        """This moment, or when the team next begins to work."""
        if self.is_at_work(at, zone):
            return at
        local = at.astimezone(zone)
        is_over = local.time() >= WORKS_UNTIL
        day = self.working_day_from(local.date() + timedelta(days=1) if is_over else local.date())
        return max(at, datetime.combine(day, WORKS_FROM, zone).astimezone(UTC))

    def working_day_from(self, day: date) -> date:
        """This day or the next one on which the team works; this one when it works on none for a year."""
        ahead = (day + timedelta(days=n) for n in range(LONGEST_BREAK))
        return next(filter(self.is_working, ahead), day)

    def close_break(self, today: date) -> DaysOff | None:
        """What keeps the team from working soon, or now: days off of its own, or a holiday in its week."""
        days = [today + timedelta(days=n) for n in range(HOLIDAY_AHEAD.days + 1)]
        own = [off for off in self.days_off if off.first <= today + DAYS_OFF_AHEAD and today <= off.last]
        public = [DaysOff(day, day, self.why_off(day)) for day in days if day.weekday() in self.working_days]
        return min([*own, *filter(lambda off: off.name, public)], key=lambda off: off.first, default=None)

    def before(self, day: date, working_days: int) -> date:
        """The day so many working days earlier: one before Monday is Friday."""
        return self._step(day, working_days, timedelta(days=-1))

    def after(self, day: date, working_days: int) -> date:
        """The day so many working days later."""
        return self._step(day, working_days, timedelta(days=1))

    def _step(self, day: date, working_days: int, direction: timedelta) -> date:
        found = day
        for _n in range(working_days):
            reached = found + direction
            for _m in range(LONGEST_BREAK):
                if self.is_working(reached):
                    break
                reached += direction
            found = reached
        return found


@lru_cache(maxsize=64)
def _holidays(country: str, region: str | None) -> holidays.HolidayBase:
    """By country and region, with English names where there are such; years are added as they are asked for."""
    known = holidays.country_holidays(country, subdiv=region)
    if ENGLISH in known.supported_languages:
        return holidays.country_holidays(country, subdiv=region, language=ENGLISH)
    return known


@lru_cache(maxsize=1)
def countries() -> dict[str, Sequence[str]]:
    """Country → its regions, by ISO 3166, as far as their holidays are known."""
    return {
        code: regions
        for code, regions in holidays.list_supported_countries(include_aliases=False).items()
        if len(code) == 2
    }
