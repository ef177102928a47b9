"""The forms of a session: setting it up, picking, adding an idea, saying whether it helped; and its page."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import InteractiveElement

from bot.i18n import _
from bot.people.models import Team
from bot.records.links import LinkedRecord
from bot.rituals.problem_sessions import ids
from bot.rituals.problem_sessions.models import Helped, Pick, Problem, SessionSettings
from bot.rituals.problem_sessions.service.sessions import HELPED_CHARACTERS, IDEA_CHARACTERS, PLACES
from bot.rituals.problem_sessions.service.wording import USUAL_WORDS
from bot.rituals.problem_sessions.views import words
from bot.schedule import forms as cadences
from bot.schedule import words as schedule_words
from bot.schedule.models import Cadence, Occurrence
from bot.schedule.plan import CLOSE
from bot.slack import blocks as b
from bot.slack import limits, request, text
from bot.slack.forms import Values

USUAL_OPEN_FOR = 2
HIDDEN, SHOWN = "hidden", "shown"

# Setting it up


def set_up(values: Values, held: Mapping[str, Any], *, zone: str | None) -> b.Payload:
    """`held`: the channel, the team when its sessions are changed, and whether all fields are asked for."""
    changing = "team" in held
    blocks: list[Block] = [] if changing else [b.section(_what_it_is())]
    hint = _("In the team's time zone, {zone}.", zone=zone) if zone else None
    blocks += [
        *cadences.day_and_time(values, hint=hint),
        *(_more(values) if held.get("more") else [b.actions(b.button(_("More"), ids.SET_UP_MORE))]),
    ]
    return b.modal(
        ids.SET_UP_FORM,
        _("Problem sessions"),
        blocks,
        submit=_("Save") if changing else _("Set them up"),
        private_metadata=request.ids(**held),
    )


def _what_it_is() -> str:
    return _(
        "Once a week this channel talks about its top three problems, and no solutions are brought along. The working "
        "day before, I ask the PM to pick them; at the time each has a thread for ideas."
    )


def _more(values: Values) -> list[Block]:
    return [
        cadences.how_often(values),
        b.field(
            "open_for",
            _("How long is a session open?"),
            b.select_input(
                [
                    (_("One working day"), 1),
                    (_("Two working days"), 2),
                    *((_("{n} working days", n=n), n) for n in (3, 4, 5)),
                ],
                chosen=values.get("open_for") or USUAL_OPEN_FOR,
            ),
            optional=False,
        ),
        b.field(
            "ideas",
            _("When are ideas shown?"),
            b.radio_input(
                [
                    (_("All together, so that the first does not lead the others"), HIDDEN),
                    (_("At once, as they come"), SHOWN),
                ],
                chosen=values.get("ideas") or HIDDEN,
            ),
            optional=False,
        ),
        b.field(
            "solution_words",
            _("What sounds like a solution?"),
            b.text_input(values.get("solution_words", "\n".join(USUAL_WORDS)), multiline=True),
            hint=_(
                "One a line. A single word counts where a sentence begins with it, several words count anywhere. "
                "I only ask; anybody can log it as it is. Leave it empty, and I never do."
            ),
        ),
    ]


def values_of(settings: SessionSettings, cadence: Cadence) -> Values:
    """What the form shows of a team's sessions."""
    return {
        **cadences.weekly_values(cadence),
        "open_for": cadence.step_time(CLOSE).working_days,
        "ideas": HIDDEN if settings.hides_ideas else SHOWN,
        "solution_words": "\n".join(settings.solution_words),
    }


def page(
    team: Team,
    cadence: Cadence,
    occurrence: Occurrence | None,
    *,
    picked: Sequence[Pick],
    now: datetime,
) -> b.Payload:
    """When the next session is, what it is about, and what one can do."""
    title = f"*{text.escape(team.name)}* · {schedule_words.cadence(cadence)}"
    upcoming = schedule_words.upcoming(cadence, occurrence, now=now)
    about = [f"{pick.position + 1}. {words.line(pick.problem)}" for pick in picked]
    if occurrence is not None and not about:
        about = [_("Nothing is picked for it yet.")]
    return b.modal(
        ids.SESSION_PAGE,
        _("Problem sessions"),
        [
            b.section(f"{title}\n{upcoming}"),
            *([b.section("\n".join(about))] if about else []),
            b.actions(*_verbs(team, cadence, occurrence, now)),
        ],
        private_metadata=request.ids(team=team.id),
    )


