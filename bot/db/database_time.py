"""The database's clock: what replicas agree on when their own clocks differ."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.db.types import UTCDateTime


async def database_time(session: AsyncSession) -> datetime:
    """Now, also in the middle of a transaction. SQLite has no clock but that of its one machine."""
    if session.get_bind().dialect.name == "sqlite":
        return Clock().now()
    return (await session.scalars(select(func.clock_timestamp(type_=UTCDateTime)))).one()
