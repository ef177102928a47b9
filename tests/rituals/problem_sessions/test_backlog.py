"""The backlog: how often a problem was seen, what is logged twice, what comes up again and again."""

import pytest

from bot.app import App
from tests.person import Json, Slack, words_of
from tests.rituals.problem_sessions.stories import LATE, form, logged, page, problem_id
from tests.rituals.stories import inputs, opens, told


async def see_again(slack: Slack, card: Json, *, by: str = "engineer", **fields: object) -> None:
    person = slack.person(by)
    view = await opens(person, person.press(card, "problem_sessions.seen_again"))
    await person.submit(view, fields)


async def test_a_problem_keeps_who_saw_it_again_and_when(slack: Slack, bot: App) -> None:
    card = await logged(slack)
    await see_again(slack, card, evidence="Kiosk Ltd called twice")
    await see_again(slack, card, by="engineer2")
    await slack.message("payments", "seen 3 times")
    shown = await page(slack.person("pm"))
    assert "Kiosk Ltd called twice" in shown
    assert f"<@{slack.users['engineer2']}>" in shown
    assert "seen 3 times" in words_of(await told(slack, "engineer2", "Counted."))


@pytest.mark.alike
async def test_a_problem_that_is_there_already_is_counted_instead(slack: Slack, bot: App) -> None:
    card = await logged(slack)
    engineer = slack.person("engineer")
    view = await form(engineer, "Partners learn of a failed payment hours late")
    await engineer.submit(view, {"evidence": "Three calls on Monday"})
    view = await engineer.view(view)
    assert "This sounds like a problem that is logged already" in words_of(view)
    await engineer.submit(view, {"similar": f"seen:{problem_id(card)}"})
    await slack.message("payments", "seen 2 times")
    assert "Three calls on Monday" in await page(engineer)


@pytest.mark.alike
async def test_nothing_that_was_typed_is_lost_when_it_is_counted_instead(slack: Slack, bot: App) -> None:
    card = await logged(slack)
    engineer = slack.person("engineer")
    view = await form(engineer, "Partners learn of a failed payment hours late")
    await engineer.press_in(view, "problem_sessions.more_fields")
    typed = {
        "who": "Kiosk Ltd",
        "evidence": "Three calls on Monday",
        "happens": "They ask us first",
        "cost": "Two partners a month",
        "tried": f"{'We wrote to them, by hand. ' * 100}It took a day",
    }
    await engineer.submit(await engineer.view(view), typed)
    await engineer.submit(await engineer.view(view), {"similar": f"seen:{problem_id(card)}"})
    await slack.message("payments", "seen 2 times")
    shown = await page(engineer)
    for said in (
        "who it hurts: Kiosk Ltd",
        "evidence: Three calls",
        "what happens: They ask",
        "It took a day",
    ):
        assert said in shown
    assert "the cost of doing nothing: Two partners a month" in shown


@pytest.mark.alike
async def test_it_can_be_logged_all_the_same(slack: Slack, bot: App) -> None:
    await logged(slack)
    engineer = slack.person("engineer")
    view = await form(engineer, "Partners learn of a failed payment hours late")
    await engineer.submit(view)
    await engineer.submit(await engineer.view(view), {"similar": "another"})
    await slack.message("payments", "*P-2*")


@pytest.mark.alike
async def test_both_questions_can_be_asked_at_once(slack: Slack, bot: App) -> None:
    await logged(slack, "The partner importer breaks every night")
    pm = slack.person("pm")
    view = await form(pm, "We should fix the partner importer that breaks")
    await pm.submit(view)
    view = await pm.view(view)
    assert {"wording", "similar"} <= inputs(view)
    await pm.submit(view, {"wording": ["as_it_is"], "similar": "another"})
    await slack.message("payments", "*P-2*")


@pytest.mark.alike
async def test_another_teams_problem_is_no_reason_to_ask(slack: Slack, bot: App) -> None:
    await logged(slack, channel="leads")
    engineer = slack.person("engineer")
    await engineer.submit(await form(engineer, LATE))
    await slack.message("payments", LATE)
