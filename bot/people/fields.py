"""What forms about people and their time are made of."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from bot.i18n import _
from bot.people.calendar import DaysOff
from bot.people.places import Place, place

DAYS_OFF_CHARACTERS = 3_000  # as we write them: the form shows them again, in a field that holds as many
DAYS_OFF_NAME = 80  # characters, as `TeamDaysOff.name` holds
LINE_QUOTED = 60  # characters of a line that does not fit

SlackId = Annotated[str, Field(max_length=32)]
"""Of a person or a conversation, as Slack's own inputs give it."""

_DAY = r"\d{4}-\d{2}-\d{2}"
_DAYS_OFF = re.compile(
    rf"(?P<first>{_DAY})(?:\s*(?:to|-|–)\s*(?P<last>{_DAY}))?(?:\s+(?P<name>.*))?", re.IGNORECASE
)


def _zone(name: str) -> str:
    """The zone as the time zone database writes it, however it was typed."""
    wanted = name.replace(" ", "_").lower()
    found = {zone.lower(): zone for zone in available_timezones()}.get(wanted)
    if found is None:
        raise ValueError(
            _("I know no time zone of that name. Write it as Europe/Berlin or America/New_York.")
        )
    return found


Zone = Annotated[str, AfterValidator(_zone)]
"""An IANA time zone."""

WorkingDays = Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1)]
"""As `date.weekday()` counts them; a team works on one of them at least."""


def _place(code: Any) -> Any:
    try:
        return place(code) if isinstance(code, str) else code
    except ValueError:
        raise ValueError(_("I know no holidays of that place. Pick one from the list.")) from None


HolidaysOf = Annotated[Place, BeforeValidator(_place)]
"""Whose public holidays: a `Place`, in a form by its code."""


def _days_off(typed: Any) -> Any:
    if not isinstance(typed, str):
        return typed
    lines = ((n, line.strip()) for n, line in enumerate(typed.splitlines(), 1))
    found = [_days_off_in(line, n) for n, line in lines if line]
    if (written := len(days_off_lines(found))) > DAYS_OFF_CHARACTERS:
        raise ValueError(
            _(
                "Keep this to {most} characters or fewer; it has {typed}.",
                most=DAYS_OFF_CHARACTERS,
                typed=written,
            )
        )
    return found


def _days_off_in(line: str, n: int) -> DaysOff:
    found = _parsed(line)
    quoted = f"“{line[:LINE_QUOTED]}…”" if len(line) > LINE_QUOTED else f"“{line}”"
    if found is None:
        raise ValueError(
            _(
                "Line {n} does not fit: {line}. Write it as 2026-12-24, or as 2026-12-24 to 2027-01-01; "
                "a name may follow.",
                n=n,
                line=quoted,
            )
        )
    if found.last < found.first:
        raise ValueError(
            _("Line {n} ends before it begins: {line}. Put the earlier day first.", n=n, line=quoted)
        )
    if len(found.name) > DAYS_OFF_NAME:
        raise ValueError(
            _("The name in line {n} is too long: keep it to {most} characters.", n=n, most=DAYS_OFF_NAME)
        )
    return found


def _parsed(line: str) -> DaysOff | None:
    """None for what has another form, or names a day that does not exist."""
    found = _DAYS_OFF.fullmatch(line)
    if found is None:
        return None
    try:
        first = date.fromisoformat(found["first"])
        last = date.fromisoformat(found["last"] or found["first"])
    except ValueError:
        return None
    return DaysOff(first, last, (found["name"] or "").strip())


DaysOffLines = Annotated[list[DaysOff], BeforeValidator(_days_off)]
"""Days on which nobody works, in a form a line each: `2026-12-24 to 2027-01-01 Winter break`."""


def days_off_lines(days_off: Iterable[DaysOff]) -> str:
    """The lines that `DaysOffLines` reads."""
    return "\n".join(_line(off) for off in days_off)


def _line(off: DaysOff) -> str:
    days = f"{off.first}" if off.first == off.last else f"{off.first} to {off.last}"
    return f"{days} {off.name}".rstrip()
