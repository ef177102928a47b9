"""A product team in a workspace, who is in it, and each person's wishes."""

import json
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.access.rules import WhoMay
from bot.db.base import Base
from bot.people.calendar import Calendar, DaysOff
from bot.people.places import Place


class Role(StrEnum):
    PM = "pm"
    LEAD = "lead"
    ENGINEER = "engineer"
    DESIGNER = "designer"
    OTHER = "other"


class Team(Base):
    """One home channel, one PM, one tech lead. Made by the first record of a channel, set up by a person later."""

    __tablename__ = "teams"
    __table_args__ = (
        UniqueConstraint("workspace_id", "channel_id"),
        CheckConstraint("who_may IN ('channel', 'owners')", name="who_may"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    channel_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(80))
    pm_id: Mapped[str | None] = mapped_column(String(32))
    lead_id: Mapped[str | None] = mapped_column(String(32))
    timezone: Mapped[str] = mapped_column(String(64))
    who_may: Mapped[str] = mapped_column(String(16), default=WhoMay.CHANNEL)
    capture_emoji: Mapped[str | None] = mapped_column(String(100))
    working_days: Mapped[list[Any]] = mapped_column(
        default=lambda: list(range(5)), server_default="[0, 1, 2, 3, 4]"
    )
    """As `date.weekday()` counts them."""
    country: Mapped[str | None] = mapped_column(String(2))
    """Whose public holidays it keeps (ISO 3166), and of which region there."""
    region: Mapped[str | None] = mapped_column(String(64))
    is_set_up: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]

    members: Mapped[list["Member"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Member.user_id"
    )
    days_off: Mapped[list["TeamDaysOff"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="TeamDaysOff.first"
    )

    @property
    def owner_ids(self) -> frozenset[str]:
        """Who runs the team; before it is set up, who made it."""
        named = {self.pm_id, self.lead_id} - {None}
        return frozenset(user for user in (named or {self.created_by}) if user)

    @property
    def calendar(self) -> Calendar:
        """Its working calendar, where its days off are loaded."""
        off = tuple(DaysOff(row.first, row.last, row.name) for row in self.days_off)
        return Calendar(frozenset(self.working_days), self.country, self.region, off)

    @property
    def mark(self) -> str:
        """Another one for all settings, where they are loaded, that differ in anything."""
        settings = [
            [self.channel_id, self.name, self.pm_id, self.lead_id, self.timezone, self.who_may],
            [self.capture_emoji, self.working_days, self.country, self.region],
            sorted(member.user_id for member in self.members),
            sorted([f"{off.first}", f"{off.last}", off.name] for off in self.days_off),
        ]
        return sha256(json.dumps(settings).encode()).hexdigest()[:16]

    def today(self, now: datetime) -> date:
        """The day it is where the team works."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def place(self) -> Place | None:
        """Whose public holidays it keeps."""
        return Place(self.country, self.region) if self.country else None

    def is_of(self, user_id: str) -> bool:
        """Whether this person is in it or runs it."""
        return user_id in self.owner_ids or user_id in {member.user_id for member in self.members}

    def is_joint(self, user_ids: set[str]) -> bool:
        """Whether PM and tech lead are both among these people."""
        return bool(self.pm_id and self.lead_id and {self.pm_id, self.lead_id} <= user_ids)


class Member(Base):
    __tablename__ = "members"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16), default=Role.OTHER)


class TeamDaysOff(Base):
    """Days on which nobody of a team works: both included."""

    __tablename__ = "days_off"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    first: Mapped[date]
    last: Mapped[date]
    name: Mapped[str] = mapped_column(String(80), default="")


class Absence(Base):
    """Days on which a person is away, both included; nothing of ours waits for them or writes to them then."""

    __tablename__ = "absences"
    __table_args__ = (Index(None, "workspace_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[str] = mapped_column(String(32))
    first: Mapped[date]
    last: Mapped[date]
    noted_by: Mapped[str] = mapped_column(String(32))
    noted_at: Mapped[datetime]


class Person(Base):
    """A person's own wishes. There is no row for somebody who never said any, nor opened Home."""

    __tablename__ = "people"

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), default="")
    """Shown instead of a mention while muted, as a mention would ping them."""
    muted: Mapped[bool] = mapped_column(default=False)
    has_home: Mapped[bool] = mapped_column(default=False)
    """Whether they ever opened Home: for others none is published."""
