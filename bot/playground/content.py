"""What may be posted or opened: asks the rule book and turns its refusals into Slack's answers."""

from typing import Any, Literal

from bot.playground import rules
from bot.playground.errors import SlackError
from bot.playground.ids import Ids
from bot.playground.json_types import Json

MOST_TEXT_KEPT = (
    40_000  # https://docs.slack.dev/reference/methods/chat.postMessage (2026-11): the rest is cut off
)


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


def name_blocks(blocks: list[Any], ids: Ids) -> None:
    """Gives every block and element without a name one, as Slack does."""
    for block in blocks:
        if isinstance(block, dict):
            if not block.get("block_id"):
                block["block_id"] = ids.new("b")
            for element in elements_of(block):
                if not element.get("action_id"):
                    element["action_id"] = ids.new("a")


def elements_of(block: Json) -> list[Json]:
    """The interactive elements that stand directly in a block."""
    standing = block.get("elements")
    found = [*standing] if isinstance(standing, list) else []
    found += [block[slot] for slot in ("accessory", "element") if isinstance(block.get(slot), dict)]
    return [element for element in found if isinstance(element, dict) and element.get("type") in INTERACTIVE]


# https://docs.slack.dev/reference/block-kit/block-elements (2026-11)
INTERACTIVE = frozenset(
    [
        "button",
        "overflow",
        "checkboxes",
        "radio_buttons",
        "datepicker",
        "timepicker",
        "datetimepicker",
        "plain_text_input",
        "email_text_input",
        "url_text_input",
        "number_input",
        "rich_text_input",
        "file_input",
        "feedback_buttons",
        "icon_button",
        "static_select",
        "external_select",
        "users_select",
        "conversations_select",
        "channels_select",
        "multi_static_select",
        "multi_external_select",
        "multi_users_select",
        "multi_conversations_select",
        "multi_channels_select",
        "workflow_button",
    ]
)
