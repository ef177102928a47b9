"""The whole bot against a local Slack, in this process: what `run` does, on ports of its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml
from aiohttp import ClientSession

from bot.app import App, serving
from bot.clock import Clock
from bot.db.engine import Database
from bot.ops import Health
from bot.playground.server import LocalSlack
from bot.ritual import Ritual
from bot.rituals import RITUALS
from bot.settings import Settings
from tests.person import Slack
from tests.ports import free_port

NO_PACE = 0.001  # seconds between two messages of a channel; what Slack wants is tests/outbox's matter
STALLED_SECONDS = 15.0  # a machine may stand still for seconds, and that is no fault of the bot

MANIFEST = yaml.safe_load((Path(__file__).parent.parent / "manifest.yml").read_text(encoding="utf-8"))


@asynccontextmanager
async def local_slack(seed: dict[str, Any] | None = None) -> AsyncIterator[Slack]:
    async with LocalSlack(seed, manifest=MANIFEST) as local, ClientSession() as http:
        local.state.ack_seconds = local.state.trigger_seconds = STALLED_SECONDS
        yield Slack(http, local.url, local.described(), local)


@asynccontextmanager
async def running_bot(
    slack: Slack,
    db: Database,
    *,
    clock: Clock,
    transport: str = "http",
    rituals: Sequence[Ritual] = RITUALS,
    health: Health | None = None,
    **settings: Any,
) -> AsyncIterator[App]:
    described, port = slack.described, free_port()
    door = (
        {"slack_signing_secret": described["signing_secret"], "port": port, "host": "127.0.0.1"}
        if transport == "http"
        else {"slack_app_token": described["app_token"]}
    )
    slack.local.addresses.events = f"http://127.0.0.1:{port}/slack/events" if transport == "http" else None
    chosen = Settings(
        slack_bot_token=described["bot_token"], slack_api_url=described["api_url"], **door, **settings
    )
    async with serving(
        chosen,
        database=db,
        clock=clock,
        health=health or Health(healthy),
        rituals=rituals,
        pace_seconds=NO_PACE,
    ) as app:
        yield app


async def healthy() -> str | None:
    return None
