"""A person filling in fields: finding a field by its label, turning words into Slack's values, what the client will not submit."""

import re
from collections.abc import Callable
from datetime import date, datetime, time

from bot.playground import fields
from bot.playground.errors import ClientRefusalError, NotThereError
from bot.playground.json_types import Json
from bot.playground.world import View, World

REQUIRED = "Please complete this required field."


def field(blocks: list[Json], named: str) -> tuple[Json, Json]:
    """The block and element called by block id, `block_id.action_id`, action id or label; ClientRefusalError if not just one."""
    found = [
        (block, element) for block, element in fields.elements(blocks) if _is_called(block, element, named)
    ]
    exact = [(block, element) for block, element in found if block["block_id"] == named]
    found = exact or found
    if len(found) == 1:
        return found[0]
    known = sorted(f"{block['block_id']} ({_label(block)})" for block, _ in fields.elements(blocks))
    raise ClientRefusalError(
        f"{'several fields are' if found else 'no field is'} called {named!r}; there are: {known}"
    )


def _is_called(block: Json, element: Json, named: str) -> bool:
    block_id, action_id = block["block_id"], element["action_id"]
    return named in (block_id, f"{block_id}.{action_id}", action_id) or _label(block) == named


def _label(block: Json) -> str:
    text = block.get("label") or block.get("text") or {}
    return str(text.get("text", "")) if isinstance(text, dict) else str(text)


def set_value(world: World, view: View, block: Json, element: Json, value: object) -> None:
    view.values.setdefault(block["block_id"], {})[element["action_id"]] = filled(
        world, view.team_id, block, element, value
    )


def filled(world: World, team_id: str, block: Json, element: Json, value: object) -> Json:
    """The entry of `state.values` for what a person typed or picked."""
    kind = element["type"]
    keys = fields.VALUE_KEYS.get(kind)
    if keys is None:
        raise ClientRefusalError(f"{element['action_id']} is a {kind}: nothing can be typed into it")
    if value in (None, "", []):
        return {"type": kind, keys[0]: [] if keys[0] in fields.LISTS else None}
    try:
        return {"type": kind, keys[0]: _READERS[keys[0]](world, team_id, element, value)}
    except NotThereError as absent:
        raise ClientRefusalError(str(absent), {block["block_id"]: str(absent)}) from None
    except ValueError as wrong:
        raise ClientRefusalError(f"{block['block_id']}: {wrong}", {block["block_id"]: str(wrong)}) from None


def _text(world: World, team_id: str, element: Json, value: object) -> object:
    return str(value)


def _rich_text(world: World, team_id: str, element: Json, value: object) -> object:
    if isinstance(value, dict):
        return value
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(value)}]}
    return {"type": "rich_text", "elements": [section]}


def option(element: Json, value: object) -> Json:
    """The option with that value or text; ClientRefusalError when it is not offered."""
    if isinstance(value, dict):
        return value
    offered = options_of(element)
    for each in offered:
        if value in (each.get("value"), each["text"]["text"]):
            return each
    texts = [each["text"]["text"] for each in offered]
    raise ClientRefusalError(f"{element.get('action_id')} does not offer {value!r}, only {texts}")


def _option(world: World, team_id: str, element: Json, value: object) -> object:
    return option(element, value)


def _options(world: World, team_id: str, element: Json, value: object) -> object:
    if isinstance(value, bool):
        return options_of(element) if value else []
    return [option(element, item) for item in _several(value)]


def options_of(element: Json) -> list[Json]:
    """All options of a menu, or of the app's answer for one, whether in groups or not."""
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    return [option for group in groups for option in group["options"]]


def _user(world: World, team_id: str, element: Json, value: object) -> object:
    return world.person(str(value), team_id).id


def _users(world: World, team_id: str, element: Json, value: object) -> object:
    return [_user(world, team_id, element, item) for item in _several(value)]


def _conversation(world: World, team_id: str, element: Json, value: object) -> object:
    return world.channel(str(value), team_id).id


def _conversations(world: World, team_id: str, element: Json, value: object) -> object:
    return [_conversation(world, team_id, element, item) for item in _several(value)]


def _several(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _date(world: World, team_id: str, element: Json, value: object) -> object:
    return date.fromisoformat(str(value)).isoformat()


def _time(world: World, team_id: str, element: Json, value: object) -> object:
    return time.fromisoformat(str(value)).strftime("%H:%M")


def _moment(world: World, team_id: str, element: Json, value: object) -> object:
    return value if isinstance(value, int) else int(datetime.fromisoformat(str(value)).timestamp())


def _files(world: World, team_id: str, element: Json, value: object) -> object:
    unknown = [str(file_id) for file_id in _several(value) if file_id not in world.files]
    if unknown:
        raise NotThereError(f"there is no file {unknown[0]}")
    return [world.files[str(file_id)] for file_id in _several(value)]


_READERS: dict[str, Callable[[World, str, Json, object], object]] = {
    "value": _text,
    "rich_text_value": _rich_text,
    "selected_option": _option,
    "selected_options": _options,
    "selected_user": _user,
    "selected_users": _users,
    "selected_conversation": _conversation,
    "selected_conversations": _conversations,
    "selected_channel": _conversation,
    "selected_channels": _conversations,
    "selected_date": _date,
    "selected_time": _time,
    "selected_date_time": _moment,
    "files": _files,
}


def check_submittable(view: View) -> None:
    """Raises ClientRefusalError with a sentence under each field Slack's client would not let go."""
    errors: dict[str, str] = {}
    for block in view.body["blocks"]:
        if block.get("type") == "input":
            element = block["element"]
            problem = _problem(block, element, view.values[block["block_id"]][element["action_id"]])
            if problem:
                errors[block["block_id"]] = problem
    if errors:
        raise ClientRefusalError("the form cannot be submitted yet", errors)


def _problem(block: Json, element: Json, value: Json) -> str | None:
    if fields.is_empty(value):
        return None if block.get("optional") else REQUIRED
    text = value.get("value")
    if isinstance(text, str):
        return _problem_with_text(element, text)
    chosen = value.get(fields.VALUE_KEYS[element["type"]][0])
    most = element.get("max_selected_items")
    if most is not None and isinstance(chosen, list) and len(chosen) > most:
        return f"Please select at most {most} items."
    return None


def _problem_with_text(element: Json, text: str) -> str | None:
    kind = element["type"]
    if kind == "number_input":
        return _problem_with_number(element, text)
    if kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not re.fullmatch(r"https?://\S+", text):
        return "Please enter a valid URL."
    if len(text) < element.get("min_length", 0):
        return f"Must be at least {element['min_length']} characters."
    if len(text) > element.get("max_length", 3000):
        return f"Must be less than {element.get('max_length', 3000) + 1} characters."
    return None


def _problem_with_number(element: Json, text: str) -> str | None:
    if not re.fullmatch(r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+", text):
        return "Please enter a valid number."
    if "min_value" in element and float(text) < float(element["min_value"]):
        return f"Must be at least {element['min_value']}."
    if "max_value" in element and float(text) > float(element["max_value"]):
        return f"Must be at most {element['max_value']}."
    return None
