"""A record and what hangs on it. A ritual's own record is a subclass with a table of its own."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.base import ExecutableOption

from bot.access.rules import WhoMay
from bot.db.base import Base
from bot.db.types import EncryptedJSON
from bot.people.models import Team

IMPORTED = ""
"""The author of a record that was read from a file."""


class Record(Base):
    """What a team keeps: it has a short number in its workspace and belongs to the channel that may read it."""

    __tablename__ = "records"
    __table_args__: tuple[SchemaItem, ...] = (
        UniqueConstraint("workspace_id", "kind", "number"),
        Index(None, "workspace_id", "channel_id"),
    )
    prefix = ""
    """The letter of its number, `D` in `D-12`."""
    listed_by = ""
    """The command that shows which of its kind there are."""
    decidable = False
    """Whether a decision may be about one of its kind."""

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    channel_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(32))
    withdrawn_why: Mapped[str | None] = mapped_column(Text)
    card_id: Mapped[str | None] = mapped_column(String(36))
    """The delivery that is its card in the channel."""
    source_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id", ondelete="SET NULL"))

    team: Mapped[Team] = relationship(lazy="raise")
    source: Mapped["Source | None"] = relationship(lazy="raise")

    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012 -- read by SQLAlchemy from the class

    @classmethod
    def whole(cls) -> tuple[ExecutableOption, ...]:
        """What to load with a record so that it can be shown, and be asked about by `access.rules.require`."""
        return (joinedload(cls.team, innerjoin=True), joinedload(cls.source))

    @property
    def name(self) -> str:
        """What people call it: `D-12`."""
        return f"{self.prefix}-{self.number}"

    @property
    def owner_ids(self) -> frozenset[str]:
        authors = frozenset({self.created_by} - {IMPORTED})
        return authors | (self.team.owner_ids if self.team.is_set_up else frozenset())

    @property
    def who_may(self) -> str:
        return self.team.who_may if self.team.is_set_up else WhoMay.CHANNEL


class Counter(Base):
    """The last number given to a kind of record in a workspace."""

    __tablename__ = "counters"

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    last: Mapped[int]


class Relation(StrEnum):
    SUPERSEDES = "supersedes"
    REVERSES = "reverses"
    RELATES_TO = "relates_to"
    DECIDES = "decides"
    """A decision about what another record brought up."""


REPLACING = (Relation.SUPERSEDES, Relation.REVERSES)
"""By which a record takes another's place."""


class RecordLink(Base):
    """One record points to another; read from either end."""

    __tablename__ = "record_links"
    __table_args__ = (
        CheckConstraint("relation IN ('supersedes', 'reverses', 'relates_to', 'decides')", name="relation"),
        CheckConstraint("from_id <> to_id", name="not_itself"),
    )

    from_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
    to_id: Mapped[int] = mapped_column(
        ForeignKey("records.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    relation: Mapped[str] = mapped_column(String(16))
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]


class Revision(Base):
    """One edit: who, when, and each field before and after."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("record_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"))
    number: Mapped[int]
    user_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    changes: Mapped[dict[str, Any]]
    """Field name → [before, after]."""


class Draft(Base):
    """What Slack had shown us of a form that was not saved."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("workspace_id", "user_id", "view_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[str] = mapped_column(String(32))
    form: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))
    """What the form is about: a channel for a new record, a record's id for a change."""
    view_id: Mapped[str] = mapped_column(String(64))
    """The open form that it belongs to."""
    ids: Mapped[dict[str, Any]]
    """The ids that the form carried."""
    values: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON)
    updated_at: Mapped[datetime] = mapped_column(index=True)


class Submission(Base):
    """A form that was saved, so that sending it again (a double click, a replay) saves nothing twice."""

    __tablename__ = "submissions"

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    view_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(index=True)


class SourceState(StrEnum):
    KEPT = "kept"
    EDITED = "edited"
    DELETED = "deleted"


class Source(Base):
    """The Slack message a record was made from, copied: free workspaces lose sight of theirs after 90 days."""

    __tablename__ = "sources"
    __table_args__ = (
        UniqueConstraint("workspace_id", "channel_id", "ts"),
        CheckConstraint("state IN ('kept', 'edited', 'deleted')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    channel_id: Mapped[str] = mapped_column(String(32))
    ts: Mapped[str] = mapped_column(String(32))
    thread_ts: Mapped[str | None] = mapped_column(String(32))
    user_id: Mapped[str | None] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    permalink: Mapped[str | None] = mapped_column(Text)
    thread: Mapped[list[Any]] = mapped_column(default=list)
    """The replies as {user, ts, text}, oldest first, as far as the app may read them."""
    state: Mapped[str] = mapped_column(String(16), default=SourceState.KEPT)
    changed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    fetched_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
