"""What people are told of a cadence: how often, and what happens next."""

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.i18n import _, ngettext
from bot.people.models import Absence
from bot.schedule.models import Cadence, Occurrence, OccurrenceState
from bot.schedule.rules import WORKDAYS, MonthlyByDay, MonthlyByWeekday, Rule, Weekday, Weekly
from bot.slack import text

LEFT_OUT_SHOWN = 3


def weekday(day: Weekday | int) -> str:
    return [
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    ][day]


def _short_weekday(day: date) -> str:
    return [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")][day.weekday()]


def _nth(n: int) -> str:
    return {1: _("first"), 2: _("second"), 3: _("third"), 4: _("fourth"), -1: _("last")}[n]


def city(zone: ZoneInfo) -> str:
    """`Berlin` for Europe/Berlin."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def short_day(day: date) -> str:
    """`Mon 30 Nov`."""
    return f"{_short_weekday(day)} {day.day} {day:%b}"


def clock(at: datetime, zone: ZoneInfo) -> str:
    """`Mon 30 Nov 09:30 Berlin`."""
    local = at.astimezone(zone)
    return f"{short_day(local.date())} {local:%H:%M} {city(zone)}"


def every(rule: Rule) -> str:  # noqa: PLR0911 -- one phrase a kind of rule
    """`every Monday`, `every second Monday`, `on the last Friday of each month`."""
    match rule:
        case Weekly(days=days, every=1) if tuple(days) == WORKDAYS:
            return _("every weekday")
        case Weekly(days=days, every=1):
            return _("every {days}", days=_listed(days))
        case Weekly(days=days, every=2):
            return _("every second {days}", days=_listed(days))
        case Weekly(days=days, every=n):
            return _("every {n} weeks on {days}", n=n, days=_listed(days))
        case MonthlyByWeekday(nth=nth, day=day, every=1):
            return _("on the {nth} {day} of each month", nth=_nth(nth), day=weekday(day))
        case MonthlyByWeekday(nth=nth, day=day, every=n):
            return _("on the {nth} {day} of every {n} months", nth=_nth(nth), day=weekday(day), n=n)
        case MonthlyByDay(day=day, every=1):
            return _("on day {day} of each month", day=day)
        case MonthlyByDay(day=day, every=n):
            return _("on day {day} of every {n} months", day=day, n=n)


def _listed(days: Sequence[Weekday]) -> str:
    names = [weekday(day) for day in days]
    return names[0] if len(names) == 1 else _("{most} and {last}", most=", ".join(names[:-1]), last=names[-1])


def cadence(of: Cadence) -> str:
    """`every Monday at 09:30 Berlin`."""
    at: time = of.at
    return _("{every} at {time} {city}", every=every(of.parsed_rule), time=f"{at:%H:%M}", city=city(of.zone))


def in_days(on: date, today: date) -> str:
    days = (on - today).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return ngettext("in {n} day", "in {n} days", days)


def upcoming(of: Cadence, occurrence: Occurrence | None, *, now: datetime) -> str:
    """`Next: Mon 30 Nov 09:30 Berlin, in 8 days`; that it is paused or over; and why it is on another day."""
    if of.ended:
        return _("It has ended.")
    if of.rests:
        return _("It is paused, so nothing comes until somebody resumes it.")
    if occurrence is None:
        return _("No date comes up: please check its days.")
    today = now.astimezone(of.zone).date()
    next_one = _(
        "Next: {when}, {days}",
        when=clock(occurrence.starts_at, of.zone),
        days=in_days(occurrence.starts_on, today),
    )
    if occurrence.moved:
        return f"{next_one} ({moved(occurrence)})."
    return f"{next_one}."


def moved(occurrence: Occurrence) -> str:
    """`moved from Mon 25 May: Pentecost Monday`."""
    if occurrence.moved:
        return _("moved from {day}: {why}", day=short_day(occurrence.day), why=text.escape(occurrence.moved))
    return _("moved from {day}", day=short_day(occurrence.day))


def away(absences: Sequence[Absence]) -> str:
    """`@ana is away until Fri 4 Dec`."""
    who = text.joined([absence.user_id for absence in absences], {})
    if len(absences) > 1:
        return _("{who} are away", who=who)
    return _("{who} is away until {day}", who=who, day=short_day(absences[0].last))


def shut(channel_id: str) -> str:
    return _("nothing could be posted in {channel}", channel=text.channel(channel_id))


def broke() -> str:
    return _("something broke on my side")


def left_out(rows: Sequence[Occurrence]) -> list[str]:
    """A line for each that did not take place, oldest first; of many, for the latest."""
    earlier, shown = rows[:-LEFT_OUT_SHOWN], rows[-LEFT_OUT_SHOWN:]
    lines = [_left_out(row) for row in shown]
    if not earlier:
        return lines
    more = ngettext(
        "{n} before these did not take place either.",
        "{n} before these did not take place either.",
        len(earlier),
    )
    return [more, *lines]


def _left_out(row: Occurrence) -> str:
    day = short_day(row.day)
    if row.state == OccurrenceState.MISSED and not row.why:
        return _("The one of {day} did not take place: I was not running.", day=day)
    if row.why:
        return _("The one of {day} was left out: {why}.", day=day, why=row.why)
    return _("The one of {day} was left out.", day=day)
