"""What Slack refuses of a message given to chat.postMessage, chat.update, chat.postEphemeral or a response_url."""

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from bot.playground.rules import limits
from bot.playground.rules.blocks import ON_SURFACE
from bot.playground.rules.limits import METHODS, Limit
from bot.playground.rules.refusal import Problem, Refusal, refusal
from bot.playground.rules.whole import about_the_whole, placed_blocks, text_length

PAGE = f"{METHODS}/chat.postMessage"

# A longer text is cut by the other methods, see `truncated_text`.
LONGEST_TEXT: Mapping[str, Limit] = {"chat.update": limits.UPDATE_TEXT}

# Blocks whose text has a limit of its own over the whole message; the rest share one.
TEXT_BUDGETS: Mapping[str, Limit] = {
    "markdown": limits.MARKDOWN_TOTAL,
    "table": limits.TABLE_CHARACTERS,
    "data_table": limits.DATA_TABLE_CHARACTERS,
}


@dataclasses.dataclass(frozen=True, slots=True)
class _Message:
    method: str
    text: Any
    markdown_text: Any
    blocks: Any
    attachments: Any
    metadata: Any


def check_message(payload: Any, *, method: str) -> Refusal | None:
    """What Slack would refuse of these arguments; None when it would take them.

    `blocks`, `attachments` and `metadata` may be JSON in a string, as they are in a form body. Errors:
    `invalid_arguments`, `invalid_blocks`, `invalid_blocks_format`, `invalid_attachments`, `no_text`, `msg_too_long`,
    `msg_blocks_too_long`, `markdown_text_conflict`, `too_many_attachments`, `invalid_metadata_format`,
    `metadata_too_large`.
    """
    if not isinstance(payload, dict):
        return _refuse("invalid_arguments", "type", "must provide an object")
    if method == "response_url" and payload.get("delete_original") is True:
        return None
    message = _Message(
        method,
        payload.get("text"),
        payload.get("markdown_text"),
        _decoded(payload.get("blocks")),
        _decoded(payload.get("attachments")),
        _decoded(payload.get("metadata")),
    )
    return (
        _wrong_type(message)
        or _nothing_said(message)
        or _text_too_long(message)
        or _refused_blocks(message)
        or _refused_attachments(message)
        or _refused_metadata(message)
    )


def truncated_text(text: str) -> str:
    """The text as Slack keeps it: cut after 40,000 characters, which is not an error."""
    return text[: limits.MESSAGE_TEXT]


def _refuse(error: str, rule: str, *messages: str, source: str = PAGE) -> Refusal:
    return Refusal(error, tuple(f"[ERROR] {message}" for message in messages), rule, source)


def _decoded(value: object) -> object:
    """The value, read as JSON when it is a string; None when that is empty; the string itself when it is no JSON."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _wrong_type(message: _Message) -> Refusal | None:
    for name, value in (("text", message.text), ("markdown_text", message.markdown_text)):
        if not isinstance(value, str | None):
            return _refuse("invalid_arguments", "type", f"must provide a string [json-pointer:/{name}]")
    if not isinstance(message.blocks, list | None):
        return _refuse("invalid_blocks_format", "type")
    if not isinstance(message.attachments, list | None):
        return _refuse("invalid_attachments", "type")
    return None


def _nothing_said(message: _Message) -> Refusal | None:
    if message.text or message.markdown_text or message.blocks or message.attachments:
        return None
    return _refuse("no_text", "text")


def _text_too_long(message: _Message) -> Refusal | None:
    if message.markdown_text and (message.text or message.blocks):
        return _refuse("markdown_text_conflict", "one of")
    if len(message.markdown_text or "") > limits.MARKDOWN_TEXT:
        return _refuse("msg_too_long", "text length", source=limits.MARKDOWN_TEXT.source)
    most = LONGEST_TEXT.get(message.method)
    if most is not None and len(message.text or "") > most:
        return _refuse("msg_too_long", "text length", source=most.source)
    return None


def _refused_blocks(message: _Message) -> Refusal | None:
    if not message.blocks:
        return None
    found = _block_problems(message.blocks, "/blocks")
    if found:
        return refusal("invalid_blocks", found)
    return _too_many_tables(message.blocks) or _blocks_too_long(message.blocks)


def _block_problems(blocks: object, at: str) -> list[Problem]:
    found: list[Problem] = []
    ON_SURFACE["message"].check(blocks, at, PAGE, found)
    if found or not isinstance(blocks, list):
        return found
    return [*about_the_whole(blocks, at, "message"), *_too_many_charts(blocks, at)]


def _too_many_charts(blocks: list[Any], at: str) -> list[Problem]:
    charts = [
        place for block, place in placed_blocks(blocks, at) if block.get("type") == "data_visualization"
    ]
    message = f"no more than {limits.CHARTS} data_visualization blocks allowed"
    return [Problem(message, place, "count", limits.CHARTS.source) for place in charts[limits.CHARTS :]]


def _too_many_tables(blocks: list[Any]) -> Refusal | None:
    tables = [block for block, _ in placed_blocks(blocks, "") if block.get("type") in ("table", "data_table")]
    if len(tables) > limits.TABLES:
        return _refuse("invalid_attachments", "count", "only_one_table_allowed", source=limits.TABLES.source)
    return None


def _blocks_too_long(blocks: list[Any]) -> Refusal | None:
    used: Counter[str] = Counter()
    for block in blocks:
        budget = block["type"] if block["type"] in TEXT_BUDGETS else "the rest"
        used[budget] += text_length(block)
    for budget, characters in used.items():
        most = TEXT_BUDGETS.get(budget, limits.BLOCK_TEXT_TOTAL)
        if characters > most:
            return _refuse("msg_blocks_too_long", "text of all blocks", source=most.source)
    return None


def _refused_attachments(message: _Message) -> Refusal | None:
    if not message.attachments:
        return None
    if len(message.attachments) > limits.ATTACHMENTS:
        return _refuse("too_many_attachments", "count", source=limits.ATTACHMENTS.source)
    found: list[Problem] = []
    for number, attachment in enumerate(message.attachments):
        at = f"/attachments/{number}"
        if not isinstance(attachment, dict):
            found.append(Problem("must provide an object", at, "type", PAGE))
        elif "blocks" in attachment:
            found += _block_problems(attachment["blocks"], f"{at}/blocks")
    return refusal("invalid_attachments", found)


def _refused_metadata(message: _Message) -> Refusal | None:
    metadata = message.metadata
    if metadata is None or (metadata == {} and message.method == "chat.update"):
        return None  # an update with an empty object takes the old metadata away
    if not (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and metadata["event_type"]
        and isinstance(metadata.get("event_payload"), dict)
    ):
        return _refuse("invalid_metadata_format", "metadata")
    try:
        size = len(json.dumps(metadata, ensure_ascii=False).encode(errors="replace"))
    except RecursionError:
        return _refuse("invalid_metadata_format", "metadata")
    if size > limits.METADATA_BYTES:
        return _refuse("metadata_too_large", "metadata size", source=limits.METADATA_BYTES.source)
    return None
