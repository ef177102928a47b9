"""Blocks and elements that Slack takes, and malformed ones that it does not, with Slack's words and pointers."""

from typing import Any

import pytest

from tests.playground.rules_samples import (
    BLOCKS,
    ELEMENTS,
    Json,
    actions,
    asked,
    bars,
    button,
    card,
    cells,
    chart,
    confirm,
    container,
    context,
    data_table,
    header,
    home,
    image,
    message,
    modal,
    mrkdwn,
    on,
    option,
    options,
    plain,
    refused,
    rich_text,
    section,
    select,
    table,
    task,
    text_input,
    video,
)

EVERYWHERE = {
    "section",
    "divider",
    "header",
    "image",
    "context",
    "actions",
    "input",
    "video",
    "rich_text",
    "card",
}
TAKES = {
    "message": set(BLOCKS) - {"alert"},
    "modal": EVERYWHERE | {"alert"},
    "home": EVERYWHERE | {"carousel"},
}
SELECTS = {kind for kind in ELEMENTS if kind.endswith("_select")}
BOXES_AND_DATES = {"checkboxes", "radio_buttons", "datepicker", "timepicker"}
HOLDS = {
    "section": {"button", "workflow_button", "overflow", *BOXES_AND_DATES, *SELECTS},
    "actions": {
        *("button", "workflow_button", "overflow", "datetimepicker", "rich_text_input"),
        *BOXES_AND_DATES,
        *SELECTS,
    },
    "input": {
        *("plain_text_input", "rich_text_input", "email_text_input", "url_text_input", "number_input"),
        *("file_input", "datetimepicker"),
        *BOXES_AND_DATES,
        *SELECTS,
    },
    "context": set(),
    "context_actions": {"feedback_buttons", "icon_button"},
}
ONLY_ON = {
    "datetimepicker": {"message", "modal"},
    "email_text_input": {"modal"},
    "feedback_buttons": {"message"},
    "file_input": {"modal"},
    "icon_button": {"message"},
    "number_input": {"modal"},
    "rich_text_input": {"modal", "home"},
    "url_text_input": {"modal"},
    "workflow_button": {"message"},
}


def holding(block: str, element: Json) -> Json:
    if block == "section":
        return section(accessory=element)
    if block == "input":
        return asked(element)
    return {"type": block, "elements": [element]}


@pytest.mark.parametrize("surface", TAKES)
@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_stands_only_where_slack_lets_it(block: str, surface: str) -> None:
    refusal = refused(on(surface, BLOCKS[block]))
    if block in TAKES[surface]:
        assert refusal is None
    else:
        pointer = "/blocks/0/type" if surface == "message" else "/view/blocks/0/type"
        assert refusal is not None
        assert refusal.messages == (f"[ERROR] unsupported type: {block} [json-pointer:{pointer}]",)


@pytest.mark.parametrize("surface", TAKES)
@pytest.mark.parametrize("block", HOLDS)
@pytest.mark.parametrize("element", ELEMENTS)
def test_an_element_stands_only_in_its_blocks_and_on_its_surfaces(
    element: str, block: str, surface: str
) -> None:
    refusal = refused(on(surface, holding(block, ELEMENTS[element])))
    fits = element in HOLDS[block] and block in TAKES[surface] and surface in ONLY_ON.get(element, {surface})
    assert (refusal is None) is fits


@pytest.mark.parametrize("element", ELEMENTS)
def test_every_element_is_taken_somewhere(element: str) -> None:
    places = [on(s, holding(b, ELEMENTS[element])) for s in TAKES for b in HOLDS]
    assert any(refused(place) is None for place in places)


def in_actions(element: Json) -> Json:
    return message(actions(element))


def without(name: str, thing: Json) -> Json:
    return {field: value for field, value in thing.items() if field != name}


def radio(**more: Any) -> Json:
    return {"type": "radio_buttons", "options": options(2), **more}


def number(**more: Any) -> Json:
    return modal(asked({"type": "number_input", "is_decimal_allowed": False, **more}))


