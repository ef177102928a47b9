"""A cadence knows until when all of it was said already: the time at which a backup was brought back."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.db.types import UTCDateTime

revision: str = "000000000012"
down_revision: str | None = "000000000011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("cadences", schema=None) as batch_op:
        batch_op.add_column(sa.Column("silent_until", UTCDateTime(), nullable=True))
    with op.batch_alter_table("occurrences", schema=None) as batch_op:
        batch_op.drop_column("silent")


def downgrade() -> None:
    with op.batch_alter_table("occurrences", schema=None) as batch_op:
        batch_op.add_column(sa.Column("silent", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.alter_column("silent", server_default=None)
    with op.batch_alter_table("cadences", schema=None) as batch_op:
        batch_op.drop_column("silent_until")
