"""Signed HTTP: requests posted to the app's addresses as Slack signs and encodes them."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from bot.playground.app_link import AppAnswer, RequestKind, Retry
from bot.playground.json_types import Json
from bot.playground.state import State

MOST_REDIRECTS = 2  # https://docs.slack.dev/apis/events-api (2026-11)
USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(slots=True)
class Addresses:
    """Where the app listens; most apps have one address for everything."""

    events: str | None = None
    commands: str | None = None
    interactivity: str | None = None
    options: str | None = None

    def of(self, kind: RequestKind) -> str | None:
        special = {
            "slash_commands": self.commands,
            "interactive": self.interactivity,
            "options": self.options or self.interactivity,
            "events_api": self.events,
        }[kind]
        return special or self.events


class HttpDelivery:
    def __init__(self, state: State, addresses: Addresses) -> None:
        self._state = state
        self._session: aiohttp.ClientSession | None = None
        self.addresses = addresses

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(auto_decompress=True, connector=aiohttp.TCPConnector(limit=0))

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, kind: RequestKind, payload: Json, retry: Retry | None = None) -> AppAnswer:
        address = self.addresses.of(kind)
        if address is None or self._session is None:
            return AppAnswer("not_connected")
        body, content_type = _encoded(kind, payload)
        headers = {
            "Content-Type": content_type,
            "User-Agent": USER_AGENT,
            **sign(self._state.seed.signing_secret, body, int(time.time())),
        }
        if retry is not None:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        return await self._post(self._session, address, body, headers)

    async def _post(
        self, session: aiohttp.ClientSession, address: str, body: bytes, headers: dict[str, str]
    ) -> AppAnswer:
        started = self._state.clock.monotonic()
        timeout = aiohttp.ClientTimeout(total=self._state.ack_seconds)
        try:
            async with session.post(
                address, data=body, headers=headers, timeout=timeout, max_redirects=MOST_REDIRECTS
            ) as response:
                text = await response.text()
        except TimeoutError:
            return AppAnswer("timed_out", ms=self._since(started))
        except aiohttp.TooManyRedirects:
            return AppAnswer("too_many_redirects", ms=self._since(started))
        except aiohttp.ClientError:
            return AppAnswer("connection_failed", ms=self._since(started))
        return AppAnswer(
            response.status,
            _decoded(text, response.content_type),
            self._since(started),
            no_retry=response.headers.get("X-Slack-No-Retry") == "1",
        )

    def _since(self, started: float) -> float:
        return (self._state.clock.monotonic() - started) * 1000


def sign(secret: str, body: bytes, timestamp: int) -> dict[str, str]:
    """The two headers of https://docs.slack.dev/authentication/verifying-requests-from-slack.

    The timestamp is real time even when the local clock was moved: apps compare it with their own machine's.
    """
    digest = hmac.new(secret.encode(), b"v0:%d:%s" % (timestamp, body), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


def _encoded(kind: RequestKind, payload: Json) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _decoded(text: str, content_type: str) -> object:
    if content_type == "application/json" or text.startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
