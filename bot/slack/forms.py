"""Forms: what Slack sends of a modal's fields becomes a typed object, and refusals find their field again.

A block id is a field's name; `alternatives.2.name` is the `name` of row 2 of the field `alternatives`. Rows keep
their number when others go, so that Slack keeps what was typed in them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import FieldRefusal
from bot.i18n import _
from bot.slack.blocks import VALUE, Payload
from bot.slack.text import plain

Values = dict[str, Any]
"""Block id → value: a string, a list of strings, or absent when the field was left empty."""


AnyFields = TypeVar("AnyFields", bound=BaseModel)


def values(view: Mapping[str, Any]) -> Values:
    """What is filled in, from a view of `view_submission` or `block_actions`."""
    state: Mapping[str, Mapping[str, Any]] = view.get("state", {}).get("values", {})
    filled = ((block_id, _value(element)) for block_id, block in state.items() for element in block.values())
    return {block_id: value for block_id, value in filled if value not in (None, "", [])}


def is_typed_into(view: Mapping[str, Any]) -> bool:
    """Whether any text stands in it; what is chosen has a usual value and is no effort to lose."""
    state: Mapping[str, Mapping[str, Any]] = view.get("state", {}).get("values", {})
    elements = (element for block in state.values() for element in block.values())
    return any(element.get("type") == "plain_text_input" and element.get("value") for element in elements)


def read(form: type[AnyFields], view: Mapping[str, Any]) -> AnyFields:
    """The form as typed.

    Raises:
        FieldRefusal: what to mend, by block id.
    """
    typed = values(view)
    nested, places = _nested(typed)
    try:
        return form.model_validate(nested)
    except ValidationError as error:
        raise FieldRefusal({_place(e, places): _words_for(e) for e in error.errors()}) from None


def row_numbers(typed: Mapping[str, object], name: str) -> list[int]:
    """The numbers of the rows on screen or filled in, in order."""
    pattern = re.compile(rf"{re.escape(name)}\.(\d+)\.")
    return sorted({int(match[1]) for key in typed if (match := pattern.match(key))})


def block_ids(view: Mapping[str, Any]) -> dict[str, None]:
    """The inputs of a view in the order in which they stand."""
    return {block["block_id"]: None for block in view.get("blocks", []) if block["type"] == "input"}


def refilled(view: Payload, generation: int) -> Payload:
    """The view with new action ids for its inputs.

    As long as block id and action id stay the same Slack keeps what was typed and ignores `initial_value`;
    to put a draft into a form that is open, the action ids have to change.
    """
    blocks = [
        _renamed(block, str(generation)) if block["type"] == "input" else block for block in view["blocks"]
    ]
    return {**view, "blocks": blocks}


def overriding(view: Payload, shown: Payload) -> Payload:
    """The view with new action ids for the inputs that begin with something else than those on screen.

    For defaults that come late: as in `refilled`, Slack would go on showing what stood there before.
    """
    there = {block["block_id"]: block["element"] for block in shown["blocks"] if block["type"] == "input"}
    blocks = [
        _renamed(block, "late")
        if block["type"] == "input" and there.get(block["block_id"], block["element"]) != block["element"]
        else block
        for block in view["blocks"]
    ]
    return {**view, "blocks": blocks}


def _renamed(block: Payload, suffix: str) -> Payload:
    return {
        **block,
        "element": {**block["element"], "action_id": f"{block['element']['action_id']}.{suffix}"},
    }


def is_input(action_id: str) -> bool:
    """Whether a `block_actions` came from filling in a field."""
    return action_id == VALUE or action_id.startswith(f"{VALUE}.")


_READERS = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}


def _value(element: Mapping[str, Any]) -> Any:
    found = element.get(_READERS.get(element.get("type", ""), "value"))
    match found:
        case {"value": value}:
            return value
        case [{"value": _}, *_]:
            return [option["value"] for option in found]
        case str():
            return plain(found)  # a title of invisible characters alone is an empty one
    return found


def _nested(typed: Values) -> tuple[dict[str, Any], dict[str, str]]:
    """Rows as lists, and where each place of the nested object stands on screen."""
    nested: dict[str, Any] = {}
    places: dict[str, str] = {}
    for name in {key.split(".")[0] for key in typed}:
        rows = row_numbers(typed, name)
        if not rows:
            nested[name] = typed[name]
            continue
        nested[name] = []
        for index, row in enumerate(rows):
            cells = {
                key.split(".", 2)[2]: value
                for key, value in typed.items()
                if key.startswith(f"{name}.{row}.")
            }
            nested[name].append(cells)
            places[f"{name}.{index}"] = f"{name}.{row}.{next(iter(cells))}"
            places |= {f"{name}.{index}.{cell}": f"{name}.{row}.{cell}" for cell in _cells(cells)}
    return nested, places


def _cells(cells: Mapping[str, object]) -> Iterator[str]:
    yield from cells
    yield from ("name",) if "name" not in cells else ()  # the cell that a row cannot do without


def _place(error: ErrorDetails, places: Mapping[str, str]) -> str:
    """The block that an error belongs under; one about the third of several tags is about the tags."""
    path = ".".join(str(part) for part in error["loc"])
    return places.get(path, str(error["loc"][0]))


def _words_for(error: ErrorDetails) -> str:
    facts = error.get("ctx", {})
    match error["type"]:
        case "missing" | "string_too_short":
            return _("Please fill this in.")
        case "string_too_long":
            typed = len(str(error["input"]))
            most = facts["max_length"]
            return _("Keep this to {most} characters or fewer; it has {typed}.", most=most, typed=typed)
        case "too_long":
            return _("At most {most} of these.", most=facts["max_length"])
        case "value_error":
            return str(facts["error"])
        case "date_from_datetime_parsing" | "date_parsing":
            return _("Write the date as 2026-02-15.")
    return _("That does not fit here. Please check it.")
