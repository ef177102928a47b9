"""`/partner`: what there is, what a person wants of us, and the first hello."""

import pytest

from tests.person import Slack, words_of
from tests.rituals.stories import home, home_view, labels, opens, set_up_team, shows, told

pytestmark = pytest.mark.usefixtures("bot")

HELLO = "Hello, I keep what your team decides"


async def test_whatever_stands_after_it_the_menu_shows_what_there_is(slack: Slack) -> None:
    for typed in ("", "frobnicate", "help me"):
        answer = await slack.person("pm").command("payments", "/partner", typed)
        for line in ("`/decision` · what we decided", "`/partner team`", "`/partner mute`"):
            assert line in answer.text
        assert labels(answer.body) == ["Set up the team", "Mute me"]


async def test_who_mutes_is_told_what_that_means_and_how_to_undo_it(slack: Slack) -> None:
    pm = slack.person("pm")
    said = (await pm.command("payments", "/partner", "mute")).text
    assert said == (
        "I will not mention you any more. What waits for you is in my Home tab. `/partner unmute` undoes it."
    )
    view = await home_view(slack, "pm")
    assert "Unmute me" in labels(view)
    await pm.press_in(view, "partner.unmute")
    await told(slack, "pm", "I mention you again where you must know something.")
    assert "Mute me" in labels(await home_view(slack, "pm"))
    assert "Mute me" in labels((await pm.command("payments", "/partner")).body)


async def test_hello_is_said_once_and_not_where_a_team_is_at_work_already(slack: Slack) -> None:
    await home(slack, "pm")
    hello = await told(slack, "pm", HELLO)
    assert "I read no messages." in words_of(hello)
    await home(slack, "pm")
    await set_up_team(slack)
    await home(slack, "engineer")
    messages = (await slack.state())["messages"]
    assert words_of(messages).count(HELLO) == words_of(hello).count(HELLO)
    pm = slack.person("pm")
    form = await opens(pm, pm.press(hello, "partner.set_up"))
    assert "Which channel is your home?" in words_of(form)


async def test_an_empty_home_teaches_by_one_example_and_one_button(slack: Slack) -> None:
    view = await home_view(slack, "designer")
    said = words_of(view)
    assert said.startswith("Nothing waits for you")
    assert "A decision is one sentence, such as “Use webhooks instead of polling for the partner API”" in said
    assert "You are in no team yet. Setting one up takes a minute." in said
    assert "Log a decision" in labels(view)


async def test_home_has_the_team_and_only_its_owners_see_how_sending_goes(slack: Slack) -> None:
    await set_up_team(slack)
    channel, pm, lead = slack.channels["payments"], slack.users["pm"], slack.users["techlead"]
    line = f"*Payments* in <#{channel}> · PM <@{pm}> · tech lead <@{lead}> · Europe/Berlin"
    health = "Everything I wanted to post has been posted."
    assert line in (seen := await home(slack, "techlead"))
    assert health in seen
    assert line in (seen := await home(slack, "engineer"))
    assert health not in seen
    engineer = slack.person("engineer")
    form = await opens(engineer, engineer.press_in(await home_view(slack, "engineer"), "partner.set_up"))
    await shows(engineer, form, "Payments")
