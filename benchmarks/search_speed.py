"""What a search costs, beside the bare query of the index with the same words, workspace and limit."""

import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import accumulate
from pathlib import Path

import asyncpg
from sqlalchemy import URL, insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Kind, Viewer
from bot.db import text_index
from bot.db.engine import Database
from bot.db.migrate import upgrade
from bot.db.tables import metadata
from bot.people.models import Team
from bot.rituals.decisions import queries
from bot.rituals.decisions.models import Status
from bot.rituals.decisions.queries import Wanted
from bot.workspaces.models import Workspace
from tests import postgres

WORKSPACES = (1, 100, 10_000)
QUESTIONS, WORDS_ASKED = 100, 5
SHOWN = 5
AT_ONCE = 1000
CHANNEL = "C0BENCH"
NOW, TODAY = datetime(2026, 11, 1, tzinfo=UTC), date(2026, 11, 1)
GOAL = 1.5

BARE_SQLITE = text(
    "SELECT rowid FROM search_fts WHERE search_fts MATCH :match ORDER BY bm25(search_fts) LIMIT :most"
)
BARE_POSTGRESQL = text(
    """
    SELECT rowid FROM search_fts WHERE terms @@ (CAST(:workspace AS tsquery) && to_tsquery('english', :words))
    ORDER BY ts_rank_cd(terms, to_tsquery('english', :words)) DESC LIMIT :most
    """
)


class Vocabulary:
    """Some words are in every other text and most in hardly any, as in a language; of many, others mean the same."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._words = [*text_index.known_words(), *(f"word{n}" for n in range(20_000))]
        chance.shuffle(self._words)
        self._weights = list(accumulate(1 / (n + 10) for n in range(len(self._words))))

    def text(self, words: int) -> str:
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=words))


@dataclass(frozen=True)
class Times:
    """Of all questions, in milliseconds."""

    p50: float
    p95: float


async def measure(sizes: Sequence[int]) -> None:
    print(f"{'p50 / p95 in ms':42}{'ours':>20}{'the bare index':>20}")
    with tempfile.TemporaryDirectory(prefix="common-ground-bench-") as folder, postgres.running() as server:
        for size in sizes:
            for workspaces in WORKSPACES:
                name = f"d{size}_{workspaces}"
                file = Path(folder) / f"{name}.sqlite"
                await _one("SQLite", URL.create("sqlite+aiosqlite", database=str(file)), size, workspaces)
                file.unlink()
                await _administer(server, f"CREATE DATABASE {name}")
                await _one("PostgreSQL", server.set(database=name), size, workspaces)
                await _administer(server, f"DROP DATABASE {name}")


async def _one(engine: str, url: URL, size: int, workspaces: int) -> None:
    await upgrade(url)
    db, vocabulary = Database(url), Vocabulary(random.Random(1))
    await _fill(db, vocabulary, size, workspaces)
    if not db.is_sqlite:
        await _administer(url, "VACUUM ANALYZE")
    chance = random.Random(2)
    asked = [
        (chance.randrange(workspaces) + 1, vocabulary.text(WORDS_ASKED)) for _question in range(QUESTIONS)
    ]
    ours = await _timed(db, _ask, asked)
    bare = await _timed(db, _ask_index, asked)
    await db.close()
    ratio = ours.p95 / bare.p95
    print(
        f"{f'{engine}, {size:,} in {workspaces:,} workspaces':42}{_figures(ours)}{_figures(bare)}"
        f"  {ratio:.2f} × (goal ≤ {GOAL}: {'met' if ratio <= GOAL else 'missed'})",
        flush=True,
    )


async def _fill(db: Database, vocabulary: Vocabulary, size: int, workspaces: int) -> None:
    ids = range(1, workspaces + 1)
    async with db.begin() as session:
        await session.execute(
            insert(Workspace),
            [
                {"id": n, "slack_id": f"T{n}", "name": "bench", "created_at": NOW, "state_changed_at": NOW}
                for n in ids
            ],
        )
        await session.execute(
            insert(Team),
            [
                {
                    "id": n,
                    "workspace_id": n,
                    "channel_id": CHANNEL,
                    "name": "bench",
                    "timezone": "UTC",
                    "created_by": "",
                    "created_at": NOW,
                }
                for n in ids
            ],
        )
    for begin in range(1, size + 1, AT_ONCE):
        async with db.begin() as session:
            await _log(session, vocabulary, range(begin, min(begin + AT_ONCE, size + 1)), workspaces)


async def _log(session: AsyncSession, vocabulary: Vocabulary, ids: range, workspaces: int) -> None:
    texts = [(n, vocabulary.text(6), vocabulary.text(40), vocabulary.text(60)) for n in ids]
    records = [
        {
            "id": n,
            "workspace_id": n % workspaces + 1,
            "team_id": n % workspaces + 1,
            "channel_id": CHANNEL,
            "kind": "decision",
            "number": n,
            "title": title,
            "created_by": "",
            "created_at": NOW,
        }
        for n, title, _context, _outcome in texts
    ]
    decisions = [
        {
            "id": n,
            "status": Status.ACCEPTED,
            "context": context,
            "outcome": outcome,
            "trade_offs": "",
            "revisit_when": "",
            "notes": "",
        }
        for n, _title, context, outcome in texts
    ]
    connection = await session.connection()  # tables, not classes: a decision is a row in each
    await connection.execute(metadata().tables["records"].insert(), records)
    await connection.execute(metadata().tables["decisions"].insert(), decisions)
    for n, title, context, outcome in texts:
        await text_index.put(
            session, record_id=n, workspace_id=n % workspaces + 1, title=title, about=context, body=outcome
        )


async def _timed(
    db: Database, ask: Callable[[AsyncSession, int, str], Awaitable[None]], asked: Sequence[tuple[int, str]]
) -> Times:
    """Each in a session of its own; the first round only warms up."""
    for _round in range(2):
        took = []
        for workspace_id, words in asked:
            async with db.read() as session:
                await session.connection()  # as it is when somebody asks: who they are was looked up before
                began = time.perf_counter()
                await ask(session, workspace_id, words)
                took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return Times(took[len(took) // 2], took[int(len(took) * 0.95)])


async def _ask(session: AsyncSession, workspace_id: int, words: str) -> None:
    viewer = Viewer(workspace_id, "U1", Kind.MEMBER, is_admin=False, channels=frozenset({CHANNEL}))
    await queries.search(session, viewer=viewer, wanted=Wanted(words), today=TODAY, limit=SHOWN)


async def _ask_index(session: AsyncSession, workspace_id: int, words: str) -> None:
    terms = text_index.parse(words).terms
    if session.get_bind().dialect.name == "sqlite":
        wanted = " OR ".join(f'"{term}"' for term in terms)
        match = f'workspace : "w:{workspace_id}" AND {{title about body}} : ({wanted})'
        await session.execute(BARE_SQLITE, {"match": match, "most": SHOWN})
    else:
        facts = {"workspace": f"'w:{workspace_id}'", "words": " | ".join(terms), "most": SHOWN}
        await session.execute(BARE_POSTGRESQL, facts)


async def _administer(url: URL, statement: str) -> None:
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _figures(times: Times) -> str:
    return f"{times.p50:10.2f} /{times.p95:8.2f}"
