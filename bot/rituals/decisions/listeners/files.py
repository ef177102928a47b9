"""The log out of Slack as files, and into it from files that are attached to a message."""

import asyncio
import shutil
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Kind
from bot.errors import NotAllowed, Refusal
from bot.i18n import _
from bot.outbox import service as outbox
from bot.records import service as records
from bot.rituals.decisions import queries
from bot.rituals.decisions.exchange import exporting, importing
from bot.rituals.decisions.exchange.exporting import Format, Scope
from bot.rituals.decisions.exchange.importing import Told
from bot.rituals.decisions.listeners import attached
from bot.rituals.decisions.views import files as views
from bot.slack.blocks import Payload
from bot.slack.clients import code_of, for_files
from bot.slack.errors import words_for
from bot.slack.request import Request

EXPORTING, IMPORTING = "decisions_export", "decisions_import"
OVERDUE = timedelta(minutes=30)  # when a promise that nobody took back is told to be broken

# Out


async def export(request: Request) -> None:
    """`/decision export`: all that this person can see, to them alone."""
    viewer = await request.see()
    if viewer.kind is not Kind.MEMBER:
        raise NotAllowed(_("Guests cannot take the log along. Ask somebody of this workspace for the files."))
    if request.is_doing(EXPORTING):
        raise Refusal(_("Your files are being written. They come in a moment."))
    async with request.read() as session:
        count = await queries.count(session, viewer=viewer)
    if not count:
        await request.ack(**views.none_to_write())
        return
    async with request.begin() as session:
        promise = await _promise(session, request, views.files_never_came())
    request.go_on_alone(_send(request, promise), name=EXPORTING)
    await request.ack(**views.on_their_way(count))


async def _send(request: Request, promise: str) -> None:
    try:
        await _write_and_send(request)
    except Exception:  # told by the error listener; a shutdown is none, and the promise stands
        await _call_off(request, promise)
        raise
    await _call_off(request, promise)


async def _write_and_send(request: Request) -> None:
    viewer = await request.see()  # it may have waited for its turn
    async with request.read() as session:
        scope = Scope(await queries.visible_to(session, viewer=viewer), tells_all=False)
    with TemporaryDirectory() as folder:
        count = await _write(request, scope, Path(folder))
        names = ("decisions.csv", "decisions.zip")
        try:
            async with for_files(request.slack) as slack:
                opened = await slack.conversations_open(users=request.actor.user_id)
                await slack.files_upload_v2(
                    channel=opened["channel"]["id"],
                    file_uploads=[{"file": f"{folder}/{name}", "filename": name} for name in names],
                    initial_comment=views.here_they_are(count, at=request.now),
                )
        except SlackApiError as error:
            if code_of(error) != "missing_scope":
                raise
            raise Refusal(views.not_allowed(str(error.response.get("needed") or "files:write"))) from error


async def _write(request: Request, scope: Scope, folder: Path) -> int:
    """The sheet, and the archive beside it. People are named, save in the JSON, which is to be read back."""
    pages = folder / "decisions"
    pages.mkdir()
    people: set[str] = set()
    async for row in exporting.rows_of(request.read, scope):
        people |= row.decision.people
    names = await request.directory.names(
        request.slack, sorted(people), workspace_id=request.workspace.id, home=request.workspace.slack_id
    )
    named = replace(scope, names=names)
    with (pages / "decisions.json").open("w", encoding="utf-8") as file:
        await exporting.write(request.read, scope, format_=Format.JSON, file=file)
    with (folder / "decisions.csv").open("w", encoding="utf-8-sig", newline="") as file:
        await exporting.write(request.read, named, format_=Format.CSV, file=file)
    count = await exporting.write_folder(request.read, named, pages)
    await asyncio.to_thread(shutil.make_archive, str(pages), "zip", folder, pages.name)
    return count


# In


