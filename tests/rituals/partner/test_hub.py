"""`/partner`: what there is, what a person wants of us, and the first hello."""

from datetime import timedelta

import pytest

from bot.access.rules import Actor
from bot.app import App
from bot.clock import MovableClock
from bot.people import service as people
from tests.person import Slack, words_of
from tests.rituals.stories import (
    filled,
    home,
    home_view,
    labels,
    logged,
    opens,
    saved,
    set_up_team,
    shows,
    told,
)

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]

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
    assert (await pm.command("payments", "/partner", "unmute")).text == (
        "I mention you again where you must know something."
    )


async def test_hello_is_said_once_and_not_where_a_team_is_at_work_already(slack: Slack) -> None:
    await home(slack, "pm")
    hello = await told(slack, "pm", HELLO)
    assert "I keep no messages but those you hand me" in words_of(hello)
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


async def test_home_has_ones_own_teams_and_a_button_for_a_new_one(slack: Slack) -> None:
    await set_up_team(slack)
    await logged(slack, "Hire a designer", by="techlead", channel="leads")
    assert "*leads* in" in await home(slack, "techlead"), "who logged first in a channel is in its team"
    view = await home_view(slack, "pm")
    assert "*Payments* in" in words_of(view)
    assert "*leads* in" not in words_of(view), "to see a channel is not to be in its team"
    assert {"Change", "Set up a team"} <= set(labels(view))
    pm = slack.person("pm")
    form = await opens(pm, pm.press_in(view, f"{view['blocks'][-1]['block_id']}.partner.set_up"))
    assert "channel" not in filled(form), "it is no form of a team that is there already"
    assert (await pm.submit(form, {"channel": "leads", "name": "Leads", "timezone": "UTC"})).errors == {}
    assert "*Leads* in" in await home(slack, "pm")


async def test_a_guest_sees_the_team_and_is_offered_nothing_that_is_refused_then(slack: Slack) -> None:
    seen = await home_view(slack, "guest")
    assert "You are in no team yet." in words_of(seen)
    assert "Setting one up" not in words_of(seen)
    await set_up_team(slack, members=["engineer", "guest"])
    seen = await home_view(slack, "guest")
    assert "*Payments* in" in words_of(seen)
    assert not {"Change", "Set up the team", "Set up a team"} & set(labels(seen))


async def test_where_only_owners_change_a_team_home_offers_that_to_nobody_else(slack: Slack) -> None:
    await set_up_team(slack, who_may="Its makers, the PM and the tech lead")
    assert "Change" in labels(await home_view(slack, "techlead"))
    seen = await home_view(slack, "engineer")
    assert "*Payments* in" in words_of(seen)
    assert "Change" not in labels(seen)


async def test_an_admin_sees_other_teams_too_ten_at_most(slack: Slack, bot: App, clock: MovableClock) -> None:
    await set_up_team(slack)
    async with bot.database.begin() as session:
        for n in range(12):
            await people.ensure_team(
                session,
                actor=Actor(1, slack.users["engineer"]),
                channel_id=(await slack.post("channels", {"name": f"squad-{n}"}))["id"],
                name=f"Squad {n}",
                timezone="UTC",
                now=clock.now(),
            )
    clock.advance(timedelta(minutes=6))  # by then the channels are known
    seen = await home_view(slack, "admin")
    words = words_of(seen)
    assert "You are in no team yet." in words
    assert words.index("Other teams, which you see as an admin") < words.index("*Payments* in")
    assert labels(seen).count("Set up the team") + labels(seen).count("Change") == 10
    assert "and 3 more" in words
    assert "Squad" not in await home(slack, "designer"), "who is no admin sees their own"


async def test_what_could_not_be_posted_is_said_in_words_with_what_to_do(slack: Slack) -> None:
    await saved(slack, "Use webhooks", by="engineer", channel="platform")
    await told(slack, "engineer", "I cannot post in")
    words = await home(slack, "engineer")
    place = f"<#{slack.channels['platform']}>"
    assert f"I cannot post in {place}: I am not in it. Invite me there with `/invite`" in words
    assert "not_in_channel" not in words
