"""The bot's HTTP door, from the side of whoever knows the signing secret, or does not."""

import asyncio
import itertools
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession

from bot.playground.http_delivery import sign
from tests.person import Slack, until, words_of

Json = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
AT_ONCE = 8  # more would only wait for one another

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    @property
    def body(self) -> Any:
        try:
            return json.loads(self.text)
        except ValueError:
            return self.text


class Door:
    """Posts to the app what Slack would, or would not."""

    def __init__(self, slack: Slack, http: ClientSession) -> None:
        assert slack.local.addresses.events is not None
        self.url: str = slack.local.addresses.events
        self.secret: str = slack.described["signing_secret"]
        self._http = http

    async def post(
        self, body: bytes, kind: str = FORM, *, headers: Mapping[str, str] | None = None, path: str = ""
    ) -> Answer:
        """Signed, unless other headers are given."""
        signed = sign(self.secret, body, int(time.time())) if headers is None else dict(headers)
        url = self.url.removesuffix("/slack/events") + path if path else self.url
        async with self._http.post(url, data=body, headers={"Content-Type": kind, **signed}) as answer:
            return Answer(answer.status, await answer.text())

    async def interact(self, payload: Json) -> Answer:
        return await self.post(urlencode({"payload": json.dumps(payload)}).encode())

    async def send(self, asked: Json) -> Answer:
        """A command's fields, an interaction's payload or an event's envelope, each in Slack's encoding."""
        if "command" in asked:
            return await self.post(urlencode(asked).encode())
        if asked.get("type") == "event_callback":
            return await self.post(json.dumps(asked).encode(), "application/json")
        return await self.interact(asked)

    async def send_all(self, asked: Iterable[Json]) -> list[Answer]:
        """All of them, many at once, answers in the same order."""
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(each: Json) -> Answer:
            async with turn:
                return await self.send(each)

        return await asyncio.gather(*map(one, asked))


# What Slack sends, as small as it may be


def command(team: str, user: str, channel: str, text: str, name: str = "/decision") -> Json:
    return {
        "command": name,
        "text": text,
        "team_id": team,
        "user_id": user,
        "channel_id": channel,
        "channel_name": "somewhere",
        "trigger_id": f"{next(_numbers)}.trigger",
        "is_enterprise_install": "false",
    }


def interaction(kind: str, team: str, user: str, **more: Any) -> Json:
    return {
        "type": kind,
        "team": {"id": team, "domain": "acme"},
        "user": {"id": user, "team_id": team},
        "trigger_id": f"{next(_numbers)}.trigger",
        "enterprise": None,
        "is_enterprise_install": False,
        **more,
    }


def press(team: str, user: str, action_id: str, value: str, *, channel: str = "", view: Any = None) -> Json:
    element = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
    place: Json = {"channel": {"id": channel, "name": "c"}} if channel else {}
    place |= {"view": view} if view else {}
    action = {**element, "action_ts": f"{time.time():.6f}"}
    return interaction("block_actions", team, user, actions=[action], **place)


def choose(team: str, user: str, action_id: str, value: str, *, channel: str) -> Json:
    asked = press(team, user, action_id, "", channel=channel)
    option = {"text": {"type": "plain_text", "text": "x"}, "value": value}
    asked["actions"][0] |= {"type": "overflow", "selected_option": option}
    return asked


def view(
    callback_id: str, *, metadata: Json | str, fields: Mapping[str, Any] | None = None, **more: Any
) -> Json:
    """An open modal with text inputs, filled in; a list is a choice of people, a tuple one chosen option."""
    typed = fields or {}
    blocks = [
        {
            "type": "input",
            "block_id": name,
            "label": {"type": "plain_text", "text": name},
            "element": {"type": "plain_text_input", "action_id": "value"},
        }
        for name in typed
    ]
    return {
        "id": f"V0EDGE{next(_numbers)}",
        "hash": "1.abc",
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": metadata if isinstance(metadata, str) else json.dumps(metadata),
        "blocks": blocks,
        "state": {"values": {name: {"value": _state(value)} for name, value in typed.items()}},
        **more,
    }


def _state(value: Any) -> Json:
    match value:
        case list():
            return {"type": "multi_users_select", "selected_users": value}
        case (chosen,):
            return {"type": "static_select", "selected_option": {"value": chosen}}
    return {"type": "plain_text_input", "value": value}


def submission(team: str, user: str, of: Json) -> Json:
    return interaction("view_submission", team, user, view=of)


def event(team: str, inner: Json, **more: Any) -> Json:
    return {
        "type": "event_callback",
        "team_id": team,
        "event_id": f"Ev0EDGE{next(_numbers)}",
        "event_time": int(time.time()),
        "event": inner,
        "authorizations": [{"team_id": team, "is_bot": True}],
        **more,
    }


async def told(slack: Slack, user: str) -> str:
    """What the bot has said to this person alone, in passing or in their DM, as soon as there is anything."""

    async def look() -> str:
        seen = await slack.state(user=user)
        direct = [
            m for c in seen["channels"].values() if c["kind"] == "im" for m in seen["messages"][c["id"]]
        ]
        return words_of([*seen["ephemerals"], *direct])

    return await until(look)
