"""What the 1:1 says: the questions beforehand, the agenda and its end, what changed, what is said to one alone."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement

from bot.i18n import _, ngettext
from bot.people.models import Team
from bot.rituals.one_on_ones import ids
from bot.rituals.one_on_ones.models import ActionItem, AgendaItem, Answer, ItemState, Pair
from bot.rituals.one_on_ones.service import Meeting
from bot.schedule import snooze, words
from bot.schedule.models import Cadence, Occurrence
from bot.slack import blocks as b
from bot.slack import text

ITEMS_SHOWN = 15  # of an agenda in a message, which holds 50 blocks; its page shows all
PROMISES_SHOWN = 6
CHOICES_SHOWN = 40
ANSWER_SHOWN = 300
NOTE_SHOWN = 300

# Before


def prompt(
    pair: Pair,
    occurrence: Occurrence,
    *,
    user_id: str,
    left_out: Sequence[Occurrence],
    kept: Sequence[Answer],
    waiting: int,
) -> b.Payload:
    """To one of the two: the questions, and where to answer them. `kept`: what they said for what was left out."""
    when = words.clock(occurrence.starts_at, occurrence.cadence.zone)
    other = text.mention(pair.other(user_id))
    title = _("Your 1:1 with {other} is on {when}.", other=other, when=when)
    asked = "\n".join(f"• {text.escape(question)}" for question in pair.questions_now)
    lines = [*_about_dates(occurrence, left_out), *kept_lines(kept, left_out)]
    if waiting:
        lines.append(ngettext("{n} thing is on your list.", "{n} things are on your list.", waiting))
    hint = _("Answer what you like; {other} sees it when you meet, and you theirs.", other=other)
    return b.message(
        f"{title}\n{asked}",
        [
            b.section(title),
            *([b.context(*lines)] if lines else []),
            b.section(asked),
            b.context(hint),
            b.actions(
                b.button(_("Answer"), ids.ANSWER, value=occurrence.id, style="primary"),
                b.button(_("Add to the list"), ids.ADD, value=pair.id),
                snooze.menu(ids.SNOOZE, occurrence),
            ),
        ],
    )


def kept_lines(kept: Sequence[Answer], left_out: Sequence[Occurrence]) -> list[str]:
    """To who answered before what was left out then."""
    said_for = {answer.meeting_id for answer in kept}
    days = [words.short_day(row.day) for row in left_out if row.id in said_for]
    return [_("What you said for {day} is kept for this one.", day=", ".join(days))] if days else []


def said_by(answer: Answer, left_out: Sequence[Occurrence]) -> str:
    """`@ana`, or `@ana, for Mon 30 Nov` when that one was left out."""
    who = text.mention(answer.user_id)
    day = next((words.short_day(row.day) for row in left_out if row.id == answer.meeting_id), "")
    return _("{who}, for {day}", who=who, day=day) if day else who


def _about_dates(occurrence: Occurrence, left_out: Sequence[Occurrence]) -> list[str]:
    moved = [_sentence(words.moved(occurrence))] if occurrence.moved or occurrence.moved_by else []
    return [*moved, *words.left_out(left_out)]


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}."


# The agenda


def agenda(meeting: Meeting) -> b.Payload:
    """The headline message of a 1:1, as it stands now."""
    occurrence, pair = meeting.occurrence, meeting.pair
    when = words.clock(occurrence.starts_at, occurrence.cadence.zone)
    title = _("1:1 · {when}", when=when)
    dates = _about_dates(occurrence, meeting.left_out)
    blocks: list[Block] = [b.header(title), b.context(_context(meeting))]
    if dates:
        blocks.append(b.context(*dates))
    shown = 0
    for heading, items in _parts(meeting):
        blocks.append(b.section(f"*{heading}*"))
        blocks += [_item(item, meeting) for item in items[: max(0, ITEMS_SHOWN - shown)]]
        shown += len(items)
    if shown > ITEMS_SHOWN:
        blocks.append(_more(shown - ITEMS_SHOWN))
    if not shown and not meeting.is_over:
        blocks.append(b.section(_("Nothing is on the list. What is on your mind?")))
    blocks += _answers(meeting, ANSWER_SHOWN)
    blocks += _promises(meeting)
    blocks += _notes(meeting)
    blocks.append(_buttons(meeting, pair))
    spoken = [title, *dates, *map(_said, meeting.items[:ITEMS_SHOWN])]
    return b.message("\n".join(spoken), blocks)


def _more(n: int) -> Block:
    return b.context(ngettext("and {n} more: Open shows it", "and {n} more: Open shows them", n))


def _context(meeting: Meeting) -> str:
    pair = meeting.pair
    who = _("{first} and {second}", first=text.mention(pair.first_id), second=text.mention(pair.second_id))
    done = sum(item.state == ItemState.DONE for item in meeting.items)
    count = ngettext(
        "{done} of {n} talked about", "{done} of {n} talked about", len(meeting.items), done=done
    )
    facts = [who, *([count] if meeting.items else []), *([_("over")] if meeting.is_over else [])]
    return " · ".join([*facts, _("only you two can read this")])


def _parts(meeting: Meeting) -> list[tuple[str, Sequence[AgendaItem]]]:
    carried = [item for item in meeting.items if item.carried]
    suggested = [item for item in meeting.items if not item.carried and item.suggested]
    own = [item for item in meeting.items if not item.carried and not item.suggested]
    parts = [
        (_("Left over from last time"), carried),
        (_("From what your team keeps"), suggested),
        (_("On your list"), own),
    ]
    return [(heading, items) for heading, items in parts if items]


def _item(item: AgendaItem, meeting: Meeting) -> Block:
    words_of_it = line(item)
    if meeting.is_over:
        return b.section(words_of_it)
    if item.state == ItemState.DONE:
        return b.section(words_of_it, accessory=b.button(_("Not yet"), ids.UNTICK, value=item.id))
    return b.section(words_of_it, accessory=b.button(_("Tick off"), ids.TICK, value=item.id))


def _said(item: AgendaItem) -> str:
    """What a ritual suggests is in Slack's markup already."""
    return item.text if item.suggested else text.escape(item.text)


