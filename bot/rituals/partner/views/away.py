"""Being away: the form, what it means, and being back."""

from collections.abc import Mapping, Sequence
from datetime import date

from slack_sdk.models.blocks import Block, ButtonElement

from bot.i18n import _
from bot.people.models import Absence
from bot.rituals.partner import ids
from bot.rituals.partner.views.words import called, days
from bot.schedule.models import Occurrence
from bot.schedule.words import short_day
from bot.slack import blocks as b
from bot.slack import request, text

SHOWN = 10  # absences, each with its button


def form(absence: Absence | None, *, today: date, typed: str = "", person_id: str | None = None) -> b.Payload:
    """`absence`: the one that it changes; `person_id`: who is asking, if they may say it of others."""
    blocks: list[Block] = []
    if typed:  # it is a date in somebody's own way of writing one, which only they can read for sure
        blocks.append(b.context(text.you_typed(typed)))
    blocks += [
        b.field(
            "first",
            _("From which day?"),
            b.date_input(absence.first if absence else today),
            optional=False,
        ),
        b.field(
            "last",
            _("Until which day?"),
            b.date_input(absence.last if absence else None),
            hint=_("The last day on which you are away."),
            optional=False,
        ),
    ]
    if person_id:
        blocks.append(b.field("person", _("Who is away?"), b.person_input(person_id), optional=False))
    return b.modal(
        ids.AWAY_FORM,
        _("Away"),
        blocks,
        submit=_("Save"),
        private_metadata=request.ids(absence=absence.id if absence else None),
    )


def told(absence: Absence, left_out: Sequence[Occurrence], command_of: Mapping[str, str]) -> b.Payload:
    """What it means for the one who is away."""
    said = _(
        "You are away {days}. I write nothing to you in that time. `/partner back` ends it.",
        days=days(absence.first, absence.last),
    )
    return b.message("\n".join([said, *_left_out(left_out, command_of)]))


def told_for_other(absence: Absence) -> b.Payload:
    """For who said it of somebody else, who need not know what that one has planned."""
    return b.message(
        _(
            "{who} is away {days}. I told them, and how to undo it.",
            who=text.mention(absence.user_id),
            days=days(absence.first, absence.last),
        )
    )


def noted_for_you(
    absence: Absence, left_out: Sequence[Occurrence], command_of: Mapping[str, str]
) -> b.Payload:
    """For the one of whom somebody else said it."""
    said = _(
        "{who} noted that you are away {days}. I write nothing to you in that time. If you are not, press the "
        "button or type `/partner back`.",
        who=text.mention(absence.noted_by),
        days=days(absence.first, absence.last),
    )
    lines = "\n".join([said, *_left_out(left_out, command_of)])
    return b.message(lines, [b.section(lines), b.actions(_not_away(absence))])


def _left_out(occurrences: Sequence[Occurrence], command_of: Mapping[str, str]) -> list[str]:
    return [
        _(
            "Left out then: {what}, {day}.",
            what=called(occurrence.cadence, command_of),
            day=short_day(occurrence.starts_on),
        )
        for occurrence in occurrences
    ]


def back(*, was_away: bool, coming: Sequence[Absence]) -> b.Payload:
    """`coming`: when they will be away again, each to be taken off if they like."""
    said = _("Welcome back. I write to you again.") if was_away else _("You are not away.")
    if not coming:
        return b.message(said)
    noted = {_noted(absence): _not_away(absence) for absence in coming[:SHOWN]}
    blocks = [b.section(said), *(b.section(line, accessory=button) for line, button in noted.items())]
    return b.message("\n".join([said, *noted]), blocks)


def _noted(absence: Absence) -> str:
    return _("Noted for later: {days}.", days=days(absence.first, absence.last))


def _not_away(absence: Absence) -> ButtonElement:
    return b.button(_("I am not away then"), ids.NOT_AWAY, value=absence.id)
