"""From `/partner win` to the card, the thanks on it, the list, and the Home of those who should have noticed."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import MovableClock
from tests.person import Json, Slack, until, words_of
from tests.rituals.stories import (
    filled,
    home,
    home_view,
    inputs,
    labels,
    opens,
    set_up_team,
    shows,
    told,
)
from tests.rituals.wins.stories import IMPORT, choose, form, tell, told_of, win_id

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]

NOT_YET = "not yet thanked by PM or tech lead"


async def card_without(slack: Slack, words: str) -> Json:
    """The only card of the channel, once these words are gone from it."""

    async def look() -> Json | None:
        (card,) = await slack.messages("payments")
        return card if words not in words_of(card) else None

    return await until(look)


async def test_a_win_goes_from_the_command_to_a_card_that_names_whom_to_thank(
    slack: Slack, clock: MovableClock
) -> None:
    clock.set(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))  # the 24th in the team's zone
    await set_up_team(slack)
    engineer = slack.person("engineer")
    view = await opens(engineer, engineer.command("payments", "/partner", f"win {IMPORT}"))
    assert filled(view) == {"title": IMPORT}
    assert inputs(view) == {"title", "makes_possible", "thanks_to"}
    answers = {
        "makes_possible": "Prices twice a day\n<!channel> & more",
        "thanks_to": ["engineer2", "techlead"],
    }
    assert (await engineer.submit(view, answers)).errors == {}
    card = await slack.message("payments", IMPORT)
    who = {name: f"<@{slack.users[name]}>" for name in ("engineer", "engineer2", "techlead")}
    header, facts, possible, *_buttons = map(words_of, card["blocks"])
    assert header == IMPORT
    assert facts == (
        f"*W-1* · 24 Nov 2026 · thanks to {who['engineer2']} and {who['techlead']} · told by {who['engineer']}"
    )
    assert possible == ">Prices twice a day\n>&lt;!channel&gt; &amp; more"
    assert labels(card) == ["Thank you"]
    assert all(words in card["text"] for words in ("W-1", IMPORT, "Prices twice a day", who["engineer2"]))


async def test_without_words_the_form_opens_empty_and_an_empty_title_is_refused_under_it(
    slack: Slack,
) -> None:
    pm = slack.person("pm")
    view = await opens(pm, pm.command("payments", "/partner", "win"))
    assert filled(view) == {}
    refused = await pm.submit(view, {"title": "  ", "makes_possible": "Sleep"})
    assert refused.errors == {"title": "Please fill this in."}
    assert await slack.messages("payments") == []


async def test_more_than_fits_into_the_first_answer_begins_the_second_so_that_nothing_is_lost(
    slack: Slack,
) -> None:
    typed = "The import takes four minutes instead of fifty " * 5
    pm = slack.person("pm")
    held = filled(await opens(pm, pm.command("payments", "/partner", f"win {typed}")))
    assert held["title"].endswith("…")
    assert held["makes_possible"] == typed.strip()


async def test_outside_of_a_channel_the_form_asks_for_the_team_and_where_there_is_none_for_the_channel(
    slack: Slack,
) -> None:
    pm = slack.person("pm")
    view = await form(slack, "pm", IMPORT, channel="dm")
    assert filled(view) == {"title": IMPORT}, "what was typed is not lost"
    assert "Which channel is it for?" in words_of(view)
    refused = await pm.submit(view, {"team": "secret"})
    assert "I cannot see that channel" in refused.errors["team"]
    assert (await pm.submit(view, {"team": "payments"})).errors == {}
    await slack.message("payments", IMPORT)
    await set_up_team(slack, channel="leads", name="Leads")
    view = await form(slack, "pm", "We hired Dana", channel="dm")
    assert "Which team?" in words_of(await shows(pm, view, "Leads"))
    assert (await pm.submit(view, {"team": "Leads"})).errors == {}
    await slack.message("leads", "We hired Dana")


async def test_the_first_win_of_a_channel_makes_its_team_and_offers_to_set_it_up(slack: Slack) -> None:
    assert "Set up the team" in labels(await told_of(slack))


async def test_once_the_team_is_set_up_no_card_offers_that_any_more(slack: Slack) -> None:
    for title in (IMPORT, "The move is done"):
        assert "Set up the team" in labels(await told_of(slack, title))
    card = await told_of(slack, "A mistake")
    await slack.person("engineer").submit(
        await choose(slack, "engineer", card, "withdraw"), {"reason": "Twice"}
    )
    await slack.message("payments", "W-3 was withdrawn")
    await set_up_team(slack)

    async def look() -> bool:
        return "Set up the team" not in words_of(await slack.messages("payments"))

    await until(look)
    assert "no team yet" not in words_of(await slack.messages("payments"))


async def test_a_double_click_saves_one_win(slack: Slack) -> None:
    engineer = slack.person("engineer")
    view = await opens(engineer, engineer.command("payments", "/partner", f"win {IMPORT}"))
    await asyncio.gather(engineer.submit(view["id"]), engineer.submit(view["id"]))
    await slack.message("payments", IMPORT)
    assert (await engineer.command("payments", "/partner", "wins")).text.count(IMPORT) == 2  # text and block
    assert len(await slack.messages("payments")) == 1


async def test_thanks_are_counted_on_the_card_once_a_person(slack: Slack) -> None:
    card = await told_of(slack)
    names = ("pm", "techlead", "engineer2", "engineer3", "guest")
    for name in ("pm", *names[:2]):
        await slack.person(name).press(card, "wins.thank")
    await slack.message("payments", "2 say thank you")
    await asyncio.gather(*(slack.person(name).press(card, "wins.thank") for name in names))
    await slack.message("payments", "5 say thank you")


async def test_nobody_thanks_themselves(slack: Slack) -> None:
    card = await told_of(slack, thanks_to=["engineer2"])
    await slack.person("engineer2").press(card, "wins.thank")
    await told(slack, "engineer2", "W-1 is there to thank you, so this button is for the others.")
    await slack.person("engineer").press(card, "wins.thank")
    await told(slack, "engineer", "You told of W-1, and that is a thank you already.")
    await slack.person("pm").press(card, "wins.thank")
    await slack.message("payments", "1 says thank you")
    edit = await choose(slack, "engineer", card, "edit")
    await slack.person("engineer").submit(edit, {"thanks_to": ["engineer2", "pm"]})
    assert "says thank you" not in words_of(await slack.message("payments", "edited"))


async def test_somebody_who_is_muted_is_named_and_not_mentioned(slack: Slack) -> None:
    engineer2 = slack.person("engineer2")
    await engineer2.command("payments", "/partner", "mute")
    card = await told_of(slack, thanks_to=["engineer2"])
    assert "thanks to engineer2 · told" in words_of(card)
    assert engineer2.id not in words_of(card)


async def test_an_edit_begins_with_what_is_there_and_says_so_on_the_card(slack: Slack) -> None:
    card = await told_of(slack, makes_possible="Prices twice a day", thanks_to=["engineer2"])
    view = await choose(slack, "engineer", card, "edit")
    held = filled(view)
    assert held == {
        "title": IMPORT,
        "makes_possible": "Prices twice a day",
        "thanks_to": [slack.users["engineer2"]],
    }
    late = await choose(slack, "pm", card, "edit")
    await slack.person("engineer").submit(view, {"makes_possible": "Prices each hour"})
    card = await slack.message("payments", "Prices each hour")
    assert "edited" in words_of(card)
    refused = await slack.person("pm").submit(late, {"title": "Mine"})
    assert "Somebody changed W-1" in refused.errors["title"]
    assert IMPORT in words_of(await slack.message("payments", "Prices each hour"))


async def test_where_only_owners_change_records_an_engineer_does_not_edit_anothers_win(slack: Slack) -> None:
    await set_up_team(slack, who_may="owners")
    card = await told_of(slack)
    engineer2 = slack.person("engineer2")
    await engineer2.press(card, "wins.change", f"edit:{win_id(card)}")
    await told(slack, "engineer2", "only the makers, the PM and the tech lead")
    await choose(slack, "techlead", card, "edit")


async def test_a_win_that_is_withdrawn_leaves_a_tombstone_and_no_list_shows_it(slack: Slack) -> None:
    card = await told_of(slack)
    engineer, engineer2 = slack.person("engineer"), slack.person("engineer2")
    await engineer2.press(card, "wins.change", f"withdraw:{win_id(card)}")
    await told(slack, "engineer2", "Only who logged or made this can withdraw it")
    view = await choose(slack, "engineer", card, "withdraw")
    assert (await engineer.submit(view, {"reason": " "})).errors == {"reason": "Please fill this in."}
    assert (await engineer.submit(view, {"reason": "It was reverted"})).errors == {}
    tombstone = await slack.message("payments", "It was reverted")
    assert f"W-1 was withdrawn by <@{engineer.id}>" in words_of(tombstone)
    assert labels(tombstone) == []
    assert "No win" in (await engineer.command("payments", "/partner", "wins")).text
    assert IMPORT not in await home(slack, "pm")


async def test_a_click_on_an_old_card_of_a_withdrawn_win_changes_nothing(slack: Slack) -> None:
    card = await told_of(slack)
    stale = await choose(slack, "pm", card, "edit")
    view = await choose(slack, "engineer", card, "withdraw")
    again = await choose(slack, "engineer", card, "withdraw")
    await slack.person("engineer").submit(view, {"reason": "It was reverted"})
    refused = await slack.person("pm").submit(stale, {"title": "Mine"})
    assert "W-1 is withdrawn" in refused.errors["title"]
    refused = await slack.person("engineer").submit(again, {"reason": "Another reason"})
    assert "W-1 is withdrawn" in refused.errors["reason"]
    tombstone = await card_without(slack, "Thank you")
    assert "It was reverted" in words_of(tombstone)


async def test_the_list_has_the_latest_ten_and_shows_more(slack: Slack) -> None:
    for n in range(1, 13):
        await tell(slack, f"Step {n} of the move")
    listed = await slack.person("pm").command("payments", "/partner", "wins")
    assert [n for n in range(1, 13) if f"*W-{n}*" in listed.text] == list(range(3, 13))
    await slack.person("pm").press(await told(slack, "pm", "*W-12*"), "wins.next_page")
    rest = await told(slack, "pm", "*W-2* Step 2 of the move")
    assert words_of(rest).index("*W-2*") < words_of(rest).index("*W-1*")
    assert labels(rest) == ["Open", "Open"], "and nothing more to show"


async def test_a_win_of_a_private_channel_is_known_to_its_members_alone(slack: Slack) -> None:
    await set_up_team(slack)
    await told_of(slack, by="pm", channel="leads")
    outsider = slack.person("engineer")
    assert IMPORT in (await slack.person("techlead").command("payments", "/partner", "wins")).text
    assert "No win" in (await outsider.command("payments", "/partner", "wins")).text
    assert IMPORT in await home(slack, "techlead")
    assert IMPORT not in await home(slack, "engineer")


async def test_home_has_the_latest_three_and_a_button_that_asks_which_team(slack: Slack) -> None:
    assert "Technical wins" not in await home(slack, "pm"), "no team is known yet"
    await set_up_team(slack)
    view = await home_view(slack, "pm")
    assert "A win is one sentence" in words_of(view)
    pm = slack.person("pm")
    asked = await opens(pm, pm.press_in(view, "wins.tell"))
    assert (await pm.submit(asked, {"title": IMPORT, "team": "Payments"})).errors == {}
    await slack.message("payments", IMPORT)
    for n in range(3):
        await tell(slack, f"Step {n} of the move")
    words = await home(slack, "techlead")
    assert [f"Step {n} of the move" in words for n in range(3)] == [True, True, True]
    assert IMPORT not in words


async def test_what_pm_and_lead_cannot_thank_for_is_not_for_their_next_talk(
    slack: Slack, clock: MovableClock
) -> None:
    await set_up_team(slack)
    await tell(slack, "The PM told of it", by="pm")
    await tell(slack, "Both are thanked", thanks_to=["pm", "techlead"])
    await tell(slack, "The lead is thanked", thanks_to=["techlead"])
    clock.advance(timedelta(days=3))
    lines = [line for line in (await home(slack, "pm")).splitlines() if NOT_YET in line]
    assert ["The lead is thanked" in line for line in lines] == [True]


@pytest.mark.parametrize("who", ["pm", "techlead"])
async def test_what_neither_pm_nor_lead_thanked_for_is_for_their_next_talk(
    slack: Slack, clock: MovableClock, who: str
) -> None:
    await set_up_team(slack)
    card = await told_of(slack)
    await slack.person("engineer2").press(card, "wins.thank")
    await slack.message("payments", "1 says thank you")
    assert NOT_YET not in await home(slack, "pm")
    clock.advance(timedelta(days=3))
    for name in ("pm", "techlead"):
        assert NOT_YET in await home(slack, name)
    assert NOT_YET not in await home(slack, "engineer")
    await slack.person(who).press(card, "wins.thank")
    for name in ("pm", "techlead"):
        assert NOT_YET not in await home(slack, name)
