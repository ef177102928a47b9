"""Ids in Slack's shape, the same ones on every start from the same seed."""

import secrets

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"


class Ids:
    """Counts per prefix, so that one more channel in a seed does not rename every user."""

    def __init__(self) -> None:
        self.last: dict[str, int] = {}

    def new(self, prefix: str) -> str:
        number = self.last.get(prefix, 0) + 1
        self.last[prefix] = number
        return f"{prefix}0LOCAL{_base36(number).rjust(4, '0')}"


def unique(prefix: str) -> str:
    """An id that never comes again, not even after a reset: who keeps what was saved by it would take it for the same."""
    return f"{prefix}0LOCAL{secrets.token_hex(5).upper()}"


def secret(length: int = 24) -> str:
    return secrets.token_hex(length // 2)


def ts(microseconds: int) -> str:
    """A message's ts: seconds, a dot, six digits; text order is time order until the year 2286."""
    seconds, fraction = divmod(microseconds, 1_000_000)
    return f"{seconds}.{fraction:06d}"
