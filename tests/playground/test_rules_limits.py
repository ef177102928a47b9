"""Every number of Slack's, said again here by hand, and tried one under, at, and one over."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.playground import rules
from bot.playground.rules import limits
from tests.playground.rules_samples import (
    Json,
    actions,
    asked,
    auth_provider,
    bars,
    button,
    buttons,
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
    option,
    options,
    pie,
    plain,
    refused,
    rich_text,
    section,
    select,
    table,
    text_input,
    video,
)

Build = Callable[[int], Json]


def x(count: int) -> str:
    return "x" * count


def url(count: int) -> str:
    return "https://example.org/".ljust(count, "x")


def feedback(**more: Any) -> Json:
    shown = {"text": plain(), "value": "good"}
    thumbs = {"type": "feedback_buttons", "positive_button": {**shown, **more}, "negative_button": shown}
    return message({"type": "context_actions", "elements": [thumbs]})


def with_options(kind: str, count: int) -> Json:
    return message(actions({"type": kind, "options": options(count)}))


def columns(count: int) -> list[Json]:
    return cells(*(f"column {number}" for number in range(count)))


def labels(count: int) -> list[str]:
    return [f"label {number}" for number in range(count)]


def focused(count: int) -> Json:
    return modal(*(asked(text_input(focus_on_load=True)) for _ in range(count)))


def pie_part(**more: Any) -> Json:
    return message(chart({"type": "pie", "segments": [{"label": "a", "value": 1, **more}]}))


# name of the constant, the number, a payload that uses exactly n of it
LIMITS: list[tuple[str, int, Build]] = [
    # messages
    ("MESSAGE_BLOCKS", 50, lambda n: message(*[{"type": "divider"}] * n)),
    ("MARKDOWN_TEXT", 12_000, lambda n: {"channel": "C1", "markdown_text": x(n)}),
    ("ATTACHMENTS", 100, lambda n: {"channel": "C1", "attachments": [{"text": "a"}] * n}),
    ("BLOCK_TEXT_TOTAL", 13_200, lambda n: message(*[section(x(3000))] * 4, section(x(n - 12_000)))),
    (
        "METADATA_BYTES",
        8_000,
        lambda n: message(metadata={"event_type": "a", "event_payload": {"id": x(n - 48)}}),
    ),
    # views
    ("VIEW_BLOCKS", 100, lambda n: home(*[{"type": "divider"}] * n)),
    ("VIEW_TITLE", 24, lambda n: modal(section(), title=plain(x(n)))),
    ("VIEW_SUBMIT", 24, lambda n: modal(section(), submit=plain(x(n)))),
    ("VIEW_CLOSE", 24, lambda n: modal(section(), close=plain(x(n)))),
    ("PRIVATE_METADATA", 3_000, lambda n: modal(section(), private_metadata=x(n))),
    ("CALLBACK_ID", 255, lambda n: modal(section(), callback_id=x(n))),
    ("EXTERNAL_ID", 255, lambda n: home(section(), external_id=x(n))),
    ("FOCUSED_ELEMENTS", 1, focused),
    # blocks
    ("BLOCK_ID", 255, lambda n: message(section(block_id=x(n)))),
    ("SECTION_TEXT", 3_000, lambda n: message(section(x(n)))),
    ("SECTION_FIELDS", 10, lambda n: message({"type": "section", "fields": [plain()] * n})),
    ("SECTION_FIELD", 2_000, lambda n: message({"type": "section", "fields": [plain(x(n))]})),
    ("HEADER_TEXT", 150, lambda n: message(header(x(n)))),
    ("CONTEXT_ELEMENTS", 10, lambda n: message(context(*[mrkdwn()] * n))),
    ("ACTIONS_ELEMENTS", 25, lambda n: message(actions(*buttons(n)))),
    (
        "CONTEXT_ACTIONS_ELEMENTS",
        5,
        lambda n: message(
            {
                "type": "context_actions",
                "elements": [{"type": "icon_button", "icon": "trash", "text": plain()}] * n,
            }
        ),
    ),
    ("INPUT_LABEL", 2_000, lambda n: modal(asked(label=plain(x(n))))),
    ("INPUT_HINT", 2_000, lambda n: modal(asked(hint=plain(x(n))))),
    ("IMAGE_URL", 3_000, lambda n: message(image(image_url=url(n)))),
    ("IMAGE_ALT_TEXT", 2_000, lambda n: message(image(alt_text=x(n)))),
    ("IMAGE_TITLE", 2_000, lambda n: message(image(title=plain(x(n))))),
    ("VIDEO_TITLE", 199, lambda n: message(video(title=plain(x(n))))),
    ("VIDEO_AUTHOR", 49, lambda n: message(video(author_name=x(n)))),
    (
        "MARKDOWN_TOTAL",
        12_000,
        lambda n: message({"type": "markdown", "text": x(9_000)}, {"type": "markdown", "text": x(n - 9_000)}),
    ),
    ("TABLE_ROWS", 100, lambda n: message(table(*[cells("a")] * n))),
    ("TABLE_COLUMNS", 20, lambda n: message(table(columns(n)))),
    ("TABLE_CHARACTERS", 10_000, lambda n: message(table(cells(x(5_000), x(n - 5_000))))),
    ("TABLES", 1, lambda n: message(*[table(cells("a"))] * n)),
    ("DATA_TABLE_ROWS", 201, lambda n: message(data_table(*[cells("a")] * n))),
    ("DATA_TABLE_COLUMNS", 20, lambda n: message(data_table(columns(n), columns(n)))),
    ("DATA_TABLE_PAGE", 100, lambda n: message(data_table(cells("a"), cells("b"), page_size=n))),
    ("DATA_TABLE_CHARACTERS", 20_000, lambda n: message(data_table(cells(x(9_000)), cells(x(n - 9_000))))),
    ("CHARTS", 2, lambda n: message(*[pie()] * n)),
    ("CHART_TITLE", 50, lambda n: message(pie(title=x(n)))),
    ("CHART_SEGMENTS", 12, lambda n: message(pie(n))),
    ("CHART_SERIES", 12, lambda n: message(bars(labels(n), ["a"]))),
    ("CHART_POINTS", 20, lambda n: message(bars(["a"], labels(n)))),
    ("CHART_LABEL", 20, lambda n: pie_part(label=x(n))),
    ("CHART_AXIS_LABEL", 50, lambda n: message(bars(["a"], ["b"], x_label=x(n)))),
    ("CARD_TITLE", 150, lambda n: message(card(title=mrkdwn(x(n))))),
    ("CARD_SUBTITLE", 150, lambda n: message(card(subtitle=mrkdwn(x(n))))),
    ("CARD_BODY", 200, lambda n: message(card(body=mrkdwn(x(n))))),
    ("CARD_ACTIONS", 3, lambda n: message(card(actions=buttons(n)))),
    ("CAROUSEL_CARDS", 10, lambda n: message({"type": "carousel", "elements": [card()] * n})),
    ("CONTAINER_TITLE", 150, lambda n: message(container(section(), title=plain(x(n))))),
    ("CONTAINER_SUBTITLE", 150, lambda n: message(container(section(), subtitle=plain(x(n))))),
    ("CONTAINER_BLOCKS", 10, lambda n: message(container(*[section()] * n))),
    ("AUTH_PROVIDER_VALUE", 150, lambda n: message(auth_provider(value=x(n)))),
    ("AUTH_PROVIDER_NAME", 75, lambda n: message(auth_provider(name=plain(x(n))))),
    ("AUTH_PROVIDER_DESCRIPTION", 150, lambda n: message(auth_provider(description=plain(x(n))))),
    ("AUTH_PROVIDER_CONNECTED", 75, lambda n: message(auth_provider(connected_identity=plain(x(n))))),
    ("AUTH_PROVIDER_URL", 3_000, lambda n: message(auth_provider(auth_url=url(n)))),
    # elements
    ("ACTION_ID", 255, lambda n: message(actions(button(action_id=x(n))))),
    ("BUTTON_TEXT", 75, lambda n: message(actions(button(text=plain(x(n)))))),
    ("BUTTON_VALUE", 2_000, lambda n: message(actions(button(value=x(n))))),
    ("BUTTON_URL", 3_000, lambda n: message(actions(button(url=url(n))))),
    ("BUTTON_AGENT_PROMPT", 4_000, lambda n: message(actions(button(agent_prompt=x(n))))),
    ("ACCESSIBILITY_LABEL", 75, lambda n: message(actions(button(accessibility_label=x(n))))),
    ("PLACEHOLDER", 150, lambda n: modal(asked(text_input(placeholder=plain(x(n)))))),
    ("CHECKBOXES_OPTIONS", 10, lambda n: with_options("checkboxes", n)),
    ("RADIO_OPTIONS", 10, lambda n: with_options("radio_buttons", n)),
    ("OVERFLOW_OPTIONS", 5, lambda n: with_options("overflow", n)),
    ("SELECT_OPTIONS", 100, lambda n: with_options("static_select", n)),
    (
        "SELECT_OPTION_GROUPS",
        100,
        lambda n: message(
            actions(
                {"type": "static_select", "option_groups": [{"label": plain(), "options": options(1)}] * n}
            )
        ),
    ),
    ("TEXT_INPUT_LENGTH", 3_000, lambda n: modal(asked(text_input(max_length=n)))),
    ("FILE_INPUT_FILES", 10, lambda n: modal(asked({"type": "file_input", "max_files": n}))),
    ("FEEDBACK_TEXT", 75, lambda n: feedback(text=plain(x(n)))),
    ("FEEDBACK_VALUE", 2_000, lambda n: feedback(value=x(n))),
    # rich text
    (
        "RICH_TEXT_INDENT",
        8,
        lambda n: message(
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_list",
                        "style": "ordered",
                        "indent": n,
                        "elements": rich_text()["elements"],
                    }
                ],
            }
        ),
    ),
    (
        "RICH_TEXT_BORDER",
        1,
        lambda n: message(
            {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [], "border": n}]}
        ),
    ),
    # composition objects
    ("TEXT", 3_000, lambda n: message(context(mrkdwn(x(n))))),
    ("OPTION_TEXT", 75, lambda n: message(actions(select(options=[option(text=plain(x(n)))])))),
    ("OPTION_VALUE", 150, lambda n: message(actions(select(options=[option(x(n))])))),
    ("OPTION_DESCRIPTION", 75, lambda n: message(actions(select(options=[option(description=plain(x(n)))])))),
    (
        "OPTION_URL",
        3_000,
        lambda n: message(actions({"type": "overflow", "options": [option(url=url(n))]})),
    ),
    (
        "OPTION_GROUP_LABEL",
        75,
        lambda n: message(
            actions(
                {"type": "static_select", "option_groups": [{"label": plain(x(n)), "options": options(1)}]}
            )
        ),
    ),
    (
        "OPTION_GROUP_OPTIONS",
        100,
        lambda n: message(
            actions({"type": "static_select", "option_groups": [{"label": plain(), "options": options(n)}]})
        ),
    ),
    ("CONFIRM_TITLE", 100, lambda n: message(actions(button(confirm=confirm(title=plain(x(n))))))),
    ("CONFIRM_TEXT", 300, lambda n: message(actions(button(confirm=confirm(text=plain(x(n))))))),
    ("CONFIRM_BUTTON", 30, lambda n: message(actions(button(confirm=confirm(deny=plain(x(n))))))),
]

# Tried by tests of their own: what is cut, what counts from below, what only one method has, bytes.
ELSEWHERE = {"MESSAGE_TEXT", "UPDATE_TEXT", "DATA_TABLE_LEAST_ROWS", "VIEW_BYTES"}


@pytest.mark.parametrize(("name", "most", "build"), LIMITS, ids=[name for name, _, _ in LIMITS])
def test_what_keeps_to_a_limit_is_taken_and_one_more_is_refused(name: str, most: int, build: Build) -> None:
    assert refused(build(most - 1)) is None or most == 1
    assert refused(build(most)) is None
    refusal = refused(build(most + 1))
    assert refusal is not None
    assert refusal.source == getattr(limits, name).source


@pytest.mark.parametrize(("name", "most"), [(name, most) for name, most, _ in LIMITS])
def test_the_book_and_this_list_agree_on_the_number(name: str, most: int) -> None:
    assert getattr(limits, name) == most


def test_no_number_of_the_book_is_untried() -> None:
    numbers = {name for name, value in vars(limits).items() if isinstance(value, limits.Limit)}
    assert numbers == {name for name, _, _ in LIMITS} | ELSEWHERE


def test_every_number_has_a_page_and_a_day() -> None:
    for name, value in vars(limits).items():
        if isinstance(value, limits.Limit):
            assert value.source.startswith("https://"), name
            assert value.read_on >= limits.READ_ON, name


def test_a_long_text_is_cut_and_not_refused() -> None:
    payload = {"channel": "C1", "text": x(40_001)}
    assert rules.check_message(payload, method="chat.postMessage") is None
    assert len(rules.truncated_text(payload["text"])) == 40_000
    assert rules.truncated_text("short") == "short"


@pytest.mark.parametrize(("length", "error"), [(3_999, None), (4_000, None), (4_001, "msg_too_long")])
def test_an_update_has_room_for_less_text(length: int, error: str | None) -> None:
    refusal = rules.check_message({"channel": "C1", "ts": "1.0", "text": x(length)}, method="chat.update")
    assert (refusal and refusal.error) == error


def test_a_data_table_has_a_header_and_at_least_one_row() -> None:
    assert refused(message(data_table(cells("a")))) is not None
    assert refused(message(data_table(cells("a"), cells("b")))) is None


def test_a_view_is_weighed_in_bytes_not_in_characters() -> None:
    """Thirty sections of 3,000 characters weigh 90 KB in letters and 270 KB in Chinese."""
    assert refused(home(*[section("x" * 3_000)] * 30)) is None
    refusal = refused(home(*[section("字" * 3_000)] * 30))
    assert refusal is not None
    assert refusal.error == "view_too_large"


@pytest.mark.parametrize(("spare", "error"), [(0, None), (-1, "view_too_large")])
def test_a_view_may_weigh_250_kilobytes_and_no_more(spare: int, error: str | None) -> None:
    empty = '{"type":"home","blocks":[],"private_metadata":""}'
    block = '{"type":"section","text":{"type":"mrkdwn","text":""}},'
    blocks = [section("x" * 3_000)] * 81
    left = 250_000 - len(empty) - 81 * (len(block) + 3_000) + 1 - spare
    refusal = refused(home(*blocks, private_metadata="x" * left))
    assert (refusal and refusal.error) == error
