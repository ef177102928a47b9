"""users.* and usergroups.*: the people of a workspace."""

from bot.playground import shapes
from bot.playground.call import Call, Method, Methods
from bot.playground.errors import SlackError
from bot.playground.json_types import Json
from bot.playground.methods.conversations import listed
from bot.playground.pages import page


def info(call: Call) -> Json:
    if call.need("user", "user_not_found") == "USLACKBOT":
        return {"user": shapes.slackbot(call.workspace)}
    return {"user": shapes.user(call.person(), call.workspace, call.world.clock)}


def everybody(call: Call) -> Json:
    people = [shapes.user(p, call.workspace, call.world.clock) for p in call.workspace.people.values()]
    members, cursor = page(
        [shapes.slackbot(call.workspace), *people], call.text("cursor"), call.number("limit", 1000, 1000)
    )
    now = call.world.clock.seconds()
    return {"members": members, "cache_ts": now, "response_metadata": {"next_cursor": cursor}}


def conversations(call: Call) -> Json:
    """Where a person is; without `user`, where the app itself is. Private ones only if the app is there too."""
    user_id = call.text("user", call.workspace.bot_user_id)
    if user_id not in call.workspace.people:
        raise SlackError("user_not_found")
    return listed(call, lambda channel: user_id in channel.members)


def usergroups(call: Call) -> Json:
    with_users = call.flag("include_users")
    return {
        "usergroups": [
            group if with_users else {key: value for key, value in group.items() if key != "users"}
            for group in call.workspace.usergroups.values()
        ]
    }


def usergroup_users(call: Call) -> Json:
    group = call.workspace.usergroups.get(call.need("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": group["users"]}


CONVERSATION_SCOPES = ("channels:read", "groups:read", "im:read", "mpim:read")
METHODS: Methods = {
    "users.info": Method(info, ("users:read",), tier=4),
    "users.list": Method(everybody, ("users:read",), tier=2),
    "users.conversations": Method(conversations, CONVERSATION_SCOPES, tier=3),
    "usergroups.list": Method(usergroups, ("usergroups:read",), tier=2),
    "usergroups.users.list": Method(usergroup_users, ("usergroups:read",), tier=2),
}
