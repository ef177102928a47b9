"""What stands in the fields of a view or message: first values, values kept over an update, values typed by a person."""

from collections.abc import Iterator

from bot.playground.json_types import Json

Values = dict[str, dict[str, Json]]

# Element type → the key of its value in `state.values`, and the key of its first value in the block.
# https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload (2026-11)
VALUE_KEYS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}
LISTS = frozenset(key for key, _ in VALUE_KEYS.values() if key.endswith("s"))


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every block with each element in it that has an action id, however deep it stands."""
    for block in blocks:
        for element in _with_action_id(block):
            yield block, element


def _with_action_id(node: object) -> Iterator[Json]:
    if isinstance(node, dict):
        if "action_id" in node:
            yield node
        for child in node.values():
            yield from _with_action_id(child)
    elif isinstance(node, list):
        for child in node:
            yield from _with_action_id(child)


def first_values(blocks: list[Json], *, kept: Values | None = None, here: str | None = None) -> Values:
    """The values of freshly shown blocks; `here` is the conversation they are shown in.

    What already stood under the same block id and action id stays and beats the new first value, as in Slack's client.
    """
    values: Values = {}
    for block, element in elements(blocks):
        kind = element["type"]
        if kind not in VALUE_KEYS:
            continue
        before = (kept or {}).get(block["block_id"], {}).get(element["action_id"])
        if before is None or before["type"] != kind:
            before = {"type": kind, VALUE_KEYS[kind][0]: _first(element, here)}
        values.setdefault(block["block_id"], {})[element["action_id"]] = before
    return values


def _first(element: Json, here: str | None) -> object:
    key, initial = VALUE_KEYS[element["type"]]
    if element.get("default_to_current_conversation") and here is not None and initial not in element:
        return [here] if key in LISTS else here
    return element.get(initial, [] if key in LISTS else None)


def is_empty(value: Json) -> bool:
    key = VALUE_KEYS[value["type"]][0]
    return value.get(key) in (None, "", [])
