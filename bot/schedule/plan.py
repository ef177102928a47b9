"""What comes next of a cadence: its date by the rule, moved off holidays, and when each of its steps is due. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot.people.calendar import Calendar
from bot.schedule.rules import Rule, instant, instants

LOOKED_AT = 120  # dates of a rule that may fall on days off, one after the other

START = "start"
"""The step that opens an occurrence; the ones before it prepare, the ones behind it end it."""
CLOSE = "close"
"""The step after which it is done."""


class StepTime(BaseModel):
    """When a step is due: so many working days from the start, at its wall time, and so many minutes on."""

    model_config = ConfigDict(frozen=True)

    name: str
    working_days: int = 0
    minutes: int = 0

    def due(self, starts_at: datetime, zone: ZoneInfo, calendar: Calendar) -> datetime:
        if self.working_days:
            local = starts_at.astimezone(zone)
            move = calendar.after if self.working_days > 0 else calendar.before
            day = move(local.date(), abs(self.working_days))
            starts_at = instant(day, local.time(), zone)
        return starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Plan:
    day: date
    starts_at: datetime
    moved: str
    """The holiday that moved it off its day, or ""."""
    left_out: Sequence[tuple[date, str]]
    """Dates before it that found no other day, each with what was on it."""


def next_plan(
    rule: Rule,
    *,
    anchor: date,
    at: time,
    zone: ZoneInfo,
    calendar: Calendar,
    after: date,
    now: datetime,
) -> Plan | None:
    """The first date of the rule behind `after` that has not begun yet; None when there is none within years.

    A date on a holiday moves to the next working day, unless that is as late as the rule's next date: then it is left
    out.
    """
    left_out: list[tuple[date, str]] = []
    found = instants(rule, anchor=anchor, at=at, zone=zone, after=after)
    today = now.astimezone(zone).date()
    for (day, planned_at), (following, _instant) in islice(pairwise(found), LOOKED_AT):
        starts_at = planned_at
        if holiday := calendar.why_off(day):
            moved_to = calendar.working_day_from(day)
            if not day < moved_to < following:
                left_out.append((day, holiday))
                continue
            starts_at = instant(moved_to, at, zone)
        if starts_at > now:
            return Plan(day, starts_at, holiday, [(off, why) for off, why in left_out if off >= today])
    return None
