"""A team moves from a private channel to one that others read: what was logged in the first stays there."""

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Slack, words_of
from tests.rituals.problem_sessions.stories import (
    COMMAND,
    FRIDAY,
    MONDAY,
    WEDNESDAY,
    asked_to_pick,
    form,
    logged,
    picked,
    problem_id,
    sessions,
    settings_page,
)
from tests.rituals.stories import home, opens, pass_to, set_up_team, shows

pytestmark = pytest.mark.alike

SECRET = "We lose the numbers of this quarter"
ALIKE = "The numbers of this quarter are lost"


@pytest.fixture(autouse=True)
async def _leads(slack: Slack, bot: App, clock: MovableClock) -> None:
    """A team in a private channel, with sessions."""
    clock.set(WEDNESDAY)
    await set_up_team(slack, channel="leads", members=[])
    await sessions(slack, channel="leads")


async def _move(slack: Slack) -> None:
    pm = slack.person("pm")
    view = await shows(pm, await opens(pm, pm.command("leads", "/partner", "team")), "Payments")
    result = await pm.submit(view, {"channel": slack.channels["payments"]})
    assert result.errors == {}, result.errors


async def test_who_logs_in_the_new_channel_is_shown_nothing_of_the_old_one(slack: Slack) -> None:
    await logged(slack, SECRET, channel="leads")
    await _move(slack)
    engineer = slack.person("engineer")
    asked = await engineer.submit(await form(engineer, ALIKE))
    assert SECRET not in words_of(asked.body)
    await slack.message("payments", ALIKE)
    assert SECRET in (await slack.person("techlead").command("payments", COMMAND, "list")).text


async def test_what_was_picked_before_the_move_is_not_talked_about_after_it(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    secret = await logged(slack, SECRET, channel="leads")
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, secret)
    await _move(slack)
    assert SECRET not in words_of(await settings_page(slack, "engineer"))
    assert "Which problems shall the session" in await home(slack, "pm")
    await pass_to(bot, clock, MONDAY)
    await slack.message("payments", "no problem was picked for it.")
    assert SECRET not in words_of(await slack.messages("payments"))


async def test_only_what_the_new_channel_reads_is_suggested_and_picked(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await logged(slack, SECRET, channel="leads")
    await _move(slack)
    late = await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    [asked] = await asked_to_pick(slack, "pm")
    assert SECRET not in words_of(asked)
    pm = slack.person("pm")
    view = await opens(pm, pm.press(asked, "problem_sessions.pick"))
    assert SECRET not in words_of(view)
    await picked(slack, late)
    await pass_to(bot, clock, MONDAY)
    await slack.message("payments", "1. *P-2*")
    assert SECRET not in words_of(await slack.messages("payments"))


async def test_a_form_that_was_opened_before_the_move_picks_nothing_of_the_old_channel(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    secret = await logged(slack, SECRET, channel="leads")
    await pass_to(bot, clock, FRIDAY)
    pm = slack.person("pm")
    [asked] = await asked_to_pick(slack, "pm")
    view = await opens(pm, pm.press(asked, "problem_sessions.pick"))
    await _move(slack)
    refused = await pm.submit(view, {"first": problem_id(secret)})
    assert "That is not there any more" in str(refused.errors)
