"""Takes events in: what only concerns memory at once, what changes anything as a row of the inbox."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.access.rules import Actor
from bot.clock import Clock
from bot.db.engine import Database
from bot.inbox import service as inbox
from bot.slack.directory import Directory
from bot.slack.home import Home
from bot.workspaces.installations import Installation, Installations

MEMBERSHIP_EVENTS = frozenset({"member_joined_channel", "member_left_channel", "user_change"})
"""What changes what one person sees: the directory asks Slack again at once, not only when what it knows is too old."""

CHANNEL_EVENTS = frozenset(
    {
        "channel_created",
        "channel_deleted",
        "message.channel_convert_to_private",
        "message.channel_convert_to_public",
    }
)
"""What changes which channels everybody can read."""

LIFECYCLE_EVENTS = frozenset({"app_uninstalled", "tokens_revoked"})
"""Slack sends both, in any order: the second one comes for a workspace that is active no more."""


Concerns = Callable[..., Awaitable[bool]]
"""`async def concerns(session, *, workspace_id, event)`, for events that come often and seldom matter."""


class EventDoor:
    """`concerns`: event → what keeps most of a kind out.

    Called with each event's envelope; what it returns from is committed, what it raises from Slack sends again.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        installations: Installations,
        directory: Directory,
        home: Home,
        listened: Collection[str],
        concerns: Mapping[str, Concerns],
    ) -> None:
        self._database, self._clock, self._installations = database, clock, installations
        self._directory, self._home, self._listened = directory, home, listened
        self._concerns = concerns

    async def __call__(self, body: Mapping[str, Any]) -> None:
        event = body["event"]
        of = {"enterprise_id": body.get("enterprise_id"), "team_id": _team_of(body)}
        if event["type"] in LIFECYCLE_EVENTS:
            if (known := await self._installations.known(**of)) is not None:
                workspace_id, slack_id = known
                self._installations.forget(slack_id)
                await self._keep(body, workspace_id, slack_id)
            return
        workspace = await self._installations.find(**of)
        if workspace is None:
            return  # signed, and of a workspace that we do not serve: dropped with a 200
        self._forget(workspace, event)
        if event["type"] == "member_left_channel":  # what they can read no more goes from their Home
            self._home.refresh(workspace, Actor(workspace.id, event["user"]))
        if event["type"] == "app_home_opened" and event.get("tab") == "home":
            self._home.show(workspace, Actor(workspace.id, event["user"]))
        await self._keep(body, workspace.id, workspace.slack_id)

    async def _keep(self, body: Mapping[str, Any], workspace_id: int, slack_id: str) -> None:
        """For the worker, if anybody listens to it."""
        name = inbox.event_name(body["event"])
        if name not in self._listened:
            return
        if concerns := self._concerns.get(name):
            async with self._database.read() as session:
                if not await concerns(session, workspace_id=workspace_id, event=body["event"]):
                    return
        async with self._database.begin() as session:
            await inbox.receive(
                session,
                event_id=body["event_id"],
                slack_team_id=slack_id,
                event=body["event"],
                event_time=datetime.fromtimestamp(body["event_time"], UTC),
                now=self._clock.now(),
                workspace_id=workspace_id,
            )

    def _forget(self, workspace: Installation, event: Mapping[str, Any]) -> None:
        name = inbox.event_name(event)
        if name in CHANNEL_EVENTS:
            self._directory.forget_channels(workspace.id)
        if name in MEMBERSHIP_EVENTS:
            user_id = event["user"]["id"] if name == "user_change" else event["user"]
            if user_id == workspace.bot_user_id:  # Slack tells a bot only of private channels that it is in
                self._directory.forget_all(workspace.id)
            else:
                self._directory.forget(workspace.id, user_id)


def _team_of(body: Mapping[str, Any]) -> str | None:
    """The workspace whose installation an event is for; in a shared channel `team_id` may be the other one's."""
    authorizations = body.get("authorizations") or [{}]
    return authorizations[0].get("team_id") or body.get("team_id")
