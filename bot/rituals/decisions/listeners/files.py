"""The log out of Slack as files, and into it from files that are attached to a message."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Kind, Viewer, require
from bot.errors import NotAllowed, Refusal
from bot.i18n import _
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Team
from bot.records import service as records
from bot.rituals.decisions import queries
from bot.rituals.decisions.exchange import exporting, files, importing
from bot.rituals.decisions.exchange.exporting import Format, Scope
from bot.rituals.decisions.exchange.importing import Outcome, ReadFile, Terms, Told
from bot.rituals.decisions.queries import Wanted
from bot.rituals.decisions.views import files as views
from bot.slack.blocks import Payload
from bot.slack.clients import code_of, download, for_files
from bot.slack.request import Request

log = structlog.get_logger()

EXPORTING, IMPORTING = "decisions_export", "decisions_import"
LARGEST_BYTES = 5_000_000  # of a file in Slack; larger ones go in on the command line
MOST_RECORDS = 2_000  # of a message's files: some minutes; more go in on the command line
MOST_FILES = 10  # of a message, as Slack lets people attach them

# Out


async def export(request: Request) -> None:
    """`/decision export`: all that this person can see, to them alone."""
    viewer, today = await request.see(), await request.today()
    if viewer.kind is not Kind.MEMBER:
        raise NotAllowed(_("Guests cannot take the log along. Ask somebody of this workspace for the files."))
    if request.is_doing(EXPORTING):
        raise Refusal(_("Your files are being written. They come in a moment."))
    async with request.read() as session:
        scope = Scope(await queries.visible_to(session, viewer=viewer), names_others=False)
        _rows, count = await queries.listed(session, viewer=viewer, wanted=Wanted(), today=today)
    if not count:
        await request.ack(**views.none_to_write())
        return
    request.go_on_heavily(lambda: _send(request, scope), name=EXPORTING)
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
            raise Refusal(views.not_allowed("files:write")) from error


async def _write(request: Request, scope: Scope, folder: Path) -> int:
    """The sheet, and the archive beside it. People are named, save in the JSON, which is to be read back."""
    pages = folder / "decisions"
    pages.mkdir()
    people_in_it: set[str] = set()
    async for row in exporting.rows_of(request.read, scope):
        people_in_it |= row.decision.people
    names = await request.directory.names(
        request.slack,
        sorted(people_in_it),
        workspace_id=request.workspace.id,
        home=request.workspace.slack_id,
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
    channel_id = str(request.channel_id)
    file_ids = [str(file["id"]) for file in request.message.get("files") or ()][:MOST_FILES]
    if not file_ids:
        request.open_view(
            views.told(_("That message has no files. Use this on a message with some attached."))
        )
        return

    async def preview() -> Payload:
        try:
            return await _preview(request, channel_id, file_ids)
        except Refusal as refusal:  # in the window that is open already
            return views.told(refusal.message)

    await request.open_form(lambda: views.told(_("Reading the files …")), preview)


async def _preview(request: Request, channel_id: str, file_ids: Sequence[str]) -> Payload:
    viewer = await request.see()
    async with request.read() as session:
        team = await _team(session, viewer, channel_id)
    found, terms = await _fetch(request, viewer, team, file_ids)
    async with request.read() as session:
        for one in found:
            if isinstance(one, ReadFile):
                await importing.look_up(session, team=team, file=one, terms=terms)
    return views.preview(found, team=team, ids={"channel": channel_id, "files": list(file_ids)})


async def submit_import(request: Request) -> None:
    channel_id, file_ids = str(request.ids.get("channel")), request.ids.get("files") or []
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        team = await _team(session, viewer, channel_id)
    await request.ack(
        response_action="update", view=views.told(_("Bringing them in … This window says when it is done."))
    )
    request.go_on_heavily(lambda: _import(request, viewer, team, file_ids), name=IMPORTING)


async def _import(request: Request, viewer: Viewer, team: Team, file_ids: Sequence[str]) -> None:
    told: list[Told] = []
    try:
        found, terms = await _fetch(request, viewer, team, file_ids)
        for together in importing.in_transactions(found):
            told += await _put(request, team, together, terms)
        async with request.aside() as session:
            await importing.link(session, team=team, paths=terms.beside, terms=terms)
            if words := views.posted(told):
                await outbox.post(
                    session,
                    workspace_id=team.workspace_id,
                    source=f"decisions:import:{request.view['id']}",
                    recipient=team.channel_id,
                    payload=words,
                    now=request.now,
                    tell=viewer.user_id,
                )
        done = views.imported(told)
    except Refusal as refusal:
        done = views.told(refusal.message)
    except Exception:  # what is in stays in, and that is what the person must hear
        log.exception("import_broke_off")
        kept = sum(one.outcome in (Outcome.CREATED, Outcome.UPDATED) for one in told)
        done = views.told(
            _(
                "Something broke on our side after {count} decisions, which are kept. Import the same message again: "
                "it goes on from there, and nothing comes in twice.",
                count=kept,
            )
        )
    if not await request.replace_view(done):
        request.tell(views.as_message(done))
    request.refresh_home()


async def _put(
    request: Request, team: Team, together: Sequence[importing.Piece | Told], terms: Terms
) -> list[Told]:
    told: list[Told] = []
    async with request.aside() as session:
        session.add(team)  # read before; what is read from here on points to this one
        for one in together:
            if isinstance(one, Told):
                told.append(one)
            else:
                told += await importing.put(session, team=team, piece=one, terms=terms)
    return told


async def _team(session: AsyncSession, viewer: Viewer, channel_id: str) -> Team:
    team = await people.team_of(session, workspace_id=viewer.workspace_id, channel_id=channel_id)
    if team is None:
        raise Refusal(
            _(
                "This channel has no team yet. Set one up here with `/partner team`, or share the files in a team's channel."
            )
        )
    require(viewer, Action.LOG, team)
    return team


async def _fetch(
    request: Request, viewer: Viewer, team: Team, file_ids: Sequence[str]
) -> tuple[list[ReadFile | Told], Terms]:
    """The files with what is in them.

    Raises:
        Refusal: they cannot be read at all, or hold more than can be brought in here.
    """
    try:
        async with for_files(request.slack) as slack:
            infos = await asyncio.gather(*(slack.files_info(file=file_id) for file_id in file_ids))
            described = [info["file"] for info in infos]
            contents = await asyncio.gather(*(_content(slack, viewer, file) for file in described))
    except SlackApiError as error:
        if code_of(error) != "missing_scope":
            raise
        raise Refusal(views.not_allowed("files:read")) from error
    paths = _paths(team, [str(file.get("name") or file["id"]) for file in described])
    day_first = files.is_day_first(content for content in contents if isinstance(content, bytes))
    found = [
        await asyncio.to_thread(importing.read, content, path=path, day_first=day_first)
        if isinstance(content, bytes)
        else Told(path, Outcome.SKIPPED, content)
        for path, content in zip(paths, contents, strict=True)
    ]
    if sum(len(one.entries) for one in found if isinstance(one, ReadFile)) > MOST_RECORDS:
        raise Refusal(
            _(
                "These files hold more than {most} decisions. `common-ground decisions import` on the server takes any number.",
                most=MOST_RECORDS,
            )
        )
    return found, Terms(request.now, beside=set(paths), viewer=viewer)


async def _content(slack: Any, viewer: Viewer, file: dict[str, Any]) -> bytes | str:
    """The bytes, or why there are none."""
    shared = {channel for kind in ("channels", "groups", "ims") for channel in file.get(kind) or ()}
    if file.get("user") != viewer.user_id and not any(map(viewer.sees, shared)):
        return _("you cannot see it")
    if file.get("mode") not in ("hosted", "snippet") or file.get("is_external"):
        return _("it is not in Slack itself")
    try:
        return await download(slack, str(file.get("url_private_download")), most=LARGEST_BYTES)
    except Refusal as refusal:
        return refusal.message


def _paths(team: Team, names: Sequence[str]) -> list[str]:
    """Where the log keeps them: one folder a channel, in which a name is one file."""
    paths: list[str] = []
    for name in names:
        at, copy = PurePath(name.replace("/", "_")), 1
        while (path := f"slack:{team.channel_id}/{at}") in paths:
            copy += 1
            at = PurePath(f"{PurePath(name).stem} ({copy}){PurePath(name).suffix}".replace("/", "_"))
        paths.append(path)
    return paths