MALFORMED: list[tuple[str, Json, str, str]] = [
    # what is wrong with it, the payload, Slack's words, the pointer
    ("a block that is no object", message("hello"), "must provide an object", "/blocks/0"),  # type: ignore[arg-type]
    ("a block without a type", message({"text": plain()}), "missing required field: type", "/blocks/0"),
    ("an unknown block", message({"type": "text"}), "unsupported type: text", "/blocks/0/type"),
    ("a type that is a list", message({"type": []}), "must provide a string", "/blocks/0/type"),
    ("a remote file", message({"type": "file"}), "unsupported type: file", "/blocks/0/type"),
    ("an unknown field", message({"type": "divider", "x": 1}), "invalid additional property: x", "/blocks/0"),
    ("a null", message(section(block_id=None)), "must provide a string", "/blocks/0/block_id"),
    (
        "an empty block_id",
        message(section(block_id="")),
        "must be more than 0 characters",
        "/blocks/0/block_id",
    ),
    # text objects
    (
        "an empty section",
        message({"type": "section"}),
        "must define either `text` or `fields`",
        "/blocks/0/type",
    ),
    (
        "no fields",
        message({"type": "section", "fields": []}),
        "must provide at least 1 items",
        "/blocks/0/fields",
    ),
    (
        "a bare string as text",
        message({"type": "section", "text": "Hi"}),
        "must provide an object",
        "/blocks/0/text",
    ),
    ("an empty text", message(section("")), "must be more than 0 characters", "/blocks/0/text/text"),
    ("an empty header", message(header("")), "must be more than 0 characters", "/blocks/0/text/text"),
    (
        "mrkdwn in a header",
        message({"type": "header", "text": mrkdwn()}),
        "unsupported type: mrkdwn",
        "/blocks/0/text/type",
    ),
    (
        "mrkdwn on a button",
        in_actions(button(text=mrkdwn())),
        "unsupported type: mrkdwn",
        "/blocks/0/elements/0/text/type",
    ),
    (
        "mrkdwn as a label",
        modal(asked(label=mrkdwn())),
        "unsupported type: mrkdwn",
        "/view/blocks/0/label/type",
    ),
    (
        "mrkdwn as a title",
        modal(section(), title=mrkdwn()),
        "unsupported type: mrkdwn",
        "/view/title/type",
    ),
    (
        "verbatim on plain text",
        message(header() | {"text": plain() | {"verbatim": True}}),
        "invalid additional property: verbatim",
        "/blocks/0/text",
    ),
    (
        "emoji on mrkdwn",
        message(context(mrkdwn() | {"emoji": True})),
        "invalid additional property: emoji",
        "/blocks/0/elements/0",
    ),
    (
        "emoji that is no boolean",
        message(header() | {"text": plain() | {"emoji": "yes"}}),
        "must provide a boolean",
        "/blocks/0/text/emoji",
    ),
    # elements
    ("no elements", message(actions()), "must provide at least 1 items", "/blocks/0/elements"),
    (
        "elements that are no list",
        message({"type": "actions", "elements": {}}),
        "must provide an array",
        "/blocks/0/elements",
    ),
    (
        "a button without text",
        in_actions({"type": "button"}),
        "missing required field: text",
        "/blocks/0/elements/0",
    ),
    (
        "a style of its own",
        in_actions(button(style="default")),
        "must be a valid enum value",
        "/blocks/0/elements/0/style",
    ),
    (
        "an empty value",
        in_actions(button(value="")),
        "must be more than 0 characters",
        "/blocks/0/elements/0/value",
    ),
    (
        "an image without alt text",
        message(without("alt_text", image())),
        "missing required field: alt_text",
        "/blocks/0",
    ),
    (
        "an image of two sources",
        message(image(slack_file={"id": "F1"})),
        "must define exactly one of `image_url` or `slack_file`",
        "/blocks/0",
    ),
    (
        "a small image of no source",
        message(context(without("image_url", image()))),
        "must define exactly one of `image_url` or `slack_file`",
        "/blocks/0/elements/0",
    ),
    (
        "a file that is named twice",
        message(without("image_url", image(slack_file={"id": "F1", "url": "https://x"}))),
        "must define exactly one of `id` or `url`",
        "/blocks/0/slack_file",
    ),
    (
        "a day that does not exist",
        in_actions({"type": "datepicker", "initial_date": "2026-02-30"}),
        "must be in the format YYYY-MM-DD",
        "/blocks/0/elements/0/initial_date",
    ),
    (
        "a day written short",
        in_actions({"type": "datepicker", "initial_date": "20260230"}),
        "must be in the format YYYY-MM-DD",
        "/blocks/0/elements/0/initial_date",
    ),
    (
        "a 25th hour",
        in_actions({"type": "timepicker", "initial_time": "24:00"}),
        "must be in the format HH:mm",
        "/blocks/0/elements/0/initial_time",
    ),
    (
        "a time in milliseconds",
        in_actions({"type": "datetimepicker", "initial_date_time": 1_700_000_000_000}),
        "must be at most 9999999999",
        "/blocks/0/elements/0/initial_date_time",
    ),
    (
        "a time as text",
        in_actions({"type": "datetimepicker", "initial_date_time": "1700000000"}),
        "must provide an integer",
        "/blocks/0/elements/0/initial_date_time",
    ),
    (
        "an empty initial value",
        modal(asked(text_input(initial_value=""))),
        "must be more than 0 characters",
        "/view/blocks/0/element/initial_value",
    ),
    (
        "a longest below the shortest",
        modal(asked(text_input(min_length=5, max_length=4))),
        "`min_length` cannot be greater than `max_length`",
        "/view/blocks/0/element",
    ),
    (
        "a dispatch on blur",
        modal(asked(text_input(dispatch_action_config={"trigger_actions_on": ["on_blur"]}))),
        "must be a valid enum value",
        "/view/blocks/0/element/dispatch_action_config/trigger_actions_on/0",
    ),
    (
        "a dispatch on nothing",
        modal(asked(text_input(dispatch_action_config={}))),
        "missing required field: trigger_actions_on",
        "/view/blocks/0/element/dispatch_action_config",
    ),
    (
        "a file that dispatches",
        modal(asked({"type": "file_input"}, dispatch_action=True)),
        "cannot be set for a `file_input`",
        "/view/blocks/0/dispatch_action",
    ),
    (
        "a number as number",
        number(initial_value=5),
        "must provide a string",
        "/view/blocks/0/element/initial_value",
    ),
    (
        "a number in words",
        number(initial_value="five"),
        "must be in the format of a number",
        "/view/blocks/0/element/initial_value",
    ),
    (
        "a decimal where none may be",
        number(initial_value="1.5"),
        "must be a whole number",
        "/view/blocks/0/element/initial_value",
    ),
    (
        "a number above its most",
        number(initial_value="10", max_value="9"),
        "`initial_value` cannot be greater than `max_value`",
        "/view/blocks/0/element",
    ),
    (
        "a least above the most",
        number(min_value="10", max_value="9"),
        "`min_value` cannot be greater than `max_value`",
        "/view/blocks/0/element",
    ),
    (
        "a number below its least",
        number(initial_value="-1", min_value="0"),
        "`min_value` cannot be greater than `initial_value`",
        "/view/blocks/0/element",
    ),
    (
        "more lines at least than at most",
        modal(asked({"type": "rich_text_input", "min_lines": 3, "max_lines": 2})),
        "`min_lines` cannot be greater than `max_lines`",
        "/view/blocks/0/element",
    ),
    # options
    (
        "a select of nothing",
        in_actions({"type": "static_select"}),
        "must define exactly one of `options` or `option_groups`",
        "/blocks/0/elements/0",
    ),
    (
        "a select with no options",
        message(section(accessory=select(options=[]))),
        "must provide at least 1 items",
        "/blocks/0/accessory/options",
    ),
    (
        "a select of options and groups",
        in_actions(select(option_groups=[{"label": plain(), "options": options(1)}])),
        "must define exactly one of `options` or `option_groups`",
        "/blocks/0/elements/0",
    ),
    (
        "an option without a value",
        in_actions(select(options=[{"text": plain()}])),
        "missing required field: value",
        "/blocks/0/elements/0/options/0",
    ),
    (
        "an option that shouts in mrkdwn",
        in_actions(select(options=[option(text=mrkdwn())])),
        "unsupported type: mrkdwn",
        "/blocks/0/elements/0/options/0/text/type",
    ),
    (
        "a link in a select",
        in_actions(select(options=[option(url="https://example.org")])),
        "invalid additional property: url",
        "/blocks/0/elements/0/options/0",
    ),
    (
        "an initial option never offered",
        in_actions(select(initial_option=option("z"))),
        "must be one of the options",
        "/blocks/0/elements/0/initial_option",
    ),
    (
        "an initial option of another text",
        in_actions(radio(initial_option=option("choice 1", text=plain("Choice one")))),
        "must be one of the options",
        "/blocks/0/elements/0/initial_option",
    ),
    (
        "no initial option, but null",
        in_actions(radio(initial_option=None)),
        "must provide an object",
        "/blocks/0/elements/0/initial_option",
    ),
    (
        "an initial choice never offered",
        in_actions({"type": "checkboxes", "options": options(1), "initial_options": options(2)}),
        "must be one of the options",
        "/blocks/0/elements/0/initial_options/1",
    ),
    (
        "a choice of several from nothing",
        in_actions({"type": "multi_static_select"}),
        "must define exactly one of `options` or `option_groups`",
        "/blocks/0/elements/0",
    ),
    (
        "several initial options, one never offered",
        in_actions({"type": "multi_static_select", "options": options(1), "initial_options": options(2)}),
        "must be one of the options",
        "/blocks/0/elements/0/initial_options/1",
    ),
    (
        "a filter of nothing",
        in_actions({"type": "conversations_select", "filter": {}}),
        "must define either `include` or `exclude_external_shared_channels` or `exclude_bot_users`",
        "/blocks/0/elements/0/filter",
    ),
    (
        "at most none",
        in_actions({"type": "multi_users_select", "max_selected_items": 0}),
        "must be at least 1",
        "/blocks/0/elements/0/max_selected_items",
    ),
    # confirmation dialogs
    (
        "a confirmation without a way out",
        in_actions(button(confirm=without("deny", confirm()))),
        "missing required field: deny",
        "/blocks/0/elements/0/confirm",
    ),
    (
        "a confirmation titled in mrkdwn",
        in_actions(button(confirm=confirm(title=mrkdwn()))),
        "unsupported type: mrkdwn",
        "/blocks/0/elements/0/confirm/title/type",
    ),
    # rich text
    (
        "inline text where a section should be",
        message({"type": "rich_text", "elements": [{"type": "text", "text": "Hi"}]}),
        "unsupported type: text",
        "/blocks/0/elements/0/type",
    ),
    (
        "an unknown style",
        message(rich_text({"type": "text", "text": "Hi", "style": {"blink": True}})),
        "invalid additional property: blink",
        "/blocks/0/elements/0/elements/0/style",
    ),
    (
        "a colour by name",
        message(rich_text({"type": "color", "value": "red"})),
        "must be in the format #RRGGBB",
        "/blocks/0/elements/0/elements/0/value",
    ),
    # data
    ("an empty cell", message(table(cells(""))), "must be more than 0 characters", "/blocks/0/rows/0/0/text"),
    (
        "rows of unequal length",
        message(data_table(cells("a", "b"), cells("c"))),
        "all rows must have the same number of cells: 2",
        "/blocks/0/rows/1",
    ),
    (
        "a header in rich text",
        message(data_table([rich_text({"type": "text", "text": "a"})], cells("b"))),
        "unsupported type: rich_text",
        "/blocks/0/rows/0/0/type",
    ),
    (
        "a slice of nothing",
        message(chart({"type": "pie", "segments": [{"label": "a", "value": 0}]})),
        "must be more than 0",
        "/blocks/0/chart/segments/0/value",
    ),
    (
        "two series of one name",
        message(bars(["a", "a"], ["b"])),
        "series names must be unique",
        "/blocks/0/chart/series/1/name",
    ),
    (
        "a category left out",
        message(
            chart(
                {
                    "type": "line",
                    "series": [{"name": "a", "data": [{"label": "b", "value": 1}]}],
                    "axis_config": {"categories": ["b", "c"]},
                }
            )
        ),
        "data labels must match the categories of axis_config",
        "/blocks/0/chart/series/0/data",
    ),
    (
        "a chart of another kind",
        message(chart({"type": "radar"})),
        "unsupported type: radar",
        "/blocks/0/chart/type",
    ),
    # the rest
    (
        "a card of a subtitle",
        message({"type": "card", "subtitle": mrkdwn()}),
        "must define either `hero_image` or `title` or `actions` or `body`",
        "/blocks/0/type",
    ),
    (
        "an icon that is an image",
        message(card(slack_icon={"image_url": "https://example.org/i.png"})),
        "missing required field: name",
        "/blocks/0/slack_icon",
    ),
    (
        "a box without a title",
        message(without("title", container(section()))),
        "must define either `title` or `rich_text_title`",
        "/blocks/0/type",
    ),
    (
        "a box in a box",
        message(container(container(section()))),
        "unsupported type: container",
        "/blocks/0/child_blocks/0/type",
    ),
    (
        "a box that starts closed for good",
        message(container(section(), default_collapsed=True)),
        "requires `is_collapsible`",
        "/blocks/0/default_collapsed",
    ),
    (
        "a collapsible box with a line",
        message(container(section(), is_collapsible=True, has_header_divider=True)),
        "cannot be set with `is_collapsible`",
        "/blocks/0/has_header_divider",
    ),
    (
        "a task title as an object",
        message(task(title=plain())),
        "must provide a string",
        "/blocks/0/title",
    ),
    ("a task done well", message(task(status="done")), "must be a valid enum value", "/blocks/0/status"),
    (
        "a video over plain HTTP",
        message(video(video_url="http://example.org/v")),
        "must be in the format of an HTTPS URL",
        "/blocks/0/video_url",
    ),
    # ids
    (
        "one block_id twice",
        message(section(block_id="a"), header() | {"block_id": "a"}),
        '`block_id` "a" already exists',
        "/blocks/1/block_id",
    ),
    (
        "one block_id inside and outside a box",
        message(section(block_id="a"), container(section(block_id="a"))),
        '`block_id` "a" already exists',
        "/blocks/1/child_blocks/0/block_id",
    ),
    (
        "one action_id twice in a block",
        message(section(), actions(button(action_id="a"), button(action_id="a"))),
        '`action_id` "a" already exists',
        "/blocks/1/elements/1/action_id",
    ),
    (
        "two elements in focus",
        modal(asked(text_input(focus_on_load=True)), asked(text_input(focus_on_load=True))),
        "only one element can have `focus_on_load` set to true",
        "/view/blocks/1/element/focus_on_load",
    ),
    (
        "one block_id twice in a Home",
        home(section(block_id="a"), section(block_id="a")),
        '`block_id` "a" already exists',
        "/view/blocks/1/block_id",
    ),
    (
        "a form that nothing submits",
        without("submit", modal(asked())),
        "must define `submit` to use an `input` block in modals",
        "/view/blocks/0/input",
    ),
]


