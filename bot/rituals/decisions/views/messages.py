"""Decisions in channels: the card and its tombstone, lists, and what a search found."""

import re
from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import InteractiveElement

from bot.db.text_index import stem
from bot.i18n import _, ngettext
from bot.records import views as records
from bot.records.links import LinkedRecord
from bot.records.models import REPLACING, Relation, SourceState
from bot.rituals.decisions import ids
from bot.rituals.decisions.models import Answer, Decision, Part
from bot.rituals.decisions.queries import PAGE, Found, Hit, passages
from bot.rituals.decisions.service import Sheet
from bot.rituals.decisions.views.form import status_word
from bot.slack import blocks as b
from bot.slack import text

WHY_LINES = 3  # ux: at most three lines, the rest behind "Open"
WHY_CHARACTERS = 400
ALTERNATIVES_SHOWN = 5
ALTERNATIVE_CHARACTERS = 200
TRADE_OFFS_CHARACTERS = 300


def card(sheet: Sheet) -> b.Payload:
    """The headline message of a decision, as it stands now."""
    decision = sheet.decision
    if decision.withdrawn_at is not None:
        return records.tombstone(decision, sheet.muted, command="/decision show")
    return b.message(
        spoken(sheet),
        [
            *_replaced_by(sheet),
            b.header(decision.title),
            b.context(facts_line(sheet)),
            *_why(decision),
            *_alternatives(decision),
            *_trade_offs(decision),
            *_footer(sheet),
            *_buttons(decision),
            *records.set_up_offer(decision.team),
        ],
    )


def spoken(sheet: Sheet) -> str:
    """The card in words, for notifications and screen readers."""
    decision = sheet.decision
    replaced = [link_line(link) for link in sheet.links if _replaces_this(link)]
    rows = [f"{row.name}: {row.why_not}" if row.why_not else row.name for row in decision.alternatives]
    parts = [
        f"{decision.name} {text.escape(decision.title)}",
        *replaced,
        " · ".join(_facts(sheet)),
        text.escape(decision.context),
        _("Considered: {rows}", rows=text.escape("; ".join(rows))) if rows else "",
        _("We accept: {what}", what=text.escape(decision.trade_offs)) if decision.trade_offs else "",
        acknowledged_line(sheet),
    ]
    return "\n".join(part for part in parts if part)


def facts_line(sheet: Sheet) -> str:
    """`D-12 · accepted · 15 Feb 2026 · decided by @pm and @lead jointly · edited`."""
    decision = sheet.decision
    return " · ".join([f"*{decision.name}*", *_facts(sheet)])


def _facts(sheet: Sheet) -> list[str]:
    decision = sheet.decision
    deciders = decision.user_ids(Part.DECIDER)
    parts = [status_word(decision.status)]
    if decision.decided_on:
        parts.append(text.day(decision.decided_on))
    if deciders:
        form = _("decided by {who} jointly") if decision.decided_jointly else _("decided by {who}")
        parts.append(form.format(who=text.joined(deciders, sheet.muted)))
    if not decision.created_by:
        parts.append(_("imported"))
    elif decision.created_by not in deciders:
        parts.append(_("logged by {who}", who=text.joined([decision.created_by], sheet.muted)))
    if decision.edited_at:
        parts.append(_("edited"))
    if decision.source is not None and decision.source.state == SourceState.DELETED:
        parts.append(_("the message it came from was deleted, our copy is kept"))
    elif decision.source is not None and decision.source.state == SourceState.EDITED:
        parts.append(_("the message it came from was edited since"))
    return parts


def acknowledged_line(sheet: Sheet) -> str:
    """`5 of 6 know · @engineer has a question`."""
    decision = sheet.decision
    answers = {row.user_id: Answer(row.answer) for row in decision.acknowledgements}
    must = decision.user_ids(Part.MUST_KNOW)
    told = {user for user, answer in answers.items() if answer in (Answer.KNOW, Answer.DISAGREE)}
    parts = []
    if must:
        knowing = len(told & set(must))
        parts.append(ngettext("{n} of {all} knows", "{n} of {all} know", knowing, all=len(must)))
        waiting = [user for user in must if user not in answers]
        if waiting and decision.stands:
            parts.append(_("still to answer: {who}", who=text.joined(waiting, sheet.muted)))
    elif told:
        parts.append(ngettext("{n} knows", "{n} know", len(told)))
    for answer in (Answer.QUESTION, Answer.DISAGREE, Answer.BLOCKS):
        people = [user for user, given in answers.items() if given is answer]
        if people:
            parts.append(_answered(answer, len(people), text.joined(people, sheet.muted)))
    return " · ".join(parts)


