"""What a ritual's package exports: its ids with their listeners, and what it offers to the rest."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.schedule.worker import KeepUp, Timed
from bot.slack.home import HomeItem, HomeSection

Listener = Callable[..., Awaitable[object]]
"""A plain function; `slack.request.Request` gives it the arguments it names."""

EventListener = Callable[..., Awaitable[None]]
"""`async def on_x(session, *, event, workspace, now)`, run once in one transaction with the inbox row.

`event["event_time"]` is when it happened.
"""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Something a ritual suggests to a team's PM and tech lead for their next 1:1."""

    key: str
    """`decisions:12:unanswered`: the same thing has the same key."""
    text: str
    since: datetime


SuggestionOffer = Callable[..., Awaitable[Sequence[Suggestion]]]
"""`async def agenda(session, *, viewer, team, now)`: oldest first, only what the viewer can see."""


@dataclass(frozen=True, kw_only=True)
class Ritual:
    name: str
    """The folder's name, and the first part of every id."""
    summary: Callable[[], str]
    """One line for the `/partner` menu, in the reader's language."""
    commands: Mapping[str, Listener] = field(default_factory=dict)
    """The whole phrase: "/decision", "/partner win"."""
    actions: Mapping[str, Listener] = field(default_factory=dict)
    views: Mapping[str, Listener] = field(default_factory=dict)
    shortcuts: Mapping[str, Listener] = field(default_factory=dict)
    options: Mapping[str, Listener] = field(default_factory=dict)
    events: Mapping[str, EventListener] = field(default_factory=dict)
    """Slack's event type, or "message.<subtype>" as in "message.message_deleted".

    Several rituals may listen to one; what they change is one transaction.
    """
    stale_after: Mapping[str, timedelta] = field(default_factory=dict)
    """Events that are noted and not acted on when they come later than this: Slack may send one a day late."""
    own_events: Mapping[str, EventListener] = field(default_factory=dict)
    """What the bot tells itself, and any ritual may hear: `people.offers.TEAM_SET_UP`, `records.links.CHANGED` …"""
    waiting: Callable[..., Awaitable[Sequence[HomeItem]]] | None = None
    """`async def waiting(session, *, viewer, now)`: what waits for this person, for the top of their Home."""
    home: Callable[..., Awaitable[HomeSection | None]] | None = None
    """`async def home(session, *, viewer, now)`: the ritual's own part of Home."""
    agenda: SuggestionOffer | None = None
    """What it suggests for the 1:1 of a team's PM and tech lead."""
    timed: Mapping[str, Timed] = field(default_factory=dict)
    """What it does by itself, by what its cadences call their `ritual`: its name, or `decisions.digest` for one more."""
    keep_up: KeepUp | None = None
    """What it brings up to date by itself."""
