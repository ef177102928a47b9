"""What the app asked of Slack in its manifest: scopes, events, commands, shortcuts."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.playground.json_types import Json

# All but chat:write.public: with it, an app never learns that it was not invited.
BOT_SCOPES = frozenset(
    [
        "app_mentions:read",
        "bookmarks:read",
        "bookmarks:write",
        "canvases:read",
        "canvases:write",
        "channels:history",
        "channels:join",
        "channels:manage",
        "channels:read",
        "channels:write.invites",
        "channels:write.topic",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "groups:write",
        "groups:write.invites",
        "groups:write.topic",
        "im:history",
        "im:read",
        "im:write",
        "metadata.message:read",
        "mpim:history",
        "mpim:read",
        "mpim:write",
        "pins:read",
        "pins:write",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
        "users:read.email",
    ]
)
BOT_EVENTS = frozenset(
    [
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "channel_archive",
        "channel_created",
        "channel_deleted",
        "channel_rename",
        "channel_unarchive",
        "group_archive",
        "group_rename",
        "group_unarchive",
        "member_joined_channel",
        "member_left_channel",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
        "message_metadata_posted",
        "reaction_added",
        "reaction_removed",
        "team_join",
        "tokens_revoked",
        "user_change",
    ]
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """`None` for commands or shortcuts: no manifest was given, everything is let through."""

    name: str
    scopes: frozenset[str]
    optional_scopes: frozenset[str]
    events: frozenset[str]
    commands: Json | None
    shortcuts: Json | None
    home_tab: bool = True
    messages_tab: bool = True
    token_rotation: bool = False


EVERYTHING = Manifest(
    name="Common Ground",
    scopes=BOT_SCOPES,
    optional_scopes=frozenset(),
    events=BOT_EVENTS,
    commands=None,
    shortcuts=None,
)


def load(path: Path) -> Manifest:
    return parse(yaml.safe_load(path.read_text(encoding="utf-8")))


def parse(document: Json) -> Manifest:
    features = document.get("features", {})
    scopes = document.get("oauth_config", {}).get("scopes", {})
    optional = frozenset(scopes.get("bot_optional", []))
    home = features.get("app_home", {})
    return Manifest(
        name=document["display_information"]["name"],
        scopes=frozenset(scopes.get("bot", [])) | optional,
        optional_scopes=optional,
        events=frozenset(document.get("settings", {}).get("event_subscriptions", {}).get("bot_events", [])),
        commands={command["command"]: command for command in features.get("slash_commands", [])},
        shortcuts={shortcut["callback_id"]: shortcut for shortcut in features.get("shortcuts", [])},
        home_tab=home.get("home_tab_enabled", False),
        messages_tab=home.get("messages_tab_enabled", False),
        token_rotation=document.get("settings", {}).get("token_rotation_enabled", False),
    )
