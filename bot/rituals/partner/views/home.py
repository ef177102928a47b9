"""The hub's part of Home: one's teams, what is near, one's own wishes, and what could not be posted."""

from collections.abc import Collection, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.i18n import _, ngettext
from bot.outbox import notices
from bot.outbox.codes import KEY_LOST
from bot.outbox.models import DeliveryState
from bot.outbox.service import Trouble
from bot.people.calendar import DaysOff
from bot.people.models import Absence, Team
from bot.people.offers import SET_UP, set_up_words
from bot.rituals.partner import ids
from bot.rituals.partner.views.menu import quiet
from bot.rituals.partner.views.team import team_line
from bot.rituals.partner.views.words import days
from bot.schedule.words import short_day
from bot.slack import blocks as b
from bot.slack import text
from bot.slack.home import HomeSection

TEAMS_SHOWN = 10
TROUBLES_SHOWN = 5


def section(
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
    own_wishes = [quiet(muted=muted), *([] if away else [b.button(_("I am away…"), ids.AWAY)])]
    buttons = [new, *own_wishes] if can_set_up else own_wishes
    return HomeSection(_("Your team"), [*blocks, b.actions(*buttons)])


def _away(absence: Absence) -> Block:
    until = short_day(absence.last)
    return b.section(_("You are away until {day}.", day=until), accessory=b.button(_("I'm back"), ids.BACK))


def _break(off: DaysOff | None) -> list[Block]:
    if off is None:
        return []
    span, name = days(off.first, off.last), text.escape(off.name) or _("a day off")
    return [b.context(_("{days}: {name}, so nothing of ours comes then.", days=span, name=name))]


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
    """What happened and what to do about it; a pause or a lost key in the words in which it was told of."""
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
    if trouble.state is DeliveryState.PAUSED or trouble.error == KEY_LOST:
        told = notices.notice(state=trouble.state, code=trouble.error, recipient=trouble.recipient)
        return _("{what} It waits since {when}.", what=told["text"], when=when)
    return _(
        "To {where}, since {when}: Slack did not take it (it answered `{code}`). Send it again, or let it go.",
        where=where,
        when=when,
        code=trouble.error,
    )
