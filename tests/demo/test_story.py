"""What a new demo shows: six weeks of a team, told by doing what its people did."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.demo.folder import Folder
from bot.demo.player import Player
from bot.demo.playing import playing
from bot.demo.story import STORY
from tests.person import Json, Slack, words_of
from tests.rituals.stories import card, home, opens, told

NOW = datetime(2026, 3, 30, 8, tzinfo=UTC)
"""A Monday morning, the day after Berlin's clocks changed."""


@pytest.mark.slow
async def test_the_story_stands(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    async with (
        playing(Folder(tmp_path), port=0, starts_at=STORY[0].at(now)) as demo,
        ClientSession() as http,
    ):
        await Player(http, demo.slack, demo.app, end=now).play(STORY)
        slack = Slack(http, demo.slack.url, demo.slack.described(), demo.slack)
        assert demo.app.clock.ahead == timedelta(), "its clock goes as every clock does"
        assert (await slack.state())["ephemerals"] == [], "nobody was refused anything"
        await _decisions_of_every_kind(slack)
        await _told_over_six_weeks(slack, now)
        await _search_and_home_have_something_to_show(slack)
        await _met_and_will_meet(slack)
        await _talked_about_problems(slack)
        await _what_comes_next_are_the_questions(slack)


async def _decisions_of_every_kind(slack: Slack) -> None:
    cards = [message for message in await slack.messages("payments") if message["text"].startswith("D-")]
    kinds = Counter(_status(message) for message in cards)
    assert kinds == {"accepted": 6, "proposed": 1, "superseded": 1, "reversed": 1, "withdrawn": 1}
    assert "superseded by D-7" in words_of(await card(slack, "D-2"))
    assert "disagrees and commits" in words_of(await card(slack, "D-4"))
    due = await slack.person("pm").command("payments", "/decision", "list due")
    assert "D-6" in due.text
    assert "D-4" not in due.text, "that day is still to come"


def _status(shown: Json) -> str:
    """Of the line that begins with it: `accepted · 15 Feb 2026 · …`."""
    if " was withdrawn by " in shown["text"]:
        return "withdrawn"
    facts = next(line for line in str(shown["text"]).splitlines() if " · decided by " in line)
    return facts.split(" · ")[0]


async def _told_over_six_weeks(slack: Slack, now: datetime) -> None:
    messages = await slack.messages("payments")
    said = [datetime.fromtimestamp(float(message["ts"]), UTC) for message in messages]
    assert now - timedelta(weeks=7) < said[0] < now - timedelta(weeks=5, days=6)
    assert now - timedelta(days=4) < said[-1] < now
    assert said == sorted(said)
    [refunds] = [message for message in messages if message.get("files")]
    assert await slack.file(refunds["files"][0]["id"])
    asked = next(message for message in messages if "The yen has no minor unit" in message["text"])
    answer = next(message for message in messages if "`currency_digits`" in message["text"])
    assert asked["thread_ts"] == answer["thread_ts"]
    assert asked["ts"] < answer["ts"], "nobody answers before they are asked"


async def _search_and_home_have_something_to_show(slack: Slack) -> None:
    found = await slack.person("engineer").command("payments", "/decision", "why polling")
    assert "Use webhooks instead of polling" in found.text
    wins = await slack.person("engineer").command("payments", "/partner", "wins")
    assert all(name in wins.text for name in ("W-1", "W-2", "W-3"))
    assert "asks about *D-10*" in await home(slack, "techlead")
    assert "Do you know this one? *D-10*" in await home(slack, "engineer2")


async def _met_and_will_meet(slack: Slack) -> None:
    pm = slack.person("pm")
    view = words_of(await opens(pm, pm.command("payments", "/one-on-one")))
    assert "The partner wants a date" in view, "it was left over"
    assert "Kenji wants to lead" in view, "it came since"
    assert "Next: " in view
    assert "Tell the partner that there is no date yet" in view, "it was promised"
    history = await opens(pm, pm.command("payments", "/one-on-one", "history"))
    [met] = [block for block in history["blocks"] if block.get("accessory")]
    said = words_of(await opens(pm, pm.press_in(history, met["accessory"]["action_id"])))
    for words in ("Only Erin knows the ledger", "I promised the partner a date", "Kenji and Ana pair"):
        assert words in said


async def _talked_about_problems(slack: Slack) -> None:
    [session] = [m for m in await slack.messages("payments") if m["text"].startswith("Problem session ·")]
    assert "It is over." in session["text"]
    listed = (await slack.person("engineer").command("payments", "/problem", "list")).text
    assert all(name in listed for name in ("P-1", "P-2", "P-3", "P-4"))
    page = words_of(
        await opens(slack.person("pm"), slack.person("pm").command("payments", "/problem", "show P-1"))
    )
    assert "(2) Show “not paid yet”" in page
    assert "explore" in page


async def _what_comes_next_are_the_questions(slack: Slack) -> None:
    """Which is what somebody sees who moves the page's clock to what is due next."""
    moved = await slack.post("clock", {"to": "next"})
    assert "now" in moved
    await told(slack, "techlead", "2 things are on your list")


def test_nobody_in_it_works_at_the_weekend_or_after_its_end() -> None:
    for days in range(14):
        end = NOW + timedelta(days=days)
        times = sorted(scene.at(end) for scene in STORY)
        assert times[0] == STORY[0].at(end)
        assert all(time.weekday() < 5 for time in times)
        assert end - timedelta(days=4) < times[-1] < end, "it ends just before"
