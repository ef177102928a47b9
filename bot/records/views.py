"""What the records of all rituals look alike in: withdrawing, history, the offer to set the team up."""

from collections.abc import Callable, Sequence
from typing import Any

from slack_sdk.models.blocks import Block, ButtonElement

from bot.access.rules import Kind, Viewer
from bot.i18n import _
from bot.people.models import Team
from bot.people.offers import SET_UP, set_up_words
from bot.records.models import Record, Revision
from bot.records.offers import ADD_TO_AGENDA, PAGES, add_to_agenda_words
from bot.slack import blocks as b
from bot.slack import request, text

REVISIONS_SHOWN = 8

Changes = Callable[[str, Any, Any], list[str]]
"""What a revision says of a field, from its name and its values before and after: a line a change."""


def withdrawal(callback_id: str, record: Record, note: str | None = None) -> b.Payload:
    """The form that asks why a record was a mistake."""
    return b.modal(
        callback_id,
        _("Withdraw {name}", name=record.name),
        [
            b.section(f"*{record.name}* {text.escape(record.title)}"),
            *([b.section(note)] if note else []),
            b.field(
                "reason", _("Why was it a mistake?"), b.text_input(focus=True, max_length=500), optional=False
            ),
        ],
        submit=_("Withdraw"),
        close=_("Keep it"),
        private_metadata=request.ids(record=record.id),
    )


def tombstone(record: Record, muted: dict[str, str], *, command: str) -> b.Payload:
    """What is left in the channel of a record that was made by mistake; `command` still shows it."""
    words = withdrawn_words(record, muted)
    kept = b.context(_("The record is kept: `{command} {name}`.", command=command, name=record.name))
    return b.message(words, [b.section(words), kept])


def withdrawn_words(record: Record, muted: dict[str, str]) -> str:
    assert record.withdrawn_at is not None
    assert record.withdrawn_by is not None
    return _(
        "{name} was withdrawn by {who}, {when}: {why}",
        name=record.name,
        who=text.joined([record.withdrawn_by], muted),
        when=text.moment(record.withdrawn_at),
        why=text.escape(record.withdrawn_why or ""),
    )


def history(revisions: Sequence[Revision], changes: Changes) -> list[Block]:
    """The latest edits: who, when, and each field before and after."""
    shown: list[Block] = [b.context(_edit(revision, changes)) for revision in revisions[-REVISIONS_SHOWN:]]
    if len(revisions) > REVISIONS_SHOWN:
        shown.insert(0, b.context(_("Older edits are kept too: {n} in all.", n=len(revisions))))
    return shown


def _edit(revision: Revision, changes: Changes) -> str:
    who, when = text.mention(revision.user_id), text.moment(revision.at)
    lines = [
        line for name, (before, after) in revision.changes.items() for line in changes(name, before, after)
    ]
    return "\n".join([_("Edited by {who}, {when}", who=who, when=when), *lines])


def show_page(asked: request.Request, page: b.Payload) -> None:
    """A record's page, in place of the one from which it was opened."""
    if asked.in_modal and asked.view["callback_id"] in PAGES:
        asked.update_view(page)
    else:
        asked.open_view(page)


def agenda_offer(record: Record, viewer: Viewer) -> list[ButtonElement]:
    """On a record's page: it may be something to talk about. Guests of another workspace have no 1:1 here."""
    if viewer.kind not in (Kind.MEMBER, Kind.GUEST):
        return []
    return [b.button(add_to_agenda_words(), ADD_TO_AGENDA, value=record.id)]


def set_up_offer(team: Team) -> list[Block]:
    """On the cards of a channel whose team was only made by a first record."""
    if team.is_set_up:
        return []
    words = _("This channel has no team yet: who is PM, who leads?")
    return [b.actions(b.button(set_up_words(), SET_UP, value=team.id)), b.context(words)]


def team_question(teams: Sequence[tuple[str, str]], *, chosen: str | None, hint: str) -> Block:
    """Which team a record is for; `hint` is for where nobody has one yet and its channel is asked for instead."""
    if not teams:
        question = _("Which channel is it for?")
        return b.field("team", question, b.channel_input(chosen), hint=hint, optional=False)
    picked = b.select_input(teams, chosen=chosen or teams[0][1])
    return b.field("team", _("Which team?"), picked, optional=False)


def teams_on_screen(view: b.Payload) -> list[tuple[str, str]]:
    """The teams that an open form lets one choose from: (name, channel id)."""
    asked = next((block for block in view["blocks"] if block.get("block_id") == "team"), None)
    options = asked["element"].get("options", []) if asked else []
    return [(option["text"]["text"], option["value"]) for option in options]
