"""Changing what was logged: edits that are seen, two people at once, and taking back a mistake."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.app import App
from bot.clock import MovableClock
from bot.rituals.decisions.models import Alternative, Decision
from tests.person import Slack, words_of
from tests.rituals.stories import (
    card,
    choose,
    filled,
    gone,
    inputs,
    labels,
    logged,
    opens,
    replaced,
    saved,
)

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]


async def test_an_edit_is_seen_on_the_card_and_in_the_history(slack: Slack) -> None:
    pm, lead = slack.person("pm"), slack.person("techlead")
    shown = await logged(slack, "Use webhooks", context="Limits", tags="api", alternatives__0__name="Polling")
    view = await choose(lead, shown, "edit")
    held = filled(view)
    assert (held["title"], held["context"], held["tags"]) == ("Use webhooks", "Limits", "api")
    assert held["alternatives.0.name"] == "Polling"
    changed = {"context": "Partner limits", "must_know": ["engineer"], "tags": ""}
    assert (await lead.submit(view, changed)).errors == {}
    shown = await card(slack, "D-1", "edited")
    assert ">Partner limits" in words_of(shown)
    page = words_of(await choose(pm, shown, "open"))
    assert f"Edited by <@{lead.id}>, <!date^" in page
    assert "why: Limits → Partner limits" in page
    assert f"who must know: (empty) → <@{slack.users['engineer']}>" in page
    assert "tags: api → (empty)" in page


async def test_the_history_says_what_changed_in_rows_and_dates(slack: Slack) -> None:
    pm = slack.person("pm")
    rows = {"alternatives__0__name": "Polling", "alternatives__0__why_not": "Slow"}
    shown = await logged(slack, "Use webhooks", **rows, revisit_on="2099-01-01")
    view = await choose(pm, shown, "edit")
    await pm.press_in(view, "decisions.add_alternative")
    changed = {
        "alternatives.0.why_not": "Hits limits",
        "alternatives.1.name": "Kafka",
        "revisit_on": "2099-06-01",
    }
    assert (await pm.submit(await pm.view(view), changed)).errors == {}
    page = words_of(await choose(pm, await card(slack, "D-1", "edited"), "open"))
    assert "alternative Polling: Slow → Hits limits" in page
    assert "alternative Kafka: (none) → (no reason)" in page
    assert "when to look again: 1 Jan 2099 → 1 Jun 2099" in page


async def test_what_is_longer_than_a_form_can_hold_stays_as_it_is_when_the_rest_is_edited(
    slack: Slack, bot: App
) -> None:
    """Files bring texts of any length; Slack refuses a form that begins with more than 3,000 characters."""
    pm = slack.person("pm")
    shown = await logged(slack, "Use webhooks", tags="api")
    long, names = "Limits. " * 1_000, [f"Way {n}" for n in range(25)]
    async with bot.database.begin() as session:
        decision = (await session.scalars(select(Decision).options(*Decision.whole()))).one()
        decision.title, decision.context, decision.trade_offs = "Use webhooks " + "now " * 50, long, long
        decision.alternatives = [Alternative(position=n, name=name) for n, name in enumerate(names)]
    view = await choose(pm, shown, "edit")
    assert (
        "Longer than a form can hold, so this stays as it is: alternatives, why, what we accept."
        in words_of(view)
    )
    assert {"context", "alternatives.0.name", "trade_offs"}.isdisjoint(inputs(view))
    refused = await pm.submit(view)
    assert refused.errors == {"title": "Keep this to 150 characters or fewer; it has 213."}
    assert (await pm.submit(view, {"title": "Use webhooks now", "tags": "api, v2"})).errors == {}
    await card(slack, "D-1", "edited")
    async with bot.database.read() as session:
        decision = (await session.scalars(select(Decision).options(*Decision.whole()))).one()
    assert (decision.title, decision.tag_names) == ("Use webhooks now", ["api", "v2"])
    assert (decision.context, decision.trade_offs) == (long, long)
    assert [row.name for row in decision.alternatives] == names


async def test_saving_without_a_change_is_no_edit(slack: Slack) -> None:
    pm = slack.person("pm")
    shown = await logged(slack, "Use webhooks", context="Limits", revisit_on="2099-01-01")
    await pm.submit(await choose(pm, shown, "edit"))
    assert "Edited by" not in words_of(await choose(pm, shown, "open"))


async def test_an_edit_from_the_page_closes_the_page_too(slack: Slack) -> None:
    """It would still show what was there before."""
    pm = slack.person("pm")
    await saved(slack, "Use webhooks")
    page = await opens(pm, pm.command("payments", "/decision", "show d-1"))
    edit = await opens(pm, pm.press_in(page, "decisions.change"))
    await pm.submit(edit, {"title": "Use signed webhooks"})
    assert await gone(pm, page)
    await card(slack, "Use signed webhooks", "edited")


async def test_dates_of_an_edit_are_checked_where_they_change(slack: Slack) -> None:
    pm = slack.person("pm")
    shown = await logged(slack, "Use webhooks", date="2026-01-15")
    view = await choose(pm, shown, "edit")
    refused = await pm.submit(view, {"date": "2099-01-01"})
    assert refused.errors == {"date": "That day has not come yet. Pick today or the day it was decided."}
    assert (await pm.submit(view, {"date": "2026-01-14"})).errors == {}
    await card(slack, "D-1", "14 Jan 2026")


async def test_a_date_that_has_become_old_does_not_stop_an_edit(slack: Slack, clock: MovableClock) -> None:
    pm = slack.person("pm")
    soon = (clock.now() + timedelta(days=1)).date().isoformat()
    shown = await logged(slack, "Use webhooks", revisit_on=soon)
    clock.advance(timedelta(days=2))
    assert (await pm.submit(await choose(pm, shown, "edit"), {"context": "Limits"})).errors == {}
    await card(slack, "D-1", "Limits")


async def test_of_two_who_edit_at_once_the_second_is_told_and_loses_nothing(slack: Slack) -> None:
    pm, lead = slack.person("pm"), slack.person("techlead")
    shown = await logged(slack, "Use webhooks")
    first, second = await choose(pm, shown, "edit"), await choose(lead, shown, "edit")
    await pm.submit(first, {"context": "Limits", "trade_offs": "An endpoint"})
    refused = await lead.submit(second, {"context": "My own long text"})
    (said,) = refused.errors.values()
    assert said.startswith("Somebody changed D-1 while you had it open (what we accept, why).")
    await lead.close(second)
    again = await choose(lead, shown, "edit")
    assert filled(again)["context"] == "Limits"
    assert "You have a draft" in words_of(again)
    await lead.press_in(again, "decisions.resume_draft")
    await lead.submit(again)
    await card(slack, "D-1", "My own long text")


async def test_a_decision_logged_by_mistake_is_withdrawn_and_its_record_stays(slack: Slack) -> None:
    pm = slack.person("pm")
    shown = await logged(slack, "Use webhooks", must_know=["engineer"])
    page = await choose(pm, shown, "open")
    view = await opens(pm, pm.press_in(page, "decisions.withdraw"))
    assert (await pm.submit(view, {"reason": " "})).errors == {"reason": "Please fill this in."}
    await pm.submit(view, {"reason": "Wrong channel"})
    assert await gone(pm, page)
    stone = await slack.message("payments", "withdrawn by")
    assert stone["text"].startswith(f"D-1 was withdrawn by <@{pm.id}>")
    assert stone["text"].endswith("Wrong channel")
    assert "The record is kept: `/decision show D-1`." in words_of(stone)
    assert "Use webhooks" not in words_of(stone)

    page = await opens(pm, pm.command("payments", "/decision", "show D-1"))
    assert "Use webhooks" in words_of(page)
    assert f"D-1 was withdrawn by <@{pm.id}>" in words_of(page)
    assert labels(page) == []
    for search in ("list", "why webhooks"):
        assert "D-1" not in (await pm.command("payments", "/decision", search)).text


async def test_withdrawing_gives_back_what_it_replaced(slack: Slack) -> None:
    pm = slack.person("pm")
    old = await logged(slack, "Poll the partner", status="proposed")
    new = await replaced(slack, old, "Use webhooks")
    await card(slack, "D-1", "superseded by D-2")
    page = await choose(pm, new, "open")
    await pm.submit(await opens(pm, pm.press_in(page, "decisions.withdraw")), {"reason": "A mistake"})
    await slack.message("payments", "D-2 was withdrawn")
    old = await card(slack, "D-1", "I know")
    assert "· proposed ·" in words_of(old)
    assert "superseded" not in words_of(old)
    assert "How it came to this" not in words_of(await choose(pm, old, "open"))


async def test_an_answer_to_what_was_withdrawn_is_told_kindly(slack: Slack) -> None:
    pm, engineer = slack.person("pm"), slack.person("engineer")
    shown = await logged(slack, "Use webhooks")
    question = await opens(engineer, engineer.press(shown, "decisions.question"))
    page = await choose(pm, shown, "open")
    await pm.submit(await opens(pm, pm.press_in(page, "decisions.withdraw")), {"reason": "A mistake"})
    refused = await engineer.submit(question, {"reason": "Who pays?"})
    assert refused.errors == {"reason": "D-1 does not stand any more, so there is nothing to answer."}


async def test_who_had_no_part_in_it_is_offered_no_withdrawal(slack: Slack) -> None:
    engineer = slack.person("engineer")
    shown = await logged(slack, "Use webhooks")
    assert "Withdraw" not in words_of(await choose(engineer, shown, "open"))
    assert "Withdraw" in words_of(await choose(slack.person("pm"), shown, "open"))
