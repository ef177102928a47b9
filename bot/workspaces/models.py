"""A Slack workspace (or an Enterprise org install) that installed the app."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base
from bot.db.types import EncryptedText


class WorkspaceState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"  # Slack refuses the token: nothing is sent, everything is kept
    UNINSTALLED = "uninstalled"


class Workspace(Base):
    """One installation. `slack_id` is Slack's team id, or the enterprise id of an org-wide install."""

    __tablename__ = "workspaces"
    __table_args__ = (CheckConstraint("state IN ('active', 'suspended', 'uninstalled')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slack_id: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(255), default="")
    state: Mapped[str] = mapped_column(String(16), default=WorkspaceState.ACTIVE)
    bot_token: Mapped[str | None] = mapped_column(EncryptedText)
    bot_user_id: Mapped[str] = mapped_column(String(32), default="")
    bot_id: Mapped[str] = mapped_column(String(32), default="")
    scopes: Mapped[list[str]] = mapped_column(default=list)
    installed_by: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]
    state_changed_at: Mapped[datetime]
