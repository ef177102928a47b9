"""What Slack refuses of a message as a whole: nothing to say, too much of it, metadata of another shape."""

import json
from typing import Any

import pytest

from bot.playground import rules
from tests.playground.rules_samples import (
    Json,
    cells,
    container,
    data_table,
    header,
    message,
    refused,
    section,
    table,
)


def error_of(payload: Any, method: str = "chat.postMessage") -> str | None:
    refusal = rules.check_message(payload, method=method)
    return refusal.error if refusal else None


@pytest.mark.parametrize(
    "content",
    [{}, {"text": ""}, {"text": None}, {"blocks": []}, {"blocks": "[]"}, {"text": "", "attachments": []}],
)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "chat.postEphemeral", "response_url"])
def test_a_message_must_say_something(content: Json, method: str) -> None:
    assert error_of({"channel": "C1", **content}, method) == "no_text"


@pytest.mark.parametrize(
    "content",
    [
        {"text": "Hello"},
        {"blocks": [section()]},
        {"blocks": json.dumps([section()])},
        {"attachments": [{"text": "Hello"}]},
        {"markdown_text": "**Hello**"},
    ],
)
def test_any_one_kind_of_content_is_enough(content: Json) -> None:
    assert error_of({"channel": "C1", **content}) is None


def test_deleting_by_response_url_needs_no_words() -> None:
    assert error_of({"delete_original": True}, "response_url") is None
    assert error_of({"delete_original": True}) == "no_text"


@pytest.mark.parametrize("blocks", ["{", "hello", '{"type": "divider"}', {"type": "divider"}, 5, True])
def test_blocks_that_are_no_list_are_no_blocks(blocks: Any) -> None:
    assert error_of({"channel": "C1", "text": "a", "blocks": blocks}) == "invalid_blocks_format"


def test_blocks_in_a_form_body_are_checked_like_others() -> None:
    refusal = refused(message() | {"blocks": json.dumps([header("x" * 151)])})
    assert refusal is not None
    assert refusal.messages == (
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    )


@pytest.mark.parametrize("text", [5, ["a"], {"type": "mrkdwn", "text": "a"}])
def test_text_is_a_string(text: Any) -> None:
    assert error_of({"channel": "C1", "text": text}) == "invalid_arguments"


def test_markdown_text_stands_alone() -> None:
    assert error_of({"channel": "C1", "markdown_text": "a", "text": "b"}) == "markdown_text_conflict"
    assert (
        error_of({"channel": "C1", "markdown_text": "a", "blocks": [section()]}) == "markdown_text_conflict"
    )


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"channel": "C1", "markdown_text": "x" * 12_001}, "msg_too_long"),
        (message(*[{"type": "divider"}] * 51), "invalid_blocks"),
        (message(*[section("x" * 2_700)] * 5), "msg_blocks_too_long"),
        (message(*[{"type": "markdown", "text": "x" * 6_001}] * 2), "msg_blocks_too_long"),
        (message(table(cells("x" * 10_001))), "msg_blocks_too_long"),
        (message(table(cells("a")), table(cells("a"))), "invalid_attachments"),
        (message(table(cells("a")), data_table(cells("a"), cells("b"))), "invalid_attachments"),
        (message(container(table(cells("a"))), table(cells("a"))), "invalid_attachments"),
        (message(attachments=[{}] * 101), "too_many_attachments"),
    ],
)
def test_too_much_is_refused_by_its_own_name(payload: Json, error: str) -> None:
    assert error_of(payload) == error


def test_markdown_has_room_of_its_own_beside_other_blocks() -> None:
    assert error_of(message({"type": "markdown", "text": "x" * 12_000}, section("x" * 3_000))) is None


def test_a_chart_too_many_is_pointed_at() -> None:
    pie = {
        "type": "data_visualization",
        "title": "a",
        "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]},
    }
    refusal = refused(message(pie, section(), pie, pie))
    assert refusal is not None
    assert refusal.messages == (
        "[ERROR] no more than 2 data_visualization blocks allowed [json-pointer:/blocks/3]",
    )


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        [],
        "decision",
        {"event_type": "a"},
        {"event_payload": {}},
        {"event_type": "", "event_payload": {}},
        {"event_type": 5, "event_payload": {}},
        {"event_type": "a", "event_payload": []},
        {"event_type": "a", "event_payload": "{}"},
        {"event_type": "a", "event_payload": None},
    ],
)
def test_metadata_is_a_type_and_an_object(metadata: Any) -> None:
    assert error_of(message(metadata=metadata)) == "invalid_metadata_format"


@pytest.mark.parametrize("encode", [lambda metadata: metadata, json.dumps])
def test_metadata_may_hold_any_object(encode: Any) -> None:
    assert (
        error_of(message(metadata=encode({"event_type": "a", "event_payload": {"id": [1, {"b": None}]}})))
        is None
    )


def test_an_update_takes_the_metadata_away_with_an_empty_object() -> None:
    assert error_of(message(metadata={}), "chat.update") is None
    assert error_of(message(metadata={}), "chat.postEphemeral") == "invalid_metadata_format"


def test_large_metadata_is_refused() -> None:
    metadata = {"event_type": "a", "event_payload": {"id": "x" * 9_000}}
    assert error_of(message(metadata=metadata)) == "metadata_too_large"


def test_blocks_in_attachments_are_checked_too() -> None:
    attachments = [{"text": "a"}, {"color": "#00ff00", "blocks": [section(), header("x" * 151)]}]
    refusal = refused(message(attachments=attachments))
    assert refusal is not None
    assert refusal.error == "invalid_attachments"
    assert refusal.messages == (
        "[ERROR] must be less than 151 characters [json-pointer:/attachments/1/blocks/1/text/text]",
    )


@pytest.mark.parametrize("attachments", [{}, "a", 5, ["a"], [None], [{"blocks": {}}]])
def test_attachments_are_a_list_of_objects(attachments: Any) -> None:
    assert (
        error_of({"channel": "C1", "text": "a", "attachments": attachments or {"a": 1}})
        == "invalid_attachments"
    )


@pytest.mark.parametrize("payload", [None, [], "text", 5])
def test_arguments_are_an_object(payload: Any) -> None:
    assert error_of(payload) == "invalid_arguments"


def test_a_refusal_names_the_page_it_stands_on() -> None:
    refusal = refused(message(header("x" * 151)))
    assert refusal == rules.Refusal(
        error="invalid_blocks",
        messages=("[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]",),
        rule="length",
        source="https://docs.slack.dev/reference/block-kit/blocks/header-block",
    )