def line(item: AgendaItem) -> str:
    """One item as both see it: what it is, whose, whether it is done."""
    said = item.text if item.suggested else text.linked(item.text)  # as in `_said`
    sign = "✓ " if item.state == ItemState.DONE else "• "
    author = f" · {text.mention(item.author_id)}" if item.author_id else ""
    link = f" · {text.link(item.link, _('message'))}" if item.link else ""
    private = f" · {_('only you see it yet')}" if item.private else ""
    return f"{sign}{said}{author}{link}{private}"


def _answers(meeting: Meeting, most: int) -> list[Block]:
    blocks: list[Block] = []
    asked = dict.fromkeys(answer.question for answer in meeting.answers)
    for question in asked:
        said = [answer for answer in meeting.answers if answer.question == question]
        lines = [f"*{text.escape(question)}*"]
        for answer in said:
            shown = text.shortened(answer.text, most)
            lines.append(f"{said_by(answer, meeting.left_out)}\n{text.quoted(shown)}")
        blocks.append(b.section("\n".join(lines)))
    return blocks


def _promises(meeting: Meeting) -> list[Block]:
    if not meeting.actions:
        return []
    shown, more = meeting.actions[:PROMISES_SHOWN], len(meeting.actions) - PROMISES_SHOWN
    return [b.section(f"*{_('Promised')}*"), *map(promise, shown), *([_more(more)] if more > 0 else [])]


def promise(action: ActionItem) -> Block:
    done = action.done_at is not None
    button = b.button(
        _("Not yet") if done else _("Done"), ids.KEEP, value=f"{'open' if done else 'done'}:{action.id}"
    )
    return b.section(promise_line(action), accessory=button)


def promise_line(action: ActionItem) -> str:
    sign = "✓ " if action.done_at is not None else "☐ "
    due = _("by {day}", day=text.day(action.due_on)) if action.due_on else ""
    return " · ".join(filter(None, [f"{sign}{text.linked(action.text)}", text.mention(action.owner_id), due]))


