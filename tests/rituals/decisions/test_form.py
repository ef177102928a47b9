"""Filling the form in: defaults, rows, refusals under their fields; and what is kept of what was typed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.app import App
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.db.keyring import Keyring, new_key
from bot.records.models import Draft
from tests.person import Slack, words_of
from tests.rituals.stories import (
    COMMAND,
    card,
    choose,
    filled,
    form,
    inputs,
    logged,
    more_fields,
    opens,
    saved,
    set_up_team,
    shows,
)

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]


async def test_the_team_decides_jointly_today_unless_somebody_says_otherwise(
    slack: Slack, clock: MovableClock
) -> None:
    """Today is a day of the team's zone, not of the server's or of who asks."""
    await set_up_team(slack, timezone="Asia/Tokyo")
    clock.set(datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    shown = await logged(slack, "Use webhooks", by="engineer")
    pm, lead = slack.users["pm"], slack.users["techlead"]
    assert f"accepted · 24 Nov 2026 · decided by <@{pm}> and <@{lead}> jointly" in words_of(shown)
    pm_sees = await more_fields(slack.person("pm"), await form(slack.person("pm"), "Other"))
    assert filled(pm_sees)["deciders"] == [pm, lead]
    assert filled(pm_sees)["date"] == "2026-11-24"
    await slack.person("pm").submit(pm_sees, {"deciders": ["pm"], "date": "2026-11-20", "status": "proposed"})
    clock.advance(timedelta(seconds=2))
    await saved(slack, "A third", by="engineer")
    alone = words_of(await slack.message("payments", "Other"))
    assert f"proposed · 20 Nov 2026 · decided by <@{pm}>" in alone
    assert "jointly" not in alone


async def test_more_fields_and_rows_keep_what_is_typed(slack: Slack) -> None:
    pm = slack.person("pm")
    view = await form(pm, "Use webhooks")
    await pm.type_into(view, {"context": "Limits", "alternatives.0.name": "Polling"})
    view = await more_fields(pm, view)
    assert filled(view)["context"] == "Limits"
    assert "What would change your mind?" in words_of(view)
    for _row in range(2):
        await pm.press_in(view, "decisions.add_alternative")
    await pm.type_into(view, {"alternatives.1.name": "Queue", "alternatives.2.name": "Streams"})
    await pm.press_in(view, "decisions.remove_alternative", "1")
    view = await pm.view(view)
    assert "Alternative 2" in words_of(view)
    assert {name for name in inputs(view) if name.endswith(".name")} == {
        "alternatives.0.name",
        "alternatives.2.name",
    }
    await pm.submit(view, {"alternatives.2.why_not": "Too much to run"})
    shown = words_of(await slack.message("payments", "D-1"))
    assert "• Polling\n• Streams — Too much to run" in shown
    assert "Queue" not in shown


async def test_what_does_not_fit_is_said_under_its_field_and_nothing_is_lost(
    slack: Slack, clock: MovableClock
) -> None:
    clock.set(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    pm = slack.person("pm")
    view = await more_fields(pm, await form(pm, "Use webhooks"))
    wrong = {
        "alternatives.0.why_not": "a reason without a name",
        "date": "2026-12-24",
        "revisit_on": "2026-11-01",
        "tags": "x" * 41,
    }
    refused = await pm.submit(view, wrong)
    assert refused.errors == {
        "alternatives.0.name": "Please fill this in.",
        "tags": "Keep this to 40 characters or fewer; it has 41.",
    }
    refused = await pm.submit(view, {"alternatives.0.name": "Polling", "tags": "api, #Billing,api"})
    assert refused.errors == {
        "date": "That day has not come yet. Pick today or the day it was decided.",
        "revisit_on": "That date is already over. Pick one from today on.",
    }
    refused = await pm.submit(view, {"date": "2026-11-23", "revisit_on": "2026-12-01", "links": "D-77"})
    assert refused.errors == {
        "links": "There is no D-77 that you can see. /decision list shows what there is."
    }
    assert await slack.messages("payments") == []
    saved_now = await pm.submit(view, {"links": ""})
    assert saved_now.errors == {}
    assert "#api #billing" in words_of(await slack.message("payments", "Look again: 1 Dec 2026"))


async def test_a_closed_form_is_offered_again_in_one_line_and_can_be_resumed(slack: Slack) -> None:
    pm = slack.person("pm")
    view = await more_fields(pm, await form(pm, "Use webhooks"))
    await pm.type_into(view, {"context": "Limits", "trade_offs": "An endpoint"})
    await pm.press_in(view, "deciders.value", ["techlead"])
    await pm.close(view)

    again = await shows(pm, await form(pm, ""), "You have a draft from")
    assert filled(again) == {}, "a draft is offered, not forced upon them"
    await pm.press_in(again, "decisions.resume_draft")
    again = await shows(pm, again, "An endpoint")
    assert filled(again)["deciders"] == [slack.users["techlead"]]
    assert filled(again)["context"] == "Limits"
    assert "You have a draft" not in words_of(again)
    assert (await pm.submit(again)).errors == {}
    await slack.message("payments", "Use webhooks")
    await pm.press_in(view := await form(pm, "Next"), "decisions.add_alternative")
    assert "You have a draft" not in words_of(await pm.view(view)), "what was saved is no draft any more"


async def test_what_was_typed_before_the_draft_is_resumed_stays_where_the_draft_says_nothing(
    slack: Slack,
) -> None:
    pm = slack.person("pm")
    first = await form(pm, "")
    await pm.type_into(first, {"context": "Limits"})
    await more_fields(pm, first)
    await pm.close(first)
    again = await shows(pm, await form(pm, "Use webhooks"), "You have a draft from")
    await pm.press_in(again, "decisions.resume_draft")
    held = filled(await shows(pm, again, "Limits"))
    assert (held["title"], held["context"]) == ("Use webhooks", "Limits")


async def test_a_draft_can_be_discarded_and_is_nobody_elses(slack: Slack) -> None:
    pm = slack.person("pm")
    view = await more_fields(pm, await form(pm, "Use webhooks"))
    await pm.close(view)
    for other in (await form(slack.person("techlead"), ""), await form(pm, "", channel="leads")):
        assert "You have a draft" not in words_of(other)
    again = await shows(pm, await form(pm, ""), "You have a draft from")
    await pm.press_in(again, "decisions.discard_draft")
    assert "You have a draft" not in words_of(await pm.view(again))
    await pm.close(again)
    assert "You have a draft" not in words_of(await form(pm, ""))


async def _closed_draft(slack: Slack, title: str, **typed: str) -> None:
    pm = slack.person("pm")
    view = await form(pm, title)
    await pm.type_into(view, typed)
    await pm.close(await more_fields(pm, view))


async def test_a_draft_that_no_key_can_read_keeps_no_form_from_opening(slack: Slack, bot: App) -> None:
    pm = slack.person("pm")
    await _closed_draft(slack, "Use webhooks", context="Limits")
    await shows(pm, await form(pm, ""), "You have a draft from")
    before = Database(bot.database.url, keyring=Keyring([new_key()]))
    async with before.begin() as session:
        await session.execute(update(Draft).values(values={"title": "sealed"}))
    await before.close()
    assert "You have a draft" not in words_of(await form(pm, ""))


async def test_another_form_takes_nothing_from_a_draft_that_is_offered_in_it(slack: Slack) -> None:
    pm = slack.person("pm")
    await _closed_draft(slack, "Use webhooks", context="Limits")
    other = await shows(pm, await form(pm, "Rotate the keys"), "You have a draft from")
    other = await more_fields(pm, other)
    assert "“Use webhooks”" in words_of(other), "it is still offered"
    assert (await pm.submit(other)).errors == {}
    await slack.message("payments", "Rotate the keys")
    again = await shows(pm, await form(pm, ""), "“Use webhooks”")
    await pm.press_in(again, "decisions.resume_draft")
    assert filled(await shows(pm, again, "Limits"))["title"] == "Use webhooks"


async def test_what_was_typed_before_a_draft_is_resumed_is_a_draft_in_turn(slack: Slack) -> None:
    pm = slack.person("pm")
    await _closed_draft(slack, "Use webhooks", context="Limits")
    view = await shows(pm, await form(pm, "Rotate the keys"), "You have a draft from")
    await pm.press_in(view, "decisions.resume_draft")
    view = await shows(pm, view, "Limits")
    assert filled(view)["title"] == "Use webhooks"
    assert (await pm.submit(view)).errors == {}
    await slack.message("payments", "Use webhooks")
    again = await shows(pm, await form(pm, ""), "“Rotate the keys”")
    await pm.press_in(again, "decisions.resume_draft")
    await shows(pm, again, "Rotate the keys")


async def test_a_draft_from_outside_of_a_channel_is_offered_in_each(slack: Slack) -> None:
    pm = slack.person("pm")
    view = await form(pm, "Use webhooks", channel="dm")
    await pm.close(await more_fields(pm, view))
    await shows(pm, await form(pm, ""), "“Use webhooks”")


async def test_of_a_row_that_is_taken_away_the_draft_has_nothing_and_of_the_others_all(slack: Slack) -> None:
    pm = slack.person("pm")
    view = await form(pm, "Use webhooks")
    await pm.press_in(view, "decisions.add_alternative")
    await pm.type_into(view, {"alternatives.0.name": "Polling", "alternatives.1.name": "Queue"})
    await pm.press_in(view, "decisions.remove_alternative", "1")
    await pm.close(view)
    again = await shows(pm, await form(pm), "You have a draft from")
    await pm.press_in(again, "decisions.resume_draft")
    held = filled(await shows(pm, again, "Polling"))
    assert held["title"] == "Use webhooks"
    assert "Queue" not in held.values()


async def test_choices_alone_are_no_draft(slack: Slack) -> None:
    pm = slack.person("pm")
    await pm.close(await more_fields(pm, await form(pm, "")))
    assert "You have a draft" not in words_of(await form(pm, ""))


async def test_a_draft_brings_the_message_it_was_begun_from_and_no_other(slack: Slack) -> None:
    pm = slack.person("pm")
    first, second = await pm.say("payments", "Webhooks it is"), await pm.say("payments", "Rotate all keys")
    view = await opens(pm, pm.shortcut("decisions.log_message", first))
    await pm.close(await more_fields(pm, await shows(pm, view, "Webhooks it is")))
    view = await opens(pm, pm.shortcut("decisions.log_message", second))
    view = await shows(pm, view, "“Webhooks it is”")
    await pm.press_in(view, "decisions.resume_draft")
    view = await shows(pm, view, "Webhooks it is")
    assert (await pm.submit(view, {"context": "From a talk"})).errors == {}
    page = words_of(await choose(pm, await card(slack, "Webhooks it is"), "open"))
    assert "As it was in Slack" in page
    assert "Rotate all keys" not in page


async def test_a_resumed_edit_changes_only_what_was_changed_in_it(slack: Slack) -> None:
    pm, lead = slack.person("pm"), slack.person("techlead")
    shown = await logged(slack, "Use hooks", context="Limits", alternatives__0__name="Polling", tags="api")
    assert (await pm.submit(await choose(pm, shown, "edit"), {"title": "Use webhooks"})).errors == {}
    theirs = await choose(lead, await card(slack, "Use webhooks"), "edit")
    mine = {"title": "Use signed webhooks", "alternatives.0.why_not": "Limits", "tags": "api, partner"}
    assert (await pm.submit(await choose(pm, shown, "edit"), mine)).errors == {}
    refused = await lead.submit(theirs, {"trade_offs": "An endpoint", "context": ""})
    (said,) = refused.errors.values()
    assert "Somebody changed D-1" in said
    await lead.close(theirs)
    again = await shows(lead, await choose(lead, shown, "edit"), "You have a draft from")
    await lead.press_in(again, "decisions.resume_draft")
    again = await shows(lead, again, "An endpoint")
    assert (await lead.submit(again)).errors == {}
    shown = await card(slack, "Use signed webhooks", "An endpoint")
    assert "• Polling — Limits" in words_of(shown)
    assert "#api #partner" in words_of(shown)
    assert ">Limits" not in words_of(shown), "what was emptied stays empty"


async def test_what_replaces_a_decision_takes_over_who_must_know_and_its_tags(
    slack: Slack, clock: MovableClock
) -> None:
    pm = slack.person("pm")
    shown = await logged(slack, "Poll the partner", must_know=["engineer"], tags="api")
    clock.advance(timedelta(seconds=2))
    view = await choose(pm, shown, "supersede")
    assert (await pm.submit(view, {"title": "Use webhooks"})).errors == {}
    new = words_of(await card(slack, "Use webhooks"))
    assert f"still to answer: <@{slack.users['engineer']}>" in new
    assert "#api" in new
    assert "edited" not in words_of(await card(slack, "Poll the partner", "superseded by D-2"))
    clock.advance(timedelta(seconds=2))
    view = await more_fields(pm, await choose(pm, await card(slack, "Use webhooks"), "supersede"))
    assert filled(view)["tags"] == "api"
    assert (await pm.submit(view, {"title": "Use a queue", "tags": "", "must_know": []})).errors == {}
    assert "#api" not in words_of(await card(slack, "Use a queue"))


async def test_a_refused_form_is_a_draft_and_an_edit_has_one_of_its_own(slack: Slack) -> None:
    pm = slack.person("pm")
    shown = await logged(slack, "Use webhooks")
    edit = await choose(pm, shown, "edit")
    refused = await pm.submit(edit, {"context": "Limits", "revisit_on": "2020-01-01"})
    assert list(refused.errors) == ["revisit_on"]
    await pm.close(edit)
    assert "You have a draft" not in words_of(await form(pm, ""))
    edit = await choose(pm, shown, "edit")
    assert "You have a draft" in words_of(edit)
    await pm.press_in(edit, "decisions.resume_draft")
    await shows(pm, edit, "Limits")


async def test_a_similar_decision_is_said_before_saving_and_the_person_chooses(
    slack: Slack, clock: MovableClock, bot: App
) -> None:
    pm = slack.person("pm")
    await logged(slack, "Use webhooks for the partner API")
    view = await form(pm, "Webhooks for the partner API, signed")
    await pm.submit(view, {"context": "Signed"})
    asked = await shows(pm, view, "This sounds like something decided before")
    assert "*D-1* Use webhooks for the partner API · accepted" in words_of(asked)
    assert len((await pm.command("payments", COMMAND, "list")).body["blocks"]) == 2, "nothing is saved yet"

    opened = await pm.submit(asked, {"similar": "Keep it as a draft and open D-1"})
    assert opened.body["view"]["title"]["text"] == "D-1"
    again = await shows(pm, await form(pm, ""), "You have a draft from")
    await pm.press_in(again, "decisions.resume_draft")
    await pm.submit(await shows(pm, again, "Signed"))
    clock.advance(timedelta(seconds=2))
    await pm.submit(await shows(pm, again, "This sounds like"), {"similar": "It supersedes D-1"})
    assert "supersedes D-1" in words_of(await card(slack, "D-2"))
    await card(slack, "D-1", "superseded by D-2")


async def test_a_similar_decision_can_be_logged_anyway(slack: Slack) -> None:
    pm = slack.person("pm")
    await saved(slack, "Use webhooks for the partner API")
    view = await form(pm, "Use webhooks for the billing API")
    await pm.submit(view)
    done = await pm.submit(await shows(pm, view, "This sounds like"), {"similar": "Log it anyway"})
    assert done.errors == {}
    assert "D-2" in (await pm.command("payments", COMMAND, "list")).text
