"""The local Slack's page: what it weighs, when one can type, and whether a long conversation scrolls without a hitch."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from playwright.async_api import Browser, Page, async_playwright

from bot.playground.server import LocalSlack
from tests.witness.running import chromium

MESSAGES, QUICK_MESSAGES = 5_000, 300
LONG_TASK_MILLISECONDS = 50  # https://www.w3.org/TR/longtasks-1/
STEP_PIXELS = 600
IN_FLIGHT = 8


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks page", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short conversation: does it run?")
    quick = parser.parse_args(arguments).quick
    asyncio.run(measure(QUICK_MESSAGES if quick else MESSAGES))


async def measure(messages: int) -> None:
    found = chromium()
    if found is None:
        sys.exit("There is no Chromium to measure with.")
    async with LocalSlack() as slack, async_playwright() as playwright:
        await _talk(slack, messages)
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        await _open(page, slack)
        tasks = await _scroll(browser, page, messages)
        await browser.close()
    long = [task for task in tasks if task > LONG_TASK_MILLISECONDS]
    say = sys.stdout.write
    say(f"{messages} messages scrolled to the first one: the longest task took {max(tasks):.0f} ms, ")
    say(f"{len(long)} of {len(tasks)} over {LONG_TASK_MILLISECONDS} ms\n")


async def _talk(slack: LocalSlack, messages: int) -> None:
    """Fills #payments, as people would."""
    people = ("pm", "techlead", "engineer", "engineer2")
    gate = asyncio.Semaphore(IN_FLIGHT)
    async with ClientSession() as http:

        async def say(number: int) -> None:
            text = f"Message {number}: *words* about `retries`, :tada: and <https://example.com|a link>. " * (
                1 + number % 3
            )
            url = f"{slack.url}/_control/as/{people[number % len(people)]}/message"
            async with gate, http.post(url, json={"channel": "payments", "text": text}) as answer:
                answer.raise_for_status()

        await asyncio.gather(*map(say, range(messages)))


async def _open(page: Page, slack: LocalSlack) -> None:
    channel = slack.described()["channels"]["payments"]
    person = slack.described()["users"]["pm"]
    await page.goto(f"{slack.url}/#/{person}/{channel}")
    await page.get_by_label("Message payments").wait_for()
    figures = await page.evaluate(
        """() => {
            const all = performance.getEntriesByType("resource").filter(({ name }) => !name.includes("/_control/"));
            const own = all.filter(({ name }) => !name.includes("/vendor/"));
            const bytes = (entries) => entries.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
            return { all: bytes(all), own: bytes(own), files: all.length, ready: performance.now() };
        }"""
    )
    sys.stdout.write(
        f"weight: {figures['all'] / 1024:.0f} kB uncompressed in {figures['files']} files, of it {figures['own'] / 1024:.0f} kB own; "
        f"one can type after {figures['ready']:.0f} ms\n"
    )


async def _scroll(browser: Browser, page: Page, messages: int) -> list[float]:
    """Milliseconds of each task of the page's main thread while a person scrolls up to the very first message."""
    await page.locator("article").last.hover()
    with tempfile.TemporaryDirectory(prefix="common-ground-bench-") as folder:
        trace = Path(folder) / "trace.json"
        await browser.start_tracing(
            page=page, path=trace, categories=["devtools.timeline", "toplevel", "__metadata"]
        )
        first = page.get_by_text("Message 0:")
        for _ in range(messages):
            await page.mouse.wheel(0, -STEP_PIXELS)
            await page.wait_for_timeout(16)
            if await first.count():
                break
        await browser.stop_tracing()
        return _tasks(json.loads(trace.read_text(encoding="utf-8"))["traceEvents"])


def _tasks(events: list[dict[str, Any]]) -> list[float]:
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return [
        event["dur"] / 1000
        for event in events
        if event["name"].endswith("RunTask") and "dur" in event and (event["pid"], event["tid"]) in mains
    ]
