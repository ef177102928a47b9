"""What the forms of rituals with a weekly cadence share: on which day and how often, another time, a pause."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from slack_sdk.models.blocks import Block

from bot.i18n import _
from bot.schedule import words
from bot.schedule.models import Cadence, Occurrence
from bot.schedule.rules import Weekday, Weekly
from bot.slack import blocks as b
from bot.slack import request
from bot.slack.forms import Values

USUAL_TIME = "10:00"
WEEKS_OFFERED = (3, 4)  # beside every one and every second

OCCURRENCE = "occurrence"
"""The id that a form carries of the occurrence it is about."""


def day_and_time(
    values: Values, *, hint: str | None, days: Iterable[Weekday] = tuple(Weekday)
) -> list[Block]:
    """`hint`: whose clock the time is by. `days`: those that are offered."""
    return [
        b.field(
            "weekday",
            _("On which day?"),
            b.select_input(
                [(words.weekday(day), day.value) for day in days],
                chosen=values.get("weekday") or Weekday.MONDAY,
            ),
            optional=False,
        ),
        b.field(
            "time",
            _("At what time?"),
            b.time_input(values.get("time") or USUAL_TIME),
            hint=hint,
            optional=False,
        ),
    ]


def how_often(values: Values) -> Block:
    choices = [
        (_("Every week"), 1),
        (_("Every second week"), 2),
        *((_("Every {n} weeks", n=n), n) for n in WEEKS_OFFERED),
    ]
    chosen = values.get("every") or 1
    return b.field("every", _("How often?"), b.select_input(choices, chosen=chosen), optional=False)


def weekly_values(cadence: Cadence) -> Values:
    """What these fields show of a weekly cadence."""
    rule = cadence.parsed_rule
    assert isinstance(rule, Weekly)
    return {"weekday": rule.days[0].value, "time": cadence.wall_time, "every": rule.every}


def move(callback_id: str, occurrence: Occurrence, *, says: str, today: date) -> b.Payload:
    """Another time for one occurrence; `says` which. `today` is the day it is for who asks."""
    zone = occurrence.cadence.zone
    local = occurrence.starts_at.astimezone(zone)
    return b.modal(
        callback_id,
        _("Another time"),
        [
            b.section(says),
            b.field("date", _("To which day?"), b.date_input(max(local.date(), today)), optional=False),
            b.field(
                "time",
                _("At what time?"),
                b.time_input(f"{local:%H:%M}"),
                hint=_("{city} time.", city=words.city(zone)),
                optional=False,
            ),
        ],
        submit=_("Move it"),
        private_metadata=request.ids(**{OCCURRENCE: occurrence.id}),
    )


def pause(callback_id: str, title: str, *, says: str, hint: str, held: Mapping[str, Any]) -> b.Payload:
    """`says` what rests meanwhile, and `hint` what an empty field means."""
    return b.modal(
        callback_id,
        title,
        [b.section(says), b.field("until", _("Until which day?"), b.date_input(), hint=hint)],
        submit=_("Pause it"),
        private_metadata=request.ids(**held),
    )
