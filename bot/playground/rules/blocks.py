"""Blocks: what each must look like, and on which surface it may stand."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.playground.rules import limits
from bot.playground.rules.charts import CHART
from bot.playground.rules.elements import (
    ALL,
    IMAGE,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
)
from bot.playground.rules.limits import BLOCKS, ELEMENTS, OBJECTS
from bot.playground.rules.objects import SLACK_FILE, any_text, plain_text
from bot.playground.rules.refusal import Problem
from bot.playground.rules.rich_text import RICH_TEXT
from bot.playground.rules.schema import (
    Check,
    EitherKind,
    Flag,
    Items,
    Kinds,
    Nullable,
    Number,
    OneOf,
    Rule,
    Shape,
    Text,
    at_least_one,
    exactly_one,
    kind,
)
from bot.playground.rules.whole import Surface

HTTPS = Text(like=r"https://\S+", example="of an HTTPS URL")


def _block(
    page: str,
    required: Mapping[str, Rule] | None = None,
    optional: Mapping[str, Rule] | None = None,
    also: Iterable[Check] = (),
) -> Shape:
    return kind(f"{BLOCKS}/{page}", required, {"block_id": Text(limits.BLOCK_ID), **(optional or {})}, also)


def _rows_are_equally_long(table: Any, at: str, page: str) -> Iterable[Problem]:
    columns = len(table["rows"][0])
    for number, row in enumerate(table["rows"]):
        if len(row) != columns:
            message = f"all rows must have the same number of cells: {columns}"
            yield Problem(message, f"{at}/rows/{number}", "count", page)


def _header_is_not_rich_text(table: Any, at: str, page: str) -> Iterable[Problem]:
    for number, cell in enumerate(table["rows"][0]):
        if cell["type"] == "rich_text":
            yield Problem("unsupported type: rich_text", f"{at}/rows/0/{number}/type", "type", page)


def _only_collapsible_starts_collapsed(container: Any, at: str, page: str) -> Iterable[Problem]:
    if container.get("default_collapsed") and not container.get("is_collapsible"):
        yield Problem("requires `is_collapsible`", f"{at}/default_collapsed", "needs", page)


def _files_do_not_dispatch(block: Any, at: str, page: str) -> Iterable[Problem]:
    if block["element"]["type"] == "file_input" and block.get("dispatch_action"):
        yield Problem("cannot be set for a `file_input`", f"{at}/dispatch_action", "needs", page)


def _collapsible_has_no_divider(container: Any, at: str, page: str) -> Iterable[Problem]:
    if container.get("has_header_divider") and container.get("is_collapsible"):
        yield Problem("cannot be set with `is_collapsible`", f"{at}/has_header_divider", "needs", page)


_CELL = Kinds(
    {
        "raw_text": kind(f"{BLOCKS}/table-block", {"text": Text()}),
        "raw_number": kind(f"{BLOCKS}/table-block", {"value": Number(whole=False), "text": Text()}),
        **RICH_TEXT.shapes,
    }
)

_COLUMN = Shape(
    f"{BLOCKS}/table-block",
    optional={"align": OneOf("left", "center", "right"), "is_wrapped": Flag()},
)

_ICON = Shape(
    f"{OBJECTS}/slack-icon-object",
    required={"name": OneOf(*limits.SLACK_ICONS)},
    optional={"type": OneOf("icon")},
)

_CARD = _block(
    "card-block",
    optional={
        "hero_image": Kinds({"image": IMAGE}),
        "icon": Kinds({"image": IMAGE}),
        "slack_icon": _ICON,
        "title": any_text(limits.CARD_TITLE),
        "subtitle": any_text(limits.CARD_SUBTITLE),
        "body": any_text(limits.CARD_BODY),
        "actions": Items(ALL.only("button"), limits.CARD_ACTIONS),
    },
    also=[at_least_one("hero_image", "title", "actions", "body")],
)

# Inside a plan a task may leave out its type.
_TASK_CARD = Shape(
    f"{BLOCKS}/task-card-block",
    required={
        "task_id": Text(),
        "title": Text(),
        "status": OneOf("pending", "in_progress", "complete", "error"),
    },
    optional={
        "type": OneOf("task_card"),
        "block_id": Text(limits.BLOCK_ID),
        "details": RICH_TEXT,
        "output": RICH_TEXT,
        "sources": Items(
            Kinds({"url": kind(f"{ELEMENTS}/url-source-element", {"url": Text(), "text": Text()})})
        ),
    },
)

_CONTEXT_ELEMENT = EitherKind({"image": IMAGE, **any_text(limits.TEXT).shapes})

SIMPLE = Kinds(
    {
        "section": _block(
            "section-block",
            optional={
                "text": any_text(limits.SECTION_TEXT),
                "fields": Items(any_text(limits.SECTION_FIELD), limits.SECTION_FIELDS),
                "accessory": IN_SECTION,
                "expand": Flag(),
            },
            also=[at_least_one("text", "fields")],
        ),
        "divider": _block("divider-block"),
        "header": _block("header-block", required={"text": plain_text(limits.HEADER_TEXT)}),
        "image": _block(
            "image-block",
            required={"alt_text": Text(limits.IMAGE_ALT_TEXT)},
            optional={
                "image_url": Text(limits.IMAGE_URL),
                "slack_file": SLACK_FILE,
                "title": plain_text(limits.IMAGE_TITLE),
            },
            also=[exactly_one("image_url", "slack_file")],
        ),
        "context": _block(
            "context-block", required={"elements": Items(_CONTEXT_ELEMENT, limits.CONTEXT_ELEMENTS)}
        ),
        "actions": _block("actions-block", required={"elements": Items(IN_ACTIONS, limits.ACTIONS_ELEMENTS)}),
        "input": _block(
            "input-block",
            required={"label": plain_text(limits.INPUT_LABEL), "element": IN_INPUT},
            optional={
                "hint": plain_text(limits.INPUT_HINT),
                "optional": Flag(),
                "dispatch_action": Flag(),
            },
            also=[_files_do_not_dispatch],
        ),
        "video": _block(
            "video-block",
            required={
                "alt_text": Text(),
                "title": plain_text(limits.VIDEO_TITLE),
                "thumbnail_url": Text(),
                "video_url": HTTPS,
            },
            optional={
                "title_url": HTTPS,
                "description": plain_text(limits.TEXT),
                "author_name": Text(limits.VIDEO_AUTHOR),
                "provider_name": Text(),
                "provider_icon_url": Text(),
            },
        ),
        "rich_text": RICH_TEXT.shapes["rich_text"],
        "table": _block(
            "table-block",
            required={"rows": Items(Items(_CELL, limits.TABLE_COLUMNS), limits.TABLE_ROWS)},
            optional={"column_settings": Items(Nullable(_COLUMN), limits.TABLE_COLUMNS)},
        ),
    }
)

ALL_BLOCKS = Kinds(
    {
        **SIMPLE.shapes,
        "markdown": _block("markdown-block", required={"text": Text(limits.MARKDOWN_TOTAL)}),
        "data_table": _block(
            "data-table-block",
            required={
                "caption": Text(),
                "rows": Items(
                    Items(_CELL, limits.DATA_TABLE_COLUMNS),
                    limits.DATA_TABLE_ROWS,
                    least=limits.DATA_TABLE_LEAST_ROWS,
                ),
            },
            optional={
                "page_size": Number(1, limits.DATA_TABLE_PAGE),
                "row_header_column_index": Number(0),
            },
            also=[_rows_are_equally_long, _header_is_not_rich_text],
        ),
        "data_visualization": _block(
            "data-visualization-block", required={"title": Text(limits.CHART_TITLE), "chart": CHART}
        ),
        "card": _CARD,
        "carousel": _block(
            "carousel-block", required={"elements": Items(Kinds({"card": _CARD}), limits.CAROUSEL_CARDS)}
        ),
        "container": _block(
            "container-block",
            required={"child_blocks": Items(SIMPLE, limits.CONTAINER_BLOCKS)},
            optional={
                "title": plain_text(limits.CONTAINER_TITLE),
                "rich_text_title": RICH_TEXT,
                "subtitle": any_text(limits.CONTAINER_SUBTITLE),
                "width": OneOf("narrow", "standard", "wide", "full"),
                "icon": Kinds({"image": IMAGE}),
                "is_collapsible": Flag(),
                "default_collapsed": Flag(),
                "has_header_divider": Flag(),
            },
            also=[
                at_least_one("title", "rich_text_title"),
                _only_collapsible_starts_collapsed,
                _collapsible_has_no_divider,
            ],
        ),
        "alert": _block(
            "alert-block",
            required={"text": any_text(limits.TEXT)},
            optional={"level": OneOf("default", "info", "warning", "error", "success")},
        ),
        "context_actions": _block(
            "context-actions-block",
            required={"elements": Items(IN_CONTEXT_ACTIONS, limits.CONTEXT_ACTIONS_ELEMENTS)},
        ),
        "auth_provider": _block(
            "auth-provider-block",
            required={
                "value": Text(limits.AUTH_PROVIDER_VALUE),
                "name": plain_text(limits.AUTH_PROVIDER_NAME),
                "is_connected": Flag(),
            },
            optional={
                "description": plain_text(limits.AUTH_PROVIDER_DESCRIPTION),
                "icon_url": Text(limits.AUTH_PROVIDER_URL),
                "auth_url": Text(limits.AUTH_PROVIDER_URL),
                "disconnect_url": Text(limits.AUTH_PROVIDER_URL),
                "connected_identity": plain_text(limits.AUTH_PROVIDER_CONNECTED),
                "connected_context": plain_text(limits.AUTH_PROVIDER_CONNECTED),
                "accessory": ALL.only("overflow"),
                "fallback": Items(SIMPLE),
            },
        ),
        "call": _block("call-block", required={"call_id": Text()}),
        "task_card": _TASK_CARD,
        "plan": _block(
            "plan-block",
            required={"title": Text()},
            optional={"tasks": Items(_TASK_CARD)},
        ),
    }
)

_EVERYWHERE = (
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
)

# "available-in-surfaces" of https://docs.slack.dev/blocks.json. Where its versions differ the narrower one holds: the
# newest lists charts, containers and tables for Home tabs too, but views.publish was seen refusing a chart. `file` is
# nowhere: "You can't add this block to app surfaces directly".
ON_SURFACE: Mapping[Surface, Items] = {
    "message": Items(ALL_BLOCKS.without("alert"), limits.MESSAGE_BLOCKS),
    "modal": Items(ALL_BLOCKS.only(*_EVERYWHERE, "alert"), limits.VIEW_BLOCKS),
    "home": Items(ALL_BLOCKS.only(*_EVERYWHERE, "carousel"), limits.VIEW_BLOCKS),
}
