"""The menu, the team's form, the welcome, and the hub's part of Home."""

from collections.abc import Callable, Collection, Sequence

from slack_sdk.models.blocks import Block, ButtonElement

from bot.access.rules import WhoMay
from bot.i18n import _, ngettext
from bot.outbox import notices
from bot.outbox.models import DeliveryState
from bot.outbox.service import Trouble
from bot.people.models import Team
from bot.people.offers import SET_UP, set_up_words
from bot.rituals.partner import ids
from bot.slack import blocks as b
from bot.slack import request, text
from bot.slack.home import HomeSection

Menu = Sequence[tuple[str, Callable[[], str]]]

TEAMS_SHOWN = 10
TROUBLES_SHOWN = 5


def menu(commands: Menu, *, muted: bool) -> b.Payload:
    lines = [f"`{command}` · {summary()}" for command, summary in commands]
    lines += [
        _("`/partner team` · who is PM, who leads, which channel"),
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
        ],
        submit=_("Save team"),
        # the form for a team that nobody has set up yet is one for a new team
        private_metadata=request.ids(team=team.id if team and team.is_set_up else None),
    )


def team_line(team: Team) -> str:
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


def team_saved(team: Team, *, first: bool = True) -> b.Payload:
    """`first`: it is set up just now, so what comes next is said too."""
    if not first:
        return b.message(_("Saved: {team}.", team=team_line(team)))
    words = _(
        "Saved: {team}. Invite me to the channel with `/invite` if I am not there yet, and log your first decision "
        "with `/decision`.",
        team=team_line(team),
    )
    return b.message(words)


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
    troubles: Sequence[Trouble] | None,
) -> HomeSection:
    """`teams`: this person's own; `others`: for an admin. `troubles` is None for those who do not run a team here."""
    own, more = teams[:TEAMS_SHOWN], others[: max(0, TEAMS_SHOWN - len(teams))]
    left = len(teams) + len(others) - len(own) - len(more)
    blocks: list[Block] = []
    if not teams:
        none = _("You are in no team yet.")
        blocks.append(b.section(f"{none} {_('Setting one up takes a minute.')}" if can_set_up else none))
    blocks += [_team(team, can_change=team in changeable) for team in own]
    if more:
        blocks.append(b.context(_("Other teams, which you see as an admin of the workspace:")))
        blocks += [_team(team, can_change=team in changeable) for team in more]
    if left:
        blocks.append(b.context(ngettext("and {n} more", "and {n} more", left)))
    if troubles is not None:
        blocks += _health(troubles)
    new = b.button(_("Set up a team"), SET_UP, style=None if teams else "primary")
    buttons = [new, _quiet(muted=muted)] if can_set_up else [_quiet(muted=muted)]
    return HomeSection(_("Your team"), [*blocks, b.actions(*buttons)])


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
