"""Emoji on messages, by the app or by people."""

import re

from bot.playground.errors import SlackError
from bot.playground.json_types import Json
from bot.playground.world import Channel, Workspace, World

EMOJI_NAME = re.compile(r"[a-z0-9_+'’\-]+(::skin-tone-[2-6])?")


def add(world: World, workspace: Workspace, channel: Channel, at: str, *, user_id: str, name: str) -> None:
    """Raises what reactions.add answers."""
    message = _message(channel, at)
    if not EMOJI_NAME.fullmatch(name):
        raise SlackError("invalid_name")
    standing = next((r for r in message.get("reactions", []) if r["name"] == name), None)
    users = standing["users"] if standing else []
    if user_id in users:
        raise SlackError("already_reacted")
    _set(channel, message, name, [*users, user_id])
    _tell(world, workspace, channel, message, {"type": "reaction_added", "user": user_id, "reaction": name})


def remove(world: World, workspace: Workspace, channel: Channel, at: str, *, user_id: str, name: str) -> None:
    """Raises what reactions.remove answers."""
    message = _message(channel, at)
    standing = next((r for r in message.get("reactions", []) if r["name"] == name), None)
    if standing is None or user_id not in standing["users"]:
        raise SlackError("no_reaction")
    _set(channel, message, name, [user for user in standing["users"] if user != user_id])
    _tell(world, workspace, channel, message, {"type": "reaction_removed", "user": user_id, "reaction": name})


def _set(channel: Channel, message: Json, name: str, users: list[str]) -> None:
    """A new message each time: the old one may stand in the ledger, as it was."""
    new = {"name": name, "users": users, "count": len(users)}
    before = message.get("reactions", [])
    known = any(r["name"] == name for r in before)
    reactions = [new if r["name"] == name else r for r in before] if known else [*before, new]
    channel.messages[message["ts"]] = {**message, "reactions": [r for r in reactions if r["count"]]}


def _message(channel: Channel, at: str) -> Json:
    message = channel.messages.get(at)
    if message is None:
        raise SlackError("message_not_found")
    return message


def _tell(world: World, workspace: Workspace, channel: Channel, message: Json, event: Json) -> None:
    item = {"type": "message", "channel": channel.id, "ts": message["ts"]}
    at = world.event_ts()
    world.emit(workspace, event | {"item": item, "item_user": message.get("user"), "event_ts": at}, channel)