@pytest.mark.parametrize(
    ("payload", "words", "pointer"), [m[1:] for m in MALFORMED], ids=[m[0] for m in MALFORMED]
)
def test_a_malformed_block_is_refused_in_slacks_words(payload: Json, words: str, pointer: str) -> None:
    refusal = refused(payload)
    assert refusal is not None
    assert refusal.error == ("invalid_arguments" if "/view" in pointer else "invalid_blocks")
    assert f"[ERROR] {words} [json-pointer:{pointer}]" in refusal.messages
    assert refusal.rule
    assert refusal.source.startswith("https://")


def test_every_problem_of_a_message_is_told_at_once() -> None:
    refusal = refused(message(header("x" * 151), section(), header("")))
    assert refusal is not None
    assert refusal.messages == (
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/2/text/text]",
    )


def test_where_two_kinds_of_text_may_stand_slack_first_says_that_neither_fits() -> None:
    """As recorded from chat.postMessage."""
    refusal = refused(message(section("x" * 3_001)))
    assert refusal is not None
    assert refusal.messages == (
        "[ERROR] failed to match all allowed schemas [json-pointer:/blocks/0/text]",
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    )


def test_two_blocks_may_use_the_same_action_id() -> None:
    assert refused(message(actions(button(action_id="a")), actions(button(action_id="a")))) is None


def test_a_least_and_a_most_may_be_equal() -> None:
    assert refused(number(min_value="1", initial_value="1", max_value="1")) is None
    assert refused(modal(asked(text_input(min_length=5, max_length=5)))) is None


def test_numbers_are_compared_as_numbers() -> None:
    assert refused(number(min_value="9", max_value="10")) is None


def test_rich_text_may_be_empty_but_a_list_may_not() -> None:
    assert refused(message({"type": "rich_text", "elements": []})) is None
    empty_list = {"type": "rich_text_list", "style": "bullet", "elements": []}
    assert refused(message({"type": "rich_text", "elements": [empty_list]})) is not None


def test_an_app_s_modal_may_hold_a_field_of_every_kind_at_once() -> None:
    fields = [asked(ELEMENTS[kind], block_id=kind) for kind in HOLDS["input"]]
    assert refused(modal(*fields)) is None
