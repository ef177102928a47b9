"""How requests reach the app: over its Socket Mode connections when it has any, else signed and posted to its address."""

from dataclasses import dataclass
from typing import Literal, Protocol

from bot.playground.json_types import Json

RequestKind = Literal["slash_commands", "interactive", "events_api", "options"]


@dataclass(frozen=True, slots=True)
class Retry:
    """A repeated event: which attempt, and why the one before failed."""

    number: int
    reason: str


@dataclass(slots=True)
class AppAnswer:
    """`status`: HTTP's (200 for an ack over a socket), or `timed_out`, `not_connected`, `connection_failed`."""

    status: int | str
    body: object = None
    ms: float = 0.0
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        """Acknowledged; a redirect or an error is not."""
        return isinstance(self.status, int) and 200 <= self.status < 300


class AppLink(Protocol):
    async def send(self, kind: RequestKind, payload: Json, retry: Retry | None = None) -> AppAnswer: ...
