"""What repeats, and each time it came or will come about."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.db.base import Base
from bot.schedule.plan import StepTime
from bot.schedule.rules import Rule, parse_rule


class OccurrenceState(StrEnum):
    DUE = "due"
    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    MISSED = "missed"


TEAM = "team"
"""What a cadence follows that goes by its team's zone; no person has such an id."""

TO_COME = (OccurrenceState.DUE, OccurrenceState.OPEN)


class Cadence(Base):
    """How often a ritual repeats for one subject (a pair, a team), by local time; what is to come are occurrences."""

    __tablename__ = "cadences"
    __table_args__ = (UniqueConstraint("workspace_id", "ritual", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    """The team by whose working calendar it goes."""
    ritual: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    """What it is for: a row of the ritual's own."""
    rule: Mapped[dict[str, Any]]
    """A `rules.Rule`."""
    wall_time: Mapped[str] = mapped_column(String(5))
    timezone: Mapped[str] = mapped_column(String(64))
    follows: Mapped[str | None] = mapped_column(String(32))
    """Whose zone it is: a person's, and when that changes in Slack, so does this one; or its team's (`TEAM`).

    None: a zone that somebody chose, which stays.
    """
    anchor: Mapped[date]
    """Its first week or month; every second week is counted from here."""
    steps: Mapped[list[Any]]
    """`plan.StepTime`s, in the order in which they are due."""
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str | None] = mapped_column(String(32))
    resumes_on: Mapped[date | None]
    ended: Mapped[bool] = mapped_column(default=False)
    tzdata: Mapped[str] = mapped_column(String(16), default="")
    """The version of the time zones by which its next occurrence was planned."""

    silent_until: Mapped[datetime | None]
    """When a backup was brought back: what was due by then has been said, and is done without a word."""

    people: Mapped[list["CadencePerson"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="CadencePerson.user_id"
    )

    @property
    def parsed_rule(self) -> Rule:
        return parse_rule.validate_python(self.rule)

    @property
    def step_times(self) -> list[StepTime]:
        return [StepTime.model_validate(step) for step in self.steps]

    def step_time(self, name: str) -> StepTime:
        return next(step for step in self.step_times if step.name == name)

    @property
    def at(self) -> time:
        return time.fromisoformat(self.wall_time)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def rests(self) -> bool:
        """Whether nothing of it comes until a person does something."""
        return self.ended or (self.paused_at is not None and self.resumes_on is None)

    def is_paused(self, now: datetime) -> bool:
        """Whether it rests because somebody paused it; a pause until a day ends by itself."""
        today = now.astimezone(self.zone).date()
        return self.paused_at is not None and (self.resumes_on is None or today < self.resumes_on)

    @property
    def user_ids(self) -> list[str]:
        """Those without whom it does not take place."""
        return [person.user_id for person in self.people]


class CadencePerson(Base):
    __tablename__ = "cadence_people"

    cadence_id: Mapped[int] = mapped_column(ForeignKey("cadences.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))

    __table_args__ = (Index(None, "workspace_id", "user_id"),)


class Occurrence(Base):
    """One time a cadence came due. `day` is the rule's own date and can come once only; `starts_at` may be moved."""

    __tablename__ = "occurrences"
    __table_args__ = (
        UniqueConstraint("cadence_id", "day"),
        CheckConstraint("state IN ('due', 'open', 'done', 'skipped', 'missed')", name="state"),
        Index(
            "ix_occurrences_next_at",
            "next_at",
            postgresql_where=text("next_at IS NOT NULL"),
            sqlite_where=text("next_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    cadence_id: Mapped[int] = mapped_column(ForeignKey("cadences.id", ondelete="CASCADE"))
    day: Mapped[date]
    starts_at: Mapped[datetime]
    moved: Mapped[str] = mapped_column(Text, default="")
    """What moved it off its day: a holiday's name."""
    moved_by: Mapped[str | None] = mapped_column(String(32))
    """Or the person who did."""
    state: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(Text, default="")
    """Why it was skipped or missed, as people are told."""
    step: Mapped[str | None] = mapped_column(String(16))
    """What happens next in it, and when; nothing when it is over."""
    next_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)

    cadence: Mapped[Cadence] = relationship(lazy="raise")

    @property
    def is_to_come(self) -> bool:
        return self.state in TO_COME

    @property
    def is_silent(self) -> bool:
        """Whether its next step was done once already, before a backup was brought back."""
        said_until = self.cadence.silent_until
        return self.next_at is not None and said_until is not None and self.next_at <= said_until

    @property
    def starts_on(self) -> date:
        """The local date on which it takes place."""
        return self.starts_at.astimezone(self.cadence.zone).date()


class CatchUp(Base):
    """When the last thing that was late reached, or will reach, a person."""

    __tablename__ = "catch_ups"

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]
