"""The forms of the 1:1: setting it up, adding to its list, answering, noting, promising, moving, pausing."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from slack_sdk.models.blocks import Block

from bot.i18n import _
from bot.records.models import Record
from bot.rituals.one_on_ones import ids
from bot.rituals.one_on_ones.models import AgendaItem, Answer, Pair
from bot.rituals.one_on_ones.service import (
    ANSWER_CHARACTERS,
    ITEM_CHARACTERS,
    NOTE_CHARACTERS,
    QUESTIONS_MOST,
    essays_questions,
)
from bot.rituals.one_on_ones.views import messages
from bot.schedule import forms as cadences
from bot.schedule import words
from bot.schedule.models import Cadence, Occurrence
from bot.slack import blocks as b
from bot.slack import limits, request, text
from bot.slack.forms import Values


def set_up(values: Values, held: Mapping[str, Any], *, zone: str | None) -> b.Payload:
    """`held`: the pair that is changed, and whether all fields are asked for. `zone`: the asker's own."""
    changing, more = "pair" in held, bool(held.get("more"))
    value = values.get
    blocks: list[Block] = [] if changing else [b.section(_what_it_is())]
    if not changing:
        question = _("With whom do you meet?")
        blocks.append(b.field("person", question, b.person_input(value("person")), optional=False))
    hint = _("In your time zone, {zone}.", zone=zone) if zone and not more else None
    blocks += cadences.day_and_time(values, hint=hint)
    if more:
        blocks += _more(values, zone)
    else:
        blocks.append(b.actions(b.button(_("More"), ids.MORE)))
    return b.modal(
        ids.SET_UP_FORM,
        _("Your 1:1") if changing else _("Set up a 1:1"),
        blocks,
        submit=_("Save") if changing else _("Set it up"),
        private_metadata=request.ids(**held),
    )


def _what_it_is() -> str:
    return _(
        "Not a status update: a talk about what is on your mind. The working day before, I ask you both five questions; "
        "at the time I lay both your answers and all you put on the list before you. Nobody else can read any of it."
    )


def _more(values: Values, zone: str | None) -> list[Block]:
    value = values.get
    questions = value("questions") or "\n".join(essays_questions())
    return [
        b.field(
            "timezone",
            _("In which time zone?"),
            b.text_input(value("timezone") or zone, placeholder="Europe/Berlin", max_length=64),
            hint=_("As long as it is yours in Slack, it changes when you travel."),
        ),
        cadences.how_often(values),
        b.field(
            "ahead",
            _("When shall I ask you both?"),
            b.select_input(
                [
                    (_("The working day before"), 1),
                    (_("Two working days before"), 2),
                    (_("Three working days before"), 3),
                    (_("Not at all"), 0),
                ],
                chosen=value("ahead") if value("ahead") is not None else 1,
            ),
            optional=False,
        ),
        b.field(
            "questions",
            _("What shall I ask?"),
            b.text_input(questions, multiline=True),
            hint=_("One question a line, in your order; at most {most}.", most=QUESTIONS_MOST),
        ),
        b.field(
            "asked",
            _("How many of them at a time?"),
            b.select_input(
                [
                    (_("All of them"), 0),
                    (_("One, in turn"), 1),
                    (_("Two, in turn"), 2),
                    (_("Three, in turn"), 3),
                ],
                chosen=value("asked") or 0,
            ),
            optional=False,
        ),
    ]


def settings_of(pair: Pair, cadence: Cadence, *, user_id: str) -> Values:
    """What the form shows of a pair."""
    ahead = next((-step.working_days for step in cadence.step_times if step.working_days < 0), 0)
    return {
        "person": pair.other(user_id),
        **cadences.weekly_values(cadence),
        "timezone": cadence.timezone,
        "ahead": ahead,
        "questions": "\n".join(pair.questions),
        "asked": pair.asked,
    }


def item(
    values: Values,
    held: Mapping[str, Any],
    *,
    pairs: Sequence[tuple[str, int]] = (),
    note: str = "",
) -> b.Payload:
    """`pairs`: (the other's name, pair) to choose from. `note`: what to know of where it comes from."""
    choose = [b.field("pair", _("With whom?"), b.select_input(pairs, chosen=pairs[0][1]), optional=False)]
    private = [(_("Only I see it until we meet"), "yes")]
    return b.modal(
        ids.ITEM_FORM,
        _("For our 1:1"),
        [
            *(choose if len(pairs) > 1 else []),
            *map(b.context, b.pieces(note, limits.CONTEXT_TEXT)),
            b.field(
                "text",
                _("What do you want to talk about?"),
                b.text_input(values.get("text"), multiline=True, max_length=ITEM_CHARACTERS, focus=True),
                optional=False,
            ),
            b.field("private", _("Who sees it?"), b.checkboxes_input(private)),
        ],
        submit=_("Put it on the list"),
        private_metadata=request.ids(**held, pair=pairs[0][1] if len(pairs) == 1 else held.get("pair")),
    )


