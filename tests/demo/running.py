"""The demo as a person has it: a process of its own, its page's address on the first line, Ctrl-C."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aiohttp import ClientSession

from bot.playground.server import LocalSlack
from tests.person import Slack

SECONDS = 60  # for a start with a story, on a machine that has much else to do
ELSEWHERE = cast("LocalSlack", None)
"""Another process has it: a test that reaches for it is wrong."""


@dataclass(frozen=True)
class Demo:
    process: asyncio.subprocess.Process
    slack: Slack
    said: str

    async def told_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(self.process.wait(), 15) == 0


@asynccontextmanager
async def started(data: Path, *flags: str) -> AsyncIterator[Demo]:
    """`common-ground demo` once it says that it is up."""
    arguments = ["-m", "bot", "demo", "--data", str(data), "--port", "0", *flags]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        said = await asyncio.wait_for(_announced(process), SECONDS)
        url = re.search(r"http://\S+", said)
        assert url, said
        async with ClientSession() as http:
            yield Demo(process, await _seen(http, url[0]), said)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _announced(process: asyncio.subprocess.Process) -> str:
    assert process.stdout
    lines = []
    while line := (await process.stdout.readline()).decode():
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return "".join(lines)


async def _seen(http: ClientSession, url: str) -> Slack:
    async with http.get(f"{url}/_control/state?messages=0") as answer:
        state = await answer.json()
    described = {
        "users": {person["name"]: name for name, person in state["users"].items()},
        "channels": {
            channel["name"]: name for name, channel in state["channels"].items() if channel.get("name")
        },
    }
    return Slack(http, url, described, ELSEWHERE)
