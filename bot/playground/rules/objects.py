"""Composition objects: text, options, confirmation dialogs and the other small parts of elements."""

from collections.abc import Iterable
from typing import Any

from bot.playground.rules import limits
from bot.playground.rules.limits import OBJECTS, Limit
from bot.playground.rules.refusal import Problem
from bot.playground.rules.schema import (
    EitherKind,
    Flag,
    Items,
    Kinds,
    OneOf,
    Shape,
    Text,
    at_least_one,
    exactly_one,
    kind,
)

TEXT_PAGE = f"{OBJECTS}/text-object"

STYLE = OneOf("primary", "danger")


def _texts(most: Limit) -> dict[str, Shape]:
    # `emoji` belongs to plain text, `verbatim` to mrkdwn: each is an unknown field to the other.
    return {
        "plain_text": kind(TEXT_PAGE, {"text": Text(most)}, {"emoji": Flag()}),
        "mrkdwn": kind(TEXT_PAGE, {"text": Text(most)}, {"verbatim": Flag()}),
    }


def plain_text(most: Limit) -> Kinds:
    return Kinds(_texts(most)).only("plain_text")


def any_text(most: Limit) -> EitherKind:
    return EitherKind(_texts(most))


CONFIRM = Shape(
    f"{OBJECTS}/confirmation-dialog-object",
    required={
        "title": plain_text(limits.CONFIRM_TITLE),
        "text": any_text(limits.CONFIRM_TEXT),
        "confirm": plain_text(limits.CONFIRM_BUTTON),
        "deny": plain_text(limits.CONFIRM_BUTTON),
    },
    optional={"style": STYLE},
)

_OPTION_PAGE = f"{OBJECTS}/option-object"

MENU_OPTION = Shape(
    _OPTION_PAGE,
    required={"text": plain_text(limits.OPTION_TEXT), "value": Text(limits.OPTION_VALUE)},
    optional={"description": plain_text(limits.OPTION_DESCRIPTION)},
)
# Checkboxes and radio buttons may show mrkdwn.
BOX_OPTION = Shape(
    _OPTION_PAGE,
    required={"text": any_text(limits.OPTION_TEXT), "value": Text(limits.OPTION_VALUE)},
    optional={"description": any_text(limits.OPTION_DESCRIPTION)},
)
# Only an overflow menu has links.
OVERFLOW_OPTION = Shape(
    _OPTION_PAGE,
    required={"text": plain_text(limits.OPTION_TEXT), "value": Text(limits.OPTION_VALUE)},
    optional={
        "description": plain_text(limits.OPTION_DESCRIPTION),
        "url": Text(limits.OPTION_URL),
    },
)

OPTION_GROUP = Shape(
    f"{OBJECTS}/option-group-object",
    required={
        "label": plain_text(limits.OPTION_GROUP_LABEL),
        "options": Items(MENU_OPTION, limits.OPTION_GROUP_OPTIONS),
    },
)

CONVERSATION_FILTER = Shape(
    f"{OBJECTS}/conversation-filter-object",
    optional={
        "include": Items(OneOf("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
    also=[at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users")],
)

DISPATCH_ACTION_CONFIG = Shape(
    f"{OBJECTS}/dispatch-action-configuration-object",
    required={"trigger_actions_on": Items(OneOf("on_enter_pressed", "on_character_entered"))},
)

SLACK_FILE = Shape(
    f"{OBJECTS}/slack-file-object",
    optional={"id": Text(), "url": Text()},
    also=[exactly_one("id", "url")],
)

WORKFLOW = Shape(
    f"{OBJECTS}/workflow-object",
    required={
        "trigger": Shape(
            f"{OBJECTS}/trigger-object",
            required={"url": Text()},
            optional={
                "customizable_input_parameters": Items(
                    Shape(f"{OBJECTS}/trigger-object", {"name": Text(), "value": Text(least=0)})
                )
            },
        )
    },
)


def _offered(element: Any) -> list[Any]:
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(option for group in groups for option in group["options"])]


def initial_option_is_offered(element: Any, at: str, page: str) -> Iterable[Problem]:
    """An initial option must match one of the options exactly: text, value and description."""
    if "initial_option" in element and element["initial_option"] not in _offered(element):
        yield Problem("must be one of the options", f"{at}/initial_option", "initial option", page)


def initial_options_are_offered(element: Any, at: str, page: str) -> Iterable[Problem]:
    offered = _offered(element)
    for number, option in enumerate(element.get("initial_options", [])):
        if option not in offered:
            yield Problem(
                "must be one of the options", f"{at}/initial_options/{number}", "initial option", page
            )
