"""A decision, a problem, a win goes on the list of the 1:1 from its page; nobody learns of it what they may not see."""

from datetime import timedelta

import pytest
from aiohttp import ClientSession

from bot.app import App
from bot.clock import MovableClock
from tests.edge.door import Door, press
from tests.person import Json, Person, Slack, words_of
from tests.rituals.one_on_ones.stories import MONDAY, WEDNESDAY, agenda, page, set_up_pair
from tests.rituals.stories import card, filled, logged, opens, pass_to, saved, settle, told
from tests.rituals.wins.stories import told_of

pytestmark = pytest.mark.alike

ADD = "one_on_ones.add_record"
SECRET = "Close the Lisbon office"


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def _page(slack: Slack, by: str, command: str, words: str, *, channel: str = "general") -> Json:
    person = slack.person(by)
    return await opens(person, person.command(channel, command, words))


async def _form(person: Person, shown: Json) -> Json:
    return await opens(person, person.press_in(shown, ADD))


async def test_each_record_goes_on_the_list_with_number_title_and_link(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    group = await set_up_pair(slack)
    pm = slack.person("pm")
    await logged(slack, "Use webhooks")
    clock.advance(timedelta(seconds=2))
    await told_of(slack, "The import is fast")
    clock.advance(timedelta(seconds=2))
    view = await opens(pm, pm.command("payments", "/problem", "Partners wait"))
    await pm.submit(view, {})
    await slack.message("payments", "Partners wait")
    for command, words, said in (
        ("/decision", "show D-1", "D-1 Use webhooks"),
        ("/partner", "win W-1", "W-1 The import is fast"),
        ("/problem", "show P-1", "P-1 Partners wait"),
    ):
        form = await _form(pm, await _page(slack, "pm", command, words))
        assert filled(form) == {"text": said}
        result = await pm.submit(form, {"private": ["yes"]} if command == "/problem" else {})
        assert result.errors == {}
    other = words_of(await page(slack.person("techlead")))
    assert "P-1" not in other
    await pass_to(bot, clock, MONDAY)
    shown = words_of((await agenda(slack, group))["blocks"])
    for said in ("D-1 Use webhooks", "W-1 The import is fast", "P-1 Partners wait"):
        assert shown.count(said) == 1
    assert shown.count("|message>") == 3
    assert ADD not in str(await slack.messages(group)), "it is on the page, where it is quiet"


async def test_who_has_no_one_on_one_is_offered_to_set_one_up(slack: Slack, bot: App) -> None:
    await logged(slack, "Use webhooks")
    engineer = slack.person("engineer")
    view = await _form(engineer, await _page(slack, "engineer", "/decision", "show D-1"))
    assert "You have no 1:1 yet, so D-1 has no list to go on." in words_of(view)
    form = await opens(engineer, engineer.press_in(view, "one_on_ones.set_up"))
    assert (await engineer.submit(form, {"person": slack.users["techlead"], "time": "10:00"})).errors == {}
    form = await _form(engineer, await _page(slack, "engineer", "/decision", "show D-1"))
    assert filled(form) == {"text": "D-1 Use webhooks"}


async def test_what_the_other_may_not_see_is_not_told_to_them(slack: Slack, bot: App) -> None:
    await set_up_pair(slack)
    await set_up_pair(slack, other="engineer")
    pm = slack.person("pm")
    await saved(slack, SECRET, channel="leads")
    await card(slack, SECRET, channel="leads")
    form = await _form(pm, await _page(slack, "pm", "/decision", "show D-1", channel="leads"))
    assert "which <@{}> cannot see".format(slack.users["engineer"]) in words_of(form)
    assert filled(form) == {"pair": "1", "text": "D-1"}
    typed = {"pair": "2", "text": f"What about: {SECRET.lower()}?"}
    refused = await pm.submit(form, typed)
    assert refused.errors == {
        "text": "engineer cannot see D-1, and this has its title in it. Say it in words that they may read."
    }
    assert (await pm.submit(form, {"pair": "2", "text": "Something about D-1"})).errors == {}
    await settle(bot)
    shown = words_of(await page(slack.person("engineer")))
    assert "Something about D-1" in shown
    assert "|message>" not in shown
    form = await _form(pm, await _page(slack, "pm", "/decision", "show D-1", channel="leads"))
    assert (await pm.submit(form, {"pair": "1", "text": f"D-1 {SECRET}"})).errors == {}
    shown = words_of(await page(slack.person("techlead")))
    assert SECRET in shown
    assert "|message>" in shown


async def test_who_cannot_see_a_record_cannot_put_it_on_a_list(slack: Slack, bot: App) -> None:
    """A press that an attacker has made up, with the id of a record that is not theirs to read."""
    await set_up_pair(slack, by="engineer")
    await saved(slack, SECRET, channel="leads")
    async with ClientSession() as http:
        door = Door(slack, http)
        team, user = slack.described["team_id"], slack.users["engineer"]
        assert (await door.send(press(team, user, ADD, "1"))).status == 200
    await told(slack, "engineer", "That is not there any more, or you cannot see it.")
    assert await slack.person("engineer").views() == {}
