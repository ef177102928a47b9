"""The requests people cause, in the exact shape Slack sends them."""

from bot.playground import views
from bot.playground.ids import secret, ts
from bot.playground.json_types import Json
from bot.playground.state import State
from bot.playground.world import Channel, Person, ResponseUrl, Trigger, View, Watch, Workspace

RESPONSE_URL_SECONDS = 30 * 60  # https://docs.slack.dev/interactivity/handling-user-interaction (2026-11)
VERIFICATION_TOKEN = "local-verification-token"  # noqa: S105 - the retired token Slack still sends; it opens nothing


def new_trigger(
    state: State, workspace: Workspace, person: Person, watch: Watch, view_id: str | None = None
) -> Trigger:
    trigger = Trigger(
        id=f"{state.clock.seconds()}.{secret(10)}.{secret(32)}",
        team_id=workspace.id,
        user_id=person.id,
        expires=state.clock.monotonic() + state.trigger_seconds,
        watch=watch,
        view_id=view_id,
    )
    state.world.triggers[trigger.id] = trigger
    return trigger


def new_response_url(
    state: State,
    workspace: Workspace,
    person: Person,
    channel: Channel,
    *,
    message_ts: str | None = None,
    ephemeral_ts: str | None = None,
) -> str:
    path = f"/response/{workspace.id}/{secret(12)}/{secret(24)}"
    state.world.response_urls[path] = ResponseUrl(
        team_id=workspace.id,
        user_id=person.id,
        channel_id=channel.id,
        expires=state.clock.seconds() + RESPONSE_URL_SECONDS,
        message_ts=message_ts,
        ephemeral_ts=ephemeral_ts,
    )
    return state.url + path


def command(
    state: State,
    workspace: Workspace,
    person: Person,
    channel: Channel,
    name: str,
    text: str,
    trigger: Trigger,
) -> Json:
    """A slash command's form fields."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": {"im": "directmessage", "mpim": channel.name, "private": "privategroup"}.get(
            channel.kind, channel.name
        ),
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": state.world.app_id,
        "is_enterprise_install": "false",
        "response_url": new_response_url(state, workspace, person, channel),
        "trigger_id": trigger.id,
    }


def _common(state: State, kind: str, workspace: Workspace, person: Person) -> Json:
    return {
        "type": kind,
        "team": {"id": workspace.id, "domain": workspace.domain},
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id},
        "api_app_id": state.world.app_id,
        "token": VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _short(channel: Channel) -> Json:
    names = {"im": "directmessage", "private": "privategroup"}
    return {"id": channel.id, "name": names.get(channel.kind, channel.name)}


def message_actions(
    state: State,
    workspace: Workspace,
    person: Person,
    channel: Channel,
    message: Json,
    actions: list[Json],
    values: Json,
    trigger: Trigger,
) -> Json:
    """block_actions from a message."""
    ephemeral = bool(message.get("is_ephemeral"))
    at = message["ts"]
    response_url = new_response_url(
        state,
        workspace,
        person,
        channel,
        message_ts=None if ephemeral else at,
        ephemeral_ts=at if ephemeral else None,
    )
    container: Json = {
        "type": "message",
        "message_ts": at,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    payload = _common(state, "block_actions", workspace, person) | {
        "container": container,
        "trigger_id": trigger.id,
        "channel": _short(channel),
        "state": {"values": values},
        "response_url": response_url,
        "actions": actions,
    }
    if not ephemeral:
        payload["message"] = message
    return payload


def view_actions(
    state: State, workspace: Workspace, person: Person, view: View, actions: list[Json], trigger: Trigger
) -> Json:
    """block_actions from a modal or Home, with everything that stands in its fields."""
    return _common(state, "block_actions", workspace, person) | {
        "container": {"type": "view", "view_id": view.body["id"]},
        "trigger_id": trigger.id,
        "view": views.shown(view),
        "actions": actions,
    }


def submission(state: State, workspace: Workspace, person: Person, view: View, trigger: Trigger) -> Json:
    return _common(state, "view_submission", workspace, person) | {
        "trigger_id": trigger.id,
        "view": views.shown(view),
        "response_urls": _response_urls(state, workspace, person, view),
    }


def _response_urls(state: State, workspace: Workspace, person: Person, view: View) -> list[Json]:
    """One for each conversation picked in a select that asks for it."""
    urls = []
    for block in view.body["blocks"]:
        element = block.get("element", {})
        if element.get("response_url_enabled"):
            value = view.values[block["block_id"]][element["action_id"]]
            picked = value.get("selected_conversation") or value.get("selected_channel")
            if picked in workspace.channels:
                urls.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": picked,
                        "response_url": new_response_url(
                            state, workspace, person, workspace.channels[picked]
                        ),
                    }
                )
    return urls


def closed(state: State, workspace: Workspace, person: Person, view: View, *, is_cleared: bool) -> Json:
    """view_closed carries nothing of what was typed."""
    return _common(state, "view_closed", workspace, person) | {
        "view": {**view.body, "state": {"values": {}}},
        "is_cleared": is_cleared,
    }


def shortcut(state: State, workspace: Workspace, person: Person, callback_id: str, trigger: Trigger) -> Json:
    return _common(state, "shortcut", workspace, person) | {
        "callback_id": callback_id,
        "trigger_id": trigger.id,
        "action_ts": ts(state.clock.microseconds()),
    }


def message_shortcut(
    state: State,
    workspace: Workspace,
    person: Person,
    callback_id: str,
    channel: Channel,
    message: Json,
    trigger: Trigger,
) -> Json:
    at = message["ts"]
    return _common(state, "message_action", workspace, person) | {
        "callback_id": callback_id,
        "trigger_id": trigger.id,
        "action_ts": ts(state.clock.microseconds()),
        "channel": _short(channel),
        "message_ts": at,
        "message": message,
        "response_url": new_response_url(state, workspace, person, channel, message_ts=at),
    }


def suggestion(
    state: State, workspace: Workspace, person: Person, block_id: str, action_id: str, typed: str, where: Json
) -> Json:
    """What Slack asks while somebody types into an external select; `where` is its view, or its channel and message."""
    return _common(state, "block_suggestion", workspace, person) | {
        "action_id": action_id,
        "block_id": block_id,
        "value": typed,
        **where,
    }
