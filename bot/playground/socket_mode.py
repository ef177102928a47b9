"""Socket Mode: the app's WebSocket connections, envelopes to them and acks from them."""

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import WSMsgType, web

from bot.playground.app_link import AppAnswer, RequestKind, Retry
from bot.playground.ids import secret
from bot.playground.json_types import Json
from bot.playground.state import State

MOST_CONNECTIONS = 10  # https://docs.slack.dev/apis/events-api/using-socket-mode (2026-11)
PING_SECONDS = 5.0

DisconnectReason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass(slots=True)
class Connection:
    socket: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, asyncio.Future[object]] = field(default_factory=dict)
    silent: bool = False
    draining: bool = False


class SocketMode:
    """A request goes to any one connection; the next request to the next."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._turn = 0
        self._expired = 0  # of the next addresses, how many are no good

    @property
    def connected(self) -> int:
        return len(self._connections)

    def new_url(self) -> str:
        """The address for one connection, good for one use."""
        ticket = secret()
        if self._expired:
            self._expired -= 1
        else:
            self._tickets.add(ticket)
        return f"{self._state.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self._state.seed.app_id}"

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="invalid ticket")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if len(self._connections) >= MOST_CONNECTIONS:
            await socket.send_json(self._disconnect("too_many_websockets"))
            await socket.close()
            return socket
        connection = Connection(socket, request)
        self._connections.append(connection)
        pinging = asyncio.create_task(_ping(connection))
        try:
            await socket.send_json(self._hello())
            await self._listen(connection)
        finally:
            pinging.cancel()
            self._forget(connection)
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {"host": "local-slack", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._state.seed.app_id},
        }

    def _disconnect(self, reason: DisconnectReason) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local-slack"}}

    async def _listen(self, connection: Connection) -> None:
        async for frame in connection.socket:
            if connection.silent:
                continue
            if frame.type is WSMsgType.PING:
                await connection.socket.pong(frame.data)
            elif frame.type is WSMsgType.TEXT:
                self._take_ack(connection, frame.data)

    def _take_ack(self, connection: Connection, text: str) -> None:
        try:
            ack = json.loads(text)
        except ValueError:
            return
        waiting = connection.waiting.get(ack.get("envelope_id", "")) if isinstance(ack, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(ack.get("payload"))

    def _forget(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
        for waiting in connection.waiting.values():
            waiting.cancel()

    async def send(self, kind: RequestKind, payload: Json, retry: Retry | None = None) -> AppAnswer:
        """One envelope to one connection; an ack without a payload is an empty answer."""
        connection = self._next_connection()
        if connection is None:
            return AppAnswer("not_connected")
        envelope_id = str(uuid.uuid4())
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": "interactive" if kind == "options" else kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope["retry_attempt"] = retry.number if retry else 0
            envelope["retry_reason"] = retry.reason if retry else ""
        acked: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = acked
        started = self._state.clock.monotonic()
        try:
            if not connection.silent:
                await connection.socket.send_str(json.dumps(envelope))
            body = await asyncio.wait_for(acked, self._state.ack_seconds)
        except TimeoutError:
            return AppAnswer("timed_out", ms=self._since(started))
        except ConnectionError:
            return AppAnswer("connection_failed", ms=self._since(started))
        except asyncio.CancelledError:
            if acked.cancelled() and not _being_cancelled():
                return AppAnswer("connection_failed", ms=self._since(started))
            raise
        finally:
            del connection.waiting[envelope_id]
        return AppAnswer(200, "" if body is None else body, self._since(started))

    def _since(self, started: float) -> float:
        return (self._state.clock.monotonic() - started) * 1000

    def _next_connection(self) -> Connection | None:
        ready = [c for c in self._connections if not c.draining and not c.socket.closed]
        if not ready:
            return None
        self._turn += 1
        return ready[self._turn % len(ready)]

    async def disconnect(self, reason: DisconnectReason) -> None:
        """Tells every connection to go; all but the warning also end it, as Slack does."""
        for connection in list(self._connections):
            await connection.socket.send_json(self._disconnect(reason))
            if reason != "warning":
                connection.draining = True
                await connection.socket.close()

    def drop(self) -> None:
        """Cuts the wire under every connection, with no goodbye."""
        for connection in list(self._connections):
            if connection.request.transport is not None:
                connection.request.transport.abort()

    def expire(self, times: int) -> None:
        """The next addresses are no good any more when somebody connects to them, as after half a minute."""
        self._expired = times

    def silence(self, *, on: bool = True) -> None:
        """Half-open: the connection stays, nothing comes through it and no ping is answered."""
        for connection in self._connections:
            connection.silent = on

    async def stop(self) -> None:
        for connection in list(self._connections):
            await connection.socket.close()


async def _ping(connection: Connection) -> None:
    while True:
        await asyncio.sleep(PING_SECONDS)
        if not connection.silent and not connection.socket.closed:
            await connection.socket.ping(b"Ping from local-slack")


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
