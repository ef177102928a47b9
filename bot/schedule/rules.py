"""When a ritual repeats: local days by a rule, a wall time, a zone. Pure arithmetic, the same on every host.

A rule is counted in local dates and turned into an instant at the end: so 09:00 stays 09:00 through daylight saving,
and a date has its ritual once, however often its hours come.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from enum import IntEnum
from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

LAST = -1
LONGEST_MONTH = 31


class Weekday(IntEnum):
    """As `date.weekday()` counts. Never as cron does: there 1 is Monday for some and Tuesday for others."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


WORKDAYS = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)

Every = Annotated[int, Field(ge=1, le=52)]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True)


class Weekly(_Rule):
    """On these days of every week, or of every n-th, counted from the anchor's week; weeks begin on Monday."""

    kind: Literal["weekly"] = "weekly"
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    every: Every = 1


class MonthlyByWeekday(_Rule):
    """On the first, second, third, fourth or last such day of a month."""

    kind: Literal["monthly_by_weekday"] = "monthly_by_weekday"
    nth: Literal[1, 2, 3, 4, -1]
    day: Weekday
    every: Every = 1


class MonthlyByDay(_Rule):
    """On a day of the month; where a month is shorter, on its last."""

    kind: Literal["monthly_by_day"] = "monthly_by_day"
    day: Annotated[int, Field(ge=1, le=LONGEST_MONTH)]
    every: Every = 1


Rule = Annotated[Weekly | MonthlyByWeekday | MonthlyByDay, Field(discriminator="kind")]

parse_rule: TypeAdapter[Weekly | MonthlyByWeekday | MonthlyByDay] = TypeAdapter(Rule)


def dates(rule: Rule, *, anchor: date, after: date) -> Iterator[date]:
    """The local dates of a rule behind `after`, none before `anchor`."""
    start = datetime.combine(anchor, time())
    for found in _recurrence(rule, start).xafter(datetime.combine(after, time())):
        yield found.date()


def _recurrence(rule: Rule, start: datetime) -> rrule:
    match rule:
        case Weekly():
            return rrule(WEEKLY, start, rule.every, wkst=Weekday.MONDAY, byweekday=rule.days)
        case MonthlyByWeekday():
            return rrule(MONTHLY, start, rule.every, byweekday=weekday(rule.day)(rule.nth))
        case MonthlyByDay():
            # Each month has its 28th; of what it has of the days from there to the one wanted, the last.
            days = range(min(rule.day, 28), rule.day + 1)
            return rrule(MONTHLY, start, rule.every, bymonthday=days, bysetpos=LAST)


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A wall time of a day in UTC.

    One that does not exist there shifts forward by the gap (02:30 → 03:30), of one that exists twice the first is
    meant: both are what `fold=0` says (PEP 495).
    """
    return datetime.combine(day, at, zone).astimezone(UTC)


def instants(
    rule: Rule, *, anchor: date, at: time, zone: ZoneInfo, after: date
) -> Iterator[tuple[date, datetime]]:
    """The dates of a rule behind `after`, each with its instant.

    A date that a zone leaves out (Apia's 30 December 2011) shifts to the day after it, unless that is one of the rule.
    """
    for day, following in pairwise(dates(rule, anchor=anchor, after=after)):
        starts_at = instant(day, at, zone)
        if starts_at != instant(following, at, zone):
            yield day, starts_at
