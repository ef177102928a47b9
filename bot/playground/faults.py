"""Failures asked for by the control API, met by the next calls that fit them."""

import random
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from bot.playground.json_types import Json

Kind = Literal[
    "latency",
    "error",
    "http",
    "reset_after_commit",
    "error_after_commit",
    "late_commit",
    "hang",
]


@dataclass(slots=True)
class Fault:
    """`times` None: for ever. `probability` below one rolls a die of its own, so a storm repeats from its seed."""

    method: str
    kind: Kind
    value: object = None
    times: int | None = 1
    channel: str | None = None
    workspace: str | None = None
    probability: float = 1.0
    dice: random.Random = field(default_factory=random.Random)
    met: int = 0

    def fits(self, method: str, channel: str | None, workspace: str | None) -> bool:
        if self.method not in ("*", method) or (self.times is not None and self.met >= self.times):
            return False
        if self.channel is not None and self.channel != channel:
            return False
        if self.workspace is not None and self.workspace != workspace:
            return False
        return self.probability >= 1.0 or self.dice.random() < self.probability

    def seconds(self, otherwise: float) -> float:
        """The value as seconds, plain or as `{"seconds": …}`."""
        value = self.value.get("seconds") if isinstance(self.value, dict) else self.value
        return float(value) if isinstance(value, (int, float)) else otherwise

    def shown(self) -> Json:
        return {
            "method": self.method,
            "kind": self.kind,
            "value": self.value,
            "times": self.times,
            "channel": self.channel,
            "workspace": self.workspace,
            "probability": self.probability,
            "met": self.met,
        }


def parse(asked: Json) -> Fault:
    """Raises ValueError with what is wrong; a storm (a probability) lasts until the faults are cleared."""
    kind = asked.get("kind")
    if kind not in get_args(Kind):
        raise ValueError(f"kind must be one of {', '.join(get_args(Kind))}")
    method = asked.get("method")
    if not method:
        raise ValueError('method must be a method of the Web API, "response_url", or "*"')
    probability = float(asked.get("probability", 1.0))
    return Fault(
        method=str(method),
        kind=cast(Kind, kind),
        value=asked.get("value"),
        times=asked.get("times", 1 if probability >= 1.0 else None),
        channel=asked.get("channel"),
        workspace=asked.get("workspace"),
        probability=probability,
        dice=random.Random(asked.get("seed")),  # noqa: S311 - a die for tests, not a secret
    )


class Faults:
    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def meet(self, method: str, channel: str | None, workspace: str | None) -> Fault | None:
        """The first fault that fits this call, counted as met."""
        for fault in self.waiting:
            if fault.fits(method, channel, workspace):
                fault.met += 1
                return fault
        return None
