"""The process that takes events in is killed again and again, while Slack delivers until it has its answer."""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack
from functools import partial

import pytest
from aiohttp import ClientError, ClientSession
from sqlalchemy import URL, func, select

from bot.clock import Clock
from bot.db.engine import Database
from bot.inbox.models import Envelope
from bot.outbox.models import Delivery
from bot.workspaces.models import Workspace
from tests.outbox.rig import eventually
from tests.ports import free_port
from tests.processes import process


async def deliver(http: ClientSession, url: str, event_id: str) -> None:
    """As Slack does: again until it is answered, only faster."""
    body = {"event_id": event_id, "team_id": "T1", "event": {"type": "reaction_added", "reaction": event_id}}
    while True:
        try:
            async with http.post(url, json=body) as response:
                if response.status == 200:
                    return
        except (ClientError, TimeoutError):
            await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("events", "kills"), [(1000, 30)])
async def test_kill_9_while_events_come_in_loses_none_and_handles_none_twice(
    db: Database, database_url: URL, events: int, kills: int
) -> None:
    now = Clock().now()
    async with db.begin() as session:
        session.add(Workspace(slack_id="T1", created_at=now, state_changed_at=now))
    dice, port = random.Random(events), free_port()
    command = ("tests.inbox.worker", database_url.render_as_string(hide_password=False), str(port))
    url = f"http://127.0.0.1:{port}/"

    async def handled(at_least: int) -> bool:
        async with db.read() as session:
            return (await session.scalar(select(func.count()).select_from(Delivery)) or 0) >= at_least

    async def none_left() -> bool:
        async with db.read() as session:
            left = select(func.count()).select_from(Envelope).where(Envelope.state == "new")
            return await session.scalar(left) == 0

    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(ClientSession())
        gate = asyncio.Semaphore(5)

        async def deliver_one(event_id: str) -> None:
            async with gate:
                await deliver(http, url, event_id)

        driver = asyncio.gather(*(deliver_one(f"Ev{n}") for n in range(events)))
        running = await stack.enter_async_context(process(*command))
        for point in sorted(dice.sample(range(1, events * 9 // 10), kills)):
            await eventually(partial(handled, point), seconds=60)
            running.kill()
            running = await stack.enter_async_context(process(*command))
        await driver
        await eventually(none_left, seconds=60)
    async with db.read() as session:
        effects = Counter(
            source.partition(":")[0] for source in await session.scalars(select(Delivery.source))
        )
    assert effects == Counter(f"Ev{n}" for n in range(events))
