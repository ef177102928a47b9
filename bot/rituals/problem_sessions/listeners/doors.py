"""Every way in: `/problem`, the message shortcut, Home; and what `list` and `show` bring."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.people import service as people
from bot.records import drafts, sources
from bot.records import service as records
from bot.records.fields import TITLE_CHARACTERS
from bot.rituals.problem_sessions import ids
from bot.rituals.problem_sessions.listeners import card, changing
from bot.rituals.problem_sessions.listeners import sessions as session_listeners
from bot.rituals.problem_sessions.models import Problem, ProblemState
from bot.rituals.problem_sessions.service import problems
from bot.rituals.problem_sessions.views import form, messages
from bot.rituals.problem_sessions.views.form import FormState
from bot.slack import limits, text
from bot.slack.blocks import Payload
from bot.slack.forms import Values
from bot.slack.request import Request

NUMBER = re.compile(r"[Pp]?-?\d+")


async def run_command(request: Request) -> None:
    """`/problem …`: a first word is a keyword only when the rest makes sense for it; a title is never lost."""
    word, _space, rest = request.text.partition(" ")
    rest = rest.strip()
    match word.lower():
        case "help" if not rest:
            await request.ack(**messages.help_words())
        case "list" if not rest or rest.lower() in {"all", *ProblemState}:
            await request.ack(**await _listed(request, state=_state(rest.lower()), before=None))
        case "show" if NUMBER.fullmatch(rest):
            await _show(request, rest)
        case "session" | "sessions" if not rest:
            await session_listeners.open_here(request)
        case "skip" | "move" | "pause" | "resume" as verb if not rest:
            await changing.run_verb(request, verb)
        case _:
            await _open(request, _answers(text.typed(request.text)))


async def open_new(request: Request) -> None:
    """From Home, or from a message about a session."""
    await _open(request, {})


async def open_from_message(request: Request) -> None:
    """The message shortcut, the main door in threads. The message is copied at once, as Slack may forget it."""
    said = text.typed(str(request.message.get("text") or "")).strip()
    ts = str(request.message["ts"])
    await _open(request, _answers(said), source_ts=ts)
    async with request.begin() as session:
        await sources.copy(
            session,
            workspace_id=request.actor.workspace_id,
            channel_id=str(request.channel_id),
            message=request.message,
            now=request.now,
        )


def _answers(said: str) -> Values:
    """What was said as the title; with more than one line, or too long for that, whole as the evidence too."""
    title, below = text.headed(said, TITLE_CHARACTERS)
    evidence = {"evidence": text.shortened(below, limits.INPUT_TEXT)} if below else {}
    return {"title": title, **evidence}


async def _open(request: Request, typed: Values, *, source_ts: str | None = None) -> None:
    """The form with what is known at once; the teams and the offer of a draft come from one short read."""
    here = request.home_channel
    subject = drafts.of_channel(here)
    held: Mapping[str, Any] = {"channel": here, "ts": source_ts, drafts.SUBJECT: subject}
    bare = FormState(ids=dict(held), values=typed)

    async def full() -> Payload:
        viewer = None if here else await request.see()
        async with request.read() as session:
            teams = await people.teams_of(session, viewer=viewer) if viewer else []
            draft = await drafts.newest(
                session, actor=request.actor, form=ids.FORM, subjects=[subject, drafts.ANYWHERE]
            )
        choices = [(team.name, team.channel_id) for team in teams[: limits.OPTIONS]]
        return form.form(form.offering(replace(bare, teams=choices), draft))

    await request.open_form(lambda: form.form(bare), full)


# Finding


async def _show(request: Request, name: str) -> None:
    viewer = await request.see()
    async with request.read() as session:
        problem = await records.by_name(session, viewer=viewer, kind=Problem, name=name)
        request.open_view(await card.page_of(session, viewer, problem))


async def show_next_page(request: Request, value: str) -> None:
    """`17:open`: those below that number, in that state."""
    number, _colon, state = value.partition(":")
    before = int(number) if records.is_number(number) else None
    request.tell(await _listed(request, state=_state(state), before=before))


def _state(word: str) -> str | None:
    return word if word in set(ProblemState) else None


async def _listed(request: Request, *, state: str | None, before: int | None) -> Payload:
    viewer = await request.see()
    async with request.read() as session:
        found = await problems.listed(
            session, viewer=viewer, state=state, before=before, limit=problems.PAGE + 1
        )
    return messages.listing(found[: problems.PAGE], state=state, more=len(found) > problems.PAGE)
