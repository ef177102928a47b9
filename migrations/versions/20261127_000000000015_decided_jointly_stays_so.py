"""That a decision was made jointly stays so when the team has another PM or tech lead."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "000000000015"
down_revision: str | None = "000000000014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

decisions = sa.table("decisions", sa.column("id"), sa.column("decided_jointly", sa.Boolean))
records = sa.table("records", sa.column("id"), sa.column("team_id"))
teams = sa.table("teams", sa.column("id"), sa.column("pm_id"), sa.column("lead_id"))
people = sa.table("decision_people", *map(sa.column, ("decision_id", "part", "user_id")))


def upgrade() -> None:
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("decided_jointly", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    of_team = records.join(teams, teams.c.id == records.c.team_id)
    joint = (
        sa.select(records.c.id).select_from(of_team).where(_decided(teams.c.pm_id), _decided(teams.c.lead_id))
    )
    op.execute(decisions.update().where(decisions.c.id.in_(joint)).values(decided_jointly=True))


def _decided(user_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        people.c.decision_id == records.c.id, people.c.part == "decider", people.c.user_id == user_id
    )


def downgrade() -> None:
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_column("decided_jointly")
