"""The command line as a person or a script uses it: what it said, and how it ended."""

from collections.abc import Callable
from typing import NamedTuple


class Said(NamedTuple):
    code: int
    out: str
    err: str


CommandLine = Callable[..., Said]
