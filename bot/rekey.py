"""Seals all that is encrypted under the newest key, so that older keys can go: beside the bot, and as often as one likes.

Columns are found by their type, so that those of a new table are not forgotten.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Column, Dialect, Row, Select, Table, bindparam, select, tuple_, type_coerce, update

from bot.db.engine import Database
from bot.db.keyring import keyring_of
from bot.db.tables import metadata
from bot.db.types import EncryptedJSON, EncryptedText

AT_ONCE = 200  # rows, for whose sealing nobody waits long
PASSES = 3  # what somebody holds right now is left for the next
PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class Found:
    """The rows of a table that has something encrypted.

    `older` need an older key to be read, or were never sealed; `lost` no key can read.
    """

    table: str
    rows: int = 0
    resealed: int = 0
    older: int = 0
    lost: int = 0


class _Sealed(NamedTuple):
    table: Table
    key: Sequence[Column[Any]]
    types: Mapping[str, EncryptedText | EncryptedJSON]  # by column


async def look(db: Database, *, only_oldest: bool = False) -> list[Found]:
    """How things are, in each table; or with its oldest rows, which tell whether a key is lost."""
    return [await _through(db, sealed, reseal=False, only_oldest=only_oldest) for sealed in _encrypted()]


async def rekey(db: Database) -> AsyncIterator[Found]:
    """Seal anew what is not under the newest key, one table after the other; what was found and done in each."""
    for sealed in _encrypted():
        resealed = 0
        for _ in range(PASSES):
            found = await _through(db, sealed, reseal=True)
            resealed += found.resealed
            if found.older:
                await asyncio.sleep(PAUSE_SECONDS)
            elif not found.resealed:  # nor has anybody written with an older key meanwhile
                break
        yield replace(found, resealed=resealed)


def _encrypted() -> Iterator[_Sealed]:
    for table in metadata().sorted_tables:
        types = {
            column.name: column.type
            for column in table.columns
            if isinstance(column.type, EncryptedText | EncryptedJSON)
        }
        if types:
            yield _Sealed(table, list(table.primary_key), types)


async def _through(db: Database, sealed: _Sealed, *, reseal: bool, only_oldest: bool = False) -> Found:
    found, width = Found(sealed.table.name), len(sealed.key)
    page = following = _stored(sealed).order_by(*sealed.key).limit(AT_ONCE)
    while rows := await _read(db, following):
        following = page.where(tuple_(*sealed.key) > tuple_(*rows[-1][:width]))
        looked_at = [(row[:width], *_looked_at(sealed, row[width:], db.engine.dialect)) for row in rows]
        older = [key for key, plain, _ in looked_at if plain]
        done = await _reseal(db, sealed, older) if reseal and older else 0
        found = replace(
            found,
            rows=found.rows + len(rows),
            resealed=found.resealed + done,
            older=found.older + len(older) - done,
            lost=found.lost + sum(lost for _, _, lost in looked_at),
        )
        if only_oldest:
            break
    return found


async def _read(db: Database, page: Select[Any]) -> Sequence[Row[Any]]:
    async with db.read() as session:
        rows: Sequence[Row[Any]] = (await session.execute(page)).all()
    return rows


async def _reseal(db: Database, sealed: _Sealed, keys: Sequence[tuple[Any, ...]]) -> int:
    """Seal these rows as they are by now. They are locked first, so that no change is lost.

    What somebody else holds is left: to wait for it while others wait for us would be a deadlock.
    """
    width = len(sealed.key)
    changes: dict[tuple[str, ...], list[dict[str, Any]]] = {}  # by the columns that they are of
    async with db.begin() as session:
        held = _stored(sealed).where(tuple_(*sealed.key).in_(keys))
        for row in await session.execute(held.with_for_update(skip_locked=True, key_share=True)):
            plain, _ = _looked_at(sealed, row[width:], db.engine.dialect)
            if plain:
                new = {f"new_{name}": value for name, value in plain.items()}
                of = {
                    f"of_{column.name}": value for column, value in zip(sealed.key, row[:width], strict=True)
                }
                changes.setdefault(tuple(plain), []).append(new | of)
        for names, rows in changes.items():
            this = (column == bindparam(f"of_{column.name}") for column in sealed.key)
            new = {name: bindparam(f"new_{name}") for name in names}
            await session.execute(update(sealed.table).where(*this).values(new), rows)
    return sum(map(len, changes.values()))


def _stored(sealed: _Sealed) -> Select[Any]:
    """The key, and the encrypted columns as the database holds them."""
    columns = sealed.table.c
    return select(
        *sealed.key,
        *(type_coerce(columns[name], type_.impl_instance) for name, type_ in sealed.types.items()),
    )


def _looked_at(sealed: _Sealed, stored: Sequence[Any], dialect: Dialect) -> tuple[dict[str, Any], bool]:
    """What of a row is to be sealed anew, in plain; and whether no key can read some of it."""
    keyring, plain, lost = keyring_of(dialect), {}, False
    for (name, type_), value in zip(sealed.types.items(), stored, strict=True):
        if value is None:
            continue
        token = type_.token(value)
        if token is not None and keyring.is_newest(token):
            continue
        try:
            plain[name] = type_.process_result_value(value, dialect)
        except KeyError:
            lost = True
    return plain, lost
