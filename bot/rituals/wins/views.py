"""Wins on each surface: the form, the card and its tombstone, the page, the list, App Home."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block

from bot.access.rules import Action, Viewer, may
from bot.i18n import _, ngettext
from bot.records import drafts
from bot.records import views as records
from bot.records.fields import TITLE_CHARACTERS
from bot.records.models import Revision
from bot.rituals.wins import ids
from bot.rituals.wins.models import Win
from bot.rituals.wins.service import POSSIBLE, field_words
from bot.slack import blocks as b
from bot.slack import request, text
from bot.slack.forms import Values, refilled
from bot.slack.home import HomeSection

CHANGE_CHARACTERS = 200

# The form


def form(
    values: Values,
    held: Mapping[str, Any],
    *,
    teams: Sequence[tuple[str, str]] = (),
    offer: str | None = None,
) -> b.Payload:
    """`held`: what it is about. `teams`: (name, channel id) to choose from outside of a channel. `offer`: of a draft."""
    editing = "record" in held
    value = values.get
    view = b.modal(
        ids.FORM,
        _("Edit win") if editing else _("Tell of a win"),
        [
            *drafts.offer_blocks(offer, resume=ids.RESUME, discard=ids.DISCARD),
            *_team(held, teams, chosen=value("team")),
            b.field(
                "title",
                _("What got done?"),
                b.text_input(
                    value("title"),
                    placeholder=_("The nightly import runs in four minutes instead of fifty"),
                    max_length=TITLE_CHARACTERS,
                    focus=True,
                ),
                optional=False,
            ),
            b.field(
                "makes_possible",
                _("What does it make possible?"),
                b.text_input(value("makes_possible"), multiline=True, max_length=POSSIBLE),
            ),
            b.field(
                "thanks_to",
                _("Who is to be thanked?"),
                b.people_input(value("thanks_to") or []),
                tells=True,
            ),
        ],
        submit=_("Save changes") if editing else _("Tell of it"),
        private_metadata=request.ids(**held),
    )
    return refilled(view, held["generation"]) if held.get("generation") else view


def values_of(facts: Mapping[str, Any]) -> Values:
    """What the form shows of a win, and sends back when nothing is changed."""
    return {name: value for name, value in facts.items() if value}


def _team(held: Mapping[str, Any], teams: Sequence[tuple[str, str]], *, chosen: str | None) -> list[Block]:
    """Asked only outside of a channel."""
    if "record" in held or held.get("channel"):
        return []
    hint = _("A win belongs to a channel: who can read that can read the win.")
    return [records.team_question(teams, chosen=chosen, hint=hint)]


def withdrawal(win: Win) -> b.Payload:
    return records.withdrawal(ids.WITHDRAWAL, win)


# In the channel. `muted`: the names of those who are not to be mentioned.


def card(win: Win, muted: dict[str, str]) -> b.Payload:
    """The headline message of a win, as it stands now."""
    if win.withdrawn_at is not None:
        return records.tombstone(win, muted, command="/partner win")
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
            *records.set_up_offer(win.team),
        ],
    )


def _facts(win: Win, muted: dict[str, str]) -> list[str]:
    """`23 Nov 2026 · thanks to @a and @b · told by @c · edited`."""
    return [
        text.day(win.told_on),
        *([_("thanks to {who}", who=text.joined(win.thanks_to, muted))] if win.thanks_to else []),
        _("told by {who}", who=text.joined([win.created_by], muted)),
        *([_("edited")] if win.edited_at else []),
    ]


def _thanked(win: Win) -> str:
    n = len(win.thanked_by)
    return ngettext("{n} says thank you", "{n} say thank you", n) if n else ""


def _buttons(win: Win) -> Block:
    return b.actions(
        b.button(_("Thank you"), ids.THANK, value=win.id, style="primary"),
        b.overflow(
            ids.CHANGE,
            [
                (_("Open the record"), f"open:{win.id}"),
                (_("Edit"), f"edit:{win.id}"),
                (_("Withdraw"), f"withdraw:{win.id}"),
            ],
        ),
    )


# The page


def page(win: Win, *, viewer: Viewer, muted: dict[str, str], revisions: Sequence[Revision]) -> b.Payload:
    """The whole record, and what this person may do with it."""
    facts = " · ".join([f"*{win.name}*", *_facts(win, muted)])
    withdrawn = b.sections(records.withdrawn_words(win, muted)) if win.withdrawn_at is not None else []
    return b.modal(
        ids.PAGE,
        win.name,
        [
            b.header(win.title),
            b.context(facts),
            *withdrawn,
            *_part(_("What it makes possible"), text.linked(win.makes_possible)),
            *_part(_("Who said thank you"), text.mentions(win.thanked_by)),
            *records.history(revisions, _changes),
            *_page_buttons(win, viewer),
        ],
    )


def _part(title: str, words: str) -> list[Block]:
    return b.sections(f"*{title}*\n{words}") if words else []


def _changes(name: str, before: Any, after: Any) -> list[str]:
    return [f"{field_words(name)}: {_value(before)} → {_value(after)}"]


def _value(value: Any) -> str:
    if isinstance(value, list):  # of people
        return text.mentions(value) or _("(empty)")
    return text.escape(text.shortened(" ".join((value or "").split()), CHANGE_CHARACTERS)) or _("(empty)")


def _page_buttons(win: Win, viewer: Viewer) -> list[Block]:
    if win.withdrawn_at is not None:
        return []
    buttons = []
    if may(viewer, Action.CHANGE, win):
        buttons.append(b.button(_("Edit"), ids.CHANGE, value=f"edit:{win.id}"))
    if may(viewer, Action.WITHDRAW, win):
        buttons.append(b.button(_("Withdraw"), ids.WITHDRAW, value=f"withdraw:{win.id}", style="danger"))
    buttons += records.agenda_offer(win, viewer)
    return [b.actions(*buttons)] if buttons else []


# Lists, seen by who asked


def listing(wins: Sequence[Win], *, more: bool) -> b.Payload:
    if not wins:
        words = _("No win that you can see has been told of yet. `/partner win` tells of one.")
        return b.message(words, [b.section(words)])
    lines = [line(win) for win in wins]
    blocks: list[Block] = [_row(win) for win in wins]
    if more:
        blocks.append(b.actions(b.button(_("Show more"), ids.NEXT_PAGE, value=wins[-1].number)))
    return b.message("\n".join(lines), blocks)


def _row(win: Win) -> Block:
    return b.section(line(win), accessory=b.button(_("Open"), ids.OPEN, value=win.id))


def line(win: Win) -> str:
    return f"*{win.name}* {text.escape(win.title)} · {text.day(win.told_on)}"


def unthanked_line(win: Win) -> str:
    return _("{line}: not yet thanked by PM or tech lead", line=line(win))


def home(wins: Sequence[Win], *, can_tell: bool) -> HomeSection:
    example = _(
        "None is told of yet. A win is one sentence, such as “The nightly import runs in four minutes”."
    )
    blocks: list[Block] = [_row(win) for win in wins] or [b.section(example)]
    tell = [b.actions(b.button(_("Tell of a win"), ids.TELL))] if can_tell else []
    return HomeSection(_("Technical wins"), [*tell, *blocks])
