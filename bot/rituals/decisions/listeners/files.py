"""The log out of Slack as files."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from slack_sdk.errors import SlackApiError

from bot.access.rules import Kind
from bot.errors import NotAllowed, Refusal
from bot.i18n import _
from bot.rituals.decisions import queries
from bot.rituals.decisions.exchange import exporting
from bot.rituals.decisions.exchange.exporting import Format, Scope
from bot.rituals.decisions.queries import Wanted
from bot.rituals.decisions.views import files as views
from bot.slack.clients import code_of, for_files
from bot.slack.request import Request


async def export(request: Request) -> None:
    """`/decision export`: all that this person can see, to them alone."""
    viewer, today = await request.see(), await request.today()
    if viewer.kind is not Kind.MEMBER:
        raise NotAllowed(_("Guests cannot take the log along. Ask somebody of this workspace for the files."))
    async with request.read() as session:
        scope = Scope(await queries.visible_to(session, viewer=viewer), names_others=False)
        _rows, count = await queries.listed(session, viewer=viewer, wanted=Wanted(), today=today)
    if not count:
        await request.ack(**views.none_to_write())
        return
    request.go_on_heavily(lambda: _send(request, scope), name="decisions_export")
    await request.ack(**views.on_their_way(count))


async def _send(request: Request, scope: Scope) -> None:
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
            raise Refusal(
                _(
                    "I may not send files in this workspace yet. Ask a workspace admin to install me again "
                    "and to allow `files:write`; then `/decision export` once more."
                )
            ) from error


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
