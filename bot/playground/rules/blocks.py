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
    Anything,
    EitherKind,
    Flag,
    Items,
    Kinds,
    OneOf,
    Shape,
    Text,
    at_least_one,
    block,
    exactly_one,
    kind,
)
from bot.playground.rules.tables import DATA_TABLE, TABLE
from bot.playground.rules.whole import Surface

HTTPS = Text(like=r"https://\S+", example="of an HTTPS URL")


def _only_collapsible_starts_collapsed(container: Any, at: str, page: str) -> Iterable[Problem]:
    if container.get("default_collapsed") and not container.get("is_collapsible"):
        yield Problem("requires `is_collapsible`", f"{at}/default_collapsed", "needs", page)


def _files_do_not_dispatch(asked: Any, at: str, page: str) -> Iterable[Problem]:
    if asked["element"]["type"] == "file_input" and asked.get("dispatch_action"):
        yield Problem("cannot be set for a `file_input`", f"{at}/dispatch_action", "needs", page)


def _collapsible_has_no_divider(container: Any, at: str, page: str) -> Iterable[Problem]:
    if container.get("has_header_divider") and container.get("is_collapsible"):
        yield Problem("cannot be set with `is_collapsible`", f"{at}/has_header_divider", "needs", page)


_ICON = Shape(
    f"{OBJECTS}/slack-icon-object",
    required={"name": OneOf(*limits.SLACK_ICONS)},
    optional={"type": OneOf("icon")},
)

_CARD = block(
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
        "section": block(
            "section-block",
            optional={
                "text": any_text(limits.SECTION_TEXT),
                "fields": Items(any_text(limits.SECTION_FIELD), limits.SECTION_FIELDS),
                "accessory": IN_SECTION,
                "expand": Flag(),
            },
            also=[at_least_one("text", "fields")],
        ),
        "divider": block("divider-block"),
        "header": block("header-block", required={"text": plain_text(limits.HEADER_TEXT)}),
        "image": block(
            "image-block",
            required={"alt_text": Text(limits.IMAGE_ALT_TEXT)},
            optional={
                "image_url": Text(limits.IMAGE_URL),
                "slack_file": SLACK_FILE,
                "title": plain_text(limits.IMAGE_TITLE),
            },
            also=[exactly_one("image_url", "slack_file")],
        ),
        "context": block(
            "context-block", required={"elements": Items(_CONTEXT_ELEMENT, limits.CONTEXT_ELEMENTS)}
        ),
        "actions": block("actions-block", required={"elements": Items(IN_ACTIONS, limits.ACTIONS_ELEMENTS)}),
        "input": block(
            "input-block",
            required={"label": plain_text(limits.INPUT_LABEL), "element": IN_INPUT},
            optional={
                "hint": plain_text(limits.INPUT_HINT),
                "optional": Flag(),
                "dispatch_action": Flag(),
            },
            also=[_files_do_not_dispatch],
        ),
        "video": block(
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
        "table": TABLE,
    }
)

ALL_BLOCKS = Kinds(
    {
        **SIMPLE.shapes,
        "markdown": block("markdown-block", required={"text": Text(limits.MARKDOWN_TOTAL)}),
        "data_table": DATA_TABLE,
        "data_visualization": block(
            "data-visualization-block", required={"title": Text(limits.CHART_TITLE), "chart": CHART}
        ),
        "card": _CARD,
        "carousel": block(
            "carousel-block", required={"elements": Items(Kinds({"card": _CARD}), limits.CAROUSEL_CARDS)}
        ),
        "container": block(
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
        "alert": block(
            "alert-block",
            required={"text": any_text(limits.TEXT)},
            optional={"level": OneOf("default", "info", "warning", "error", "success")},
        ),
        "context_actions": block(
            "context-actions-block",
            required={"elements": Items(IN_CONTEXT_ACTIONS, limits.CONTEXT_ACTIONS_ELEMENTS)},
        ),
        "auth_provider": block(
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
        "call": block(
            "call-block",
            required={"call_id": Text()},
            optional={"api_decoration_available": Flag(), "call": Anything()},
        ),
        "task_card": _TASK_CARD,
        "plan": block(
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
    "message": Items(ALL_BLOCKS.without("alert"), limits.MESSAGE_BLOCKS, least=0),
    "modal": Items(ALL_BLOCKS.only(*_EVERYWHERE, "alert"), limits.VIEW_BLOCKS),
    "home": Items(ALL_BLOCKS.only(*_EVERYWHERE, "carousel"), limits.VIEW_BLOCKS),
}
