"""How many replies a message has. Slack says that of the message itself, so that nobody's words are read for it."""

from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger()


@dataclass(frozen=True)
class Replies:
    """How many a message has, and the ts of the latest of them."""

    count: int = 0
    latest: str = ""


async def count_replies(slack: AsyncWebClient, *, channel_id: str, ts: str) -> Replies:
    """None where Slack does not say: the history scopes are optional."""
    try:
        found = await slack.conversations_replies(channel=channel_id, ts=ts, limit=1)
    except (SlackClientError, ClientError, TimeoutError, OSError) as error:
        log.info("replies_not_counted", error=str(error))
        return Replies()
    first: dict[str, Any] = next((said for said in found["messages"] if said["ts"] == ts), {})
    return Replies(int(first.get("reply_count", 0)), str(first.get("latest_reply", "")))
