"""Words that stand on several surfaces."""

from collections.abc import Callable, Mapping
from datetime import date

from bot.schedule.models import Cadence
from bot.schedule.words import short_day

Summaries = Mapping[str, Callable[[], str]]
"""What each ritual is, in a line, by its name."""


def called(cadence: Cadence, summaries: Summaries) -> str:
    """A ritual by the first part of its summary: `the weekly 1:1 of PM and tech lead`."""
    summary = summaries.get(cadence.ritual)
    return summary().partition(": ")[0] if summary else cadence.ritual


def days(first: date, last: date) -> str:
    """`Mon 30 Nov – Fri 4 Dec`."""
    shown = [short_day(day) for day in dict.fromkeys((first, last))]
    return " – ".join(shown)
