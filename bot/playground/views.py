"""Modals and Homes: opening, stacking, updating and closing them."""

from typing import Literal, cast

from bot.playground import content, fields
from bot.playground.errors import SlackError
from bot.playground.ids import secret, unique
from bot.playground.json_types import Json
from bot.playground.world import View, Workspace, World

MOST_VIEWS_IN_A_STACK = 3  # https://docs.slack.dev/surfaces/modals (2026-11)
Surface = Literal["modal", "home"]


def shown(view: View) -> Json:
    """The view as payloads and answers carry it, with what stands in its fields."""
    values = {block_id: dict(elements) for block_id, elements in view.values.items()}
    return {**view.body, "state": {"values": values}}


def checked(asked: object, surface: Surface) -> Json:
    """Raises what Slack answers to a view it would not take."""
    if not isinstance(asked, dict):
        raise SlackError(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] failed to match view"]}
        )
    content.check_view(asked, surface)
    return cast(Json, asked)


def build(
    world: World,
    workspace: Workspace,
    user_id: str,
    asked: Json,
    *,
    view_id: str | None = None,
    kept: View | None = None,
    here: str | None = None,
) -> View:
    """A view out of what the app asked for; `kept` is what it replaces, `here` the conversation it is opened from."""
    blocks = content.named_blocks(asked["blocks"], world.ids)
    new_id = view_id or unique("V")
    body: Json = {
        "id": new_id,
        "team_id": workspace.id,
        "type": asked["type"],
        "blocks": blocks,
        "private_metadata": asked.get("private_metadata") or "",
        "callback_id": asked.get("callback_id") or "",
        "hash": f"{world.clock.seconds()}.{secret(8)}",
        "title": asked.get("title"),
        "submit": asked.get("submit"),
        "close": asked.get("close"),
        "clear_on_close": bool(asked.get("clear_on_close")),
        "notify_on_close": bool(asked.get("notify_on_close")),
        "submit_disabled": bool(asked.get("submit_disabled")),
        "previous_view_id": kept.body["previous_view_id"] if kept else None,
        "root_view_id": kept.body["root_view_id"] if kept else new_id,
        "app_id": world.app.id,
        "external_id": asked.get("external_id") or "",
        "app_installed_team_id": workspace.id,
        "bot_id": workspace.bot_id,
    }
    values = fields.first_values(blocks, kept=kept.values if kept else {}, here=here)
    return View(body, user_id, workspace.id, values)


def open_modal(
    world: World, workspace: Workspace, user_id: str, asked: Json, *, here: str | None = None
) -> View:
    _check_external_id(world, workspace, asked, None)
    view = build(world, workspace, user_id, asked, here=here)
    world.views[view.body["id"]] = view
    world.stacks[view.body["id"]] = [view.body["id"]]
    return view


def push(world: World, workspace: Workspace, below: View, asked: Json) -> View:
    stack = world.stacks[below.body["root_view_id"]]
    if len(stack) >= MOST_VIEWS_IN_A_STACK:
        raise SlackError("push_limit_reached")
    _check_external_id(world, workspace, asked, None)
    view = build(world, workspace, below.user_id, asked)
    view.body["previous_view_id"] = stack[-1]
    view.body["root_view_id"] = below.body["root_view_id"]
    world.views[view.body["id"]] = view
    stack.append(view.body["id"])
    return view


def update(world: World, workspace: Workspace, view: View, asked: Json) -> View:
    """Replaces the content in place; typed values stay where block id and action id stay."""
    _check_external_id(world, workspace, asked, view)
    view_id = view.body["id"]
    updated = build(world, workspace, view.user_id, asked, view_id=view_id, kept=view)
    world.views[view_id] = updated
    world.notice(view_id=view_id)
    return updated


def publish(world: World, workspace: Workspace, user_id: str, asked: Json) -> View:
    before = world.homes.get((workspace.id, user_id))
    _check_external_id(world, workspace, asked, before)
    view = build(world, workspace, user_id, asked, view_id=before.body["id"] if before else None, kept=before)
    world.homes[workspace.id, user_id] = view
    world.views[view.body["id"]] = view
    world.notice(home_of=user_id, view_id=view.body["id"])
    return view


def close(world: World, view: View, *, whole_stack: bool = False) -> list[View]:
    """Takes a view, or all of its stack, off the screen; answers those that went, topmost first."""
    stack = world.stacks.get(view.body["root_view_id"], [])
    going = stack[::-1] if whole_stack else stack[stack.index(view.body["id"]) :][::-1]
    gone = [world.views.pop(view_id) for view_id in going]
    del stack[len(stack) - len(going) :]
    if not stack:
        world.stacks.pop(view.body["root_view_id"], None)
    return gone


def is_on_top(world: World, view: View) -> bool:
    stack = world.stacks.get(view.body["root_view_id"], [])
    return stack[-1:] == [view.body["id"]]


def _check_external_id(world: World, workspace: Workspace, asked: Json, besides: View | None) -> None:
    external_id = asked.get("external_id")
    if external_id and any(
        view is not besides and view.team_id == workspace.id and view.body["external_id"] == external_id
        for view in world.views.values()
    ):
        raise SlackError("duplicate_external_id")
