"""Every way into the form, and what stands in it when it opens."""

import pytest

from bot.app import App
from tests.person import Slack, until, words_of
from tests.rituals.one_on_ones.stories import set_up_pair
from tests.rituals.stories import (
    COMMAND,
    card,
    choose,
    filled,
    form,
    home_view,
    inputs,
    labels,
    logged,
    more_fields,
    opens,
    saved,
    set_up_team,
    shows,
    told,
)

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]


TITLES = (
    "",
    "list vendors for Q3",
    "show me the money",
    "help us decide faster",
    "why",
    "search",
    "Keep <pre> & co",
)


async def test_what_stands_after_the_command_is_the_title_unless_it_asks_for_something(slack: Slack) -> None:
    for typed in TITLES:
        view = await form(slack.person("pm"), typed)
        assert filled(view) == ({"title": typed} if typed else {})
        assert inputs(view) == {"title", "context", "alternatives.0.name", "alternatives.0.why_not"}


async def test_a_title_that_is_too_long_begins_the_context_so_that_nothing_is_lost(slack: Slack) -> None:
    typed = "Use webhooks instead of polling " * 6
    held = filled(await form(slack.person("pm"), typed))
    assert len(held["title"]) <= 150
    assert held["title"].endswith("…")
    assert held["context"] == typed.strip()
    held = filled(
        (await slack.person("pm").command("payments", COMMAND, "Use webhooks\nPolling is slow")).view
    )
    assert held == {"title": "Use webhooks", "context": "Use webhooks\nPolling is slow"}


async def test_names_in_a_command_are_read_as_they_were_typed(slack: Slack) -> None:
    view = await form(slack.person("pm"), "Let @techlead own #payments")
    assert filled(view) == {"title": "Let @techlead own #payments"}


async def test_the_message_shortcut_takes_title_and_context_from_the_message(slack: Slack) -> None:
    pm, engineer = slack.person("pm"), slack.person("engineer")
    said = f"<@{slack.users['techlead']}> says: webhooks &amp; no polling\nThe partner limits us"
    message = await engineer.say("payments", said)
    view = await opens(pm, pm.shortcut("decisions.log_message", message))
    held = filled(await shows(pm, view, "@techlead says: webhooks & no polling"))
    assert held["context"] == "@techlead says: webhooks & no polling\nThe partner limits us"


async def test_in_a_thread_the_shortcut_logs_the_reply(slack: Slack) -> None:
    pm = slack.person("pm")
    question = await pm.say("payments", "Webhooks or polling?")
    reply = await pm.say("payments", "Webhooks it is", thread_ts=question["ts"])
    await pm.submit(await opens(pm, pm.shortcut("decisions.log_message", reply)))
    shown = await slack.message("payments", "D-1")
    assert "Webhooks it is" in words_of(shown)
    assert "thread_ts" not in shown, "the card is a headline, not a reply"
    assert "As it was in Slack" in words_of(await choose(pm, shown, "open"))


async def test_outside_of_a_channel_the_form_asks_which_team(slack: Slack) -> None:
    pm = slack.person("pm")
    await set_up_team(slack)
    await set_up_team(slack, channel="leads", name="Leads")
    for door in (
        pm.command("dm", COMMAND, "Use webhooks"),
        pm.shortcut("decisions.log"),
        pm.press_in(await home_view(slack, "pm"), "decisions.log"),
    ):
        view = await shows(pm, await opens(pm, door), "Which team?")
        assert "Leads" in words_of(view)
    await pm.submit(view, {"title": "Hire a designer", "team": "Leads"})
    shown = await slack.message("leads", "Hire a designer")
    assert "jointly" in words_of(shown), "the team that was picked says who decides"


