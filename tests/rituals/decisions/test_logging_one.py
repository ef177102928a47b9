"""From `/decision` to the card in the channel."""

import pytest

from bot.app import App
from tests.person import Slack, words_of

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_decision_goes_from_the_command_to_a_card_in_the_channel(slack: Slack) -> None:
    pm = slack.person("pm")
    opened = await pm.command("payments", "/decision", "Use webhooks instead of polling")
    saved = await pm.submit(opened.view, {"context": "Partner limits", "alternatives.0.name": "Polling"})
    assert saved.errors == {}
    card = await slack.message("payments", "Use webhooks instead of polling")
    assert "D-1" in card["text"]
    assert "Polling" in words_of(card["blocks"])


async def test_an_empty_title_is_refused_under_its_field_and_nothing_is_saved(slack: Slack) -> None:
    pm = slack.person("pm")
    opened = await pm.command("payments", "/decision")
    refused = await pm.submit(opened.view, {"title": "   "})
    assert refused.errors == {"title": "Please fill this in."}
    assert await slack.messages("payments") == []


async def test_pressing_i_know_is_counted_on_the_card(slack: Slack, bot: App) -> None:
    opened = await slack.person("pm").command("payments", "/decision", "Use webhooks")
    await slack.person("pm").submit(opened.view)
    card = await slack.message("payments", "Use webhooks")
    await slack.person("techlead").press(card, "decisions.acknowledge")
    await slack.message("payments", "1 knows")
