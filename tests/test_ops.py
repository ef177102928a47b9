"""What those who run the bot see of it over HTTP."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from prometheus_client import CONTENT_TYPE_LATEST

from bot.ops import Health, OpsServer


class Condition:
    """The database, as a probe sees it."""

    problem: str | None = None
    hangs = False

    async def look(self) -> str | None:
        if self.hangs:
            await asyncio.Event().wait()
        return self.problem


@pytest.fixture
def condition() -> Condition:
    return Condition()


@pytest.fixture
def health(condition: Condition) -> Health:
    health = Health(condition.look, answer_seconds=0.05)
    health.start()
    return health


@pytest.fixture
async def http(health: Health) -> AsyncIterator[ClientSession]:
    async with (
        OpsServer(health, host="127.0.0.1", port=0) as server,
        ClientSession(f"http://127.0.0.1:{server.port}") as session,
    ):
        yield session


async def answer(http: ClientSession, path: str) -> tuple[int, str]:
    async with http.get(path) as response:
        return response.status, await response.text()


async def test_it_is_ready_while_nothing_is_wrong(http: ClientSession) -> None:
    assert await answer(http, "/readyz") == (200, "ok\n")


async def test_it_says_why_it_is_not_ready_and_is_alive_all_the_same(
    http: ClientSession, condition: Condition
) -> None:
    condition.problem = "The database needs migrating."
    assert await answer(http, "/readyz") == (503, "The database needs migrating.\n")
    assert await answer(http, "/healthz") == (200, "ok\n")
    condition.problem = None
    assert await answer(http, "/readyz") == (200, "ok\n")


async def test_a_database_that_hangs_is_not_waited_for(http: ClientSession, condition: Condition) -> None:
    condition.hangs = True
    status, reason = await answer(http, "/readyz")
    assert status == 503
    assert "did not answer" in reason


async def test_it_is_not_ready_before_it_takes_work_in(condition: Condition) -> None:
    assert await Health(condition.look).problem() == "starting"


async def test_it_is_not_ready_once_it_is_stopping(http: ClientSession, health: Health) -> None:
    health.stop()
    assert await answer(http, "/readyz") == (503, "stopping\n")


async def test_metrics_are_in_the_format_that_prometheus_reads(http: ClientSession) -> None:
    async with http.get("/metrics") as response:
        assert response.headers["Content-Type"] == CONTENT_TYPE_LATEST
        assert "python_info" in await response.text()
