"""Full-text search: one interface, SQLite FTS5 and PostgreSQL behind it, kept in step in the record's own transaction.

The index is a table of its own, written in code: Alembic's batch mode drops triggers silently, and PostgreSQL
refuses type changes under a generated tsvector. The workspace is a token inside the index on both databases, so that
a search costs what its own workspace holds (measured at a million rows: SQLite 141 → 5 ms, PostgreSQL 26 → 0.5 ms).
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Float, Integer, Subquery, TextClause, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

TITLE, ABOUT, BODY = 5.0, 2.0, 1.0
"""Weights: the title; what else says what it is about; all the rest."""


RELATED = 0.5
"""What a word of the same meaning counts, beside the word that was typed."""

MOST_CHARACTERS = {"title": 10_000, "about": 80_000, "body": 120_000}
"""Of a record that are indexed: PostgreSQL takes no tsvector over 1 MB, and a letter may have four bytes.

<https://www.postgresql.org/docs/18/textsearch-limitations.html>
"""

ENDINGS = ("ing", "ies", "ed", "es", "s", "e", "y")


@dataclass(frozen=True)
class Query:
    """What to look for: any of the terms counts, a phrase only as it stands."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases)

    @property
    def terms(self) -> tuple[str, ...]:
        return (*self.words, *(" ".join(phrase) for phrase in self.phrases))

    @property
    def related(self) -> tuple[str, ...]:
        """Words that were not typed and mean the same as one that was: who asks later rarely finds the same words."""
        typed = {stem(word) for word in self.words}
        found = (other for word in self.words for other in related_to(word))
        return tuple(dict.fromkeys(other for other in found if stem(other) not in typed))


MOST_TERMS = 50
"""Of a question, the first; what is longer is a text that somebody pasted."""

_WORD = re.compile(r"\w+")


def parse(typed: str) -> Query:
    """Free text as typed; "…" makes a phrase. Words that every question has are left out, unless nothing else is."""
    phrases = tuple(terms for part in re.findall(r'"([^"]*)"', typed) if (terms := tuple(_words(part))))
    words = tuple(dict.fromkeys(_words(re.sub(r'"[^"]*"', " ", typed))))
    telling = tuple(word for word in words if word not in stop_words())
    return Query((telling or (() if phrases else words))[:MOST_TERMS], phrases[:MOST_TERMS])


def _words(typed: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(typed)]


@cache
def stop_words() -> frozenset[str]:
    """Question words, and the words of deciding, which say nothing in a log of decisions."""
    return frozenset((Path(__file__).parent / "stop_words.txt").read_text().split())


def related_to(word: str) -> tuple[str, ...]:
    """Words that engineers use for the same thing, the word itself among them."""
    return _related_words().get(stem(word), ())


def known_words() -> tuple[str, ...]:
    """Those that others are related to."""
    return tuple(dict.fromkeys(word for group in _related_words().values() for word in group))


@cache
def _related_words() -> dict[str, tuple[str, ...]]:
    """By the stem of each."""
    groups: dict[str, dict[str, None]] = {}
    for line in (Path(__file__).parent / "related_words.txt").read_text().splitlines():
        for word in line.split():
            groups.setdefault(stem(word), {}).update(dict.fromkeys(line.split()))
    return {one: tuple(others) for one, others in groups.items()}


def stem(term: str) -> str:
    """What is left of a word without its commonest English endings."""
    if " " in term:
        return term
    for ending in ENDINGS:
        if term.endswith(ending) and len(term) - len(ending) >= 3:
            return term[: -len(ending)]
    return term


async def put(
    session: AsyncSession, *, record_id: int, workspace_id: int, title: str, about: str, body: str
) -> None:
    """Index a record, or index it again."""
    texts = {"title": title, "about": about, "body": body}
    facts = {"id": record_id, "workspace": _token(workspace_id)} | {
        name: " ".join(_WORD.findall(given[: MOST_CHARACTERS[name]])) for name, given in texts.items()
    }
    await session.execute(_SQLITE_PUT if _is_sqlite(session) else _POSTGRESQL_PUT, facts)


def matches(session: AsyncSession, *, workspace_id: int, query: Query, most: int | None = None) -> Subquery:
    """Records of the workspace that hold any of the terms: columns `record_id` and `score`, a higher one is better.

    All of them, or the `most` best. Join it with the records that the reader may see; it does not know about channels.
    """
    if _is_sqlite(session):
        found = _SQLITE_FIND.bindparams(match=_fts5(workspace_id, query), most=-1 if most is None else most)
    else:
        found = _postgresql_find(workspace_id, query, most)
    return found.columns(record_id=Integer, score=Float).subquery("hits")


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _token(workspace_id: int) -> str:
    """Looked up only where text never is: in FTS5 its own column, in PostgreSQL a lexeme with a colon."""
    return f"w:{workspace_id}"


