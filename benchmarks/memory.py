"""What `run` takes to start and to sit there, beside a bare Bolt app with an engine that nobody uses."""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import uvloop

from benchmarks.slack import APP_TOKEN, BOT_TOKEN, Slack
from tests.person import until
from tests.ports import free_port

ROUNDS, QUICK_ROUNDS = 5, 1
AT_REST_SECONDS = 3.0  # longer than a tick
GOAL = 1.5

BARE = """
import asyncio, sys
import uvloop
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import create_async_engine

async def main(slack_url, bot_token, app_token):
    engine = create_async_engine("sqlite+aiosqlite:///:memory:")
    client = AsyncWebClient(token=bot_token, base_url=slack_url)
    app = AsyncApp(client=client, signing_secret="none", process_before_response=True)
    await AsyncSocketModeHandler(app, app_token, web_client=client).start_async()

uvloop.run(main(*sys.argv[1:]))
"""


@dataclass(frozen=True)
class Footprint:
    start_seconds: float
    """From the command to the open socket."""
    start_cpu_seconds: float
    rss_mib: float


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks memory", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one start of each: does it run?")
    quick = parser.parse_args(arguments).quick
    uvloop.run(measure(QUICK_ROUNDS if quick else ROUNDS))


async def measure(rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="common-ground-bench-") as folder:
        async with Slack().running() as slack:
            environment = {
                "SLACK_API_URL": slack.url,
                "SLACK_BOT_TOKEN": BOT_TOKEN,
                "SLACK_APP_TOKEN": APP_TOKEN,
                "DATABASE_URL": f"sqlite:///{Path(folder) / 'bot.sqlite'}",
                "OPS_PORT": str(free_port()),
                "LOG_LEVEL": "WARNING",
            }
            sides: tuple[tuple[Mapping[str, str], tuple[str, ...]], ...] = (
                (environment, ("-m", "bot", "run")),
                ({}, ("-c", BARE, slack.url, BOT_TOKEN, APP_TOKEN)),
            )
            taken = [[await _started(slack, *side) for side in sides] for _round in range(rounds + 1)]
    ours, bare = zip(*taken[1:], strict=True)  # the first start makes the tables and warms the disk
    _tell("resident at rest, MiB", [one.rss_mib for one in ours], [one.rss_mib for one in bare])
    _tell("start, CPU s", [one.start_cpu_seconds for one in ours], [one.start_cpu_seconds for one in bare])
    _tell("start, s", [one.start_seconds for one in ours], [one.start_seconds for one in bare])


async def _started(slack: Slack, environment: Mapping[str, str], arguments: Sequence[str]) -> Footprint:
    before = slack.calls["socket"]

    async def connected() -> bool:
        return slack.calls["socket"] > before

    began = time.perf_counter()
    child = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env={**environment, "PYTHONPATH": ":".join(sys.path)}
    )
    try:
        await until(connected, seconds=60)
        start_seconds = time.perf_counter() - began
        process = psutil.Process(child.pid)
        used = process.cpu_times()
        await asyncio.sleep(AT_REST_SECONDS)
        return Footprint(start_seconds, used.user + used.system, process.memory_info().rss / 2**20)
    finally:
        child.terminate()
        await child.wait()


def _tell(what: str, ours: Sequence[float], bare: Sequence[float]) -> None:
    own, other = statistics.median(ours), statistics.median(bare)
    verdict = "met" if own <= GOAL * other else "missed"
    print(f"{what:26}{own:9.2f}{other:9.2f}  {own / other:.2f} × (goal ≤ {GOAL}: {verdict})")
