"""The page that shows the local Slack to people, and the line that tells it when to look again."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import WSMsgType, web

FOLDER = Path(__file__).parent / "web"
GATHER_SECONDS = 0.03  # one action changes several things; the page looks once
HEARTBEAT_SECONDS = 20.0

Answerer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Changes:
    """Tells every open page that something is not as it was; each then asks for what it shows."""

    def __init__(self) -> None:
        self._pages: set[asyncio.Event] = set()

    def tell(self) -> None:
        for changed in self._pages:
            changed.set()

    async def listen(self, request: web.Request) -> web.WebSocketResponse:
        """A WebSocket: of plain streams a browser opens six at most, and people open more windows than that."""
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS)
        await socket.prepare(request)
        changed = asyncio.Event()
        self._pages.add(changed)
        telling = asyncio.create_task(_tell(socket, changed))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            self._pages.discard(changed)
            telling.cancel()
        return socket

    @web.middleware
    async def watch(self, request: web.Request, handler: Answerer) -> web.StreamResponse:
        """Whatever is called may have changed something, but for a page that looks."""
        try:
            return await handler(request)
        finally:
            if request.method != "GET" or request.path.startswith("/api/"):
                self.tell()


async def _tell(socket: web.WebSocketResponse, changed: asyncio.Event) -> None:
    while not socket.closed:
        await changed.wait()
        await asyncio.sleep(GATHER_SECONDS)
        changed.clear()
        await socket.send_str("changed")


def routes(changes: Changes) -> list[web.AbstractRouteDef]:
    return [
        web.get("/", _page),
        web.static("/web", FOLDER),
        web.get("/_control/changes", changes.listen),
    ]


async def _page(_request: web.Request) -> web.Response:
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    return web.Response(
        text=page,
        content_type="text/html",
        headers={
            "Content-Security-Policy": _policy(page),
            "Cache-Control": "no-cache",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _policy(page: str) -> str:
    """Nothing that a message says can run or be sent elsewhere: scripts are this folder's, and the page's own map of them."""
    inline = re.search(r'<script type="importmap">(.*?)</script>', page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(inline.group(1).encode()).digest()).decode() if inline else ""
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' https: data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
