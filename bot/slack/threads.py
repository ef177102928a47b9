"""How many replies a message has. Slack says that of the message itself, so that nobody's words are read for it."""

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger()


async def count_replies(slack: AsyncWebClient, *, channel_id: str, ts: str) -> int:
    """0 where Slack does not say: the history scopes are optional."""
    try:
        found = await slack.conversations_replies(channel=channel_id, ts=ts, limit=1)
    except (SlackClientError, ClientError, TimeoutError, OSError) as error:
        log.info("replies_not_counted", error=str(error))
        return 0
    return next((int(said.get("reply_count", 0)) for said in found["messages"] if said["ts"] == ts), 0)