def _answered(answer: Answer, n: int, who: str) -> str:
    match answer:
        case Answer.QUESTION:
            return ngettext("{who} asked a question", "{who} asked questions", n, who=who)
        case Answer.DISAGREE:
            return ngettext("{who} disagrees and commits", "{who} disagree and commit", n, who=who)
        case _:
            return ngettext("{who} is blocked by it", "{who} are blocked by it", n, who=who)


def _replaces_this(link: LinkedRecord) -> bool:
    return not link.forward and link.relation in REPLACING


def _replaced_by(sheet: Sheet) -> list[Block]:
    lines = [f"*{link_line(link)}*" for link in sheet.links if _replaces_this(link)]
    return [b.section("\n".join(lines))] if lines else []


def link_line(link: LinkedRecord) -> str:
    """`supersedes D-3 Poll every minute`; of what it decides `Problem P-7: Partners learn hours late …`."""
    words = {
        (Relation.SUPERSEDES, True): _("supersedes {name}"),
        (Relation.SUPERSEDES, False): _("superseded by {name}"),
        (Relation.REVERSES, True): _("reverses {name}"),
        (Relation.REVERSES, False): _("reversed by {name}"),
        (Relation.RELATES_TO, True): _("related to {name}"),
        (Relation.RELATES_TO, False): _("related to {name}"),
        (Relation.DECIDES, True): _("Problem {name}:") if link.name else "{name}",
        (Relation.DECIDES, False): _("decided by {name}"),
    }[link.relation, link.forward]
    title = f" {text.escape(text.shortened(link.title, 80))}" if link.title else ""
    withdrawn = f" ({_('withdrawn')})" if link.is_withdrawn else ""
    return words.format(name=linked_name(link)) + title + withdrawn


def linked_name(link: LinkedRecord) -> str:
    """Its number, or only where it is: Slack shows a private channel's name to nobody outside."""
    if link.name:
        return link.name
    place = text.channel(link.channel_id)
    if link.relation is Relation.DECIDES:
        return _("about a problem in {channel}", channel=place)
    return _("a decision in {channel}", channel=place)


def _why(decision: Decision) -> list[Block]:
    if not decision.context:
        return []
    return [
        b.section(text.quoted(text.first_lines(decision.context, lines=WHY_LINES, characters=WHY_CHARACTERS)))
    ]


def _alternatives(decision: Decision) -> list[Block]:
    if not decision.alternatives:
        return []
    shown = decision.alternatives[:ALTERNATIVES_SHOWN]
    lines = [alternative_line(row.name, row.why_not) for row in shown]
    left = len(decision.alternatives) - len(shown)
    more = [ngettext("and {n} more", "and {n} more", left)] if left else []
    return [b.section("\n".join([f"*{_('Also considered')}*", *lines, *more]))]


def alternative_line(name: str, why_not: str, limit: int = ALTERNATIVE_CHARACTERS) -> str:
    """The losing side on one line: "• Polling — simpler, but hits rate limits"."""
    reason = " ".join(why_not.split())
    words = f"{name} — {reason}" if reason else name
    return f"• {text.linked(text.shortened(' '.join(words.split()), limit))}"


def _trade_offs(decision: Decision) -> list[Block]:
    if not decision.trade_offs:
        return []
    words = text.first_lines(decision.trade_offs, lines=WHY_LINES, characters=TRADE_OFFS_CHARACTERS)
    return [b.section(f"*{_('What we accept')}*\n{text.linked(words)}")]


def _footer(sheet: Sheet) -> list[Block]:
    decision = sheet.decision
    others = [link_line(link) for link in sheet.links if not _replaces_this(link)]
    shown = others[:5] + (
        [ngettext("{n} more link", "{n} more links", len(others) - 5)] if len(others) > 5 else []
    )
    tags = " ".join(f"#{text.escape(tag)}" for tag in decision.tag_names)
    again = revisit_line(decision) if decision.stands else ""  # nobody is asked about it any more
    lines = [acknowledged_line(sheet), again, " · ".join(shown), tags]
    return [b.context(*(line for line in lines if line))] if any(lines) else []


def revisit_line(decision: Decision) -> str:
    """`Look again: 1 Jun 2026, or if p95 > 400 ms`."""
    on = text.day(decision.revisit_on) if decision.revisit_on else ""
    when = text.escape(text.shortened(decision.revisit_when, 150))
    if not on and not when:
        return ""
    what = _("{on}, or {when}", on=on, when=when) if on and when else on or when
    return _("Look again: {what}", what=what)


def _buttons(decision: Decision) -> list[Block]:
    if not decision.stands:
        return [b.actions(b.button(_("Open the record"), ids.OPEN, value=decision.id))]
    menu = [
        (_("Open the record"), f"open:{decision.id}"),
        (_("Edit"), f"edit:{decision.id}"),
        *replacing_menu(decision),
    ]
    return answer_buttons(decision, b.overflow(ids.CHANGE, menu))


