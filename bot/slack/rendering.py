"""The SDK's typed blocks as JSON: what their `to_dict` gives, validated as it does, at a sixth of the cost.

`to_dict` searches all attributes of every object for its validators, anew each time, which took longer than all else
that a form does before it opens. Here each class is searched once.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from slack_sdk.models import JsonObject


def rendered(thing: Any) -> Any:
    """JSON of a block, an element or a view, and of what it is made of; anything else as it is.

    Raises:
        SlackObjectFormationError: it is against a rule that the SDK knows.
    """
    if isinstance(thing, list | tuple):
        return [rendered(item) for item in thing]
    if not isinstance(thing, JsonObject):
        return thing
    kind = type(thing)
    if kind.to_dict is not JsonObject.to_dict:  # it has a shape of its own, as an Option has
        return thing.to_dict()
    for check in _validators(kind):
        check(thing)
    held = ((name, getattr(thing, name, None)) for name in sorted(thing.attributes))
    return {name: rendered(value) for name, value in held if value is not None and not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    return hasattr(value, "__len__") and len(value) == 0


@cache
def _validators(kind: type[JsonObject]) -> tuple[Callable[[JsonObject], None], ...]:
    """What the SDK has marked with its JsonValidator."""
    return tuple(method for name in dir(kind) if hasattr(method := getattr(kind, name), "validator"))
