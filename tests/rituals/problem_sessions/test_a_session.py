"""A session whole: set up, picked for, held, closed; and weeks later the question whether it helped."""

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Slack, words_of
from tests.rituals.problem_sessions.stories import (
    FRIDAY,
    MONDAY,
    OVER,
    WEDNESDAY,
    WEEKS_LATER,
    add_idea,
    asked_to_pick,
    logged,
    of_session,
    page,
    picked,
    say_outcome,
    thread,
    with_sessions,
)
from tests.rituals.stories import dm_of, opens, pass_to

pytestmark = pytest.mark.alike


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def test_a_team_picks_talks_decides_and_is_asked_whether_it_helped(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await with_sessions(slack)
    said = await slack.message("payments", "every Monday at 10:00 Berlin")
    assert "Next: Mon 30 Nov 10:00 Berlin, in 5 days." in words_of(said)
    late = await logged(slack, evidence="“We heard it from our own customers” — Kiosk Ltd")
    slow = await logged(slack, "The ledger takes a minute to open", by="engineer")

    await pass_to(bot, clock, FRIDAY)
    [asked] = await asked_to_pick(slack, "pm")
    assert "Which three problems matter most?" in words_of(asked)
    assert "If nothing is picked by then, this session is left out, and that is fine." in words_of(asked)
    await picked(slack, late, slow)

    await pass_to(bot, clock, MONDAY)
    headline = await slack.message("payments", "Problem session · Mon 30 Nov 10:00 Berlin")
    assert "1. *P-1* Partners learn hours late" in words_of(headline)
    first = await of_session(slack, "1. Partners learn hours late")
    second = await of_session(slack, "2. The ledger takes a minute")
    assert "Kiosk Ltd" in words_of(first)
    await add_idea(slack, "engineer", first, "Send a webhook for each failure")
    await say_outcome(slack, first, "explore")

    await pass_to(bot, clock, OVER)
    [summary] = await thread(slack, headline)
    assert "*P-1* Partners learn hours late that a payment failed · explore · 1 idea" in words_of(summary)
    assert "*P-2* The ledger takes a minute to open · stays open · no idea" in words_of(summary)
    assert "What has no outcome yet stays open" in words_of(summary)
    assert await thread(slack, second) == []

    await pass_to(bot, clock, WEEKS_LATER)
    pm = slack.person("pm")
    [question] = [m for m in await dm_of(slack, "pm") if "Did it help?" in words_of(m)]
    assert "P-2" not in words_of(question)
    view = await opens(pm, pm.press(question, "problem_sessions.helped"))
    await pm.submit(view, {"helped": "little", "words": "Half as many tickets"})
    shown = await page(pm)
    assert "Did it help? a little, says" in shown
    assert "Half as many tickets" in shown
    assert "Send a webhook for each failure" in shown
