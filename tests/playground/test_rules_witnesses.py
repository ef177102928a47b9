"""Two validators that this project did not write: what slack_sdk's models or blockkit refuse, the rule book refuses.

Each sample is spoilt in every place and every way; where a witness is stricter than Slack, it is named with the reason.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import blockkit
import pytest
from blockkit.core import (
    ColumnSettings,
    Component,
    ComponentValidationError,
    FieldValidationError,
    RawText,
    Table,
)
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block, BlockElement
from slack_sdk.models.views import View

from bot.playground.rules.blocks import ALL_BLOCKS
from bot.playground.rules.elements import ALL, IN_SECTION
from bot.playground.rules.rich_text import INLINE
from bot.playground.rules.schema import Kinds
from tests.playground.rules_samples import (
    BLOCKS,
    ELEMENTS,
    Json,
    actions,
    asked,
    button,
    cells,
    confirm,
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
    section,
    select,
    table,
    text_input,
    video,
)

Path = tuple[str | int, ...]

# Around every length and count that either witness knows.
LENGTHS = (0, 24, 25, 30, 31, 49, 50, 51, 74, 75, 76, 100, 101, 150, 151, 199, 200, 201, 255, 256, 300, 301)
LONG_LENGTHS = (2_000, 2_001, 3_000, 3_001, 4_000, 4_001, 10_001, 12_001)
COUNTS = (0, 2, 5, 6, 10, 11, 25, 26, 50, 51, 100, 101)
NUMBERS = (-1, 0, 1, 2, 9, 10, 11, 101, 3_001, 10**10)


def samples() -> dict[str, tuple[str, Json]]:
    """Every block and element, in a block, with a surface that takes it."""
    placed: dict[str, tuple[str, Json]] = {}
    for name, block in BLOCKS.items():
        placed[name] = ("modal" if name == "alert" else "message", block)
    for name, element in ELEMENTS.items():
        if refused(modal(asked(element))) is None:
            placed[f"{name} in input"] = ("modal", asked(element))
        elif refused(message(actions(element))) is None:
            placed[f"{name} in actions"] = ("message", actions(element))
        else:
            placed[f"{name} in context_actions"] = (
                "message",
                {"type": "context_actions", "elements": [element]},
            )
    return placed


SAMPLES = samples()


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


def changed(sample: Json, path: Path, value: Any) -> Json:
    spoilt = copy.deepcopy(sample)
    holder: Any = spoilt
    for step in path[:-1]:
        holder = holder[step]
    if value is LEFT_OUT:
        del holder[path[-1]]
    else:
        holder[path[-1]] = copy.deepcopy(value)
    return spoilt


LEFT_OUT = object()


def spoilings(sample: Json) -> Iterator[tuple[Path, Json]]:
    for path, value in places(sample):
        if not path:
            continue
        for other in others(path, value):
            yield path, changed(sample, path, other)


def others(path: Path, value: Any) -> Iterator[Any]:
    if path[-1] == "type":
        if value in ("plain_text", "mrkdwn"):
            yield "mrkdwn" if value == "plain_text" else "plain_text"
        return
    if isinstance(path[-1], str):
        yield LEFT_OUT
    if isinstance(value, str):
        yield from ("x" * length for length in (*LENGTHS, *LONG_LENGTHS))
    elif isinstance(value, list):
        yield from ((value * count)[:count] for count in COUNTS)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from NUMBERS


# A required argument left out is a TypeError there, or an AttributeError where it is missed only later.
SDK_REFUSALS = (SlackObjectFormationError, TypeError, AttributeError)


def sdk_refuses(block: Json) -> bool:
    try:
        parsed = Block.parse(copy.deepcopy(block))
        assert parsed is not None
        parsed.to_dict()
    except SDK_REFUSALS:
        return True
    return False


ANY_ELEMENT = Kinds({**ALL.shapes, **IN_SECTION.shapes, **INLINE.shapes})

UNKNOWN_TO_SDK = {"data_table", "data_visualization"}


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in UNKNOWN_TO_SDK])
def test_what_the_sdk_builds_is_taken(name: str) -> None:
    surface, block = SAMPLES[name]
    built = Block.parse(copy.deepcopy(block))
    assert built is not None
    assert refused(on(surface, built.to_dict())) is None


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in UNKNOWN_TO_SDK])
def test_what_the_sdk_refuses_is_refused(name: str) -> None:
    surface, block = SAMPLES[name]
    assert refused(on(surface, block)) is None
    for path, spoilt in spoilings(block):
        if sdk_refuses(spoilt):
            assert refused(on(surface, spoilt)) is not None, (path, spoilt)


# Attributes that come to the SDK's classes by inheritance; Slack's pages do not have them there.
INHERITED = {"alt_text", "confirm", "focus_on_load", "placeholder"}


def sdk_models(base: Any) -> Iterator[Any]:
    for model in base.__subclasses__():
        yield model
        yield from sdk_models(model)


def fields_of(model: Any) -> set[str]:
    return set(object.__new__(model).attributes)


@pytest.mark.parametrize(("base", "specs"), [(Block, ALL_BLOCKS), (BlockElement, ANY_ELEMENT)])
def test_every_field_of_the_sdk_s_models_is_known(base: Any, specs: Kinds) -> None:
    missing = {
        (model.type, field)
        for model in sdk_models(base)
        if getattr(model, "type", None) in specs.shapes
        for field in fields_of(model) - set(specs.shapes[model.type].fields)
    }
    assert {field for _, field in missing} <= INHERITED, missing


@pytest.mark.parametrize("build", [modal, home])
def test_what_the_sdk_refuses_of_a_view_is_refused(build: Callable[..., Json]) -> None:
    words = {"private_metadata": "a", "callback_id": "b"}
    closing = {"close": plain(), "submit": plain()} if build is modal else {}
    view: dict[str, Any] = build(section(), **words, **closing)
    assert refused(view) is None
    for path, spoilt in spoilings(view):
        try:
            View(**copy.deepcopy(spoilt)).to_dict()
        except SDK_REFUSALS:
            assert refused(spoilt) is not None, path


# What Slack refuses and the SDK's models let through: a message or a form that passes there may still fail.
SDK_TAKES: list[tuple[str, Json, str]] = [
    ("an empty text", message(header("")), "lengths have no least"),
    ("a field of 2,001 characters", message(section(fields=[plain("x" * 2_001)])), "only `text` is measured"),
    ("mrkdwn in a header", message(header() | {"text": mrkdwn()}), "text kinds are not looked at"),
    ("a select with no options", message(actions(select(options=[]))), "counted for overflow menus only"),
    (
        "an initial option never offered",
        message(actions(select(initial_option=option("z")))),
        "fields are not compared",
    ),
    (
        "a day that does not exist",
        message(actions({"type": "datepicker", "initial_date": "2026-02-30"})),
        "a pattern",
    ),
    ("an input in actions", message(actions(text_input())), "an actions block may hold anything interactive"),
    ("101 rows", message(table(*[cells("a")] * 101)), "rows are not counted"),
    ("two images in one", message(image(slack_file={"id": "F1"})), "sources are not compared"),
    (
        "one action_id twice",
        message(actions(button(action_id="a"), button(action_id="a"))),
        "blocks are looked at one by one",
    ),
    ("an alert in a message", message({"type": "alert", "text": mrkdwn()}), "surfaces are not known"),
]


@pytest.mark.parametrize("payload", [d[1] for d in SDK_TAKES], ids=[d[0] for d in SDK_TAKES])
def test_slack_refuses_more_than_the_sdk(payload: Json) -> None:
    assert refused(payload) is not None
    assert not any(sdk_refuses(block) for block in payload["blocks"])


def test_the_sdk_lets_a_form_without_a_submit_button_pass() -> None:
    form: dict[str, Any] = {"type": "modal", "title": plain(), "blocks": [asked()]}
    View(**copy.deepcopy(form)).to_dict()
    assert refused(form) is not None


# blockkit's builders by the type of what they build.
BUILDERS: dict[str, Callable[..., Component]] = {
    **{
        component()._get_field_value("type"): component
        for name, component in vars(blockkit).items()
        if isinstance(component, type)
        and issubclass(component, Component)
        and component is not blockkit.Image
        if component()._get_field_value("type")
    },
    "mrkdwn": blockkit.Text,
    "table": Table,
    "raw_text": RawText,
}
# Objects without a type are told by the field they are in.
BUILDERS_IN: dict[str, Callable[..., Component]] = {
    "options": blockkit.Option,
    "initial_option": blockkit.Option,
    "initial_options": blockkit.Option,
    "option_groups": blockkit.OptionGroup,
    "confirm": blockkit.Confirm,
    "filter": blockkit.ConversationFilter,
    "dispatch_action_config": blockkit.DispatchActionConfig,
    "workflow": blockkit.Workflow,
    "trigger": blockkit.Trigger,
    "style": blockkit.RichStyle,
    "column_settings": ColumnSettings,
}


def component(value: Any, field: str = "") -> Any:
    """The blockkit component for a piece of JSON."""
    if isinstance(value, list):
        return [component(item, field) for item in value]
    if not isinstance(value, dict):
        return value
    build = (
        blockkit.Image
        if field == "" and value.get("type") == "image"
        else BUILDERS.get(value.get("type", ""))
    )
    fields = {name: component(inner, name) for name, inner in value.items() if name != "type"}
    if build is blockkit.Text:
        return blockkit.Text(**fields, type=value["type"])
    return (build or BUILDERS_IN[field])(**fields)


# What it raises by the way for a day, a time or a zone.
UNREADABLE = (ValueError, ZoneInfoNotFoundError, OSError)


def blockkit_refuses(block: Json) -> str | None:
    """The name of the field that blockkit refuses, "-" for a rule over several fields."""
    try:
        component(block).build()
    except FieldValidationError as refusal:
        return refusal.field_name
    except (ComponentValidationError, *UNREADABLE):
        return "-"
    return None


# It has no builder for these, or for something in them; and a number input takes numbers where Slack has strings.
UNKNOWN_TO_BLOCKKIT = {
    *("data_table", "data_visualization", "card", "carousel", "container", "alert", "context_actions"),
    *("auth_provider", "call", "task_card", "plan", "feedback_buttons in context_actions"),
    *("icon_button in context_actions", "rich_text", "table", "number_input in input"),
}

MRKDWN_OPTION = {"text": mrkdwn(), "value": "a"}

# What Slack takes and blockkit refuses: the block, the field that it names ("-" for several), and why we side with Slack.
BLOCKKIT_IS_STRICTER: list[tuple[str, Json, str, str]] = [
    (
        "mrkdwn in a confirmation",
        actions(button(confirm=confirm(text=mrkdwn()))),
        "text",
        "the example on Slack's own page has it, and it is the SDK's default",
    ),
    (
        "mrkdwn in checkboxes",
        asked({"type": "checkboxes", "options": [MRKDWN_OPTION]}),
        "text",
        "blockkit's source has it as a thing to do",
    ),
    (
        "options that are loaded before a key is pressed",
        asked({"type": "external_select", "min_query_length": 0}),
        "min_query_length",
        "no page gives a least number",
    ),
    ("an alt text of 256 characters", image(alt_text="x" * 256), "alt_text", "the SDK says 2,000"),
    (
        "an e-mail of 75 characters",
        asked({"type": "email_text_input", "initial_value": "x" * 75}),
        "initial_value",
        "no page gives a limit",
    ),
    (
        "a URL of 75 characters",
        asked({"type": "url_text_input", "initial_value": "x" * 75}),
        "initial_value",
        "no page gives a limit",
    ),
    (
        "an initial value of 3,001 characters",
        asked(text_input(initial_value="x" * 3_001)),
        "initial_value",
        "Block Kit Builder took 5,000 (github.com/IBM/slack-wrench issue 105)",
    ),
    (
        "an initial value longer than may be typed",
        asked(text_input(initial_value="xx", max_length=1)),
        "-",
        "no page compares the two",
    ),
    (
        "an extension that Slack has no icon for",
        asked({"type": "file_input", "filetypes": ["madr"]}),
        "filetypes",
        "the list of types is not closed",
    ),
    (
        "a thumbnail with a long URL",
        video(thumbnail_url="x" * 2_001),
        "thumbnail_url",
        "no page gives a limit",
    ),
    (
        "a workflow with a long URL",
        actions(
            {
                "type": "workflow_button",
                "text": plain(),
                "workflow": {"trigger": {"url": "x" * 3_001}},
            }
        ),
        "url",
        "no page gives a limit",
    ),
]

# The samples above use these; here is what blockkit can build in their place.
FOR_BLOCKKIT: dict[str, Json] = {
    "button in actions": actions(button(value="1", style="primary", confirm=confirm(text=plain()))),
    "checkboxes in input": asked(
        {"type": "checkboxes", "options": options(2), "initial_options": options(1)}, hint=plain()
    ),
    "external_select in input": asked({"type": "external_select", "min_query_length": 1}),
    "multi_static_select in input": asked(
        {"type": "multi_static_select", "options": options(2), "max_selected_items": 1}
    ),
}
# The same differences as they show in the samples: which, the field that was spoilt, and the field blockkit names.
EXPLAINED = {
    ("button in actions", "type", "text"),
    ("checkboxes in input", "type", "text"),
    ("context", "alt_text", "alt_text"),
    ("email_text_input in input", "initial_value", "initial_value"),
    ("external_select in input", "min_query_length", "min_query_length"),
    ("file_input in input", "filetypes", "filetypes"),
    ("image", "alt_text", "alt_text"),
    ("multi_static_select in input", "max_selected_items", "max_selected_items"),
    ("plain_text_input in input", "initial_value", "initial_value"),
    ("plain_text_input in input", "max_length", "-"),
    ("plain_text_input in input", "min_length", "-"),
    ("radio_buttons in input", "type", "text"),
    ("timepicker in input", "timezone", "-"),
    ("url_text_input in input", "initial_value", "initial_value"),
    ("video", "thumbnail_url", "thumbnail_url"),
    ("workflow_button in actions", "url", "url"),
}


@pytest.mark.parametrize(
    ("block", "field"),
    [(block, field) for _, block, field, _ in BLOCKKIT_IS_STRICTER],
    ids=[d[0] for d in BLOCKKIT_IS_STRICTER],
)
def test_blockkit_is_stricter_than_slack(block: Json, field: str) -> None:
    assert blockkit_refuses(block) == field
    assert any(refused(on(surface, block)) is None for surface in ("message", "modal"))


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in UNKNOWN_TO_BLOCKKIT])
def test_what_blockkit_refuses_is_refused(name: str) -> None:
    surface, block = SAMPLES[name]
    block = FOR_BLOCKKIT.get(name, block)
    assert blockkit_refuses(block) is None
    for path, spoilt in spoilings(block):
        field = blockkit_refuses(spoilt)
        spoilt_field = [step for step in path if isinstance(step, str)][-1]
        if field is not None and (name, spoilt_field, field) not in EXPLAINED:
            assert refused(on(surface, spoilt)) is not None, (path, field)
