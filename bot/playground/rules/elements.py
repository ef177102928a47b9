"""Block elements: what may stand in actions, sections, inputs and contexts, and what each must look like."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.playground.rules import limits
from bot.playground.rules.limits import ELEMENTS
from bot.playground.rules.objects import (
    BOX_OPTION,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_ACTION_CONFIG,
    MENU_OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    SLACK_FILE,
    STYLE,
    WORKFLOW,
    initial_option_is_offered,
    initial_options_are_offered,
    plain_text,
)
from bot.playground.rules.refusal import Problem
from bot.playground.rules.rich_text import RICH_TEXT
from bot.playground.rules.schema import (
    Check,
    Date,
    Flag,
    Items,
    Kinds,
    Number,
    OneOf,
    Rule,
    Shape,
    Text,
    exactly_one,
    in_order,
    kind,
)

# An empty initial value is refused: leave the field out (github.com/Netflix/dispatch pull 6144).
NUMBER = Text(like=r"-?\d+(\.\d+)?", example="of a number")
DATE = Date()
TIME = Text(like=r"([01]\d|2[0-3]):[0-5]\d", example="HH:mm")

ACTION_ID: Mapping[str, Rule] = {"action_id": Text(limits.ACTION_ID)}
ASKS: Mapping[str, Rule] = {**ACTION_ID, "confirm": CONFIRM}
FOCUSES: Mapping[str, Rule] = {"focus_on_load": Flag()}
PICKS: Mapping[str, Rule] = {**ASKS, **FOCUSES, "placeholder": plain_text(limits.PLACEHOLDER)}
PICKS_SEVERAL: Mapping[str, Rule] = {**PICKS, "max_selected_items": Number(1)}
TYPES: Mapping[str, Rule] = {
    **ACTION_ID,
    **FOCUSES,
    "placeholder": plain_text(limits.PLACEHOLDER),
    "dispatch_action_config": DISPATCH_ACTION_CONFIG,
}
OPTIONS: Mapping[str, Rule] = {
    "options": Items(MENU_OPTION, limits.SELECT_OPTIONS),
    "option_groups": Items(OPTION_GROUP, limits.SELECT_OPTION_GROUPS),
}


def _decimals_only_where_allowed(element: Any, at: str, page: str) -> Iterable[Problem]:
    for name in ("initial_value", "min_value", "max_value"):
        if not element["is_decimal_allowed"] and "." in element.get(name, ""):
            yield Problem("must be a whole number", f"{at}/{name}", "format", page)


def _element(
    page: str,
    required: Mapping[str, Rule] | None = None,
    optional: Mapping[str, Rule] | None = None,
    also: Iterable[Check] = (),
) -> Shape:
    return kind(f"{ELEMENTS}/{page}", required, optional, also)


IMAGE = _element(
    "image-element",
    required={"alt_text": Text(limits.IMAGE_ALT_TEXT)},
    optional={"image_url": Text(limits.IMAGE_URL), "slack_file": SLACK_FILE},
    also=[exactly_one("image_url", "slack_file")],
)

BUTTON = _element(
    "button-element",
    required={"text": plain_text(limits.BUTTON_TEXT)},
    optional={
        **ASKS,
        "url": Text(limits.BUTTON_URL),
        "value": Text(limits.BUTTON_VALUE),
        "style": STYLE,
        "accessibility_label": Text(limits.ACCESSIBILITY_LABEL),
        "agent_prompt": Text(limits.BUTTON_AGENT_PROMPT),
        "agent_prompt_display": Text(),
        "visible_to_user_ids": Items(Text()),
    },
)

FEEDBACK_BUTTON = Shape(
    f"{ELEMENTS}/feedback-buttons-element",
    required={"text": plain_text(limits.FEEDBACK_TEXT), "value": Text(limits.FEEDBACK_VALUE)},
    optional={"accessibility_label": Text(limits.ACCESSIBILITY_LABEL)},
)

ALL = Kinds(
    {
        "button": BUTTON,
        "workflow_button": _element(
            "workflow-button-element",
            required={"text": plain_text(limits.BUTTON_TEXT), "workflow": WORKFLOW},
            optional={
                **ACTION_ID,
                "style": STYLE,
                "accessibility_label": Text(limits.ACCESSIBILITY_LABEL),
            },
        ),
        "icon_button": _element(
            "icon-button-element",
            required={"icon": OneOf("trash"), "text": plain_text(limits.BUTTON_TEXT)},
            optional={
                **ASKS,
                "value": Text(limits.BUTTON_VALUE),
                "accessibility_label": Text(limits.ACCESSIBILITY_LABEL),
                "visible_to_user_ids": Items(Text()),
            },
        ),
        "feedback_buttons": _element(
            "feedback-buttons-element",
            required={"positive_button": FEEDBACK_BUTTON, "negative_button": FEEDBACK_BUTTON},
            optional=ACTION_ID,
        ),
        "overflow": _element(
            "overflow-menu-element",
            required={"options": Items(OVERFLOW_OPTION, limits.OVERFLOW_OPTIONS)},
            optional=ASKS,
        ),
        "checkboxes": _element(
            "checkboxes-element",
            required={"options": Items(BOX_OPTION, limits.CHECKBOXES_OPTIONS)},
            optional={**ASKS, **FOCUSES, "initial_options": Items(BOX_OPTION, limits.CHECKBOXES_OPTIONS)},
            also=[initial_options_are_offered],
        ),
        "radio_buttons": _element(
            "radio-button-group-element",
            required={"options": Items(BOX_OPTION, limits.RADIO_OPTIONS)},
            optional={**ASKS, **FOCUSES, "initial_option": BOX_OPTION},
            also=[initial_option_is_offered],
        ),
        "datepicker": _element("date-picker-element", optional={**PICKS, "initial_date": DATE}),
        "timepicker": _element(
            "time-picker-element", optional={**PICKS, "initial_time": TIME, "timezone": Text()}
        ),
        "datetimepicker": _element(
            "datetime-picker-element",
            # "This should be in the format of 10 digits"
            optional={**ASKS, **FOCUSES, "initial_date_time": Number(1_000_000_000, 9_999_999_999)},
        ),
        "static_select": _element(
            "select-menu-element",
            optional={**PICKS, **OPTIONS, "initial_option": MENU_OPTION},
            also=[exactly_one("options", "option_groups"), initial_option_is_offered],
        ),
        "external_select": _element(
            "select-menu-element",
            optional={**PICKS, "initial_option": MENU_OPTION, "min_query_length": Number(0)},
        ),
        "users_select": _element("select-menu-element", optional={**PICKS, "initial_user": Text()}),
        "conversations_select": _element(
            "select-menu-element",
            optional={
                **PICKS,
                "initial_conversation": Text(),
                "default_to_current_conversation": Flag(),
                "response_url_enabled": Flag(),
                "filter": CONVERSATION_FILTER,
            },
        ),
        "channels_select": _element(
            "select-menu-element",
            optional={**PICKS, "initial_channel": Text(), "response_url_enabled": Flag()},
        ),
        "multi_static_select": _element(
            "multi-select-menu-element",
            optional={
                **PICKS_SEVERAL,
                **OPTIONS,
                "initial_options": Items(MENU_OPTION, limits.SELECT_OPTIONS),
            },
            also=[exactly_one("options", "option_groups"), initial_options_are_offered],
        ),
        "multi_external_select": _element(
            "multi-select-menu-element",
            optional={
                **PICKS_SEVERAL,
                "initial_options": Items(MENU_OPTION, limits.SELECT_OPTIONS),
                "min_query_length": Number(0),
            },
        ),
        "multi_users_select": _element(
            "multi-select-menu-element", optional={**PICKS_SEVERAL, "initial_users": Items(Text())}
        ),
        "multi_conversations_select": _element(
            "multi-select-menu-element",
            optional={
                **PICKS_SEVERAL,
                "initial_conversations": Items(Text()),
                "default_to_current_conversation": Flag(),
                "filter": CONVERSATION_FILTER,
            },
        ),
        "multi_channels_select": _element(
            "multi-select-menu-element", optional={**PICKS_SEVERAL, "initial_channels": Items(Text())}
        ),
        "plain_text_input": _element(
            "plain-text-input-element",
            optional={
                **TYPES,
                "initial_value": Text(),
                "multiline": Flag(),
                "min_length": Number(0, limits.TEXT_INPUT_LENGTH),
                "max_length": Number(1, limits.TEXT_INPUT_LENGTH),
            },
            also=[in_order("min_length", "max_length")],
        ),
        "rich_text_input": _element(
            "rich-text-input-element",
            optional={**TYPES, "initial_value": RICH_TEXT, "min_lines": Number(1), "max_lines": Number(1)},
            also=[in_order("min_lines", "max_lines")],
        ),
        "email_text_input": _element("email-input-element", optional={**TYPES, "initial_value": Text()}),
        "url_text_input": _element("url-input-element", optional={**TYPES, "initial_value": Text()}),
        "number_input": _element(
            "number-input-element",
            required={"is_decimal_allowed": Flag()},
            optional={
                **TYPES,
                "initial_value": NUMBER,
                "min_value": NUMBER,
                "max_value": NUMBER,
            },
            also=[
                in_order("min_value", "max_value"),
                in_order("min_value", "initial_value"),
                in_order("initial_value", "max_value"),
                _decimals_only_where_allowed,
            ],
        ),
        "file_input": _element(
            "file-input-element",
            optional={
                **ACTION_ID,
                "filetypes": Items(Text()),
                "max_files": Number(1, limits.FILE_INPUT_FILES),
            },
        ),
    }
)

_SELECTS = (
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
)
_BOXES_AND_DATES = ("checkboxes", "radio_buttons", "datepicker", "timepicker")

# Where each element may stand: the "works with" lists of https://docs.slack.dev/reference/block-kit/block-elements
IN_SECTION = Kinds(
    {
        **ALL.only("button", "workflow_button", "overflow", *_BOXES_AND_DATES, *_SELECTS).shapes,
        "image": IMAGE,
    }
)
IN_ACTIONS = ALL.only(
    "button", "workflow_button", "overflow", *_BOXES_AND_DATES, "datetimepicker", "rich_text_input", *_SELECTS
)
IN_INPUT = ALL.only(
    *_BOXES_AND_DATES,
    "datetimepicker",
    *_SELECTS,
    "plain_text_input",
    "rich_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "file_input",
)
IN_CONTEXT_ACTIONS = ALL.only("feedback_buttons", "icon_button")

# The surfaces of the elements that may not stand on all three, from "available in surfaces" of each element's page.
SURFACES: Mapping[str, tuple[str, ...]] = {
    "datetimepicker": ("message", "modal"),
    "email_text_input": ("modal",),
    "feedback_buttons": ("message",),
    "file_input": ("modal",),
    "icon_button": ("message",),
    "number_input": ("modal",),
    "rich_text_input": ("modal", "home"),
    "url_text_input": ("modal",),
    "workflow_button": ("message",),
}
