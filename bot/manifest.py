"""The Slack app manifest: how the app is described to Slack, for Socket Mode as kept, or for HTTP at an address."""

from pathlib import Path
from typing import Any

import yaml

IN_WHEEL = Path(__file__).parent / "_manifest.yml"
IN_CHECKOUT = Path(__file__).parent.parent / "manifest.yml"


def text() -> str:
    return (IN_WHEEL if IN_WHEEL.exists() else IN_CHECKOUT).read_text(encoding="utf-8")


def load() -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load(text())
    return manifest


def bot_scopes() -> tuple[set[str], set[str]]:
    """The scopes that the bot cannot do without, and those that it can."""
    scopes = load()["oauth_config"]["scopes"]
    optional = set(scopes.get("bot_optional", ()))
    return set(scopes["bot"]) - optional, optional


def for_http(manifest: dict[str, Any], *, url: str) -> dict[str, Any]:
    """The same app, told to post everything to this address instead of opening a socket."""
    events = f"{url.rstrip('/')}/slack/events"
    settings, features = manifest["settings"], manifest["features"]
    http: dict[str, Any] = {
        **manifest,
        "settings": {
            **settings,
            "socket_mode_enabled": False,
            "interactivity": {**settings["interactivity"], "request_url": events},
        },
        "features": {
            **features,
            "slash_commands": [{**command, "url": events} for command in features.get("slash_commands", [])],
        },
        "oauth_config": {
            **manifest["oauth_config"],
            "redirect_urls": [f"{url.rstrip('/')}/slack/oauth_redirect"],
        },
    }
    if "event_subscriptions" in settings:
        http["settings"]["event_subscriptions"] = {**settings["event_subscriptions"], "request_url": events}
    return http
