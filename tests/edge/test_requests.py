"""Who may speak to the bot over HTTP, and what it answers to things that make no sense."""

import asyncio
import json
import random
import time
from collections.abc import Callable
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.playground.http_delivery import sign
from bot.settings import Settings, SettingsError
from tests.edge import door as d
from tests.edge.door import FORM, Door
from tests.person import Slack

pytestmark = pytest.mark.alike

CANARY = "canary-7f3k"
JSON = "application/json"

SEED = 20_261_123


def _signed(secret: str, *, seconds: int = 0) -> Callable[[bytes], dict[str, str]]:
    return lambda body: sign(secret, body, int(time.time()) + seconds)


def _changed(name: str, value: str) -> Callable[[str], Callable[[bytes], dict[str, str]]]:
    return lambda secret: lambda body: {**_signed(secret)(body), name: value}


WRONG: dict[str, Callable[[str], Callable[[bytes], dict[str, str]]]] = {
    "no signature": lambda _secret: lambda _body: {},
    "no timestamp": lambda secret: (
        lambda body: {"X-Slack-Signature": _signed(secret)(body)["X-Slack-Signature"]}
    ),
    "a bad signature": _changed("X-Slack-Signature", "v0=" + "0" * 64),
    "an empty signature": _changed("X-Slack-Signature", ""),
    "a signature that is not ASCII": _changed("X-Slack-Signature", "v0=é"),
    "301 seconds old": lambda secret: _signed(secret, seconds=-301),
    "301 seconds ahead": lambda secret: _signed(secret, seconds=302),  # the second may turn meanwhile
    "a timestamp that is no number": _changed("X-Slack-Request-Timestamp", "yesterday"),
    "a timestamp in other digits": _changed("X-Slack-Request-Timestamp", "²"),
    "a negative timestamp": _changed("X-Slack-Request-Timestamp", "-1"),
    "an endless timestamp": _changed("X-Slack-Request-Timestamp", "9" * 5_000),
    "another app's secret": lambda _secret: _signed("8f742231b10e8888abcd99yyyzzz85a5"),
    "an empty secret": lambda _secret: _signed(""),
}


def bodies(slack: Slack) -> dict[str, tuple[bytes, str]]:
    """One request of each kind that would change something, each with the canary in what a person wrote."""
    team, user, channel = slack.described["team_id"], slack.users["pm"], slack.channels["payments"]
    form = d.view("decisions.form", metadata={"channel": channel}, fields={"title": CANARY})
    message = {
        "type": "message",
        "channel": channel,
        "subtype": "message_changed",
        "message": {"text": CANARY, "ts": "1.0"},
    }
    asked = {
        "command": d.command(team, user, channel, CANARY),
        "submission": d.submission(team, user, form),
        "press": d.press(team, user, "decisions.log", CANARY, channel=channel),
    }
    encoded = {
        name: urlencode(each if "command" in each else {"payload": json.dumps(each)}).encode()
        for name, each in asked.items()
    }
    return {
        **{name: (body, FORM) for name, body in encoded.items()},
        "event": (json.dumps(d.event(team, message)).encode(), JSON),
        "no text": (CANARY.encode() + b"\xff\xfe", FORM),
    }


async def test_only_slack_is_listened_to_and_what_others_send_is_not_written_down(
    slack: Slack, door: Door, logged: StringIO
) -> None:
    for wrong, headers in WRONG.items():
        for body, kind in bodies(slack).values():
            answer = await door.post(body, kind, headers=headers(door.secret)(body))
            assert answer.status == 401, wrong
            assert CANARY not in answer.text
    assert CANARY not in logged.getvalue()
    assert logged.getvalue().count("request_not_signed") == len(WRONG) * len(bodies(slack))
    assert await slack.calls("views.open") == []
    assert await slack.calls("chat.postMessage") == []


async def test_nothing_else_takes_a_request_in(slack: Slack, door: Door) -> None:
    body, kind = bodies(slack)["command"]
    for path in ("/slack/install", "/slack/oauth_redirect", "/healthz", "/readyz", "/metrics", "/"):
        answer = await door.post(body, kind, path=path)
        assert answer.status in (404, 405), path
    assert await slack.calls("views.open") == []


async def test_the_same_requests_are_heard_when_slack_signs_them_and_not_written_down(
    slack: Slack, door: Door, logged: StringIO
) -> None:
    for name, (body, kind) in bodies(slack).items():
        answer = await door.post(body, kind)
        assert answer.status == (401 if name == "no text" else 200), name
    assert await slack.message("payments", CANARY)
    assert CANARY not in logged.getvalue()