def _notes(meeting: Meeting) -> list[Block]:
    if not meeting.notes:
        return []
    about = {item.id: item for item in meeting.items}
    lines = []
    for note in meeting.notes:
        item = about.get(note.item_id or 0)
        subject = f" ({text.escape(text.shortened(item.text, 60))})" if item and not item.suggested else ""
        lines.append(
            f"{text.mention(note.author_id)}{subject}\n{text.quoted(text.shortened(note.text, NOTE_SHOWN))}"
        )
    return b.sections(f"*{_('Notes')}*\n" + "\n".join(lines))


def _buttons(meeting: Meeting, pair: Pair) -> Block:
    see = b.button(_("Open"), ids.SEE_MEETING, value=meeting.occurrence.id)
    if meeting.is_over:
        return b.actions(see, b.button(_("For next time"), ids.ADD, value=pair.id))
    occurrence = meeting.occurrence.id
    return b.actions(
        b.button(_("Add"), ids.ADD, value=pair.id),
        b.button(_("Note"), ids.TAKE_NOTE, value=occurrence),
        b.button(_("Action item"), ids.MAKE_ACTION, value=occurrence),
        b.button(_("Leave for next time"), ids.NEXT_TIME, value=occurrence),
        b.button(_("My answers"), ids.ANSWER, value=occurrence),
        see,
        b.button(_("We are done"), ids.WE_ARE_DONE, value=occurrence, style="primary"),
    )


# After


def summary(meeting: Meeting, carried: Sequence[AgendaItem], *, now: datetime) -> b.Payload:
    """What one 1:1 came to, in the thread of its agenda."""
    done = [item for item in meeting.items if item.state == ItemState.DONE]
    made = [action for action in meeting.actions if action.meeting_id == meeting.occurrence.id]
    parts = [
        (_("You talked about"), [line(item) for item in done]),
        (_("Promised"), [promise_line(action) for action in made]),
        (_("Left for next time"), [line(item) for item in carried]),
    ]
    paragraphs = [f"*{heading}*\n" + "\n".join(lines) for heading, lines in parts if lines]
    if not paragraphs:
        paragraphs = [_("Nothing was ticked off, and nothing is left over.")]
    if meeting.following is not None:
        paragraphs.append(words.upcoming(meeting.occurrence.cadence, meeting.following, now=now))
    said = "\n\n".join(paragraphs)
    return b.message(said, [block for paragraph in paragraphs for block in b.sections(paragraph)])


# What changed, said to both


def begun(
    pair: Pair, cadence: Cadence, occurrence: Occurrence | None, *, by: str, now: datetime
) -> b.Payload:
    words_of_it = _(
        "{who} set up a 1:1 for you two: {when}. {next} Put what you want to talk about on the list at any time; "
        "before it I ask you both the same questions.",
        who=text.mention(by),
        when=words.cadence(cadence),
        next=words.upcoming(cadence, occurrence, now=now),
    )
    return b.message(words_of_it, [b.section(words_of_it), _doors(pair)])


def changed(
    pair: Pair, cadence: Cadence, occurrence: Occurrence | None, *, by: str, now: datetime
) -> b.Payload:
    words_of_it = _(
        "{who} changed your 1:1: {when}. {next}",
        who=text.mention(by),
        when=words.cadence(cadence),
        next=words.upcoming(cadence, occurrence, now=now),
    )
    return b.message(words_of_it, [b.section(words_of_it), _doors(pair)])


def told(pair: Pair, words_of_it: str) -> b.Payload:
    """Something that happened to their 1:1, with its doors."""
    return b.message(words_of_it, [b.section(words_of_it), _doors(pair)])


def _doors(pair: Pair) -> Block:
    return b.actions(
        b.button(_("Add to the list"), ids.ADD, value=pair.id),
        b.button(_("Open"), ids.OPEN, value=pair.id),
    )


def left_out_words(occurrence: Occurrence, why: str, following: str) -> str:
    return _(
        "No 1:1 on {day}: {why}. What is on your lists, and what you answered, is kept for the next one. {next}",
        day=words.short_day(occurrence.starts_on),
        why=why,
        next=following,
    )


def moved_words(occurrence: Occurrence, *, by: str) -> str:
    return _(
        "{who} moved your 1:1 of {day} to {when}.",
        who=text.mention(by),
        day=words.short_day(occurrence.day),
        when=words.clock(occurrence.starts_at, occurrence.cadence.zone),
    )


