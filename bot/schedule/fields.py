"""What forms about a cadence are made of: a weekly rule, another time for one occurrence, a pause."""

from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.records.fields import Day, Fields
from bot.schedule.rules import Weekday, Weekly

WEEKS_MOST = 8


class WeeklyFields(Fields):
    """Every week, or every n-th, on a day at a wall time. Field names are the block ids of `forms.day_and_time` and `how_often`."""

    weekday: Annotated[Weekday, BeforeValidator(int)] = Weekday.MONDAY
    time: time
    every: Annotated[int, Field(ge=1, le=WEEKS_MOST)] = 1

    @property
    def rule(self) -> Weekly:
        return Weekly(days=(self.weekday,), every=self.every)


class MoveFields(Fields):
    """Another time for one occurrence, as `forms.move` asks for it."""

    date: Day
    time: time


class PauseFields(Fields):
    until: Day | None = None
