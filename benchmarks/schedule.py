"""What waiting costs with few cadences and with many; and whether the bot still answers while very many are due."""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import ClientSession
from sqlalchemy import URL, event, func, insert, select

from benchmarks.servers import LATE_AT_MOST, Server, started
from benchmarks.slack import TEAM, Requests, Slack, send
from bot.clock import Clock
from bot.db.engine import Database
from bot.db.keyring import Keyring, new_key
from bot.db.migrate import connected
from bot.db.tables import metadata
from bot.schedule.models import Cadence, Occurrence, OccurrenceState
from bot.schedule.plan import START, StepTime
from bot.schedule.service import TZDATA
from bot.workspaces.models import Workspace
from tests import postgres
from tests.schedule import bells
from tests.schedule.worker import ringing

FEW, MANY = 1_000, 10_000
LOOKS, QUICK_LOOKS = 500, 20
TICK_SECONDS = 2  # the usual setting
BETWEEN_REQUESTS_SECONDS = 0.05
BEFORE_SECONDS = 10.0  # of requests while nothing is due
START_SECONDS = 5.0
GOAL = 1.2


@dataclass(frozen=True)
class Idle:
    statements: float
    cpu_us: float


async def hang(db: Database, *, count: int, due_in: timedelta) -> None:
    """So many cadences of one workspace, all at one minute; written as rows, as setting each up takes its time."""
    async with connected(db.url) as connection:
        await connection.run_sync(metadata().drop_all)
        await connection.run_sync(metadata().create_all)
    now = Clock().now()
    at = now + due_in
    async with db.begin() as session:
        workspace = Workspace(slack_id=TEAM, bot_token="xoxb-benchmark", created_at=now, state_changed_at=now)
        session.add(workspace)
        await session.flush()  # for its id
        cadence = {
            "workspace_id": workspace.id,
            "ritual": bells.RITUAL,
            "rule": bells.DAILY.model_dump(mode="json"),
            "anchor": at.date(),
            "wall_time": f"{at:%H:%M}",
            "timezone": "UTC",
            "steps": [StepTime(name=START).model_dump()],
            "tzdata": TZDATA,
            "ended": False,
        }
        await session.execute(insert(Cadence), [cadence | {"subject_id": n} for n in range(1, count + 1)])
        occurrence = {
            "workspace_id": workspace.id,
            "day": at.date(),
            "starts_at": at,
            "next_at": at,
            "step": START,
            "state": OccurrenceState.DUE,
            "moved": "",
            "why": "",
            "failures": 0,
        }
        ids = (await session.scalars(select(Cadence.id))).all()
        await session.execute(insert(Occurrence), [occurrence | {"cadence_id": id_} for id_ in ids])


async def idle(url: URL, *, cadences: int, looks: int) -> Idle:
    """Of one look while nothing is due."""
    db = Database(url, keyring=Keyring([new_key()]))
    await hang(db, count=cadences, due_in=timedelta(days=1))
    worker = ringing(db, Clock())
    statements = 0

    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1

    await worker.run_due()  # the first compiles what the others use
    event.listen(db.reader.sync_engine, "before_cursor_execute", count)
    began = time.process_time()
    for _look in range(looks):
        await worker.run_due()
    used = time.process_time() - began
    await db.close()
    return Idle(statements / looks, used / looks * 1e6)


async def answers(http: ClientSession, url: str, until: asyncio.Event) -> list[float]:
    """Milliseconds until each command was acknowledged; two at least, as fewer have no quantile."""
    requests = Requests()
    found: list[float] = []
    while not until.is_set() or len(found) < 2:
        began = time.perf_counter()
        await send(http, url, requests.command())
        found.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(BETWEEN_REQUESTS_SECONDS)
    return found


async def all_open(db: Database, stop: asyncio.Event) -> None:
    left = select(func.count()).where(
        Occurrence.state == OccurrenceState.DUE, Occurrence.next_at <= Clock().now()
    )
    while True:
        async with db.read() as session:
            if not await session.scalar(left):
                break
        await asyncio.sleep(0.5)
    stop.set()


def p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


@asynccontextmanager
async def soon_due(slack: Slack, url: URL, count: int) -> AsyncIterator[tuple[Database, Server]]:
    """The bot with so many cadences, all due a while after it began."""
    key = new_key()
    db = Database(url, keyring=Keyring([key]))
    await hang(db, count=count, due_in=timedelta(seconds=BEFORE_SECONDS + START_SECONDS))
    address = url.render_as_string(hide_password=False)
    async with started("bells", slack_url=slack.url, database_url=address, encryption_key=key) as server:
        yield db, server
    await db.close()


async def opening(slack: Slack, url: URL, *, count: int) -> None:
    async with soon_due(slack, url, count) as (db, server), ClientSession() as http:
        waited = asyncio.Event()
        asyncio.get_running_loop().call_later(BEFORE_SECONDS, waited.set)
        before = await answers(http, server.url, waited)
        await asyncio.sleep(START_SECONDS)
        done, began = asyncio.Event(), time.perf_counter()
        watching = asyncio.create_task(all_open(db, done))
        meanwhile = await answers(http, server.url, done)
        seconds = time.perf_counter() - began
        await watching
        late = await server.stop()
    print(
        f"{count} due at once, {url.get_backend_name()}: {seconds:.0f} s, {count / seconds:.0f} a second;"
        f" the loop late by at most {late.most_ms:.0f} ms, {late.over} times over {LATE_AT_MOST * 1000:.0f};"
        f" /decision answered in p50 {statistics.median(meanwhile):.1f}, p99 {p99(meanwhile):.1f} ms"
        f" ({len(meanwhile)}; before: p50 {statistics.median(before):.1f}, p99 {p99(before):.1f})",
        flush=True,
    )


async def measure(*, few: int, many: int, looks: int) -> None:
    with tempfile.TemporaryDirectory() as name, postgres.running() as server:
        file = URL.create("sqlite+aiosqlite", database=str(Path(name) / "schedule.sqlite"))
        for url in (file, server):
            kind = url.get_backend_name()
            low = await idle(url, cadences=few, looks=looks)
            high = await idle(url, cadences=many, looks=looks)
            ratio = high.cpu_us / low.cpu_us
            a_minute = 60 / TICK_SECONDS
            print(
                f"nothing due, {kind}: {few} cadences {low.cpu_us:.0f} µs CPU and {low.statements:.1f} statements a look"
                f" ({low.statements * a_minute:.0f} a minute), {many}: {high.cpu_us:.0f} µs, {high.statements:.1f}"
                f" {ratio:.2f} × ({'met' if ratio <= GOAL else 'missed'})",
                flush=True,
            )
            async with Slack().running() as slack:
                await opening(slack, url, count=many)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks schedule", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers: does it run?")
    quick = parser.parse_args(arguments).quick
    size = (
        {"few": 10, "many": 100, "looks": QUICK_LOOKS}
        if quick
        else {"few": FEW, "many": MANY, "looks": LOOKS}
    )
    uvloop.run(measure(**size))
