"""What was typed of a win and not saved is offered again, in one line, and never forced upon anybody."""

import pytest

from tests.person import Json, Slack, words_of
from tests.rituals.one_on_ones.stories import group_dm, set_up_pair
from tests.rituals.stories import filled, set_up_team, shows
from tests.rituals.wins.stories import IMPORT, choose, form, told_of

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]

OFFER = "You have a draft from"


async def half_typed(slack: Slack, *, channel: str = "payments") -> None:
    """A form that is closed after somebody was picked in it: of what is typed Slack tells nothing by itself."""
    pm = slack.person("pm")
    view = await form(slack, "pm", channel=channel)
    await pm.type_into(view, {"title": IMPORT, "makes_possible": "Prices twice a day"})
    await pm.press_in(view, "thanks_to.value", ["engineer2"])
    await pm.close(view)


async def resumed(slack: Slack, view: Json, holding: str) -> Json:
    await slack.person("pm").press_in(view, "wins.resume_draft")
    return await shows(slack.person("pm"), view, holding)


async def test_a_closed_form_is_offered_again_and_goes_on_where_it_was(slack: Slack) -> None:
    await half_typed(slack)
    for other in (await form(slack, "techlead"), await form(slack, "pm", channel="leads")):
        assert OFFER not in words_of(other)
    again = await shows(slack.person("pm"), await form(slack, "pm"), OFFER)
    assert filled(again) == {}, "it is offered, not forced upon them"
    again = await resumed(slack, again, IMPORT)
    assert filled(again) == {
        "title": IMPORT,
        "makes_possible": "Prices twice a day",
        "thanks_to": [slack.users["engineer2"]],
    }
    assert OFFER not in words_of(again)
    assert (await slack.person("pm").submit(again)).errors == {}
    await slack.message("payments", "Prices twice a day")
    assert OFFER not in words_of(await form(slack, "pm")), "what is saved is no draft any more"


async def test_a_draft_that_was_begun_outside_of_a_channel_remembers_its_team(slack: Slack) -> None:
    await set_up_team(slack)
    await set_up_team(slack, channel="leads", name="Leads")
    pm = slack.person("pm")
    view = await shows(pm, await form(slack, "pm", IMPORT, channel="dm"), "Which team?")
    refused = await pm.submit(view, {"title": " ", "makes_possible": "Sleep", "team": "Payments"})
    assert list(refused.errors) == ["title"]
    await pm.close(view)
    again = await resumed(slack, await form(slack, "pm", channel="dm"), "Sleep")
    assert (await pm.submit(again, {"title": IMPORT})).errors == {}
    await slack.message("payments", IMPORT)


async def test_in_a_group_dm_the_form_asks_which_team_and_the_draft_is_offered_elsewhere(
    slack: Slack,
) -> None:
    await set_up_team(slack)
    await half_typed(slack, channel=await set_up_pair(slack))
    pm = slack.person("pm")
    again = await resumed(slack, await form(slack, "pm"), IMPORT)
    await pm.close(again)
    group = await group_dm(slack)
    assert group
    view = await shows(pm, await form(slack, "pm", IMPORT, channel=group), "Which team?")
    told = {"title": IMPORT, "makes_possible": "Sleep", "team": "Payments"}
    assert (await pm.submit(view, told)).errors == {}
    await slack.message("payments", "Sleep")


async def test_a_draft_can_be_discarded(slack: Slack) -> None:
    await half_typed(slack)
    pm = slack.person("pm")
    view = await form(slack, "pm", "Another one")
    await pm.press_in(view, "wins.discard_draft")
    left = await pm.view(view)
    assert OFFER not in words_of(left)
    assert filled(left) == {"title": "Another one"}, "what stands there stays"
    await pm.close(view)
    assert OFFER not in words_of(await form(slack, "pm"))


async def test_a_refused_edit_is_a_draft_and_undoes_nobodys_change_when_it_is_resumed(slack: Slack) -> None:
    card = await told_of(slack, makes_possible="Prices twice a day")
    mine = await choose(slack, "pm", card, "edit")
    theirs = await choose(slack, "engineer", card, "edit")
    await slack.person("engineer").submit(theirs, {"makes_possible": "Prices each hour"})
    pm = slack.person("pm")
    refused = await pm.submit(mine, {"title": "The import is fast"})
    assert "Your text is kept as a draft." in refused.errors["title"]
    await pm.close(mine)
    assert OFFER not in words_of(await form(slack, "pm")), "an edit has a draft of its own"
    again = await choose(slack, "pm", card, "edit")
    assert filled(again) == {"title": IMPORT, "makes_possible": "Prices each hour"}
    again = await resumed(slack, again, "The import is fast")
    assert filled(again) == {"title": "The import is fast", "makes_possible": "Prices each hour"}
    assert (await pm.submit(again)).errors == {}
    await slack.message("payments", "The import is fast")


async def test_a_draft_that_says_nothing_new_any_more_is_not_offered(slack: Slack) -> None:
    card = await told_of(slack, makes_possible="Prices twice a day")
    pm, engineer = slack.person("pm"), slack.person("engineer")
    mine = await choose(slack, "pm", card, "edit")
    theirs = await choose(slack, "engineer", card, "edit")
    assert (await engineer.submit(theirs, {"makes_possible": "Prices each hour"})).errors == {}
    assert (await pm.submit(mine, {"title": "The import is fast"})).errors.keys() == {"title"}
    await pm.close(mine)
    theirs = await choose(slack, "engineer", card, "edit")
    assert (await engineer.submit(theirs, {"title": "The import is fast"})).errors == {}
    assert OFFER not in words_of(await choose(slack, "pm", card, "edit"))
