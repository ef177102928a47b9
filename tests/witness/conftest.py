"""A Slack double that this project did not write, its page in a headless browser, and the bot as a process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.ports import free_port
from tests.witness.running import LOCAL_SLACK, QUIET, Process, bot_process, chromium, local_slack
from tests.witness.someone import Someone

PATIENCE_SECONDS = 15.0


@pytest.fixture(scope="session")
def program() -> Path:
    if not LOCAL_SLACK.exists():
        pytest.skip("the witness is not installed; tests/witness/install.sh does that")
    return LOCAL_SLACK


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a module and no longer: Playwright keeps an event loop running, which asynchronous tests cannot bear."""
    found = chromium()
    if found is None:
        pytest.skip("no Chromium; tests/witness/install.sh installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(params=["socket", "http"])
def http_port(request: pytest.FixtureRequest) -> int | None:
    """How Slack reaches the bot: Socket Mode, or signed HTTP on this port."""
    return free_port() if request.param == "http" else None


@pytest.fixture
def slack_url(program: Path, tmp_path: Path, http_port: int | None) -> Iterator[str]:
    events_url = f"http://127.0.0.1:{http_port}/slack/events" if http_port else None
    with local_slack(program, tmp_path, events_url=events_url) as url:
        yield url


@pytest.fixture
def bot(slack_url: str, tmp_path: Path, http_port: int | None) -> Iterator[Process]:
    with bot_process(slack_url, tmp_path, http_port=http_port) as process:
        yield process


@pytest.fixture
def page(browser: Browser, slack_url: str) -> Iterator[Page]:
    expect.set_options(timeout=PATIENCE_SECONDS * 1_000)
    context = browser.new_context(viewport={"width": 1_280, "height": 1_000}, timezone_id="Europe/Berlin")
    context.set_default_timeout(PATIENCE_SECONDS * 1_000)
    page = context.new_page()
    page.goto(slack_url)
    yield page
    context.close()


@pytest.fixture
def someone(page: Page, pictures: Path) -> Iterator[Someone]:
    """The product manager, in the team's channel. The last picture shows where a test failed."""
    someone = Someone(page, pictures)
    yield someone
    someone.picture("at the end")


@pytest.fixture
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    given = request.config.getoption("--screenshots")
    folder = Path(given) / request.node.name if given else tmp_path / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
