"""The witness and the bot as processes of their own, ended when the test is over."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from urllib.error import URLError
from urllib.request import urlopen

import yaml

from tests.bot import MANIFEST
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
LOCAL_SLACK = Path(__file__).parent / "node_modules/local-slack-linux-x64/bin/local-slack"
QUIET = [
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_SECONDS = 30.0

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-witness", "xapp-witness", "a-secret-of-the-witness"
PEOPLE = {"U1PETRA0000": "Petra Manager", "U1LEO000000": "Leo Lead"}
BOT_USER = "U0COMMON"


@dataclass(frozen=True)
class Process:
    """Something that runs, and where it writes what it has to say."""

    popen: subprocess.Popen[bytes]
    output: Path

    def wait_until(self, happened: Callable[[], bool]) -> None:
        """Raises AssertionError, with the end of the output, when it ends first or takes too long."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not happened():
            assert self.popen.poll() is None, f"ended with {self.popen.returncode}:\n{self.said()[-3_000:]}"
            assert time.monotonic() < deadline, f"not ready in {PATIENCE_SECONDS} s:\n{self.said()[-3_000:]}"
            time.sleep(0.05)

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")


def chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def local_slack(program: Path, folder: Path, *, events_url: str | None) -> Iterator[str]:
    """The witness at its address; it posts to `events_url`, or waits for Socket Mode where that is None."""
    config = folder / "witness.yaml"
    config.write_text(yaml.safe_dump(_workspace(events_url)), encoding="utf-8")
    port = free_port()
    arguments = [program, "--config", config, "--port", port, "--base-host", "127.0.0.1"]
    with running([str(argument) for argument in arguments], {}, folder / "witness.log") as process:
        url = f"http://127.0.0.1:{port}"
        process.wait_until(lambda: _answers(url))
        yield url


def _workspace(events_url: str | None) -> dict[str, Any]:
    """The witness reads no manifest: names come from ours, commands and events it delivers whatever they are."""
    app = {
        "appId": "A0COMMON",
        "botUserId": BOT_USER,
        "botName": MANIFEST["features"]["bot_user"]["display_name"],
        "botToken": BOT_TOKEN,
        "appToken": APP_TOKEN,
        "signingSecret": SIGNING_SECRET,
    }
    transport = {"mode": "events", "requestUrl": events_url} if events_url else {"mode": "socket"}
    return {
        "workspace": {"name": "Acme", "domain": "acme", "teamId": "T1ACME"},
        "apps": [{**app, **transport}],
        "users": [
            {"id": user_id, "name": name.split()[0].lower(), "real_name": name, "tz": "Europe/Berlin"}
            for user_id, name in PEOPLE.items()
        ],
        "channels": [{"id": "C1PAYMENTS", "name": "payments", "members": [*PEOPLE, BOT_USER]}],
    }


@contextmanager
def bot_process(slack_url: str, folder: Path, *, http_port: int | None) -> Iterator[Process]:
    """`python -m bot run`: signed HTTP on `http_port`, or Socket Mode where that is None."""
    ops_port = free_port()
    door = (
        {"SLACK_SIGNING_SECRET": SIGNING_SECRET, "PORT": str(http_port)}
        if http_port
        else {"SLACK_APP_TOKEN": APP_TOKEN}
    )
    environment = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_API_URL": f"{slack_url}/api/",
        "DATABASE_URL": f"sqlite:///{folder / 'common-ground.sqlite'}",
        "HOST": "127.0.0.1",
        "OPS_PORT": str(ops_port),
        **door,
    }
    with running([sys.executable, "-m", "bot", "run"], environment, folder / "bot.log") as process:
        process.wait_until(lambda: _answers(f"http://127.0.0.1:{ops_port}/readyz"))
        yield process


@contextmanager
def running(command: list[str], environment: dict[str, str], output: Path) -> Iterator[Process]:
    with output.open("w", encoding="utf-8") as file, _started(command, environment, file) as popen:
        try:
            yield Process(popen, output)
        finally:
            popen.send_signal(signal.SIGTERM)
            try:
                popen.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                popen.kill()
                raise


def _started(command: list[str], environment: dict[str, str], output: TextIO) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False
