"""The two sides as processes of their own: the bot, and the least that a Bolt app can be.

Each prints its address as JSON; when told to stop, how late its event loop was.
"""

import argparse
import asyncio
import gc
import json
import pickle
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
import uvloop
from aiohttp import ClientSession, web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.slack import BOT_TOKEN, SECRET, USER
from benchmarks.statements import Replay
from bot import log
from bot.access.rules import Actor
from bot.app import serving
from bot.clock import Clock
from bot.db.engine import Database
from bot.ops import Health
from bot.ritual import Ritual
from bot.rituals import RITUALS, decisions
from bot.rituals.decisions.views import form
from bot.settings import Settings
from bot.slack import dispatch
from tests.ports import free_port
from tests.schedule import bells

BELLS = Ritual(name=bells.RITUAL, summary=lambda: "rings at its time", timed={bells.RITUAL: bells.timed})

PROBE_SECONDS = 0.005
PATIENT_SECONDS = 30.0  # work is counted here, and a machine that stands still is no refusal
LATE_AT_MOST = 0.1  # seconds: what a person notices, and Slack's three of an answer lose


@dataclass(frozen=True)
class Server:
    """A side that runs."""

    url: str
    usage: psutil.Process
    process: Process

    def cpu_seconds(self) -> float:
        used = self.usage.cpu_times()
        return float(used.user + used.system)

    async def stop(self) -> "Lateness":
        self.process.terminate()
        printed, _errors = await self.process.communicate()
        return Lateness(**json.loads(printed))


@dataclass(frozen=True)
class Lateness:
    """Of the event loop, every few milliseconds."""

    most_ms: float
    over: int
    """How often it was over LATE_AT_MOST."""


@asynccontextmanager
async def started(side: str, **flags: object) -> AsyncIterator[Server]:
    arguments = (f"--{name.replace('_', '-')}={value}" for name, value in flags.items())
    command = (sys.executable, "-m", "benchmarks.servers", side, *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    assert process.stdout is not None
    try:
        described = json.loads(await process.stdout.readline())
        yield Server(described["url"], psutil.Process(process.pid), process)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()


def settings_for(*, slack_url: str, database_url: str, encryption_key: str, port: int = 0) -> Settings:
    return Settings(
        slack_bot_token=BOT_TOKEN,
        slack_signing_secret=SECRET,
        slack_api_url=slack_url,
        database_url=database_url,
        encryption_keys=encryption_key,
        host="127.0.0.1",
        port=port,
    )


def many_rituals(count: int) -> tuple[Ritual, ...]:
    """As many rituals as wanted: the decision log, and others that listen to as much."""
    return (decisions.ritual, *(_like_decisions(f"ritual{n}") for n in range(1, count)))


def _like_decisions(name: str) -> Ritual:
    def own(ids: Any) -> dict[str, Any]:
        return {f"{name}.{id_}": listener for id_, listener in ids.items()}

    like = decisions.ritual
    return Ritual(
        name=name,
        summary=like.summary,
        commands={f"/{name}": like.commands["/decision"]},
        actions=own(like.actions),
        views=own(like.views),
        shortcuts=own(like.shortcuts),
    )


@asynccontextmanager
async def bot(
    *,
    slack_url: str,
    database_url: str,
    encryption_key: str,
    rituals: Sequence[Ritual] = RITUALS,
    sends: bool = True,
) -> AsyncIterator[str]:
    """The bot as `run` serves it; with other rituals than its own, or with an outbox that waits."""
    settings = settings_for(
        slack_url=slack_url, database_url=database_url, encryption_key=encryption_key, port=free_port()
    )
    dispatch.SAVE_SECONDS = PATIENT_SECONDS
    database = Database(settings.database_url, keyring=settings.keyring())
    health = Health(_nothing_wrong)
    async with serving(
        settings,
        database=database,
        clock=Clock(),
        health=health,
        rituals=rituals,
    ) as app:
        if not sends:
            await app.sender.stop()
        gc.freeze()
        yield f"http://127.0.0.1:{settings.port}"
    await database.close()


async def _nothing_wrong() -> None:
    return None


@asynccontextmanager
async def bare(*, slack_url: str, database_url: str, replay: Replay | None) -> AsyncIterator[str]:
    """A Bolt app with one HTTP session for its calls, and the bot's engine for its statements."""
    database = Database(database_url)
    async with ClientSession() as http:
        bolt = AsyncApp(
            client=AsyncWebClient(token=BOT_TOKEN, base_url=slack_url, session=http, retry_handlers=[]),
            signing_secret=SECRET,
            process_before_response=True,
        )
        _listen(bolt, database, replay)
        runner = web.AppRunner(bolt.web_app("/slack/events"), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
    await database.close()


def _listen(bolt: AsyncApp, database: Database, replay: Replay | None) -> None:
    empty = form.FormState(ids={}, values=form.usual(None, Actor(1, USER), Clock().now()))
    view = form.form(empty)
    under_way: set[asyncio.Task[object]] = set()

    @bolt.command("/decision")
    async def open_form(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        opening = asyncio.create_task(client.views_open(trigger_id=body["trigger_id"], view=view))
        under_way.add(opening)
        opening.add_done_callback(under_way.discard)
        await ack()

    @bolt.view("decisions.form")
    async def submit(ack: AsyncAck, view: dict[str, Any]) -> None:
        assert replay is not None
        async with database.engine.begin() as connection:
            await replay.run(connection, view_id=view["id"])
        await ack()


async def _main(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with _side(arguments) as url:
        print(json.dumps({"url": url}), flush=True)
        lateness = await _probe(stop)
    print(json.dumps(asdict(lateness)), flush=True)


def _side(arguments: argparse.Namespace) -> AbstractAsyncContextManager[str]:
    common = {"slack_url": arguments.slack_url, "database_url": arguments.database_url}
    if arguments.side == "bare":
        return bare(**common, replay=arguments.recording)
    own = {"bot": RITUALS, "bells": (decisions.ritual, BELLS)}[arguments.side]
    chosen = own if arguments.rituals is None else many_rituals(arguments.rituals)
    sends = arguments.outbox == "sends"
    return bot(**common, encryption_key=arguments.encryption_key, rituals=chosen, sends=sends)


async def _probe(stop: asyncio.Event) -> Lateness:
    clock = asyncio.get_running_loop().time
    most, over = 0.0, 0
    while not stop.is_set():
        due = clock() + PROBE_SECONDS
        await asyncio.sleep(PROBE_SECONDS)
        late = clock() - due
        most, over = max(most, late), over + (late > LATE_AT_MOST)
    return Lateness(most * 1000, over)


def _replay(path: str) -> Replay:
    return Replay(pickle.loads(Path(path).read_bytes()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=("bot", "bells", "bare"))
    parser.add_argument("--slack-url", required=True)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--encryption-key", default="")
    parser.add_argument("--rituals", type=int)
    parser.add_argument("--outbox", choices=("sends", "waits"), default="sends")
    parser.add_argument("--recording", type=_replay)
    return parser.parse_args()


if __name__ == "__main__":
    log.set_up(level="ERROR")
    uvloop.run(_main(_arguments()))
