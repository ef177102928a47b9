"""Rules about a stack of blocks as a whole: unique ids, one focused element, counts and lengths over all blocks."""

from collections.abc import Iterator
from typing import Any

from bot.playground.rules import limits
from bot.playground.rules.limits import Limit
from bot.playground.rules.refusal import Problem

# Fields of a block that hold elements with an action_id: one of them, or a list.
_HOLDERS = ("accessory", "element", "elements", "actions")


def nested(blocks: list[Any], at: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every block with its pointer, those inside containers, carousels and plans included."""
    for number, block in enumerate(blocks):
        place = f"{at}/{number}"
        yield block, place
        inner = {"container": "child_blocks", "carousel": "elements", "plan": "tasks"}.get(block["type"])
        if inner:
            yield from nested(block.get(inner, []), f"{place}/{inner}")


def elements_of(block: dict[str, Any], at: str) -> Iterator[tuple[dict[str, Any], str]]:
    for holder in _HOLDERS:
        held = block.get(holder)
        if isinstance(held, dict):
            yield held, f"{at}/{holder}"
        elif isinstance(held, list) and block["type"] not in ("rich_text", "carousel"):
            for number, element in enumerate(held):
                yield element, f"{at}/{holder}/{number}"


def repeated_block_ids(blocks: list[Any], at: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for block, place in nested(blocks, at):
        block_id = block.get("block_id")
        if block_id in seen:
            message = f"`block_id` already exists: {block_id}"
            yield Problem(message, f"{place}/block_id", "unique block_id", limits.BLOCKS)
        elif block_id is not None:
            seen.add(block_id)


def repeated_action_ids(blocks: list[Any], at: str) -> Iterator[Problem]:
    """Unique "among all other action_ids in the containing block": two blocks may use the same one."""
    for block, place in nested(blocks, at):
        seen: set[str] = set()
        for element, spot in elements_of(block, place):
            action_id = element.get("action_id")
            if action_id in seen:
                message = f"`action_id` already exists: {action_id}"
                yield Problem(message, f"{spot}/action_id", "unique action_id", limits.ACTION_ID.source)
            elif action_id is not None:
                seen.add(action_id)


def second_focus(blocks: list[Any], at: str) -> Iterator[Problem]:
    focused = [
        spot
        for block, place in nested(blocks, at)
        for element, spot in elements_of(block, place)
        if element.get("focus_on_load")
    ]
    for spot in focused[limits.FOCUSED_ELEMENTS :]:
        message = "only one element can have `focus_on_load` set to true"
        yield Problem(message, f"{spot}/focus_on_load", "one focus", limits.FOCUSED_ELEMENTS.source)


def too_many_of(type_: str, most: Limit, blocks: list[Any], at: str) -> Iterator[Problem]:
    places = [place for block, place in nested(blocks, at) if block["type"] == type_]
    for place in places[most:]:
        yield Problem(f"no more than {most} blocks of type {type_} allowed", place, "count", most.source)


def text_length(value: Any) -> int:
    """Characters of every `text` in a block, however deep; ids, URLs and alt texts do not count."""
    if isinstance(value, list):
        return sum(map(text_length, value))
    if not isinstance(value, dict):
        return 0
    return sum(
        len(held) if name == "text" and isinstance(held, str) else text_length(held)
        for name, held in value.items()
    )


def about_the_whole(blocks: list[Any], at: str) -> list[Problem]:
    return [*repeated_block_ids(blocks, at), *repeated_action_ids(blocks, at), *second_focus(blocks, at)]
