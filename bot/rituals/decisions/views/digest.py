"""The weekly digest: its message, and the form in which a team says when it comes."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.i18n import _, ngettext
from bot.people.models import Team
from bot.rituals.decisions import ids
from bot.rituals.decisions.digests import Week
from bot.rituals.decisions.models import Decision
from bot.rituals.decisions.queries import Section
from bot.rituals.decisions.views.form import status_word
from bot.schedule import forms as cadences
from bot.schedule import words
from bot.schedule.models import Cadence, Occurrence
from bot.schedule.rules import Weekday
from bot.slack import blocks as b
from bot.slack import request, text
from bot.slack.forms import Values

USUAL_DAY = Weekday.FRIDAY
USUAL_TIME = "15:00"


def digest(week: Week) -> b.Payload:
    """To everybody in the channel. Nobody is named: who has not answered yet knows it from their Home."""
    parts = [
        [_decided(week), *map(_line, week.decided.rows), *_left(week.decided)] if week.decided.total else [],
        [_unanswered(week.unanswered)] if week.unanswered.total else [],
        [
            _("*To look at again in the week that comes*"),
            *map(_again_line, week.again.rows),
            *_left(week.again),
        ]
        if week.again.total
        else [],
    ]
    said = ["\n".join(part) for part in parts if part]
    blocks: list[Block] = [b.header(_("Decisions of the week")), *(b.section(part) for part in said)]
    return b.message("\n".join([_("Decisions of the week"), *said]), blocks)


def _decided(week: Week) -> str:
    n, since = week.decided.total, text.day(week.since)
    return ngettext("*{n} decision since {since}*", "*{n} decisions since {since}*", n, since=since)


def _unanswered(section: Section) -> str:
    names = ", ".join([*(row.name for row in section.rows), *(["…"] if section.left else [])])
    return ngettext(
        "*{n} waits for an answer:* {names}", "*{n} wait for an answer:* {names}", section.total, names=names
    )


def _left(section: Section) -> Sequence[str]:
    if not section.left:
        return []
    return [ngettext("and {n} more: `/decision list`", "and {n} more: `/decision list`", section.left)]


def _line(decision: Decision) -> str:
    return f"• *{decision.name}* {text.escape(decision.title)} · {status_word(decision.status)}"


def _again_line(decision: Decision) -> str:
    assert decision.revisit_on is not None  # that is how it was found
    return f"• *{decision.name}* {text.escape(decision.title)} · {text.day(decision.revisit_on)}"


# When it comes


def form(team: Team, cadence: Cadence | None, coming: Occurrence | None, *, now: datetime) -> b.Payload:
    blocks: list[Block] = [
        b.section(_about(team) if cadence is None else words.upcoming(cadence, coming, now=now)),
        *cadences.day_and_time(
            cadences.weekly_values(cadence) if cadence else _usual(team),
            hint=_("In the team's time zone, {zone}.", zone=team.timezone),
            days=_days(team, cadence),
        ),
    ]
    if cadence is not None:
        says = _("No digest comes any more. `/decision digest` turns it on again.")
        blocks.append(b.actions(b.button(_("Turn it off"), ids.DIGEST_OFF, value=team.id, confirm=says)))
    return b.modal(
        ids.DIGEST_FORM,
        _("Weekly digest"),
        blocks,
        submit=_("Save") if cadence else _("Turn it on"),
        private_metadata=request.ids(team=team.id, channel=team.channel_id),
    )


def _about(team: Team) -> str:
    return _(
        "Once a week I tell {channel} what was decided, how many decisions wait for an answer, and what is to be "
        "looked at again in the week that comes. With nothing to tell I say nothing.",
        channel=text.channel(team.channel_id),
    )


def _usual(team: Team) -> Values:
    days = sorted(team.working_days)
    return {"weekday": USUAL_DAY if USUAL_DAY in days else days[-1], "time": USUAL_TIME}


def _days(team: Team, cadence: Cadence | None) -> Sequence[Weekday]:
    """Those on which the team works, and the one that is chosen already."""
    chosen = [cadences.weekly_values(cadence)["weekday"]] if cadence else []
    return [Weekday(day) for day in sorted({*team.working_days, *chosen})]


def set_up(cadence: Cadence, coming: Occurrence | None, *, now: datetime) -> b.Payload:
    """To who set it up."""
    when = words.cadence(cadence)
    upcoming = words.upcoming(cadence, coming, now=now)
    return b.message(_("The digest comes {when}. {upcoming}", when=when, upcoming=upcoming))


def turned_off() -> b.Payload:
    return b.message(_("No digest comes any more. `/decision digest` turns it on again."))


def nothing_here() -> str:
    return _(
        "Nothing is logged in this channel yet, so there is nothing to sum up. `/decision` logs the first one."
    )
