"""A win: what got done, what it makes possible, to whom thanks are owed; and who said thank you."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload
from sqlalchemy.sql.base import ExecutableOption

from bot.db.base import Base
from bot.records.models import Record


class Win(Record):
    __tablename__ = "wins"
    __mapper_args__ = {"polymorphic_identity": "win"}  # noqa: RUF012 -- read by SQLAlchemy from the class
    prefix = "W"
    listed_by = "/partner wins"

    id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
    makes_possible: Mapped[str] = mapped_column(Text, default="")
    thanks_to: Mapped[list[str]]
    """Slack's ids of people, in the order in which they were picked."""

    thanks: Mapped[list["Thanks"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Thanks.at"
    )

    @classmethod
    def whole(cls) -> tuple[ExecutableOption, ...]:
        return (*super().whole(), selectinload(cls.thanks))

    @property
    def thanked_by(self) -> list[str]:
        """Who said thank you. Whom an edit added to those thanked does not count any more."""
        theirs = {self.created_by, *self.thanks_to}
        return [row.user_id for row in self.thanks if row.user_id not in theirs]

    @property
    def told_on(self) -> date:
        """The day in the team's zone."""
        return self.created_at.astimezone(ZoneInfo(self.team.timezone)).date()


class Thanks(Base):
    """Somebody said thank you; once is enough."""

    __tablename__ = "thanks"

    win_id: Mapped[int] = mapped_column(ForeignKey("wins.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]
