"""A decision's page in a modal: everything, with its history; and the small forms that hang on it."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.blocks.block_elements import InteractiveElement

from bot.access.rules import Action, Viewer, may
from bot.i18n import _
from bot.records import views as records
from bot.records.links import LinkedRecord
from bot.records.models import REPLACING, Relation, Revision, Source, SourceState
from bot.records.offers import OPEN
from bot.rituals.decisions import ids
from bot.rituals.decisions.models import Answer, Decision, Part
from bot.rituals.decisions.service import NO_RELATION, Sheet, field_words
from bot.rituals.decisions.views.messages import (
    acknowledged_line,
    answer_buttons,
    facts_line,
    line,
    link_line,
    replacing_menu,
    revisit_line,
)
from bot.slack import blocks as b
from bot.slack import limits, request, text

CHANGE_CHARACTERS = 120
REPLIES_SHOWN = 10
REPLY_CHARACTERS = 300

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def page(
    sheet: Sheet, *, viewer: Viewer, chain: Sequence[Decision], revisions: Sequence[Revision]
) -> b.Payload:
    """The whole record. What does not fit into a modal's hundred blocks is said to be left out."""
    decision = sheet.decision
    blocks: list[Block] = [
        b.header(decision.title),
        b.context(f"{facts_line(sheet)} · {text.channel(decision.channel_id)}"),
        *(b.sections(records.withdrawn_words(decision, sheet.muted)) if decision.withdrawn_at else []),
        *_part(_("Decision"), decision.outcome),
        *_part(_("Why"), decision.context),
        *_alternatives(decision),
        *_part(_("What we accept"), decision.trade_offs),
        *_lines(sheet),
        *_answers(sheet),
        *_related(sheet),
        *_chain(decision, chain),
        *_part(_("Notes"), decision.notes),
        *_source(decision.source),
        *records.history(revisions, _changes),
    ]
    buttons = _buttons(decision, viewer)
    if len(blocks) + len(buttons) > limits.VIEW_BLOCKS:
        left_out = b.context(_("This record is longer than Slack can show in one window."))
        blocks = [*blocks[: limits.VIEW_BLOCKS - len(buttons) - 1], left_out]
    return b.modal(ids.PAGE, decision.name, [*blocks, *buttons])


def _part(title: str, words: str) -> list[Block]:
    return b.sections(f"*{title}*\n{text.linked(words)}") if words else []


def _alternatives(decision: Decision) -> list[Block]:
    blocks: list[Block] = []
    for row in decision.alternatives:
        words = [f"*{_('Not chosen')}: {text.escape(row.name)}*", text.linked(row.why_not)]
        if row.reconsider_when:
            words.append(_("Would change our mind: {what}", what=text.linked(row.reconsider_when)))
        blocks += b.sections("\n".join(filter(None, words)))
    return blocks


def _lines(sheet: Sheet) -> list[Block]:
    decision = sheet.decision
    consulted = decision.user_ids(Part.CONSULTED)
    lines = [
        acknowledged_line(sheet),
        _("Consulted: {who}", who=text.mentions(consulted)) if consulted else "",
        revisit_line(decision),
        " ".join(f"#{text.escape(tag)}" for tag in decision.tag_names),
    ]
    return [b.context(line) for line in lines if line]


def _related(sheet: Sheet) -> list[Block]:
    """Each with a way to it, where the reader may go."""
    links = [link for link in sheet.links if link.relation not in REPLACING]
    return [b.section(link_line(link), accessory=_way_to_link(link) if link.name else None) for link in links]


def _way_to_link(link: LinkedRecord) -> ButtonElement:
    kind = "problem" if link.relation is Relation.DECIDES else "decision"
    return b.button(_("Open"), OPEN[kind], value=link.record_id)


def _way_to(record_id: int) -> ButtonElement:
    return b.button(_("Open"), ids.OPEN, value=record_id)


def _answers(sheet: Sheet) -> list[Block]:
    """What people said with their answer."""
    words = {
        Answer.QUESTION: _("{who} asks"),
        Answer.DISAGREE: _("{who} disagrees and commits"),
        Answer.BLOCKS: _("This blocks {who}"),
    }
    blocks: list[Block] = []
    for row in sheet.decision.acknowledgements:
        if row.reason and (form := words.get(Answer(row.answer))):
            blocks += b.sections(f"*{form.format(who=text.mention(row.user_id))}*\n{text.linked(row.reason)}")
    return blocks


def _chain(decision: Decision, chain: Sequence[Decision]) -> list[Block]:
    if len(chain) < 2:
        return []
    rows = [
        b.section(f"• {line(row)}", accessory=None if row.id == decision.id else _way_to(row.id))
        for row in chain
    ]
    return [b.section(f"*{_('How it came to this')}*"), *rows]


