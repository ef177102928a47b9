"""Logs say what happened and to whom, and never a secret."""

import io
import json
import logging
from typing import Any

import pytest
import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import log

SECRETS = [
    "xoxb-1234-5678-abcDEF",
    "xoxe.xoxb-1-MS0xLWFiYw",
    "xapp-1-A0B-99-abcdef",
    "https://hooks.slack.com/commands/T1/2/abcdef",
    "wss://slack.com/link/?ticket=f00-ba5",
    "Authorization: Bearer some.jwt-token",
    "{'authorization': 'Basic c29tZTpib2R5'}",
    "postgresql://bot:pa55word@db/common",
    "ada@example.com",
]
PARTS = ["1234-5678", "MS0xLWFiYw", "abcdef", "f00-ba5", "some.jwt-token", "c29tZTpib2R5", "pa55word", "ada@"]


@pytest.fixture
def output(logging_as_it_was: None) -> io.StringIO:
    stream = io.StringIO()
    log.set_up(format_="json", stream=stream)
    return stream


def lines(output: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("format_", ["json", "console"])
def test_a_secret_is_hidden_wherever_it_stands(output: io.StringIO, format_: Any, secret: str) -> None:
    log.set_up(format_=format_, stream=output)
    structlog.get_logger().info(f"event {secret}", fact=secret, deep={"list": [secret]})
    logging.getLogger("some.library").warning("said %s", secret, extra={"headers": {"Authorization": secret}})
    structlog.get_logger().error("failed", exc_info=RuntimeError(f"broke on {secret}"))
    text = output.getvalue()
    assert "failed" in text
    assert "broke on" in text
    assert not [part for part in PARTS if part in text]


def test_what_is_no_secret_stays(output: io.StringIO) -> None:
    structlog.get_logger().info(
        "sent", to="https://slack.com/api/chat.postMessage", text="basic research, bearer of news, xo"
    )
    assert lines(output)[0]["to"] == "https://slack.com/api/chat.postMessage"
    assert lines(output)[0]["text"] == "basic research, bearer of news, xo"


def test_every_record_says_whom_it_is_about(output: io.StringIO) -> None:
    with log.about(workspace=1, team=2, user="U3", ritual="decisions"):
        structlog.get_logger().info("logged")
        logging.getLogger("some.library").warning("slow")
    structlog.get_logger().info("done")
    first, second, third = lines(output)
    for record in (first, second):
        assert {"workspace": 1, "team": 2, "user": "U3", "ritual": "decisions"}.items() <= record.items()
    assert "workspace" not in third


def test_slack_libraries_do_not_log_what_people_wrote_even_at_debug(output: io.StringIO) -> None:
    log.set_up(level="DEBUG", format_="json", stream=output)
    logging.getLogger("slack_bolt.AsyncApp").debug("body: salary talk")
    logging.getLogger("slack_sdk.web.async_client").info("body: salary talk")
    structlog.get_logger().debug("ours")
    assert [record["message"] for record in lines(output)] == ["ours"]


def test_bolt_says_nothing_of_the_token_it_is_not_to_use_and_still_warns_of_the_rest(
    output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-read-by-bolt-itself")
    AsyncApp(client=AsyncWebClient(), authorize=_nobody, signing_secret="none")
    logging.getLogger("slack_bolt.AsyncApp").warning("something else")
    assert [line["message"] for line in lines(output)] == ["something else"]


async def _nobody(enterprise_id: str, team_id: str, user_id: str) -> Any:
    return None
