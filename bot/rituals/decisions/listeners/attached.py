"""Files that are attached to a message, on their way into the log: fetched, looked at, brought in."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, require
from bot.errors import Refusal
from bot.i18n import _
from bot.people import service as people
from bot.people.models import Team
from bot.rituals.decisions.exchange import files, importing
from bot.rituals.decisions.exchange.importing import Outcome, ReadFile, Terms, Told
from bot.rituals.decisions.views import files as views
from bot.slack.clients import code_of, download, for_files, too_large
from bot.slack.request import Request

LARGEST_BYTES = 1_000_000  # of a file in Slack; larger ones go in on the command line
MOST_RECORDS = 2_000  # of a message's files: a minute or two; more go in on the command line
MOST_FILES = 10  # of a message, as Slack lets people attach them


@dataclass(frozen=True)
class Attached:
    """What the files hold, read for a person who may log in the channel's team."""

    viewer: Viewer
    team: Team
    found: Sequence[ReadFile | Told]
    digest: str
    """Of all bytes, to know whether they are still what somebody looked at."""
    terms: Terms


async def fetch(request: Request, *, channel_id: str, file_ids: Sequence[str]) -> Attached:
    """The files with what is in them, for the log of the channel.

    Raises:
        Refusal: no file can be read here, or this person may not log here.
    """
    viewer = await request.see()
    async with request.read() as session:
        team = await team_of(session, viewer, channel_id)
    async with for_files(request.slack) as slack:
        described = await asyncio.gather(*(_described(slack, file_id) for file_id in file_ids))
        contents = await asyncio.gather(*(_content(slack, viewer, file) for file in described))
    paths = _paths(team, [str(file.get("name") or file["id"]) for file in described])
    async with request.tasks.turn("reading"):  # it takes memory, and a processor
        found = await asyncio.to_thread(_read, list(zip(paths, contents, strict=True)))
    digest = hashlib.sha256(repr(contents).encode()).hexdigest()[:16]
    return Attached(viewer, team, found, digest, Terms(request.now, beside=set(paths), viewer=viewer))


async def _described(slack: AsyncWebClient, file_id: str) -> dict[str, Any]:
    """Slack's facts about a file, with `problem` where it tells none."""
    try:
        file: dict[str, Any] = (await slack.files_info(file=file_id))["file"]
    except SlackApiError as error:
        if code_of(error) == "missing_scope":
            raise Refusal(views.not_allowed("files:read")) from error
        return {"id": file_id, "problem": views.not_opened(code_of(error))}
    except (ClientError, TimeoutError, OSError):
        return {"id": file_id, "problem": views.not_opened("")}
    return file


async def _content(slack: AsyncWebClient, viewer: Viewer, file: dict[str, Any]) -> bytes | str:
    """The bytes, or why there are none."""
    if problem := _problem(viewer, file):
        return problem
    try:
        return await download(slack, str(file.get("url_private_download")), most=LARGEST_BYTES)
    except Refusal as refusal:
        return refusal.message
    except (ClientError, TimeoutError, OSError):
        return views.not_opened("")


def _problem(viewer: Viewer, file: dict[str, Any]) -> str:
    shared = {channel for kind in ("channels", "groups", "ims") for channel in file.get(kind) or ()}
    if "problem" in file:
        return str(file["problem"])
    if file.get("user") != viewer.user_id and not any(map(viewer.sees, shared)):
        return _("you cannot see it; ask its owner to share it in this channel")
    if file.get("mode") not in ("hosted", "snippet") or file.get("is_external"):
        return _("it is not in Slack itself; save it and attach it as a file")
    return too_large(LARGEST_BYTES) if int(file.get("size") or 0) > LARGEST_BYTES else ""


def _read(contents: Sequence[tuple[str, bytes | str]]) -> list[ReadFile | Told]:
    """In a thread of its own: what takes a processor for a while must not hold up anybody's click."""
    day_first = files.is_day_first((path, told) for path, told in contents if isinstance(told, bytes))
    found: list[ReadFile | Told] = []
    left = MOST_RECORDS
    for path, content in contents:
        if isinstance(content, str):
            found.append(Told(path, Outcome.SKIPPED, content))
            continue
        one = importing.read(content, path=path, day_first=day_first, most=left)
        left -= len(one.entries) if isinstance(one, ReadFile) else 0
        found.append(one)
    return found


def _paths(team: Team, names: Sequence[str]) -> list[str]:
    """Where the log keeps them: one folder a channel, in which a name is one file."""
    paths: list[str] = []
    for name in names:
        at = PurePath(name.replace("/", "_"))
        path, copy = f"slack:{team.channel_id}/{at}", 1
        while path in paths:
            copy += 1
            path = f"slack:{team.channel_id}/{at.stem} ({copy}){at.suffix}"
        paths.append(path)
    return paths


async def team_of(session: AsyncSession, viewer: Viewer, channel_id: str) -> Team:
    """The channel's team.

    Raises:
        Refusal: it has none, or this person may not log in it.
    """
    team = await people.team_of(session, workspace_id=viewer.workspace_id, channel_id=channel_id)
    if team is None:
        raise Refusal(
            _(
                "This channel has no team yet. Set one up here with `/partner team`, "
                "or share the files in a team's channel."
            )
        )
    require(viewer, Action.LOG, team)
    return team
