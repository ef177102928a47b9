"""reactions.*: emoji of the app on messages."""

from bot.playground import reactions
from bot.playground.call import Call, Method, Methods
from bot.playground.errors import SlackError
from bot.playground.json_types import Json
from bot.playground.world import Channel


def add(call: Call) -> Json:
    channel, at = _item(call)
    if channel.archived:
        raise SlackError("is_archived")
    name = call.need("name", "invalid_name")
    reactions.add(call.world, call.workspace, channel, at, user_id=call.workspace.bot_user_id, name=name)
    return {}


def remove(call: Call) -> Json:
    channel, at = _item(call)
    name = call.need("name", "invalid_name")
    reactions.remove(call.world, call.workspace, channel, at, user_id=call.workspace.bot_user_id, name=name)
    return {}


def get(call: Call) -> Json:
    channel, at = _item(call)
    message = channel.messages.get(at)
    if message is None:
        raise SlackError("message_not_found")
    return {"type": "message", "channel": channel.id, "message": message}


def _item(call: Call) -> tuple[Channel, str]:
    if not call.text("channel") or not call.text("timestamp"):
        raise SlackError("no_item_specified")
    return call.joined_channel(), call.text("timestamp")


METHODS: Methods = {
    "reactions.add": Method(add, ("reactions:write",), tier=3, writes=True),
    "reactions.remove": Method(remove, ("reactions:write",), tier=2, writes=True),
    "reactions.get": Method(get, ("reactions:read",), tier=3),
}
