"""The 1:1 of two people: what they bring, what they answer, what they note and promise. All of it is encrypted."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base
from bot.db.types import EncryptedJSON, EncryptedText


class ItemState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Pair(Base):
    """Two people who meet. `first_id` is the smaller of their ids, so that there is one pair whoever begins."""

    __tablename__ = "pairs"
    __table_args__ = (UniqueConstraint("workspace_id", "first_id", "second_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"), index=True)
    """The team whose records suggest what to talk about."""
    first_id: Mapped[str] = mapped_column(String(32))
    second_id: Mapped[str] = mapped_column(String(32), index=True)
    conversation_id: Mapped[str | None] = mapped_column(String(32))
    """Their group DM with the app; none where it may not open one, and each has a DM instead."""
    questions: Mapped[list[str]] = mapped_column(EncryptedJSON)
    asked: Mapped[int] = mapped_column(default=0)
    """How many of the questions are asked at a time, in turn; 0: all of them."""
    turn: Mapped[int] = mapped_column(default=0)
    """The first of the questions to be asked next."""
    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @property
    def user_ids(self) -> tuple[str, str]:
        return self.first_id, self.second_id

    def other(self, user_id: str) -> str:
        return self.second_id if user_id == self.first_id else self.first_id

    @property
    def recipients(self) -> list[str]:
        """Where both are reached: their group DM, or each one's own."""
        return [self.conversation_id] if self.conversation_id else [*self.user_ids]

    @property
    def questions_now(self) -> list[str]:
        if not self.asked or self.asked >= len(self.questions):
            return self.questions
        doubled = [*self.questions, *self.questions]
        begin = self.turn % len(self.questions)
        return doubled[begin : begin + self.asked]


class AgendaItem(Base):
    """Something to talk about. What is `private` is its author's until the meeting.

    `meeting_id` is the occurrence on whose agenda it stands; an open one without any waits for the next.
    """

    __tablename__ = "agenda_items"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'dropped')", name="state"),
        UniqueConstraint("meeting_id", "suggested"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    pair_id: Mapped[int] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[str | None] = mapped_column(String(32))
    """None: the shared record suggested it."""
    text: Mapped[str] = mapped_column(EncryptedText)
    link: Mapped[str | None] = mapped_column(EncryptedText)
    """Of the message it came from."""
    suggested: Mapped[str | None] = mapped_column(String(64))
    """The key of what a ritual suggested, so that it stands there once."""
    private: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16))
    meeting_id: Mapped[int | None] = mapped_column(
        ForeignKey("occurrences.id", ondelete="SET NULL"), index=True
    )
    carried: Mapped[int] = mapped_column(default=0)
    """How many meetings it was left over from."""
    created_at: Mapped[datetime]


class Answer(Base):
    """What one of the two answers to a question before a meeting; answering again changes it."""

    __tablename__ = "one_on_one_answers"
    __table_args__ = (UniqueConstraint("meeting_id", "user_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("occurrences.id", ondelete="CASCADE"))
    user_id: Mapped[str] = mapped_column(String(32))
    position: Mapped[int]
    question: Mapped[str] = mapped_column(EncryptedText)
    text: Mapped[str] = mapped_column(EncryptedText)
    at: Mapped[datetime]


class Note(Base):
    """What was said, of an item or of all of the meeting."""

    __tablename__ = "one_on_one_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("occurrences.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_items.id", ondelete="SET NULL"))
    author_id: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(EncryptedText)
    at: Mapped[datetime]


class ActionItem(Base):
    """A promise: what one of them will do, and by when."""

    __tablename__ = "action_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    pair_id: Mapped[int] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(
        ForeignKey("occurrences.id", ondelete="SET NULL"), index=True
    )
    owner_id: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(EncryptedText)
    due_on: Mapped[date | None]
    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_in: Mapped[int | None]
    """The meeting in which it was ticked off."""
