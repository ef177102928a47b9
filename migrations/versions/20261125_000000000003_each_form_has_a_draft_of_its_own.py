"""each open form has a draft of its own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "000000000003"
down_revision: str | None = "6cb140a316f3"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("drafts") as batch_op:
        batch_op.add_column(sa.Column("view_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("ids", sa.JSON(), nullable=True))
    drafts = sa.table(
        "drafts", sa.column("id", sa.BigInteger), sa.column("view_id", sa.String), sa.column("ids", sa.JSON)
    )
    # Those there are belong to forms that are closed: any name that no view has will do.
    op.execute(
        drafts.update().values(view_id=sa.literal("closed:") + sa.cast(drafts.c.id, sa.String), ids={})
    )
    with op.batch_alter_table("drafts") as batch_op:
        batch_op.alter_column("view_id", existing_type=sa.String(length=64), nullable=False)
        batch_op.alter_column("ids", existing_type=sa.JSON(), nullable=False)
        batch_op.drop_constraint("uq_drafts_workspace_id_user_id_form_subject", type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_drafts_workspace_id_user_id_view_id"), ["workspace_id", "user_id", "view_id"]
        )


def downgrade() -> None:
    drafts = sa.table(
        "drafts",
        sa.column("id", sa.BigInteger),
        *(sa.column(name, sa.String) for name in ("workspace_id", "user_id", "form", "subject")),
    )
    about = (drafts.c.workspace_id, drafts.c.user_id, drafts.c.form, drafts.c.subject)
    newest = sa.select(sa.func.max(drafts.c.id)).group_by(*about)
    op.execute(drafts.delete().where(drafts.c.id.not_in(newest)))
    with op.batch_alter_table("drafts") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_drafts_workspace_id_user_id_view_id"), type_="unique")
        batch_op.create_unique_constraint(
            "uq_drafts_workspace_id_user_id_form_subject", ["workspace_id", "user_id", "form", "subject"]
        )
        batch_op.drop_column("ids")
        batch_op.drop_column("view_id")
