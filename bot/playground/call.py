"""One call of the Web API as its method sees it, and the table entry a method is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.playground.errors import SlackError
from bot.playground.json_types import Json
from bot.playground.world import Channel, Kind, Person, Workspace, World

SCOPE_FAMILY: dict[Kind, str] = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


@dataclass(slots=True)
class Call:
    world: World
    workspace: Workspace
    method: str
    args: Json

    def text(self, name: str, otherwise: str = "") -> str:
        value = self.args.get(name)
        return otherwise if value is None else str(value)

    def need(self, name: str, error: str = "invalid_arguments") -> str:
        """A required argument; a missing one is answered as Slack does, naming the field."""
        value = self.text(name)
        if not value:
            messages = [f"[ERROR] missing required field: {name}"]
            raise SlackError(error, response_metadata={"messages": messages})
        return value

    def flag(self, name: str) -> bool:
        value = self.args.get(name)
        return value is True or str(value).lower() in ("1", "true")

    def number(self, name: str, otherwise: int, most: int) -> int:
        value = self.args.get(name)
        if value in (None, ""):
            return otherwise
        try:
            number = int(str(value))
        except ValueError:
            raise SlackError("invalid_arguments") from None
        if number < 1:
            raise SlackError("invalid_limit")
        return min(number, most)

    def names(self, name: str) -> list[str]:
        """A list given as JSON or, the older way, separated by commas."""
        value = self.args.get(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        text = self.text(name)
        if text.startswith("["):
            return [str(item) for item in json.loads(text)]
        return [item.strip() for item in text.split(",") if item.strip()]

    def person(self, name: str = "user", error: str = "user_not_found") -> Person:
        person = self.workspace.people.get(self.need(name))
        if person is None:
            raise SlackError(error)
        return person

    def channel(self, name: str = "channel") -> Channel:
        """A conversation the app may know of; one it may not see does not exist for it."""
        channel = self.workspace.channels.get(self.need(name))
        if channel is None or (channel.kind != "public" and not self.is_in(channel)):
            raise SlackError("channel_not_found")
        return channel

    def joined_channel(self, name: str = "channel") -> Channel:
        channel = self.channel(name)
        if not self.is_in(channel):
            raise SlackError("not_in_channel")
        return channel

    def is_in(self, channel: Channel) -> bool:
        return self.workspace.bot_user_id in channel.members

    def require_scope(self, channel: Channel, right: str) -> None:
        """Raises missing_scope unless the app holds, say, `groups:history` for a private channel."""
        needed = f"{SCOPE_FAMILY[channel.kind]}:{right}"
        if needed not in self.workspace.scopes:
            raise missing_scope(needed, self.workspace)


def missing_scope(needed: str, workspace: Workspace) -> SlackError:
    return SlackError("missing_scope", needed=needed, provided=workspace.scopes_text)


@dataclass(frozen=True, slots=True)
class Method:
    """`scopes`: any one of them lets the call in. `tier` None: paced per channel. `writes`: success changes something."""

    run: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()
    tier: int | None = 3
    writes: bool = False
    caller: Literal["bot", "app", "anyone"] = "bot"


Methods = Mapping[str, Method]
