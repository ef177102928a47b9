"""A 👍 on a message of an idea is a vote for as long as it stands; with the button it is one vote, not two."""

import time

import pytest
from aiohttp import ClientSession

from bot.app import App
from bot.clock import MovableClock
from tests.edge import door as d
from tests.person import Json, Slack, until, words_of
from tests.rituals.problem_sessions.stories import (
    LATE,
    OVER,
    WEDNESDAY,
    add_idea,
    begun,
    page,
    thread,
)
from tests.rituals.stories import opens, pass_to, told

pytestmark = [pytest.mark.alike, pytest.mark.slow]

WEBHOOK = "Send a webhook for each failure"
RETRY = "Try again at night"
VOTE, REVEAL = "problem_sessions.vote", "problem_sessions.reveal"
THUMB, DARK_THUMB = "+1", "+1::skin-tone-5"


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


@pytest.fixture
async def shown(slack: Slack, bot: App, clock: MovableClock) -> Json:
    """The problem's message, with two ideas in its thread: one typed into the form, one taken up from a reply."""
    [shown] = await begun(slack, bot, clock, LATE)
    await add_idea(slack, "engineer", shown, WEBHOOK)
    engineer = slack.person("engineer2")
    reply = await engineer.say("payments", RETRY, thread_ts=shown["ts"])
    await engineer.submit(
        await opens(engineer, engineer.shortcut("problem_sessions.add_idea_message", reply))
    )
    return await slack.message("payments", "2 ideas so far")


async def revealed(slack: Slack, shown: Json) -> tuple[Json, Json, Json]:
    """The message of the typed idea, the reply, and the message of the idea it was made into."""
    await slack.person("pm").press(shown, REVEAL)
    await slack.message("payments", f"{RETRY} — ")
    reply, typed, taken_up = await thread(slack, shown)
    return typed, reply, taken_up


async def votes(slack: Slack, shown: Json, n: int) -> None:
    """As soon as the idea of this message has so many votes."""

    async def look() -> bool | None:
        now = [m for m in await slack.messages("payments") if m["ts"] == shown["ts"]]
        return f"Vote ({n})" in words_of(now) or None

    await until(look)


async def test_a_thumb_is_a_vote_as_long_as_it_stands(slack: Slack, bot: App, shown: Json) -> None:
    typed, reply, taken_up = await revealed(slack, shown)
    pm = slack.person("pm")
    await pm.react(typed, THUMB)
    await votes(slack, typed, 1)
    await slack.message("payments", f"Most wanted: {WEBHOOK} (1)")
    await pm.react(typed, DARK_THUMB)
    await pm.take_back(typed, THUMB)
    await slack.person("guest").react(typed, "tada")
    await slack.person("engineer3").react(typed, DARK_THUMB)
    await votes(slack, typed, 2)
    await pm.take_back(typed, DARK_THUMB)
    await votes(slack, typed, 1)

    await pm.react(reply, THUMB)
    await votes(slack, taken_up, 1)
    await pm.react(taken_up, THUMB)
    await slack.person("techlead").react(taken_up, THUMB)
    await votes(slack, taken_up, 2)
    assert f"(2) {RETRY}" in await page(pm)


async def test_the_button_and_a_thumb_are_one_vote(slack: Slack, bot: App, shown: Json) -> None:
    typed, _reply, _taken_up = await revealed(slack, shown)
    pm, other = slack.person("pm"), slack.person("engineer3")
    await pm.press(typed, VOTE)
    await pm.react(typed, THUMB)
    await other.react(typed, THUMB)
    await votes(slack, typed, 2)
    await pm.press(typed, VOTE)
    await told(slack, "pm", "Your 👍 on this idea is your vote.")
    await pm.take_back(typed, THUMB)
    await other.take_back(typed, THUMB)
    await votes(slack, typed, 1)
    await pm.press(typed, VOTE)
    await votes(slack, typed, 0)


async def test_before_all_ideas_are_shown_nobody_votes(
    slack: Slack, bot: App, clock: MovableClock, shown: Json
) -> None:
    [reply] = await thread(slack, shown)
    await slack.person("pm").react(reply, THUMB)
    await told(slack, "pm", "That 👍 is no vote yet: nobody votes before all ideas are shown.")
    _typed, _reply, taken_up = await revealed(slack, shown)
    await votes(slack, taken_up, 0)
    await pass_to(bot, clock, OVER)
    await slack.person("techlead").react(reply, THUMB)
    await votes(slack, taken_up, 1)


async def test_what_slack_tells_late_twice_or_out_of_order_counts_once(
    slack: Slack, bot: App, shown: Json
) -> None:
    typed, _reply, taken_up = await revealed(slack, shown)
    team, item = slack.described["team_id"], {"type": "message", "channel": typed["channel"]}

    def told_of(kind: str, of: Json, user: str, at: int) -> Json:
        inner = {
            "type": f"reaction_{kind}",
            "user": slack.users[user],
            "reaction": THUMB,
            "item": {**item, "ts": of["ts"]},
            "event_ts": f"17{at:08}.000100",
        }
        return d.event(team, inner, event_time=int(time.time()) - 23 * 3600)

    added = told_of("added", typed, "pm", 1)
    async with ClientSession() as http:
        door = d.Door(slack, http)
        for event in (
            added,
            added,
            told_of("removed", taken_up, "pm", 5),
            told_of("added", taken_up, "pm", 4),
            told_of("added", typed, "engineer3", 2),
            told_of("removed", typed, "engineer3", 3),
            told_of("added", typed, "engineer3", 2),
            told_of("added", typed, "techlead", 6),
        ):
            assert (await door.send(event)).status == 200
    await votes(slack, typed, 2)
    await votes(slack, taken_up, 0)


async def test_a_thumb_elsewhere_is_no_vote(slack: Slack, bot: App, shown: Json) -> None:
    typed, _reply, _taken_up = await revealed(slack, shown)
    pm = slack.person("pm")
    said = await pm.say("payments", "We had this in March", thread_ts=shown["ts"])
    for message in (said, shown, await pm.say("general", "Lunch?")):
        await pm.react(message, THUMB)
    await slack.person("engineer3").react(typed, THUMB)
    await votes(slack, typed, 1)
    assert f"(0) {RETRY}" in await page(pm)
