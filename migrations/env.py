"""Lets Alembic run migrations; how they are run on each database is bot/db/migrate.py."""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection

from bot.db.migrate import connected
from bot.db.tables import metadata
from bot.settings import Purpose, Settings

TEXT_INDEX = "search_fts"  # SQLite's full-text tables and their shadows: made in migrations, never compared


def include_object(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:  # noqa: FBT001 -- Alembic's signature
    return not (kind == "table" and (name or "").startswith(TEXT_INDEX))


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        render_as_batch=True,  # SQLite rebuilds a table to alter it
        include_object=include_object,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_configured() -> None:
    async with connected(Settings.load(for_=Purpose.DATA).database_url) as connection:
        await connection.run_sync(migrate)


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    asyncio.run(migrate_configured())