# SQLite FTS5

_SQLITE_PUT = text(
    "INSERT OR REPLACE INTO search_fts (rowid, workspace, title, about, body)"
    " VALUES (:id, :workspace, :title, :about, :body)"
)
_SQLITE_FIND = text(
    "SELECT rowid AS record_id, -bm25(search_fts, 0, :title, :about, :body) AS score"
    " FROM search_fts WHERE search_fts MATCH :match ORDER BY score DESC, rowid DESC LIMIT :most"
).bindparams(title=TITLE, about=ABOUT, body=BODY)


def _fts5(workspace_id: int, query: Query) -> str:
    """Every term is quoted, so nothing typed is read as FTS5 syntax. What stands there twice counts twice."""
    wanted = " OR ".join(f'"{term}"' for term in [*query.terms * round(1 / RELATED), *query.related])
    return f'workspace : "{_token(workspace_id)}" AND {{title about body}} : ({wanted})'


# PostgreSQL full text

_POSTGRESQL_PUT = text(
    """
    INSERT INTO search_fts (rowid, terms) VALUES (
        :id,
        setweight(to_tsvector('english', :title), 'A')
        || setweight(to_tsvector('english', :about), 'B')
        || setweight(to_tsvector('english', :body), 'D')
        || array_to_tsvector(ARRAY[CAST(:workspace AS text)])
    )
    ON CONFLICT (rowid) DO UPDATE SET terms = excluded.terms
    """
)

K1, B = 1.2, 0.75  # as FTS5 has them
COUNTED = 1000  # records of a workspace, to tell a rare word from a common one: more tell no better


def _postgresql_find(workspace_id: int, query: Query, most: int | None) -> TextClause:
    """BM25 in SQL: PostgreSQL's own ranks do not know how rare a word is in this log (measured: half as many found).

    `ts_rank_cd` of one term is the sum of the weights where it stands, so each matching record is read once, and how
    many hold a term is counted among them. Bytes stand for the length of a text.
    """
    terms = {_tsquery(term): 1.0 for term in query.terms} | {
        _tsquery(term): RELATED for term in query.related
    }
    numbers = range(len(terms))
    asked = ", ".join(f"to_tsquery('english', :term{n}) AS term{n}" for n in numbers)
    held = ", ".join(
        f"{TITLE} * ts_rank_cd(CAST(:weights AS float4[]), terms, term{n}) AS held{n}" for n in numbers
    )
    counts = ", ".join(f"CAST(count(*) FILTER (WHERE held{n} > 0) AS float8) AS n{n}" for n in numbers)
    rarity = ", ".join(f"ln(1 + (records - n{n} + 0.5) / (n{n} + 0.5)) AS rarity{n}" for n in numbers)
    score = " + ".join(
        f"{weight} * rarity{n} * held{n} / (held{n} + norm)" for n, weight in enumerate(terms.values())
    )
    return text(
        f"""
        WITH asked AS MATERIALIZED (
            SELECT CAST(:workspace AS tsquery) AS here, to_tsquery('english', :words) AS words, {asked}
        ), hit AS MATERIALIZED (
            SELECT rowid, CAST(pg_column_size(terms) AS float8) AS size, {held} FROM search_fts, asked
            WHERE terms @@ (here && words) AND numnode(words) > 0
        ), sample AS (
            SELECT FROM search_fts, asked WHERE terms @@ here LIMIT {COUNTED}
        ), counted AS (
            SELECT CAST(greatest(count(*), (SELECT count(*) FROM sample)) AS float8) AS records,
                avg(size) AS average, {counts}
            FROM hit
        ), weighed AS MATERIALIZED (
            SELECT average, {rarity} FROM counted
        )
        SELECT rowid AS record_id, {score} AS score
        FROM hit, weighed, LATERAL (SELECT {K1} * ({1 - B} + {B} * size / average) AS norm) AS normed
        ORDER BY score DESC, rowid DESC LIMIT :most
        """  # noqa: S608 -- of numbers and names of our own; what was typed is bound
    ).bindparams(
        bindparam("most", most, Integer),
        workspace=f"'{_token(workspace_id)}'",
        words=" | ".join(f"({term})" for term in terms),
        weights=[BODY / TITLE, BODY / TITLE, ABOUT / TITLE, 1.0],  # PostgreSQL's order is D, C, B, A
        **{f"term{n}": term for n, term in enumerate(terms)},
    )


def _tsquery(term: str) -> str:
    r"""Words are `\w+` only, so nothing typed is read as tsquery syntax."""
    return " <-> ".join(term.split())
