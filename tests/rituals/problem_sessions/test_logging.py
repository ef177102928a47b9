"""Logging a problem: three questions, none about a solution; and changing one, finding one, withdrawing one."""

import pytest

from bot.app import App
from tests.person import Slack, words_of
from tests.rituals.one_on_ones.stories import set_up_pair
from tests.rituals.problem_sessions.stories import COMMAND, LATE, choose, form, logged, page
from tests.rituals.stories import filled, gone, home, inputs, labels, opens, set_up_team, shows

pytestmark = pytest.mark.alike


async def test_three_questions_come_first_and_none_asks_for_a_solution(slack: Slack, bot: App) -> None:
    pm = slack.person("pm")
    view = await form(pm, LATE)
    assert inputs(view) == {"title", "who", "evidence"}
    assert filled(view) == {"title": LATE}
    await pm.type_into(view, {"who": "Partners"})
    await pm.press_in(view, "problem_sessions.more_fields")
    view = await pm.view(view)
    assert inputs(view) == {"title", "who", "evidence", "happens", "cost", "tried"}
    assert filled(view)["who"] == "Partners"
    assert "solution" not in words_of(view).lower()


async def test_in_a_group_dm_the_form_asks_which_team(slack: Slack, bot: App) -> None:
    pm = slack.person("pm")
    await set_up_team(slack)
    view = await shows(pm, await form(pm, LATE, channel=await set_up_pair(slack)), "Which team?")
    assert (await pm.submit(view, {"team": "Payments"})).errors == {}
    await slack.message("payments", LATE)


async def test_the_card_says_who_is_hurt_and_how_we_know(slack: Slack, bot: App) -> None:
    card = await logged(slack, who="Partners", evidence="12 tickets in a week <!channel>")
    said = words_of(card)
    assert "*P-1* · open · hurts Partners · logged by" in said
    assert ">12 tickets in a week &lt;!channel&gt;" in said
    assert LATE in card["text"]


async def test_what_was_typed_is_a_title_unless_all_of_it_makes_sense_as_a_command(
    slack: Slack, bot: App
) -> None:
    pm = slack.person("pm")
    for typed in ("list of partners is empty", "show prices in the wrong currency", "help page is gone"):
        assert filled(await form(pm, typed))["title"] == typed


async def test_a_longer_text_is_the_evidence_too(slack: Slack, bot: App) -> None:
    said = f"{LATE}. " + "It took us a day to notice. " * 10
    values = filled(await form(slack.person("pm"), said))
    assert values["title"].endswith("…")
    assert values["evidence"] == said.strip()


async def test_a_message_becomes_a_problem_and_is_kept_with_it(slack: Slack, bot: App) -> None:
    engineer = slack.person("engineer")
    said = await engineer.say("payments", f"{LATE}\nWe saw it with Kiosk &amp; Co")
    view = await opens(engineer, engineer.shortcut("problem_sessions.log_message", said))
    assert filled(view) == {"title": LATE, "evidence": f"{LATE}\nWe saw it with Kiosk & Co"}
    await engineer.submit(view)
    await slack.message("payments", "*P-1*")
    assert "From a message" in await page(engineer)


async def test_a_form_that_is_closed_is_offered_again(slack: Slack, bot: App) -> None:
    pm = slack.person("pm")
    view = await form(pm, LATE)
    await pm.press_in(view, "problem_sessions.more_fields")
    await pm.close(await pm.view(view))
    view = await form(pm)
    assert "You have a draft" in words_of(view)
    await pm.press_in(view, "problem_sessions.resume_draft")
    assert filled(await shows(pm, view, LATE))["title"] == LATE


async def test_a_draft_can_be_let_go(slack: Slack, bot: App) -> None:
    pm = slack.person("pm")
    view = await form(pm, LATE)
    await pm.press_in(view, "problem_sessions.more_fields")
    await pm.close(await pm.view(view))
    view = await form(pm)
    await pm.press_in(view, "problem_sessions.discard_draft")
    await pm.close(view)
    assert "You have a draft" not in words_of(await form(pm))


async def test_an_edit_keeps_what_the_form_did_not_show(slack: Slack, bot: App) -> None:
    pm = slack.person("pm")
    view = await form(pm, LATE)
    await pm.press_in(view, "problem_sessions.more_fields")
    await pm.submit(await pm.view(view), {"cost": "Two partners a month"})
    card = await slack.message("payments", "*P-1*")
    view = await choose(pm, card, "edit")
    await pm.submit(view, {"who": "Partners with many shops"})
    await slack.message("payments", "edited")
    shown = await page(pm)
    assert "Two partners a month" in shown
    assert "who it hurts: (empty) → Partners with many shops" in shown


async def test_two_edits_at_once_do_not_undo_each_other(slack: Slack, bot: App) -> None:
    card = await logged(slack)
    pm, engineer = slack.person("pm"), slack.person("engineer")
    mine, theirs = await choose(pm, card, "edit"), await choose(engineer, card, "edit")
    await engineer.submit(theirs, {"who": "Partners"})
    refused = await pm.submit(mine, {"who": "Everybody"})
    (said,) = refused.errors.values()
    assert said.startswith("Somebody changed P-1 while you had it open.")
    assert "Partners" in await page(pm)


async def test_what_was_logged_by_mistake_is_withdrawn_and_kept(slack: Slack, bot: App) -> None:
    card = await logged(slack)
    pm = slack.person("pm")
    view = await choose(pm, card, "withdraw")
    await pm.submit(view, {"reason": "It was our test data"})
    tombstone = await slack.message("payments", "It was our test data")
    assert "`/problem show P-1`" in words_of(tombstone)
    assert labels(tombstone) == []
    assert "was withdrawn by" in await page(pm)
    assert LATE not in (await pm.command("payments", COMMAND, "list")).text


async def test_a_list_shows_what_is_in_that_state(slack: Slack, bot: App) -> None:
    await logged(slack)
    pm = slack.person("pm")
    assert f"*P-1* {LATE} · open" in (await pm.command("payments", COMMAND, "list open")).text
    assert (
        "No problem that you can see is solved."
        in (await pm.command("payments", COMMAND, "list solved")).text
    )
    nothing = await pm.command("payments", COMMAND, "show P-9")
    assert nothing.text == "There is no P-9 that you can see. `/problem list` shows what there is."
    assert "`/problem session`" in (await pm.command("payments", COMMAND, "help")).text


async def test_home_shows_open_problems_and_logs_new_ones(slack: Slack, bot: App) -> None:
    await logged(slack)
    assert f"*P-1* {LATE}" in await home(slack, "engineer")
    engineer = slack.person("engineer")
    shown = await engineer.open_home()
    view = await opens(engineer, engineer.press_in(shown, "problem_sessions.log"))
    assert inputs(view) == {"team", "title", "who", "evidence"}
    await engineer.submit(view, {"title": "The ledger takes a minute to open"})
    assert await gone(engineer, view)
    await slack.message("payments", "*P-2*")
