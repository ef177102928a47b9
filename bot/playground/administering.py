"""What admins do around the app: channels, people, and the app's own installation."""

from bot.playground import seed, shapes
from bot.playground.answers import Result
from bot.playground.conversing import Conversing
from bot.playground.errors import ClientRefusalError
from bot.playground.json_types import Json
from bot.playground.state import State
from bot.playground.world import Channel, Person, Workspace


class Administering:
    def __init__(self, state: State, conversing: Conversing) -> None:
        self._state = state
        self._conversing = conversing

    async def channel(self, workspace: Workspace, where: str, changes: Json) -> Result:
        """`name`, `archived`, `private`, `ext_shared`, `add` and `remove` (people by name or id)."""
        channel = self._state.world.channel(where, workspace.id)
        return await self._conversing.observed(lambda: self._change_channel(workspace, channel, changes))

    def _change_channel(self, workspace: Workspace, channel: Channel, changes: Json) -> None:
        world = self._state.world
        for member in changes.get("add", []):
            world.add_member(workspace, channel, seed.member_id(workspace, member))
        for member in changes.get("remove", []):
            world.remove_member(workspace, channel, seed.member_id(workspace, member))
        if "private" in changes:
            channel.kind = "private" if changes["private"] else "public"
        if "ext_shared" in changes:
            channel.ext_shared = bool(changes["ext_shared"])
        if "name" in changes:
            channel.name = changes["name"]
            renamed = {"id": channel.id, "name": channel.name, "created": channel.created}
            self._tell(workspace, channel, "rename", {"channel": renamed})
        if "archived" in changes:
            channel.archived = bool(changes["archived"])
            what = "archive" if channel.archived else "unarchive"
            self._tell(workspace, channel, what, {"channel": channel.id, "user": channel.creator})

    def _tell(self, workspace: Workspace, channel: Channel, what: str, event: Json) -> None:
        family = "channel" if channel.kind == "public" else "group"
        told = {"type": f"{family}_{what}", **event, "event_ts": self._state.world.event_ts()}
        self._state.world.emit(workspace, told, channel)

    def add_channel(self, workspace: Workspace, described: Json) -> Channel:
        return seed.add_channel(self._state.world, workspace, described)

    def add_person(self, workspace: Workspace, described: Json) -> Person:
        return seed.add_person(self._state.world, workspace, described)

    async def person(self, workspace: Workspace, person: Person, changes: Json) -> Result:
        """`real_name`, `display_name`, `title`, `tz`, `role`, `deactivated`."""
        unknown = changes.keys() - {"real_name", "display_name", "title", "tz", "role", "deactivated"}
        if unknown:
            raise ClientRefusalError(f"nobody can change {', '.join(sorted(unknown))} of a person")
        return await self._conversing.observed(lambda: self._change_person(workspace, person, changes))

    def _change_person(self, workspace: Workspace, person: Person, changes: Json) -> None:
        for name, value in changes.items():
            setattr(person, name, value)
        world = self._state.world
        person.updated = world.clock.seconds()
        shown = shapes.user(person, workspace, world.clock)
        event = {
            "type": "user_change",
            "user": shown,
            "cache_ts": person.updated,
            "event_ts": world.event_ts(),
        }
        world.emit(workspace, event)

    async def uninstall(self, workspace: Workspace) -> Result:
        return await self._conversing.observed(lambda: self._state.world.uninstall(workspace))

    async def revoke(self, workspace: Workspace) -> Result:
        return await self._conversing.observed(lambda: self._state.world.revoke(workspace))

    def install(self, workspace: Workspace, scopes: list[str] | None = None) -> None:
        """Puts the app back, with the same token; other scopes if an admin grants others."""
        workspace.installed, workspace.token_revoked = True, False
        if scopes is not None:
            workspace.scopes = frozenset(scopes)
