"""the context counts in the text index, and both databases cut text into the same words."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "5c1d0f7e2a94"
down_revision: str | None = "000000000004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

AT_ONCE = 500  # records in memory
RECORDS = sa.text(
    """
    SELECT records.id, records.workspace_id, records.title, decisions.outcome, decisions.context,
        decisions.trade_offs, decisions.revisit_when, decisions.notes, wins.makes_possible
    FROM records LEFT JOIN decisions ON decisions.id = records.id LEFT JOIN wins ON wins.id = records.id
    WHERE records.id > :after ORDER BY records.id LIMIT :most
    """
)
ALTERNATIVES = sa.text(
    "SELECT decision_id, name, why_not, reconsider_when FROM alternatives"
    " WHERE decision_id > :after AND decision_id <= :last ORDER BY decision_id, position"
)
TAGS = sa.text(
    "SELECT decision_id, tag FROM decision_tags"
    " WHERE decision_id > :after AND decision_id <= :last ORDER BY decision_id, tag"
)
PUT_SQLITE = """
    INSERT INTO search_fts (rowid, workspace, title, {second}, body) VALUES (:id, :workspace, :title, :second, :body)
"""
PUT_POSTGRESQL = """
    INSERT INTO search_fts (rowid, terms) VALUES (
        :id,
        setweight(to_tsvector('english', :title), 'A')
        || setweight(to_tsvector('english', :second), 'B')
        || setweight(to_tsvector('english', :body), 'D')
        || array_to_tsvector(ARRAY[CAST(:workspace AS text)])
    )
"""


def upgrade() -> None:
    _index_again("about", lambda text: re.sub(r"\W+", " ", text[:80_000]))  # PostgreSQL takes no more


def downgrade() -> None:
    _index_again("names", lambda text: text)


def _index_again(second: str, cut: Callable[[str], str]) -> None:
    connection = op.get_bind()
    put = PUT_POSTGRESQL
    if connection.dialect.name == "sqlite":
        put = PUT_SQLITE.format(second=second)
        columns = f"workspace, title, {second}, body, tokenize='porter unicode61'"
        op.execute("DROP TABLE search_fts")
        op.execute(f"CREATE VIRTUAL TABLE search_fts USING fts5({columns})")
    else:
        op.execute("DELETE FROM search_fts")
    after = 0
    while records := connection.execute(RECORDS, {"after": after, "most": AT_ONCE}).all():
        span = {"after": after, "last": records[-1].id}
        alternatives, tags = _by_record(connection, ALTERNATIVES, span), _by_record(connection, TAGS, span)
        rows = [_row(record, alternatives[record.id], tags[record.id], second) for record in records]
        words = [{name: cut(text) for name, text in row.items()} for row in rows]
        facts = [{"id": r.id, "workspace": f"w:{r.workspace_id}"} for r in records]
        connection.execute(sa.text(put), [known | row for known, row in zip(facts, words, strict=True)])
        after = records[-1].id


def _by_record(
    connection: sa.Connection, statement: sa.TextClause, span: dict[str, int]
) -> defaultdict[int, list[sa.Row[Any]]]:
    found: defaultdict[int, list[sa.Row[Any]]] = defaultdict(list)
    for row in connection.execute(statement, span):
        found[row.decision_id].append(row)
    return found


def _row(
    record: sa.Row[Any], alternatives: list[sa.Row[Any]], tags: list[sa.Row[Any]], second: str
) -> dict[str, str]:
    names = [*(row.name for row in alternatives), *(row.tag for row in tags)]
    reasons = [part for row in alternatives for part in (row.why_not, row.reconsider_when)]
    rest = [
        record.outcome,
        *reasons,
        record.trade_offs,
        record.revisit_when,
        record.notes,
        record.makes_possible,
    ]
    (names if second == "about" else rest).append(record.context)
    return {
        "title": record.title,
        "second": "\n".join(filter(None, names)),
        "body": "\n".join(filter(None, rest)),
    }
