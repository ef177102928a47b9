"""A decision that a problem led to is linked to it: each shows the other, wherever it stands, to those who may see it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.app import App
from bot.clock import MovableClock
from bot.records.models import Record
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
    page,
    reveal,
    say_outcome,
    thread,
)
from tests.rituals.stories import card as decision_card
from tests.rituals.stories import choose as choose_on_decision
from tests.rituals.stories import dm_of, filled, gone, labels, more_fields, opens, pass_to

pytestmark = [pytest.mark.alike, pytest.mark.slow]

WEBHOOK = "Send a webhook for each failure"
DECIDED = f"Decided: *D-1* {WEBHOOK}"
OPEN_DECISION, OPEN_PROBLEM = "decisions.open", "problem_sessions.open"


@pytest.fixture
async def shown(slack: Slack, bot: App, clock: MovableClock) -> Json:
    """A problem that came up, got an idea, and is decided."""
    clock.set(WEDNESDAY)
    [shown] = await begun(slack, bot, clock, LATE)
    await add_idea(slack, "engineer", shown, WEBHOOK)
    await reveal(slack)
    await say_outcome(slack, shown, "decided")
    await slack.message("payments", "P-1 is decided. Log what and why")
    return shown


async def offered(slack: Slack, shown: Json, *, by: str = "pm") -> Json:
    """The form of a decision, as the offer in the problem's thread opens it."""
    offer = await slack.message("payments", "P-1 is decided. Log what and why")
    person = slack.person(by)
    return await opens(person, person.press(offer, LOG_DECISION_ABOUT))


async def decided(slack: Slack, shown: Json) -> None:
    pm = slack.person("pm")
    view = await offered(slack, shown)
    result = await pm.submit(view)
    assert result.errors == {}, result.errors
    await says(slack, "payments", DECIDED, times=3)  # the problem's card, its message, the offer


async def says(slack: Slack, channel: str, holding: str, *, times: int) -> None:
    """As soon as so many messages have these words."""

    async def look() -> bool | None:
        found = [m for m in await slack.messages(channel) if holding in words_of(m)]
        return len(found) >= times or None

    await until(look)


async def test_a_problem_and_its_decision_show_each_other(
    slack: Slack, bot: App, clock: MovableClock, shown: Json
) -> None:
    pm, view = slack.person("pm"), await offered(slack, shown)
    about = f"Linked to *P-1* {LATE}."
    assert about in words_of(view)
    assert filled(view)["title"] == WEBHOOK
    view = await more_fields(pm, view)
    assert about in words_of(view)
    assert (await pm.submit(view)).errors == {}
    assert f"Problem P-1: {LATE}" in words_of(await decision_card(slack, WEBHOOK))
    await says(slack, "payments", DECIDED, times=3)
    [offer, *_ideas] = [m for m in await thread(slack, shown) if "Decided:" in words_of(m)]
    assert labels(offer) == ["Open"]

    await pass_to(bot, clock, OVER)
    summary = await slack.message("payments", " · decided · 1 idea")
    assert DECIDED in words_of(summary)
    problem = await opens(pm, pm.command("payments", COMMAND, "show P-1"))
    assert DECIDED in words_of(problem)
    await pm.press_in(problem, OPEN_DECISION)
    await until(lambda: _shows(slack, problem, "I know"))
    await pm.press_in(problem, OPEN_PROBLEM)
    await until(lambda: _shows(slack, problem, DECIDED))
    await pm.close(problem)

    await pass_to(bot, clock, WEEKS_LATER)
    question = next(m for m in await dm_of(slack, "pm") if "Did it help?" in words_of(m))
    assert DECIDED in words_of(question)
    assert DECIDED in words_of(await opens(pm, pm.press(question, "problem_sessions.helped")))


async def _shows(slack: Slack, view: Json, holding: str) -> bool | None:
    return holding in words_of(await slack.person("pm").view(view)) or None


