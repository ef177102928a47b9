"""The form: three questions first, the rest behind "More fields", what is typed always kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import Block

from bot.access.rules import Actor
from bot.i18n import _
from bot.people.models import Team
from bot.records import drafts
from bot.records.fields import TITLE_CHARACTERS
from bot.records.models import Draft, Record
from bot.records.views import team_question, teams_on_screen
from bot.rituals.decisions import ids
from bot.rituals.decisions.models import CHOSEN, Decision, Status
from bot.rituals.decisions.service import beyond_a_form, facts, field_words
from bot.slack import blocks as b
from bot.slack import request, text
from bot.slack.forms import Values, refilled, row_numbers

ROWS_MOST = 10
TAGS_CHARACTERS = 1_000  # twenty tags of forty characters, with commas
KEPT = "kept"
"""The id of a form that names the fields it does not show, since they hold more than it can."""
ABOUT = "about"
"""The id of what is decided, where the form was opened from a record of another ritual."""
HEADING = "heading"  # the block that says what the decision replaces, or is about
OPEN_SIMILAR = "open"
LOG_ANYWAY = "anyway"

MORE_FIELDS = (
    "trade_offs",
    "deciders",
    "status",
    "date",
    "must_know",
    "consulted",
    "tags",
    "revisit_on",
    "revisit_when",
    "links",
)


@dataclass(frozen=True)
class FormState:
    """Everything that decides how the form looks; it is read back from the open view, never kept anywhere."""

    ids: dict[str, Any]
    values: Values = field(default_factory=dict)
    rows: tuple[int, ...] = (0,)
    more: bool = False
    generation: int = 0
    offer: str | None = None
    """The line that offers a draft."""
    teams: Sequence[tuple[str, str]] = ()
    """(name, channel id) to choose from where the form was opened outside of a team's channel."""
    similar: Sequence[Decision] = ()
    heading: str | None = None


def form(state: FormState) -> b.Payload:
    editing = "record" in state.ids
    view = b.modal(
        ids.FORM,
        _("Edit decision") if editing else _("Log a decision"),
        [
            *_heading(state),
            *drafts.offer_blocks(state.offer, resume=ids.RESUME, discard=ids.DISCARD),
            *_similar(state),
            *_team(state),
            *_questions(state),
        ],
        submit=_("Save changes") if editing else _("Log decision"),
        private_metadata=request.ids(
            **state.ids, more=int(state.more) or None, generation=state.generation or None
        ),
    )
    return refilled(view, state.generation) if state.generation else view


def state_of(opened: request.Request) -> FormState:
    """The state of an open form, from what Slack sends with every click in it."""
    view, held = opened.view, opened.ids
    inputs = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    rows = tuple(row_numbers(inputs, "alternatives"))
    kept = {name: value for name, value in held.items() if name not in ("more", "generation")}
    return FormState(
        ids=kept,
        values=opened.values,
        rows=rows,
        more=bool(held.get("more")),
        generation=int(held.get("generation") or 0),
        teams=teams_on_screen(view),
        offer=drafts.offer_on_screen(opened),
        heading=_on_screen(view, HEADING),
    )


def _on_screen(view: Mapping[str, Any], block_id: str) -> str | None:
    shown = [block["text"]["text"] for block in view["blocks"] if block.get("block_id") == block_id]
    return shown[0] if shown else None


def about(state: FormState, record: Record) -> FormState:
    """The form of a decision that is linked to what it decides."""
    title = text.escape(text.shortened(record.title, 150))
    heading = _("Linked to *{name}* {title}.", name=record.name, title=title)
    return replace(state, ids={**state.ids, ABOUT: record.id}, heading=heading)


def offering(state: FormState, draft: Draft | None) -> FormState:
    if draft is None:
        return state
    return replace(state, ids={**state.ids, drafts.OFFERED: draft.id}, offer=drafts.offer_words(draft))


