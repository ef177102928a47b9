"""Slack's own servers break at times: people are told, whatever stands in the answer."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.app import App
from bot.slack.clients import code_of
from tests.person import Slack
from tests.rituals.stories import told

BROKE = "Something broke on our side and nothing was saved."


async def test_who_asked_for_a_form_is_told_when_slack_answers_with_a_page_and_no_json(
    slack: Slack, bot: App
) -> None:
    await slack.fault("views.open", "http", 503)
    await slack.person("pm").command("payments", "/decision", "Use webhooks")
    await told(slack, "pm", BROKE)


async def test_a_channel_that_slack_breaks_on_has_no_name_and_the_teams_form_opens_all_the_same(
    slack: Slack, bot: App
) -> None:
    await slack.fault("conversations.info", "http", 502)
    pm = slack.person("pm")
    await pm.command("payments", "/partner", "team")
    await bot.tasks.idle()
    [form] = (await pm.views()).values()
    assert form["callback_id"] == "partner.team"


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [("http", 503, "HTTP 503"), ("error", "channel_not_found", "channel_not_found")],
)
async def test_every_error_of_a_call_has_a_code(
    slack: Slack, bot: App, kind: str, value: object, code: str
) -> None:
    await slack.fault("auth.test", kind, value)
    with pytest.raises(SlackApiError) as raised:
        await bot.clients.bot(slack.described["bot_token"]).auth_test()
    assert code_of(raised.value) == code
