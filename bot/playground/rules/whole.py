"""Rules about a stack of blocks as a whole: unique ids, one focused element, what may stand on the surface."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from bot.playground.rules import limits
from bot.playground.rules.elements import SURFACES
from bot.playground.rules.limits import ELEMENTS
from bot.playground.rules.refusal import Problem

Surface = Literal["message", "modal", "home"]

# A block or element that passed its own spec, and its JSON pointer.
Placed = tuple[dict[str, Any], str]

_BLOCKS_IN = {
    "container": "child_blocks",
    "carousel": "elements",
    "plan": "tasks",
    "auth_provider": "fallback",
}
_ELEMENTS_IN = {
    "section": ("accessory",),
    "input": ("element",),
    "actions": ("elements",),
    "context_actions": ("elements",),
    "card": ("actions",),
    "auth_provider": ("accessory",),
}


def placed_blocks(blocks: Sequence[Any], at: str) -> Iterator[Placed]:
    """Every block, those inside containers, carousels and plans included."""
    for number, block in enumerate(blocks):
        place = f"{at}/{number}"
        yield block, place
        inner = _BLOCKS_IN.get(block.get("type"))
        if inner:
            yield from placed_blocks(block.get(inner, ()), f"{place}/{inner}")


def placed_elements(block: dict[str, Any], at: str) -> Iterator[Placed]:
    """The interactive elements of one block."""
    for holder in _ELEMENTS_IN.get(block.get("type", ""), ()):
        held = block.get(holder)
        if isinstance(held, dict):
            yield held, f"{at}/{holder}"
        elif isinstance(held, list):
            for number, element in enumerate(held):
                yield element, f"{at}/{holder}/{number}"


def about_the_whole(blocks: Sequence[Any], at: str, surface: Surface) -> list[Problem]:
    """What is wrong with blocks that are each right by themselves."""
    placed = list(placed_blocks(blocks, at))
    elements = [list(placed_elements(block, place)) for block, place in placed]
    together = [element for inside in elements for element in inside]
    found = list(_repeated("block_id", placed, limits.BLOCK_ID.source))
    for inside in elements:
        # Unique "among all other action_ids in the containing block": two blocks may share one.
        found += _repeated("action_id", inside, limits.ACTION_ID.source)
    found += _second_focus(together)
    found += _out_of_place(together, surface)
    return found


def _repeated(name: str, placed: Iterable[Placed], source: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for thing, place in placed:
        value = thing.get(name)
        if value in seen:
            message = f'`{name}` "{value}" already exists'
            yield Problem(message, f"{place}/{name}", f"unique {name}", source)
        elif value is not None:
            seen.add(value)


def _second_focus(elements: Iterable[Placed]) -> Iterator[Problem]:
    focused = [place for element, place in elements if element.get("focus_on_load")]
    for place in focused[limits.FOCUSED_ELEMENTS :]:
        message = "only one element can have `focus_on_load` set to true"
        yield Problem(message, f"{place}/focus_on_load", "one focus", limits.FOCUSED_ELEMENTS.source)


def _out_of_place(elements: Iterable[Placed], surface: Surface) -> Iterator[Problem]:
    for element, place in elements:
        if surface not in SURFACES.get(element["type"], (surface,)):
            yield Problem(f"unsupported type: {element['type']}", f"{place}/type", "surface", ELEMENTS)


def text_length(value: object) -> int:
    """Characters of every `text` in a block, however deep; ids, URLs and alt texts do not count."""
    if isinstance(value, list):
        return sum(map(text_length, value))
    if not isinstance(value, dict):
        return 0
    return sum(
        len(held) if name == "text" and isinstance(held, str) else text_length(held)
        for name, held in value.items()
    )
