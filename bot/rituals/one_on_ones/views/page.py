"""The page of a pair (a modal), one meeting whole, the history, and the part of App Home."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import InteractiveElement

from bot.i18n import _, ngettext
from bot.records.models import Record
from bot.records.offers import add_to_agenda_words
from bot.rituals.one_on_ones import ids
from bot.rituals.one_on_ones.models import ActionItem, AgendaItem, ItemState, Pair
from bot.rituals.one_on_ones.service import Meeting
from bot.rituals.one_on_ones.views import messages
from bot.schedule import words
from bot.schedule.models import Cadence, Occurrence, OccurrenceState
from bot.slack import blocks as b
from bot.slack import request, text
from bot.slack.home import HomeItem, HomeSection

LIST_SHOWN = 40


def page(
    pair: Pair,
    cadence: Cadence,
    occurrence: Occurrence | None,
    *,
    user_id: str,
    items: Sequence[AgendaItem],
    promises: Sequence[ActionItem],
    now: datetime,
) -> b.Payload:
    """What is on the list, what was promised, and what one can do; as this one of the two sees it."""
    other = text.mention(pair.other(user_id))
    facts = [_("1:1 with {other}", other=other), words.cadence(cadence)]
    blocks: list[Block] = [
        b.section(f"*{' · '.join(facts)}*\n{words.upcoming(cadence, occurrence, now=now)}"),
        b.actions(*_verbs(pair, cadence, occurrence, now)),
        b.divider(),
        b.section(f"*{_('On the list')}*"),
        *(_row(item, user_id=user_id) for item in items[:LIST_SHOWN]),
        *_beyond(items),
    ]
    if not items:
        blocks.append(b.section(_("Nothing yet. What do you want to talk about?")))
    if promises:
        blocks.append(b.section(f"*{_('Promised')}*"))
        blocks += [messages.promise(action) for action in promises[:LIST_SHOWN]]
        blocks += _beyond(promises)
    return b.modal(ids.PAGE, _("Our 1:1"), blocks, private_metadata=request.ids(pair=pair.id))


def _beyond(rows: Sequence[AgendaItem] | Sequence[ActionItem]) -> list[Block]:
    left = len(rows) - LIST_SHOWN
    if left <= 0:
        return []
    said = ngettext(
        "and {n} more, when some of these are done", "and {n} more, when some of these are done", left
    )
    return [b.context(said)]


def _verbs(
    pair: Pair, cadence: Cadence, occurrence: Occurrence | None, now: datetime
) -> list[InteractiveElement]:
    add = b.button(_("Add"), ids.ADD, value=pair.id, style="primary")
    verbs: list[InteractiveElement] = []
    menu: list[tuple[str, object]] = []
    if occurrence is not None:
        verbs.append(b.button(_("My answers"), ids.ANSWER, value=occurrence.id))
        menu += [
            (_("Leave the next one out"), f"skip:{occurrence.id}"),
            (_("Another time for the next one"), f"move:{occurrence.id}"),
            (_("Pause"), f"pause:{pair.id}"),
        ]
    if cadence.is_paused(now):
        verbs.append(b.button(_("Resume"), ids.RESUME, value=pair.id))
    menu += [
        (_("Change day, time, questions"), f"settings:{pair.id}"),
        (_("End it"), f"end:{pair.id}"),
    ]
    return [
        add,
        *verbs,
        b.button(_("History"), ids.SEE_HISTORY, value=pair.id),
        b.overflow(ids.MANAGE, menu),
    ]


def _row(item: AgendaItem, *, user_id: str) -> Block:
    choices = [(_("Take it off the list"), f"drop:{item.id}")]
    if item.author_id == user_id:
        choices.insert(
            0,
            (_("Let the other one see it"), f"share:{item.id}")
            if item.private
            else (_("Only for me until we meet"), f"hide:{item.id}"),
        )
    return b.section(messages.line(item), accessory=b.overflow(ids.SHOW, choices))


def ending(pair: Pair, *, user_id: str) -> b.Payload:
    """Asks before a 1:1 ends."""
    return b.modal(
        ids.END_FORM,
        _("End our 1:1"),
        [
            b.section(
                _(
                    "Your 1:1 with {other} comes no more. What you wrote stays, and only you two can read it; "
                    "`/one-on-one @person` begins it again.",
                    other=text.mention(pair.other(user_id)),
                )
            )
        ],
        submit=_("End it"),
        close=_("Keep it"),
        private_metadata=request.ids(pair=pair.id),
    )


def no_pair(record: Record) -> b.Payload:
    """To somebody who wants to talk about a record and has no 1:1 yet."""
    said = _(
        "You have no 1:1 yet, so {name} has no list to go on. Set one up with the person you want to talk about it "
        "with, then press “{button}” again.",
        name=record.name,
        button=add_to_agenda_words(),
    )
    set_up = b.button(_("Set up a 1:1"), ids.SET_UP, style="primary")
    return b.modal(ids.NO_PAIR, _("Our 1:1"), [b.section(said), b.actions(set_up)])


def meeting(of: Meeting) -> b.Payload:
    """One meeting whole: nothing shortened but what no modal holds."""
    when = words.clock(of.occurrence.starts_at, of.occurrence.cadence.zone)
    blocks: list[Block] = [b.header(_("1:1 · {when}", when=when))]
    blocks += map(b.context, words.left_out(of.left_out))
    for heading, lines in _parts(of):
        blocks += b.sections(f"*{heading}*\n" + "\n".join(lines))
    if len(blocks) == 1:
        blocks.append(b.section(_("Nothing was written down.")))
    return b.modal(ids.MEETING, _("Our 1:1"), blocks[:100])


def _parts(of: Meeting) -> list[tuple[str, list[str]]]:
    parts: list[tuple[str, list[str]]] = [
        (_("Talked about"), [messages.line(item) for item in of.items if item.state == ItemState.DONE]),
        (_("Not yet"), [messages.line(item) for item in of.items if item.state == ItemState.OPEN]),
    ]
    for question in dict.fromkeys(answer.question for answer in of.answers):
        said = [
            f"{messages.said_by(answer, of.left_out)}\n{text.quoted(answer.text)}"
            for answer in of.answers
            if answer.question == question
        ]
        parts.append((text.escape(question), said))
    notes = [f"{text.mention(note.author_id)}\n{text.quoted(note.text)}" for note in of.notes]
    parts += [
        (_("Notes"), notes),
        (_("Promised"), [messages.promise_line(action) for action in of.actions]),
    ]
    return [(heading, lines) for heading, lines in parts if lines]


def history(pair: Pair, rows: Sequence[Occurrence], *, user_id: str, goes_on: bool) -> b.Payload:
    """`goes_on`: there are earlier ones, which a button leads to."""
    blocks: list[Block] = [_past(row) for row in rows]
    if goes_on:
        earlier = b.button(_("Earlier ones"), ids.SEE_HISTORY, value=f"{pair.id}:{rows[-1].day}")
        blocks.append(b.actions(earlier))
    if not rows:
        blocks.append(b.section(_("You have not met yet.")))
    title = b.section(f"*{_('Your 1:1s with {other}', other=text.mention(pair.other(user_id)))}*")
    return b.modal(ids.HISTORY, _("History"), [title, *blocks])


def _past(row: Occurrence) -> Block:
    when = words.clock(row.starts_at, row.cadence.zone)
    if row.state in (OccurrenceState.SKIPPED, OccurrenceState.MISSED):
        return b.context(words.left_out([row])[0])
    state = _("going on") if row.state == OccurrenceState.OPEN else ""
    said = " · ".join(filter(None, [when, state]))
    return b.section(said, accessory=b.button(_("Open"), ids.SEE_MEETING, value=row.id))


# App Home


def home(
    rows: Sequence[tuple[Pair, Cadence, Occurrence | None, int]], *, user_id: str, now: datetime
) -> HomeSection:
    """A line a pair: when it is, how much is on the list."""
    blocks: list[Block] = []
    for pair, cadence, occurrence, waiting in rows:
        other = text.mention(pair.other(user_id))
        on_list = ngettext("{n} thing on the list", "{n} things on the list", waiting) if waiting else ""
        said = _("With {other}, {when}", other=other, when=words.cadence(cadence))
        following = words.upcoming(cadence, occurrence, now=now)
        line = "\n".join([said, " ".join(filter(None, [following, f"{on_list}." if on_list else ""]))])
        blocks.append(b.section(line, accessory=b.button(_("Open"), ids.OPEN, value=pair.id)))
    if not rows:
        blocks.append(
            b.section(
                _(
                    "PM and tech lead meet once a week, about what is on their mind. I bring the questions and the list."
                )
            )
        )
    return HomeSection(_("1:1"), [*blocks, b.actions(b.button(_("Set up a 1:1"), ids.SET_UP))])


def to_answer(pair: Pair, occurrence: Occurrence, *, user_id: str, since: datetime) -> HomeItem:
    said = _(
        "Before your 1:1 with {other} on {when}: what is on your mind?",
        other=text.mention(pair.other(user_id)),
        when=words.clock(occurrence.starts_at, occurrence.cadence.zone),
    )
    return HomeItem(said, b.button(_("Answer"), ids.ANSWER, value=occurrence.id), since)
