"""A local Slack that ends and goes on: what was in it, its clock, the tokens that apps hold."""

import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import saved
from bot.playground.server import LocalSlack
from tests.playground.conftest import Control, modal, text_input

SEED = {
    "workspaces": [
        {
            "name": name,
            "users": [{"name": "pm"}, {"name": "stranger", "id": "U0SHARED001", "role": "stranger"}],
            "channels": [{"name": "payments", "members": ["pm"]}, {"name": "partners", "members": "all"}],
        }
        for name in ("Acme", "Globex")
    ]
}


async def _lived_in(slack: LocalSlack, session: aiohttp.ClientSession) -> None:
    client, control = _client(slack), Control(session, slack.url)
    channels, users = slack.described()["channels"], slack.described()["users"]
    asked = await client.chat_postMessage(
        channel=channels["payments"],
        text="Which?",
        metadata={"event_type": "x", "event_payload": {"id": "1"}},
    )
    await client.chat_postMessage(channel=channels["payments"], text="This.", thread_ts=asked["ts"])
    await client.chat_postMessage(channel=users["pm"], text="Only for you.")
    await client.chat_postEphemeral(channel=channels["payments"], user=users["pm"], text="Passing.")
    await client.views_publish(
        user_id=users["pm"], view={"type": "home", "blocks": modal(text_input("why", "Why?"))["blocks"]}
    )
    files = [{"name": "picture.bin", "base64": "AAH/"}]
    await control.act("pm", "message", channel="payments", text="Look:", files=files)
    await control.act("pm", "react", channel="payments", ts=asked["ts"], name="eyes")
    await control.post("clock", advance=86_400)


def _client(slack: LocalSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)


async def _seen(session: aiohttp.ClientSession, slack: LocalSlack) -> dict[str, Any]:
    state: dict[str, Any] = await Control(session, slack.url).get("state")
    del state["now"]
    found: dict[str, Any] = json.loads(json.dumps(state).replace(slack.url, "here"))
    return found


async def test_it_goes_on_as_it_was(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    path = tmp_path / "slack.json"
    async with LocalSlack(SEED) as first:
        await _lived_in(first, session)
        before, ahead = await _seen(session, first), first.state.clock.ahead
        saved.write(first.state, path)
    kept = saved.read(path)
    async with LocalSlack(kept.seed) as again:
        saved.put_back(kept, again.state)
        assert await _seen(session, again) == before
        assert again.state.clock.ahead == ahead
        assert (again.bot_token, again.signing_secret) == (first.bot_token, first.signing_secret)
        people = [workspace.people["U0SHARED001"] for workspace in again.state.world.workspaces.values()]
        assert people[0] is people[1], "who was one person still is"
        pm, channels = again.described()["users"]["pm"], len(again.state.world.channels)
        posted = await _client(again).chat_postMessage(channel=pm, text="And once more.")
        assert len(again.state.world.channels) == channels, "their conversation was open already"
        assert list(again.state.world.channels[posted["channel"]].messages)[-1] == posted["ts"]


async def test_what_fails_while_it_is_written_leaves_the_file_before(
    tmp_path: Path, slack: LocalSlack
) -> None:
    path = tmp_path / "slack.json"
    saved.write(slack.state, path)
    before = path.read_bytes()
    next(iter(slack.state.world.channels.values())).topic["value"] = object()
    with pytest.raises(ValueError, match="serialize"):
        saved.write(slack.state, path)
    assert path.read_bytes() == before
    assert not path.with_name("slack.json.new").exists()
