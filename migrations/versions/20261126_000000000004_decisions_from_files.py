"""decisions from files."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "000000000004"
down_revision: str | None = "000000000003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHOSEN = "'proposed', 'accepted', 'rejected', 'superseded', 'reversed'"


def upgrade() -> None:
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.add_column(sa.Column("outcome", sa.Text(), nullable=False, server_default=""))
        batch_op.drop_constraint(batch_op.f("ck_decisions_status"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_decisions_status"), f"status IN ({CHOSEN}, 'unknown')"
        )
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.alter_column(
            "outcome", existing_type=sa.Text(), existing_nullable=False, server_default=None
        )
    with op.batch_alter_table("decision_people") as batch_op:
        batch_op.alter_column(
            "user_id",
            existing_type=sa.String(length=32),
            type_=sa.String(length=120),
            existing_nullable=False,
        )
    op.create_table(
        "imported_files",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_imported_files_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_files")),
        sa.UniqueConstraint("workspace_id", "path", name=op.f("uq_imported_files_workspace_id_path")),
    )
    with op.batch_alter_table("imported_files") as batch_op:
        batch_op.create_index(batch_op.f("ix_imported_files_sha256"), ["sha256"], unique=False)
    op.create_table(
        "imported_decisions",
        sa.Column("decision_id", KEY, nullable=False),
        sa.Column("file_id", KEY, nullable=False),
        sa.Column("position", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("supersedes", sa.JSON(), nullable=False),
        sa.Column("superseded_by", sa.JSON(), nullable=False),
        sa.Column("reverses", sa.JSON(), nullable=False),
        sa.Column("relates_to", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decisions.id"],
            name=op.f("fk_imported_decisions_decision_id_decisions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["imported_files.id"],
            name=op.f("fk_imported_decisions_file_id_imported_files"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_imported_decisions")),
    )
    with op.batch_alter_table("imported_decisions") as batch_op:
        batch_op.create_index(batch_op.f("ix_imported_decisions_file_id"), ["file_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("imported_decisions") as batch_op:
        batch_op.drop_index(batch_op.f("ix_imported_decisions_file_id"))
    op.drop_table("imported_decisions")
    with op.batch_alter_table("imported_files") as batch_op:
        batch_op.drop_index(batch_op.f("ix_imported_files_sha256"))
    op.drop_table("imported_files")
    people = sa.table("decision_people", sa.column("user_id", sa.String))
    op.execute(people.delete().where(sa.func.length(people.c.user_id) > 32))
    with op.batch_alter_table("decision_people") as batch_op:
        batch_op.alter_column(
            "user_id",
            existing_type=sa.String(length=120),
            type_=sa.String(length=32),
            existing_nullable=False,
        )
    decisions = sa.table("decisions", sa.column("status", sa.String))
    op.execute(decisions.update().where(decisions.c.status == "unknown").values(status="accepted"))
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_decisions_status"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_decisions_status"), f"status IN ({CHOSEN})")
        batch_op.drop_column("outcome")
