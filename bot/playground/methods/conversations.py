"""conversations.*: finding, opening, joining and reading channels and direct messages."""

from collections.abc import Callable, Iterable

from bot.playground import shapes
from bot.playground.call import SCOPE_FAMILY, Call, Method, Methods, missing_scope
from bot.playground.errors import SlackError
from bot.playground.json_types import Json
from bot.playground.pages import page
from bot.playground.world import CONVERSATION_TYPE, Channel, Person

# https://docs.slack.dev/reference/methods/conversations.open (2026-11)
MOST_PEOPLE_IN_A_GROUP_MESSAGE = 8
MOST_MESSAGES_A_PAGE = 999
LONGEST_TOPIC = 250  # https://docs.slack.dev/reference/methods/conversations.setTopic (2026-11)
READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
WRITE = ("channels:manage", "groups:write", "im:write", "mpim:write")
INVITE = (*WRITE, "channels:write.invites", "groups:write.invites")
TOPIC = (*WRITE, "channels:write.topic", "groups:write.topic")


def listed(call: Call, wanted: Callable[[Channel], bool]) -> Json:
    """One page of the conversations the app may see, of the types and rights it asked for."""
    types = call.names("types") or ["public_channel"]
    unknown = set(types) - set(CONVERSATION_TYPE.values())
    if unknown:
        raise SlackError("invalid_types")
    for kind, name in CONVERSATION_TYPE.items():
        scope = f"{SCOPE_FAMILY[kind]}:read"
        if name in types and scope not in call.workspace.scopes:
            raise missing_scope(scope, call.workspace)
    without_archived = call.flag("exclude_archived")
    found = [
        shapes.conversation(channel, call.workspace)
        for channel in call.workspace.channels.values()
        if CONVERSATION_TYPE[channel.kind] in types
        and (channel.kind == "public" or call.is_in(channel))
        and not (without_archived and channel.archived)
        and wanted(channel)
    ]
    channels, cursor = page(found, call.text("cursor"), call.number("limit", 100, 1000))
    return {"channels": channels, "response_metadata": {"next_cursor": cursor}}


def everything(call: Call) -> Json:
    return listed(call, lambda channel: True)


def info(call: Call) -> Json:
    channel = call.channel()
    call.require_scope(channel, "read")
    shown = shapes.conversation(channel, call.workspace)
    if not call.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def members(call: Call) -> Json:
    channel = call.channel()
    call.require_scope(channel, "read")
    ids, cursor = page(list(channel.members), call.text("cursor"), call.number("limit", 100, 1000))
    return {"members": ids, "response_metadata": {"next_cursor": cursor}}


def history(call: Call) -> Json:
    """Newest first, thread replies left out unless they were also sent to the channel."""
    channel = call.joined_channel()
    call.require_scope(channel, "history")
    newest_first = (ts for ts in reversed(channel.messages) if channel.stands_in_channel(ts))
    return _messages(call, channel, newest_first, newest_first=True)


def replies(call: Call) -> Json:
    """The parent, then its replies oldest first."""
    channel = call.joined_channel()
    call.require_scope(channel, "history")
    ts = call.need("ts")
    if ts not in channel.messages:
        raise SlackError("thread_not_found")
    parent = channel.messages[ts].get("thread_ts", ts)
    return _messages(call, channel, [parent, *channel.threads.get(parent, ())], newest_first=False)


def _messages(call: Call, channel: Channel, candidates: Iterable[str], *, newest_first: bool) -> Json:
    oldest = _seconds(call.text("oldest") or "0", "invalid_ts_oldest")
    latest = _seconds(call.text("latest") or "inf", "invalid_ts_latest")
    # nothing compares with nan
    after = _seconds(call.text("cursor").removeprefix("after:") or "nan", "invalid_cursor")
    inclusive = call.flag("inclusive")
    limit = call.number("limit", 100, MOST_MESSAGES_A_PAGE)
    chosen: list[str] = []
    more = False
    for ts in candidates:
        at = float(ts)
        if newest_first and at < oldest:
            break
        seen = at >= after if newest_first else at <= after
        if seen or not oldest <= at <= latest or (at in (oldest, latest) and not inclusive):
            continue
        if len(chosen) == limit:
            more = True
            break
        chosen.append(ts)
    with_metadata = call.flag("include_all_metadata")
    answer: Json = {
        "messages": [shapes.message(channel, ts, with_metadata=with_metadata) for ts in chosen],
        "has_more": more,
        "pin_count": len(channel.pins),
    }
    if more:
        answer["response_metadata"] = {"next_cursor": f"after:{chosen[-1]}"}
    return answer