async def test_a_group_dm_is_no_channel_of_a_team_so_the_form_asks_which(slack: Slack) -> None:
    """Though its id begins as a channel's does."""
    pm = slack.person("pm")
    await set_up_team(slack)
    group = await set_up_pair(slack)
    message = await pm.say(group, "Hire a designer")
    by_command = await opens(pm, pm.command(group, COMMAND, "Use webhooks"))
    by_shortcut = await opens(pm, pm.shortcut("decisions.log_message", message))
    for view in (by_command, by_shortcut):
        asks = await shows(pm, view, "Which team?")
        assert (await pm.submit(asks, {"team": "Payments"})).body == ""
    await slack.message("payments", "Use webhooks")
    shown = await slack.message("payments", "Hire a designer")
    assert "As it was in Slack" not in words_of(await choose(pm, shown, "open")), "it was said among the two"


async def test_what_was_begun_in_a_group_dm_is_offered_elsewhere(slack: Slack) -> None:
    pm = slack.person("pm")
    await set_up_team(slack)
    view = await form(pm, "Use webhooks", channel=await set_up_pair(slack))
    await pm.close(await more_fields(pm, view))
    await shows(pm, await form(pm), "You have a draft from")


async def test_where_nobody_has_a_team_yet_the_form_asks_for_the_channel(slack: Slack) -> None:
    pm = slack.person("pm")
    view = await form(pm, "Use webhooks", channel="dm")
    assert filled(view) == {"title": "Use webhooks"}, "the title is not lost"
    assert "Which channel is it for?" in words_of(view)
    saved_now = await pm.submit(await more_fields(pm, view), {"team": "payments"})
    assert saved_now.errors == {}
    await slack.message("payments", "Use webhooks")


async def test_the_first_decision_of_a_channel_makes_its_team_and_offers_to_set_it_up(slack: Slack) -> None:
    shown = await logged(slack, "Use webhooks", by="engineer")
    assert "Set up the team" in labels(shown)
    assert f"decided by <@{slack.users['engineer']}>" in words_of(shown)
    engineer = slack.person("engineer")
    view = await opens(engineer, engineer.press(shown, "partner.set_up"))
    held = filled(await shows(engineer, view, "payments"))
    assert held["members"] == [slack.users["engineer"]]
    assert held["timezone"] == "Europe/Lisbon"
    assert (await engineer.submit(view, {"pm": "pm", "lead": "techlead"})).errors == {}

    async def offers_no_longer() -> bool:
        return "Set up the team" not in labels(await card(slack, "Use webhooks"))

    await until(offers_no_longer)


async def test_the_emoji_of_the_team_on_a_message_offers_to_log_it(slack: Slack, bot: App) -> None:
    await set_up_team(slack, capture_emoji=":Pushpin:")
    engineer = slack.person("engineer")
    message = await slack.person("techlead").say("payments", "Webhooks it is")
    await engineer.react(message, "eyes")
    await engineer.react(message, "pushpin::skin-tone-3")
    offer = await told(slack, "engineer", "Log that message as a decision?")
    assert len((await slack.state())["ephemerals"]) == 1, (
        "another emoji offers nothing, and nobody else is asked"
    )
    view = await opens(engineer, engineer.press(offer, "decisions.log_captured"))
    view = await shows(engineer, view, "Webhooks it is")
    assert filled(view) == {"title": "Webhooks it is"}
    await engineer.submit(view)
    assert "Webhooks it is" in words_of(await slack.message("payments", "D-1"))


async def test_a_search_that_may_have_been_a_title_offers_to_log_it_whole(slack: Slack) -> None:
    pm = slack.person("pm")
    await saved(slack, "PostgreSQL carries the search", alternatives__0__name="Elasticsearch")
    answer = await pm.command("payments", COMMAND, "search uses Elasticsearch")
    assert "D-1" in answer.text, "it is found by its losing alternative"
    shown = await told(slack, "pm", "What was decided")
    view = await opens(pm, pm.press(shown, "decisions.log"))
    assert filled(view) == {"title": "search uses Elasticsearch"}
