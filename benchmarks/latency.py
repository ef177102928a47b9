"""What a command and a saved form cost, beside a bare Bolt app that does the same; and one ritual beside forty."""

import argparse
import asyncio
import pickle
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import uvloop
from aiohttp import ClientSession
from sqlalchemy import URL, select

from benchmarks import servers
from benchmarks.servers import Server, started
from benchmarks.slack import Json, Requests, Slack, send
from benchmarks.statements import Recorder, Recording
from bot import log
from bot.db.engine import Database
from bot.db.keyring import new_key
from bot.db.migrate import upgrade
from bot.records.models import Submission
from bot.rituals.decisions.models import Decision
from tests import postgres
from tests.person import until

AT_ONCE = 4
HOME_SECONDS = 2.0  # one person stands for many here; theirs is published no oftener than Slack would like
ROUNDS, REQUESTS = 5, 200  # a round of each side in turn, so that a busy machine slows both
QUICK_ROUNDS, QUICK_REQUESTS = 1, 20
LOGGED_BEFORE = (
    60  # decisions in the log when the statements are recorded: numbers are no longer those of other rows
)


@dataclass(frozen=True)
class Size:
    rounds: int
    requests: int


@dataclass(frozen=True)
class Cost:
    """Of one request: CPU time of the server's process, and the time until the answer."""

    cpu_us: float
    p50_ms: float


@dataclass(frozen=True)
class Prepared:
    form: Json
    recording: Recording


Side = Callable[[], Awaitable[Cost]]


class Bench:
    """The Slack on the other side, and the databases, for one run."""

    def __init__(self, slack: Slack, http: ClientSession, size: Size, key: str) -> None:
        self.slack, self.http, self.size, self.key = slack, http, size, key
        self.requests = Requests()

    def server(self, side: str, database_url: URL, **options: object) -> AbstractAsyncContextManager[Server]:
        url = database_url.render_as_string(hide_password=False)
        return started(side, slack_url=self.slack.url, database_url=url, encryption_key=self.key, **options)

    async def commands(self, server: Server) -> Cost:
        expected = self.slack.calls["views.open"] + self.size.requests

        async def all_open() -> bool:
            return self.slack.calls["views.open"] >= expected

        bodies = [self.requests.command() for _request in range(self.size.requests)]
        return await self._drive(server, bodies, done=all_open)

    async def submissions(self, server: Server, form: Json) -> Cost:
        bodies = [self.requests.submission(form) for _request in range(self.size.requests)]
        return await self._drive(server, bodies)

    async def _drive(
        self, server: Server, bodies: list[str], *, done: Callable[[], Awaitable[bool]] | None = None
    ) -> Cost:
        waiting = iter(bodies)
        times: list[float] = []

        async def person() -> None:
            for body in waiting:
                began = time.perf_counter()
                answer = await send(self.http, server.url, body)
                times.append(time.perf_counter() - began)
                assert not answer, answer  # a refusal would be quick

        before = server.cpu_seconds()
        await asyncio.gather(*(person() for _person in range(AT_ONCE)))
        if done is not None:
            await until(done, seconds=60)
        cpu_seconds = server.cpu_seconds() - before
        return Cost(cpu_seconds / len(bodies) * 1e6, statistics.median(times) * 1e3)

    async def opened(self) -> Json:
        return self.slack.opened

    async def compared(self, *sides: Side) -> list[Cost]:
        """Medians over the rounds, which the sides take in turn; the first round only warms up."""
        rounds = [[await side() for side in sides] for _round in range(self.size.rounds + 1)][1:]
        return [
            Cost(
                statistics.median(cost.cpu_us for cost in costs),
                statistics.median(cost.p50_ms for cost in costs),
            )
            for costs in zip(*rounds, strict=True)
        ]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks latency", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few requests only: does it run?")
    quick = parser.parse_args(arguments).quick
    log.set_up(level="WARNING")
    uvloop.run(measure(Size(QUICK_ROUNDS, QUICK_REQUESTS) if quick else Size(ROUNDS, REQUESTS)))


async def measure(size: Size) -> None:
    print(f"{'':34}{'ours':>22}{'beside it':>22}")
    with tempfile.TemporaryDirectory(prefix="common-ground-bench-") as folder, postgres.running() as server:
        async with Slack().running() as slack, ClientSession() as http:
            bench = Bench(slack, http, size, new_key())
            own, bare = _sqlite(Path(folder), "bot"), _sqlite(Path(folder), "bare")
            prepared = await _prepared(bench, own)
            shutil.copy(str(own.database), str(bare.database))
            await _against_bare(bench, "SQLite", prepared, own, bare)

            own, bare = [await _postgresql(server, name) for name in ("bot", "bare")]
            prepared = await _prepared(bench, own)
            await _administer(server, f"DROP DATABASE {bare.database}")
            await _administer(server, f"CREATE DATABASE {bare.database} TEMPLATE {own.database}")
            await _against_bare(bench, "PostgreSQL", prepared, own, bare)

            await _few_against_many(bench, [_sqlite(Path(folder), name) for name in ("one", "forty")])


