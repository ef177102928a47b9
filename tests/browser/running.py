"""The local Slack and the sampler as processes of their own, and the control API as a test calls it."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.sampler import MANIFEST

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30.0


class LocalSlack:
    """A running local Slack: where it is, who is there, and what it knows."""

    def __init__(self, described: dict[str, Any]) -> None:
        self.described = described
        self.url: str = described["url"]

    def user(self, name: str) -> str:
        return str(self.described["users"][name])

    def channel(self, name: str) -> str:
        return str(self.described["channels"][name])

    def post(self, path: str, **body: Any) -> Any:
        asked = Request(f"{self.url}/_control/{path}", json.dumps(body).encode(), method="POST")
        try:
            with urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
                return json.load(answer)
        except HTTPError as refused:
            raise AssertionError(refused.read().decode()) from refused

    def act(self, user: str, act: str, **body: Any) -> Any:
        return self.post(f"as/{user}/{act}", **body)

    def post_as_app(self, channel: str, text: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
        """What the Web API answers to a message of the app."""
        return self.call("chat.postMessage", channel=self.channel(channel), text=text, blocks=blocks)

    def call(self, method: str, **asked: Any) -> dict[str, Any]:
        """What the Web API answers to the app."""
        headers = {
            "Authorization": f"Bearer {self.described['bot_token']}",
            "Content-Type": "application/json",
        }
        request = Request(f"{self.url}/api/{method}", json.dumps(asked).encode(), headers)
        with urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            answered: dict[str, Any] = json.load(answer)
            return answered

    def get(self, path: str) -> Any:
        with urlopen(f"{self.url}/_control/{path}", timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)

    def requests(self, kind: str) -> list[dict[str, Any]]:
        """The payloads of this type that the app was sent, the oldest first."""
        entries = [entry for entry in self.get("ledger?since=0") if entry["kind"] == "request"]
        return [entry["payload"] for entry in entries if entry["payload"].get("type") == kind]


@contextmanager
def local_slack(folder: Path, *more: str) -> Iterator[LocalSlack]:
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(MANIFEST), encoding="utf-8")
    with _running("bot.playground", "--json", "--manifest", str(manifest), *more) as announced:
        yield LocalSlack(json.loads(announced))


@contextmanager
def sampler(slack: LocalSlack) -> Iterator[None]:
    environment = {
        "SLACK_API_URL": slack.described["api_url"],
        "SLACK_BOT_TOKEN": slack.described["bot_token"],
        "SLACK_APP_TOKEN": slack.described["app_token"],
    }
    with _running("tests.sampler", environment=environment) as announced:
        assert announced == "ready\n"
        yield


@contextmanager
def _running(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """The first line that `python -m module` prints."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline()
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)
