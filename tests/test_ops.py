"""What those who run the bot see of it over HTTP."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from prometheus_client import CONTENT_TYPE_LATEST

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.ops import Health, OpsServer
from bot.slack import hearing
from tests.bot import healthy, running_bot
from tests.person import Slack, until


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


@pytest.mark.alike
@pytest.mark.slow
async def test_who_has_no_connection_to_slack_for_long_is_not_ready_until_there_is_one(
    slack: Slack, db: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "DEAF_SECONDS", 0.2)
    health = Health(healthy)
    health.start()

    async def deaf() -> bool:
        return "no connection to Slack for" in (await health.problem() or "")

    async def hears() -> bool:
        return await health.problem() is None

    async with running_bot(slack, db, clock=clock, transport="socket", health=health):
        assert await hears()
        await slack.fault("apps.connections.open", "error", "invalid_auth", times=1000)
        await slack.post("sockets", {"do": "drop"})
        await until(deaf)
        await slack.clear_faults()
        await until(hears, seconds=60)
