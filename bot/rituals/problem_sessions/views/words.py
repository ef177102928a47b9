"""What is said of a problem in few words: its state, how often it was seen, its line in a list."""

from collections.abc import Sequence

from bot.i18n import _, ngettext
from bot.records.links import LinkedRecord
from bot.rituals.problem_sessions.models import Helped, Pick, Problem, ProblemState
from bot.slack import text

TITLE_SHOWN = 80  # characters of a decision's title, where it is one line among others


def state(of: str) -> str:
    return {
        ProblemState.OPEN: _("open"),
        ProblemState.EXPLORE: _("explore"),
        ProblemState.DECIDED: _("decided"),
        ProblemState.SOLVED: _("solved"),
        ProblemState.PARKED: _("parked"),
    }[ProblemState(of)]


def helped(answer: str) -> str:
    return {Helped.YES: _("yes"), Helped.LITTLE: _("a little"), Helped.NO: _("no")}[Helped(answer)]


def counts(problem: Problem) -> list[str]:
    """`seen 4 times`, `in 2 sessions`; nothing is said of once and of none."""
    seen, sessions = problem.times_seen, len(problem.sessions)
    return [
        *([ngettext("seen {n} time", "seen {n} times", seen)] if seen > 1 else []),
        *([ngettext("in {n} session", "in {n} sessions", sessions)] if sessions else []),
    ]


def line(problem: Problem) -> str:
    """`*P-7* Partners learn … · open · seen 4 times · in 2 sessions`."""
    return " · ".join(
        [f"*{problem.name}* {text.escape(problem.title)}", state(problem.state), *counts(problem)]
    )


def decided(links: Sequence[LinkedRecord]) -> list[str]:
    """`Decided: *D-12* Use webhooks`, a line a decision about it."""
    return [_decided(link) for link in links]


def _decided(link: LinkedRecord) -> str:
    if link.name is None or link.title is None:
        return _("Decided in {channel}", channel=text.channel(link.channel_id))
    title = text.escape(text.shortened(link.title, TITLE_SHOWN))
    if link.is_withdrawn:
        return _("Decided: *{name}* {title} (withdrawn)", name=link.name, title=title)
    return _("Decided: *{name}* {title}", name=link.name, title=title)


def recurring(problem: Problem) -> str:
    """What is said of a problem that comes up again and again; else nothing."""
    if not problem.is_recurring:
        return ""
    return ngettext(
        "It came up in {n} session and nothing has come of it yet.",
        "It came up in {n} sessions and nothing has come of it yet.",
        len(problem.sessions),
    )


def ideas(n: int) -> str:
    return ngettext("{n} idea", "{n} ideas", n)


def said_about(pick: Pick) -> str:
    """`3 ideas and 2 replies`; `no idea`, where nobody said anything."""
    replies = ngettext("{n} reply", "{n} replies", pick.replies)
    if pick.ideas and pick.replies:
        return _("{ideas} and {replies}", ideas=ideas(len(pick.ideas)), replies=replies)
    if pick.replies:
        return replies
    return ideas(len(pick.ideas)) if pick.ideas else _("no idea")


def answer(pick: Pick) -> str:
    """What was said weeks later: `Did it help? A little, says @pm: “fewer tickets”`."""
    assert pick.helped is not None
    assert pick.helped_by is not None
    said = _(
        "Did it help? {answer}, says {who}", answer=helped(pick.helped), who=text.mention(pick.helped_by)
    )
    return f"{said}: “{text.linked(pick.helped_words)}”" if pick.helped_words else f"{said}."
