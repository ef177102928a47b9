"""The page's own address: who is let in, what it may load, and that it is told of changes."""

import aiohttp
import pytest
from yarl import URL

from bot.playground.server import LocalSlack
from tests.playground.conftest import Control

FOREIGN = {
    "a site of its own": {"Origin": "https://evil.example"},
    "a name that leads here": {"Host": "evil.example"},
    "a name and its site": {"Host": "evil.example:80", "Origin": "http://evil.example:80"},
    "another port of this machine": {"Origin": "http://127.0.0.1:1"},
    "a page that says nothing of itself": {"Origin": "null"},
}
PATHS = ["/", "/web/app.js", "/web/vendor/README.md", "/_control/state", "/_control/ledger?since=0"]


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("path", PATHS)
async def test_another_site_gets_nothing(
    slack: LocalSlack, session: aiohttp.ClientSession, path: str, headers: dict[str, str]
) -> None:
    async with session.get(slack.url + path, headers=headers) as answer:
        assert answer.status == 403
        assert await answer.json() == {"error": "control calls are for this machine only"}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
async def test_another_site_does_nothing(
    slack: LocalSlack, session: aiohttp.ClientSession, control: Control, headers: dict[str, str]
) -> None:
    url = f"{slack.url}/_control/as/pm/message"
    async with session.post(url, json={"channel": "payments", "text": "Not I"}, headers=headers) as answer:
        assert answer.status == 403
    assert not any((await control.get("state"))["messages"].values())


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
async def test_another_site_hears_nothing(
    slack: LocalSlack, session: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await session.ws_connect(f"{slack.url}/_control/changes", headers=headers)
    assert refused.value.status == 403


async def test_this_machine_gets_the_page_and_hears_of_changes(
    slack: LocalSlack, session: aiohttp.ClientSession, control: Control
) -> None:
    async with session.get(slack.url, headers={"Origin": slack.url}) as answer:
        page, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert '<script type="module" src="/web/app.js">' in page
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    async with session.ws_connect(f"{slack.url}/_control/changes", headers={"Origin": slack.url}) as changes:
        await control.act("pm", "message", channel="payments", text="hello")
        assert (await changes.receive_str(timeout=5)) == "changed"


@pytest.mark.parametrize(
    "path", ["/web/../server.py", "/web/%2e%2e/server.py", "/web/..%2fserver.py", "/web/"]
)
async def test_only_the_pages_own_files_are_served(
    slack: LocalSlack, session: aiohttp.ClientSession, path: str
) -> None:

    async with session.get(URL(slack.url + path, encoded=True)) as answer:
        assert answer.status in {403, 404}
