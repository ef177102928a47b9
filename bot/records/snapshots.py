"""Fetches what belongs to a saved record's source message: its permalink, its text, its thread."""

from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from bot.clock import Clock
from bot.db.engine import Database
from bot.records import sources
from bot.records.models import Source
from bot.slack.clients import Clients
from bot.workspaces.models import Workspace, WorkspaceState

log = structlog.get_logger()

REPLIES = 200  # of a thread; a longer one is kept as far as this

NOT_ALLOWED = frozenset(
    {"missing_scope", "not_in_channel", "channel_not_found", "thread_not_found", "message_not_found"}
)
"""The history scopes are optional: without them the copy of the message itself is what we have."""


async def fetch_waiting(database: Database, clients: Clients, clock: Clock) -> int:
    """Fetch for a handful of records; what fails is tried again at a later tick. Returns how many were tried."""
    async with database.read() as session:
        waiting = await sources.to_fetch(session)
        ids = {source.workspace_id for source in waiting}
        rows = await session.scalars(
            select(Workspace).where(Workspace.id.in_(ids), Workspace.state == WorkspaceState.ACTIVE)
        )
        tokens = {row.id: row.bot_token for row in rows}
    for source in waiting:
        token = tokens.get(source.workspace_id)
        if token is not None:
            await _fetch(database, clients.bot(token), source, clock)
    return len(waiting)


async def _fetch(database: Database, slack: AsyncWebClient, source: Source, clock: Clock) -> None:
    try:
        permalink = await _permalink(slack, source)
        messages = await _messages(slack, source)
    except (SlackClientError, ClientError, TimeoutError, OSError) as error:
        log.warning("thread_not_fetched", source=source.id, error=str(error))
        async with database.begin() as session:
            await sources.failed(session, source_id=source.id)
        return
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


async def _permalink(slack: AsyncWebClient, source: Source) -> str | None:
    try:
        found = await slack.chat_getPermalink(channel=source.channel_id, message_ts=source.ts)
    except SlackApiError as error:
        if error.response["error"] in NOT_ALLOWED:
            return None
        raise
    return str(found["permalink"])


async def _messages(slack: AsyncWebClient, source: Source) -> list[dict[str, Any]]:
    try:
        found = await slack.conversations_replies(
            channel=source.channel_id, ts=source.thread_ts or source.ts, limit=REPLIES
        )
    except SlackApiError as error:
        if error.response["error"] in NOT_ALLOWED:
            return []
        raise
    messages: list[dict[str, Any]] = found["messages"]
    return messages
