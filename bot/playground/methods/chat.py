"""chat.*: posting, changing and deleting messages."""

from typing import Any

from bot.playground import content, messages
from bot.playground.call import Call, Method, Methods
from bot.playground.errors import SlackError
from bot.playground.json_types import Json
from bot.playground.world import Channel

CONTENT = ("text", "blocks", "attachments")


def post_message(call: Call) -> Json:
    channel = _destination(call)
    if channel.archived:
        raise SlackError("is_archived")
    if not call.is_in(channel) and not (
        channel.kind == "public" and "chat:write.public" in call.workspace.scopes
    ):
        raise SlackError("not_in_channel")
    content.check_message(call.args, call.method)
    message = messages.post(
        call.world,
        call.workspace,
        channel,
        messages.bot_author(call.world, call.workspace),
        _content(call),
        thread_ts=_thread(call, channel),
        broadcast=call.flag("reply_broadcast"),
        metadata=call.args.get("metadata"),
    )
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def _destination(call: Call) -> Channel:
    """A channel by id or name, or the direct messages with a person, opened on the way."""
    wanted = call.need("channel", "channel_not_found")
    person = call.workspace.people.get(wanted)
    if person is not None:
        if not call.world.manifest.messages_tab:
            raise SlackError("messages_tab_disabled")
        if person.role == "bot":
            raise SlackError("cannot_dm_bot")
        # Also to the deactivated: https://github.com/slackapi/python-slack-sdk/issues/1156
        return call.world.open_direct_message(call.workspace, person.id)
    if wanted not in call.workspace.channels:
        named = (
            c.id for c in call.workspace.channels.values() if c.name and c.name == wanted.removeprefix("#")
        )
        call.args = {**call.args, "channel": next(named, wanted)}
    return call.channel()


def _thread(call: Call, channel: Channel) -> str | None:
    """The parent of the wanted thread: a reply's own ts leads to the thread it stands in."""
    wanted = call.text("thread_ts")
    if not wanted:
        return None
    parent = channel.messages.get(wanted)
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.get("subtype") == "tombstone":
        raise SlackError("cannot_reply_to_message")
    thread: str = parent.get("thread_ts", wanted)
    return thread


def _content(call: Call) -> Json:
    given: Json = {name: call.args[name] for name in CONTENT if call.args.get(name) is not None}
    if not given.get("text") and call.args.get("markdown_text"):
        given["text"] = call.args["markdown_text"]
    return given


def update(call: Call) -> Json:
    channel = call.channel()
    at = call.need("ts")
    message = _own_message(call, channel, at, "cant_update_message")
    if channel.archived:
        raise SlackError("is_inactive")
    content.check_message(call.args, call.method)
    given = _content(call)
    # https://docs.slack.dev/reference/methods/chat.update (2026-11): blocks left out are kept, an empty list removes them
    changed = messages.change(
        call.world,
        call.workspace,
        channel,
        at,
        given,
        editor=call.workspace.bot_user_id,
        metadata=call.args.get("metadata"),
    )
    return {"channel": channel.id, "ts": message["ts"], "text": changed["text"], "message": changed}


def delete(call: Call) -> Json:
    channel = call.channel()
    at = call.need("ts")
    _own_message(call, channel, at, "cant_delete_message")
    messages.remove(call.world, call.workspace, channel, at)
    return {"channel": channel.id, "ts": at}


def _own_message(call: Call, channel: Channel, at: str, otherwise: str) -> Json:
    message = channel.messages.get(at)
    if message is None or message.get("subtype") == "tombstone":
        raise SlackError("message_not_found")
    if message.get("bot_id") != call.workspace.bot_id:
        raise SlackError(otherwise)
    return message


def post_ephemeral(call: Call) -> Json:
    channel = call.channel()
    user = call.need("user")
    if channel.archived:
        raise SlackError("is_archived")
    if not call.is_in(channel):
        raise SlackError("not_in_channel")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    content.check_message(call.args, call.method)
    shown = messages.show_ephemeral(
        call.world, call.workspace, channel, user, _content(call), thread_ts=call.args.get("thread_ts")
    )
    return {"message_ts": shown["ts"]}


def permalink(call: Call) -> Json:
    channel = call.channel()
    at = call.need("message_ts")
    message: Any = channel.messages.get(at)
    if message is None:
        raise SlackError("message_not_found")
    link = f"https://{call.workspace.domain}.slack.com/archives/{channel.id}/p{at.replace('.', '')}"
    if message.get("thread_ts", at) != at:
        link += f"?thread_ts={message['thread_ts']}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


METHODS: Methods = {
    "chat.postMessage": Method(post_message, ("chat:write",), tier=None, writes=True),
    "chat.update": Method(update, ("chat:write",), tier=3, writes=True),
    "chat.delete": Method(delete, ("chat:write",), tier=3, writes=True),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",), tier=4, writes=True),
    "chat.getPermalink": Method(permalink, tier=3),
}