def _seconds(ts: str, error: str) -> float:
    try:
        return float(ts)
    except ValueError:
        raise SlackError(error) from None


def open_conversation(call: Call) -> Json:
    if call.text("channel"):
        channel = call.channel()
        return {"already_open": True, "channel": shapes.conversation(channel, call.workspace)}
    people = [_reachable(call, user_id) for user_id in call.names("users")]
    if not people:
        raise SlackError("users_list_not_supplied")
    if len(people) > MOST_PEOPLE_IN_A_GROUP_MESSAGE:
        raise SlackError("too_many_users")
    if len(people) == 1 and people[0].role == "bot":
        raise SlackError("cannot_dm_bot")
    needed = "im:write" if len(people) == 1 else "mpim:write"
    if needed not in call.workspace.scopes:
        raise missing_scope(needed, call.workspace)
    before = len(call.workspace.channels)
    channel = call.world.open_conversation(
        call.workspace, call.workspace.bot_user_id, [person.id for person in people]
    )
    already_open = len(call.workspace.channels) == before
    shown = shapes.conversation(channel, call.workspace) if call.flag("return_im") else {"id": channel.id}
    return {"no_op": already_open, "already_open": already_open, "channel": shown}


def _reachable(call: Call, user_id: str) -> Person:
    person = call.workspace.people.get(user_id)
    if person is None:
        raise SlackError("user_not_found")
    if person.deactivated:
        raise SlackError("user_disabled")
    return person


def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    if call.is_in(channel):
        return {"channel": shapes.conversation(channel, call.workspace), "warning": "already_in_channel"}
    call.world.add_member(call.workspace, channel, call.workspace.bot_user_id)
    return {"channel": shapes.conversation(channel, call.workspace)}


def invite(call: Call) -> Json:
    channel = call.joined_channel()
    if channel.archived:
        raise SlackError("is_archived")
    if not call.names("users"):
        raise SlackError("no_user")
    for user_id in call.names("users"):
        if user_id not in call.workspace.people:
            raise SlackError("user_not_found")
        if user_id == call.workspace.bot_user_id:
            raise SlackError("cant_invite_self")
        if user_id in channel.members:
            raise SlackError("already_in_channel")
    for user_id in call.names("users"):
        call.world.add_member(call.workspace, channel, user_id)
    return {"channel": shapes.conversation(channel, call.workspace)}


def leave(call: Call) -> Json:
    channel = call.channel()
    if not call.is_in(channel):
        return {"not_in_channel": True}
    call.world.remove_member(call.workspace, channel, call.workspace.bot_user_id)
    return {}


def set_topic(call: Call) -> Json:
    channel = call.joined_channel()
    if channel.archived:
        raise SlackError("is_archived")
    topic = call.need("topic")
    if len(topic) > LONGEST_TOPIC:
        raise SlackError("too_long")
    channel.topic = {
        "value": topic,
        "creator": call.workspace.bot_user_id,
        "last_set": call.world.clock.seconds(),
    }
    return {"topic": topic, "channel": shapes.conversation(channel, call.workspace)}


METHODS: Methods = {
    "conversations.list": Method(everything, READ, tier=2),
    "conversations.info": Method(info, READ, tier=3),
    "conversations.members": Method(members, READ, tier=4),
    "conversations.history": Method(history, HISTORY, tier=3),
    "conversations.replies": Method(replies, HISTORY, tier=3),
    "conversations.open": Method(open_conversation, ("im:write", "mpim:write"), tier=3, writes=True),
    "conversations.join": Method(join, ("channels:join",), tier=3, writes=True),
    "conversations.invite": Method(invite, INVITE, tier=3, writes=True),
    "conversations.leave": Method(leave, WRITE, tier=3, writes=True),
    "conversations.setTopic": Method(set_topic, TOPIC, tier=2, writes=True),
}
