"""A problem in the channel and in lists: its card, its tombstone, what `/problem help` and `list` say, App Home."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.i18n import _
from bot.records import views as records
from bot.records.links import LinkedRecord
from bot.rituals.problem_sessions import ids
from bot.rituals.problem_sessions.models import Pick, Problem
from bot.rituals.problem_sessions.views import words
from bot.schedule.models import Occurrence
from bot.schedule.words import clock
from bot.slack import blocks as b
from bot.slack import text
from bot.slack.home import HomeItem, HomeSection

EVIDENCE_LINES, EVIDENCE_CHARACTERS = 3, 500
LINES_SHOWN = 10  # of a context block


def card(problem: Problem, muted: dict[str, str], decided: Sequence[LinkedRecord] = ()) -> b.Payload:
    """The headline message of a problem, as it stands now.

    `muted`: names of those who are not to be mentioned. `decided`: the decisions about it.
    """
    if problem.withdrawn_at is not None:
        return records.tombstone(problem, muted, command="/problem show")
    facts = " · ".join(_facts(problem, muted))
    state = [*filter(None, [words.recurring(problem)]), *words.decided(decided)]
    evidence = beginning(problem.evidence)
    spoken = [f"{problem.name} {text.escape(problem.title)}", facts, text.escape(evidence), *state]
    return b.message(
        "\n".join(filter(None, spoken)),
        [
            b.header(problem.title),
            b.context(f"*{problem.name}* · {facts}"),
            *([b.section(text.quoted(evidence))] if evidence else []),
            *([b.context(*state[:LINES_SHOWN])] if state else []),
            _buttons(problem),
            *records.set_up_offer(problem.team),
        ],
    )


def beginning(evidence: str) -> str:
    """As much of the evidence as a message shows; the page shows all."""
    return text.first_lines(evidence, lines=EVIDENCE_LINES, characters=EVIDENCE_CHARACTERS)


def _facts(problem: Problem, muted: dict[str, str]) -> list[str]:
    """`open · hurts partners · logged by @a · seen 3 times · edited`."""
    return [
        words.state(problem.state),
        *([_("hurts {who}", who=text.escape(problem.who))] if problem.who else []),
        _("logged by {who}", who=text.joined([problem.created_by], muted)),
        *words.counts(problem),
        *([_("edited")] if problem.edited_at else []),
    ]


def _buttons(problem: Problem) -> Block:
    menu = [
        (_("Open the record"), f"open:{problem.id}"),
        (_("Edit"), f"edit:{problem.id}"),
        (_("Withdraw"), f"withdraw:{problem.id}"),
    ]
    return b.actions(b.button(_("Seen again"), ids.SEEN, value=problem.id), b.overflow(ids.CHANGE, menu))


# Seen by who asked


def counted(problem: Problem) -> b.Payload:
    """After "seen again": how often that makes."""
    return b.message(_("Counted. {line}", line=words.line(problem)))


def listing(problems: Sequence[Problem], *, state: str | None, more: bool) -> b.Payload:
    if not problems:
        nothing = _("No problem that you can see is there. `/problem` logs one.")
        if state:
            nothing = _("No problem that you can see is {state}.", state=words.state(state))
        return b.message(nothing, [b.section(nothing)])
    blocks: list[Block] = [_row(problem) for problem in problems]
    if more:
        after = f"{problems[-1].number}:{state or ''}"
        blocks.append(b.actions(b.button(_("Show more"), ids.NEXT_PAGE, value=after)))
    return b.message("\n".join(map(words.line, problems)), blocks)


def _row(problem: Problem) -> Block:
    return b.section(words.line(problem), accessory=b.button(_("Open"), ids.OPEN, value=problem.id))


def help_words() -> b.Payload:
    lines = [
        _("`/problem` · log a problem; `/problem …` with what happens as its title"),
        _(
            "`/problem list` · the problems you can see; `list open`, `explore`, `decided`, `solved`, `parked`"
        ),
        _("`/problem show P-7` · one of them, with its ideas and what came of it"),
        _("`/problem session` · when this channel talks about its top three, and its settings"),
        _("`/problem skip` · leave the next session out; `move`, `pause` and `resume` do what they say"),
        _("In a thread, use “Log as problem” and “Add as idea” from a message's menu."),
    ]
    return b.message("\n".join(lines), [b.section(one) for one in lines])


# App Home


def home(problems: Sequence[Problem]) -> HomeSection:
    example = _(
        "None is open. A problem is one sentence, such as “Partners learn hours late that a payment failed”, "
        "and who it hurts."
    )
    rows: list[Block] = [_row(problem) for problem in problems] or [b.section(example)]
    log = b.button(_("Log a problem"), ids.LOG, style="primary")
    return HomeSection(_("Open problems"), [b.actions(log), *rows])


def to_pick(occurrence: Occurrence, *, channel_id: str) -> HomeItem:
    said = _(
        "Which problems shall the session of {channel} on {when} be about?",
        channel=text.channel(channel_id),
        when=clock(occurrence.starts_at, occurrence.cadence.zone),
    )
    button = b.button(_("Pick"), ids.PICK, value=occurrence.id)
    return HomeItem(said, button, occurrence.starts_at)


def to_say(pick: Pick) -> HomeItem:
    said = _("Did it help? {line}", line=words.line(pick.problem))
    assert pick.begun_at is not None
    return HomeItem(said, b.button(_("Say"), ids.HELPED, value=pick.id), pick.begun_at)


def idea_missing(problem: Problem) -> str:
    """What the 1:1 is reminded of."""
    return _("{line}: no idea yet", line=words.line(problem))
