"""Puts the parts together: the only module that knows every one of them."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.db.engine import Database
from bot.db.migrate import current_problem, upgrade
from bot.ops import Health, OpsServer
from bot.settings import Settings

log = structlog.get_logger()


class NotReadyError(Exception):
    """The database cannot be used; says why and what to do."""


@asynccontextmanager
async def opened(settings: Settings, *, migrate: bool = False) -> AsyncIterator[Database]:
    """The database at its newest revision: SQLite is brought there, PostgreSQL only when asked to `migrate`.

    Raises NotReadyError when it cannot be used.
    """
    database = Database(settings.database_url, keyring=settings.keyring())
    try:
        if database.is_sqlite or migrate:
            await upgrade(settings.database_url)
        if (problem := await current_problem(database)) is not None:
            raise NotReadyError(problem)
        yield database
    finally:
        await database.close()


async def run(settings: Settings, *, migrate: bool = False) -> None:
    """The bot, until it is told to stop (SIGTERM or SIGINT)."""
    async with opened(settings, migrate=migrate) as db:
        health = Health(lambda: current_problem(db))
        async with OpsServer(health, host=settings.host, port=settings.ops_port) as ops:
            log.info("started", ops_port=ops.port)
            await _told_to_stop()
            health.stop()
            log.info("stopping")
    log.info("stopped")


async def _told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
