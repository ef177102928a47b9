"""The form of a problem: three questions first, the rest behind "More"; no question asks for a solution."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from slack_sdk.models.blocks import Block

from bot.i18n import _
from bot.records import drafts
from bot.records import views as records
from bot.records.fields import TITLE_CHARACTERS
from bot.records.models import Draft
from bot.rituals.problem_sessions import ids
from bot.rituals.problem_sessions.models import Problem
from bot.rituals.problem_sessions.service.problems import EVIDENCE_CHARACTERS, facts
from bot.rituals.problem_sessions.views import words
from bot.slack import blocks as b
from bot.slack import request, text
from bot.slack.forms import Values, refilled

MORE_FIELDS = ("happens", "cost", "tried")
AS_IT_IS = "as_it_is"
ANOTHER = "another"
SEEN_AGAIN = "seen"


@dataclass(frozen=True)
class FormState:
    """Everything that decides how the form looks; it is read back from the open view, never kept anywhere."""

    ids: dict[str, Any]
    values: Values = field(default_factory=dict)
    more: bool = False
    generation: int = 0
    offer: str | None = None
    """The line that offers a draft."""
    teams: Sequence[tuple[str, str]] = ()
    """(name, channel id) to choose from where the form was opened outside of a team's channel."""
    sounds_like: str | None = None
    """The word that makes it sound like a solution, once that was noticed."""
    similar: Sequence[Problem] = ()


def form(state: FormState) -> b.Payload:
    editing = "record" in state.ids
    view = b.modal(
        ids.FORM,
        _("Edit problem") if editing else _("Log a problem"),
        [
            *drafts.offer_blocks(state.offer, resume=ids.RESUME_DRAFT, discard=ids.DISCARD_DRAFT),
            *_wording(state),
            *_similar(state),
            *_team(state),
            *_first_questions(state.values),
            *(_more_questions(state.values) if state.more else [b.actions(b.button(_("More"), ids.MORE))]),
        ],
        submit=_("Save changes") if editing else _("Log problem"),
        private_metadata=request.ids(
            **state.ids, more=int(state.more) or None, generation=state.generation or None
        ),
    )
    return refilled(view, state.generation) if state.generation else view


def state_of(opened: request.Request) -> FormState:
    """The state of an open form, from what Slack sends with every click in it."""
    held = opened.ids
    return FormState(
        ids={name: value for name, value in held.items() if name not in ("more", "generation")},
        values=opened.values,
        more=bool(held.get("more")),
        generation=int(held.get("generation") or 0),
        teams=records.teams_on_screen(opened.view),
        offer=drafts.offer_on_screen(opened),
    )


def offering(state: FormState, draft: Draft | None) -> FormState:
    if draft is None:
        return state
    return replace(state, ids={**state.ids, drafts.OFFERED: draft.id}, offer=drafts.offer_words(draft))


def without_offer(state: FormState) -> FormState:
    left = {name: value for name, value in state.ids.items() if name != drafts.OFFERED}
    return replace(state, ids=left, offer=None)


def values_of(problem: Problem) -> Values:
    """A problem as the form shows it."""
    return values_from(facts(problem))


def values_from(held: Mapping[str, Any]) -> Values:
    return {name: value for name, value in held.items() if value}


def shows_more(values: Values) -> bool:
    """Whether something stands in it that is asked for behind "More"."""
    return any(values.get(name) for name in MORE_FIELDS)


def counted_instead(state: FormState) -> str | None:
    """The id of the problem that this one is the same as, as somebody chose in the form."""
    choice, _colon, record_id = str(state.values.get(ids.SIMILAR) or "").partition(":")
    return record_id if choice == SEEN_AGAIN else None


def _wording(state: FormState) -> list[Block]:
    if state.sounds_like is None:
        return []
    question = _(
        "*That sounds like a solution* (“{word}”). What is the problem behind it? Who is hurt when nothing is done?",
        word=text.escape(state.sounds_like),
    )
    choices = [(_("Log it as it is"), AS_IT_IS)]
    return [b.section(question), b.field(ids.WORDING, _("Or is it right so?"), b.checkboxes_input(choices))]


def _similar(state: FormState) -> list[Block]:
    if not state.similar:
        return []
    choices: list[tuple[str, object]] = [
        (_("Count that {name} was seen again", name=found.name), f"{SEEN_AGAIN}:{found.id}")
        for found in state.similar
    ]
    choices.append((_("Log it: it is another problem"), ANOTHER))
    lines = [words.line(found) for found in state.similar]
    return [
        b.section("\n".join([_("*This sounds like a problem that is logged already:*"), *lines])),
        b.field(ids.SIMILAR, _("Is it the same?"), b.radio_input(choices), optional=False),
        b.divider(),
    ]


def _team(state: FormState) -> list[Block]:
    """Asked only outside of a channel."""
    if any(state.ids.get(name) for name in ("channel", "record")):
        return []
    hint = _("A problem belongs to a channel: who can read that can read the problem.")
    return [records.team_question(state.teams, chosen=state.values.get("team"), hint=hint)]


def _first_questions(values: Values) -> list[Block]:
    return [
        b.field(
            "title",
            _("What happens, in a sentence?"),
            b.text_input(
                values.get("title"),
                placeholder=_("Partners learn hours late that a payment failed"),
                max_length=TITLE_CHARACTERS,
                focus=True,
            ),
            optional=False,
        ),
        b.field(
            "who",
            _("Whom does it hurt?"),
            b.text_input(
                values.get("who"), placeholder=_("Partners with more than 50 shops"), max_length=300
            ),
        ),
        b.field(
            "evidence",
            _("How do you know?"),
            b.text_input(values.get("evidence"), multiline=True),
            hint=_("Quotes, numbers, links."),
        ),
    ]


def _more_questions(values: Values) -> list[Block]:
    labels = {
        "happens": _("What happens, at length?"),
        "cost": _("What does it cost to do nothing?"),
        "tried": _("What was tried already?"),
    }
    return [
        b.field(name, labels[name], b.text_input(values.get(name), multiline=True)) for name in MORE_FIELDS
    ]


def seen_again(problem: Problem) -> b.Payload:
    return b.modal(
        ids.SEEN_FORM,
        _("Seen again"),
        [
            b.section(words.line(problem)),
            b.field(
                "evidence",
                _("What did you see or hear?"),
                b.text_input(multiline=True, max_length=EVIDENCE_CHARACTERS, focus=True),
                hint=_("A quote, a number, a link; or nothing: that it was seen counts too."),
            ),
        ],
        submit=_("Count it"),
        private_metadata=request.ids(record=problem.id),
    )


def withdrawal(problem: Problem) -> b.Payload:
    return records.withdrawal(ids.WITHDRAWAL, problem)
