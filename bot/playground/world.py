"""What a Slack holds: workspaces, people, channels, messages, views, files; and the questions asked of them."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from bot.playground.clock import Clock
from bot.playground.errors import NotThereError
from bot.playground.ids import Ids, ts
from bot.playground.json_types import Json
from bot.playground.manifest import Manifest

Role = Literal["member", "admin", "owner", "guest", "single_channel_guest", "stranger", "bot"]
Kind = Literal["public", "private", "im", "mpim"]

MOST_TRIGGERS_KEPT = 10_000
CONVERSATION_TYPE: dict[Kind, str] = {
    "public": "public_channel",
    "private": "private_channel",
    "im": "im",
    "mpim": "mpim",
}


@cache
def _joined(scopes: frozenset[str]) -> str:
    return ",".join(sorted(scopes))


@dataclass(slots=True)
class Person:
    id: str
    team_id: str
    name: str
    real_name: str
    tz: str
    role: Role
    deactivated: bool
    updated: int
    display_name: str = ""
    title: str = ""
    enterprise_user: Json | None = None  # `teams`: the workspaces of an organisation that they are in


@dataclass(slots=True)
class Channel:
    id: str
    team_id: str
    name: str
    kind: Kind
    created: int
    creator: str
    members: dict[str, None] = field(default_factory=dict)
    archived: bool = False
    ext_shared: bool = False
    topic: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    purpose: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    messages: dict[str, Json] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)
    metadata: dict[str, Json] = field(default_factory=dict)
    pins: dict[str, Json] = field(default_factory=dict)
    bookmarks: list[Json] = field(default_factory=list)
    last_microseconds: int = 0

    def next_ts(self, now: int) -> str:
        """A ts no other message of this channel has, later than all before it."""
        self.last_microseconds = max(self.last_microseconds + 1, now)
        return ts(self.last_microseconds)

    def stands_in_channel(self, at: str) -> bool:
        """Whether a message is seen in the channel itself: replies are not, unless also sent to it."""
        message = self.messages[at]
        return message.get("thread_ts", at) == at or message.get("subtype") == "thread_broadcast"

    def type_letter(self) -> str:
        """`channel_type` of events: C public, G private (and groups of people), D direct."""
        return {"public": "C", "private": "G", "mpim": "G", "im": "D"}[self.kind]


@dataclass(slots=True)
class Workspace:
    id: str
    name: str
    domain: str
    bot_token: str
    bot_user_id: str
    bot_id: str
    scopes: frozenset[str]
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    direct_messages: dict[frozenset[str], Channel] = field(default_factory=dict)
    usergroups: dict[str, Json] = field(default_factory=dict)
    ephemerals: list[Json] = field(default_factory=list)
    canvases: dict[str, Json] = field(default_factory=dict)
    plan: Literal["paid", "free", "no_canvases"] = "paid"
    installed: bool = True
    token_revoked: bool = False

    @property
    def scopes_text(self) -> str:
        return _joined(self.scopes)

    def direct_message(self, members: Iterable[str]) -> Channel | None:
        """The conversation of just these people, once somebody has opened it."""
        return self.direct_messages.get(frozenset(members))


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at their screen, in one workspace."""

    person: Person
    workspace: Workspace


@dataclass(slots=True)
class View:
    """A modal or Home as one person sees it; `values` is what stands in its fields now."""

    body: Json
    user_id: str
    team_id: str
    values: dict[str, dict[str, Json]]
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str | None = None


