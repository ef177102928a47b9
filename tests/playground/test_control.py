"""The control API: what people may do, what can be looked up, what it refuses, and that it stays at home."""

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.server import LocalSlack
from tests.playground.conftest import Connect, Control, button, client_of, modal, refusal, text_input, until


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}],
    ids=["a rebound host", "another site", "a sandboxed page"],
)
async def test_a_web_site_cannot_reach_the_control_api(
    slack: LocalSlack, session: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    async with session.post(f"{slack.url}/_control/reset", headers=headers) as response:
        assert response.status == 403


async def test_its_own_page_may_use_the_control_api(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    async with session.post(f"{slack.url}/_control/reset", headers={"Origin": slack.url}) as response:
        assert response.status == 200


async def test_no_token_is_ever_written_down(
    slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession, control: Control
) -> None:
    await client.auth_test()
    async with session.post(slack.api_url + "auth.test", data={"token": slack.bot_token}) as response:
        assert (await response.json())["ok"]

    entries = await control.ledger(method="auth.test")

    assert [entry["token"] for entry in entries] == ["bot", "bot"]
    assert slack.bot_token not in str(await control.get("ledger"))


async def test_the_ledger_goes_on_from_where_one_looked_last(
    client: AsyncWebClient, control: Control
) -> None:
    await client.auth_test()
    [first] = await control.ledger()
    await client.api_test()

    assert [entry["method"] for entry in await control.ledger(since=first["seq"])] == ["api.test"]


async def test_a_short_ledger_drops_the_oldest() -> None:
    async with LocalSlack(ledger_limit=2) as slack, aiohttp.ClientSession() as session:
        for _ in range(4):
            await client_of(slack).auth_test()

        assert [entry["seq"] for entry in await Control(session, slack.url).ledger()] == [3, 4]


async def test_a_reset_forgets_everything_but_the_tokens(
    client: AsyncWebClient, control: Control, channels: dict[str, str]
) -> None:
    await client.chat_postMessage(channel=channels["payments"], text="hello")
    await control.post("clock", advance=86400)
    await control.post("faults", method="*", kind="hang")

    await control.post("reset")

    assert await control.ledger() == []
    assert (await client.auth_test())["ok"]
    assert await control.messages(channels["payments"]) == []


@pytest.mark.parametrize(
    ("user", "body", "status", "why"),
    [
        ("nobody", {"channel": "payments", "text": "x"}, 404, "nobody here is called nobody"),
        ("gone", {"channel": "payments", "text": "x"}, 400, "gone cannot sign in"),
        ("pm", {"channel": "nowhere", "text": "x"}, 404, "there is no channel nowhere"),
        ("pm", {"channel": "payments"}, 400, "missing: text"),
        ("pm", {"channel": "secret", "text": "x"}, 400, "pm cannot see #secret"),
        ("pm", {"channel": "attic", "text": "x"}, 400, "#attic is archived"),
        ("designer", {"channel": "payments", "text": "x"}, 400, "designer has not joined #payments"),
        ("guest", {"channel": "platform", "text": "x"}, 400, "guest cannot see #platform"),
    ],
)
async def test_people_can_do_only_what_slack_lets_them(
    control: Control, user: str, body: dict[str, str], status: int, why: str
) -> None:
    answer = await control.act(user, "message", status, **body)

    assert why in (answer.get("error") or answer["body"])


async def test_an_act_nobody_knows_is_answered_with_those_there_are(control: Control) -> None:
    assert "command, shortcut, press" in (await control.act("pm", "dance", 404))["error"]


async def test_only_commands_and_shortcuts_of_the_manifest_exist(session: aiohttp.ClientSession) -> None:
    manifest = {
        "display_information": {"name": "Common Ground"},
        "features": {
            "slash_commands": [{"command": "/decision", "description": "…", "should_escape": True}],
            "shortcuts": [{"callback_id": "log", "type": "message", "name": "Log", "description": "…"}],
        },
    }
    async with LocalSlack(manifest=manifest) as slack:
        control = Control(session, slack.url)
        users = slack.described()["users"]
        unknown = await control.act("pm", "command", 400, channel="payments", command="/decisions")
        wrong_kind = await control.act("pm", "shortcut", 400, callback_id="log")
        await control.act("pm", "command", channel="payments", command="/decision", text="ask @techlead why")
        [request] = await control.ledger(type="slash_commands")

    assert unknown["body"] == "/decisions is not a valid command."
    assert "no global shortcut" in wrong_kind["body"]
    assert request["payload"]["text"] == f"ask <@{users['techlead']}|techlead> why"


async def test_a_stranger_may_press_but_has_no_commands(
    control: Control, app: AsyncApp, connect: Connect, client: AsyncWebClient, slack: LocalSlack
) -> None:
    teams: list[tuple[str, str]] = []

    @app.action("know")
    async def know(ack: AsyncAck, body: dict[str, dict[str, str]]) -> None:
        teams.append((body["team"]["id"], body["user"]["team_id"]))
        await ack()

    posted = await client.chat_postMessage(channel="partners", text="D-1", blocks=[button("know", "I know")])
    async with connect(app, "socket"):
        press = {"channel": "partners", "ts": posted["ts"], "action_id": "know", "wait": False}
        await control.act("stranger", "press", **press)
    refused = await control.act("stranger", "command", 400, channel="partners", command="/decision")

    assert teams == [(slack.team_id, "T0STRANGE01")]
    assert "no commands" in refused["body"]


async def test_a_response_url_works_five_times_within_half_an_hour(
    control: Control, app: AsyncApp, connect: Connect, session: aiohttp.ClientSession
) -> None:
    urls: list[str] = []

    @app.command("/hello")
    async def hello(ack: AsyncAck, body: dict[str, str]) -> None:
        urls.append(body["response_url"])
        await ack()

    async with connect(app, "socket"):
        for _ in range(2):
            await control.act("pm", "command", channel="payments", command="/hello", wait=False)
    answers = []
    for _ in range(6):
        async with session.post(urls[0], json={"text": "hello"}) as response:
            answers.append(await response.text())
    await control.post("clock", advance=31 * 60)
    async with session.post(urls[1], json={"text": "hello"}) as response:
        late = (response.status, await response.text())

    assert answers[:5] == ["ok"] * 5
    assert "used_url" in answers[5]
    assert late[0] == 404
    assert "expired_url" in late[1]


async def test_a_response_is_checked_like_a_post(
    control: Control, app: AsyncApp, connect: Connect, session: aiohttp.ClientSession
) -> None:
    @app.command("/hello")
    async def hello(ack: AsyncAck) -> None:
        await ack()

    async with connect(app, "socket"):
        await control.act("pm", "command", channel="payments", command="/hello", wait=False)
    [request] = await control.ledger(type="slash_commands")
    url = request["payload"]["response_url"]
    async with session.post(url, json={"blocks": [{"type": "header"}]}) as response:
        wrong = await response.text()
    async with session.post(url, data="no json") as response:
        unreadable = (response.status, await response.text())

    assert "invalid_blocks" in wrong
    assert unreadable == (400, "invalid_payload")
    assert (await control.get("state"))["ephemerals"] == []


async def test_a_response_may_replace_or_remove_what_was_pressed(
    control: Control, app: AsyncApp, connect: Connect, client: AsyncWebClient, channels: dict[str, str]
) -> None:
    @app.action("replace")
    async def replace(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond("replaced", replace_original=True)

    @app.action("remove")
    async def remove(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond(delete_original=True)

    channel = channels["payments"]
    buttons = [button("replace", "Replace"), button("remove", "Remove")]
    posted = (await client.chat_postMessage(channel=channel, text="before", blocks=buttons))["ts"]
    async with connect(app, "socket"):
        await control.act("pm", "press", channel=channel, ts=posted, action_id="replace")
        [replaced] = await control.messages(channel)
        again = (await client.chat_postMessage(channel=channel, text="again", blocks=buttons))["ts"]
        await control.act("pm", "press", channel=channel, ts=again, action_id="remove")

    assert replaced["text"] == "replaced"
    assert "blocks" not in replaced
    assert [message["text"] for message in await control.messages(channel)] == ["replaced"]


async def test_an_ephemeral_can_be_pressed_and_replaced(
    control: Control, app: AsyncApp, connect: Connect, slack: LocalSlack
) -> None:
    @app.action("know")
    async def know(ack: AsyncAck, respond: AsyncRespond, body: dict[str, object]) -> None:
        assert "message" not in body
        await ack()
        await respond("Noted", replace_original=True)

    shown = await client_of(slack).chat_postEphemeral(
        channel=slack.described()["channels"]["payments"],
        user=slack.described()["users"]["pm"],
        text="Do you know?",
        blocks=[button("know", "I know")],
    )
    async with connect(app, "socket"):
        at = {"channel": "payments", "ts": shown["message_ts"], "action_id": "know"}
        await control.act("pm", "press", **at)
        other = await control.act("engineer", "press", 404, **at)

    [ephemeral] = (await control.get("state?user=pm"))["ephemerals"]
    assert (ephemeral["text"], "blocks" in ephemeral) == ("Noted", False)
    assert "engineer sees no message" in other["error"]


async def test_channels_and_people_can_be_added_while_it_runs(
    control: Control, client: AsyncWebClient
) -> None:
    person = await control.post("users", name="newcomer", real_name="Nora New", tz="Asia/Tokyo")
    channel = await control.post("channels", name="newplace", members=["newcomer"], private=True)

    assert (await client.users_info(user=person["id"]))["user"]["tz_offset"] == 9 * 3600
    listed = await client.conversations_list(types="private_channel")
    assert channel["id"] in [each["id"] for each in listed["channels"]]


async def test_lists_of_conversations_show_what_the_app_may_know(
    client: AsyncWebClient, users: dict[str, str], channels: dict[str, str]
) -> None:
    names: list[str] = []
    cursor = ""
    while True:
        page = await client.conversations_list(types="public_channel,private_channel", limit=2, cursor=cursor)
        names += [channel["name"] for channel in page["channels"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    of_owner = await client.users_conversations(user=users["owner"], types="private_channel")
    current = await client.conversations_list(exclude_archived=True)

    assert names == ["general", "payments", "platform", "leads", "attic", "partners"]
    assert of_owner["channels"] == [], "a private channel without the app stays unknown to it"
    assert "attic" not in [channel["name"] for channel in current["channels"]]
    assert (await refusal(client.conversations_info(channel=channels["secret"])))[
        "error"
    ] == "channel_not_found"
    assert (await client.conversations_info(channel=channels["partners"]))["channel"]["is_ext_shared"]


async def test_people_are_listed_with_what_they_are(client: AsyncWebClient) -> None:
    people = {person["name"]: person for person in (await client.users_list())["members"]}

    assert people["slackbot"]["is_bot"] is False
    assert people["common_ground"]["is_bot"] is True
    assert people["owner"]["is_owner"] is True
    assert people["guest"]["is_restricted"] is True
    assert people["stranger"]["is_stranger"] is True
    assert people["stranger"]["team_id"] != people["pm"]["team_id"]
    assert people["gone"]["deleted"] is True
    assert people["pm"]["tz"] == "Europe/Berlin"


async def test_a_view_too_big_or_wrong_is_refused_with_the_reason(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    errors: list[str] = []

    @app.command("/form")
    async def open_form(ack: AsyncAck, client: AsyncWebClient, body: dict[str, str]) -> None:
        await ack()
        view = modal(text_input("title", "Title")) | {"title": {"type": "plain_text", "text": "x" * 25}}
        answer = await refusal(client.views_open(trigger_id=body["trigger_id"], view=view))
        errors.extend(answer["response_metadata"]["messages"])

    async with connect(app, "socket"):
        await control.act("pm", "command", channel="payments", command="/form", wait=False)
        await until(lambda: _any(errors))

    [entry] = await control.ledger(method="views.open")
    assert not entry["committed"]
    assert entry["rule"]
    assert "/title" in errors[0]


async def _any(things: list[str]) -> bool:
    return bool(things)


async def test_the_ledger_shows_what_was_said_at_the_time(
    client: AsyncWebClient, control: Control, channels: dict[str, str]
) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]
    posted = await client.chat_postMessage(channel=channels["payments"], text="hello", blocks=blocks)
    await client.chat_postMessage(channel=channels["payments"], text="reply", thread_ts=posted["ts"])
    await client.reactions_add(channel=channels["payments"], timestamp=posted["ts"], name="eyes")

    entry = (await control.ledger(method="chat.postMessage"))[0]

    assert entry["arguments"]["blocks"] == blocks
    assert "reactions" not in entry["answer"]["message"]
    assert "reply_count" not in entry["answer"]["message"]
    stored = (await control.messages(channels["payments"]))[0]
    assert (stored["reply_count"], stored["reactions"][0]["name"]) == (1, "eyes")
