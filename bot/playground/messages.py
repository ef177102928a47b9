"""Writing, changing and removing messages, by the app or by people; and telling the app about it."""

from bot.playground import rules
from bot.playground.content import named_blocks
from bot.playground.ids import ts
from bot.playground.json_types import Json
from bot.playground.world import Channel, Workspace, World

CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}


COUNTED = ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply")


def bot_author(world: World, workspace: Workspace) -> Json:
    return {
        "user": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "app_id": world.app.id,
        "bot_profile": {
            "id": workspace.bot_id,
            "app_id": world.app.id,
            "name": world.manifest.name,
            "team_id": workspace.id,
            "deleted": False,
        },
    }


def post(
    world: World,
    workspace: Workspace,
    channel: Channel,
    author: Json,
    content: Json,
    *,
    thread_ts: str | None = None,
    broadcast: bool = False,
    metadata: Json | None = None,
) -> Json:
    """Stores a message and tells the app; the content was checked before."""
    at = channel.next_ts(world.clock.microseconds())
    message: Json = {"type": "message", "ts": at, "team": workspace.id, **author}
    message.update(content)
    message["text"] = rules.truncated_text(message.get("text", ""))
    if message.get("blocks"):
        message["blocks"] = named_blocks(message["blocks"], world.ids)
    channel.messages[at] = message
    if thread_ts is not None:
        _join_thread(channel, message, thread_ts, broadcast=broadcast)
    if metadata:
        channel.metadata[at] = metadata
    _tell(world, workspace, channel, message)
    if metadata:
        _tell_metadata(world, workspace, channel, at, metadata)
    return message


def _join_thread(channel: Channel, message: Json, thread_ts: str, *, broadcast: bool) -> None:
    parent = channel.messages[thread_ts]
    message["thread_ts"] = thread_ts
    message["parent_user_id"] = parent.get("user")
    if broadcast:
        message["subtype"] = "thread_broadcast"
    replies = channel.threads.setdefault(thread_ts, [])
    replies.append(message["ts"])
    _count_replies(channel, thread_ts)


def _count_replies(channel: Channel, thread_ts: str) -> None:
    """A new dict each time: the old one may stand in the ledger, as it was."""
    replies = channel.threads.get(thread_ts, [])
    parent = {key: value for key, value in channel.messages[thread_ts].items() if key not in COUNTED}
    if replies:
        authors = list(dict.fromkeys(channel.messages[r]["user"] for r in replies if r in channel.messages))
        parent |= {
            "thread_ts": thread_ts,
            "reply_count": len(replies),
            "reply_users": authors,
            "reply_users_count": len(authors),
            "latest_reply": replies[-1],
        }
    channel.messages[thread_ts] = parent


def change(
    world: World,
    workspace: Workspace,
    channel: Channel,
    at: str,
    content: Json,
    *,
    editor: str,
    metadata: Json | None = None,
) -> Json:
    """New content for a message; what `content` does not name stays."""
    previous = channel.messages[at]
    message = {**previous, **content}
    message["edited"] = {"user": editor, "ts": world.event_ts()}
    if message.get("blocks"):
        message["blocks"] = named_blocks(message["blocks"], world.ids)
    else:
        message.pop("blocks", None)
    channel.messages[at] = message
    if metadata is not None:
        channel.metadata[at] = metadata
    now = world.clock.microseconds()
    world.emit(
        workspace,
        {
            "type": "message",
            "subtype": "message_changed",
            "message": message,
            "previous_message": previous,
            "channel": channel.id,
            "hidden": True,
            "ts": ts(now),
            "event_ts": ts(now),
            "channel_type": CHANNEL_TYPE[channel.kind],
        },
        channel,
    )
    world.notice(message=(channel.id, at))
    return message


def remove(world: World, workspace: Workspace, channel: Channel, at: str) -> None:
    """Takes a message away; the parent of a thread leaves a tombstone its replies hang on."""
    previous = channel.messages[at]
    if channel.threads.get(at):
        channel.messages[at] = {
            "type": "message",
            "subtype": "tombstone",
            "user": "USLACKBOT",
            "text": "This message was deleted.",
            "hidden": True,
            "ts": at,
            "thread_ts": at,
            "reply_count": previous["reply_count"],
        }
    else:
        del channel.messages[at]
        _leave_thread(channel, previous)
    channel.metadata.pop(at, None)
    channel.pins.pop(at, None)
    now = world.clock.microseconds()
    world.emit(
        workspace,
        {
            "type": "message",
            "subtype": "message_deleted",
            "previous_message": previous,
            "channel": channel.id,
            "hidden": True,
            "deleted_ts": at,
            "ts": ts(now),
            "event_ts": ts(now),
            "channel_type": CHANNEL_TYPE[channel.kind],
        },
        channel,
    )
    world.notice(message=(channel.id, at))


def _leave_thread(channel: Channel, message: Json) -> None:
    parent = message.get("thread_ts")
    if parent is not None and message["ts"] in channel.threads.get(parent, ()):
        channel.threads[parent].remove(message["ts"])
        _count_replies(channel, parent)


def show_ephemeral(
    world: World,
    workspace: Workspace,
    channel: Channel,
    user_id: str,
    content: Json,
    *,
    thread_ts: str | None = None,
) -> Json:
    """A message one person sees until they reload; it is in no history."""
    at = channel.next_ts(world.clock.microseconds())
    ephemeral: Json = {
        "type": "message",
        "subtype": "bot_message",
        "is_ephemeral": True,
        "ts": at,
        "channel": channel.id,
        "shown_to": user_id,
        **bot_author(world, workspace),
        **content,
    }
    if thread_ts is not None:
        ephemeral["thread_ts"] = thread_ts
    if ephemeral.get("blocks"):
        ephemeral["blocks"] = named_blocks(ephemeral["blocks"], world.ids)
    workspace.ephemerals.append(ephemeral)
    world.notice(user_id=user_id)
    return ephemeral


def _tell(world: World, workspace: Workspace, channel: Channel, message: Json) -> None:
    where = {"channel": channel.id, "channel_type": CHANNEL_TYPE[channel.kind], "event_ts": message["ts"]}
    world.emit(workspace, message | where, channel)
    if f"<@{workspace.bot_user_id}" in message["text"] and message["user"] != workspace.bot_user_id:
        mention = {k: v for k, v in message.items() if k != "subtype"}
        world.emit(workspace, mention | where | {"type": "app_mention"}, channel)


def _tell_metadata(world: World, workspace: Workspace, channel: Channel, at: str, metadata: Json) -> None:
    event = {
        "type": "message_metadata_posted",
        "app_id": world.app.id,
        "bot_id": workspace.bot_id,
        "user_id": workspace.bot_user_id,
        "team_id": workspace.id,
        "channel_id": channel.id,
        "metadata": metadata,
        "message_ts": at,
        "event_ts": at,
    }
    world.emit(workspace, event, channel)
