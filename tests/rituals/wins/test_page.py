"""A win whole, as it stands and as it came to that; found again by its number, withdrawn or not."""

import pytest

from tests.person import Json, Slack, words_of
from tests.rituals.stories import home_view, labels, opens, set_up_team, told
from tests.rituals.wins.stories import IMPORT, choose, form, told_of, win_id

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]


async def edited(slack: Slack, card: Json, **fields: object) -> Json:
    view = await choose(slack, "engineer", card, "edit")
    assert (await slack.person("engineer").submit(view, {**fields})).errors == {}
    return await slack.message("payments", "edited")


async def test_the_page_has_all_of_a_win_and_every_change_of_it(slack: Slack) -> None:
    await set_up_team(slack)
    card = await told_of(slack, makes_possible="Prices twice a day", thanks_to=["engineer2"])
    await slack.person("pm").press(card, "wins.thank")
    card = await edited(slack, card, makes_possible="Prices each hour <!here>", thanks_to=[])
    who = {name: f"<@{slack.users[name]}>" for name in ("pm", "engineer", "engineer2")}
    said = words_of((page := await choose(slack, "techlead", card, "open"))["blocks"])
    assert page["title"]["text"] == "W-1"
    assert said.startswith(IMPORT)
    assert "*What it makes possible*\nPrices each hour &lt;!here&gt;" in said
    assert f"*Who said thank you*\n{who['pm']}" in said
    assert f"Edited by {who['engineer']}" in said
    assert "what it makes possible: Prices twice a day → Prices each hour &lt;!here&gt;" in said
    assert f"who is thanked: {who['engineer2']} → (empty)" in said
    assert labels(page) == ["Edit", "Withdraw", "Add to our 1:1"]


async def test_lists_and_home_open_the_page_and_so_does_the_number(slack: Slack) -> None:
    await set_up_team(slack)
    await told_of(slack, makes_possible="Prices twice a day")
    pm = slack.person("pm")
    assert labels((await pm.command("payments", "/partner", "wins")).body) == ["Open"]
    doors = [
        pm.press(await told(slack, "pm", "*W-1*"), "wins.open"),
        pm.press_in(await home_view(slack, "pm"), "wins.open"),
        *(pm.command("dm", "/partner", f"win {name}") for name in ("W-1", "w1", "1")),
    ]
    for door in doors:
        page = await opens(pm, door)
        assert "Prices twice a day" in words_of(page)
        await pm.close(page)
    assert "Which team?" in words_of(await form(slack, "pm", "W-1 again", channel="dm")), "that is a title"


async def test_a_number_that_is_not_there_or_not_theirs_to_see_says_so_alike(slack: Slack) -> None:
    await told_of(slack, by="pm", channel="leads")
    engineer = slack.person("engineer")
    for name in ("W-1", "W-2"):
        answer = await engineer.command("payments", "/partner", f"win {name}")
        shown = f"There is no {name} that you can see. `/partner wins` shows what there is."
        assert (answer.text, answer.views) == (shown, [])


async def test_from_the_page_a_win_is_changed_and_withdrawn_by_those_who_may(slack: Slack) -> None:
    await set_up_team(slack)
    card = await told_of(slack)
    engineer, engineer2 = slack.person("engineer"), slack.person("engineer2")
    page = await choose(slack, "engineer2", card, "open")
    assert labels(page) == ["Edit", "Add to our 1:1"], "who logged it withdraws it"
    edit = await opens(engineer2, engineer2.press_in(page, "wins.change"))
    assert (await engineer2.submit(edit, {"title": "The import takes two minutes"})).errors == {}
    assert await engineer2.views() == {}, "the page below showed what was there before"
    await slack.message("payments", "The import takes two minutes")
    page = await choose(slack, "engineer", card, "open")
    form_ = await opens(engineer, engineer.press_in(page, "wins.withdraw"))
    assert (await engineer.submit(form_, {"reason": "It was reverted"})).errors == {}
    tombstone = await slack.message("payments", "It was reverted")
    assert "The record is kept: `/partner win W-1`." in words_of(tombstone)
    page = await opens(engineer2, engineer2.command("payments", "/partner", "win W-1"))
    assert f"W-1 was withdrawn by <@{engineer.id}>" in words_of(page)
    assert "The import takes two minutes" in words_of(page)
    assert labels(page) == []


async def test_of_many_edits_the_page_shows_the_latest(slack: Slack) -> None:
    card = await told_of(slack)
    for n in range(1, 11):
        view = await choose(slack, "engineer", card, "edit")
        await slack.person("engineer").submit(view, {"makes_possible": f"Step {n}"})
    engineer = slack.person("engineer")
    page = await opens(engineer, engineer.press(card, "wins.change", f"open:{win_id(card)}"))
    said = words_of(page)
    assert "Older edits are kept too: 10 in all." in said
    assert "Step 9 → Step 10" in said
    assert "Step 1 → Step 2" not in said