async def test_each_hears_when_the_other_changes(
    slack: Slack, bot: App, clock: MovableClock, shown: Json
) -> None:
    await pass_to(bot, clock, OVER)
    await decided(slack, shown)
    await says(slack, "payments", DECIDED, times=4)  # the summary too, which was posted before
    pm = slack.person("pm")
    view = await choose_on_decision(pm, await decision_card(slack, WEBHOOK), "edit")
    await pm.submit(view, {"title": "Call them"})
    await says(slack, "payments", "Decided: *D-1* Call them", times=4)
    view = await choose(pm, await slack.message("payments", "*P-1* · decided"), "edit")
    await pm.submit(view, {"title": "Nobody tells partners"})
    await slack.message("payments", "Problem P-1: Nobody tells partners")

    decision = await decision_card(slack, "Call them")
    opened = await choose_on_decision(pm, decision, "open")
    view = await opens(pm, pm.press_in(opened, "decisions.withdraw"))
    await pm.submit(view, {"reason": "Not yet"})
    await says(slack, "payments", "Decided: *D-1* Call them (withdrawn)", times=3)
    await slack.message("payments", "P-1 is decided. Log what and why")
    view = await choose(pm, await slack.message("payments", "*P-1* · decided"), "withdraw")
    await pm.submit(view, {"reason": "Twice"})
    assert "Problem P-1: Nobody tells partners (withdrawn)" in words_of(
        await opens(pm, pm.command("payments", "/decision", "show D-1"))
    )


async def test_two_who_log_it_at_once_are_shown_each_other(
    slack: Slack, bot: App, clock: MovableClock, shown: Json
) -> None:
    pm, lead = slack.person("pm"), slack.person("techlead")
    first, second = await offered(slack, shown), await offered(slack, shown, by="techlead")
    await pm.submit(first)
    asked = await lead.submit(second)
    assert "This sounds like something decided before" in words_of(asked.body)
    await lead.submit(second, {"similar": "anyway"})
    clock.advance(timedelta(seconds=2))
    await slack.message("payments", "Decided: *D-2*")
    assert (await page(pm)).count("Decided:") == 2


async def test_a_draft_that_was_begun_about_a_problem_stays_about_it(
    slack: Slack, bot: App, shown: Json
) -> None:
    pm = slack.person("pm")
    view = await offered(slack, shown)
    await pm.type_into(view, {"title": "Call them"})
    await pm.press_in(view, "decisions.more_fields")
    await pm.close(view)
    assert await gone(pm, view)
    view = await opens(pm, pm.command("payments", "/decision", ""))
    assert "Linked to" not in words_of(view)
    await pm.press_in(view, "decisions.resume_draft")
    view = await until(lambda: _resumed(slack, view))
    assert (await pm.submit(view)).errors == {}
    await slack.message("payments", "Decided: *D-1* Call them")


async def _resumed(slack: Slack, view: Json) -> Json | None:
    now = await slack.person("pm").view(view)
    return now if "Linked to *P-1*" in words_of(now) else None


async def test_who_may_not_see_the_other_place_learns_no_title(
    slack: Slack, bot: App, clock: MovableClock, shown: Json
) -> None:
    """As after a move: the decision is in a private channel, and the problem where everybody reads."""
    await decided(slack, shown)
    async with bot.database.begin() as session:
        moved = update(Record).where(Record.kind == "decision").values(channel_id=slack.channels["leads"])
        await session.execute(moved)
    pm, engineer = slack.person("pm"), slack.person("engineer")
    view = await choose(pm, await slack.message("payments", "*P-1* · decided"), "edit")
    await pm.submit(view, {"title": "Nobody tells partners"})
    elsewhere = f"Decided in <#{slack.channels['leads']}>"
    assert WEBHOOK not in words_of(await slack.message("payments", elsewhere))
    theirs = await page(engineer)
    assert elsewhere in theirs
    assert "D-1" not in theirs
    assert DECIDED in await page(pm)
    of_decision = await opens(pm, pm.command("payments", "/decision", "show D-1"))
    assert "Problem P-1: Nobody tells partners" in words_of(of_decision)
    card = next(m for m in await slack.messages("payments") if "decisions.acknowledge" in str(m))
    assert "Nobody tells partners" not in words_of(card)

    await pass_to(bot, clock, WEEKS_LATER)
    question = next(m for m in await dm_of(slack, "pm") if "Did it help?" in words_of(m))
    assert DECIDED in words_of(question)