def usual(team: Team | None, actor: Actor, now: datetime) -> Values:
    """Today in the team's zone, and the PM and tech lead; whoever asks, where there are none."""
    pair = [user for user in (team.pm_id, team.lead_id) if user] if team and team.is_set_up else []
    today = now.astimezone(ZoneInfo(team.timezone if team else "UTC")).date()
    return {
        "deciders": pair or [actor.user_id],
        "date": today.isoformat(),
        "status": Status.ACCEPTED.value,
    }


def inherited(old: Decision) -> Values:
    """What a decision takes over from the one it replaces, unless somebody says otherwise."""
    held = values_of(old)
    return {name: held[name] for name in ("must_know", "tags") if name in held}


def values_of(decision: Decision) -> Values:
    """A decision as the form shows it."""
    return values_from(facts(decision), but=beyond_a_form(decision))


def values_from(facts: Mapping[str, Any], *, but: Collection[str] = ()) -> Values:
    held: dict[str, Any] = {"alternatives": [], "tags": []}
    held |= {name: value for name, value in facts.items() if name not in but}
    rows = held.pop("alternatives")
    cells = {f"alternatives.{n}.{cell}": value for n, row in enumerate(rows) for cell, value in row.items()}
    people = {
        name: list(filter(text.is_person, held[name])) for name in ("deciders", "must_know", "consulted")
    }
    shown = {**held, **cells, **people, "tags": ", ".join(held["tags"])}
    return {name: value for name, value in shown.items() if value}


def rows_of(values: Values) -> tuple[int, ...]:
    return tuple(row_numbers(values, "alternatives")) or (0,)


def shows_more(values: Values, defaults: Values) -> bool:
    """Whether a draft holds something that only stands behind "More fields"."""
    return any(name in values and values[name] != defaults.get(name) for name in MORE_FIELDS) or any(
        name.endswith(".reconsider_when") for name in values
    )


def _heading(state: FormState) -> list[Block]:
    if state.heading:
        return [b.section(state.heading, block_id=HEADING)]
    if kept := state.ids.get(KEPT):
        names = ", ".join(map(field_words, kept))
        return [b.context(_("Longer than a form can hold, so this stays as it is: {fields}.", fields=names))]
    return []


def _similar(state: FormState) -> list[Block]:
    if not state.similar:
        return []
    lines = [
        f"*{found.name}* {text.escape(found.title)} · {status_word(found.status)}" for found in state.similar
    ]
    choices: list[tuple[str, object]] = [(_("Log it anyway"), LOG_ANYWAY)]
    for found in state.similar:
        choices.append((_("It supersedes {name}", name=found.name), found.id))
        choices.append(
            (_("Keep it as a draft and open {name}", name=found.name), f"{OPEN_SIMILAR}:{found.id}")
        )
    return [
        b.section("\n".join([_("*This sounds like something decided before:*"), *lines])),
        b.field(ids.SIMILAR, _("What should happen?"), b.radio_input(choices), optional=False),
        b.divider(),
    ]


def _team(state: FormState) -> list[Block]:
    """Asked only outside of a channel."""
    if any(state.ids.get(name) for name in ("channel", "record")):
        return []
    hint = _("A decision belongs to a channel: who can read that can read the decision.")
    return [team_question(state.teams, chosen=state.values.get("team"), hint=hint)]


def _questions(state: FormState) -> list[Block]:
    """But those whose answer is longer than a form can hold."""
    kept = state.ids.get(KEPT, ())
    asked = [
        *_first_questions(state),
        *([] if "alternatives" in kept else _alternatives(state)),
        *(_more_questions(state) if state.more else []),
    ]
    return [block for block in asked if block.block_id not in kept]


def _first_questions(state: FormState) -> list[Block]:
    value = state.values.get
    return [
        b.field(
            "title",
            _("What did you decide?"),
            b.text_input(
                value("title"),
                placeholder=_("Use webhooks instead of polling for the partner API"),
                max_length=max(TITLE_CHARACTERS, len(value("title") or "")),
                focus=True,
            ),
            optional=False,
        ),
        b.field("context", _("Why? What was going on?"), b.text_input(value("context"), multiline=True)),
    ]