async def _prepared(bench: Bench, url: URL) -> Prepared:
    """A log with some decisions in it, the statements of the last one, and the form they were typed into."""
    await upgrade(url)
    recorder = Recorder()
    async with servers.bot(
        slack_url=bench.slack.url,
        database_url=url.render_as_string(hide_password=False),
        encryption_key=bench.key,
    ) as address:
        bench.slack.opened = {}
        await send(bench.http, address, bench.requests.command())
        form = await until(bench.opened)
        for _decision in range(LOGGED_BEFORE):
            answer = await send(bench.http, address, bench.requests.submission(form))
            assert not answer, answer
        with recorder.listening():
            await send(bench.http, address, bench.requests.submission(form))
    return Prepared(form, await _recording(url, recorder))


async def _recording(url: URL, recorder: Recorder) -> Recording:
    database = Database(url)
    async with database.read() as session:
        last = select(Decision.id, Decision.number, Decision.card_id).order_by(Decision.id.desc()).limit(1)
        record_id, number, card_id = (await session.execute(last)).one()
        view_id = await session.scalar(select(Submission.view_id).where(Submission.record_id == record_id))
    await database.close()
    assert view_id
    assert card_id
    return Recording(recorder.of_task_with("INSERT INTO submissions"), view_id, record_id, number, card_id)


async def _against_bare(bench: Bench, engine: str, prepared: Prepared, own_url: URL, bare_url: URL) -> None:
    form, recording = prepared.form, prepared.recording
    with tempfile.NamedTemporaryFile() as file:
        file.write(pickle.dumps(recording))
        file.flush()
        async with bench.server("bare", bare_url, recording=file.name) as bare:
            async with bench.server("bot", own_url, outbox="waits") as own:
                costs = await bench.compared(lambda: bench.commands(own), lambda: bench.commands(bare))
                _tell(f"/decision, {engine}", *costs, least=0.8)
                bench.slack.home_seconds = HOME_SECONDS
                costs = await bench.compared(
                    lambda: bench.submissions(own, form), lambda: bench.submissions(bare, form)
                )
                _tell(f"form saved, {engine}", *costs, least=0.7)
                bench.slack.home_seconds = 0
            async with bench.server("bot", own_url) as own:
                costs = await bench.compared(
                    lambda: bench.submissions(own, form), lambda: bench.submissions(bare, form)
                )
                _tell("  with its outbox and Home", *costs)
    print(f"  {len(recording.statements)} statements a form")


async def _few_against_many(bench: Bench, urls: list[URL]) -> None:
    for url in urls:
        await upgrade(url)
    one_url, forty_url = urls
    async with (
        bench.server("bot", one_url, rituals=1) as one,
        bench.server("bot", forty_url, rituals=40) as forty,
    ):
        few, many = await bench.compared(lambda: bench.commands(one), lambda: bench.commands(forty))
    ratio = many.cpu_us / few.cpu_us
    print(
        f"{'/decision, 40 rituals beside 1':34}{_figures(many)}{_figures(few)}  {_verdict(ratio, most=1.1)}"
    )


def _tell(what: str, own: Cost, bare: Cost, *, least: float | None = None) -> None:
    print(
        f"{what:34}{_figures(own)}{_figures(bare)}  {_verdict(bare.cpu_us / own.cpu_us, least=least)}",
        flush=True,
    )


def _figures(cost: Cost) -> str:
    return f"{cost.cpu_us:9.0f} µs {cost.p50_ms:6.2f} ms"


def _verdict(ratio: float, *, least: float | None = None, most: float | None = None) -> str:
    if least is not None:
        return f"{ratio:.2f} × (goal ≥ {least}: {'met' if ratio >= least else 'missed'})"
    if most is not None:
        return f"{ratio:.2f} × (goal ≤ {most}: {'met' if ratio <= most else 'missed'})"
    return f"{ratio:.2f} ×"


def _sqlite(folder: Path, name: str) -> URL:
    return URL.create("sqlite+aiosqlite", database=str(folder / f"{name}.sqlite"))


async def _postgresql(server: URL, name: str) -> URL:
    await _administer(server, f"CREATE DATABASE {name}")
    return server.set(database=name)


async def _administer(server: URL, statement: str) -> None:
    connection = await asyncpg.connect(
        server.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
