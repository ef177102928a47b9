"""An event as Slack sent it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base


class EnvelopeState(StrEnum):
    NEW = "new"
    DONE = "done"
    SKIPPED = "skipped"  # too old, or nobody listens
    DEAD = "dead"  # failed five times


class Envelope(Base):
    """One event. Slack delivers an event again and again, hourly for a day at worst: `event_id` is taken once.

    `lease_until` keeps a second worker from an event that is being handled, and `attempt` fences the first one
    when it comes back late.
    """

    __tablename__ = "envelopes"
    __table_args__ = (
        CheckConstraint("state IN ('new', 'done', 'skipped', 'dead')", name="state"),
        Index(
            "ix_envelopes_new",
            "id",
            postgresql_where=text("state = 'new'"),
            sqlite_where=text("state = 'new'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    slack_team_id: Mapped[str] = mapped_column(String(32))
    event_id: Mapped[str] = mapped_column(String(64), unique=True)
    type: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    event_time: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(16), default=EnvelopeState.NEW)
    not_before: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(255))
