"""Failures on request: what the caller sees, and what was done all the same."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.playground.conftest import Connect, Control, refusal, until


async def texts(control: Control, channel_id: str) -> list[str]:
    return [message["text"] for message in await control.messages(channel_id)]


async def test_an_error_is_answered_as_often_as_asked(
    client: AsyncWebClient, control: Control, channels: dict[str, str]
) -> None:
    await control.post("faults", method="chat.postMessage", kind="error", value="fatal_error", times=2)

    for _ in range(2):
        answer = await refusal(client.chat_postMessage(channel=channels["payments"], text="no"))
        assert answer["error"] == "fatal_error"
    await client.chat_postMessage(channel=channels["payments"], text="yes")

    assert await texts(control, channels["payments"]) == ["yes"]
    committed = [entry["committed"] for entry in await control.ledger(method="chat.postMessage")]
    assert committed == [False, False, True]


async def test_a_fault_can_be_meant_for_one_channel(
    client: AsyncWebClient, control: Control, channels: dict[str, str]
) -> None:
    await control.post(
        "faults", method="chat.postMessage", channel="leads", kind="error", value="is_archived", times=9
    )

    assert (await client.chat_postMessage(channel=channels["payments"], text="yes"))["ok"]
    answer = await refusal(client.chat_postMessage(channel=channels["leads"], text="no"))
    assert answer["error"] == "is_archived"


async def test_too_many_requests_say_how_long_to_wait(client: AsyncWebClient, control: Control) -> None:
    await control.post("faults", method="users.list", kind="http", value={"status": 429, "retry_after": 30})

    with pytest.raises(SlackApiError) as limited:
        await client.users_list()

    assert limited.value.response.status_code == 429
    assert limited.value.response.headers["Retry-After"] == "30"
    assert (await client.users_list())["ok"]


async def test_a_server_error_has_no_json(client: AsyncWebClient, control: Control) -> None:
    await control.post("faults", method="users.list", kind="http", value=503)

    with pytest.raises(SlackApiError) as failed:
        await client.users_list()

    assert failed.value.response.status_code == 503


@pytest.mark.parametrize("value", ["fin", "rst"])
async def test_an_answer_may_get_lost_after_the_post_was_made(
    client: AsyncWebClient, control: Control, channels: dict[str, str], value: str
) -> None:
    await control.post("faults", method="chat.postMessage", kind="reset_after_commit", value=value)

    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel=channels["payments"], text="it stands")

    assert await texts(control, channels["payments"]) == ["it stands"]
    [entry] = await control.ledger(method="chat.postMessage")
    assert entry["committed"]
    assert entry["fault"] == "reset_after_commit"


async def test_an_error_may_be_answered_although_the_post_was_made(
    client: AsyncWebClient, control: Control, channels: dict[str, str]
) -> None:
    await control.post("faults", method="chat.postMessage", kind="error_after_commit", value="internal_error")

    answer = await refusal(client.chat_postMessage(channel=channels["payments"], text="it stands"))

    assert answer["error"] == "internal_error"
    assert await texts(control, channels["payments"]) == ["it stands"]


async def test_a_post_may_be_made_long_after_the_caller_gave_up(
    client: AsyncWebClient, control: Control, channels: dict[str, str]
) -> None:
    await control.post("faults", method="chat.postMessage", kind="late_commit", value=0.3)
    client.timeout = 0.1  # type: ignore[assignment]  # the SDK passes it on to aiohttp, which takes fractions

    with pytest.raises(TimeoutError):
        await client.chat_postMessage(channel=channels["payments"], text="late")
    assert await texts(control, channels["payments"]) == []

    async def arrived() -> bool:
        return await texts(control, channels["payments"]) == ["late"]

    await until(arrived)


async def test_a_late_post_may_also_end_in_a_lost_connection(
    client: AsyncWebClient, control: Control, channels: dict[str, str]
) -> None:
    value = {"seconds": 0.2, "drop_after": 0.05}
    await control.post("faults", method="chat.postMessage", kind="late_commit", value=value)

    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel=channels["payments"], text="late")

    assert await texts(control, channels["payments"]) == []


async def test_a_call_may_hang_for_ever(client: AsyncWebClient, control: Control) -> None:
    await control.post("faults", method="chat.postMessage", kind="hang")
    client.timeout = 0.1  # type: ignore[assignment]  # as above

    with pytest.raises(TimeoutError):
        await client.chat_postMessage(channel="payments", text="nobody is there")

    [entry] = await control.ledger(method="chat.postMessage")
    assert not entry["committed"]


async def test_an_answer_may_be_slow(client: AsyncWebClient, control: Control) -> None:
    await control.post("faults", method="*", kind="latency", value=0.15)
    started = asyncio.get_running_loop().time()

    await client.auth_test()

    assert asyncio.get_running_loop().time() - started >= 0.15


async def test_a_storm_falls_the_same_way_from_the_same_seed(
    client: AsyncWebClient, control: Control
) -> None:
    outcomes: list[list[bool]] = []
    for _ in range(2):
        await control.post("reset")
        await control.post("faults", method="*", kind="error", value="fatal_error", probability=0.5, seed=7)
        outcomes.append([await _works(client) for _ in range(20)])

    assert outcomes[0] == outcomes[1]
    assert 3 < sum(outcomes[0]) < 17


async def _works(client: AsyncWebClient) -> bool:
    try:
        await client.auth_test()
    except SlackApiError:
        return False
    return True


@pytest.mark.parametrize(
    "asked", [{"method": "auth.test", "kind": "gremlin"}, {"kind": "error"}, {"method": "*", "kind": None}]
)
async def test_a_fault_nobody_knows_is_refused(control: Control, asked: dict[str, Any]) -> None:
    assert (await control.post("faults", 400, **asked))["error"]


async def test_a_response_url_can_fail_too(control: Control, app: AsyncApp, connect: Connect) -> None:
    statuses: list[int] = []

    @app.command("/hello")
    async def hello(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        statuses.append((await respond("hello")).status_code)

    await control.post("faults", method="response_url", kind="http", value=500, times=1)
    async with connect(app, "socket"):
        await control.act("pm", "command", channel="payments", command="/hello", wait=False)
        await control.act("pm", "command", channel="payments", command="/hello")

    assert statuses == [500, 200]


async def test_slacks_pace_is_kept_when_asked_for(
    client: AsyncWebClient, control: Control, channels: dict[str, str]
) -> None:
    await control.post("settings", rate_limits=True)

    await client.chat_postMessage(channel=channels["payments"], text="one")
    await client.chat_postMessage(channel=channels["general"], text="another channel")
    with pytest.raises(SlackApiError) as second:
        await client.chat_postMessage(channel=channels["payments"], text="two")
    for _ in range(20):
        await client.users_list()
    with pytest.raises(SlackApiError) as twenty_first:
        await client.users_list()

    assert second.value.response.headers["Retry-After"] == "1"
    assert 55 <= int(twenty_first.value.response.headers["Retry-After"]) <= 60
    assert (await client.auth_test())["ok"]
