"""The Events API: which events the app gets, their envelope, and Slack's retries when one is not acknowledged."""

import asyncio

from bot.playground.app_link import AppAnswer, AppLink, Retry
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
    "user_change": "users:read",
    "team_join": "users:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_rename": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_created": "channels:read",
    "group_rename": "groups:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
}
RETRY_REASONS = {
    "timed_out": "http_timeout",
    "too_many_redirects": "too_many_redirects",
    "connection_failed": "connection_failed",
    "not_connected": "connection_failed",
}


class Events:
    """Deliveries run beside the calls that caused them; nothing waits for the app's ack."""

    def __init__(self, state: State, link: AppLink) -> None:
        self._state = state
        self._link = link
        self._deliveries: set[asyncio.Task[AppAnswer]] = set()

    def push(
        self, workspace: Workspace, event: Json, channel: Channel | None = None
    ) -> asyncio.Task[AppAnswer] | None:
        """Starts the delivery of an event the app is subscribed to and may see; else nothing happens."""
        if not self._is_for_app(workspace, event, channel):
            return None
        return self.deliver(self.envelope(workspace, event, channel))

    def deliver(self, envelope: Json) -> asyncio.Task[AppAnswer]:
        delivery = asyncio.create_task(self._deliver(envelope))
        self._deliveries.add(delivery)
        delivery.add_done_callback(self._deliveries.discard)
        return delivery

    async def stop(self) -> None:
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    def _is_for_app(self, workspace: Workspace, event: Json, channel: Channel | None) -> bool:
        if not workspace.installed:
            return False
        name = MESSAGE_EVENTS[channel.kind] if event["type"] == "message" and channel else event["type"]
        if name not in self._state.world.manifest.events:
            return False
        needed = NEEDED_SCOPES.get(name)
        if needed is not None and needed not in workspace.scopes:
            return False
        return (
            channel is None
            or channel.kind == "public"
            and _is_about_channels(event)
            or (workspace.bot_user_id in channel.members)
        )

    def envelope(self, workspace: Workspace, event: Json, channel: Channel | None = None) -> Json:
        world = self._state.world
        return {
            "token": "local-verification-token",
            "team_id": workspace.id,
            "context_team_id": workspace.id,
            "context_enterprise_id": None,
            "api_app_id": world.app_id,
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

    async def _deliver(self, envelope: Json) -> AppAnswer:
        answer = await self._link.send("events_api", envelope)
        for number, delay in enumerate(EVENT_RETRIES, start=1):
            if (isinstance(answer.status, int) and answer.status < 300) or answer.no_retry:
                break
            await asyncio.sleep(delay * self._state.retry_scale)
            reason = RETRY_REASONS.get(str(answer.status), "http_error")
            answer = await self._link.send("events_api", envelope, Retry(number, reason))
        return answer


def _is_about_channels(event: Json) -> bool:
    """Events of public channels an app hears of without being in them."""
    return str(event["type"]).startswith("channel_")
