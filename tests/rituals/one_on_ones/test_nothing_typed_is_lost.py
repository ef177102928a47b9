"""Whatever is typed behind the command is on a list, or still there to be read."""

import pytest

from bot.app import App
from tests.person import Slack, words_of
from tests.rituals.one_on_ones.stories import COMMAND, page, set_up_pair
from tests.rituals.stories import opens, told

pytestmark = pytest.mark.alike


async def test_words_behind_a_person_go_on_the_list(slack: Slack, bot: App) -> None:
    await set_up_pair(slack)
    pm = slack.person("pm")
    await pm.command("general", COMMAND, f"<@{slack.users['techlead']}|kenji> wants the rota changed")
    await told(slack, "pm", "On the list for your 1:1")
    assert "wants the rota changed" in words_of(await page(pm))


async def test_what_is_too_long_for_the_list_is_all_in_the_form(slack: Slack, bot: App) -> None:
    await set_up_pair(slack)
    pm = slack.person("pm")
    typed = " ".join(f"word{n}" for n in range(100))
    view = await opens(pm, pm.command("general", COMMAND, f"add {typed}"))
    assert f"You typed: {typed}" in words_of(view)


async def test_without_a_1_1_it_is_said_back(slack: Slack, bot: App) -> None:
    answer = await slack.person("pm").command("general", COMMAND, "add Hiring & budget")
    assert "sets one up" in str(answer.body)
    assert "You typed: Hiring &amp; budget" in str(answer.body)
