"""The base class of all tables; constraints are named by convention so that migrations can name them too."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase

from bot.db.types import UTCDateTime

BigKey = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only in an INTEGER primary key

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 -- read by SQLAlchemy from the class
        datetime: UTCDateTime,
        int: BigKey,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
    }