async def open_import(request: Request) -> None:
    """The message shortcut. What is in its files is shown before anything is kept."""
    file_ids = [str(file["id"]) for file in request.message.get("files") or ()]
    if not file_ids:
        request.open_view(
            views.told(_("That message has no files. Use this on a message with some attached."))
        )
    elif len(file_ids) > attached.MOST_FILES:
        request.open_view(views.told(_("That message has more than ten files. Share them ten at a time.")))
    else:
        preview = partial(_in_window, _preview(request, str(request.channel_id), file_ids))
        await request.open_form(lambda: views.told(_("Reading the files …")), preview)


async def _preview(request: Request, channel_id: str, file_ids: Sequence[str]) -> Payload:
    files = await attached.fetch(request, channel_id=channel_id, file_ids=file_ids)
    async with request.read() as session:
        for one in files.found:
            if not isinstance(one, Told):
                await importing.look_up(session, team=files.team, file=one, terms=files.terms)
    held = {"channel": channel_id, "files": list(file_ids), "digest": files.digest}
    return views.preview(files.found, team=files.team, ids=held)


async def submit_import(request: Request) -> None:
    if request.is_doing(IMPORTING):
        raise Refusal(_("Other files are being brought in for you. Wait for them, then press Import again."))
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        await attached.team_of(session, viewer, str(request.ids.get("channel")))
        promise = await _promise(session, request, views.import_never_ended())
    await request.ack(
        response_action="update", view=views.told(_("Bringing them in … This window says when it is done."))
    )
    request.go_on_alone(_import(request, promise), name=IMPORTING)


async def _import(request: Request, promise: str) -> None:
    told: list[Told] = []
    done = await _in_window(_bring_in(request, told), unknown=True)
    await _call_off(request, promise)
    async with request.aside() as session:
        if words := views.posted(told):
            await outbox.post(
                session,
                workspace_id=request.workspace.id,
                source=f"decisions:import:{request.view['id']}",
                recipient=str(request.ids["channel"]),
                payload=words,
                now=request.now,
                tell=request.actor.user_id,
            )
    request.refresh_home()
    try:
        is_shown = await request.replace_view(done)
    except (SlackClientError, ClientError, TimeoutError, OSError):
        is_shown = False
    if not is_shown:
        request.tell(views.as_message(done))


async def _bring_in(request: Request, told: list[Told]) -> Payload:
    """`told` grows by what is in, whatever becomes of the rest."""
    channel_id = str(request.ids.get("channel"))
    file_ids = (request.ids.get("files") or [])[: attached.MOST_FILES]
    files = await attached.fetch(request, channel_id=channel_id, file_ids=file_ids)
    if files.digest != request.ids.get("digest"):
        raise Refusal(
            _("The files are not what they were when you looked. Open the import again to see them.")
        )
    team_of = partial(attached.team_of, viewer=files.viewer, channel_id=channel_id)
    async for some in importing.bring_in(request.aside, files.found, team_of=team_of, terms=files.terms):
        told += some
    await importing.link(request.aside, team_of=team_of, terms=files.terms)
    return views.imported(told)


async def _in_window(work: Coroutine[Any, Any, Payload], *, unknown: bool = False) -> Payload:
    """What comes of it, or why nothing did, for the window that is open already."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001 -- as the error listener, in another place
        return views.told(words_for(error, unknown=unknown))


async def _promise(session: AsyncSession, request: Request, broken: Payload) -> str:
    """A message that says a promise was broken: it is on its way from now on, and called off when it was kept."""
    return await outbox.post(
        session,
        workspace_id=request.workspace.id,
        source=f"decisions:promise:{request.body.get('trigger_id') or request.view['id']}",
        recipient=request.actor.user_id,
        payload=broken,
        now=request.now,
        not_before=request.now + OVERDUE,
    )


async def _call_off(request: Request, promise: str) -> None:
    async with request.aside() as session:
        await outbox.call_off(session, workspace_id=request.workspace.id, delivery_id=promise)