def _source(source: Source | None) -> list[Block]:
    if source is None:
        return []
    state = {
        SourceState.KEPT: _("As it was in Slack"),
        SourceState.EDITED: _("As it was in Slack; it was edited since"),
        SourceState.DELETED: _("As it was in Slack; it was deleted since"),
    }[SourceState(source.state)]
    who = f"{text.mention(source.user_id)}:" if source.user_id else ""
    said = text.quote(text.retold(source.text))
    blocks = b.sections("\n".join(filter(None, (f"*{state}*", who, said))))
    for reply in source.thread[:REPLIES_SHOWN]:
        said = text.quote(text.fitted(text.retold(reply["text"]), REPLY_CHARACTERS))
        blocks += b.sections(f"{text.mention(reply['user'])}:\n{said}")
    left = len(source.thread) - REPLIES_SHOWN
    if left > 0:
        blocks.append(b.context(_("{n} more replies are kept with the record.", n=left)))
    if source.permalink:
        blocks.append(b.context(text.link(source.permalink, _("Go to the message"))))
    return blocks


def _changes(name: str, before: Any, after: Any) -> list[str]:
    """`why: Limits → Partner limits`, a line a change; of alternatives each row that differs."""
    if name != "alternatives":
        return [f"{field_words(name)}: {_value(before)} → {_value(after)}"]
    was, now = _by_name(before), _by_name(after)
    return [
        _("{what}: {before} → {after}", what=_("alternative {name}", name=_value(row)), before=old, after=new)
        for row in dict.fromkeys([*was, *now])
        if (old := _row(was.get(row))) != (new := _row(now.get(row)))
    ] or [_("alternatives: in another order")]


def _by_name(rows: Any) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in rows or []}


def _row(row: dict[str, str] | None) -> str:
    if row is None:
        return _("(none)")
    said = [row[cell] for cell in ("why_not", "reconsider_when") if row.get(cell)]
    return _value("; ".join(said)) if said else _("(no reason)")


def _value(value: Any) -> str:
    match value:
        case None | "" | []:
            return _("(empty)")
        case str() if _ISO_DAY.fullmatch(value):
            return text.day(date.fromisoformat(value))
        case [*items]:
            return text.mentions(items)
    return text.escape(text.shortened(" ".join(str(value).split()), CHANGE_CHARACTERS))


def _buttons(decision: Decision, viewer: Viewer) -> list[Block]:
    if decision.withdrawn_at is not None:
        return []
    buttons: list[InteractiveElement] = []
    if may(viewer, Action.CHANGE, decision):
        buttons.append(b.button(_("Edit"), ids.CHANGE, value=f"edit:{decision.id}"))
    if may(viewer, Action.WITHDRAW, decision):
        buttons.append(b.button(_("Withdraw"), ids.WITHDRAW, value=decision.id, style="danger"))
    buttons += records.agenda_offer(decision, viewer)
    if may(viewer, Action.CHANGE, decision):
        buttons.append(b.overflow(ids.MENU, replacing_menu(decision)))
    return [*answer_buttons(decision), *([b.actions(*buttons)] if buttons else [])]


# Small forms


def withdrawal(decision: Decision) -> b.Payload:
    note = _("For a decision that was logged by mistake. One that was taken back is *reversed* instead.")
    return records.withdrawal(ids.WITHDRAWAL, decision, note)


def reason(decision: Decision, answer: Answer, *, pressed_at: str) -> b.Payload:
    """`pressed_at`: Slack's time of the click, as answers are put in order by Slack's clock alone."""
    title, question = {
        Answer.QUESTION: (_("Ask about it"), _("What is your question?")),
        Answer.DISAGREE: (_("Disagree, will commit"), _("What do you see differently?")),
        Answer.BLOCKS: (_("This blocks me"), _("What does it stop, and what would help?")),
    }[answer]
    return b.modal(
        ids.REASON,
        title,
        [
            b.section(f"*{decision.name}* {text.escape(decision.title)}"),
            b.field("reason", question, b.text_input(multiline=True, focus=True), optional=False),
            b.context(_("It goes into the card's thread, with your name.")),
        ],
        submit=_("Ask") if answer is Answer.QUESTION else _("Say so"),
        private_metadata=request.ids(
            record=decision.id, answer=answer.value, pressed_at=pressed_at, channel=decision.channel_id
        ),
    )


def linking(decision: Decision) -> b.Payload:
    relations = [
        (_("is related to"), Relation.RELATES_TO.value),
        (_("supersedes"), Relation.SUPERSEDES.value),
        (_("is superseded by"), "superseded_by"),
        (_("reverses"), Relation.REVERSES.value),
        (_("is reversed by"), "reversed_by"),
        (_("has nothing to do with (takes a link away)"), NO_RELATION),
    ]
    return b.modal(
        ids.LINKING,
        _("Link {name}", name=decision.name),
        [
            b.section(f"*{decision.name}* {text.escape(decision.title)}"),
            b.field(
                "relation",
                _("How do they belong together?"),
                b.select_input(relations, chosen=Relation.RELATES_TO.value),
                optional=False,
            ),
            b.field(
                "links",
                _("Which decision or problem?"),
                b.text_input(placeholder=_("D-3 or P-7"), max_length=20),
                hint=_("Its number. /decision list and /problem list show them."),
                optional=False,
            ),
        ],
        submit=_("Link"),
        private_metadata=request.ids(record=decision.id),
    )
