"""A team's log is kept in its channel: which teams want that, and what the outbox sends beside messages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import bot.db.types

revision: str = "000000000009"
down_revision: str | None = "000000000008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MESSAGES = "kind IN ('post', 'update', 'ephemeral')"
ALL = "kind IN ('post', 'update', 'ephemeral', 'pin', 'canvas', 'canvas_update')"


def upgrade() -> None:
    op.create_table(
        "living_logs",
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("kept_by", sa.String(length=32), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("as_message", sa.Boolean(), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=True),
        sa.Column("documents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("written", sa.String(length=64), nullable=False),
        sa.Column("looks_at", bot.db.types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_living_logs_team_id_teams"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_living_logs_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_living_logs")),
    )
    op.create_index(op.f("ix_living_logs_document_id"), "living_logs", ["document_id"])
    op.create_index(
        "ix_living_logs_looks_at",
        "living_logs",
        ["looks_at"],
        postgresql_where=sa.text("looks_at IS NOT NULL"),
        sqlite_where=sa.text("looks_at IS NOT NULL"),
    )
    _allow(ALL)


def downgrade() -> None:
    op.execute(
        sa.text("DELETE FROM deliveries WHERE kind IN ('pin', 'canvas', 'canvas_update')")
    )  # what the tables before cannot hold
    op.execute(sa.text("DELETE FROM lanes WHERE kind IN ('pin', 'canvas', 'canvas_update')"))
    _allow(MESSAGES)
    op.drop_table("living_logs")


def _allow(kinds: str) -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_deliveries_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_deliveries_kind"), kinds)
