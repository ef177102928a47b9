"""The requests people cause, in the exact shape Slack sends them."""

from bot.playground import views
from bot.playground.ids import secret, ts
from bot.playground.json_types import Json
from bot.playground.state import State
from bot.playground.world import Actor, Channel, Kind, ResponseUrl, Trigger, View, Watch

RESPONSE_URL_SECONDS = 30 * 60  # https://docs.slack.dev/interactivity/handling-user-interaction (2026-11)
# The retired verification token that Slack still sends; it opens nothing.
VERIFICATION = "local-verification"
# What Slack says in the place of a name where a conversation has none for everybody.
UNNAMED: dict[Kind, str] = {"im": "directmessage", "private": "privategroup"}


def new_trigger(state: State, actor: Actor, watch: Watch, channel: Channel | None = None) -> Trigger:
    trigger = Trigger(
        id=f"{state.clock.seconds()}.{secret(10)}.{secret(32)}",
        team_id=actor.workspace.id,
        user_id=actor.person.id,
        expires=state.clock.monotonic() + state.trigger_seconds,
        watch=watch,
        channel_id=channel.id if channel else None,
    )
    state.world.add_trigger(trigger)
    return trigger


def new_response_url(
    state: State,
    actor: Actor,
    channel: Channel,
    *,
    message_ts: str | None = None,
    ephemeral_ts: str | None = None,
) -> str:
    path = f"/response/{actor.workspace.id}/{secret(12)}/{secret(24)}"
    state.world.response_urls[path] = ResponseUrl(
        team_id=actor.workspace.id,
        user_id=actor.person.id,
        channel_id=channel.id,
        expires=state.clock.seconds() + RESPONSE_URL_SECONDS,
        message_ts=message_ts,
        ephemeral_ts=ephemeral_ts,
    )
    return state.url + path


def command(state: State, actor: Actor, trigger: Trigger, channel: Channel, *, name: str, text: str) -> Json:
    """A slash command's form fields."""
    return {
        "token": VERIFICATION,
        "team_id": actor.workspace.id,
        "team_domain": actor.workspace.domain,
        "channel_id": channel.id,
        "channel_name": UNNAMED.get(channel.kind, channel.name),
        "user_id": actor.person.id,
        "user_name": actor.person.name,
        "command": name,
        "text": text,
        "api_app_id": state.world.app.id,
        "is_enterprise_install": "false",
        "response_url": new_response_url(state, actor, channel),
        "trigger_id": trigger.id,
    }


def _payload(state: State, kind: str, actor: Actor, /, **more: object) -> Json:
    person, workspace = actor.person, actor.workspace
    return {
        "type": kind,
        "team": {"id": workspace.id, "domain": workspace.domain},
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id},
        "api_app_id": state.world.app.id,
        "token": VERIFICATION,
        "enterprise": None,
        "is_enterprise_install": False,
        **more,
    }


def _short(channel: Channel) -> Json:
    return {"id": channel.id, "name": UNNAMED.get(channel.kind, channel.name)}


def message_action(
    state: State,
    actor: Actor,
    trigger: Trigger,
    channel: Channel,
    *,
    message: Json,
    action: Json,
    values: Json,
) -> Json:
    """block_actions from a message; an ephemeral one is not sent along."""
    ephemeral = bool(message.get("is_ephemeral"))
    at = message["ts"]
    url = new_response_url(
        state,
        actor,
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
    payload = _payload(
        state,
        "block_actions",
        actor,
        container=container,
        trigger_id=trigger.id,
        channel=_short(channel),
        state={"values": values},
        response_url=url,
        actions=[action],
    )
    if not ephemeral:
        payload["message"] = message
    return payload


def view_action(state: State, actor: Actor, trigger: Trigger, view: View, action: Json) -> Json:
    """block_actions from a modal or Home, with everything that stands in its fields."""
    return _payload(
        state,
        "block_actions",
        actor,
        container={"type": "view", "view_id": view.body["id"]},
        trigger_id=trigger.id,
        view=views.shown(view),
        actions=[action],
    )


def submission(state: State, actor: Actor, trigger: Trigger, view: View) -> Json:
    return _payload(
        state,
        "view_submission",
        actor,
        trigger_id=trigger.id,
        view=views.shown(view),
        response_urls=_response_urls(state, actor, view),
    )


def _response_urls(state: State, actor: Actor, view: View) -> list[Json]:
    """One for each conversation picked in a select that asks for it."""
    urls = []
    for block in view.body["blocks"]:
        element = block.get("element", {})
        if element.get("response_url_enabled"):
            value = view.values[block["block_id"]][element["action_id"]]
            picked = value.get("selected_conversation") or value.get("selected_channel")
            channel = actor.workspace.channels.get(picked or "")
            if channel is not None:
                urls.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": channel.id,
                        "response_url": new_response_url(state, actor, channel),
                    }
                )
    return urls


def closed(state: State, actor: Actor, view: View, *, is_cleared: bool) -> Json:
    """view_closed carries nothing of what was typed."""
    return _payload(
        state, "view_closed", actor, view={**view.body, "state": {"values": {}}}, is_cleared=is_cleared
    )


def shortcut(state: State, actor: Actor, trigger: Trigger, callback_id: str) -> Json:
    return _payload(
        state,
        "shortcut",
        actor,
        callback_id=callback_id,
        trigger_id=trigger.id,
        action_ts=ts(state.clock.microseconds()),
    )


def message_shortcut(
    state: State, actor: Actor, trigger: Trigger, channel: Channel, *, callback_id: str, message: Json
) -> Json:
    at = message["ts"]
    return _payload(
        state,
        "message_action",
        actor,
        callback_id=callback_id,
        trigger_id=trigger.id,
        action_ts=ts(state.clock.microseconds()),
        channel=_short(channel),
        message_ts=at,
        message=message,
        response_url=new_response_url(state, actor, channel, message_ts=at),
    )


def suggestion(state: State, actor: Actor, place: Json, *, block_id: str, action_id: str, typed: str) -> Json:
    """What Slack asks while somebody types into an external select; `place` is `in_view` or `in_message`."""
    return _payload(
        state, "block_suggestion", actor, action_id=action_id, block_id=block_id, value=typed, **place
    )


def in_view(view: View) -> Json:
    return {"view": views.shown(view), "container": {"type": "view", "view_id": view.body["id"]}}


def in_message(channel: Channel, message: Json) -> Json:
    container = {"type": "message", "message_ts": message["ts"], "channel_id": channel.id}
    return {"channel": _short(channel), "message": message, "container": container}
