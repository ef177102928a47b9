"""The weekly problem session: problems, their sightings, what was picked, ideas and votes, a team's settings."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import bot.db.types

revision: str = "000000000007"
down_revision: str | None = "000000000006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "problem_session_settings",
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("solution_words", sa.JSON(), nullable=False),
        sa.Column("hides_ideas", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["teams.id"],
            name=op.f("fk_problem_session_settings_team_id_teams"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_problem_session_settings_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_problem_session_settings")),
    )
    op.create_table(
        "problems",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("happens", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("cost", sa.Text(), nullable=False),
        sa.Column("tried", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'explore', 'decided', 'solved', 'parked')", name=op.f("ck_problems_state")
        ),
        sa.ForeignKeyConstraint(
            ["id"], ["records.id"], name=op.f("fk_problems_id_records"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problems")),
    )
    op.create_table(
        "problem_picks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("occurrence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("problem_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("begun_at", bot.db.types.UTCDateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=36), nullable=True),
        sa.Column("ideas_id", sa.String(length=36), nullable=True),
        sa.Column("offer_id", sa.String(length=36), nullable=True),
        sa.Column("replies", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revealed_at", bot.db.types.UTCDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("outcome_by", sa.String(length=32), nullable=True),
        sa.Column("asked_id", sa.String(length=32), nullable=True),
        sa.Column("helped", sa.String(length=16), nullable=True),
        sa.Column("helped_words", sa.Text(), nullable=False),
        sa.Column("helped_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint("helped IN ('yes', 'little', 'no')", name=op.f("ck_problem_picks_helped")),
        sa.CheckConstraint(
            "outcome IN ('explore', 'decided', 'solved', 'parked')", name=op.f("ck_problem_picks_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrences.id"],
            name=op.f("fk_problem_picks_occurrence_id_occurrences"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["problems.id"],
            name=op.f("fk_problem_picks_problem_id_problems"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_picks")),
        sa.UniqueConstraint(
            "occurrence_id", "problem_id", name=op.f("uq_problem_picks_occurrence_id_problem_id")
        ),
    )
    with op.batch_alter_table("problem_picks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_problem_picks_asked_id"), ["asked_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_problem_picks_problem_id"), ["problem_id"], unique=False)

    op.create_table(
        "problem_sightings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("problem_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("at", bot.db.types.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["problems.id"],
            name=op.f("fk_problem_sightings_problem_id_problems"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_sightings")),
    )
    with op.batch_alter_table("problem_sightings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_problem_sightings_problem_id"), ["problem_id"], unique=False)

    op.create_table(
        "problem_ideas",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pick_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("message_ts", sa.String(length=32), nullable=True),
        sa.Column("at", bot.db.types.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pick_id"],
            ["problem_picks.id"],
            name=op.f("fk_problem_ideas_pick_id_problem_picks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_ideas")),
        sa.UniqueConstraint("pick_id", "message_ts", name=op.f("uq_problem_ideas_pick_id_message_ts")),
    )
    op.create_table(
        "problem_idea_votes",
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["problem_ideas.id"],
            name=op.f("fk_problem_idea_votes_idea_id_problem_ideas"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("idea_id", "user_id", name=op.f("pk_problem_idea_votes")),
    )


def downgrade() -> None:
    op.drop_table("problem_idea_votes")
    op.drop_table("problem_ideas")
    with op.batch_alter_table("problem_sightings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_problem_sightings_problem_id"))

    op.drop_table("problem_sightings")
    with op.batch_alter_table("problem_picks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_problem_picks_problem_id"))
        batch_op.drop_index(batch_op.f("ix_problem_picks_asked_id"))

    op.drop_table("problem_picks")
    op.drop_table("problems")
    op.drop_table("problem_session_settings")
