"""Sessions are set up in the team's channel, changed and ended; the channel is told."""

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Slack, words_of
from tests.rituals.problem_sessions.stories import (
    COMMAND,
    FRIDAY,
    LATE,
    MONDAY,
    NOT_YET_OVER,
    WEDNESDAY,
    asked_to_pick,
    logged,
    manage,
    of_session,
    picked,
    sessions,
    settings_page,
    thread,
    value_of,
    with_sessions,
)
from tests.rituals.stories import filled, pass_to, told

pytestmark = pytest.mark.alike


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def test_the_settings_show_what_was_chosen_and_change_it(slack: Slack, bot: App) -> None:
    await with_sessions(slack, every="2", open_for="4", ideas="shown", solution_words="Use a queue")
    pm = slack.person("pm")
    page = await settings_page(slack)
    assert "every second Monday at 10:00 Berlin" in words_of(page)
    view = await manage(slack, page, "settings")
    assert filled(view) == {
        "weekday": "0",
        "time": "10:00",
        "every": "2",
        "open_for": "4",
        "ideas": "shown",
        "solution_words": "use a queue",
    }
    await pm.submit(view, {"weekday": "3"})
    said = await slack.message("payments", "changed the problem sessions.")
    assert "Next: Thu 26 Nov 10:00 Berlin, tomorrow." in words_of(said)


async def test_sessions_end_and_can_begin_again(slack: Slack, bot: App, clock: MovableClock) -> None:
    await with_sessions(slack)
    await logged(slack)
    pm = slack.person("pm")
    page = await settings_page(slack)
    await pm.press_in(page, "problem_sessions.end", value_of(page, "problem_sessions.end"))
    await slack.message("payments", "ended the problem sessions. What was logged stays.")
    await pass_to(bot, clock, MONDAY)
    assert await asked_to_pick(slack, "pm") == []
    await sessions(slack)
    await slack.message("payments", "every Monday at 10:00 Berlin. Next: Mon 7 Dec")


async def test_a_session_stays_open_for_two_working_days(slack: Slack, bot: App, clock: MovableClock) -> None:
    await with_sessions(slack)
    card = await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, card)
    await pass_to(bot, clock, NOT_YET_OVER)
    assert await thread(slack, await of_session(slack, "Problem session ·")) == []


async def test_a_direct_message_has_no_team(slack: Slack, bot: App) -> None:
    await slack.person("pm").command("dm", COMMAND, "session")
    await told(slack, "pm", "Problem sessions belong to a team.")


async def test_what_is_picked_is_on_the_page(slack: Slack, bot: App, clock: MovableClock) -> None:
    await with_sessions(slack)
    card = await logged(slack)
    assert "Nothing is picked for it yet." in words_of(await settings_page(slack))
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, card)
    assert f"1. *P-1* {LATE}" in words_of(await settings_page(slack))