@pytest.mark.parametrize("secret", ["", " ", "\t\n"])
def test_the_bot_does_not_start_with_a_blank_secret(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", secret)
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    assert any("SLACK_SIGNING_SECRET" in problem for problem in refused.value.problems)


# Signed, and yet senseless


def senseless(slack: Slack, dice: random.Random) -> tuple[bytes, str]:
    """A request that Slack's signature is on and that nobody expects."""
    team, user = slack.described["team_id"], slack.users["pm"]
    channel = slack.channels["payments"]
    nowhere = dice.choice(["x", "decisions", "decisions.", "decisions.form.x", "", "😀", "a" * 255])
    form = d.view(nowhere, metadata=dice.choice(["", "{", "[]", "null", '"x"', "{}"]), fields={"a": "b"})
    asked: dict[str, Any] = dice.choice(
        [
            d.event(team, {"type": dice.choice(["file_shared", "link_shared", "unheard_of", ""])}),
            d.event("T0NOBODY", {"type": "reaction_added", "user": user, "reaction": "x", "item": {}}),
            d.event(team, {"type": "reaction_added"}),
            d.event(team, {"type": "app_home_opened", "tab": "home"}),
            d.event(team, {"type": "message", "subtype": dice.choice(["channel_join", "x"]), "text": "hi"}),
            {"type": "event_callback", "team_id": team, "event": {"type": "user_change"}},
            {"type": "event_callback", "team_id": team, "event": dice.choice([None, [], "x", {}])},
            {"type": dice.choice(["app_rate_limited", "something", "", None]), "team_id": team},
            d.command(team, user, channel, dice.choice(["", "x"]), name=dice.choice(["/unheard", "/", ""])),
            d.command("T0NOBODY", user, channel, "title"),
            d.command(team, user, channel, "x" * dice.choice([10, 4_000])) | {"user_id": ""},
            d.press(team, user, nowhere, "1", channel=channel),
            d.press("T0NOBODY", user, "decisions.acknowledge", "1", channel=channel),
            {**d.press(team, user, nowhere, "1"), "actions": dice.choice([[], None, [{}], "x", {}])},
            d.submission(team, user, form),
            d.submission("T0NOBODY", user, form),
            d.submission(team, user, {**form, "state": dice.choice([None, {}, {"values": []}])}),
            d.interaction("view_submission", team, user),
            d.interaction("view_closed", team, user, view=form),
            d.interaction("shortcut", team, user, callback_id=nowhere),
            d.interaction("message_action", team, user, callback_id=nowhere, channel={"id": channel}),
            d.interaction("block_suggestion", team, user, action_id=nowhere, block_id="b", value="x"),
            d.interaction(
                dice.choice(["dialog_submission", "interactive_message", "unheard_of"]), team, user
            ),
            {**d.interaction("block_actions", team, user), "user": dice.choice([None, {}, "x"])},
            {**d.interaction("shortcut", team, user, callback_id="x"), "team": dice.choice([None, "x", []])},
        ]
    )
    odd: list[tuple[bytes, str]] = [
        (b"", FORM),
        (b"", JSON),
        (b"{", JSON),
        (b"[]", JSON),
        (b"17", JSON),
        (b'"x"', JSON),
        (b"null", JSON),
        (b"payload=%7B", FORM),
        (b"payload=%5B%5D", FORM),
        (b"payload=", FORM),
        (b"x=y&x=z", FORM),
        (json.dumps(asked).encode(), dice.choice(["", "text/plain", "multipart/form-data"])),
    ]
    if dice.random() < 0.2:
        return dice.choice(odd)
    if asked.get("type") == "event_callback" or asked.get("type") in ("app_rate_limited", "something"):
        return json.dumps(asked).encode(), JSON
    fields = asked if "command" in asked else {"payload": json.dumps(asked)}
    return urlencode(fields).encode(), FORM


async def _all_are_answered(slack: Slack, door: Door, count: int) -> None:
    dice = random.Random(SEED)
    for _n in range(count):
        body, kind = senseless(slack, dice)
        answer = await door.post(body, kind)
        assert answer.status == 200, (body[:400], answer)
        assert "Traceback" not in answer.text
    assert await slack.messages("payments") == []
    print(f"{count} senseless requests (seed {SEED}), all answered 200")  # noqa: T201


async def test_whatever_slack_signs_is_answered_with_200(slack: Slack, door: Door) -> None:
    await _all_are_answered(slack, door, 250)


@pytest.mark.slow
async def test_whatever_slack_signs_is_answered_with_200_ten_thousand_times(slack: Slack, door: Door) -> None:
    await _all_are_answered(slack, door, 10_000)


async def test_a_megabyte_is_answered_with_200(slack: Slack, door: Door) -> None:
    team, user, channel = slack.described["team_id"], slack.users["pm"], slack.channels["payments"]
    form = d.view("decisions.form", metadata={"channel": channel}, fields={"title": "x" * 1_000_000})
    assert (await door.send(d.submission(team, user, form))).status == 200
    event = d.event(team, {"type": "unheard_of", "text": "x" * 1_000_000})
    assert (await door.send(event)).status == 200


@pytest.mark.parametrize(
    ("name", "words"),
    [("/decision unheard", None), ("/unheard", "older version"), ("decisions.unheard", "older version")],
)
async def test_an_id_that_nobody_knows_is_answered_in_words(
    slack: Slack, door: Door, name: str, words: str | None
) -> None:
    team, user, channel = slack.described["team_id"], slack.users["pm"], slack.channels["payments"]
    if words is None:
        answer = await door.send(d.command(team, user, channel, "unheard"))
        assert answer.body == ""  # a title: the form opens
    elif name.startswith("/"):
        answer = await door.send(d.command(team, user, channel, "", name=name))
        assert words in answer.text
    else:
        await door.send(d.press(team, user, name, "1", channel=channel))
        assert words in await d.told(slack, user)


async def test_who_lets_a_body_drip_is_let_go_and_says_nothing_loud(door: Door, logged: StringIO) -> None:
    host, port = door.url.removeprefix("http://").partition("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 100\r\n\r\nx")
    assert b"408" in await asyncio.wait_for(reader.readline(), 30)
    writer.close()
    assert "Traceback" not in logged.getvalue()
