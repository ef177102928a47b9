"""`python -m tests.witness.side_by_side`: the local Slack beside the witness, both with the sampler, row by row.

Each cell of the table that it prints is what came of doing it on that page. It ends with 1 when a row does not work on
the local Slack's. Words after the command choose rows: those whose names hold one of them.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.sampler import MANIFEST
from tests.witness.rows import CHANNEL, ROWS, Row
from tests.witness.running import (
    APP_TOKEN,
    BOT_TOKEN,
    LOCAL_SLACK,
    PEOPLE,
    QUIET,
    chromium,
    local_slack,
    running,
)
from tests.witness.windows import Ours, Theirs, Window

PATIENCE_MS = 10_000
SEED = {
    "app_token": APP_TOKEN,
    "workspaces": [
        {
            "name": "Acme",
            "bot_token": BOT_TOKEN,
            "users": [
                {"id": user_id, "name": name.split()[0].lower(), "real_name": name, "tz": "Europe/Berlin"}
                for user_id, name in PEOPLE.items()
            ],
            "channels": [{"id": CHANNEL, "name": "payments", "members": "all"}],
        }
    ],
}


@dataclass(frozen=True)
class Cell:
    """What came of a row on a page: `word` says how it works, or what happens in its place."""

    works: bool
    word: str

    def __str__(self) -> str:
        if self.works:
            return f"works, {self.word}" if self.word else "works"
        return self.word if self.word.startswith("no") else f"no: {self.word}"


def tried(row: Row, window: Window) -> Cell:
    window.begin()
    try:
        return Cell(works=True, word=row(window) or "")
    except (AssertionError, Error) as wrong:
        return Cell(works=False, word=_short(str(wrong)))


def _short(words: str) -> str:
    said = " ".join(words.split("Call log:", maxsplit=1)[0].split()).replace("|", "\\|")
    return said if len(said) <= 120 else f"{said[:119]}…"


@contextmanager
def our_slack(folder: Path) -> Iterator[str]:
    for name, content in (("seed", SEED), ("manifest", MANIFEST)):
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    given = ["--seed", str(folder / "seed.json"), "--manifest", str(folder / "manifest.json"), "--json"]
    with running([sys.executable, "-m", "bot.playground", *given], {}, folder / "slack.log") as process:
        process.wait_until(lambda: process.said().endswith("\n"))
        yield json.loads(process.said())["url"]


@contextmanager
def sampler(slack_url: str, output: Path) -> Iterator[None]:
    environment = {
        "SLACK_API_URL": f"{slack_url}/api/",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
    }
    with running([sys.executable, "-m", "tests.sampler"], environment, output) as process:
        process.wait_until(lambda: "ready" in process.said())
        yield


@contextmanager
def windows(browser: Browser, folder: Path) -> Iterator[tuple[Ours, Theirs]]:
    with (
        our_slack(folder) as ours,
        local_slack(LOCAL_SLACK, folder, events_url=None) as theirs,
        sampler(ours, folder / "sampler.log"),
        sampler(theirs, folder / "sampler-of-theirs.log"),
    ):
        yield Ours(_page(browser), ours), Theirs(_page(browser), theirs)


def _page(browser: Browser) -> Page:
    context = browser.new_context(viewport={"width": 1_400, "height": 1_000}, timezone_id="Europe/Berlin")
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def compare(rows: dict[str, Row]) -> Iterator[tuple[str, Cell, Cell]]:
    expect.set_options(timeout=PATIENCE_MS)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        with windows(browser, Path(folder)) as both:
            for name, row in rows.items():
                ours, theirs = (tried(row, window) for window in both)
                yield name, ours, theirs
        browser.close()


def main() -> int:
    if not (LOCAL_SLACK.exists() and chromium()):
        sys.exit("the witness is not installed; tests/witness/install.sh does that")
    wanted = {name: row for name, row in ROWS.items() if any(word in name for word in sys.argv[1:] or [""])}
    began, works = time.monotonic(), [0, 0]
    _say("| row | ours | local-slack-linux-x64@0.1.8 |\n| --- | --- | --- |")
    for name, ours, theirs in compare(wanted):
        works = [works[0] + ours.works, works[1] + theirs.works]
        _say(f"| {name} | {'' if ours.works else '**behind**: '}{ours} | {theirs} |")
    _say(f"\nOf {len(wanted)} rows, ours works in {works[0]}, theirs in {works[1]}.")
    _say(f"{time.monotonic() - began:.0f} seconds.")
    return 0 if works[0] == len(wanted) else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
