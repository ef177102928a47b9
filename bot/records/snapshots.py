"""Fetches what belongs to a saved record's source message: its permalink, its text, its thread."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.db.engine import Database
from bot.records import sources
from bot.records.models import Source
from bot.slack.clients import Clients, code_of
from bot.slack.tasks import Tasks
from bot.workspaces.models import Workspace, WorkspaceState

log = structlog.get_logger()

AFTER_FAILURE = timedelta(minutes=1)  # and twice as long after each further one
REPLIES = 200  # of a thread; a longer one is kept as far as this

NOT_ALLOWED = frozenset(
    {"missing_scope", "not_in_channel", "channel_not_found", "thread_not_found", "message_not_found"}
)
"""The history scopes are optional: without them the copy of the message itself is what we have."""


class Snapshots:
    """Fetches for a handful of records at a time; what fails rests, longer each time.

    Who rests is known to this process only: a restart begins with a look at everything.
    """

    def __init__(self, *, database: Database, clients: Clients, clock: Clock, tasks: Tasks) -> None:
        self._database, self._clients, self._clock, self._tasks = database, clients, clock, tasks
        self._fetching = False
        self._rests_until: dict[int, datetime] = {}

    def look(self) -> None:
        """Begin, unless it is at it already."""
        if not self._fetching:
            self._fetching = True
            self._tasks.start(self._fetch_waiting(), name="fetch_threads")

    async def _fetch_waiting(self) -> None:
        try:
            now = self._clock.now()
            self._rests_until = {id_: until for id_, until in self._rests_until.items() if until > now}
            async with self._database.read() as session:
                waiting = await sources.to_fetch(session, but=self._rests_until)
                tokens = await _tokens(session, {source.workspace_id for source in waiting})
            for source in waiting:
                token = tokens.get(source.workspace_id)
                if token is None or not await _fetch(
                    self._database, self._clients.bot(token), source, self._clock
                ):
                    self._rests_until[source.id] = now + AFTER_FAILURE * 2**source.attempts
        finally:
            self._fetching = False


async def text_of(slack: AsyncWebClient, *, channel_id: str, ts: str) -> str:
    """What a message says, where the app may read it; else nothing."""
    try:
        found = await slack.conversations_replies(channel=channel_id, ts=ts, limit=1)
    except (SlackClientError, ClientError, TimeoutError, OSError) as error:
        log.info("message_not_read", error=str(error))
        return ""
    return next((str(said.get("text", "")) for said in found["messages"] if said["ts"] == ts), "")


async def _tokens(session: AsyncSession, workspace_ids: set[int]) -> dict[int, str | None]:
    tokens = {}
    for workspace_id in workspace_ids:
        theirs = select(Workspace.bot_token).where(
            Workspace.id == workspace_id, Workspace.state == WorkspaceState.ACTIVE
        )
        try:
            tokens[workspace_id] = await session.scalar(theirs)
        except LookupError:  # one workspace's unreadable token must not stop the others
            log.exception("token_unreadable", workspace=workspace_id)
    return tokens


async def _fetch(database: Database, slack: AsyncWebClient, source: Source, clock: Clock) -> bool:
    """False when it has to be tried again."""
    try:
        permalink = await _permalink(slack, source)
        messages = await _messages(slack, source)
    except (SlackClientError, ClientError, TimeoutError, OSError) as error:
        log.warning("thread_not_fetched", source=source.id, error=str(error))
        async with database.begin() as session:
            await sources.failed(session, source_id=source.id)
        return False
    thread = [
        {"user": message.get("user") or "", "ts": message["ts"], "text": message.get("text", "")}
        for message in messages
        if message["ts"] != source.ts
    ]
    own = next((message for message in messages if message["ts"] == source.ts), {})
    async with database.begin() as session:
        await sources.fetched(
            session, source=source, permalink=permalink, thread=thread, message=own, now=clock.now()
        )
    return True


async def _permalink(slack: AsyncWebClient, source: Source) -> str | None:
    try:
        found = await slack.chat_getPermalink(channel=source.channel_id, message_ts=source.ts)
    except SlackApiError as error:
        if code_of(error) in NOT_ALLOWED:
            return None
        raise
    return str(found["permalink"])


async def _messages(slack: AsyncWebClient, source: Source) -> list[dict[str, Any]]:
    try:
        found = await slack.conversations_replies(
            channel=source.channel_id, ts=source.thread_ts or source.ts, limit=REPLIES
        )
    except SlackApiError as error:
        if code_of(error) in NOT_ALLOWED:
            return []
        raise
    messages: list[dict[str, Any]] = found["messages"]
    return messages
