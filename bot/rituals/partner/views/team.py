"""The form that sets a team up or changes it, and what its setting up comes to."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.access.rules import WhoMay
from bot.i18n import _
from bot.people.fields import days_off_lines
from bot.people.models import Team
from bot.rituals.partner import ids
from bot.rituals.partner.views.words import called
from bot.schedule import words
from bot.schedule.models import Cadence, Occurrence
from bot.slack import blocks as b
from bot.slack import request, text

MOVED_SHOWN = 3
WORKING_WEEK = list(range(5))


def team_form(
    team: Team | None, *, channel_id: str | None, name: str, user_id: str, timezone: str
) -> b.Payload:
    """One form, defaults everywhere: a team is set up in under a minute."""
    rules = [
        (_("Everybody in the channel"), WhoMay.CHANNEL.value),
        (_("Its makers, the PM and the tech lead"), WhoMay.OWNERS.value),
    ]
    members = [member.user_id for member in team.members] if team else [user_id]
    return b.modal(
        ids.TEAM,
        _("Set up the team"),
        [
            b.field("channel", _("Which channel is your home?"), b.channel_input(channel_id), optional=False),
            b.field("name", _("What is the team called?"), b.text_input(name, max_length=80), optional=False),
            b.field("pm", _("Who is the PM?"), b.person_input(team.pm_id if team else None)),
            b.field("lead", _("Who is the tech lead?"), b.person_input(team.lead_id if team else None)),
            b.field("members", _("Who else is in it?"), b.people_input(members)),
            b.field(
                "timezone",
                _("In which time zone does it work?"),
                b.text_input(timezone, placeholder="Europe/Berlin", max_length=64),
                optional=False,
            ),
            b.field(
                "who_may",
                _("Who may change a record?"),
                b.radio_input(rules, chosen=team.who_may if team else WhoMay.CHANNEL),
                optional=False,
            ),
            b.field(
                "capture_emoji",
                _("Which emoji on a message offers to log it?"),
                b.text_input(
                    (team.capture_emoji if team else "") or "", placeholder="pushpin", max_length=100
                ),
                hint=_("Leave it empty for none."),
            ),
            *_calendar_fields(team),
        ],
        submit=_("Save team"),
        # the form for a team that nobody has set up yet is one for a new team
        private_metadata=request.ids(team=team.id, seen=team.mark) if team and team.is_set_up else "",
    )


def _calendar_fields(team: Team | None) -> list[Block]:
    """When it works: last, as the usual answers do for a team that is in a hurry."""
    days = [(words.weekday(day), day) for day in range(7)]
    place = team.place if team else None
    off = days_off_lines(team.calendar.days_off) if team else ""
    return [
        b.field(
            "working_days",
            _("On which days does it work?"),
            b.checkboxes_input(days, chosen=team.working_days if team else WORKING_WEEK),
            optional=False,
        ),
        b.field(
            "holidays_of",
            _("Whose public holidays does it keep?"),
            b.search_input(ids.HOLIDAYS_OF, chosen=(place.name, place.code) if place else None),
            hint=_("Type a country or a region. What falls on a holiday moves to the next working day."),
        ),
        b.field(
            "days_off",
            _("On which other days is everybody off?"),
            b.text_input(off, multiline=True, placeholder="2026-12-24 to 2027-01-01 Winter break"),
            hint=_("A line each: a day, or the first and the last, and what it is called."),
        ),
    ]


def team_line(team: Team) -> str:
    line = _team_words(team)
    if team.working_days != WORKING_WEEK:
        days = ", ".join(words.weekday(day) for day in team.working_days)
        line = _("{team} · works {days}", team=line, days=days)
    if team.place:
        line = _("{team} · holidays of {place}", team=line, place=text.escape(team.place.name))
    return line


def _team_words(team: Team) -> str:
    pm = text.mention(team.pm_id) if team.pm_id else _("nobody yet")
    lead = text.mention(team.lead_id) if team.lead_id else _("nobody yet")
    return _(
        "*{name}* in {channel} · PM {pm} · tech lead {lead} · {zone}",
        name=text.escape(team.name),
        channel=text.channel(team.channel_id),
        pm=pm,
        lead=lead,
        zone=team.timezone,
    )


def team_saved(
    team: Team,
    *,
    first: bool,
    moved: Sequence[tuple[Cadence, Occurrence | None]],
    command_of: Mapping[str, str],
    now: datetime,
) -> b.Payload:
    """`first`: it is set up just now, so what to do next is said too; `moved`: what comes at another time for it."""
    lines = [_("Saved: {team}.", team=team_line(team))]
    if first:
        lines.append(
            _(
                "Invite me to the channel with `/invite` if I am not there yet, and log your first decision "
                "with `/decision`."
            )
        )
    lines += [
        f"• {called(cadence, command_of)} · {words.upcoming(cadence, following, now=now)}"
        for cadence, following in moved[:MOVED_SHOWN]
    ]
    return b.message("\n".join(lines))
