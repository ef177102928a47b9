"""What may be posted or opened: asks the rule book and turns its refusals into Slack's answers."""

from typing import Any, Literal

from bot.playground import rules
from bot.playground.errors import SlackError
from bot.playground.fields import VALUE_KEYS
from bot.playground.ids import Ids
from bot.playground.json_types import Json

INTERACTIVE = frozenset(VALUE_KEYS) | {
    "button",
    "overflow",
    "feedback_buttons",
    "icon_button",
    "workflow_button",
}


def check_message(payload: Json, method: str) -> None:
    _refuse(rules.check_message(payload, method=method))


def check_view(view: Json, surface: Literal["modal", "home"]) -> None:
    _refuse(rules.check_view(view, surface=surface))


def _refuse(refusal: rules.Refusal | None) -> None:
    if refusal is not None:
        messages = list(refusal.messages)
        raise SlackError(
            refusal.error,
            rule=refusal.rule,
            source=refusal.source,
            **({"errors": messages, "response_metadata": {"messages": messages}} if messages else {}),
        )


def named_blocks(blocks: list[Any], ids: Ids) -> list[Any]:
    """The blocks with a name for each block and element that had none, as Slack gives them.

    What the app sent stays as it was: it stands in the ledger.
    """
    return [_named(block, ids) if isinstance(block, dict) else block for block in blocks]


def _named(block: Json, ids: Ids) -> Json:
    named = block if block.get("block_id") else {**block, "block_id": ids.new("b")}
    for slot in ("elements", "accessory", "element"):
        inside = named.get(slot)
        if isinstance(inside, list):
            named = {**named, slot: [_named_element(element, ids) for element in inside]}
        elif inside is not None:
            named = {**named, slot: _named_element(inside, ids)}
    return named


def _named_element(element: Any, ids: Ids) -> Any:
    if isinstance(element, dict) and element.get("type") in INTERACTIVE and not element.get("action_id"):
        return {**element, "action_id": ids.new("a")}
    return element
