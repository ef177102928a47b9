"""The bot lives by the local Slack's clock: whoever moves it on sees what is due then."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.demo.folder import Folder
from bot.demo.playing import Playing, playing
from tests.person import Slack, until
from tests.rituals.stories import card, saved


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Playing]:
    async with playing(Folder(tmp_path), port=0) as demo:
        yield demo


@pytest.fixture
async def people(demo: Playing) -> AsyncIterator[Slack]:
    async with ClientSession() as http:
        yield Slack(http, demo.slack.url, demo.slack.described(), demo.slack)


async def test_what_is_due_when_the_clock_was_moved_goes_out_at_once(demo: Playing, people: Slack) -> None:
    assert await people.post("clock", {"to": "next"}) == {"error": "nothing is due"}
    await people.fault("chat.postMessage", "http", 503)
    await saved(people, "Use webhooks")
    moved = datetime.fromisoformat(await until(lambda: _moved_to_what_is_next(people)))
    assert moved > datetime.now(UTC) + timedelta(seconds=15), "it looks for it after twenty seconds"
    await until(
        lambda: _moved_to_what_is_next(people)
    )  # and sends it again when Slack cannot take the first any more
    shown = await card(people, "Use webhooks")
    assert float(shown["ts"]) >= moved.timestamp()
    assert demo.app.clock.ahead == demo.slack.state.clock.ahead > timedelta(seconds=15)


async def _moved_to_what_is_next(people: Slack) -> str | None:
    """None as long as nothing is put off."""
    now: str | None = (await people.post("clock", {"to": "next"})).get("now")
    return now


async def test_a_day_in_the_past_is_a_day_in_the_past_for_the_bot_too(people: Slack) -> None:
    await people.post("clock", {"now": "2026-02-10T09:00:00+00:00"})
    await saved(people, "Use webhooks")
    assert "10 Feb 2026" in (await card(people, "Use webhooks"))["text"]


async def test_a_reset_puts_the_bots_clock_back(demo: Playing, people: Slack) -> None:
    await people.post("clock", {"advance": 86_400})
    assert demo.app.clock.ahead == timedelta(days=1)
    await people.post("reset")
    assert demo.app.clock.ahead == timedelta()
    assert abs(demo.app.clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
