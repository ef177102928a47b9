"""The makers of a decision are asked, once for each date, whether it is still right."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "000000000008"
down_revision: str | None = "000000000007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revisit_asked_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_column("revisit_asked_on")
