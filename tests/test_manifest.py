"""The manifest says exactly what the code listens to and calls, and is one that Slack accepts."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot import manifest
from bot.app import events
from bot.inbox.door import CHANNEL_EVENTS, LIFECYCLE_EVENTS, MEMBERSHIP_EVENTS
from bot.rituals import RITUALS

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT.parent / "shared" / "slack-app-manifest.v2.schema.json"

SCOPES = {  # https://docs.slack.dev/reference/scopes, each method's page, November 2026
    "apps.connections.open": set(),  # the app-level token's own scope
    "auth.test": set(),
    "canvases.create": {"canvases:write"},
    "canvases.edit": {"canvases:write"},
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.list": {"channels:read"},
    "conversations.history": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.open": {"im:write", "mpim:write"},
    "conversations.replies": {"channels:history", "groups:history"},
    "files.info": {"files:read"},
    "files.upload.v2": {"files:write"},  # the SDK's name for files.getUploadURLExternal and what follows
    "pins.add": {"pins:write"},
    "users.conversations": {"channels:read", "groups:read"},
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}
EVENT_SCOPES = {
    "app_home_opened": set(),
    "app_uninstalled": set(),
    "channel_created": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}
CHANNEL_MESSAGES = {"message.channels", "message.groups"}


def test_the_manifest_lists_the_commands_of_all_rituals() -> None:
    listed = {command["command"] for command in manifest.load()["features"]["slash_commands"]}
    assert listed == {phrase.split()[0] for ritual in RITUALS for phrase in ritual.commands}


def test_the_manifest_lists_the_shortcuts_of_all_rituals() -> None:
    listed = {shortcut["callback_id"] for shortcut in manifest.load()["features"]["shortcuts"]}
    assert listed == {name for ritual in RITUALS for name in ritual.shortcuts}


def test_the_manifest_subscribes_to_what_is_listened_to_and_to_nothing_else() -> None:
    subscribed = set(manifest.load()["settings"]["event_subscriptions"]["bot_events"])
    wanted = {*events(RITUALS), *MEMBERSHIP_EVENTS, *CHANNEL_EVENTS, *LIFECYCLE_EVENTS, "app_home_opened"}
    by_kind = {name for name in wanted if not name.startswith("message.")}
    if by_kind != wanted:
        by_kind |= CHANNEL_MESSAGES
    assert subscribed == by_kind


def test_the_manifest_asks_for_the_scopes_of_what_is_called_and_for_no_other() -> None:
    asked = set(manifest.load()["oauth_config"]["scopes"]["bot"])
    subscribed = manifest.load()["settings"]["event_subscriptions"]["bot_events"]
    needed = set().union(*(SCOPES[method] for method in _methods_called()))
    needed |= set().union(*(EVENT_SCOPES[name] for name in subscribed))
    assert asked == needed | {"commands"}


def test_optional_scopes_are_scopes_that_the_manifest_asks_for() -> None:
    scopes = manifest.load()["oauth_config"]["scopes"]
    assert set(scopes["bot_optional"]) <= set(scopes["bot"])


def test_slack_accepts_the_manifest_by_its_own_schema() -> None:
    if not SCHEMA.exists():
        pytest.skip("Slack's manifest schema is not beside this checkout")
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(SCHEMA)]
    for printed in (manifest.load(), manifest.for_http(manifest.load(), url="https://bot.example.com")):
        checked = subprocess.run(
            [*command, "-"], input=json.dumps(printed), text=True, capture_output=True, check=False
        )
        assert checked.returncode == 0, checked.stdout


def test_no_method_is_called_that_the_table_of_scopes_does_not_know() -> None:
    assert _methods_called() <= set(SCOPES)


def _methods_called() -> set[str]:
    """Web API methods in our code: methods of the SDK's client, and names as `api_call` takes them."""
    named = {name: _dotted(name) for name in vars(AsyncWebClient) if "_" in name and not name.startswith("_")}
    found = set()
    for path in (ROOT / "bot").rglob("*.py"):
        if {"playground", "demo"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in named:
                found.add(named[node.attr])
            elif isinstance(node, ast.Constant) and node.value in named.values():
                found.add(str(node.value))
    return found


def _dotted(name: str) -> str:
    """`chat_postMessage` is `chat.postMessage` on the wire."""
    return name.replace("_", ".")
