"""pins.* and bookmarks.*: what stays on top of a channel."""

from bot.playground import shapes
from bot.playground.call import Call, Method, Methods
from bot.playground.errors import SlackError
from bot.playground.json_types import Json


def add_pin(call: Call) -> Json:
    channel = call.joined_channel()
    at = call.need("timestamp", "no_item_specified")
    if at not in channel.messages:
        raise SlackError("message_not_found")
    if at in channel.pins:
        raise SlackError("already_pinned")
    channel.pins[at] = {
        "type": "message",
        "channel": channel.id,
        "created": call.world.clock.seconds(),
        "created_by": call.workspace.bot_user_id,
    }
    return {}


def remove_pin(call: Call) -> Json:
    channel = call.joined_channel()
    at = call.need("timestamp", "no_item_specified")
    if channel.pins.pop(at, None) is None:
        raise SlackError("no_pin" if at in channel.messages else "message_not_found")
    return {}


def pins(call: Call) -> Json:
    channel = call.joined_channel()
    items = [pin | {"message": shapes.message(channel, at)} for at, pin in channel.pins.items()]
    return {"items": items}


def add_bookmark(call: Call) -> Json:
    channel = call.joined_channel("channel_id")
    title, link = call.need("title"), call.text("link")
    if call.need("type") != "link":
        raise SlackError("invalid_bookmark_type")
    if not link.startswith(("http://", "https://")):
        raise SlackError("invalid_link")
    bookmark: Json = {
        "id": call.world.ids.new("Bk"),
        "channel_id": channel.id,
        "title": title,
        "link": link,
        "emoji": call.text("emoji"),
        "type": "link",
        "date_created": call.world.clock.seconds(),
        "date_updated": 0,
        "app_id": call.world.app.id,
    }
    channel.bookmarks.append(bookmark)
    return {"bookmark": bookmark}


def bookmarks(call: Call) -> Json:
    return {"bookmarks": call.joined_channel("channel_id").bookmarks}


METHODS: Methods = {
    "pins.add": Method(add_pin, ("pins:write",), tier=2, writes=True),
    "pins.remove": Method(remove_pin, ("pins:write",), tier=2, writes=True),
    "pins.list": Method(pins, ("pins:read",), tier=2),
    "bookmarks.add": Method(add_bookmark, ("bookmarks:write",), tier=2, writes=True),
    "bookmarks.list": Method(bookmarks, ("bookmarks:read",), tier=3),
}
