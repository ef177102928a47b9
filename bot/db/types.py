"""Column types: aware UTC times, and text or JSON that is encrypted at rest."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from bot.db.keyring import keyring_of


class UTCDateTime(TypeDecorator[datetime]):
    """An aware time, stored and given back in UTC; a naive one is refused.

    SQLite's driver gives `DateTime(timezone=True)` back naive, so UTC is put on again here.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EncryptedText(TypeDecorator[str]):
    """Text that only this installation's keys can read (ENCRYPTION_KEYS); the database holds a Fernet token."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring_of(dialect).seal(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring_of(dialect).open(value)

    @staticmethod
    def token(stored: str) -> str | None:
        """The Fernet token in what the database holds."""
        return stored


SEALED = "sealed"


class EncryptedJSON(TypeDecorator[Any]):
    """As `EncryptedText`, for JSON: the database holds `{"sealed": token}`. What an older version wrote plain is read."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        return {SEALED: keyring_of(dialect).seal(json.dumps(value, separators=(",", ":")))}

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        token = self.token(value)
        return value if token is None else json.loads(keyring_of(dialect).open(token))

    @staticmethod
    def token(stored: Any) -> str | None:
        """The Fernet token in what the database holds; none in what was never sealed."""
        return stored[SEALED] if isinstance(stored, dict) and stored.keys() == {SEALED} else None


class ReadableJSON(EncryptedJSON):
    """For a query of many rows: what no key can read is None there, and keeps nobody from the others."""

    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        try:
            return super().process_result_value(value, dialect)
        except KeyError:
            return None
