"""`run` as an operator has it: a process of its own, an empty folder, SIGTERM."""

import asyncio
import json
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.person import Slack, until, words_of
from tests.ports import free_port

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Running:
    """The bot's process, and the database it made."""

    process: asyncio.subprocess.Process
    database: Path

    async def told_to_stop(self) -> list[str]:
        """Its log's messages, once it has ended as it should."""
        self.process.send_signal(signal.SIGTERM)
        _, said = await asyncio.wait_for(self.process.communicate(), 15)
        assert self.process.returncode == 0, said.decode()
        assert "xoxb-" not in said.decode()
        return [json.loads(line)["message"] for line in said.decode().splitlines()]

    def titles(self) -> list[str]:
        with closing(sqlite3.connect(self.database)) as connection:
            return [title for (title,) in connection.execute("SELECT title FROM records")]


@asynccontextmanager
async def started(
    slack: Slack, folder: Path, transport: str, *, ready: bool = True, **different: str
) -> AsyncIterator[Running]:
    """`python -m bot run`, in time ready."""
    ops_port, port = free_port(), free_port()
    described = slack.described
    if transport == "http":
        door = {"SLACK_SIGNING_SECRET": described["signing_secret"], "PORT": str(port), "HOST": "127.0.0.1"}
        slack.local.addresses.events = f"http://127.0.0.1:{port}/slack/events"
    else:
        door = {"SLACK_APP_TOKEN": described["app_token"]}
    environment = {
        "SLACK_API_URL": described["api_url"],
        "SLACK_BOT_TOKEN": described["bot_token"],
        "DATABASE_URL": f"sqlite:///{folder}/common-ground.sqlite",
        "OPS_PORT": str(ops_port),
        "PYTHONPATH": str(ROOT),
        **door,
        **different,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        if ready:
            async with ClientSession(f"http://127.0.0.1:{ops_port}") as http:
                await until(lambda: _is_ready(http, process), seconds=30)
        yield Running(process, folder / "common-ground.sqlite")
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def _is_ready(http: ClientSession, process: asyncio.subprocess.Process) -> bool:
    assert process.returncode is None, "it ended before it was ready"
    try:
        async with http.get("/readyz") as response:
            return response.status == 200
    except OSError:
        return False


async def test_it_says_that_it_is_ready_and_stops_when_told(
    slack: Slack, tmp_path: Path, transport: str
) -> None:
    async with started(slack, tmp_path, transport) as bot:
        assert (await bot.told_to_stop())[-1] == "stopped"


async def test_told_to_stop_while_slack_lets_it_wait_for_a_connection_it_stops(
    slack: Slack, tmp_path: Path
) -> None:
    await slack.fault("apps.connections.open", "http", 503, times=100)
    async with started(slack, tmp_path, "socket", ready=False) as bot:
        await until(lambda: _asked(slack, "apps.connections.open"), seconds=30)
        messages = await bot.told_to_stop()
        assert "started" not in messages
        assert messages[-1] == "stopped"


async def test_an_app_token_that_slack_refuses_ends_the_start_with_what_to_do(
    slack: Slack, tmp_path: Path
) -> None:
    async with started(slack, tmp_path, "socket", ready=False, SLACK_APP_TOKEN="xapp-old") as bot:
        _, said = await asyncio.wait_for(bot.process.communicate(), 30)
        assert bot.process.returncode == 1
        last = said.decode().splitlines()[-1]
        assert last.startswith("Slack refuses SLACK_APP_TOKEN (invalid_auth). Make an app-level token")
        assert "xapp-old" not in said.decode()


@pytest.mark.slow
async def test_a_form_on_its_way_when_the_bot_is_told_to_stop_is_saved_and_answered_and_its_card_comes_once(
    slack: Slack, tmp_path: Path, transport: str
) -> None:
    pm = slack.person("pm")
    async with started(slack, tmp_path, transport) as bot:
        opened = await pm.command("payments", "/decision", "Use webhooks")
        await slack.fault("users.conversations", "latency", 1.0)
        saving = asyncio.ensure_future(pm.submit(opened.view, {"context": "Polling hits their limits."}))
        await until(lambda: _asked(slack, "users.conversations"))
        stopping = asyncio.ensure_future(bot.told_to_stop())
        answered = await saving
        assert (answered.status, answered.body or "") == (200, "")
        assert "tasks_cancelled" not in await stopping
        assert bot.titles() == ["Use webhooks"]
    async with started(slack, tmp_path, transport):  # if the card did not leave before, it leaves now
        await slack.message("payments", "Use webhooks")
    cards = [message for message in await slack.messages("payments") if "Use webhooks" in words_of(message)]
    assert len(cards) == 1


async def _asked(slack: Slack, method: str) -> bool:
    return bool(await slack.calls(method))
