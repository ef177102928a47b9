"""What goes back for one call, and the ways a fault stands between the call and its answer."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from aiohttp import web

from bot.playground.clock import Clock
from bot.playground.faults import Fault
from bot.playground.json_types import Json

CLIENT_GONE_CHECK_SECONDS = 0.05
DEFAULT_LATENCY_SECONDS = 1.0
DEFAULT_LATE_SECONDS = 8.0


@dataclass(slots=True)
class Reply:
    """`body` None: no JSON at all; `text` is then what is sent. `committed`: something was changed."""

    body: Json | None
    status: int = 200
    committed: bool = False
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    rule: str | None = None
    source: str | None = None

    def response(self) -> web.Response:
        if self.body is None:
            return web.Response(status=self.status, text=self.text, headers=self.headers)
        return web.Response(
            status=self.status,
            body=json.dumps(self.body).encode(),
            content_type="application/json",
            headers=self.headers,
        )


Perform = Callable[[], Reply]
Record = Callable[[Reply, Fault | None], None]


class Exchanges:
    """Answers calls, with or without a fault; every outcome is recorded when it is decided."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._late: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    async def stop(self) -> None:
        self._closing.set()
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    async def answer(
        self, request: web.Request, fault: Fault | None, perform: Perform, record: Record
    ) -> web.StreamResponse:
        def done() -> Reply:
            reply = perform()
            record(reply, fault)
            return reply

        if fault is None:
            return done().response()
        match fault.kind:
            case "latency":
                await asyncio.sleep(fault.seconds(DEFAULT_LATENCY_SECONDS))
                return done().response()
            case "error" | "http":
                refused = _refused(fault)
                record(refused, fault)
                return refused.response()
            case "error_after_commit":
                done()
                return _refused(fault).response()
            case "reset_after_commit":
                done()
                _drop(request, reset=fault.value == "rst")
            case "late_commit":
                self._later(fault.seconds(DEFAULT_LATE_SECONDS), done)
                await self._hold(request, fault)
            case "hang":
                record(Reply(None, status=0), fault)
                await self._hold(request, fault)
        return web.Response()

    def _later(self, seconds: float, done: Callable[[], Reply]) -> None:
        async def commit() -> None:
            await asyncio.sleep(seconds)
            done()

        self._start(commit())

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _hold(self, request: web.Request, fault: Fault) -> None:
        """Holds the connection without a word until the other side gives up, or cuts it after `drop_after` seconds."""
        value = fault.value
        until = float(value.get("drop_after", "inf")) if isinstance(value, dict) else float("inf")
        started = self._clock.monotonic()
        while (  # noqa: ASYNC110 - there is no event to wait on
            request.transport is not None
            and not request.transport.is_closing()
            and not self._closing.is_set()
            and self._clock.monotonic() - started < until
        ):
            # aiohttp tells no handler that its client left, unless it cancels every one of them.
            await asyncio.sleep(CLIENT_GONE_CHECK_SECONDS)
        _drop(request, reset=False)


def _refused(fault: Fault) -> Reply:
    """What a fault answers in the place of the method."""
    if fault.kind != "http":
        return Reply({"ok": False, "error": str(fault.value or "internal_error")})
    asked: Json = fault.value if isinstance(fault.value, dict) else {"status": fault.value or 500}
    status = int(asked["status"])
    if status == 429:
        headers = {"Retry-After": str(asked.get("retry_after", 1))}
        return Reply({"ok": False, "error": "ratelimited"}, 429, headers=headers)
    return Reply(None, status)


def _drop(request: web.Request, *, reset: bool) -> None:
    """Ends the connection without an answer: politely (FIN), or as a crashed machine would (RST)."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()
