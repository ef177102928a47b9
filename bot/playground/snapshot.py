"""What can be seen in a local Slack, as the control API tells it: everything, or what one person sees."""

from bisect import bisect
from dataclasses import dataclass

from bot.playground import shapes, views
from bot.playground.json_types import Json
from bot.playground.state import State
from bot.playground.world import Channel, View


@dataclass(frozen=True, slots=True)
class Window:
    """What one window shows of a channel: its newest `limit` messages, or as many `around` one, and a thread whole."""

    channel_id: str
    limit: int
    around: str | None = None
    thread_ts: str | None = None

    def slice(self, channel: Channel) -> tuple[list[str], int, int]:
        """The times of all messages that stand in the channel, and where the window begins and ends among them."""
        standing = [at for at in channel.messages if channel.stands_in_channel(at)]
        end = len(standing)
        if self.around is not None:
            end = min(end, max(bisect(standing, self.around) + self.limit // 2, self.limit))
        return standing, max(0, end - self.limit), end


def snapshot(
    state: State, *, user_id: str | None = None, with_messages: bool = True, window: Window | None = None
) -> Json:
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
        "messages": {
            c.id: _messages(c, window)
            for c in channels
            if with_messages and (window is None or c.id == window.channel_id)
        },
        "beyond": _beyond(world.channels.get(window.channel_id) if window else None, window),
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
        "canvases": [canvas for w in workspaces for canvas in w.canvases.values()],
        "usergroups": {name: group for w in workspaces for name, group in w.usergroups.items()},
        "app": _app(state),
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
        "pins": [pin | {"message": shapes.message(channel, at)} for at, pin in channel.pins.items()],
        "bookmarks": channel.bookmarks,
        "latest": next((at for at in reversed(channel.messages) if channel.stands_in_channel(at)), None),
    }


def _messages(channel: Channel, window: Window | None) -> list[Json]:
    return [shapes.message(channel, at, with_metadata=True) for at in _times(channel, window)]


def _times(channel: Channel, window: Window | None) -> list[str]:
    if window is None:
        return list(channel.messages)
    standing, begin, end = window.slice(channel)
    shown = standing[begin:end]
    thread = window.thread_ts
    if thread not in channel.messages:
        return shown
    return shown + [at for at in (thread, *channel.threads.get(thread, ())) if at not in shown]


def _beyond(channel: Channel | None, window: Window | None) -> Json:
    """Whether there is more of the channel before and after what the window shows."""
    if channel is None or window is None:
        return {"earlier": False, "later": False}
    standing, begin, end = window.slice(channel)
    return {"earlier": begin > 0, "later": end < len(standing)}


def _app(state: State) -> Json:
    manifest = state.world.manifest
    return {
        "id": state.world.app.id,
        "name": manifest.name,
        "commands": list((manifest.commands or {}).values()),
        "shortcuts": list((manifest.shortcuts or {}).values()),
        "home_tab": manifest.home_tab,
        "messages_tab": manifest.messages_tab,
    }


def _view(view: View, state: State) -> Json:
    on_top = view.body["type"] == "home" or views.is_on_top(state.world, view)
    return {
        **views.shown(view),
        "user": view.user_id,
        "errors": view.errors,
        "trouble": view.trouble,
        "on_top": on_top,
    }
