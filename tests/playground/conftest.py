"""A local Slack, a way to act in it, and apps built on Slack's own libraries to stand at its other end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Literal

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.server import LocalSlack

Over = Literal["socket", "http"]
Connect = Callable[[AsyncApp, Over], AbstractAsyncContextManager[None]]


class Control:
    """The control API over HTTP, as programs in other languages use it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = f"{url}/_control/"

    async def post(self, path: str, expect: int = 200, **body: Any) -> Any:
        async with self._session.post(self._url + path, json=body) as response:
            answer = await response.json()
            assert response.status == expect, answer
            return answer

    async def act(self, user: str, act: str, expect: int = 200, **body: Any) -> Any:
        return await self.post(f"as/{user}/{act}", expect, **body)

    async def get(self, path: str) -> Any:
        async with self._session.get(self._url + path) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def ledger(self, since: int = 0, **like: object) -> list[dict[str, Any]]:
        """The entries after `since` that have all the given facts."""
        entries: list[dict[str, Any]] = await self.get(f"ledger?since={since}")
        return [entry for entry in entries if entry | like == entry]

    async def messages(self, channel_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.get("state"))["messages"][channel_id]
        return found


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack() as slack:
        yield slack


@pytest.fixture
def control(slack: LocalSlack, session: aiohttp.ClientSession) -> Control:
    return Control(session, slack.url)


@pytest.fixture
def client(slack: LocalSlack) -> AsyncWebClient:
    return client_of(slack)


@pytest.fixture
def channels(slack: LocalSlack) -> dict[str, str]:
    found: dict[str, str] = slack.described()["channels"]
    return found


@pytest.fixture
def users(slack: LocalSlack) -> dict[str, str]:
    found: dict[str, str] = slack.described()["users"]
    return found


@pytest.fixture
def app(slack: LocalSlack) -> AsyncApp:
    """An app that has no listeners yet."""
    return AsyncApp(
        client=client_of(slack), signing_secret=slack.signing_secret, process_before_response=True
    )


@pytest.fixture
def connect(slack: LocalSlack, control: Control) -> Connect:
    """Runs an app against the local Slack for as long as the block lasts."""

    @asynccontextmanager
    async def connected(app: AsyncApp, over: Over) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if over == "socket":
                handler = AsyncSocketModeHandler(app, slack.app_token, web_client=client_of(slack))
                await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
                stack.push_async_callback(handler.close_async)
                await until(lambda: _is_connected(control))
            else:
                runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
                await runner.setup()
                stack.push_async_callback(runner.cleanup)
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
                await control.post("settings", events_url=url)
            yield

    return connected


async def _is_connected(control: Control) -> bool:
    return bool((await control.get("state?messages=0"))["connections"])


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 5.0) -> None:
    """Waits for a condition; a test that waits in vain fails here."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - the condition is in another process
            await asyncio.sleep(0.01)


def client_of(slack: LocalSlack, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=token or slack.bot_token, base_url=slack.api_url, retry_handlers=[])


async def refusal(call: Awaitable[Any]) -> dict[str, Any]:
    """Slack's whole answer to a call it refuses."""
    with pytest.raises(SlackApiError) as refused:
        await call
    answer: dict[str, Any] = refused.value.response.data
    return answer


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def text_input(block_id: str, label: str, **more: Any) -> dict[str, Any]:
    """An input block with one line of text; its element is called `text`."""
    block: dict[str, Any] = {"type": "input", "block_id": block_id, "label": plain(label)}
    block |= {key: more.pop(key) for key in ("optional", "dispatch_action") if key in more}
    return block | {"element": {"type": "plain_text_input", "action_id": "text", **more}}


def select(block_id: str, label: str, *options: str, **more: Any) -> dict[str, Any]:
    """An input block with a menu; the options' values are their texts in small letters."""
    offered = [{"text": plain(option), "value": option.lower()} for option in options]
    element = {"type": "static_select", "action_id": "choice", "options": offered}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def button(action_id: str, text: str, value: str = "1") -> dict[str, Any]:
    element = {"type": "button", "action_id": action_id, "text": plain(text), "value": value}
    return {"type": "actions", "block_id": f"block.{action_id}", "elements": [element]}


def modal(*blocks: dict[str, Any], callback_id: str = "form", **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain("A form"),
        "submit": plain("Save"),
        "blocks": list(blocks),
        **more,
    }
