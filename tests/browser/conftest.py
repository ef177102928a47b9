"""The local Slack's page in a headless Chromium, with an app at its other end that has one of everything."""

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Route, expect

from tests.browser.person import Person
from tests.browser.running import LocalSlack, local_slack, sampler
from tests.witness.conftest import browser

__all__ = ["browser"]

PATIENCE_SECONDS = 8.0
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="
)

Sit = Callable[..., Person]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSlack]:
    with local_slack(tmp_path_factory.mktemp("local-slack")) as slack, sampler(slack):
        yield slack


@pytest.fixture
def slack(running: LocalSlack) -> LocalSlack:
    """As on the first day."""
    running.post("reset")
    running.post("settings", ack_seconds=3.0)
    return running


@pytest.fixture
def open_context(browser: Browser, slack: LocalSlack) -> Iterator[Callable[..., BrowserContext]]:
    """Browsers of their own, as two people have; what goes wrong on any of their pages fails the test."""
    expect.set_options(timeout=PATIENCE_SECONDS * 1_000)
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not _is_a_refusal(message):
            wrong.append(f"{message.text} ({message.location.get('url')})")

    def opened(**wanted: Any) -> BrowserContext:
        look = {
            "viewport": {"width": 1_280, "height": 900},
            "locale": "en-GB",
            "timezone_id": "Europe/Berlin",
        }
        context = browser.new_context(**{**look, **wanted})
        context.set_default_timeout(PATIENCE_SECONDS * 1_000)
        context.on("console", listen)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        context.route(re.compile("^https:"), _picture)
        contexts.append(context)
        return context

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def _is_a_refusal(message: ConsoleMessage) -> bool:
    """The browser notes every answer that is not OK; that the control API says no is part of many tests."""
    return (
        "/_control/" in message.location.get("url", "")
        and "the server responded with a status of 40" in message.text
    )


def _picture(route: Route) -> None:
    """Nothing is asked of the network: each picture is one dot."""
    route.fulfill(body=DOT, content_type="image/png")


@pytest.fixture
def sit(open_context: Callable[..., BrowserContext], slack: LocalSlack) -> Sit:
    """`sit("pm")`: that person in front of a window of their own, in #payments unless told otherwise."""

    def down(user: str = "pm", place: str | None = None, **look: Any) -> Person:
        person = Person(open_context(**look).new_page(), slack, user)
        person.go_to(place or slack.channel("payments"))
        return person

    return down


@pytest.fixture
def pm(sit: Sit, request: pytest.FixtureRequest) -> Iterator[Person]:
    """The product manager in #payments; where pictures are kept, the last thing they see."""
    person = sit("pm")
    yield person
    if folder := request.config.getoption("--screenshots"):
        picture = Path(folder) / f"{request.node.name}.png"
        person.page.screenshot(path=picture, animations="disabled")
