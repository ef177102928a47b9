"""Problem sessions and looking at decisions again go by their team's zone and follow it; regions have longer names."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "000000000011"
down_revision: str | None = "000000000010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

cadences = sa.table("cadences", sa.column("ritual", sa.String()), sa.column("follows", sa.String()))
OF_A_TEAM = ("problem_sessions", "decisions")


def upgrade() -> None:
    with op.batch_alter_table("teams", schema=None) as batch_op:
        batch_op.alter_column(
            "region", existing_type=sa.String(16), type_=sa.String(64), existing_nullable=True
        )
    of_a_team = cadences.c.ritual.in_(OF_A_TEAM)
    op.execute(cadences.update().where(of_a_team, cadences.c.follows.is_(None)).values(follows="team"))


def downgrade() -> None:
    op.execute(cadences.update().where(cadences.c.follows == "team").values(follows=None))
    teams = sa.table("teams", sa.column("region", sa.String()))
    op.execute(teams.update().where(sa.func.length(teams.c.region) > 16).values(region=None))
    with op.batch_alter_table("teams", schema=None) as batch_op:
        batch_op.alter_column(
            "region", existing_type=sa.String(64), type_=sa.String(16), existing_nullable=True
        )
