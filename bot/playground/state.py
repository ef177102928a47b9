"""All that one running local Slack keeps, and what a reset puts back."""

from collections.abc import Callable

from bot.playground.clock import Clock
from bot.playground.faults import Faults
from bot.playground.ledger import Ledger
from bot.playground.rate_limits import RateLimits
from bot.playground.seed import Seed, grow

# https://docs.slack.dev/interactivity/handling-user-interaction and /apis/events-api (2026-11), in seconds
ACK_SECONDS = 3.0
TRIGGER_SECONDS = 3.0
EVENT_RETRIES = (0.0, 60.0, 300.0)


class State:
    """Times are Slack's; `retry_scale` shortens the waits between retries of events. `on_entry`: the ledger grew."""

    def __init__(
        self,
        seed: Seed,
        *,
        url: str,
        ledger_limit: int | None = None,
        on_entry: Callable[[], None] = lambda: None,
    ) -> None:
        self.seed = seed
        self.url = url
        self.ledger_limit = ledger_limit
        self._on_entry = on_entry
        self._begin()

    def _begin(self) -> None:
        self.clock = Clock()
        self.world = grow(self.seed, self.clock, self.url)
        self.ledger = Ledger(self.clock, self.ledger_limit, self._on_entry)
        self.faults = Faults()
        self.rate_limits = RateLimits(on=bool(self.seed.document.get("rate_limits", False)))
        self.ack_seconds = float(self.seed.document.get("ack_seconds", ACK_SECONDS))
        self.trigger_seconds = float(self.seed.document.get("trigger_seconds", TRIGGER_SECONDS))
        self.retry_scale = float(self.seed.document.get("retry_scale", 1.0))

    def reset(self) -> None:
        """As on the first day: tokens, ids and addresses stay, everything said is forgotten."""
        doors = self.world.doors
        self._begin()
        self.world.doors = doors

    def move_to(self, url: str) -> None:
        """The address is known only once the server listens."""
        self.url = self.world.url = url
