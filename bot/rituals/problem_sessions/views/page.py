"""The page of a problem: all that is known, who saw it again, the ideas of each session and what came of them."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block

from bot.access.rules import Action, Viewer, may
from bot.i18n import _
from bot.records import views as records
from bot.records.links import LinkedRecord
from bot.records.models import Revision, Source
from bot.records.offers import OPEN
from bot.rituals.problem_sessions import ids
from bot.rituals.problem_sessions.models import Idea, Pick, Problem, Sighting
from bot.rituals.problem_sessions.service.problems import field_words
from bot.rituals.problem_sessions.views import words
from bot.slack import blocks as b
from bot.slack import limits, text

CHANGE_CHARACTERS = 200
SIGHTINGS_SHOWN = 20  # the latest; a modal holds 100 blocks, and each is one, unless it is very long
SESSIONS_SHOWN = 12


def page(
    problem: Problem,
    picks: Sequence[Pick],
    *,
    decided: Sequence[LinkedRecord],
    viewer: Viewer,
    revisions: Sequence[Revision],
) -> b.Payload:
    """`picks`: the sessions that it came up in, oldest first, with their ideas. `decided`: the decisions about it."""
    again = words.recurring(problem)
    blocks: list[Block] = [
        b.header(problem.title),
        b.context(" · ".join(_facts(problem))),
        *([b.context(again)] if again else []),
        *(b.sections(records.withdrawn_words(problem, {})) if problem.withdrawn_at else []),
        *_buttons(problem, viewer),
        *map(decision_row, decided),
        *_part(_("Whom it hurts"), problem.who),
        *_part(_("What happens"), problem.happens),
        *_part(_("How we know"), problem.evidence),
        *_part(_("What it costs to do nothing"), problem.cost),
        *_part(_("What was tried"), problem.tried),
        *_source(problem.source),
        *_sightings(problem.sightings),
        *(block for pick in picks[-SESSIONS_SHOWN:] for block in _session(pick)),
        *records.history(revisions, _changes),
    ]
    return b.modal(ids.PAGE, problem.name, blocks[: limits.VIEW_BLOCKS])


def _facts(problem: Problem) -> list[str]:
    return [
        f"*{problem.name}*",
        words.state(problem.state),
        _("logged by {who}", who=text.mention(problem.created_by)),
        text.moment(problem.created_at, "{date_short_pretty}"),
        *words.counts(problem),
        *([_("edited")] if problem.edited_at else []),
    ]


def _part(title: str, said: str) -> list[Block]:
    return b.sections(f"*{title}*\n{text.linked(said)}") if said else []


def _source(source: Source | None) -> list[Block]:
    """The message it was logged from, kept even where Slack has lost it."""
    if source is None:
        return []
    link = f" {text.link(source.permalink, _('Open it in Slack'))}" if source.permalink else ""
    said = text.quote(text.retold(source.text))
    return b.sections(f"*{_('From a message')}*{link}\n{said}")


def _sightings(sightings: Sequence[Sighting]) -> list[Block]:
    if not sightings:
        return []
    shown = [block for sighting in sightings[-SIGHTINGS_SHOWN:] for block in _sighting(sighting)]
    return [b.section(f"*{_('Seen again')}*"), *shown]


def _sighting(sighting: Sighting) -> list[Block]:
    said = f"{text.mention(sighting.user_id)} · {text.moment(sighting.at)}"
    whole = f"{said}\n{text.quoted(sighting.evidence)}" if sighting.evidence else said
    return [b.context(part) for part in b.pieces(whole, limits.CONTEXT_TEXT)]


def _session(pick: Pick) -> list[Block]:
    """One session: what came of it, whether that helped, and its ideas once they are revealed."""
    assert pick.begun_at is not None
    outcome = words.state(pick.outcome) if pick.outcome else _("no outcome yet")
    when = text.moment(pick.begun_at, "{date_short_pretty}")
    lines = [f"*{_('Session of {when}', when=when)}* · {outcome} · {words.said_about(pick)}"]
    if pick.helped is not None:
        lines.append(words.answer(pick))
    if pick.revealed_at is None and pick.ideas:
        lines.append(hidden_ideas(pick))
    else:
        lines += map(idea_line, pick.ranked_ideas)
    return b.sections("\n".join(lines))


def decision_row(link: LinkedRecord) -> Block:
    """A decision about a problem, with a way to it, where the reader may go."""
    [line] = words.decided([link])
    return b.section(
        line, accessory=b.button(_("Open"), OPEN["decision"], value=link.record_id) if link.name else None
    )


def hidden_ideas(pick: Pick) -> str:
    return _("{ideas} so far, shown together later", ideas=words.ideas(len(pick.ideas)))


def idea_line(idea: Idea) -> str:
    """`(2) Retry at night — @ana`: votes, idea, who had it."""
    return f"({len(idea.voters)}) {text.linked(idea.text)} — {text.mention(idea.user_id)}"


def _buttons(problem: Problem, viewer: Viewer) -> list[Block]:
    if problem.withdrawn_at is not None:
        return []
    buttons = [b.button(_("Seen again"), ids.SEEN, value=problem.id)]
    if may(viewer, Action.CHANGE, problem):
        buttons.append(b.button(_("Edit"), ids.CHANGE, value=f"edit:{problem.id}"))
    if may(viewer, Action.WITHDRAW, problem):
        value = f"withdraw:{problem.id}"
        buttons.append(b.button(_("Withdraw"), ids.WITHDRAW, value=value, style="danger"))
    buttons += records.agenda_offer(problem, viewer)
    return [b.actions(*buttons)]


def _changes(name: str, before: Any, after: Any) -> list[str]:
    return [f"{field_words(name)}: {_value(before)} → {_value(after)}"]


def _value(value: str | None) -> str:
    shown = text.shortened(" ".join((value or "").split()), CHANGE_CHARACTERS)
    return text.escape(shown) or _("(empty)")
