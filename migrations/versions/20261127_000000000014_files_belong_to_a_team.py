"""A file that decisions came from belongs to a team: another team's may have the same path."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "000000000014"
down_revision: str | None = "000000000013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("imported_files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("team_id", KEY, nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_imported_files_workspace_id_path"), type_="unique")
    _give_to_teams()
    with op.batch_alter_table("imported_files", schema=None) as batch_op:
        batch_op.alter_column("team_id", existing_type=KEY, nullable=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_imported_files_team_id_teams"), "teams", ["team_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_unique_constraint(batch_op.f("uq_imported_files_team_id_path"), ["team_id", "path"])


COPIED = ("workspace_id", "path", "sha256", "content", "imported_at")
files = sa.table("imported_files", *map(sa.column, ("id", "team_id", *COPIED)))
said = sa.table("imported_decisions", sa.column("decision_id"), sa.column("file_id"))
records = sa.table("records", sa.column("id"), sa.column("team_id"))


def _give_to_teams() -> None:
    """Each to the team of its records; where these are of several teams, each of the others gets a copy."""
    teams = sa.select(records.c.team_id).join(said, said.c.decision_id == records.c.id)
    first = teams.with_only_columns(sa.func.min(records.c.team_id)).where(said.c.file_id == files.c.id)
    op.execute(files.update().values(team_id=first.scalar_subquery()))
    op.execute(files.delete().where(files.c.team_id.is_(None)))  # nothing that came from it is there
    others = (
        teams.add_columns(files.c.id)
        .join(files, files.c.id == said.c.file_id)
        .where(files.c.team_id != records.c.team_id)
        .distinct()
    )
    connection = op.get_bind()
    for team_id, file_id in connection.execute(others).all():
        copy = sa.select(sa.literal(team_id), *(files.c[name] for name in COPIED))
        connection.execute(
            files.insert().from_select(["team_id", *COPIED], copy.where(files.c.id == file_id))
        )
        theirs = sa.select(records.c.id).where(records.c.team_id == team_id)
        connection.execute(
            said.update()
            .where(said.c.file_id == file_id, said.c.decision_id.in_(theirs))
            .values(file_id=sa.select(sa.func.max(files.c.id)).scalar_subquery())
        )


def downgrade() -> None:
    """Of files with the same path the first stays."""
    stays = sa.select(sa.func.min(files.c.id)).group_by(files.c.workspace_id, files.c.path)
    op.execute(said.delete().where(said.c.file_id.not_in(stays)))
    op.execute(files.delete().where(files.c.id.not_in(stays)))
    with op.batch_alter_table("imported_files", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_imported_files_team_id_path"), type_="unique")
        batch_op.drop_constraint(batch_op.f("fk_imported_files_team_id_teams"), type_="foreignkey")
        batch_op.drop_column("team_id")
        batch_op.create_unique_constraint(
            batch_op.f("uq_imported_files_workspace_id_path"), ["workspace_id", "path"]
        )
