"""Every way into the form: `/decision`, shortcuts, Home, the team's emoji."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.access.rules import Actor, missing
from bot.errors import NotFound
from bot.people import service as people
from bot.records import drafts, links, snapshots, sources
from bot.records.fields import TITLE_CHARACTERS
from bot.records.models import Record
from bot.rituals.decisions import ids, queries
from bot.rituals.decisions.listeners import files, finding, keeping
from bot.rituals.decisions.views import form, messages
from bot.rituals.decisions.views.form import FormState
from bot.slack import limits, text
from bot.slack.blocks import Payload
from bot.slack.forms import Values
from bot.slack.request import Request


async def run_command(request: Request) -> None:
    """`/decision …`: a first word is a keyword only when the rest makes sense for it; a title is never lost."""
    typed = request.text
    word, _space, rest = typed.partition(" ")
    rest = rest.strip()
    match word.lower():
        case "help" if not rest:
            await request.ack(**messages.help_text())
        case "why" if rest:
            await request.ack(**await finding.found(request, rest, title=rest))
        case "search" | "find" if rest:  # "Find a new office" may have been meant as a title
            await request.ack(**await finding.found(request, rest, title=typed))
        case "list" if (wanted := queries.parse_list(rest, user_id=request.actor.user_id)) is not None:
            await request.ack(**await finding.listed(request, rest, wanted))
        case "export" if not rest:
            await files.export(request)
        case "canvas" if not rest:
            await keeping.open_canvas(request)
        case "digest" if not rest:
            await keeping.open_digest(request)
        case "show" if re.fullmatch(r"[Dd]?-?\d+", rest):
            request.open_view(await finding.page_by_name(request, rest))
        case _:
            await _open(request, channel_id=request.home_channel, typed=_answers(typed))


async def open_new(request: Request, value: str) -> None:
    """From Home, or from a search that found nothing, with what was searched for as the title."""
    await _open(request, channel_id=request.home_channel, typed=_answers(value))


async def open_about(request: Request, value: str) -> None:
    """From a record of another ritual, with the beginning that it offers: `17:Send a webhook`."""
    record_id, _colon, begins_with = value.partition(":")
    viewer = await request.see()
    async with request.read() as session:
        about = await links.to_decide(session, viewer=viewer, record_id=record_id)
    if about is None:
        raise NotFound(missing())
    await _open(request, channel_id=request.home_channel, typed=_answers(begins_with), about=about)


async def open_by_shortcut(request: Request) -> None:
    await _open(request, channel_id=None)


async def open_from_message(request: Request) -> None:
    """The message shortcut, the main door in threads. The message is copied at once, as Slack may forget it."""
    said = str(request.message.get("text") or "").strip()

    async def read() -> str:
        return said

    await _open(
        request,
        channel_id=request.home_channel,
        typed=_answers(said),
        read=read,
        source_ts=request.message["ts"],
    )
    await _copy(request, str(request.channel_id), request.message)


async def open_captured(request: Request, value: str) -> None:
    """The button that the team's emoji brought."""
    channel_id, _colon, ts = value.partition(":")
    if not (await request.see()).sees(channel_id):
        raise NotFound(missing())

    async def read() -> str:
        return await snapshots.text_of(request.slack, channel_id=channel_id, ts=ts)

    await _open(request, channel_id=channel_id, read=read, source_ts=ts)
    await _copy(request, channel_id, {"ts": ts})


async def _copy(request: Request, channel_id: str, message: dict[str, str]) -> None:
    async with request.begin() as session:
        await sources.copy(
            session,
            workspace_id=request.actor.workspace_id,
            channel_id=channel_id,
            message=message,
            now=request.now,
        )


async def _open(
    request: Request,
    *,
    channel_id: str | None,
    typed: Values | None = None,
    read: Callable[[], Awaitable[str]] | None = None,
    source_ts: str = "",
    about: Record | None = None,
) -> None:
    """The form with what is known at once; defaults, teams and the offer of a draft come from one short read.

    `read` fetches the message that title and context are taken from. `about` is what is decided.
    """
    typed = typed or {}
    subject = drafts.of_channel(channel_id)
    held = {"channel": channel_id, "ts": source_ts or None, drafts.SUBJECT: subject}
    bare = FormState(ids=held, values=form.usual(None, request.actor, request.now) | typed)
    if about is not None:
        bare = form.about(bare, about)

    async def full() -> Payload:
        known = _answers(await _named(request, await read())) if read else typed
        return await _with_defaults(request, bare, known)

    await request.open_form(lambda: form.form(bare), full)


async def _named(request: Request, said: str) -> str:
    home, workspace_id = request.workspace.slack_id, request.workspace.id
    return await request.directory.with_names(request.slack, said, workspace_id=workspace_id, home=home)


async def _with_defaults(request: Request, bare: FormState, typed: Values) -> Payload:
    actor: Actor = request.actor
    viewer = None if bare.ids["channel"] else await request.see()
    async with request.read() as session:
        subjects = [bare.ids[drafts.SUBJECT], drafts.ANYWHERE]
        draft = await drafts.newest(session, actor=actor, form=ids.FORM, subjects=subjects)
        if viewer is None:
            team = await people.team_of(
                session, workspace_id=actor.workspace_id, channel_id=bare.ids["channel"]
            )
            state = bare
        else:
            teams = (await people.teams_of(session, viewer=viewer))[: limits.OPTIONS]
            team = teams[0] if teams else None
            state = replace(bare, teams=[(team.name, team.channel_id) for team in teams])
    state = replace(state, values=form.usual(team, actor, request.now) | typed)
    return form.form(form.offering(state, draft))


def _answers(said: str) -> Values:
    """What was said as the title; with more than one line, or too long for that, whole as the context too."""
    title, below = text.headed(text.typed(said), TITLE_CHARACTERS)
    return (
        {"title": title, "context": text.shortened(below, limits.INPUT_TEXT)} if below else {"title": title}
    )