def answer_buttons(decision: Decision, *more: InteractiveElement) -> list[Block]:
    """To say that one knows, or why not; nothing for what does not stand any more."""
    if not decision.stands:
        return []
    return [
        b.actions(
            b.button(_("I know"), ids.ACKNOWLEDGE, value=decision.id, style="primary"),
            b.button(_("I have a question"), ids.QUESTION, value=decision.id),
            b.button(_("Disagree, will commit"), ids.DISAGREE, value=decision.id),
            b.button(_("This blocks me"), ids.BLOCKS, value=decision.id),
            *more,
        )
    ]


def replacing_menu(decision: Decision) -> list[tuple[str, object]]:
    """What can be done to it by another record."""
    replacing = [
        (_("Supersede"), f"supersede:{decision.id}"),
        (_("Reverse"), f"reverse:{decision.id}"),
    ]
    return [*(replacing if decision.stands else []), (_("Link"), f"link:{decision.id}")]


# In the card's thread


def said_in_thread(sheet: Sheet, answer: Answer, *, user_id: str, reason: str) -> b.Payload:
    """A question and what is blocked mention those who decided, as it is theirs to answer."""
    who = text.joined([user_id], sheet.muted)
    makers = [user for user in sheet.decision.user_ids(Part.DECIDER) if user != user_id]
    whom = text.joined(makers, sheet.muted) if makers else ""
    match answer:
        case Answer.QUESTION:
            words = _("{who} asks {whom}:", who=who, whom=whom) if whom else _("{who} asks:", who=who)
        case Answer.BLOCKS:
            words = (
                _("{whom}, this blocks {who}:", who=who, whom=whom)
                if whom
                else _("This blocks {who}:", who=who)
            )
        case _:
            words = _("{who} disagrees and will commit:", who=who)
    said = f"{words}\n{text.quoted(reason)}"
    return b.message(said, [b.section(part) for part in b.pieces(said, 3_000)])


# Lists and searches, seen by who asked


def listing(rows: Sequence[Decision], *, total: int, offset: int, typed: str) -> b.Payload:
    if not rows:
        words = (
            _("No decision matches that. `/decision list` shows all; `/decision` logs one.")
            if typed
            else _("No decision that you can see is logged yet. `/decision` logs the first one.")
        )
        return b.message(words, [b.section(words)])
    lines = [line(row) for row in rows]
    heading = ngettext("{n} decision", "{n} decisions", total)
    blocks: list[Block] = [b.section(f"*{heading}*"), *(_row(row) for row in rows)]
    shown = offset + len(rows)
    if shown < total:
        more = ngettext("Show {n} more", "Show {n} more", min(PAGE, total - shown))
        blocks.append(b.actions(b.button(more, ids.NEXT_PAGE, value=f"{shown}:{typed}"[:2_000])))
    return b.message("\n".join([heading, *lines]), blocks)


def line(decision: Decision) -> str:
    """`*D-12* Use webhooks · accepted · 15 Feb 2026 · #payments`."""
    parts = [f"*{decision.name}* {text.escape(decision.title)}", status_word(decision.status)]
    if decision.decided_on:
        parts.append(text.day(decision.decided_on))
    return " · ".join([*parts, text.channel(decision.channel_id)])


def _row(decision: Decision) -> Block:
    return b.section(line(decision), accessory=b.button(_("Open"), ids.OPEN, value=decision.id))


def results(found: Found, *, typed: str, title: str) -> b.Payload:
    """What a search found: the records quoted, with the words that matched in bold; or an honest nothing."""
    asked = text.escape(text.shortened(text.typed(typed), 150))
    log = b.actions(b.button(_("Log this as a decision"), ids.LOG, value=text.shortened(title, 1_000)))
    if not found.terms:
        return _filtered(found, asked)
    if not found.hits:
        words = _("No decision mentions *{asked}*. Ask in the channel, or log it when you know.", asked=asked)
        return b.message(words, [b.section(words), log])
    if not found.confident:
        nearest = line(found.hits[0].decision)
        words = _("No decision really answers *{asked}*. Closest: {nearest}", asked=asked, nearest=nearest)
        return b.message(words, [b.section(words), *_hit_blocks(found, found.hits[:1]), log])
    heading = _("*What was decided, for “{asked}”*", asked=asked)
    words = "\n".join([heading, *(line(hit.decision) for hit in found.hits)])
    return b.message(words, [b.section(heading), *_hit_blocks(found, found.hits), log])


