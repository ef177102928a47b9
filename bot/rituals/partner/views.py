"""The menu, the forms for a team and for being away, the welcome, and the hub's part of Home."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime

from slack_sdk.models.blocks import Block, ButtonElement

from bot.access.rules import WhoMay
from bot.i18n import _, ngettext
from bot.outbox import notices
from bot.outbox.models import DeliveryState
from bot.outbox.service import Trouble
from bot.people.calendar import DaysOff
from bot.people.fields import days_off_lines
from bot.people.models import Absence, Team
from bot.people.offers import SET_UP, set_up_words
from bot.rituals.partner import ids
from bot.schedule import words as schedule_words
from bot.schedule.models import Cadence, Occurrence
from bot.slack import blocks as b
from bot.slack import request, text
from bot.slack.home import HomeSection

Menu = Sequence[tuple[str, Callable[[], str]]]
Summaries = Mapping[str, Callable[[], str]]
"""What each ritual is, in a line, by its name."""

TEAMS_SHOWN = 10
MOVED_SHOWN = 3
WORKING_WEEK = list(range(5))
TROUBLES_SHOWN = 5


def menu(commands: Menu, *, muted: bool) -> b.Payload:
    lines = [f"`{command}` · {summary()}" for command, summary in commands]
    lines += [
        _("`/partner team` · who is PM, who leads, which channel"),
        _(
            "`/partner away` · say when you are away, and nothing of mine waits for you; `/partner back` ends it"
        ),
        _("`/partner mute` · no more mentions of you by me; `/partner unmute` brings them back"),
    ]
    blocks: list[Block] = [b.section(line) for line in lines]
    return b.message("\n".join(lines), [*blocks, b.actions(_set_up(), _quiet(muted=muted))])


def _set_up() -> ButtonElement:
    return b.button(set_up_words(), SET_UP, style="primary")


def _quiet(*, muted: bool) -> ButtonElement:
    return b.button(_("Unmute me"), ids.UNMUTE) if muted else b.button(_("Mute me"), ids.MUTE)


def muted_words(*, muted: bool) -> str:
    if muted:
        return _(
            "I will not mention you any more. What waits for you is in my Home tab. `/partner unmute` undoes it."
        )
    return _("I mention you again where you must know something.")


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
        private_metadata=request.ids(team=team.id if team and team.is_set_up else None),
    )


def _calendar_fields(team: Team | None) -> list[Block]:
    """When it works: last, as the usual answers do for a team that is in a hurry."""
    days = [(schedule_words.weekday(day), day) for day in range(7)]
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
        days = ", ".join(schedule_words.weekday(day) for day in team.working_days)
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
    summaries: Summaries,
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
        f"• {_called(cadence, summaries)} · {schedule_words.upcoming(cadence, following, now=now)}"
        for cadence, following in moved[:MOVED_SHOWN]
    ]
    return b.message("\n".join(lines))


def _called(cadence: Cadence, summaries: Summaries) -> str:
    """A ritual by the first part of its summary: `the weekly 1:1 of PM and tech lead`."""
    summary = summaries.get(cadence.ritual)
    return summary().partition(": ")[0] if summary else cadence.ritual


# Being away


def away_form(
    absence: Absence | None, *, today: date, typed: str = "", person_id: str | None = None
) -> b.Payload:
    """`absence`: the one that it changes; `person_id`: who is asking, if they may say it of others."""
    blocks: list[Block] = []
    if typed:  # it is a date in somebody's own way of writing one, which only they can read for sure
        blocks.append(b.context(_("You typed: {words}", words=text.escape(typed))))
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


def away_words(absence: Absence, left_out: Sequence[Occurrence], summaries: Summaries) -> b.Payload:
    """What it means for the one who is away."""
    days = _days(absence.first, absence.last)
    said = _(
        "You are away {days}. I write nothing to you in that time. `/partner back` ends it.",
        days=days,
    )
    return b.message("\n".join([said, *_left_out(left_out, summaries)]))


def away_for_other(absence: Absence) -> b.Payload:
    """For who said it of somebody else, who need not know what that one has planned."""
    return b.message(
        _(
            "{who} is away {days}. I told them, and how to undo it.",
            who=text.mention(absence.user_id),
            days=_days(absence.first, absence.last),
        )
    )


def told_away(absence: Absence, left_out: Sequence[Occurrence], summaries: Summaries) -> b.Payload:
    """For the one of whom somebody else said it."""
    said = _(
        "{who} noted that you are away {days}. I write nothing to you in that time. If you are not, press the "
        "button or type `/partner back`.",
        who=text.mention(absence.noted_by),
        days=_days(absence.first, absence.last),
    )
    lines = "\n".join([said, *_left_out(left_out, summaries)])
    return b.message(lines, [b.section(lines), b.actions(_not_away(absence))])


def _left_out(occurrences: Sequence[Occurrence], summaries: Summaries) -> list[str]:
    return [
        _(
            "Left out then: {what}, {day}.",
            what=_called(occurrence.cadence, summaries),
            day=schedule_words.short_day(occurrence.starts_on),
        )
        for occurrence in occurrences
    ]


def back(*, was_away: bool, coming: Sequence[Absence]) -> b.Payload:
    """`coming`: when they will be away again, each to be taken off if they like."""
    said = _("Welcome back. I write to you again.") if was_away else _("You are not away.")
    lines = [_("Noted for later: {days}.", days=_days(absence.first, absence.last)) for absence in coming]
    if not coming:
        return b.message(said)
    noted = [
        b.section(line, accessory=_not_away(absence)) for line, absence in zip(lines, coming, strict=True)
    ]
    return b.message("\n".join([said, *lines]), [b.section(said), *noted])


def _not_away(absence: Absence) -> ButtonElement:
    return b.button(_("I am not away then"), ids.NOT_AWAY, value=absence.id)


def _days(first: date, last: date) -> str:
    """`Mon 30 Nov – Fri 4 Dec`."""
    days = [schedule_words.short_day(day) for day in dict.fromkeys((first, last))]
    return " – ".join(days)


def welcome() -> b.Payload:
    lines = [
        _("Hello, I keep what your team decides, and why, where everybody finds it again."),
        _("Two steps: set up your team, then type `/decision` in its channel."),
        _("I read no messages. In a thread, the message shortcut *Log as decision* hands me just that one."),
    ]
    blocks: list[Block] = [b.section(line) for line in lines]
    return b.message("\n".join(lines), [*blocks, b.actions(_set_up())])


def home(
    teams: Sequence[Team],
    *,
    others: Sequence[Team] = (),
    changeable: Collection[Team] = (),
    can_set_up: bool = True,
    muted: bool,
    away: Absence | None,
    troubles: Sequence[Trouble] | None,
    now: datetime,
) -> HomeSection:
    """`teams`: this person's own; `others`: for an admin. `troubles` is None for those who do not run a team here."""
    own, more = teams[:TEAMS_SHOWN], others[: max(0, TEAMS_SHOWN - len(teams))]
    left = len(teams) + len(others) - len(own) - len(more)
    blocks: list[Block] = [_away(away)] if away else []
    if not teams:
        none = _("You are in no team yet.")
        blocks.append(b.section(f"{none} {_('Setting one up takes a minute.')}" if can_set_up else none))
    for team in own:
        blocks += [
            _team(team, can_change=team in changeable),
            *_break(team.calendar.close_break(team.today(now))),
        ]
    if more:
        blocks.append(b.context(_("Other teams, which you see as an admin of the workspace:")))
        blocks += [_team(team, can_change=team in changeable) for team in more]
    if left:
        blocks.append(b.context(ngettext("and {n} more", "and {n} more", left)))
    if troubles is not None:
        blocks += _health(troubles)
    new = b.button(_("Set up a team"), SET_UP, style=None if teams else "primary")
    own_wishes = [_quiet(muted=muted), *([] if away else [b.button(_("I am away…"), ids.AWAY)])]
    buttons = [new, *own_wishes] if can_set_up else own_wishes
    return HomeSection(_("Your team"), [*blocks, b.actions(*buttons)])


