"""What was answered for a 1:1 that was then left out is there for the next one, whyever it was left out."""

from datetime import timedelta

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Json, Slack, words_of
from tests.rituals.one_on_ones.stories import (
    COMMAND,
    FRIDAY,
    MONDAY,
    WEDNESDAY,
    agenda,
    page,
    prompt,
    set_up_pair,
    settings,
)
from tests.rituals.stories import filled, home, opens, pass_to, set_up_team, settle, told

pytestmark = pytest.mark.alike

WEEK = timedelta(days=7)
WAITS = "what is on your mind?"


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def _form(slack: Slack, name: str) -> Json:
    person = slack.person(name)
    return await opens(person, person.press(await prompt(slack, name), "one_on_ones.answer"))


async def _answers(slack: Slack, name: str, **said: str) -> None:
    result = await slack.person(name).submit(await _form(slack, name), dict(said))
    assert result.errors == {}, result.errors


async def test_whether_it_was_skipped_somebody_was_away_or_it_was_missed(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    group = await set_up_pair(slack)
    lead = slack.person("techlead")
    await pass_to(bot, clock, FRIDAY)
    await _answers(slack, "techlead", answer_0="The ledger has no owner", answer_1="Kenji knows it")
    await lead.command("general", COMMAND, "skip")
    await slack.message(group, "what you answered, is kept for the next one")

    await pass_to(bot, clock, FRIDAY + WEEK)
    kept = "What you said for Mon 30 Nov is kept for this one."
    assert kept in words_of(await prompt(slack, "techlead"))
    assert kept not in words_of(await prompt(slack, "pm"))
    assert WAITS in await home(slack, "pm")
    assert WAITS not in await home(slack, "techlead")
    await _answers(slack, "pm", answer_0="The partner")
    view = await opens(lead, lead.command("general", "/partner", "away"))
    await lead.submit(view, {"first": "2026-12-07", "last": "2026-12-07"})
    await pass_to(bot, clock, MONDAY + WEEK)
    await told(slack, "pm", "No 1:1 on Mon 7 Dec")

    await pass_to(bot, clock, FRIDAY + 2 * WEEK)
    clock.set(MONDAY + 2 * WEEK + timedelta(hours=5))  # nothing ran since
    await settle(bot)
    await pass_to(bot, clock, FRIDAY + 3 * WEEK)
    view = await _form(slack, "techlead")
    assert kept in words_of(view)
    assert filled(view) == {"answer_0": "The ledger has no owner", "answer_1": "Kenji knows it"}
    assert "The partner" not in words_of(await page(lead))
    result = await lead.submit(view, {"answer_1": ""})
    assert result.errors == {}
    assert filled(await _form(slack, "techlead")) == {"answer_0": "The ledger has no owner"}

    await pass_to(bot, clock, MONDAY + 3 * WEEK)
    shown = words_of((await agenda(slack, group))["blocks"])
    assert "The one of Mon 14 Dec did not take place" in shown
    assert shown.count("The ledger has no owner") == 1
    assert "Kenji" not in shown, "it was taken back"
    assert f"<@{slack.users['pm']}>, for Mon 7 Dec\n&gt;The partner".replace("&gt;", ">") in shown

    await pass_to(bot, clock, MONDAY + 4 * WEEK)
    assert "The ledger" not in words_of(await agenda(slack, group)), "it was said in the one before"


async def test_when_days_off_leave_it_out_and_when_the_questions_are_others_by_then(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack)
    group = await set_up_pair(slack, questions="What is hard?\nWhat is hard?\nWho helps?")
    await pass_to(bot, clock, FRIDAY)
    assert "answer_2" not in str(await _form(slack, "pm")), "a question that stands there twice is asked once"
    await _answers(slack, "pm", answer_0="The partner")
    pm = slack.person("pm")
    view = await opens(pm, pm.command("payments", "/partner", "team"))
    await pm.submit(view, {"days_off": "2026-11-30 to 2026-12-06"})
    await told(slack, "pm", "Next: Mon 7 Dec")
    await _answers(slack, "techlead", answer_1="Erin")
    await slack.person("techlead").command("general", COMMAND, "skip")
    view = await settings(pm)
    assert (await pm.submit(view, {"questions": "What is easy?"})).errors == {}
    await pass_to(bot, clock, FRIDAY + 2 * WEEK)
    view = await _form(slack, "pm")
    assert filled(view) == {"answer_1": "The partner"}
    await pass_to(bot, clock, MONDAY + 2 * WEEK)
    shown = words_of(await agenda(slack, group))
    assert "What is hard?" in shown
    assert "The partner" in shown
    assert "Erin" in shown