def paused_words(by: str, following: str) -> str:
    return _("{who} paused your 1:1. {next}", who=text.mention(by), next=following)


def resumed_words(by: str, following: str) -> str:
    return _("{who} resumed your 1:1. {next}", who=text.mention(by), next=following)


def ended_words(by: str) -> str:
    return _(
        "{who} ended your 1:1. What you wrote stays, and only you two can read it; `/one-on-one history` shows it.",
        who=text.mention(by),
    )


def left_words(user_id: str) -> str:
    return _(
        "{who}'s account is gone, so your 1:1 with them is paused. What you wrote is in its history; "
        "`/one-on-one @person` sets one up with somebody else.",
        who=text.mention(user_id),
    )


def team_changed(pair: Pair, team: Team) -> b.Payload:
    """To the two who have been a team's PM and tech lead: who is that now, and what they may do about their 1:1."""
    pm, lead = (text.mention(user) if user else _("nobody yet") for user in (team.pm_id, team.lead_id))
    said = _(
        "{team} has changed: its PM is {pm}, its tech lead {lead}. Your 1:1 goes on as it is until one of you ends it, "
        "and nobody else sees any of it.",
        team=text.escape(team.name),
        pm=pm,
        lead=lead,
    )
    end = b.button(_("End ours"), ids.MANAGE, value=f"end:{pair.id}")
    return b.message(said, [b.section(said), b.actions(*_with_the_new_one(pair, team), end)])


def _with_the_new_one(pair: Pair, team: Team) -> list[ButtonElement]:
    """Where one of the two has stayed, and meets somebody new from now on."""
    if team.pm_id in pair.user_ids and team.lead_id and team.lead_id not in pair.user_ids:
        return [b.button(_("Set up a 1:1 with the new tech lead"), ids.SET_UP_WITH, value=team.lead_id)]
    if team.lead_id in pair.user_ids and team.pm_id and team.pm_id not in pair.user_ids:
        return [b.button(_("Set up a 1:1 with the new PM"), ids.SET_UP_WITH, value=team.pm_id)]
    return []


def zone_words(cadence: Cadence, following: str) -> str:
    assert cadence.follows is not None
    return _(
        "{who} is in another time zone now, and your 1:1 goes with them: {when}. {next}",
        who=text.mention(cadence.follows),
        when=words.cadence(cadence),
        next=following,
    )


def skipped_words(user_id: str) -> str:
    return _("{who} left it out", who=text.mention(user_id))


# To one alone


def added(item: AgendaItem, pair: Pair, *, user_id: str, following: str) -> b.Payload:
    other = text.mention(pair.other(user_id))
    seen = _("Only you see it until then.") if item.private else _("{other} sees it too.", other=other)
    said = _("On the list for your 1:1 with {other}. {seen} {next}", other=other, seen=seen, next=following)
    return b.message(
        said,
        [
            b.section(said),
            b.section(line(item)),
            b.actions(
                b.button(_("Open the list"), ids.OPEN, value=pair.id),
                b.button(_("Take it off"), ids.DROP, value=item.id),
            ),
        ],
    )


def help_words() -> b.Payload:
    lines = [
        _("`/one-on-one @person` · set up your 1:1 with them, or open it"),
        _("`/one-on-one add …` · put something on the list for the next one"),
        _("`/one-on-one` · what is on the list, when it is, change it"),
        _("`/one-on-one history` · what was talked about, and promised"),
        _("`/one-on-one skip` · leave the next one out; `move`, `pause` and `resume` do what they say"),
        _("Nobody but the two of you can read any of it."),
    ]
    return b.message("\n".join(lines), [b.section(one) for one in lines])


def choice(pairs: Sequence[tuple[str, int]], *, action_id: str) -> b.Payload:
    """A person with several 1:1s is asked which."""
    question = _("With whom?")
    buttons = [b.button(name, f"{action_id}", value=pair_id) for name, pair_id in pairs[:CHOICES_SHOWN]]
    return b.message(question, [b.section(question), *(b.actions(button) for button in buttons)])
