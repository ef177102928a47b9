"""For those who run the bot: is it alive, is it ready, what does it count. On a port of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

ANSWER_SECONDS = 5  # a probe that hangs is worth less than one that says no


Check = Callable[[], Awaitable[str | None]]
"""What is wrong, in words; None when nothing is."""


class Health:
    """Alive as long as it answers; ready between `start` and `stop`, while no check finds a problem.

    `check` is of the database.
    """

    def __init__(self, check: Check, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._checks = [check]
        self._answer_seconds = answer_seconds
        self._unready: str | None = "starting"

    def also(self, check: Check) -> None:
        """One more thing without which it is not ready."""
        self._checks.append(check)

    def start(self) -> None:
        """Everything that takes work in is up."""
        self._unready = None

    def stop(self) -> None:
        """From now on not ready, so that no new work is sent here while what is in flight is finished."""
        self._unready = "stopping"

    async def problem(self) -> str | None:
        if self._unready is not None:
            return self._unready
        try:
            async with asyncio.timeout(self._answer_seconds):
                found = [await check() for check in self._checks]
        except TimeoutError:
            return f"the database did not answer within {self._answer_seconds:g} seconds"
        return next(filter(None, found), None)

    def routes(self) -> list[web.RouteDef]:
        """`/healthz` and `/readyz`, also for the port that Slack posts to."""
        return [web.get("/healthz", self._alive), web.get("/readyz", self._ready)]

    async def _alive(self, request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _ready(self, request: web.Request) -> web.Response:
        problem = await self.problem()
        return web.Response(text=f"{problem or 'ok'}\n", status=503 if problem else 200)


class OpsServer:
    """`/healthz`, `/readyz` and `/metrics` over HTTP."""

    def __init__(self, health: Health, *, host: str, port: int) -> None:
        app = web.Application()
        app.add_routes([*health.routes(), web.get("/metrics", _metrics)])
        self._runner = web.AppRunner(app, access_log=None)
        self._host = host
        self._port = port

    @property
    def port(self) -> int:
        """The port it really listens on, also when it was asked for any (0)."""
        port: int = self._runner.addresses[0][1]
        return port

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._runner.cleanup()


async def _metrics(request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
