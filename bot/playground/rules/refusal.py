"""What the local Slack answers when it refuses a payload."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """`error` and `messages` go into the answer as Slack gives them; `rule` and `source` are for the inspector."""

    error: str
    messages: tuple[str, ...]
    rule: str
    source: str


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where: `pointer` is a JSON pointer into the arguments of the method."""

    message: str
    pointer: str
    rule: str
    source: str

    def __str__(self) -> str:
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


def refusal(error: str, problems: list[Problem]) -> Refusal | None:
    """The refusal for these problems; None when there are none."""
    if not problems:
        return None
    first = problems[0]
    return Refusal(error, tuple(map(str, problems)), first.rule, first.source)
