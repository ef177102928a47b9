"""The Events API: which events the app gets, their envelope, and Slack's retries when one is not acknowledged."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.playground.app_link import AppAnswer, AppLink, Retry
from bot.playground.call import SCOPE_FAMILY
from bot.playground.json_types import Json
from bot.playground.state import EVENT_RETRIES, State
from bot.playground.world import Channel, Kind, Workspace

MESSAGE_EVENTS: dict[Kind, str] = {
    "public": "message.channels",
    "private": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
# The scope without which a subscription stays mute; https://docs.slack.dev/reference/events (2026-11)
NEEDED_SCOPES = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "message_metadata_posted": "metadata.message:read",
    "user_change": "users:read",
    "team_join": "users:read",
    "channel_rename": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_created": "channels:read",
    "group_rename": "groups:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
}
# What an app hears of channels it is not in.
HEARD_FROM_OUTSIDE = frozenset(
    {"channel_created", "channel_rename", "channel_archive", "channel_unarchive", "channel_deleted"}
)
RETRY_REASONS = {
    "timed_out": "http_timeout",
    "too_many_redirects": "too_many_redirects",
    "connection_failed": "connection_failed",
    "not_connected": "connection_failed",
}


class Events:
    """Deliveries run beside the calls that caused them; only acting people wait for the app's first answer."""

    def __init__(self, state: State, link: AppLink) -> None:
        self._state = state
        self._link = link
        self._deliveries: set[asyncio.Task[None]] = set()
        self._collecting: list[asyncio.Future[AppAnswer]] | None = None

    def push(self, workspace: Workspace, event: Json, channel: Channel | None = None) -> None:
        """Starts the delivery of an event the app is subscribed to and may see; else nothing happens."""
        if self._is_for_app(workspace, event, channel):
            first = self.deliver(self.envelope(workspace, event, channel))
            if self._collecting is not None:
                self._collecting.append(first)

    @contextmanager
    def collected(self) -> Iterator[list[asyncio.Future[AppAnswer]]]:
        """The first answers to all events pushed inside the block; nothing may be awaited in it."""
        self._collecting = []
        try:
            yield self._collecting
        finally:
            self._collecting = None

    def deliver(self, envelope: Json) -> asyncio.Future[AppAnswer]:
        """Starts a delivery; the future holds the answer to its first attempt."""
        first: asyncio.Future[AppAnswer] = asyncio.get_running_loop().create_future()
        delivery = asyncio.create_task(self._deliver(envelope, first))
        self._deliveries.add(delivery)
        delivery.add_done_callback(self._deliveries.discard)
        return first

    async def stop(self) -> None:
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    def _is_for_app(self, workspace: Workspace, event: Json, channel: Channel | None) -> bool:
        kind = event["type"]
        name = MESSAGE_EVENTS[channel.kind] if kind == "message" and channel else kind
        needed = NEEDED_SCOPES.get(name)
        if kind in ("member_joined_channel", "member_left_channel") and channel is not None:
            needed = f"{SCOPE_FAMILY[channel.kind]}:read"
        return (
            workspace.installed
            and name in self._state.world.manifest.events
            and (needed is None or needed in workspace.scopes)
            and (channel is None or kind in HEARD_FROM_OUTSIDE or workspace.bot_user_id in channel.members)
        )

    def envelope(self, workspace: Workspace, event: Json, channel: Channel | None = None) -> Json:
        world = self._state.world
        return {
            "token": "local-verification",
            "team_id": workspace.id,
            "context_team_id": workspace.id,
            "context_enterprise_id": None,
            "api_app_id": world.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": world.ids.new("Ev"),
            "event_time": world.clock.seconds(),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.id,
                    "user_id": workspace.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": channel is not None and channel.ext_shared,
            "event_context": world.ids.new("EC"),
        }

    async def _deliver(self, envelope: Json, first: asyncio.Future[AppAnswer]) -> None:
        answer = await self._attempt(envelope)
        if not first.done():  # whoever waited for it may have left
            first.set_result(answer)
        for number, delay in enumerate(EVENT_RETRIES, start=1):
            if answer.ok or answer.no_retry:
                return
            await asyncio.sleep(delay * self._state.retry_scale)
            reason = RETRY_REASONS.get(str(answer.status), "http_error")
            answer = await self._attempt(envelope, Retry(number, reason))

    async def _attempt(self, envelope: Json, retry: Retry | None = None) -> AppAnswer:
        ledger = self._state.ledger
        entry = ledger.add("request", type="events_api", payload=envelope, status=None, answer=None)
        if retry is not None:
            entry["retry"] = retry.number
        answer = await self._link.send("events_api", envelope, retry)
        ledger.complete(entry, status=answer.status, answer=answer.body, ms=round(answer.ms, 2))
        return answer