def _away(absence: Absence) -> Block:
    until = schedule_words.short_day(absence.last)
    return b.section(_("You are away until {day}.", day=until), accessory=b.button(_("I'm back"), ids.BACK))


def _break(off: DaysOff | None) -> list[Block]:
    if off is None:
        return []
    days, name = _days(off.first, off.last), text.escape(off.name) or _("a day off")
    return [b.context(_("{days}: {name}, so nothing of ours comes then.", days=days, name=name))]


def _team(team: Team, *, can_change: bool) -> Block:
    change = b.button(_("Change") if team.is_set_up else set_up_words(), SET_UP, value=team.id)
    return b.section(team_line(team), accessory=change if can_change else None)


def _health(troubles: Sequence[Trouble]) -> list[Block]:
    if not troubles:
        return [b.context(_("Everything I wanted to post has been posted."))]
    heading = ngettext(
        "*{n} message could not be posted*", "*{n} messages could not be posted*", len(troubles)
    )
    blocks: list[Block] = [b.section(heading)]
    for trouble in troubles[:TROUBLES_SHOWN]:
        again = b.button(_("Send again"), ids.SEND_AGAIN, value=trouble.delivery_id)
        let_go = b.button(_("Let it go"), ids.LET_GO, value=trouble.delivery_id)
        blocks += [b.section(_trouble(trouble)), b.actions(again, let_go)]
    return blocks


def _trouble(trouble: Trouble) -> str:
    """What happened and what to do about it; a pause in the words in which it was told of when it began."""
    where = (
        text.channel(trouble.recipient) if trouble.recipient[:1] in "CG" else text.mention(trouble.recipient)
    )
    when = text.moment(trouble.since)
    if trouble.state is DeliveryState.UNCERTAIN:
        return _(
            "To {where}, since {when}: it may be there already, and I may not look. "
            "Please look before you send it again.",
            where=where,
            when=when,
        )
    if trouble.state is DeliveryState.PAUSED:
        ritual = trouble.source.partition(":")[0]
        paused = notices.notice(
            state=trouble.state, code=trouble.error, ritual=ritual, recipient=trouble.recipient
        )
        return _("{what} It waits since {when}.", what=paused["text"], when=when)
    return _(
        "To {where}, since {when}: Slack did not take it (it answered `{code}`). Send it again, or let it go.",
        where=where,
        when=when,
        code=trouble.error,
    )