def _filtered(found: Found, asked: str) -> b.Payload:
    """The answer to filters alone: nothing was searched for that could be logged."""
    if not found.hits:
        words = _("No decision matches *{asked}*. `/decision list` shows all.", asked=asked)
        return b.message(words, [b.section(words)])
    heading = _("*Decisions that match {asked}*", asked=asked)
    words = "\n".join([heading, *(line(hit.decision) for hit in found.hits)])
    return b.message(words, [b.section(heading), *_hit_blocks(found, found.hits)])


def _hit_blocks(found: Found, hits: Iterable[Hit]) -> list[Block]:
    blocks: list[Block] = []
    for hit in hits:
        snippet = "\n".join(f">{part}" for part in snippets(hit.decision, found.terms))
        words = f"{line(hit.decision)}\n{snippet}" if snippet else line(hit.decision)
        blocks.append(b.section(words, accessory=b.button(_("Open"), ids.OPEN, value=hit.decision.id)))
    return blocks


def snippets(decision: Decision, terms: Sequence[str], *, most: int = 3, characters: int = 220) -> list[str]:
    """The passages where the terms stand, each with its field and the matched words marked."""
    pattern = _marker(terms)
    if pattern is None:
        return []
    matching = [(label, passage) for label, passage in passages(decision) if pattern.search(passage)]
    return [
        f"{label}: {_marked(_around(passage, pattern, characters), pattern)}"
        for label, passage in matching[:most]
    ]


def _marker(terms: Sequence[str]) -> re.Pattern[str] | None:
    stems = [re.escape(stem(term)).replace(r"\ ", r"\W+") for term in terms]
    return re.compile(rf"\b(?:{'|'.join(stems)})\w*", re.IGNORECASE) if stems else None


def _around(passage: str, pattern: re.Pattern[str], characters: int) -> str:
    """The part of a longer passage where the first match stands."""
    flat = " ".join(passage.split())
    match = pattern.search(flat)
    start = max(0, (match.start() if match else 0) - characters // 3)
    start = flat.rfind(" ", 0, start) + 1 if start else 0
    return ("… " if start else "") + text.shortened(flat[start:], characters)


def _marked(passage: str, pattern: re.Pattern[str]) -> str:
    parts, at = [], 0
    for match in pattern.finditer(passage):
        parts += [text.escape(passage[at : match.start()]), f"*{text.escape(match[0])}*"]
        at = match.end()
    return "".join([*parts, text.escape(passage[at:])])


# Asking


def capture_offer(*, channel_id: str, ts: str) -> b.Payload:
    """To who added the team's emoji to a message."""
    words = _("Log that message as a decision?")
    button = b.button(_("Log decision"), ids.LOG_CAPTURED, value=f"{channel_id}:{ts}", style="primary")
    return b.message(words, [b.section(words), b.actions(button)])


def as_modal(found: b.Payload) -> b.Payload:
    """What a search found, for a search that began in Home, where there is no channel to answer in."""
    return b.raw_modal("decisions.found", _("Decisions"), found["blocks"])


def replacing_heading(decision: Decision, *, reverse: bool) -> str:
    title = text.escape(text.shortened(decision.title, 150))
    if reverse:
        return _("This reverses *{name}* {title}. What holds instead?", name=decision.name, title=title)
    return _("This supersedes *{name}* {title}.", name=decision.name, title=title)


def replaced_meanwhile(decision: Decision) -> str:
    return _(
        "*{name}* {title} does not stand any more: somebody was faster. Nothing is saved yet.",
        name=decision.name,
        title=text.escape(text.shortened(decision.title, 150)),
    )


def reversed_title(decision: Decision) -> str:
    return text.shortened(_("No longer: {title}", title=decision.title), 150)


def unanswered_line(decision: Decision) -> str:
    return _("{line}: not everybody who must know has answered", line=line(decision))


def trigger_line(decision: Decision) -> str:
    return _(
        "{line}: has this come about? “{when}”",
        line=line(decision),
        when=text.escape(text.shortened(decision.revisit_when, 150)),
    )


def help_text() -> b.Payload:
    lines = [
        _("*Decisions*: why we chose what, kept where the team can find it."),
        _("`/decision` opens the form; `/decision Use webhooks` opens it with the title filled in."),
        _("`/decision why webhooks` finds what was decided and why, the rejected alternatives too."),
        _("`/decision list` · `list mine` · `list open` · `list due` · `list superseded` · `list #api`"),
        _(
            "Both take `status:accepted` `tag:api` `by: @name` `in: #channel` `since:2026-01-01` `before:2026-07-01`."
        ),
        _("`/decision show D-12` opens one. `/decision export` sends you all of them as files."),
        _(
            "`/decision canvas` keeps a page with this channel's decisions in it; `/decision digest` sums them up here, "
            "once a week."
        ),
        _("In a thread, use the message shortcut *Log as decision*: slash commands do not work there."),
    ]
    return b.message("\n".join(lines), [b.section(line) for line in lines])
