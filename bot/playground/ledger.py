"""All that was said, in order: each call the app made and each request it was sent, with their answers."""

from collections import deque
from collections.abc import Callable

from bot.playground.clock import Clock
from bot.playground.json_types import Json


class Ledger:
    """Keeps the newest `limit` entries, all of them when it is None; numbers run on over what was dropped."""

    def __init__(
        self, clock: Clock, limit: int | None = None, on_entry: Callable[[], None] = lambda: None
    ) -> None:
        self._clock = clock
        self._on_entry = on_entry
        self._entries: deque[Json] = deque(maxlen=limit)
        self._last = 0

    def add(self, kind: str, **facts: object) -> Json:
        """The entry stays open to be completed: an answer may come long after its request was written down."""
        self._last += 1
        entry = {"seq": self._last, "at": self._clock.now().isoformat(), "kind": kind, **facts}
        self._entries.append(entry)
        self._on_entry()
        return entry

    def complete(self, entry: Json, **facts: object) -> None:
        entry |= facts
        self._on_entry()

    def since(self, seq: int) -> list[Json]:
        newest: list[Json] = []
        for entry in reversed(self._entries):
            if entry["seq"] <= seq:
                break
            newest.append(entry)
        return newest[::-1]

    def find(self, seq: int) -> Json | None:
        return next((entry for entry in self._entries if entry["seq"] == seq), None)
