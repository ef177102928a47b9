"""Who may call the local Slack's Web API, in which ways, and what it answers to everybody else."""

import ast
import inspect
import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.methods import METHODS
from bot.playground.methods.forms import FORM_ONLY
from bot.playground.server import LocalSlack
from tests.playground.conftest import Control, client_of, modal, refusal, text_input


async def test_the_token_says_which_app_and_workspace_calls(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    answer = await client.auth_test()

    assert answer["team_id"] == slack.team_id
    assert answer["user_id"].startswith("U")
    assert answer["bot_id"].startswith("B")
    assert "chat:write" in answer.headers["X-OAuth-Scopes"].split(",")


async def test_a_wrong_token_is_not_let_in(slack: LocalSlack) -> None:
    answer = await refusal(client_of(slack, "xoxb-of-somebody-else").auth_test())

    assert answer["error"] == "invalid_auth"


async def test_no_token_at_all_is_told_so(slack: LocalSlack, session: aiohttp.ClientSession) -> None:
    async with session.post(slack.api_url + "auth.test") as response:
        assert await response.json() == {"ok": False, "error": "not_authed"}


async def test_an_app_token_cannot_post(slack: LocalSlack) -> None:
    answer = await refusal(client_of(slack, slack.app_token).chat_postMessage(channel="C1", text="hello"))

    assert answer["error"] == "not_allowed_token_type"


async def test_a_method_slack_does_not_have_is_named(client: AsyncWebClient) -> None:
    answer = await refusal(client.api_call("chat.shout"))

    assert answer == {"ok": False, "error": "unknown_method", "req_method": "chat.shout"}


@pytest.mark.parametrize("how", ["json", "form", "query", "token among the arguments"])
async def test_a_call_may_come_in_every_form_slack_takes(
    slack: LocalSlack, session: aiohttp.ClientSession, channels: dict[str, str], how: str
) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*hello*"}}]
    said = {"channel": channels["payments"], "text": "hello", "blocks": json.dumps(blocks)}
    url, token = slack.api_url + "chat.postMessage", {"Authorization": f"Bearer {slack.bot_token}"}
    ways: dict[str, dict[str, Any]] = {
        "json": {"json": said | {"blocks": blocks}, "headers": token},
        "form": {"data": said, "headers": token},
        "query": {"params": said, "headers": token},
        "token among the arguments": {"data": said | {"token": slack.bot_token}},
    }

    async with session.request("GET" if how == "query" else "POST", url, **ways[how]) as response:
        answer = await response.json()

    assert answer["ok"], answer
    assert answer["message"]["blocks"][0]["text"]["text"] == "*hello*"
    assert answer["message"]["blocks"][0]["block_id"]


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("conversations.history", "invalid_arguments"),
        ("conversations.replies", "invalid_arguments"),
        ("chat.getPermalink", "invalid_arguments"),
        ("users.info", "user_not_found"),
    ],
)
async def test_a_method_that_reads_sees_no_json_body(
    client: AsyncWebClient, channels: dict[str, str], method: str, error: str
) -> None:
    said = await client.chat_postMessage(channel=channels["payments"], text="hello")
    user_id = (await client.auth_test())["user_id"]
    asked = {"channel": said["channel"], "ts": said["ts"], "message_ts": said["ts"], "user": user_id}

    assert (await refusal(client.api_call(method, json=asked)))["error"] == error
    assert (await client.api_call(method, http_verb="GET", params=asked))["ok"]
    assert (await client.api_call(method, data=asked))["ok"]


async def test_what_is_optional_is_ignored_in_the_json_body_of_a_method_that_reads(
    client: AsyncWebClient,
) -> None:
    everybody = (await client.users_list())["members"]

    assert (await client.api_call("users.list", json={"limit": 1}))["members"] == everybody
    assert len((await client.users_list(limit=1))["members"]) == 1


def test_slacks_own_client_sends_no_json_to_what_takes_none_and_reads_nothing_else() -> None:
    calls = [
        (node.args[0].value, {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords})
        for node in ast.walk(ast.parse(inspect.getsource(AsyncWebClient)))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "self.api_call"
        if isinstance(node.args[0], ast.Constant)
    ]
    known = [(method, how) for method, how in calls if method in METHODS]

    assert {method for method, how in known if "json" in how} & FORM_ONLY == set()
    assert {method for method, how in known if how.get("http_verb") == "'GET'"} <= FORM_ONLY <= set(METHODS)


