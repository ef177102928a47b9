"""Who may do what to which record. Everything that names a record by an id from Slack passes `require` first."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.errors import NotAllowed, NotFound
from bot.i18n import _


class Kind(StrEnum):
    """What Slack says a person is in this workspace."""

    MEMBER = "member"
    GUEST = "guest"  # single- or multi-channel guest
    STRANGER = "stranger"  # from another workspace, met in a Slack Connect channel
    BOT = "bot"
    DEACTIVATED = "deactivated"
    UNKNOWN = "unknown"  # Slack did not say, or not in time: sees nothing


@dataclass(frozen=True)
class Actor:
    """Who did something: a row of `workspaces`, and Slack's user id. From Slack's own envelope, so it can be believed."""

    workspace_id: int
    user_id: str


@dataclass(frozen=True)
class Viewer(Actor):
    """An actor and what they may see, at most `directory.FRESH_SECONDS` old."""

    kind: Kind
    is_admin: bool
    channels: frozenset[str]
    """Conversations they can read now: those they are in, and public ones if they are a full member."""
    joined: frozenset[str] = frozenset()
    """Those of them that they are in."""

    def sees(self, channel_id: str) -> bool:
        return channel_id in self.channels

    def is_in(self, channel_id: str) -> bool:
        return channel_id in self.joined


class Action(StrEnum):
    READ = "read"
    ACKNOWLEDGE = "acknowledge"  # answer, question, thank
    LOG = "log"  # add a record to a channel
    CHANGE = "change"  # edit, link, supersede, reverse
    WITHDRAW = "withdraw"
    ADMINISTER = "administer"  # a team's settings


class WhoMay(StrEnum):
    """A team's own rule for CHANGE."""

    CHANNEL = "channel"  # everybody in the channel
    OWNERS = "owners"  # the record's owners, the PM and the tech lead


class Guarded(Protocol):
    """What `require` needs to know of a record or a team."""

    @property
    def workspace_id(self) -> int: ...

    @property
    def channel_id(self) -> str: ...

    @property
    def owner_ids(self) -> frozenset[str]:
        """Its author and makers; of a team the PM, the tech lead and who set it up."""
        ...

    @property
    def who_may(self) -> str:
        """A `WhoMay`."""
        ...


_ACTS = {Kind.MEMBER, Kind.GUEST, Kind.STRANGER}
_CHANGES = {Kind.MEMBER, Kind.GUEST}


def require(
    viewer: Viewer, action: Action, record: Guarded | None, *, name: str = "", listed_by: str = ""
) -> None:
    """Raise unless the viewer may. What they cannot see is answered exactly as what does not exist.

    `name` is what they called it, and `listed_by` the command that shows what there is instead.

    Raises:
        NotFound: no such record, another workspace's, or in a channel they cannot read.
        NotAllowed: they see it, and it is not theirs to do.
    """
    if record is None or record.workspace_id != viewer.workspace_id or not viewer.sees(record.channel_id):
        raise NotFound(missing(name, listed_by=listed_by))
    if not _may(viewer, action, record):
        raise NotAllowed(_refusal(viewer, action, record))


def missing(name: str = "", *, listed_by: str = "") -> str:
    if not name:
        return _("That is not there any more, or you cannot see it.")
    return _(
        "There is no {name} that you can see. `{command}` shows what there is.", name=name, command=listed_by
    )


def may(viewer: Viewer, action: Action, record: Guarded) -> bool:
    """The same question without the exception, to decide which buttons to show."""
    return (
        record.workspace_id == viewer.workspace_id
        and viewer.sees(record.channel_id)
        and _may(viewer, action, record)
    )


def _may(viewer: Viewer, action: Action, record: Guarded) -> bool:
    trusted = viewer.user_id in record.owner_ids or viewer.is_admin
    open_to_them = record.who_may == WhoMay.CHANNEL and viewer.is_in(record.channel_id)
    match action:
        case Action.READ:
            return viewer.kind in _ACTS
        case Action.ACKNOWLEDGE:
            return viewer.kind in _ACTS
        case Action.LOG:
            return viewer.kind in _CHANGES
        case Action.CHANGE:
            return viewer.kind in _CHANGES and (trusted or open_to_them)
        case Action.WITHDRAW:
            return viewer.kind in _CHANGES and trusted
        case Action.ADMINISTER:
            return viewer.kind is Kind.MEMBER and (trusted or open_to_them)


def _refusal(viewer: Viewer, action: Action, record: Guarded) -> str:
    """Why not, and whom to ask or what to do."""
    if viewer.kind not in _CHANGES:
        return _(
            "Guests from another workspace can read and answer here. Ask somebody of this team to do that."
        )
    if action is Action.WITHDRAW:
        return _("Only who logged or made this can withdraw it. Ask one of them, or a workspace admin.")
    if viewer.kind is Kind.GUEST and action is Action.ADMINISTER:
        return _("Guests cannot change a team. Ask its PM, its tech lead or a workspace admin.")
    if record.who_may == WhoMay.CHANNEL:
        return _("Only people in the channel can change this. Join it, then try again.")
    if action is Action.ADMINISTER:
        return _("Only the team's PM, tech lead or a workspace admin can change this. Ask one of them.")
    return _("In this team only the makers, the PM and the tech lead change a record. Ask one of them.")
