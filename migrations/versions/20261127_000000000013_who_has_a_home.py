"""Whose Home is published: those who ever opened it. Until they open it again nobody is known to have."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "000000000013"
down_revision: str | None = "000000000012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("has_home", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.alter_column("has_home", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("has_home")
