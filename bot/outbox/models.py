"""What waits to be sent, in which line, and what Slack asked us to hold back."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base
from bot.db.types import EncryptedJSON


class Kind(StrEnum):
    POST = "post"
    UPDATE = "update"
    EPHEMERAL = "ephemeral"
    PIN = "pin"
    CANVAS = "canvas"
    CANVAS_UPDATE = "canvas_update"


UPDATES = (Kind.UPDATE, Kind.CANVAS_UPDATE)
CANVASES = (Kind.CANVAS, Kind.CANVAS_UPDATE)
SAME_TWICE = (*UPDATES, Kind.PIN)
"""Done twice, it is done once: an answer that is lost does no harm."""


class DeliveryState(StrEnum):
    WAITING = "waiting"  # for its parent to be sent
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    PAUSED = "paused"  # somebody must do something in Slack first; `resume` goes on
    UNCERTAIN = "uncertain"  # it may have arrived and we may not look: never resent by itself
    DEAD = "dead"
    SKIPPED = "skipped"


TROUBLED = (DeliveryState.PAUSED, DeliveryState.UNCERTAIN, DeliveryState.DEAD)


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


class Lane(Base):
    """The line of one conversation: its messages go one at a time, at the pace that Slack allows.

    `next_at` is when its next message may go (none: nothing waits), `free_at` when the pace allows one at the soonest.
    Replicas share the pace because they share this row. `channel_id` is the conversation behind a person's id.
    """

    __tablename__ = "lanes"
    __table_args__ = (UniqueConstraint("workspace_id", "recipient", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    recipient: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    channel_id: Mapped[str | None] = mapped_column(String(32))
    free_at: Mapped[datetime]
    next_at: Mapped[datetime | None] = mapped_column(index=True)


class Gate(Base):
    """A Web API method that a workspace may not be asked before a time: Slack's Retry-After, for all replicas."""

    __tablename__ = "gates"

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    method: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)


class Delivery(Base):
    """One message or canvas, one change of it, or its pin, on its way to Slack.

    `id` is what Slack sees in the message's metadata, where every app of the workspace can read it: it tells nothing.
    `parent_id` is the message whose thread a post joins, or what an update changes or a pin holds on top.
    `message_ts` is Slack's id of it: of a message its ts, of a canvas `F…`.
    `first_try_at` stays set while an earlier request may have arrived: then history is read before the next one.
    After a request that nobody answered `again_at` is when the next one may be made: while the lease of that try runs,
    Slack may still take it. What is not on its way by `useful_until` is skipped. `attempt` counts takings and fences late markers; `failures` counts answers that were no.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("workspace_id", "source", "recipient", "part"),
        CheckConstraint(
            "kind IN ('post', 'update', 'ephemeral', 'pin', 'canvas', 'canvas_update')", name="kind"
        ),
        CheckConstraint(
            "state IN ('waiting', 'due', 'sending', 'sent', 'paused', 'uncertain', 'dead', 'skipped')",
            name="state",
        ),
        _partial("ix_deliveries_lane", "lane_id", "not_before", "number", where="state = 'due'"),
        _partial("ix_deliveries_new", "number", where="lane_id IS NULL AND state = 'due'"),
        _partial("ix_deliveries_lease", "lease_until", where="state = 'sending'"),
        _partial("ix_deliveries_trouble", "workspace_id", where="state IN ('paused', 'uncertain', 'dead')"),
        _partial(
            "ix_deliveries_useful",
            "useful_until",
            where="useful_until IS NOT NULL AND state IN ('waiting', 'due', 'paused')",
        ),
        _partial("ix_deliveries_waiting", "parent_id", where="state = 'waiting'"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(String(255))
    recipient: Mapped[str] = mapped_column(String(32))
    part: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(16))
    payload: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON)
    revision: Mapped[int] = mapped_column(default=0)
    parent_id: Mapped[str | None] = mapped_column(String(36))
    tell_user_id: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    lane_id: Mapped[int | None] = mapped_column(ForeignKey("lanes.id", ondelete="SET NULL"))
    not_before: Mapped[datetime]
    useful_until: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    first_try_at: Mapped[datetime | None]
    again_at: Mapped[datetime | None]
    channel_id: Mapped[str | None] = mapped_column(String(32))
    thread_ts: Mapped[str | None] = mapped_column(String(32))
    message_ts: Mapped[str | None] = mapped_column(String(32))
    last_error: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
