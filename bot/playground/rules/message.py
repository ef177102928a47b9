"""What Slack refuses of a message given to chat.postMessage, chat.update, chat.postEphemeral or a response_url."""

import json
from collections.abc import Mapping
from typing import Any

from bot.playground.rules import limits
from bot.playground.rules.blocks import BLOCKS_ON
from bot.playground.rules.limits import METHODS, Limit
from bot.playground.rules.refusal import Problem, Refusal, refusal
from bot.playground.rules.whole import about_the_whole, nested, text_length, too_many_of

PAGE = f"{METHODS}/chat.postMessage"

# A longer text is cut by the other methods, see `truncated_text`.
LONGEST_TEXT: Mapping[str, Limit] = {"chat.update": limits.UPDATE_TEXT}


def check_message(payload: Any, *, method: str) -> Refusal | None:
    """What Slack would refuse of these arguments; None when it would take them.

    `blocks`, `attachments` and `metadata` may be JSON in a string, as they are in a form body.
    """
    if not isinstance(payload, dict):
        return _refuse("invalid_arguments", "arguments", "must be an object")
    if method == "response_url" and payload.get("delete_original") is True:
        return None
    for check in (_shape, _nothing_said, _text, _blocks, _attachments, _metadata):
        refused = check(payload, method)
        if refused is not None:
            return refused
    return None


def truncated_text(text: str) -> str:
    """The text as Slack keeps it: cut after 40,000 characters, which is not an error."""
    return text[: limits.MESSAGE_TEXT]


def _refuse(error: str, rule: str, *messages: str, source: str = PAGE) -> Refusal:
    return Refusal(error, tuple(f"[ERROR] {message}" for message in messages), rule, source)


def _decoded(value: object) -> object:
    """The value, read as JSON when it is a string; absent when empty; the string itself when it is no JSON."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _shape(payload: dict[str, Any], method: str) -> Refusal | None:
    for name in ("text", "markdown_text"):
        if not isinstance(payload.get(name), str | None):
            return _refuse("invalid_arguments", "type", f"must be a string [json-pointer:/{name}]")
    if not isinstance(_decoded(payload.get("blocks")), list | None):
        return _refuse("invalid_blocks_format", "type")
    if not isinstance(_decoded(payload.get("attachments")), list | None):
        return _refuse("invalid_attachments", "type")
    return None


def _nothing_said(payload: dict[str, Any], method: str) -> Refusal | None:
    said = (payload.get("text"), payload.get("markdown_text"))
    if any(said) or _decoded(payload.get("blocks")) or _decoded(payload.get("attachments")):
        return None
    return _refuse("no_text", "text")


def _text(payload: dict[str, Any], method: str) -> Refusal | None:
    markdown = payload.get("markdown_text") or ""
    if markdown and (payload.get("text") or _decoded(payload.get("blocks"))):
        return _refuse("markdown_text_conflict", "one of")
    if len(markdown) > limits.MARKDOWN_TEXT:
        return _refuse("msg_too_long", "text length", source=limits.MARKDOWN_TEXT.source)
    most = LONGEST_TEXT.get(method)
    if most is not None and len(payload.get("text") or "") > most:
        return _refuse("msg_too_long", "text length", source=most.source)
    return None


def _blocks(payload: dict[str, Any], method: str) -> Refusal | None:
    blocks = _decoded(payload.get("blocks"))
    if not isinstance(blocks, list) or not blocks:
        return None
    found = _block_problems(blocks, "/blocks")
    if found:
        return refusal("invalid_blocks", found)
    return _second_table(blocks) or _blocks_too_long(blocks)


def _block_problems(blocks: list[Any], at: str) -> list[Problem]:
    found: list[Problem] = []
    BLOCKS_ON["message"].check(blocks, at, PAGE, found)
    if found:
        return found
    charts = too_many_of("data_visualization", limits.CHARTS, blocks, at)
    return [*about_the_whole(blocks, at), *charts]


def _second_table(blocks: list[Any]) -> Refusal | None:
    if list(too_many_of("table", limits.TABLES, blocks, "/blocks")):
        return _refuse("invalid_attachments", "count", "only_one_table_allowed", source=limits.TABLES.source)
    return None


def _blocks_too_long(blocks: list[Any]) -> Refusal | None:
    def total(*types: str) -> int:
        return sum(text_length(block) for block, _ in nested(blocks, "") if block["type"] in types)

    budgets = (
        (total("markdown"), limits.MARKDOWN_TOTAL),
        (total("table"), limits.TABLE_CHARACTERS),
        (total("data_table"), limits.DATA_TABLE_CHARACTERS),
        (text_length([b for b in blocks if b["type"] not in _OWN_BUDGET]), limits.BLOCK_TEXT_TOTAL),
    )
    for length, most in budgets:
        if length > most:
            return _refuse("msg_blocks_too_long", "text of all blocks", source=most.source)
    return None


_OWN_BUDGET = ("markdown", "table", "data_table")


def _attachments(payload: dict[str, Any], method: str) -> Refusal | None:
    attachments = _decoded(payload.get("attachments"))
    if not isinstance(attachments, list):
        return None
    if len(attachments) > limits.ATTACHMENTS:
        return _refuse("too_many_attachments", "count", source=limits.ATTACHMENTS.source)
    found: list[Problem] = []
    for number, attachment in enumerate(attachments):
        at = f"/attachments/{number}"
        if not isinstance(attachment, dict):
            found.append(Problem("must be an object", at, "type", PAGE))
        elif "blocks" in attachment:
            found += _block_problems(attachment["blocks"], f"{at}/blocks")
    return refusal("invalid_attachments", found)


def _metadata(payload: dict[str, Any], method: str) -> Refusal | None:
    metadata = _decoded(payload.get("metadata"))
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        return _refuse("invalid_metadata_format", "metadata")
    named = isinstance(metadata.get("event_type"), str) and metadata["event_type"] != ""
    if not named or not isinstance(metadata.get("event_payload"), dict):
        return _refuse("invalid_metadata_format", "metadata", "needs `event_type` and `event_payload`")
    try:
        size = len(json.dumps(metadata, ensure_ascii=False, separators=(",", ":")).encode(errors="replace"))
    except (TypeError, ValueError, RecursionError):
        return _refuse("invalid_metadata_format", "metadata")
    if size > limits.METADATA_BYTES:
        return _refuse("metadata_too_large", "metadata size", source=limits.METADATA_BYTES.source)
    return None