async def test_a_body_that_is_no_json_is_refused(slack: LocalSlack, session: aiohttp.ClientSession) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {slack.bot_token}"}
    async with session.post(slack.api_url + "auth.test", data="{not json", headers=headers) as response:
        assert (await response.json())["error"] == "invalid_json"


async def test_an_optional_scope_that_was_not_granted_is_missing(channels: dict[str, str]) -> None:
    seed = {"workspaces": [_workspace(withheld_scopes=["channels:history"])]}
    async with LocalSlack(seed) as slack:
        channel = slack.described()["channels"]["general"]
        answer = await refusal(client_of(slack).conversations_history(channel=channel))

    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "channels:history"
    assert "groups:history" in answer["provided"]
    assert "channels:history" not in answer["provided"]


async def test_only_the_scopes_of_the_manifest_are_granted() -> None:
    manifest = {
        "display_information": {"name": "Common Ground"},
        "oauth_config": {"scopes": {"bot": ["chat:write"]}},
    }
    async with LocalSlack(manifest=manifest) as slack:
        client = client_of(slack)
        channels = slack.described()["channels"]

        assert (await client.chat_postMessage(channel=channels["payments"], text="hello"))["ok"]
        assert (await refusal(client.users_list()))["error"] == "missing_scope"


async def test_after_an_uninstall_the_token_is_dead(control: Control, client: AsyncWebClient) -> None:
    await control.post("app/uninstall")
    assert (await refusal(client.auth_test()))["error"] == "account_inactive"

    await control.post("app/install")
    assert (await client.auth_test())["ok"]


async def test_a_revoked_token_is_told_so(control: Control, client: AsyncWebClient) -> None:
    await control.post("app/revoke")

    assert (await refusal(client.auth_test()))["error"] == "token_revoked"


async def test_a_workspace_cannot_touch_what_is_another_ones(session: aiohttp.ClientSession) -> None:
    seed = {"workspaces": [_workspace(), _workspace(name="Beta")]}
    async with LocalSlack(seed) as slack:
        control = Control(session, slack.url)
        one, two = slack.described()["workspaces"]
        mine, theirs = client_of(slack, one["bot_token"]), client_of(slack, two["bot_token"])
        await control.act(two["users"]["pm"], "command", channel="general", command="/form", wait=False)
        [request] = await control.ledger(type="slash_commands")
        form = modal(text_input("title", "Title"))
        trigger = request["payload"]["trigger_id"]
        empty = {"type": "home", "blocks": [{"type": "divider"}]}
        home = await theirs.views_publish(user_id=two["users"]["pm"], view=empty)
        file = await theirs.files_getUploadURLExternal(filename="a.csv", length=1)
        async with session.post(file["upload_url"], data=b"x") as response:
            assert response.status == 200
        answers = [
            await refusal(mine.chat_postMessage(channel=two["channels"]["general"], text="hello")),
            await refusal(mine.users_info(user=two["users"]["pm"])),
            await refusal(mine.views_open(trigger_id=trigger, view=form)),
            await refusal(mine.views_update(view_id=home["view"]["id"], view=empty)),
            await refusal(mine.files_info(file=file["file_id"])),
            await refusal(mine.files_completeUploadExternal(files=[{"id": file["file_id"]}])),
        ]

        assert request["payload"]["team_id"] == two["team_id"] != one["team_id"]
        assert (await theirs.views_open(trigger_id=trigger, view=form))["view"]["team_id"] == two["team_id"]
    assert [answer["error"] for answer in answers] == [
        "channel_not_found",
        "user_not_found",
        "invalid_trigger_id",
        "not_found",
        "file_not_found",
        "file_not_found",
    ]


def _workspace(**more: Any) -> dict[str, Any]:
    return {
        "name": "Acme",
        "users": [{"name": "pm"}],
        "channels": [{"name": "general", "members": "all"}],
        **more,
    }
