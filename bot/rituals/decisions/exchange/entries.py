"""What one decision says, wherever it was written down."""

from dataclasses import dataclass, field
from datetime import date

from bot.rituals.decisions.models import Status


@dataclass
class Option:
    """What else was considered, and what was said about it."""

    name: str
    why_not: str = ""
    reconsider_when: str = ""


@dataclass
class Entry:
    """Every field but the title may be unknown. Texts are Markdown as their authors wrote it."""

    title: str
    format: str
    name: str = ""
    """What others call it where it was written down: `D-12`, `ADR-0012`. Empty where its path says that."""
    status: Status | None = None
    decided_on: date | None = None
    deciders: list[str] = field(default_factory=list)
    context: str = ""
    decision: str = ""
    alternatives: list[Option] = field(default_factory=list)
    consequences: str = ""
    notes: str = ""
    """All that is none of the other fields, so that nothing is lost."""
    supersedes: list[str] = field(default_factory=list)
    superseded_by: list[str] = field(default_factory=list)
    """Other records as they are named: the target of a link, or a number."""

    # What only our own exports say.
    reverses: list[str] = field(default_factory=list)
    relates_to: list[str] = field(default_factory=list)
    consulted: list[str] = field(default_factory=list)
    must_know: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    revisit_on: date | None = None
    revisit_when: str = ""
    withdrawn: str | None = None
    """Why it was taken back; None while it stands."""
