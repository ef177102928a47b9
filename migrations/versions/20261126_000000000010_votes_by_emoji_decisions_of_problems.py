"""Each idea has a message of its own, on which 👍 is a vote; a decision can be linked to what it decides."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "000000000010"
down_revision: str | None = "000000000009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RELATIONS = "'supersedes', 'reverses', 'relates_to'"


def upgrade() -> None:
    op.create_table(
        "problem_idea_thumbs",
        sa.Column("idea_id", KEY, nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("message_ts", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["problem_ideas.id"],
            name=op.f("fk_problem_idea_thumbs_idea_id_problem_ideas"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "idea_id", "user_id", "message_ts", "name", name=op.f("pk_problem_idea_thumbs")
        ),
    )
    with op.batch_alter_table("problem_ideas") as batch_op:
        batch_op.add_column(sa.Column("message_id", sa.String(length=36), nullable=True))
    with op.batch_alter_table("problem_picks") as batch_op:
        batch_op.drop_column("ideas_id")
    _allow(f"{RELATIONS}, 'decides'")


def downgrade() -> None:
    op.execute("UPDATE record_links SET relation = 'relates_to' WHERE relation = 'decides'")
    _allow(RELATIONS)
    with op.batch_alter_table("problem_picks") as batch_op:
        batch_op.add_column(sa.Column("ideas_id", sa.String(length=36), nullable=True))
    with op.batch_alter_table("problem_ideas") as batch_op:
        batch_op.drop_column("message_id")
    op.drop_table("problem_idea_thumbs")


def _allow(relations: str) -> None:
    with op.batch_alter_table("record_links") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_record_links_relation"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_record_links_relation"), f"relation IN ({relations})")
