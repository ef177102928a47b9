"""A problem, how often it was seen, the sessions it was picked for, and the ideas and the outcome it got there."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload
from sqlalchemy.sql.base import ExecutableOption

from bot.db.base import Base
from bot.records.models import Record

RECURRING = 3
"""Sessions without an outcome after which a problem is said to come up again and again."""
RECENT = timedelta(days=21)  # a problem that came up since is not suggested before the others


class ProblemState(StrEnum):
    OPEN = "open"
    EXPLORE = "explore"
    DECIDED = "decided"
    SOLVED = "solved"
    PARKED = "parked"


OUTCOMES = (ProblemState.EXPLORE, ProblemState.DECIDED, ProblemState.SOLVED, ProblemState.PARKED)
"""What a session can come to about a problem."""

PICKABLE = (ProblemState.OPEN, ProblemState.EXPLORE, ProblemState.PARKED)
"""What a session can be about."""

FOLLOWED_UP = (ProblemState.EXPLORE, ProblemState.DECIDED, ProblemState.SOLVED)
"""Outcomes of which somebody is asked weeks later whether they helped."""


class Helped(StrEnum):
    YES = "yes"
    LITTLE = "little"
    NO = "no"


class Problem(Record):
    """Who hurts, and what happens. There is no place for a solution in it."""

    __tablename__ = "problems"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'explore', 'decided', 'solved', 'parked')", name="state"),
    )
    __mapper_args__ = {"polymorphic_identity": "problem"}  # noqa: RUF012 -- read by SQLAlchemy from the class
    prefix = "P"
    listed_by = "/problem list"
    decidable = True

    id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16), default=ProblemState.OPEN)
    who: Mapped[str] = mapped_column(Text, default="")
    happens: Mapped[str] = mapped_column(Text, default="")
    """What happens, at length, where the title does not say it all."""
    evidence: Mapped[str] = mapped_column(Text, default="")
    cost: Mapped[str] = mapped_column(Text, default="")
    tried: Mapped[str] = mapped_column(Text, default="")

    sightings: Mapped[list["Sighting"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Sighting.id"
    )
    picks: Mapped[list["Pick"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Pick.id", back_populates="problem"
    )

    @classmethod
    def whole(cls) -> tuple[ExecutableOption, ...]:
        return (*super().whole(), selectinload(cls.sightings), selectinload(cls.picks))

    @property
    def times_seen(self) -> int:
        """Whoever logged it saw it first."""
        return 1 + len(self.sightings)

    @property
    def sessions(self) -> list["Pick"]:
        """The sessions that it came up in; one that is still to come does not count."""
        return [pick for pick in self.picks if pick.begun_at is not None]

    @property
    def is_recurring(self) -> bool:
        """Whether it comes up again and again, and nothing comes of it."""
        came_to_nothing = all(pick.outcome in (None, ProblemState.PARKED) for pick in self.sessions)
        return len(self.sessions) >= RECURRING and came_to_nothing

    def was_recent(self, now: datetime) -> bool:
        return any(pick.begun_at > now - RECENT for pick in self.sessions if pick.begun_at)


class Sighting(Base):
    """Somebody saw a problem again."""

    __tablename__ = "problem_sightings"

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problems.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str] = mapped_column(String(32))
    evidence: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class SessionSettings(Base):
    """What a team chose for its problem sessions, beside their cadence."""

    __tablename__ = "problem_session_settings"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    solution_words: Mapped[list[str]]
    """What sounds like a solution in this team."""
    hides_ideas: Mapped[bool] = mapped_column(default=True)
    """Until the reveal, so that the first idea does not anchor the rest."""
    created_by: Mapped[str] = mapped_column(String(32))


class Pick(Base):
    """A problem picked for a session (an occurrence of the team's cadence), and what came of it there."""

    __tablename__ = "problem_picks"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "problem_id"),
        CheckConstraint("outcome IN ('explore', 'decided', 'solved', 'parked')", name="outcome"),
        CheckConstraint("helped IN ('yes', 'little', 'no')", name="helped"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrences.id", ondelete="CASCADE"))
    problem_id: Mapped[int] = mapped_column(ForeignKey("problems.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    begun_at: Mapped[datetime | None]
    """When its session began; none while that is to come."""
    message_id: Mapped[str | None] = mapped_column(String(36))
    """The delivery that shows it in the channel; its thread is for ideas."""
    offer_id: Mapped[str | None] = mapped_column(String(36))
    """The delivery in that thread that leads to the decision log."""
    replies: Mapped[int] = mapped_column(default=0)
    """What people said in the thread until the session closed, and nobody made an idea of."""
    revealed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    outcome_by: Mapped[str | None] = mapped_column(String(32))
    asked_id: Mapped[str | None] = mapped_column(String(32), index=True)
    """Who was asked, weeks later, whether it helped."""
    helped: Mapped[str | None] = mapped_column(String(16))
    helped_words: Mapped[str] = mapped_column(Text, default="")
    helped_by: Mapped[str | None] = mapped_column(String(32))

    problem: Mapped[Problem] = relationship(lazy="raise", back_populates="picks")
    ideas: Mapped[list["Idea"]] = relationship(lazy="raise", cascade="all, delete-orphan", order_by="Idea.id")

    @property
    def said_in_thread(self) -> list[str]:
        """What we have said, or are about to say, in its thread."""
        return [one for one in (self.offer_id, *(idea.message_id for idea in self.ideas)) if one is not None]

    def plain_replies(self, counted: int, *, ours: int) -> int:
        """Of so many replies in its thread, those that are not our own and no ideas in their own right."""
        made_ideas = len([idea for idea in self.ideas if idea.message_ts is not None])
        return max(0, counted - ours - made_ideas)

    @property
    def ranked_ideas(self) -> list["Idea"]:
        """The most wanted first; of as many votes, the earlier one."""
        return sorted(self.ideas, key=lambda idea: -len(idea.voters))

    @property
    def most_wanted(self) -> "Idea | None":
        """The idea with the most votes, once one has any."""
        best = next(iter(self.ranked_ideas), None)
        return best if best is not None and best.voters else None


class Idea(Base):
    """What could be done about a problem, as somebody said in a session."""

    __tablename__ = "problem_ideas"
    __table_args__ = (UniqueConstraint("pick_id", "message_ts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pick_id: Mapped[int] = mapped_column(ForeignKey("problem_picks.id", ondelete="CASCADE"))
    user_id: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    message_ts: Mapped[str | None] = mapped_column(String(32))
    """The reply in the thread that it was made from."""
    message_id: Mapped[str | None] = mapped_column(String(36))
    """The delivery in that thread that shows it, once ideas are revealed."""
    at: Mapped[datetime]

    votes: Mapped[list["IdeaVote"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="IdeaVote.user_id"
    )
    thumbs: Mapped[list["IdeaThumb"]] = relationship(lazy="raise", cascade="all, delete-orphan")

    @property
    def voters(self) -> set[str]:
        """Who voted for it: by the button, by 👍, or by both, which is one vote."""
        return {vote.user_id for vote in self.votes} | self.thumbed_by

    @property
    def thumbed_by(self) -> set[str]:
        """Whose 👍 stands on one of its messages."""
        return {thumb.user_id for thumb in self.thumbs if thumb.stands}


class IdeaVote(Base):
    """Somebody likes an idea, and pressed the button; once is enough."""

    __tablename__ = "problem_idea_votes"

    idea_id: Mapped[int] = mapped_column(ForeignKey("problem_ideas.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)


class IdeaThumb(Base):
    """Somebody's 👍, of one skin tone, on a message of an idea, as Slack last told of it.

    What was taken away is kept, so that what Slack tells late, or twice, does not bring it back.
    """

    __tablename__ = "problem_idea_thumbs"

    idea_id: Mapped[int] = mapped_column(ForeignKey("problem_ideas.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    message_ts: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    """As in `+1::skin-tone-3`."""
    stands: Mapped[bool]
    told_at: Mapped[str] = mapped_column(String(32))
    """Slack's `event_ts`."""