def _verbs(
    team: Team, cadence: Cadence, occurrence: Occurrence | None, now: datetime
) -> list[InteractiveElement]:
    buttons: list[InteractiveElement] = []
    menu: list[tuple[str, object]] = []
    if occurrence is not None:
        pick = b.button(_("Pick the problems"), ids.PICK, value=occurrence.id, style="primary")
        buttons.append(pick)
        menu += [
            (_("Leave the next one out"), f"skip:{occurrence.id}"),
            (_("Another time for the next one"), f"move:{occurrence.id}"),
            (_("Pause"), f"pause:{team.id}"),
        ]
    if cadence.is_paused(now):
        buttons.append(b.button(_("Resume"), ids.RESUME, value=team.id))
    menu.append((_("Change day, time, words"), f"settings:{team.id}"))
    gone = _("No session comes any more. What was logged stays, and they can be set up again.")
    end = b.button(_("End the sessions"), ids.END, value=f"end:{team.id}", confirm=gone)
    return [*buttons, end, b.overflow(ids.MANAGE, menu)]


def move(occurrence: Occurrence, *, today: date) -> b.Payload:
    when = schedule_words.clock(occurrence.starts_at, occurrence.cadence.zone)
    says = _("The problem session of {when} moves just this once.", when=when)
    return cadences.move(ids.MOVE_FORM, occurrence, says=says, today=today)


def pause(team: Team) -> b.Payload:
    return cadences.pause(
        ids.PAUSE_FORM,
        _("Pause the sessions"),
        says=_(
            "Nothing comes while they are paused, and what is logged and picked stays. The channel is told."
        ),
        hint=_("Leave it empty: until somebody resumes them."),
        held={"team": team.id},
    )


# Picking


def pick(
    occurrence: Occurrence, team: Team, problems: Sequence[Problem], *, chosen: Sequence[int]
) -> b.Payload:
    """`problems`: the backlog, the best first. `chosen`: ids of what is picked already, or suggested."""
    choices = [(option(problem), problem.id) for problem in problems]
    labels = (_("Which first?"), _("Which second?"), _("Which third?"))
    shown = [*chosen, *([None] * len(PLACES))]
    return b.modal(
        ids.PICK_FORM,
        _("Pick the problems"),
        [
            b.context(
                _(
                    "For {team} on {when}. One is enough, three are the most.",
                    team=text.escape(team.name),
                    when=schedule_words.clock(occurrence.starts_at, occurrence.cadence.zone),
                )
            ),
            *(
                b.field(
                    place,
                    labels[n],
                    b.select_input(choices[: limits.OPTIONS], chosen=shown[n]),
                    optional=n > 0,
                )
                for n, place in enumerate(PLACES)
            ),
        ],
        submit=_("Pick these"),
        private_metadata=request.ids(occurrence=occurrence.id),
    )


def option(problem: Problem) -> str:
    """`P-7 (seen 4 times) Partners learn …`: the counts first, as an option holds 75 characters."""
    counts = ", ".join(words.counts(problem))
    return f"{problem.name} ({counts}) {problem.title}" if counts else f"{problem.name} {problem.title}"


# Ideas, and whether they helped


def idea(
    pick: Pick, *, said: str = "", message_ts: str | None = None, author_id: str | None = None
) -> b.Payload:
    """`said`: the reply that the idea is made from; `author_id`: whose that is, if it is somebody else's."""
    theirs = _("{who} said it, so it is their idea.", who=text.mention(author_id)) if author_id else None
    hint = _("All ideas are shown together at the reveal.") if pick.revealed_at is None else None
    return b.modal(
        ids.IDEA_FORM,
        _("Add an idea"),
        [
            b.section(words.line(pick.problem)),
            *([b.context(theirs)] if theirs else []),
            b.field(
                "text",
                _("What could be done about it?"),
                b.text_input(said, multiline=True, max_length=IDEA_CHARACTERS, focus=True),
                hint=hint,
                optional=False,
            ),
        ],
        submit=_("Add it"),
        private_metadata=request.ids(pick=pick.id, ts=message_ts, author=author_id),
    )


def did_it_help(pick: Pick, decided: Sequence[LinkedRecord]) -> b.Payload:
    choices = [(words.helped(one), one.value) for one in Helped]
    return b.modal(
        ids.HELPED_FORM,
        _("Did it help?"),
        [
            b.section("\n".join([words.line(pick.problem), *words.decided(decided)])),
            b.field("helped", _("Did it help?"), b.radio_input(choices, chosen=pick.helped), optional=False),
            b.field(
                "words",
                _("How can you tell?"),
                b.text_input(pick.helped_words, multiline=True, max_length=HELPED_CHARACTERS),
            ),
        ],
        submit=_("Keep it"),
        private_metadata=request.ids(pick=pick.id),
    )
