"""How tests enter: as a person in the local Slack, over its control API, and what that person then sees."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import ClientSession

from bot.playground.server import LocalSlack

Json = dict[str, Any]

T = TypeVar("T")

PATIENCE_SECONDS = 15.0  # as long as a machine may stand still in `tests/bot.py`


class Result:
    """What the app answered to something a person did."""

    def __init__(self, slack: "Slack", user: str, answered: Json) -> None:
        self._slack, self._user = slack, user
        self.status: Any = answered["status"]
        self.body: Any = answered["body"]
        self.ms: float = answered["ms"]
        self.views: list[Json] = answered["views_opened"]

    @property
    def view(self) -> Json:
        """The one view that opened."""
        assert len(self.views) == 1, f"{len(self.views)} views opened; the app answered {self.body!r}"
        return self.views[0]

    @property
    def text(self) -> str:
        """What the app answered in words, its blocks included."""
        return self.body if isinstance(self.body, str) else words_of(self.body)

    @property
    def errors(self) -> dict[str, str]:
        return dict(self.body.get("errors") or {}) if isinstance(self.body, dict) else {}


class Slack:
    """The local Slack as seen from outside: people, what is in channels, and what the app asked of it."""

    def __init__(self, http: ClientSession, url: str, described: Json, local: LocalSlack) -> None:
        self.http, self.url, self.described, self.local = http, url, described, local
        self.channels: dict[str, str] = described["channels"]
        self.users: dict[str, str] = described["users"]

    def person(self, name: str, *, workspace: str | None = None) -> "Person":
        return Person(self, name, workspace)

    async def post(self, path: str, body: Json | None = None, **params: str) -> Any:
        async with self.http.post(f"{self.url}/_control/{path}", json=body or {}, params=params) as answer:
            found = await answer.json()
            assert answer.status < 500, found
            return found

    async def get(self, path: str, **params: str) -> Any:
        async with self.http.get(f"{self.url}/_control/{path}", params=params) as answer:
            return await answer.json()

    async def state(self, **params: str) -> Json:
        state: Json = await self.get("state", **params)
        return state

    async def file(self, file_id: str) -> bytes:
        """Its bytes, as a person would save them."""
        async with self.http.get(f"{self.url}/_control/files/{file_id}") as answer:
            assert answer.status == 200
            return await answer.read()

    async def calls(self, method: str | None = None) -> list[Json]:
        """What the app asked of the Web API, in order."""
        entries: list[Json] = await self.get("ledger", since="0")
        calls = [entry for entry in entries if entry.get("kind") != "request"]
        return [call for call in calls if method is None or call["method"] == method]

    async def fault(self, method: str, kind: str, value: Any = None, *, times: int = 1, **more: Any) -> None:
        await self.post("faults", {"method": method, "kind": kind, "value": value, "times": times, **more})

    async def clear_faults(self) -> None:
        async with self.http.delete(f"{self.url}/_control/faults") as response:
            assert response.status == 200

    async def messages(self, channel: str) -> list[Json]:
        """All that is in a channel, replies included, oldest first; each with the channel's id."""
        channel_id = self.channels.get(channel, channel)
        found: list[Json] = (await self.state())["messages"][channel_id]
        return [{**message, "channel": channel_id} for message in found]

    async def message(self, channel: str, holding: str) -> Json:
        """The message that has these words in it, as soon as it is there."""

        async def look() -> Json | None:
            return next((m for m in await self.messages(channel) if holding in words_of(m)), None)

        return await until(look)


