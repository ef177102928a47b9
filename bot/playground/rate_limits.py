"""Slack's pace: calls a minute per method and workspace, one message a second per channel."""

import math
from collections import deque

# https://docs.slack.dev/apis/web-api/rate-limits (2026-11): tiers in calls a minute
CALLS_A_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
MINUTE = 60.0
# One message a second and channel; a sender that paces itself at exactly one second must not fail by its jitter.
SECONDS_BETWEEN_MESSAGES = 0.9


class RateLimits:
    """Off unless switched on, since most tests send faster than a person would."""

    def __init__(self, *, on: bool = False) -> None:
        self.on = on
        self._calls: dict[tuple[str, str], deque[float]] = {}
        self._last_message: dict[str, float] = {}

    def retry_after(
        self, *, workspace: str, method: str, tier: int | None, channel: str | None, now: float
    ) -> int | None:
        """Whole seconds to wait, or None when the call may go on and is counted."""
        if not self.on:
            return None
        if tier is None:
            return self._message(channel, now) if channel else None
        calls = self._calls.setdefault((workspace, method), deque())
        while calls and now - calls[0] >= MINUTE:
            calls.popleft()
        if len(calls) >= CALLS_A_MINUTE[tier]:
            return math.ceil(MINUTE - (now - calls[0]))
        calls.append(now)
        return None

    def _message(self, channel: str, now: float) -> int | None:
        last = self._last_message.get(channel)
        if last is not None and now - last < SECONDS_BETWEEN_MESSAGES:
            return 1
        self._last_message[channel] = now
        return None
