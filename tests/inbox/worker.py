"""The way of an event in a process of its own, to be killed: `python -m tests.inbox.worker DATABASE_URL PORT`."""

import asyncio
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.db.engine import Database
from bot.db.keyring import Keyring, new_key
from bot.inbox import service as inbox
from bot.inbox.worker import InboxWorker
from bot.outbox.models import Delivery, DeliveryState, Kind
from bot.workspaces.models import Workspace


async def leave_a_row(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """A row with no unique key of the event's, so that an event handled twice would show."""
    session.add(
        Delivery(
            id=f"{event['reaction']}-{now.timestamp()}",
            workspace_id=workspace.id,
            source=f"{event['reaction']}:{now.timestamp()}",
            recipient="C1",
            kind=Kind.POST,
            payload={},
            state=DeliveryState.SKIPPED,
            not_before=now,
            created_at=now,
        )
    )


async def serve(database_url: str, port: str) -> None:
    db, clock = Database(make_url(database_url), keyring=Keyring([new_key()])), Clock()

    async def receive(request: web.Request) -> web.Response:
        body = await request.json()
        async with db.begin() as session:
            await inbox.receive(
                session,
                event_id=body["event_id"],
                slack_team_id=body["team_id"],
                event=body["event"],
                event_time=clock.now(),
                now=clock.now(),
            )
        return web.Response()

    app = web.Application()
    app.router.add_post("/", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(port), reuse_address=True).start()
    InboxWorker(db, {"reaction_added": leave_a_row}, clock=clock, lease_seconds=1, tick_seconds=0.1).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
