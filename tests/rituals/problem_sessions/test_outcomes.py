"""What comes of a problem: said on its message, changed as often as needed; and weeks later whether it helped."""

from datetime import timedelta

import pytest

from bot.app import App, forget_old
from bot.clock import MovableClock
from bot.records.offers import LOG_DECISION_ABOUT
from tests.person import Json, Slack, until, words_of
from tests.rituals.problem_sessions.stories import (
    COMMAND,
    LATE,
    OVER,
    WEDNESDAY,
    WEEKS_LATER,
    add_idea,
    begun,
    choose,
    of_session,
    page,
    picked,
    problem_id,
    reveal,
    say_outcome,
    value_of,
)
from tests.rituals.stories import dm_of, filled, home, labels, opens, pass_to, told

pytestmark = [pytest.mark.alike, pytest.mark.slow]

WEBHOOK = "Send a webhook for each failure"
SLOW = "The ledger takes a minute to open"


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def test_what_is_decided_leads_to_the_decision_log(slack: Slack, bot: App, clock: MovableClock) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    await add_idea(slack, "engineer", shown, WEBHOOK)
    await edit(slack, happens="Partners call us")
    await reveal(slack)
    await say_outcome(slack, shown, "decided")
    await slack.message("payments", "Outcome: decided, says")
    offered = await _offered(slack)
    assert offered["title"] == WEBHOOK
    assert offered["context"] == f"{WEBHOOK}\n\nP-1 {LATE}\nPartners call us"


async def _offered(slack: Slack) -> Json:
    """What the form of a decision begins with, as the offer in the problem's thread opens it."""
    pm, offer = slack.person("pm"), await slack.message("payments", "P-1 is decided.")
    return filled(await opens(pm, pm.press(offer, LOG_DECISION_ABOUT)))


async def test_a_decision_gives_no_idea_away_before_the_reveal(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    await add_idea(slack, "engineer", shown, WEBHOOK)
    await say_outcome(slack, shown, "decided")
    offered = await _offered(slack)
    assert offered["title"] == LATE
    assert WEBHOOK not in str([offered, await slack.messages("payments")])
    await reveal(slack, by="engineer")
    await slack.message("payments", f"{WEBHOOK} — <@{slack.users['engineer']}>")
    assert await until(lambda: _begins_with(slack, WEBHOOK))


async def _begins_with(slack: Slack, title: str) -> bool:
    offer = await slack.message("payments", "P-1 is decided.")
    return title in value_of(offer, LOG_DECISION_ABOUT)


async def edit(slack: Slack, **fields: str) -> None:
    pm = slack.person("pm")
    view = await choose(pm, await slack.message("payments", "*P-1* · open"), "edit")
    await pm.press_in(view, "problem_sessions.more_fields")
    await pm.submit(await pm.view(view), fields)


async def test_an_outcome_can_be_changed_and_is_on_the_card(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    await say_outcome(slack, shown, "parked")
    await slack.message("payments", "*P-1* · parked")
    await say_outcome(slack, shown, "solved", by="techlead")
    await slack.message("payments", "*P-1* · solved")
    listed = await slack.person("pm").command("payments", COMMAND, "list solved")
    assert LATE in listed.text


async def test_what_is_not_decided_after_all_offers_no_decision_any_more(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    await say_outcome(slack, shown, "decided")
    await slack.message("payments", "P-1 is decided.")
    await say_outcome(slack, shown, "parked")
    offer = await slack.message("payments", "P-1 is not decided after all. Outcome: parked, says")
    assert labels(offer) == []
    await say_outcome(slack, shown, "decided")
    assert labels(await slack.message("payments", "P-1 is decided.")) == ["Log the decision"]


async def test_what_is_withdrawn_after_its_session_takes_no_idea_there_any_more(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    await edit(slack, happens="Something that nobody was to know")
    await say_outcome(slack, shown, "decided")
    await pass_to(bot, clock, OVER)
    pm = slack.person("pm")
    card = await slack.message("payments", "*P-1* · decided")
    await pm.submit(await choose(pm, card, "withdraw"), {"reason": "a mistake"})
    await pass_to(bot, clock, OVER + timedelta(minutes=1))
    said = [m for m in await slack.messages("payments") if words_of(m).startswith("P-1 was withdrawn.")]
    assert len(said) == 2, "in the session, and in its thread"
    channel = str(await slack.messages("payments"))
    assert "Something that nobody was to know" not in channel
    assert LATE not in channel, "nor in the headline and the summary"


async def test_what_is_seen_again_after_it_was_solved_is_open_again(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    await say_outcome(slack, shown, "solved")
    card = await slack.message("payments", "*P-1* · solved")
    engineer = slack.person("engineer")
    await engineer.submit(await opens(engineer, engineer.press(card, "problem_sessions.seen_again")))
    await slack.message("payments", "*P-1* · open")
    assert problem_id(card)


async def test_only_who_runs_the_team_closes_a_session_before_its_time(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await begun(slack, bot, clock, LATE)
    headline = await slack.message("payments", "Problem session ·")
    await slack.person("engineer").press(headline, "problem_sessions.close")
    await told(slack, "engineer", "The PM and the tech lead pick the problems and close the session.")
    await slack.person("techlead").press(headline, "problem_sessions.close")
    headline = await slack.message("payments", "It is over.")
    assert labels(headline) == []
    await slack.message("payments", "stays open · no idea")


async def test_the_latest_session_has_the_last_word(slack: Slack, bot: App, clock: MovableClock) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    card = await slack.message("payments", "*P-1* · open")
    await pass_to(bot, clock, OVER.replace(day=4))
    await picked(slack, card)
    await pass_to(bot, clock, OVER.replace(day=7))
    again = await of_session(slack, f"1. {LATE}")
    await say_outcome(slack, shown, "solved")
    await told(slack, "pm", "P-1 came up again since.")
    await say_outcome(slack, again, "solved")
    await slack.message("payments", "*P-1* · solved")


async def test_nobody_is_asked_about_what_was_parked_or_came_to_nothing(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    first, _second = await begun(slack, bot, clock, LATE, SLOW)
    await say_outcome(slack, first, "parked")
    await pass_to(bot, clock, WEEKS_LATER)
    assert "Did it help?" not in words_of(await dm_of(slack, "pm"))


async def test_an_outcome_is_said_long_after_and_an_idea_is_not(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    await add_idea(slack, "engineer", shown, WEBHOOK)
    await pass_to(bot, clock, OVER)
    clock.set(OVER.replace(year=2027, month=4))
    await forget_old(bot)
    pm = slack.person("pm")
    view = await opens(pm, pm.press(shown, "problem_sessions.add_idea"))
    refused = await pm.submit(view, {"text": "Call them"})
    assert "That session is long over." in str(refused.errors)
    await say_outcome(slack, shown, "solved")
    await slack.message("payments", "*P-1* · solved")


async def test_the_question_waits_in_home_until_it_is_answered(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    await say_outcome(slack, shown, "solved")
    await pass_to(bot, clock, WEEKS_LATER)
    assert f"Did it help? *P-1* {LATE}" in await home(slack, "pm")
    pm = slack.person("pm")
    question = next(m for m in await dm_of(slack, "pm") if "Did it help?" in words_of(m))
    view = await opens(pm, pm.press(question, "problem_sessions.helped"))
    await pm.submit(view, {"helped": "no", "words": "They still call"})
    assert "Did it help?" not in await home(slack, "pm")
    assert "Did it help? no, says" in await page(pm)
    assert value_of(question, "problem_sessions.helped")
