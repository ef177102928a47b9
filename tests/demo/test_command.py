"""The demo's start and end: what is kept, and what it says when it cannot start."""

import json
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.commands import main
from bot.demo.folder import Folder
from tests.demo.running import started
from tests.person import Json
from tests.rituals.stories import card, logged

Refused = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], logging_as_it_was: None) -> Refused:
    """What is said when the demo does not start on this test's folder."""

    def call(*flags: str) -> str:
        assert main(["demo", "--data", str(tmp_path), *flags]) == 1
        return capsys.readouterr().err

    return call


@pytest.mark.slow  # the whole story
async def test_a_first_start_has_its_story_and_says_nothing_but_where_it_is(tmp_path: Path) -> None:
    async with started(tmp_path) as demo:
        assert demo.said.startswith("Common Ground is up")
        await card(demo.slack, "D-7")
        await demo.told_to_stop()


@pytest.mark.slow  # three starts
async def test_a_second_start_goes_on_where_the_first_one_ended_and_reset_starts_over(tmp_path: Path) -> None:
    async with started(tmp_path, "--empty") as demo:
        assert "you can be Priya Nair (product manager), Tomás Rivera (tech lead)" in demo.said
        assert f"kept in {tmp_path} for the next time; --reset starts over" in demo.said
        first, url = demo.slack, demo.slack.url
        assert await first.messages("payments") == [], "no story"
        limits = [{"name": "limits.txt", "text": "60 a minute"}]
        await first.person("pm").say("payments", "What the partner allows:", files=limits)
        await logged(first, "Use webhooks", must_know=["techlead"])
        await first.post("clock", {"advance": 86_400})
        before = await first.state()
        await demo.told_to_stop()
    assert (tmp_path / "slack.json").stat().st_mode & 0o077 == 0, "tokens are for their owner alone"
    async with started(tmp_path, "--empty") as demo:
        assert "There is a demo already, which goes on" in demo.said
        again, after = demo.slack, await demo.slack.state()
        assert _kept(after) == json.loads(json.dumps(_kept(before)).replace(url, again.url))
        assert timedelta() < _now(after) - _now(before) < timedelta(minutes=2), "its clock went on"
        [file] = after["files"]
        assert await again.file(file) == b"60 a minute"
        await again.person("techlead").press(await card(again, "Use webhooks"), "decisions.acknowledge")
        await card(again, "D-1", "1 of 1 knows")
        assert (await logged(again, "Store amounts in minor units"))["text"].startswith("D-2 ")
        await demo.told_to_stop()
    async with started(tmp_path, "--empty", "--reset") as demo:
        assert await demo.slack.messages("payments") == []
        assert (await logged(demo.slack, "Use webhooks"))["text"].startswith("D-1 ")


def _kept(state: Json) -> Json:
    return {name: state[name] for name in ("messages", "files", "channels", "users")}


def _now(state: Json) -> datetime:
    return datetime.fromisoformat(state["now"])


def test_a_taken_port_is_told_with_what_to_do_and_costs_nothing(tmp_path: Path, refused: Refused) -> None:
    kept = _kept_before(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused("--reset", "--port", str(port))
    assert said.startswith(f"Port {port} is taken")
    assert "--port 0 takes one that is free" in said
    assert {path: path.read_text() for path in kept} == kept


@pytest.mark.parametrize("content", ['{"version": 99}', '{"version": 1, "seed"', "", "[]"])
def test_a_file_that_is_broken_or_of_another_version_stays_and_is_told_of(
    tmp_path: Path, refused: Refused, content: str
) -> None:
    kept = _kept_before(tmp_path, content)
    said = refused("--port", "0")
    assert said.startswith(f"{tmp_path / 'slack.json'} cannot be read: it is broken, or of another version")
    assert "To start over, add --reset" in said
    assert {path: path.read_text() for path in kept} == kept


def test_half_of_a_demo_is_not_gone_on_with(tmp_path: Path, refused: Refused) -> None:
    _kept_before(tmp_path)
    (tmp_path / "slack.json").unlink()
    said = refused("--port", "0")
    assert said.startswith(f"{tmp_path / 'slack.json'} is missing")
    assert "To start over, add --reset" in said


def _kept_before(data: Path, slack: str = "{}") -> dict[Path, str]:
    kept = {data / "slack.json": slack, data / "demo.sqlite": "decisions", data / "demo.sqlite.keys": "keys"}
    for path, content in kept.items():
        path.write_text(content)
    return kept


def test_two_at_once_on_one_folder_are_one_too_many(tmp_path: Path, refused: Refused) -> None:
    with Folder(tmp_path).held():
        assert refused("--port", "0").startswith(f"Another demo is up with what is kept in {tmp_path}.")
