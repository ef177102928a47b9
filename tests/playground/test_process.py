"""The local Slack as a program of its own: one line of JSON, then every control call over HTTP."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.playground.conftest import Control, button, modal, text_input

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[dict[str, Any]]:
    """A process, and what it announced; it must end cleanly when asked to."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.playground", "--json", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        announced: dict[str, Any] = json.loads(await process.stdout.readline())
        yield announced
    finally:
        process.send_signal(signal.SIGTERM)
        rest = await process.stdout.read()
        ended = await process.wait()
    assert (rest, ended) == (b"", 0)


async def test_the_program_announces_itself_and_obeys(session: aiohttp.ClientSession) -> None:
    async with running() as slack:
        assert {
            "url", "api_url", "bot_token", "app_token", "signing_secret", "team_id", "channels", "users",
        } <= slack.keys()  # fmt: skip
        control = Control(session, slack["url"])
        client = AsyncWebClient(token=slack["bot_token"], base_url=slack["api_url"])
        app = AsyncApp(client=client, signing_secret=slack["signing_secret"], process_before_response=True)

        @app.command("/decision")
        async def open_form(ack: AsyncAck, body: dict[str, str]) -> None:
            view = modal(text_input("title", "Title"), button("more", "More"))
            await client.views_open(trigger_id=body["trigger_id"], view=view)
            await ack()

        @app.action("more")
        @app.shortcut("log")
        @app.view("form")
        @app.event("message")
        @app.event("reaction_added")
        @app.event("app_home_opened")
        async def accept(ack: AsyncAck) -> None:
            await ack()

        runner = aiohttp.web.AppRunner(app.web_app("/slack/events"), access_log=None)
        await runner.setup()
        await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
        await control.post("settings", events_url=f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
        try:
            await _every_control_call(control, client)
        finally:
            await runner.cleanup()


async def _every_control_call(control: Control, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="payments", text="D-1", blocks=[button("more", "More")])
    opened = await control.act("pm", "command", channel="payments", command="/decision", text="x")
    view_id = opened["views_opened"][0]["id"]
    here: dict[str, Any] = {"channel": "payments", "ts": posted["ts"]}
    statuses = {
        "press": await control.act("pm", "press", view_id=view_id, action_id="more", wait=False),
        "press a message": await control.act("pm", "press", **here, action_id="more", wait=False),
        "submit": await control.act("pm", "submit", view_id=view_id, values={"Title": "Use webhooks"}),
        "shortcut": await control.act("pm", "shortcut", callback_id="log", wait=False),
        "message": await control.act("pm", "message", channel="payments", text="hello"),
        "react": await control.act("pm", "react", **here, name="bulb"),
        "home": await control.act("pm", "home"),
    }
    assert {act: answer["status"] for act, answer in statuses.items()} == dict.fromkeys(statuses, 200)

    reopened = await control.act("pm", "command", channel="payments", command="/decision")
    closed = await control.act("pm", "close", view_id=reopened["views_opened"][0]["id"])
    assert closed["status"] == "not_dispatched"
    assert len(await control.get("ledger?since=3")) > 5
    assert {"channels", "messages", "views", "homes", "now"} <= (await control.get("state")).keys()
    await control.post("faults", method="auth.test", times=1, kind="error", value="fatal_error")
    assert (await control.post("clock", advance=60))["now"]
    assert (await control.post("clock", now="2030-01-01T00:00:00+00:00"))["now"].startswith("2030-01-01")
    await control.post("reset")
    assert (await control.get("ledger")) == []


async def test_the_seed_says_who_and_what_there_is(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text(
        """
        signing_secret: a-secret-of-ones-own
        workspaces:
          - name: Tiny
            bot_token: xoxb-of-ones-own
            users: [{name: ada, tz: Europe/London}]
            channels: [{name: only, members: [ada]}]
        """,
        encoding="utf-8",
    )

    async with running("--seed", str(seed)) as slack:
        assert (slack["signing_secret"], slack["bot_token"]) == ("a-secret-of-ones-own", "xoxb-of-ones-own")
        assert list(slack["channels"]) == ["only"]
        said = await Control(session, slack["url"]).act("ada", "message", channel="only", text="hello")
        assert said["ts"]


async def test_a_port_that_is_taken_is_said_in_words() -> None:
    async with running() as slack:
        port = slack["url"].rsplit(":", 1)[1]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.playground", "--port", port, cwd=ROOT, stderr=asyncio.subprocess.PIPE
        )
        _, errors = await process.communicate()

    assert process.returncode == 1
    assert errors.startswith(b"cannot start: ")
    assert b"Traceback" not in errors
