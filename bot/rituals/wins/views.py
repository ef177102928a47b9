"""Wins on each surface: the form, the card and its tombstone, the list, App Home."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block

from bot.i18n import _, ngettext
from bot.people.models import Team
from bot.people.offers import SET_UP, set_up_words
from bot.rituals.wins import ids
from bot.rituals.wins.models import Win
from bot.rituals.wins.service import POSSIBLE
from bot.slack import blocks as b
from bot.slack import request, text
from bot.slack.forms import Values
from bot.slack.home import HomeSection

# The form


def form(values: Values, *, teams: Sequence[Team] = (), **held: Any) -> b.Payload:
    """`teams`: those to choose from where it was opened outside of a channel; `held`: what it is about."""
    editing = "record" in held
    value = values.get
    return b.modal(
        ids.FORM,
        _("Edit win") if editing else _("Tell of a win"),
        [
            *_team(teams),
            b.field(
                "title",
                _("What got done?"),
                b.text_input(
                    value("title"),
                    placeholder=_("The nightly import runs in four minutes instead of fifty"),
                    max_length=150,
                    focus=True,
                ),
                optional=False,
            ),
            b.field(
                "makes_possible",
                _("What does it make possible?"),
                b.text_input(value("makes_possible"), multiline=True, max_length=POSSIBLE),
            ),
            b.field("thanks_to", _("Who is to be thanked?"), b.people_input(value("thanks_to") or [])),
        ],
        submit=_("Save changes") if editing else _("Tell of it"),
        private_metadata=request.ids(**held),
    )


def values_of(win: Win) -> Values:
    return {"title": win.title, "makes_possible": win.makes_possible, "thanks_to": win.thanks_to}


def _team(teams: Sequence[Team]) -> list[Block]:
    if not teams:
        return []
    choices = [(team.name, team.channel_id) for team in teams]
    picked = b.select_input(choices, chosen=choices[0][1])
    return [b.field("team", _("Which team?"), picked, optional=False)]


def withdrawal(win: Win) -> b.Payload:
    return b.modal(
        ids.WITHDRAWAL,
        _("Withdraw {name}", name=win.name),
        [
            b.section(f"*{win.name}* {text.escape(win.title)}"),
            b.field(
                "reason", _("Why was it a mistake?"), b.text_input(focus=True, max_length=500), optional=False
            ),
        ],
        submit=_("Withdraw"),
        close=_("Keep it"),
        private_metadata=request.ids(record=win.id),
    )


# In the channel. `muted`: the names of those who are not to be mentioned.


def card(win: Win, muted: dict[str, str]) -> b.Payload:
    """The headline message of a win, as it stands now."""
    if win.withdrawn_at is not None:
        return _tombstone(win, muted)
    facts = " · ".join(_facts(win, muted))
    thanked = _thanked(win)
    spoken = [f"{win.name} {text.escape(win.title)}", facts, text.escape(win.makes_possible), thanked]
    return b.message(
        "\n".join(filter(None, spoken)),
        [
            b.header(win.title),
            b.context(f"*{win.name}* · {facts}"),
            *b.sections(text.quoted(win.makes_possible)),
            *([b.context(thanked)] if thanked else []),
            _buttons(win),
            *_set_up_offer(win),
        ],
    )


def _facts(win: Win, muted: dict[str, str]) -> list[str]:
    """`23 Nov 2026 · thanks to @a and @b · told by @c · edited`."""
    return [
        text.day(win.told_on),
        *([_("thanks to {who}", who=_joined(win.thanks_to, muted))] if win.thanks_to else []),
        _("told by {who}", who=_joined([win.created_by], muted)),
        *([_("edited")] if win.edited_at else []),
    ]


def _joined(user_ids: Sequence[str], muted: dict[str, str]) -> str:
    named = [text.escape(muted[user]) if user in muted else text.mention(user) for user in user_ids]
    return named[0] if len(named) == 1 else _("{most} and {last}", most=", ".join(named[:-1]), last=named[-1])


def _thanked(win: Win) -> str:
    n = len(win.thanks)
    return ngettext("{n} says thank you", "{n} say thank you", n) if n else ""


def _buttons(win: Win) -> Block:
    return b.actions(
        b.button(_("Thank you"), ids.THANK, value=win.id, style="primary"),
        b.overflow(ids.CHANGE, [(_("Edit"), f"edit:{win.id}"), (_("Withdraw"), f"withdraw:{win.id}")]),
    )


def _set_up_offer(win: Win) -> list[Block]:
    if win.team.is_set_up:
        return []
    words = _("This channel has no team yet: who is PM, who leads?")
    return [b.actions(b.button(set_up_words(), SET_UP, value=win.team_id)), b.context(words)]


def _tombstone(win: Win, muted: dict[str, str]) -> b.Payload:
    assert win.withdrawn_at is not None
    assert win.withdrawn_by is not None
    words = _(
        "{name} was withdrawn by {who}, {when}: {why}",
        name=win.name,
        who=_joined([win.withdrawn_by], muted),
        when=text.moment(win.withdrawn_at),
        why=text.escape(win.withdrawn_why or ""),
    )
    return b.message(words, [b.section(words)])


# Lists, seen by who asked


def listing(wins: Sequence[Win], *, more: bool) -> b.Payload:
    if not wins:
        words = _("No win that you can see has been told of yet. `/partner win` tells of one.")
        return b.message(words, [b.section(words)])
    lines = [line(win) for win in wins]
    blocks: list[Block] = [b.section(words) for words in lines]
    if more:
        blocks.append(b.actions(b.button(_("Show more"), ids.NEXT_PAGE, value=wins[-1].number)))
    return b.message("\n".join(lines), blocks)


def line(win: Win) -> str:
    return f"*{win.name}* {text.escape(win.title)} · {text.day(win.told_on)}"


def unthanked_line(win: Win) -> str:
    return _("{line}: not yet thanked by PM or tech lead", line=line(win))


def home(wins: Sequence[Win], *, can_tell: bool) -> HomeSection:
    example = _(
        "None is told of yet. A win is one sentence, such as “The nightly import runs in four minutes”."
    )
    blocks: list[Block] = [b.section(line(win)) for win in wins] or [b.section(example)]
    tell = [b.actions(b.button(_("Tell of a win"), ids.TELL))] if can_tell else []
    return HomeSection(_("Technical wins"), [*tell, *blocks])
