"""The database itself: what is written is read back, as it was, by either engine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import URL, func, literal, select

from bot.db.engine import Database
from bot.workspaces.models import Workspace

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def workspace(**given: object) -> Workspace:
    return Workspace(**{"slack_id": "T1", "created_at": NOW, "state_changed_at": NOW, **given})


async def test_what_is_written_can_be_read(db: Database) -> None:
    async with db.begin() as session:
        session.add(workspace(name="Acme", bot_token="xoxb-1"))
    async with db.read() as session:
        found = (await session.scalars(select(Workspace))).one()
    assert (found.name, found.bot_token, found.created_at) == ("Acme", "xoxb-1", NOW)


@pytest.mark.parametrize("n", range(10))
async def test_each_test_begins_with_empty_tables(db: Database, n: int) -> None:
    async with db.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Workspace)) == 0
        session.add(workspace())


class Line:
    """The network between us and the server; cut, it says nothing and closes nothing."""

    def __init__(self) -> None:
        self.held = asyncio.Event()
        self.held.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held = self.held
        while data := await reader.read(65536):
            await held.wait()
            writer.write(data)
        writer.close()

    def fail_over(self) -> None:
        """What is connected hears nothing any more; what connects from now on does."""
        self.held.clear()
        self.held = asyncio.Event()
        self.held.set()


@asynccontextmanager
async def line_to(url: URL) -> AsyncIterator[tuple[Line, URL]]:
    line = Line()
    carrying: list[asyncio.Task[None]] = []
    ends: list[asyncio.StreamWriter] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(url.host, url.port)
        ways = (line.carry(reader, server_writer), line.carry(server_reader, writer))
        carrying.extend(asyncio.create_task(way) for way in ways)
        ends.extend((writer, server_writer))

    server = await asyncio.start_server(connected, "127.0.0.1")
    try:
        yield line, url.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)
        for end in ends:
            end.close()


async def test_a_server_that_falls_silent_is_given_up_and_the_next_connection_works(
    postgresql_database: URL,
) -> None:
    async with line_to(postgresql_database) as (line, url):
        database = Database(url, answer_seconds=0.5)
        try:
            async with asyncio.timeout(10):
                async with database.begin() as session:
                    await session.execute(select(literal(1)))
                    line.fail_over()
                    with pytest.raises(TimeoutError):
                        await session.execute(select(literal(2)))
                    await session.rollback()
                with suppress(TimeoutError):  # a connection that waited in the pool is given up in its turn
                    async with database.begin() as session:
                        await session.execute(select(literal(3)))
                async with database.begin() as session:
                    assert await session.scalar(select(literal(4))) == 4
        finally:
            await database.close()
