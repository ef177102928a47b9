"""The database's clock: what replicas agree on when their own clocks differ."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.db.types import UTCDateTime


async def database_time(session: AsyncSession) -> datetime:
    """Now, also in the middle of a transaction. SQLite has no clock but that of its one machine."""
    if session.get_bind().dialect.name == "sqlite":
        return Clock().now()
    return (await session.scalars(select(func.clock_timestamp(type_=UTCDateTime)))).one()


def at_once(session: AsyncSession, now: datetime) -> ColumnElement[datetime]:
    """`now`, as a time to be compared with the database's: where this process's clock is fast, the database's own."""
    if session.get_bind().dialect.name == "sqlite":
        return literal(min(now, Clock().now()), UTCDateTime)
    return func.least(literal(now, UTCDateTime), func.clock_timestamp(), type_=UTCDateTime)