def cut_words(typed: str) -> str:
    cut = _("That is longer than the {most} characters that fit here, so it was cut.", most=ITEM_CHARACTERS)
    return f"{cut} {text.you_typed(typed)}"


def not_seen_words(record: Record, user_ids: Sequence[str]) -> str:
    """To who puts a record on the list that others of their 1:1s cannot see."""
    return _(
        "{name} is kept in {channel}, which {who} cannot see. So its title is not filled in and no link goes along: "
        "write what they may know.",
        name=record.name,
        channel=text.channel(record.channel_id),
        who=text.joined(user_ids, {}),
    )


def title_told_words(record: Record, who: str) -> str:
    return _(
        "{who} cannot see {name}, and this has its title in it. Say it in words that they may read.",
        who=who,
        name=record.name,
    )


def answers(
    occurrence: Occurrence, asked: Sequence[str], kept: Sequence[Answer], left_out: Sequence[Occurrence]
) -> b.Payload:
    """`asked`: the questions of this time. `kept`: what this person said, for this one or for what was left out."""
    said = {answer.question: answer.text for answer in kept}
    when = words.clock(occurrence.starts_at, occurrence.cadence.zone)
    return b.modal(
        ids.ANSWERS,
        _("Before our 1:1"),
        [
            b.context(
                _("For {when}. The other one sees your answers when you meet, not before.", when=when),
                *messages.kept_lines(kept, left_out),
            ),
            *(
                b.field(
                    f"answer_{position}",
                    text.shortened(question, limits.INPUT_LABEL),
                    b.text_input(said.get(question), multiline=True, max_length=ANSWER_CHARACTERS),
                )
                for position, question in enumerate(dict.fromkeys([*asked, *said]))
            ),
        ],
        submit=_("Keep my answers"),
        private_metadata=request.ids(meeting=occurrence.id),
    )


def note(occurrence: Occurrence, items: Sequence[AgendaItem]) -> b.Payload:
    return b.modal(
        ids.NOTE_FORM,
        _("Take a note"),
        [
            b.field(
                "text",
                _("What was said?"),
                b.text_input(multiline=True, max_length=NOTE_CHARACTERS, focus=True),
                optional=False,
            ),
            *_about(items),
        ],
        submit=_("Keep it"),
        private_metadata=request.ids(meeting=occurrence.id),
    )


def action(
    pair: Pair, *, user_id: str, names: Mapping[str, str], occurrence: Occurrence | None = None
) -> b.Payload:
    owners = [(names.get(owner, owner), owner) for owner in (user_id, pair.other(user_id))]
    return b.modal(
        ids.ACTION_FORM,
        _("An action item"),
        [
            b.field(
                "text",
                _("What will be done?"),
                b.text_input(max_length=ITEM_CHARACTERS, focus=True),
                optional=False,
            ),
            b.field("owner", _("Who does it?"), b.radio_input(owners, chosen=user_id), optional=False),
            b.field("due", _("By when?"), b.date_input()),
        ],
        submit=_("Promise it"),
        private_metadata=request.ids(pair=pair.id, meeting=occurrence.id if occurrence else None),
    )


def next_time(occurrence: Occurrence, items: Sequence[AgendaItem]) -> b.Payload:
    """Which of what is still open shall wait."""
    choices = [(_choice(row), row.id) for row in items[: limits.CHECKBOXES]]
    return b.modal(
        ids.NEXT_TIME_FORM,
        _("Leave for next time"),
        [b.field("items", _("What can wait?"), b.checkboxes_input(choices), optional=False)],
        submit=_("Move to next time"),
        private_metadata=request.ids(meeting=occurrence.id),
    )


def move(occurrence: Occurrence, *, today: date) -> b.Payload:
    when = words.clock(occurrence.starts_at, occurrence.cadence.zone)
    says = _("The 1:1 of {when} moves just this once.", when=when)
    return cadences.move(ids.MOVE_FORM, occurrence, says=says, today=today)


def pause(pair: Pair) -> b.Payload:
    return cadences.pause(
        ids.PAUSE_FORM,
        _("Pause our 1:1"),
        says=_(
            "Nothing comes while it is paused, and what is on your lists stays there. Both of you are told."
        ),
        hint=_("Leave it empty: until one of you resumes it."),
        held={"pair": pair.id},
    )


def _about(items: Sequence[AgendaItem]) -> list[Block]:
    if not items:
        return []
    choices = [(_choice(row), row.id) for row in items[: limits.OPTIONS]]
    return [
        b.field("item", _("About what?"), b.select_input(choices), hint=_("Leave it empty for all of it."))
    ]


def _choice(item: AgendaItem) -> str:
    """What a ritual suggests begins with which record it is about, and ends with what about it."""
    if not item.suggested:
        return item.text
    without_channel = re.sub(r" · <#\w+>", "", item.text)  # nothing shows its name in here
    return text.both_ends(text.typed(without_channel).replace("*", "", 2), limits.OPTION_TEXT)
