"""Ideas: kept apart until the reveal, so that the first does not lead the others; then shown together, with votes."""

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Slack, words_of
from tests.rituals.problem_sessions.stories import (
    FRIDAY,
    LATE,
    MONDAY,
    OVER,
    WEDNESDAY,
    add_idea,
    begun,
    logged,
    of_session,
    page,
    picked,
    reveal,
    thread,
    with_sessions,
)
from tests.rituals.stories import filled, labels, opens, pass_to, told

pytestmark = pytest.mark.alike

WEBHOOK = "Send a webhook for each failure"
RETRY = "Try again at night"
VOTE = "problem_sessions.vote"


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def test_ideas_are_hidden_until_the_reveal_and_then_sorted_by_votes(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    assert "Reveal the ideas" not in labels(shown)
    await add_idea(slack, "engineer", shown, WEBHOOK)
    await add_idea(slack, "engineer2", shown, RETRY)
    shown = await slack.message("payments", "2 ideas so far, shown together later")
    for said in (words_of(await slack.messages("payments")), await page(slack.person("engineer2"))):
        assert WEBHOOK not in said

    await slack.person("engineer3").press(shown, "problem_sessions.reveal")
    shown = await slack.message("payments", "2 ideas, in the thread.")
    assert "Reveal the ideas" not in labels(shown)
    await slack.message("payments", RETRY)
    first, second = await thread(slack, shown)
    assert f"{WEBHOOK} — <@{slack.users['engineer']}>" in words_of(first)
    assert "Most wanted" not in words_of(shown)

    await slack.person("pm").press(second, VOTE)
    await slack.message("payments", "Vote (1)")
    await slack.message("payments", f"Most wanted: {RETRY} (1)")
    await slack.person("pm").press(second, VOTE)
    await slack.person("engineer2").press(second, VOTE)
    await slack.message("payments", f"Most wanted: {RETRY} (1)")
    said = await page(slack.person("pm"))
    assert said.index(f"(1) {RETRY}") < said.index(f"(0) {WEBHOOK}")


async def test_what_is_hidden_is_revealed_at_the_end(slack: Slack, bot: App, clock: MovableClock) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    await add_idea(slack, "engineer", shown, WEBHOOK)
    await pass_to(bot, clock, OVER)
    [ideas] = await thread(slack, shown)
    assert WEBHOOK in words_of(ideas)


async def test_what_is_just_said_in_the_thread_counts_too(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    shown, _quiet = await begun(slack, bot, clock, LATE, "The ledger takes a minute to open")
    await add_idea(slack, "engineer", shown, WEBHOOK)
    engineer = slack.person("engineer2")
    await engineer.say("payments", "We had this in March", thread_ts=shown["ts"])
    await engineer.say("payments", "And in May", thread_ts=shown["ts"])
    reply = await engineer.say("payments", RETRY, thread_ts=shown["ts"])
    view = await opens(engineer, engineer.shortcut("problem_sessions.add_idea_message", reply))
    await engineer.submit(view)
    await slack.person("pm").press(
        await slack.message("payments", "2 ideas so far"), "problem_sessions.reveal"
    )
    await slack.message("payments", "2 ideas, in the thread.")
    await pass_to(bot, clock, OVER)
    summary = await slack.message("payments", "2 ideas and 2 replies")
    assert "The ledger takes a minute to open · stays open · no idea" in words_of(summary)
    assert "March" not in await page(slack.person("pm"))


async def test_without_the_scope_to_count_replies_a_session_closes_all_the_same(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    await slack.person("engineer").say("payments", "We had this in March", thread_ts=shown["ts"])
    await slack.fault("conversations.replies", "error", "missing_scope", times=9)
    await pass_to(bot, clock, OVER)
    assert "stays open · no idea" in words_of(await slack.message("payments", "What has no outcome yet"))


async def test_a_late_idea_has_its_place(slack: Slack, bot: App, clock: MovableClock) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    await pass_to(bot, clock, OVER)
    await add_idea(slack, "engineer", shown, WEBHOOK)
    await slack.message("payments", WEBHOOK)
    assert WEBHOOK in await page(slack.person("pm"))


async def test_a_team_can_see_ideas_as_they_come(slack: Slack, bot: App, clock: MovableClock) -> None:
    await with_sessions(slack, ideas="shown")
    card = await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, card)
    await pass_to(bot, clock, MONDAY)
    shown = await of_session(slack, f"1. {LATE}")
    await add_idea(slack, "engineer", shown, WEBHOOK)
    await slack.message("payments", WEBHOOK)


async def test_a_reply_in_the_thread_becomes_an_idea_once(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    engineer = slack.person("engineer")
    reply = await engineer.say("payments", WEBHOOK, thread_ts=shown["ts"])
    view = await opens(engineer, engineer.shortcut("problem_sessions.add_idea_message", reply))
    assert filled(view) == {"text": WEBHOOK}
    await engineer.submit(view)
    await slack.message("payments", "1 idea so far")
    view = await opens(engineer, engineer.shortcut("problem_sessions.add_idea_message", reply))
    refused = await engineer.submit(view)
    assert refused.errors == {"text": "That reply is an idea already."}


async def test_a_reply_that_somebody_else_makes_an_idea_stays_its_authors(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    pm, engineer = slack.person("pm"), slack.person("engineer")
    reply = await engineer.say("payments", RETRY, thread_ts=shown["ts"])
    view = await opens(pm, pm.shortcut("problem_sessions.add_idea_message", reply))
    assert f"<@{engineer.id}> said it" in words_of(view)
    await pm.submit(view)
    await reveal(slack)
    ours = await slack.message("payments", f"{RETRY} — <@{engineer.id}>")
    assert f"{RETRY} — <@{engineer.id}>" in await page(pm)

    view = await opens(pm, pm.shortcut("problem_sessions.add_idea_message", ours))
    await pm.submit(view, {"text": WEBHOOK})
    await slack.message("payments", f"{WEBHOOK} — <@{pm.id}>")


async def test_a_message_elsewhere_is_no_idea(slack: Slack, bot: App, clock: MovableClock) -> None:
    await begun(slack, bot, clock, LATE)
    engineer = slack.person("engineer")
    said = await engineer.say("payments", "Lunch?")
    await engineer.shortcut("problem_sessions.add_idea_message", said)
    await told(slack, "engineer", "Use this on a reply in the thread of a problem")
