"""What a story is made of: scenes, each at its time, and in them what people do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")  # the team's
PAYMENTS = "payments"
MON, TUE, WED, THU, FRI = range(5)
WORKDAYS = 5
LAST_WORKDAY = -1  # before the story's end, in no week
MORNING = time(8, 45)  # before anything else of a day, so that it is what comes next

PM, LEAD, ERIN, KENJI, ANA, DANA = "pm", "techlead", "engineer", "engineer2", "engineer3", "designer"
ENGINEERS = [ERIN, KENJI, ANA]


@dataclass(frozen=True)
class InDays:
    """A day as seen from the story's end: -1 is the day before."""

    days: int


@dataclass(frozen=True)
class WeekdayOf:
    """The name of a day of the week, counted as in `Around`."""

    workdays: int


@dataclass(frozen=True)
class SetUpTeam:
    by: str
    answers: dict[str, Any]


@dataclass(frozen=True)
class Decide:
    """`key`: what later acts call it. `answers` by block id. `about`: the key of the message it is logged from."""

    key: str
    by: str
    title: str
    answers: dict[str, Any]
    about: str | None = None
    instead_of: tuple[Literal["supersede", "reverse"], str] | None = None


@dataclass(frozen=True)
class Know:
    """Several people press "I know", one after the other."""

    key: str
    by: Sequence[str]


@dataclass(frozen=True)
class Object:
    """What one says in place of "I know"."""

    key: str
    by: str
    how: Literal["question", "disagree", "blocks"]
    reason: str


@dataclass(frozen=True)
class Withdraw:
    key: str
    by: str
    why: str


@dataclass(frozen=True)
class Win:
    key: str
    by: str
    title: str
    answers: dict[str, Any]


@dataclass(frozen=True)
class Thank:
    key: str
    by: Sequence[str]


@dataclass(frozen=True)
class Say:
    """`under`: the key of what it is said in the thread of. `file`: its name and text."""

    by: str
    text: str
    channel: str = PAYMENTS
    key: str = ""
    under: str | None = None
    file: tuple[str, str] | None = None


@dataclass(frozen=True)
class React:
    key: str
    by: Sequence[str]
    name: str


@dataclass(frozen=True)
class Command:
    """Typed in the channel; `answers` go into the form that it opens."""

    by: str
    command: str
    text: str
    answers: dict[str, Any]


@dataclass(frozen=True)
class Press:
    """A button or a menu of the newest message with these words that has one, wherever this person sees it.

    `beside`: words of the row it stands in. `choose`: what is chosen of a menu. `answers` go into the form that opens.
    """

    by: str
    words: str
    action_id: str
    beside: str = ""
    choose: str | None = None
    answers: dict[str, Any] | None = None


Act = SetUpTeam | Decide | Know | Object | Withdraw | Win | Thank | Say | React | Command | Press


@dataclass(frozen=True)
class Scene:
    """So many weeks before the story's end, on that day of the week, at that time of the team's."""

    weeks_ago: int
    day: int
    time: str
    acts: Sequence[Act] = field(default_factory=tuple)

    def at(self, end: datetime) -> datetime:
        last = end.astimezone(ZONE).date()
        if self.day == LAST_WORKDAY:
            day = last - timedelta(days=max(1, last.weekday() - FRI) if last.weekday() else 3)
        else:
            day = last - timedelta(days=last.weekday(), weeks=self.weeks_ago) + timedelta(days=self.day)
        return datetime.combine(day, time.fromisoformat(self.time), ZONE)


@dataclass(frozen=True)
class Around:
    """So many working days after the one on whose morning something comes next, as seen from the story's end."""

    workdays: int
    time: str
    acts: Sequence[Act] = field(default_factory=tuple)

    def at(self, end: datetime) -> datetime:
        return datetime.combine(workday(end, self.workdays), time.fromisoformat(self.time), ZONE)


def workday(end: datetime, workdays: int) -> date:
    """As `Around` counts: 0 is the next day that has its morning still to come."""
    local = end.astimezone(ZONE)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= WORKDAYS else 0)
    week, rest = divmod(day.weekday() + workdays, WORKDAYS)
    return day - timedelta(days=day.weekday()) + timedelta(weeks=week, days=rest)
