"""A Slack that answers at once and remembers nothing, and requests signed as Slack signs them."""

import asyncio
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession, web
from slack_sdk.signature import SignatureVerifier

Json = dict[str, Any]

SECRET = "a-signing-secret"
BOT_TOKEN = "xoxb-benchmark"
APP_TOKEN = "xapp-benchmark"
TEAM, CHANNEL, USER = "T0BENCH", "C0BENCH0000", "U0BENCH0000"

ANSWERS: dict[str, Json] = {
    "auth.test": {"team_id": TEAM, "team": "Bench", "user_id": "U0BOT", "bot_id": "B0BOT"},
    "users.info": {"user": {"id": USER, "team_id": TEAM, "tz": "UTC", "name": "bench", "profile": {}}},
    "users.conversations": {"channels": [{"id": CHANNEL}]},
    "conversations.list": {"channels": [{"id": CHANNEL}]},
    "conversations.info": {"channel": {"id": CHANNEL, "name": "bench"}},
    "chat.postMessage": {"channel": CHANNEL, "ts": "1700000000.000001", "message": {}},
    "views.open": {"view": {"id": "V0BENCH", "hash": "1"}},
}


class Slack:
    """The Web API at `url`; how often each method was called, and the form that was opened last."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.opened: Json = {}
        self.home_seconds = 0.0
        """How long a views.publish takes; while one is on its way the bot begins no other for that person."""
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Slack"]:
        server = web.Application()
        server.router.add_route("*", "/api/{method}", self._answer)
        server.router.add_get("/socket", self._socket)
        runner = web.AppRunner(server, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        body = await request.read()
        if method == "views.open":
            self.opened = json.loads(body)["view"]
            for place, block in enumerate(self.opened["blocks"]):
                block.setdefault("block_id", f"b{place}")
        self.calls[method] += 1
        if method == "views.publish":
            await asyncio.sleep(self.home_seconds)
        answer = {"ok": True, **ANSWERS.get(method, {})}
        if method == "apps.connections.open":
            answer["url"] = self.url.replace("http", "ws").replace("/api/", "/socket")
        return web.json_response(answer)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.calls["socket"] += 1
        await socket.send_json({"type": "hello"})
        async for _message in socket:
            pass
        return socket


class Requests:
    """Bodies of requests, each one new."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._random = random.Random(1)
        self._vocabulary = [f"{self._random.getrandbits(40):x}" for _word in range(500)]

    def command(self) -> str:
        return urlencode(
            {
                "command": "/decision",
                "text": "",
                "team_id": TEAM,
                "channel_id": CHANNEL,
                "user_id": USER,
                "trigger_id": f"{next(self._numbers)}.0",
                "response_url": "https://hooks.slack.com/commands/none",
            }
        )

    def submission(self, form: Json) -> str:
        """The opened form with its three questions filled in; no two titles are alike."""
        typed = {
            "title": " ".join([*(f"{self._random.getrandbits(40):x}" for _word in range(4)), self._word()]),
            "context": " ".join(self._word() for _number in range(60)),
            "alternatives.0.name": " ".join(self._word() for _number in range(4)),
            "alternatives.0.why_not": " ".join(self._word() for _number in range(20)),
        }
        inputs = {
            name: {"value": {"type": "plain_text_input", "value": text}} for name, text in typed.items()
        }
        view = {
            **form,
            "id": f"V{next(self._numbers)}",
            "team_id": TEAM,
            "hash": "1",
            "state": {"values": inputs},
        }
        payload = {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": USER, "team_id": TEAM},
            "view": view,
        }
        return urlencode({"payload": json.dumps(payload)})

    def _word(self) -> str:
        return self._random.choice(self._vocabulary)


async def send(http: ClientSession, url: str, body: str) -> Json | None:
    """Post a body as Slack does; the answer's JSON, if it has any."""
    timestamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": str(signature),
    }
    async with http.post(f"{url}/slack/events", data=body, headers=headers) as answer:
        text = await answer.text()
        assert answer.status == 200, (answer.status, text)
        return json.loads(text) if text else None
