"""A week of the 1:1: set up, asked, met, closed; and what is carried into the next."""

from datetime import timedelta

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Slack, words_of
from tests.rituals.one_on_ones.stories import COMMAND, FRIDAY, MONDAY, WEDNESDAY, agenda, prompt, set_up_pair
from tests.rituals.stories import dm_of, opens, pass_to, settle


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def test_both_are_asked_the_working_day_before_and_meet_on_monday(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    group = await set_up_pair(slack)
    [said] = await slack.messages(group)
    assert "every Monday at 10:00 Berlin. Next: Mon 30 Nov 10:00 Berlin, in 5 days." in words_of(said)

    pm, lead = slack.person("pm"), slack.person("techlead")
    answered = await pm.command("general", COMMAND, "add The partner wants a date")
    assert "On the list for your 1:1" in answered.text

    await pass_to(bot, clock, FRIDAY)
    for name in ("pm", "techlead"):
        [asked] = await dm_of(slack, name)
        assert "Is there anything you wish I understood better?" in words_of(asked)
    asked = await prompt(slack, "techlead")
    view = await opens(lead, lead.press(asked, "one_on_ones.answer"))
    await lead.submit(view, {"answer_0": "The ledger has no owner"})
    assert "ledger" not in str(await slack.messages(group))

    await pass_to(bot, clock, MONDAY)
    shown = words_of(await agenda(slack, group))
    assert "The partner wants a date" in shown
    assert "The ledger has no owner" in shown


async def test_after_a_downtime_the_questions_still_come_as_long_as_they_have_not_met(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_pair(slack)
    clock.set(MONDAY - timedelta(hours=1))
    await settle(bot)
    assert len(await dm_of(slack, "pm")) == 1
    clock.set(MONDAY + timedelta(minutes=5))
    await settle(bot)
    clock.set(MONDAY + timedelta(days=8))  # the next one's questions and its meeting are over too
    await settle(bot)
    assert len(await dm_of(slack, "pm")) == 1
