"""Events: which reach the app, in what shape, and how often until they are acknowledged."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.server import LocalSlack
from tests.playground.conftest import Connect, Control, Over, client_of, modal, text_input, until

Body = dict[str, Any]
BOTH_WAYS = pytest.mark.parametrize("over", ["socket", "http"])


def heard(app: AsyncApp, *types: str) -> list[Body]:
    """Everything of these types that reaches the app."""
    bodies: list[Body] = []
    for kind in types:

        @app.event(kind)
        async def keep(body: Body) -> None:
            bodies.append(body)

    return bodies


@BOTH_WAYS
async def test_what_people_write_reaches_an_app_in_the_channel(
    control: Control, app: AsyncApp, connect: Connect, slack: LocalSlack, over: Over
) -> None:
    bodies = heard(app, "message")

    async with connect(app, over):
        said = await control.act("pm", "message", channel="payments", text="Polling hurts")
        await control.act("techlead", "message", channel="platform", text="The app is not here")

    [body] = bodies
    assert said["status"] == 200
    assert body["event"]["text"] == "Polling hurts"
    assert body["event"]["ts"] == said["ts"]
    assert body["event"]["channel_type"] == "channel"
    assert body["authorizations"][0]["team_id"] == slack.team_id
    assert body["event"]["user"] == slack.described()["users"]["pm"]


async def test_edits_and_deletions_are_told_with_what_was_there_before(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    bodies = heard(app, "message")

    async with connect(app, "socket"):
        said = await control.act("pm", "message", channel="payments", text="one")
        await control.act("pm", "edit", channel="payments", ts=said["ts"], text="two")
        await control.act("pm", "delete", channel="payments", ts=said["ts"])

    changed, deleted = (body["event"] for body in bodies[1:])
    assert changed["subtype"] == "message_changed"
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("one", "two")
    assert deleted["subtype"] == "message_deleted"
    assert deleted["deleted_ts"] == said["ts"]


async def test_emoji_names_channels_and_people_are_told(
    control: Control, app: AsyncApp, connect: Connect, channels: dict[str, str]
) -> None:
    bodies = heard(
        app,
        "reaction_added",
        "member_joined_channel",
        "member_left_channel",
        "channel_rename",
        "channel_archive",
        "channel_unarchive",
        "user_change",
    )
    said = await control.act("pm", "message", channel="payments", text="hello")

    async with connect(app, "socket"):
        await control.act("engineer", "react", channel="payments", ts=said["ts"], name="bulb")
        await control.act("designer", "join", channel="payments")
        await control.act("designer", "leave", channel="payments")
        await control.post("channels/payments", name="billing")
        await control.post("channels/billing", archived=True)
        await control.post("channels/billing", archived=False)
        await control.post("users/designer", deactivated=True)

    told = [body["event"] for body in bodies]
    assert [event["type"] for event in told] == [
        "reaction_added",
        "member_joined_channel",
        "member_left_channel",
        "channel_rename",
        "channel_archive",
        "channel_unarchive",
        "user_change",
    ]
    assert told[0]["item"] == {"type": "message", "channel": channels["payments"], "ts": said["ts"]}
    assert told[3]["channel"]["name"] == "billing"
    assert told[-1]["user"]["deleted"] is True


async def test_the_app_hears_that_it_was_removed(control: Control, app: AsyncApp, connect: Connect) -> None:
    bodies = heard(app, "member_left_channel", "message")

    async with connect(app, "socket"):
        await control.post("channels/payments", remove=["common_ground"])
        await control.act("pm", "message", channel="payments", text="Now we are alone")

    assert [body["event"]["type"] for body in bodies] == ["member_left_channel"]


async def test_opening_the_home_shows_what_the_app_publishes(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    opened: list[Body] = []

    @app.event("app_home_opened")
    async def publish(event: Body, client: AsyncWebClient) -> None:
        opened.append(event)
        text = {"type": "mrkdwn", "text": f"Visit {len(opened)}"}
        view = {"type": "home", "blocks": [{"type": "section", "text": text}]}
        await client.views_publish(user_id=event["user"], view=view)

    async with connect(app, "socket"):
        await control.act("pm", "home")
        again = await control.act("pm", "home")

    assert again["view"]["blocks"][0]["text"]["text"] == "Visit 2"
    assert "view" not in opened[0]
    assert opened[1]["view"]["id"] == again["view"]["id"]
    assert opened[0]["channel"].startswith("D")


async def test_uninstalling_is_the_last_thing_the_app_hears(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    bodies = heard(app, "message", "app_uninstalled", "tokens_revoked")
    async with connect(app, "http"):
        await control.act("pm", "message", channel="payments", text="before")
        await control.post("app/uninstall")
        await control.act("pm", "message", channel="payments", text="after")

    told = [body["event"].get("text", body["event"]["type"]) for body in bodies]
    assert sorted(told) == ["app_uninstalled", "before", "tokens_revoked"]


async def test_only_events_of_the_manifest_are_sent(control: Control) -> None:
    manifest = {
        "display_information": {"name": "Common Ground"},
        "oauth_config": {"scopes": {"bot": ["chat:write", "reactions:read"]}},
        "settings": {"event_subscriptions": {"bot_events": ["reaction_added", "message.channels"]}},
    }
    async with LocalSlack(manifest=manifest) as slack:
        quiet = Control(control._session, slack.url)
        await quiet.post("settings", events_url="http://127.0.0.1:9/nobody", retry_scale=1000)
        said = await quiet.act("pm", "message", channel="payments", text="hello")
        joined = await quiet.act("designer", "join", channel="payments")
        opened = await quiet.act("pm", "home")
        reacted = await quiet.act("pm", "react", channel="payments", ts=said["ts"], name="bulb")

    assert said["status"] == "not_dispatched", "subscribed, but without channels:history Slack sends nothing"
    assert joined["status"] == "not_dispatched"
    assert opened["status"] == "not_dispatched", "a right it has, but no subscription"
    assert reacted["status"] == "connection_failed"


@BOTH_WAYS
async def test_an_event_is_sent_again_until_it_is_acknowledged(
    control: Control, app: AsyncApp, connect: Connect, over: Over
) -> None:
    retries: list[tuple[str, str]] = []

    @app.event("reaction_added")
    async def fail_twice(request: Any) -> None:
        number = request.headers.get("x-slack-retry-num", ["0"])[0]
        reason = request.headers.get("x-slack-retry-reason", [""])[0]
        retries.append((number, reason))
        if len(retries) < 3:
            raise RuntimeError("not yet")

    await control.post("settings", ack_seconds=0.1, retry_scale=0.0005)
    said = await control.act("pm", "message", channel="payments", text="hello")

    async with connect(app, over):
        await control.act("pm", "react", channel="payments", ts=said["ts"], name="bulb")
        await until(lambda: _length(retries, 3))

    reason = "http_timeout" if over == "socket" else "http_error"
    assert retries[1:] == [("1", reason), ("2", reason)]
    ids = {r["payload"]["event_id"] for r in await control.ledger(type="events_api") if "retry" in r}
    assert len(ids) == 1, "a retry is the same event"


async def test_an_app_may_decline_retries(
    control: Control, session: aiohttp.ClientSession, channels: dict[str, str]
) -> None:
    attempts: list[str | None] = []

    async def fail(request: web.Request) -> web.Response:
        attempts.append(request.headers.get("X-Slack-Retry-Num"))
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"} if len(attempts) == 2 else {})

    server = web.Application()
    server.router.add_post("/", fail)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        await control.post("settings", events_url=url, retry_scale=0.0005)
        await control.act("pm", "message", channel="payments", text="hello")
        await until(lambda: _length(attempts, 2))
        await control.act(
            "pm", "message", channel="payments", text="the retries before would have come by now"
        )
        await until(lambda: _length(attempts, 6))
    finally:
        await runner.cleanup()

    assert attempts == [None, "1", None, "1", "2", "3"]


async def test_a_connection_needs_a_fresh_address_and_there_are_ten_at_most(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    async def address() -> str:
        opened = await client_of(slack).apps_connections_open(app_token=slack.app_token)
        url: str = opened["url"]
        return url

    async with AsyncExitStack() as stack:
        used = ""
        for _ in range(10):
            used = await address()
            socket = await stack.enter_async_context(session.ws_connect(used))
            assert (await socket.receive_json())["type"] == "hello"
        eleventh = await stack.enter_async_context(session.ws_connect(await address()))
        assert (await eleventh.receive_json())["reason"] == "too_many_websockets"

    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(used)


async def _length(things: list[Any], wanted: int) -> bool:
    return len(things) == wanted


async def test_any_event_can_be_sent_with_an_id_of_ones_own(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    bodies = heard(app, "team_join")

    async with connect(app, "socket"):
        for _ in range(2):
            await control.post("events", event={"type": "team_join", "user": {"id": "U1"}}, event_id="Ev1")

    assert [body["event_id"] for body in bodies] == ["Ev1", "Ev1"]


async def test_each_request_goes_to_one_of_the_connections(
    control: Control, slack: LocalSlack, connect: Connect
) -> None:
    said = await control.act("pm", "message", channel="payments", text="hello")
    apps = [AsyncApp(client=client_of(slack), process_before_response=True) for _ in range(2)]
    first, second = (heard(app, "reaction_added") for app in apps)

    async with connect(apps[0], "socket"), connect(apps[1], "socket"):
        await until(lambda: _connections(control, 2))
        for name in ("one", "two", "three", "four"):
            await control.act("pm", "react", channel="payments", ts=said["ts"], name=name)

    names = sorted(body["event"]["reaction"] for body in first + second)
    assert names == ["four", "one", "three", "two"]
    assert first
    assert second


async def _connections(control: Control, wanted: int) -> bool:
    connected: int = (await control.get("state?messages=0"))["connections"]
    return connected == wanted


async def test_a_silent_connection_answers_nothing_but_stays(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    @app.command("/hello")
    async def hello(ack: AsyncAck) -> None:
        await ack("Hello")

    await control.post("settings", ack_seconds=0.1)
    async with connect(app, "socket"):
        await control.post("sockets", do="silence")
        silent = await control.act("pm", "command", channel="payments", command="/hello")
        await control.post("sockets", do="speak")
        speaking = await control.act("pm", "command", channel="payments", command="/hello")

    assert (silent["status"], speaking["status"]) == ("timed_out", 200)


async def test_a_refresh_ends_the_connection_and_the_client_comes_back(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    async with connect(app, "socket"):
        before = len(await control.ledger(method="apps.connections.open"))
        await control.post("sockets", do="disconnect", reason="refresh_requested")
        await until(lambda: _reconnected(control, before))


async def _reconnected(control: Control, before: int) -> bool:
    opened = len(await control.ledger(method="apps.connections.open"))
    return opened > before and await _connections(control, 1)


async def test_a_cut_connection_fails_what_was_on_its_way(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    reached = asyncio.Event()

    @app.command("/slow")
    async def slow(ack: AsyncAck) -> None:
        reached.set()
        await asyncio.sleep(0.2)
        await ack()

    async with connect(app, "socket"):
        asked = asyncio.create_task(control.act("pm", "command", channel="payments", command="/slow"))
        await reached.wait()
        await control.post("sockets", do="drop")
        assert (await asked)["status"] == "connection_failed"


async def test_a_mention_is_told_twice_as_slack_does(
    control: Control, app: AsyncApp, connect: Connect, slack: LocalSlack
) -> None:
    bodies = heard(app, "message", "app_mention")
    bot = slack.described()["bot_user_id"]

    async with connect(app, "socket"):
        await control.act("pm", "message", channel="payments", text=f"<@{bot}> are you there?")

    assert sorted(body["event"]["type"] for body in bodies) == ["app_mention", "message"]


async def test_a_home_keeps_its_id_and_checks_its_hash(client: AsyncWebClient, users: dict[str, str]) -> None:
    home = modal(text_input("search", "Search", optional=True)) | {"type": "home"}
    view = {"type": "home", "blocks": home["blocks"]}
    first = (await client.views_publish(user_id=users["pm"], view=view))["view"]
    second = (await client.views_publish(user_id=users["pm"], view=view, hash=first["hash"]))["view"]

    assert first["id"] == second["id"]
    assert first["hash"] != second["hash"]