def _alternatives(state: FormState) -> list[Block]:
    several = len(state.rows) > 1
    blocks: list[Block] = []
    for place, row in enumerate(state.rows):
        blocks += _alternative(state, row, place=place, several=several)
    buttons = []
    if len(state.rows) < ROWS_MOST:
        buttons.append(b.button(_("Add another alternative"), ids.ADD_ALTERNATIVE))
    if not state.more:
        buttons.append(b.button(_("More fields"), ids.MORE))
    return [*blocks, b.actions(*buttons)] if buttons else blocks


def _alternative(state: FormState, row: int, *, place: int, several: bool) -> list[Block]:
    def value(cell: str) -> str | None:
        return state.values.get(f"alternatives.{row}.{cell}")

    heading: list[Block] = []
    if several:
        remove = b.button(
            _("Remove"), ids.REMOVE_ALTERNATIVE, value=row, confirm=_("What stands in it goes too.")
        )
        heading = [b.section(_("*Alternative {n}*", n=place + 1), accessory=remove)]
    label = _("What else did you consider?")
    inputs: list[Block] = [
        b.field(f"alternatives.{row}.name", label, b.text_input(value("name"), max_length=TITLE_CHARACTERS)),
        b.field(
            f"alternatives.{row}.why_not", _("And why not?"), b.text_input(value("why_not"), multiline=True)
        ),
    ]
    if state.more:
        inputs.append(
            b.field(
                f"alternatives.{row}.reconsider_when",
                _("What would change your mind?"),
                b.text_input(value("reconsider_when"), max_length=300),
            )
        )
    return [*heading, *inputs]


def _more_questions(state: FormState) -> list[Block]:
    value = state.values.get
    statuses = [(status_word(status), status.value) for status in CHOSEN]
    status = value("status") if value("status") in set(CHOSEN) else None
    return [
        b.field(
            "trade_offs",
            _("What do you accept in return?"),
            b.text_input(value("trade_offs"), multiline=True),
        ),
        b.field("deciders", _("Who decided?"), b.people_input(value("deciders") or []), tells=True),
        *(
            [
                b.field(
                    "status",
                    _("Where does it stand?"),
                    b.select_input(statuses, chosen=status),
                    optional=False,
                    tells=True,
                )
            ]
            if status or "record" not in state.ids
            else []
        ),
        b.field("date", _("When was it decided?"), b.date_input(value("date")), tells=True),
        b.field(
            "must_know",
            _("Who must know?"),
            b.people_input(value("must_know") or []),
            hint=_("They are asked to press “I know” on the card."),
            tells=True,
        ),
        b.field("consulted", _("Who was consulted?"), b.people_input(value("consulted") or []), tells=True),
        b.field(
            "tags",
            _("Which tags?"),
            b.text_input(value("tags"), placeholder=_("api, billing"), max_length=TAGS_CHARACTERS),
            hint=_("Commas between them. /decision list #api shows them."),
        ),
        b.field(
            "revisit_on",
            _("When should you look at it again?"),
            b.date_input(value("revisit_on")),
            tells=True,
        ),
        b.field(
            "revisit_when",
            _("Or what should make you look again?"),
            b.text_input(value("revisit_when"), placeholder=_("if p95 > 400 ms"), max_length=300),
        ),
        *(
            [
                b.field(
                    "links",
                    _("Which decisions or problems is it related to?"),
                    b.text_input(value("links"), placeholder="D-3, P-7", max_length=300),
                )
            ]
            if "record" not in state.ids  # a record has "Link" for that
            else []
        ),
    ]


def status_word(status: str) -> str:
    return {
        Status.PROPOSED: _("proposed"),
        Status.ACCEPTED: _("accepted"),
        Status.REJECTED: _("rejected"),
        Status.SUPERSEDED: _("superseded"),
        Status.REVERSED: _("reversed"),
        Status.UNKNOWN: _("status unknown"),
    }[Status(status)]