class Person:
    """One person; their clicks are answered when the app has answered."""

    def __init__(self, slack: Slack, name: str, workspace: str | None = None) -> None:
        self._slack, self.name = slack, name
        self._params = {"workspace": workspace} if workspace else {}
        self.id = slack.users.get(name, name)

    async def _do(self, act: str, body: Json) -> Result:
        answered = await self._slack.post(f"as/{self.id}/{act}", body, **self._params)
        assert "status" in answered, answered
        return Result(self._slack, self.id, answered)

    async def command(self, channel: str, command: str, text: str = "", **more: Any) -> Result:
        channel = self._slack.channels.get(channel, channel)
        return await self._do("command", {"channel": channel, "command": command, "text": text, **more})

    async def submit(self, view: Json | str, values: Json | None = None) -> Result:
        view_id = view if isinstance(view, str) else view["id"]
        return await self._do("submit", {"view_id": view_id, "values": values or {}})

    async def close(self, view: Json) -> Result:
        return await self._do("close", {"view_id": view["id"]})

    async def press(self, message: Json, action_id: str, value: Any = None, **more: Any) -> Result:
        """Press a button of a message."""
        place = {"channel": message["channel"], "ts": message["ts"]}
        return await self._do("press", {**place, "action_id": action_id, **_given(value), **more})

    async def type_into(self, view: Json, values: Json) -> None:
        """Fill fields in and leave it at that: Slack tells the app nothing."""
        await self._do("type", {"view_id": view["id"], "values": values})

    async def suggestions(self, view: Json, block_id: str, typed: str) -> list[Json]:
        """What the app offers for what is typed into a menu of an open modal."""
        now = await self.view(view)
        action_id = next(b["element"]["action_id"] for b in now["blocks"] if b["block_id"] == block_id)
        asked = {"view_id": view["id"], "block_id": block_id, "action_id": action_id, "value": typed}
        offered: list[Json] = (await self._do("suggest", asked)).body
        return offered

    async def press_in(self, view: Json, action_id: str, value: Any = None, **more: Any) -> Result:
        """Press a button of a modal or of Home, or choose something in an input."""
        return await self._do(
            "press", {"view_id": view["id"], "action_id": action_id, **_given(value), **more}
        )

    async def shortcut(self, callback_id: str, message: Json | None = None) -> Result:
        place = {"channel": message["channel"], "ts": message["ts"]} if message else {}
        return await self._do("shortcut", {"callback_id": callback_id, **place})

    async def say(self, channel: str, text: str, **more: Any) -> Json:
        channel = self._slack.channels.get(channel, channel)
        answered: Json = await self._slack.post(
            f"as/{self.id}/message", {"channel": channel, "text": text, **more}, **self._params
        )
        return {**answered["body"], "channel": channel} if isinstance(answered["body"], dict) else answered

    async def edit(self, message: Json, text: str) -> None:
        place = {"channel": message["channel"], "ts": message["ts"]}
        await self._do("edit", {**place, "text": text})

    async def delete(self, message: Json) -> None:
        await self._do("delete", {"channel": message["channel"], "ts": message["ts"]})

    async def react(self, message: Json, name: str) -> None:
        place = {"channel": message["channel"], "ts": message["ts"]}
        await self._slack.post(f"as/{self.id}/react", {**place, "name": name}, **self._params)

    async def take_back(self, message: Json, name: str) -> None:
        """A reaction of theirs goes."""
        place = {"channel": message["channel"], "ts": message["ts"]}
        await self._slack.post(f"as/{self.id}/unreact", {**place, "name": name}, **self._params)

    async def open_home(self) -> Json:
        """The Home tab as the app publishes it for that."""

        async def home() -> Json:
            seen = await self._slack.state(user=self.id, messages="0", **self._params)
            return dict(seen["homes"].get(self.id) or {})

        before = await home()
        await self._slack.post(f"as/{self.id}/home", {}, **self._params)

        async def published() -> Json | None:
            now = await home()
            return now if now.get("hash") != before.get("hash") else None

        return await until(published)

    async def views(self) -> dict[str, Json]:
        """The modals on this person's screen, by id."""
        seen = await self._slack.state(user=self.id, messages="0", **self._params)
        return {view["id"]: view for view in seen["views"]}

    async def view(self, view: Json) -> Json:
        """An open modal as it stands now."""
        return (await self.views())[view["id"]]

    async def sees(self) -> Json:
        return await self._slack.state(user=self.id, **self._params)


def _given(value: Any) -> Json:
    return {} if value is None else {"value": value}


def words_of(thing: Any) -> str:
    """Every text in a message, a view or an answer, in the order in which it stands."""
    if isinstance(thing, dict):
        own = [value for key, value in thing.items() if key == "text" and isinstance(value, str)]
        return "\n".join(
            [*own, *(words for v in thing.values() if isinstance(v, dict | list) and (words := words_of(v)))]
        )
    if isinstance(thing, list):
        return "\n".join(words for item in thing if (words := words_of(item)))
    return ""


async def until(look: Callable[[], Awaitable[T | None]], *, seconds: float = PATIENCE_SECONDS) -> T:
    """What `look` finds, as soon as that is something. Looking is work, so what takes long is looked for less often."""
    end, pause = time.monotonic() + seconds, 0.02
    while True:
        if found := await look():
            return found
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.1)