@dataclass(slots=True)
class Watch:
    """What one interaction is waited on for: anything the app does where the person is looking."""

    user_id: str
    view_id: str | None = None
    message: tuple[str, str] | None = None
    home: bool = False
    opened: list[str] = field(default_factory=list)
    settled: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Trigger:
    """`expires` in monotonic seconds; `watch` knows the view it was given in."""

    id: str
    team_id: str
    user_id: str
    expires: float
    watch: Watch
    channel_id: str | None = None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Five uses within thirty minutes; knows the message or ephemeral it may replace."""

    team_id: str
    user_id: str
    channel_id: str
    expires: int
    message_ts: str | None = None
    ephemeral_ts: str | None = None
    uses: int = 0


@dataclass(slots=True)
class Doors:
    """The ways out of the world, put in by the server that runs it."""

    on_event: Callable[[Workspace, Json, Channel | None], None] = lambda workspace, event, channel: None
    new_socket_url: Callable[[], str] = lambda: ""


@dataclass(slots=True)
class OAuthCode:
    """What a person granted, to be traded for a token once; `expires` in seconds of the clock."""

    team_id: str
    user_id: str
    scopes: frozenset[str]
    redirect_uri: str
    expires: int
    used: bool = False


@dataclass(frozen=True, slots=True)
class AppIdentity:
    """The app as registered at Slack: one for all workspaces."""

    id: str
    client_id: str
    client_secret: str


class World:
    """Everything of one local Slack; reset makes a new one from the same seed."""

    def __init__(self, *, app: AppIdentity, manifest: Manifest, clock: Clock, ids: Ids, url: str) -> None:
        self.app = app
        self.manifest = manifest
        self.clock = clock
        self.ids = ids
        self.url = url
        self.workspaces: dict[str, Workspace] = {}
        self.by_bot_token: dict[str, Workspace] = {}
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[tuple[str, str], View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.oauth_codes: dict[str, OAuthCode] = {}
        self.refresh_tokens: dict[str, str] = {}
        self.token_expires: dict[str, int] = {}
        self.files: dict[str, Json] = {}
        self.file_contents: dict[str, bytes] = {}
        self.watches: list[Watch] = []
        self.doors = Doors()

    def person(self, name_or_id: str, team_id: str | None = None) -> Person:
        if name_or_id in self.people:
            return self.people[name_or_id]
        for person in self.people.values():
            if person.name == name_or_id.lstrip("@") and team_id in (None, person.team_id):
                return person
        raise NotThereError(f"nobody here is called {name_or_id}")

    def channel(self, name_or_id: str, team_id: str) -> Channel:
        channels = self.workspaces[team_id].channels
        if name_or_id in channels:
            return channels[name_or_id]
        for channel in channels.values():
            if channel.name == name_or_id.lstrip("#"):
                return channel
        raise NotThereError(f"there is no channel {name_or_id}")

    def channel_anywhere(self, name_or_id: str) -> Channel:
        """The channel of any workspace; a name means the first workspace that has it."""
        for team_id in self.workspaces:
            try:
                return self.channel(name_or_id, team_id)
            except NotThereError:
                continue
        raise NotThereError(f"there is no channel {name_or_id}")

    def add_workspace(self, workspace: Workspace) -> None:
        self.workspaces[workspace.id] = workspace
        self.by_bot_token[workspace.bot_token] = workspace

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        workspace = self.workspaces[channel.team_id]
        workspace.channels[channel.id] = channel
        if channel.kind in ("im", "mpim"):
            workspace.direct_messages[frozenset(channel.members)] = channel
        return channel

    def open_direct_message(self, workspace: Workspace, user_id: str) -> Channel:
        return self.open_conversation(workspace, workspace.bot_user_id, [user_id])

    def open_conversation(self, workspace: Workspace, opener: str, others: Iterable[str]) -> Channel:
        """The conversation of just these people: direct messages of two, or of a group."""
        members = dict.fromkeys([*others, opener])
        standing = workspace.direct_message(members)
        if standing is not None:
            return standing
        is_group = len(members) > 2
        names = "--".join(workspace.people[member].name for member in members if member != opener)
        return self.add_channel(
            Channel(
                id=self.ids.new("C" if is_group else "D"),
                team_id=workspace.id,
                name=f"mpdm-{names}-1" if is_group else "",
                kind="mpim" if is_group else "im",
                created=self.clock.seconds(),
                creator=opener,
                members=members,
            )
        )

    def add_member(
        self, workspace: Workspace, channel: Channel, user_id: str, inviter: str | None = None
    ) -> None:
        channel.members[user_id] = None
        event: Json = {"type": "member_joined_channel", **self._membership(channel, user_id)}
        self.emit(workspace, event | ({"inviter": inviter} if inviter else {}), channel)

    def remove_member(self, workspace: Workspace, channel: Channel, user_id: str) -> None:
        event: Json = {"type": "member_left_channel", **self._membership(channel, user_id)}
        # Told before it is done: the app hears that it was itself removed.
        self.emit(workspace, event, channel)
        channel.members.pop(user_id, None)

    def _membership(self, channel: Channel, user_id: str) -> Json:
        return {
            "user": user_id,
            "channel": channel.id,
            "channel_type": channel.type_letter(),
            "team": channel.team_id,
            "event_ts": self.event_ts(),
        }

    def emit(self, workspace: Workspace, event: Json, channel: Channel | None = None) -> None:
        self.doors.on_event(workspace, event, channel)

    def revoke(self, workspace: Workspace) -> None:
        """Told before it takes effect, or the app would hear of nothing any more."""
        tokens = {"oauth": [], "bot": [workspace.bot_user_id]}
        self.emit(workspace, {"type": "tokens_revoked", "tokens": tokens, "event_ts": self.event_ts()})
        workspace.token_revoked = True

    def uninstall(self, workspace: Workspace) -> None:
        self.emit(workspace, {"type": "app_uninstalled", "event_ts": self.event_ts()})
        self.revoke(workspace)
        workspace.installed = False

    def event_ts(self) -> str:
        return ts(self.clock.microseconds())

    def add_trigger(self, trigger: Trigger) -> None:
        """Expired ones are kept for a while, so that their late use is told apart from an invented id."""
        self.triggers[trigger.id] = trigger
        if len(self.triggers) > MOST_TRIGGERS_KEPT:
            del self.triggers[next(iter(self.triggers))]

    @contextmanager
    def watched(self, watch: Watch) -> Iterator[None]:
        """While the block runs, `notice` reaches this watch."""
        self.watches.append(watch)
        try:
            yield
        finally:
            self.watches.remove(watch)

    def notice(
        self,
        *,
        user_id: str | None = None,
        view_id: str | None = None,
        message: tuple[str, str] | None = None,
        home_of: str | None = None,
    ) -> None:
        """Ends the wait of every interaction whose person can now see that something happened."""
        for watch in self.watches:
            if (
                (user_id is not None and watch.user_id == user_id)
                or (view_id is not None and watch.view_id == view_id)
                or (message is not None and watch.message == message)
                or (home_of is not None and watch.home and watch.user_id == home_of)
            ):
                watch.settled.set()
