"""The two sides as processes of their own: the bot, and the least that a Bolt app can be. Prints its address as JSON."""

import argparse
import asyncio
import json
import pickle
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

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
from tests.bot import free_port


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


def rituals(count: int) -> tuple[Ritual, ...]:
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
    count: int | None = None,
    sends: bool = True,
) -> AsyncIterator[str]:
    """The bot as `run` serves it; with `count` rituals instead of its own, or with an outbox that waits."""
    settings = settings_for(
        slack_url=slack_url, database_url=database_url, encryption_key=encryption_key, port=free_port()
    )
    database = Database(settings.database_url, keyring=settings.keyring())
    health = Health(_nothing_wrong)
    async with serving(
        settings,
        database=database,
        clock=Clock(),
        health=health,
        rituals=RITUALS if count is None else rituals(count),
    ) as app:
        if not sends:
            await app.sender.stop()
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
    common = {"slack_url": arguments.slack_url, "database_url": arguments.database_url}
    side = (
        bot(
            **common,
            encryption_key=arguments.encryption_key,
            count=arguments.rituals,
            sends=arguments.outbox == "sends",
        )
        if arguments.side == "bot"
        else bare(**common, replay=arguments.recording)
    )
    async with side as url:
        print(json.dumps({"url": url}), flush=True)
        await stop.wait()


def _replay(path: str) -> Replay:
    return Replay(pickle.loads(Path(path).read_bytes()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=("bot", "bare"))
    parser.add_argument("--slack-url", required=True)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--encryption-key", default="")
    parser.add_argument("--rituals", type=int)
    parser.add_argument("--outbox", choices=("sends", "waits"), default="sends")
    parser.add_argument("--recording", type=_replay)
    return parser.parse_args()


if __name__ == "__main__":
    log.set_up(level="WARNING")
    uvloop.run(_main(_arguments()))
