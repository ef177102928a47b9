"""How fast the outbox sends, beside a bare loop without a database in the same minutes on the same machine.

Slack is the local one in a process of its own, 50 ms away. The bare loop keeps the same pace a channel and has the same
number of calls under way, so the ratio is what durability costs.
"""

import argparse
import asyncio
import json
import multiprocessing
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, NamedTuple

import uvloop
from aiohttp import ClientSession
from sqlalchemy import URL, event, func, make_url, select

from bot.clock import Clock
from bot.db.engine import Database
from bot.db.keyring import Keyring, new_key
from bot.db.migrate import connected
from bot.db.tables import metadata
from bot.outbox import service as outbox
from bot.outbox.models import Delivery, DeliveryState
from bot.outbox.sender import Sender
from bot.slack.clients import Clients
from bot.workspaces.models import Workspace
from tests import postgres

LATENCY_SECONDS = 0.05
PACE_SECONDS = 1.0
AT_ONCE = 200
TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Load:
    posts: int
    workspaces: int
    channels: int

    def seed(self) -> dict[str, Any]:
        """Channels spread evenly over workspaces; `C7X3` is the third of the seventh."""
        each = self.channels // self.workspaces
        return {
            "workspaces": [
                {
                    "name": f"Acme {number}",
                    "team_id": f"T{number}",
                    "bot_token": f"xoxb-{number}",
                    "users": [{"name": "pm", "id": f"U{number}"}],
                    "channels": [
                        {"id": f"C{number}X{n}", "name": f"c{n}", "members": "all"} for n in range(each)
                    ],
                }
                for number in range(self.workspaces)
            ]
        }

    def messages(self) -> Iterator[tuple[int, str, str]]:
        """Workspace, channel, text; a channel's messages are spread over the whole."""
        for n in range(self.posts):
            place = n % self.channels
            workspace, channel = place % self.workspaces, place // self.workspaces
            yield workspace, f"C{workspace}X{channel}", f"message {n}"


@dataclass(frozen=True)
class Measured:
    name: str
    seconds: float
    sent: int
    cpu_seconds: float  # of the sending processes: steadier than the clock on a machine that others use too
    statements: int | None = None

    def shown(self, base: "Measured") -> str:
        rate, base_rate = self.sent / self.seconds, base.sent / base.seconds
        cpu, base_cpu = self.cpu_seconds / self.sent, base.cpu_seconds / base.sent
        shown = f"{self.name:32} {rate:6.0f}/s {rate / base_rate:5.2f} ×   {cpu * 1e6:5.0f} µs CPU a send {cpu / base_cpu:5.2f} ×"
        return (
            shown
            if self.statements is None
            else f"{shown}   {self.statements / self.sent:.2f} statements a send"
        )


@asynccontextmanager
async def local_slack(load: Load, folder: Path) -> AsyncIterator[dict[str, Any]]:
    file = folder / "seed.json"
    file.write_text(json.dumps(load.seed()))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.playground", "--json", "--seed", str(file), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        described = json.loads(await process.stdout.readline())
        async with ClientSession() as http:
            latency = {
                "method": "chat.postMessage",
                "kind": "latency",
                "value": LATENCY_SECONDS,
                "times": None,
            }
            await (await http.post(f"{described['url']}/_control/faults", json=latency)).read()
        yield described
    finally:
        process.terminate()
        await process.communicate()


async def bare_loop(load: Load, api_url: str) -> Measured:
    """What the same machine does when nothing is remembered: one coroutine a channel, one pause between messages."""
    lines: dict[tuple[int, str], list[str]] = defaultdict(list)
    for workspace, channel, text in load.messages():
        lines[workspace, channel].append(text)
    room = asyncio.Semaphore(AT_ONCE)

    async with Clients(api_url=api_url, timeout_seconds=TIMEOUT_SECONDS) as clients:

        async def one_line(workspace: int, channel: str, texts: list[str]) -> None:
            client = clients.bot(f"xoxb-{workspace}")
            for text in texts:
                began = time.perf_counter()
                async with room:
                    await client.api_call("chat.postMessage", json={"channel": channel, "text": text})
                await asyncio.sleep(max(0.0, began + PACE_SECONDS - time.perf_counter()))

        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(one_line(*line, texts) for line, texts in lines.items()))
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    return Measured("bare loop, no database", seconds, load.posts, cpu_seconds)


