"""What people do in channels without asking the app: write, edit, react, come and go, open its Home."""

import asyncio
import uuid
from collections.abc import Callable, Sequence

from bot.playground import files, messages, reactions, seeing, views
from bot.playground.acting import settled
from bot.playground.answers import Result
from bot.playground.errors import ClientRefusalError, NotThereError
from bot.playground.events import Events
from bot.playground.json_types import Json
from bot.playground.methods import canvases
from bot.playground.state import State
from bot.playground.world import Actor, Channel, Watch


class Conversing:
    """Each act answers with what the app answered to the event of it, if it is subscribed to one."""

    def __init__(self, state: State, events: Events) -> None:
        self._state = state
        self._events = events

    async def say(
        self,
        actor: Actor,
        where: str,
        text: str,
        thread_ts: str | None,
        attached: Sequence[tuple[str, bytes]] = (),
    ) -> Result:
        """`attached`: the name and the bytes of each file."""
        channel = self._writable(actor, where)
        if thread_ts is not None:
            seeing.message(actor, channel, thread_ts)
        author: Json = {
            "user": actor.person.id,
            "team": actor.person.team_id,
            "client_msg_id": str(uuid.uuid4()),
        }
        said: list[Json] = []
        content: Json = {"text": text}
        if attached:
            content |= {"files": self._uploaded(actor, channel, attached), "subtype": "file_share"}

        def post() -> None:
            said.append(
                messages.post(
                    self._state.world, actor.workspace, channel, author, content, thread_ts=thread_ts
                )
            )

        result = await self.observed(post)
        result.more = {"channel": channel.id, "ts": said[0]["ts"]}
        return result

    async def edit(self, actor: Actor, where: str, at: str, text: str) -> Result:
        channel = self._writable(actor, where)
        self._own(actor, channel, at)
        return await self.observed(
            lambda: messages.change(
                self._state.world, actor.workspace, channel, at, {"text": text}, editor=actor.person.id
            )
        )

    async def delete(self, actor: Actor, where: str, at: str) -> Result:
        channel = self._writable(actor, where)
        self._own(actor, channel, at)
        return await self.observed(lambda: messages.remove(self._state.world, actor.workspace, channel, at))

    async def react(self, actor: Actor, where: str, at: str, name: str) -> Result:
        channel = seeing.conversation(self._state.world, actor, where)
        seeing.message(actor, channel, at)
        return await self.observed(
            lambda: reactions.add(
                self._state.world, actor.workspace, channel, at, user_id=actor.person.id, name=name
            )
        )

    async def unreact(self, actor: Actor, where: str, at: str, name: str) -> Result:
        channel = seeing.conversation(self._state.world, actor, where)
        return await self.observed(
            lambda: reactions.remove(
                self._state.world, actor.workspace, channel, at, user_id=actor.person.id, name=name
            )
        )

    async def join(self, actor: Actor, where: str) -> Result:
        channel = self._state.world.channel(where, actor.workspace.id)
        if channel.kind != "public" or channel.archived:
            raise ClientRefusalError(f"nobody can just join #{channel.name}")
        return await self.observed(
            lambda: self._state.world.add_member(actor.workspace, channel, actor.person.id)
        )

    async def leave(self, actor: Actor, where: str) -> Result:
        channel = self._state.world.channel(where, actor.workspace.id)
        return await self.observed(
            lambda: self._state.world.remove_member(actor.workspace, channel, actor.person.id)
        )

    def open(self, actor: Actor, users: Sequence[str]) -> Result:
        world, workspace = self._state.world, actor.workspace
        others = [world.person(user, workspace.id).id for user in users]
        channel = world.open_conversation(workspace, actor.person.id, others)
        return Result("not_dispatched", more={"channel": channel.id})

    def write_canvas(self, actor: Actor, where: str, title: str, markdown: str) -> Result:
        channel = self._writable(actor, where)
        canvas_id = canvases.add(
            self._state.world, actor.workspace, title, markdown, channel.id, is_own=False
        )
        return Result("not_dispatched", more={"canvas": canvas_id})

    def delete_canvas(self, actor: Actor, canvas_id: str) -> Result:
        canvas = actor.workspace.canvases.get(canvas_id)
        if canvas is None:
            raise NotThereError(f"there is no canvas {canvas_id}")
        self._writable(actor, canvas["channel_id"])
        del actor.workspace.canvases[canvas_id]
        return Result("not_dispatched")

    def upload(self, actor: Actor, name: str, content: bytes) -> Result:
        return Result("not_dispatched", more={"file": self._hosted(actor, name, content)["id"]})

    async def home(self, actor: Actor, tab: str = "home") -> Result:
        """Opens the app's Home; the answer shows what stands there a moment later."""
        world, workspace, person = self._state.world, actor.workspace, actor.person
        event: Json = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": world.open_direct_message(workspace, person.id).id,
            "tab": tab,
            "event_ts": self._state.world.event_ts(),
        }
        before = world.homes.get((workspace.id, person.id))
        if before is not None and tab == "home":
            event["view"] = views.shown(before)
        watch = Watch(person.id, home=True)
        with world.watched(watch):
            result = await self.observed(lambda: world.emit(workspace, event))
            if result.status == 200 and tab == "home":
                await settled(watch)
        home = world.homes.get((workspace.id, person.id))
        result.more = {"view": views.shown(home) if home else None}
        return result

    async def observed(self, act: Callable[[], object]) -> Result:
        """Does it and waits for the app's first answer to each event it caused."""
        with self._events.collected() as firsts:
            act()
        answers = await asyncio.gather(*firsts)
        if not answers:
            return Result("not_dispatched")
        worst = next((answer for answer in answers if not answer.ok), answers[0])
        return Result(worst.status, worst.body, max(answer.ms for answer in answers))

    def _uploaded(self, actor: Actor, channel: Channel, attached: Sequence[tuple[str, bytes]]) -> list[Json]:
        uploaded = [self._hosted(actor, name, content) for name, content in attached]
        for file in uploaded:
            files.share(file, channel)
        return uploaded

    def _hosted(self, actor: Actor, name: str, content: bytes) -> Json:
        world = self._state.world
        file = files.add(world, actor.workspace, name=name, size=len(content), user_id=actor.person.id)
        files.keep(world, file, content)
        files.host(file, title=name)
        return file

    def _writable(self, actor: Actor, where: str) -> Channel:
        channel = seeing.conversation(self._state.world, actor, where)
        if channel.archived:
            raise ClientRefusalError(f"#{channel.name} is archived")
        if actor.person.id not in channel.members:
            raise ClientRefusalError(f"{actor.person.name} has not joined #{channel.name}")
        return channel

    def _own(self, actor: Actor, channel: Channel, at: str) -> None:
        message = channel.messages.get(at)
        if message is None:
            raise NotThereError(f"there is no message {at}")
        if message.get("user") != actor.person.id:
            raise ClientRefusalError(f"that message is not by {actor.person.name}")
