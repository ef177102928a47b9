"""Words that stand on several surfaces."""

from collections.abc import Mapping
from datetime import date

from bot.schedule.models import Cadence
from bot.schedule.words import short_day


def called(cadence: Cadence, command_of: Mapping[str, str]) -> str:
    """A ritual by its command, which is what everybody knows it by: `/one-on-one`."""
    ritual = cadence.ritual.partition(".")[0]
    return f"`{command_of.get(ritual, ritual)}`"


def days(first: date, last: date) -> str:
    """`Mon 30 Nov – Fri 4 Dec`."""
    shown = [short_day(day) for day in dict.fromkeys((first, last))]
    return " – ".join(shown)
