"""What Slack refuses of a modal or an App Home given to views.open, push, update and publish."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from bot.playground.rules import limits
from bot.playground.rules.blocks import ON_SURFACE
from bot.playground.rules.limits import VIEWS
from bot.playground.rules.objects import plain_text
from bot.playground.rules.refusal import Problem, Refusal, refusal
from bot.playground.rules.schema import Flag, OneOf, Rule, Shape, Text
from bot.playground.rules.whole import about_the_whole, placed_blocks

_ANY_VIEW: Mapping[str, Rule] = {
    "private_metadata": Text(limits.PRIVATE_METADATA, least=0),
    "callback_id": Text(limits.CALLBACK_ID, least=0),
    "external_id": Text(limits.EXTERNAL_ID, least=0),
}


def _input_needs_submit(view: Any, at: str, page: str) -> Iterable[Problem]:
    if "submit" in view:
        return
    for block, place in placed_blocks(view["blocks"], f"{at}/blocks"):
        if block["type"] == "input":
            message = "must define `submit` to use an `input` block in modals"
            yield Problem(message, f"{place}/input", "submit", page)


def _blocks_fit_together(view: Any, at: str, page: str) -> Iterable[Problem]:
    return about_the_whole(view["blocks"], f"{at}/blocks", view["type"])


VIEW: Mapping[str, Shape] = {
    "modal": Shape(
        f"{VIEWS}/modal-views",
        required={
            "type": OneOf("modal"),
            "title": plain_text(limits.VIEW_TITLE),
            "blocks": ON_SURFACE["modal"],
        },
        optional={
            **_ANY_VIEW,
            "submit": plain_text(limits.VIEW_SUBMIT),
            "close": plain_text(limits.VIEW_CLOSE),
            "clear_on_close": Flag(),
            "notify_on_close": Flag(),
        },
        also=[_input_needs_submit, _blocks_fit_together],
    ),
    "home": Shape(
        f"{VIEWS}/home-tab-views",
        required={"type": OneOf("home"), "blocks": ON_SURFACE["home"]},
        optional=_ANY_VIEW,
        also=[_blocks_fit_together],
    ),
}


def check_view(view: Any, *, surface: Literal["modal", "home"]) -> Refusal | None:
    """What Slack would refuse of this view on this surface; None when it would take it.

    Errors: `invalid_arguments` with a message for each problem, `view_too_large`.
    """
    found: list[Problem] = []
    VIEW[surface].check(view, "/view", "", found)
    if found:
        return refusal("invalid_arguments", found)
    size = len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode(errors="replace"))
    if size > limits.VIEW_BYTES:
        return Refusal("view_too_large", (), "view size", limits.VIEW_BYTES.source)
    return None