async def fill(db: Database, load: Load) -> None:
    clock = Clock()
    async with connected(db.url) as connection:
        await connection.run_sync(metadata().drop_all)
        await connection.run_sync(metadata().create_all)
    async with db.begin() as session:
        now = clock.now()
        workspaces = [
            Workspace(slack_id=f"T{number}", bot_token=f"xoxb-{number}", created_at=now, state_changed_at=now)
            for number in range(load.workspaces)
        ]
        session.add_all(workspaces)
        await session.flush()  # for their ids
        for n, (workspace, channel, text) in enumerate(load.messages()):
            await outbox.post(
                session,
                workspace_id=workspaces[workspace].id,
                source=f"wins:{n}:card",
                recipient=channel,
                payload={"text": text},
                now=now,
            )


class Cost(NamedTuple):
    cpu_seconds: float
    statements: int


async def send(url: URL, key: str, api_url: str) -> Cost:
    """One process: send until nothing is left."""
    db = Database(url, keyring=Keyring([key]))
    statements = 0

    @event.listens_for(db.engine.sync_engine, "before_cursor_execute")
    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1

    @event.listens_for(db.engine.sync_engine, "commit")
    def count_commit(*_: Any) -> None:
        nonlocal statements
        statements += 2  # with its BEGIN

    cpu = time.process_time()
    unsent = select(func.count()).where(Delivery.state.in_((DeliveryState.DUE, DeliveryState.SENDING)))
    async with Clients(api_url=api_url, timeout_seconds=TIMEOUT_SECONDS) as clients:
        sender = Sender(db, clients, clock=Clock(), pace_seconds=PACE_SECONDS, at_once=AT_ONCE)
        while True:
            await sender.send_due()
            async with db.read() as session:
                if not await session.scalar(unsent):
                    break
    await db.close()
    return Cost(time.process_time() - cpu, statements)


def send_in_a_process(url: str, key: str, api_url: str, ready: Barrier, costs: "Queue[Cost]") -> None:
    ready.wait()
    costs.put(uvloop.run(send(make_url(url), key, api_url)))


async def outbox_with(processes: int, load: Load, url: URL, api_url: str) -> Measured:
    key = new_key()
    db = Database(url, keyring=Keyring([key]))
    await fill(db, load)
    await db.close()
    context = multiprocessing.get_context("spawn")
    ready, costs = context.Barrier(processes + 1), context.Queue()
    arguments = (url.render_as_string(hide_password=False), key, api_url, ready, costs)
    running = [context.Process(target=send_in_a_process, args=arguments) for _ in range(processes)]
    for process in running:
        process.start()
    await asyncio.to_thread(ready.wait)
    began = time.perf_counter()
    cost = [await asyncio.to_thread(costs.get) for _ in running]
    seconds = time.perf_counter() - began
    for process in running:
        await asyncio.to_thread(process.join)
    return Measured(
        f"outbox, {url.get_backend_name()}, {processes} process{'es' if processes > 1 else ''}",
        seconds,
        load.posts,
        sum(one.cpu_seconds for one in cost),
        sum(one.statements for one in cost),
    )


async def arrived(api_url: str) -> Counter[str]:
    """How often Slack took each message, to be sure that what was measured was done."""
    async with ClientSession() as http, http.get(api_url.replace("/api/", "/_control/ledger")) as response:
        entries = await response.json()
    return Counter(entry["arguments"]["text"] for entry in entries if entry.get("committed"))


async def measure(load: Load) -> None:
    expected = Counter(text for *_, text in load.messages())
    print(
        f"{load.posts} posts, {load.workspaces} workspaces, {load.channels} channels, Slack {LATENCY_SECONDS} s away"
    )
    with tempfile.TemporaryDirectory() as name, postgres.running() as server:
        folder = Path(name)
        file = URL.create("sqlite+aiosqlite", database=str(folder / "outbox.sqlite"))
        base: Measured | None = None
        for url, processes in ((None, 1), (file, 1), (server, 1), (server, 3)):
            async with local_slack(load, folder) as described:
                api_url = described["api_url"]
                if url is None:
                    measured = base = await bare_loop(load, api_url)
                else:
                    measured = await outbox_with(processes, load, url, api_url)
                if await arrived(api_url) != expected:
                    raise RuntimeError("not every message arrived exactly once")
            print(measured.shown(base or measured), flush=True)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks outbox", description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--workspaces", type=int, default=40)
    parser.add_argument("--channels", type=int, default=2_000)
    given = parser.parse_args(arguments)
    uvloop.run(measure(Load(given.posts, given.workspaces, given.channels)))
