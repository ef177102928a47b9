"""What can be seen in a local Slack, as the control API tells it: everything, or what one person sees."""

from bot.playground import shapes, views
from bot.playground.json_types import Json
from bot.playground.state import State
from bot.playground.world import Channel, View


def snapshot(state: State, *, user_id: str | None = None, with_messages: bool = True) -> Json:
    world = state.world
    channels = [c for c in world.channels.values() if user_id is None or _sees(c, user_id)]
    workspaces = world.workspaces.values()
    return {
        "now": state.clock.now().isoformat(),
        "workspaces": {w.id: _workspace(w.id, state) for w in workspaces},
        "users": {
            p.id: shapes.user(p, world.workspaces[w.id], state.clock)
            for w in workspaces
            for p in w.people.values()
        },
        "channels": {c.id: _channel(c, state) for c in channels},
        "messages": {c.id: _messages(c) for c in channels} if with_messages else {},
        "ephemerals": [e for w in workspaces for e in w.ephemerals if user_id in (None, e["shown_to"])],
        "views": [
            _view(view, state)
            for view in world.views.values()
            if view.body["type"] == "modal" and user_id in (None, view.user_id)
        ],
        "homes": {
            view.user_id: _view(view, state)
            for view in world.homes.values()
            if user_id in (None, view.user_id)
        },
        "files": world.files,
        "faults": [fault.shown() for fault in state.faults.waiting],
        "rate_limits": state.rate_limits.on,
    }


def _sees(channel: Channel, user_id: str) -> bool:
    return channel.kind == "public" or user_id in channel.members


def _workspace(team_id: str, state: State) -> Json:
    workspace = state.world.workspaces[team_id]
    return {
        "team_id": workspace.id,
        "name": workspace.name,
        "domain": workspace.domain,
        "bot_user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "installed": workspace.installed,
        "token_revoked": workspace.token_revoked,
        "scopes": sorted(workspace.scopes),
    }


def _channel(channel: Channel, state: State) -> Json:
    workspace = state.world.workspaces[channel.team_id]
    return {
        **shapes.conversation(channel, workspace),
        "team_id": channel.team_id,
        "kind": channel.kind,
        "members": list(channel.members),
        "pins": list(channel.pins.values()),
        "bookmarks": channel.bookmarks,
    }


def _messages(channel: Channel) -> list[Json]:
    return [shapes.message(channel, at, with_metadata=True) for at in channel.messages]


def _view(view: View, state: State) -> Json:
    on_top = view.body["type"] == "home" or views.is_on_top(state.world, view)
    return {
        **views.shown(view),
        "user": view.user_id,
        "errors": view.errors,
        "trouble": view.trouble,
        "on_top": on_top,
    }
