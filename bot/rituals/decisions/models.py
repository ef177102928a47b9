"""A decision: what was chosen, why, over what, at what price, by whom; and who answered that they know."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload
from sqlalchemy.sql.base import ExecutableOption

from bot.db.base import Base
from bot.records.models import Record


class Status(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    REVERSED = "reversed"
    UNKNOWN = "unknown"


CHOSEN = (Status.PROPOSED, Status.ACCEPTED, Status.REJECTED)
"""What a person can set; superseded and reversed come about by a later decision, unknown by a file that says none."""

STANDING = (*CHOSEN, Status.UNKNOWN)


class Part(StrEnum):
    """What somebody had to do with a decision."""

    DECIDER = "decider"
    CONSULTED = "consulted"
    MUST_KNOW = "must_know"


class Answer(StrEnum):
    KNOW = "know"
    QUESTION = "question"
    DISAGREE = "disagree"
    BLOCKS = "blocks"


class Decision(Record):
    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint(
            "status IN ('proposed', 'accepted', 'rejected', 'superseded', 'reversed', 'unknown')",
            name="status",
        ),
    )
    __mapper_args__ = {"polymorphic_identity": "decision"}  # noqa: RUF012 -- read by SQLAlchemy from the class
    prefix = "D"
    listed_by = "/decision list"

    id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(Text, default="")
    """What was decided, in full, where a file says more than the title."""
    context: Mapped[str] = mapped_column(Text, default="")
    trade_offs: Mapped[str] = mapped_column(Text, default="")
    decided_on: Mapped[date | None]
    decided_jointly: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether PM and tech lead, as the team had them when the deciders were named, are both among these."""
    revisit_on: Mapped[date | None] = mapped_column(index=True)
    revisit_when: Mapped[str] = mapped_column(Text, default="")
    revisit_asked_on: Mapped[date | None]
    """Of a date to look again the one that its makers were asked on."""
    notes: Mapped[str] = mapped_column(Text, default="")

    alternatives: Mapped[list["Alternative"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Alternative.position"
    )
    people: Mapped[list["DecisionPerson"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="DecisionPerson.position"
    )
    tags: Mapped[list["DecisionTag"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="DecisionTag.tag"
    )
    acknowledgements: Mapped[list["Acknowledgement"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Acknowledgement.at"
    )

    @classmethod
    def whole(cls) -> tuple[ExecutableOption, ...]:
        own = (cls.alternatives, cls.people, cls.tags, cls.acknowledgements)
        return (*super().whole(), *map(selectinload, own))

    def user_ids(self, part: Part) -> list[str]:
        return [person.user_id for person in self.people if person.part == part]

    def name_people(self, parts: Mapping[Part, Iterable[str]]) -> None:
        """Who has which part from now on, in this order; who is named twice in one counts once."""
        before = {*self.user_ids(Part.DECIDER)}
        there = {(person.part, person.user_id): person for person in self.people}
        self.people = [
            _placed(there.get((part, user_id)) or DecisionPerson(part=part, user_id=user_id), position)
            for part, user_ids in parts.items()
            for position, user_id in enumerate(dict.fromkeys(user_ids))
        ]
        deciders = {*self.user_ids(Part.DECIDER)}
        if deciders != before:
            self.decided_jointly = self.team.is_joint(deciders)

    @property
    def tag_names(self) -> list[str]:
        return [tag.tag for tag in self.tags]

    @property
    def owner_ids(self) -> frozenset[str]:
        return super().owner_ids | frozenset(self.user_ids(Part.DECIDER))

    @property
    def stands(self) -> bool:
        """Whether it is still the last word on its matter, be that word a no."""
        return self.withdrawn_at is None and self.status in STANDING


class Alternative(Base):
    """What else was considered, and why not."""

    __tablename__ = "alternatives"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    why_not: Mapped[str] = mapped_column(Text, default="")
    reconsider_when: Mapped[str] = mapped_column(Text, default="")


class DecisionPerson(Base):
    __tablename__ = "decision_people"

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(String(16), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(120), primary_key=True, index=True)
    """Slack's id; of a decision from a file the name that stands there."""
    position: Mapped[int]


def _placed(person: DecisionPerson, position: int) -> DecisionPerson:
    person.position = position
    return person


class DecisionTag(Base):
    __tablename__ = "decision_tags"

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class Acknowledgement(Base):
    """One person's answer; answering again changes it."""

    __tablename__ = "acknowledgements"
    __table_args__ = (
        UniqueConstraint("decision_id", "user_id"),
        CheckConstraint("answer IN ('know', 'question', 'disagree', 'blocks')", name="answer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    user_id: Mapped[str] = mapped_column(String(32))
    answer: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    pressed_at: Mapped[str] = mapped_column(String(32))
    """Slack's `action_ts`: a request sent again later than a newer answer changes nothing."""


class LivingLog(Base):
    """That a team's log is kept in its channel, and in what: a canvas, or where none can be had a pinned message."""

    __tablename__ = "living_logs"
    __table_args__ = (
        Index(
            "ix_living_logs_looks_at",
            "looks_at",
            postgresql_where=text("looks_at IS NOT NULL"),
            sqlite_where=text("looks_at IS NOT NULL"),
        ),
    )

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    channel_id: Mapped[str] = mapped_column(String(32))
    """Where it is kept; where the team moves, it goes along."""
    kept_by: Mapped[str] = mapped_column(String(32))
    """Who wanted it, and hears when it cannot be had."""
    is_on: Mapped[bool]
    as_message: Mapped[bool] = mapped_column(default=False)
    document_id: Mapped[str | None] = mapped_column(String(36), index=True)
    """The delivery that is the canvas or the message; none before the first is written, and when it is gone."""
    documents: Mapped[int] = mapped_column(default=0)
    """How many there were: each is another one for the outbox."""
    address: Mapped[str] = mapped_column(Text, default="")
    """The workspace's own, `https://acme.slack.com/`, for links to cards."""
    written: Mapped[str] = mapped_column(String(64), default="")
    """A fingerprint of what stands in it: what would be the same is not written again."""
    looks_at: Mapped[datetime | None]
    """When it is brought up to date; nothing while nothing has changed."""


class ImportedFile(Base):
    """A file that a team's decisions were read from, byte for byte."""

    __tablename__ = "imported_files"
    __table_args__ = (UniqueConstraint("team_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(Text)
    """As it was named at import; importing it again by the same name is an update. In another team's repository
    another file may be called the same."""
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    imported_at: Mapped[datetime]


class ImportedDecision(Base):
    """Where in a file a decision stood, and which other records it names there."""

    __tablename__ = "imported_decisions"

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("imported_files.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    """What the file calls it, such as `D-12`; empty where it does not say."""
    format: Mapped[str] = mapped_column(String(32))
    supersedes: Mapped[list[str]] = mapped_column(default=list)
    superseded_by: Mapped[list[str]] = mapped_column(default=list)
    reverses: Mapped[list[str]] = mapped_column(default=list)
    relates_to: Mapped[list[str]] = mapped_column(default=list)
