"""What comes after a decision: superseding, reversing, linking, and the chain that shows it from either end."""

import pytest

from tests.person import Json, Person, Result, Slack, until, words_of
from tests.rituals.stories import (
    card,
    choose,
    filled,
    form,
    labels,
    logged,
    more_fields,
    opens,
    record_id,
    replaced,
    saved,
    set_up_team,
    told,
)

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]


async def _link(person: Person, shown: Json, relation: str, name: str) -> Result:
    return await person.submit(await choose(person, shown, "link"), {"relation": relation, "links": name})


async def test_superseding_changes_both_cards_and_shows_the_chain_from_either_end(slack: Slack) -> None:
    pm = slack.person("pm")
    old = await logged(slack, "Poll the partner", revisit_on="2027-06-01")
    view = await choose(pm, old, "supersede")
    assert "This supersedes *D-1* Poll the partner." in words_of(view)
    await pm.close(view)
    new = await replaced(slack, old, "Use webhooks")
    assert "supersedes D-1 Poll the partner" in words_of(new)
    old = await card(slack, "D-1", "superseded by D-2")
    assert words_of(old["blocks"][0]) == "*superseded by D-2 Use webhooks*", "it says so on top"
    assert old["text"].split("\n")[1] == "superseded by D-2 Use webhooks"
    assert "· superseded ·" in words_of(old)
    assert "Look again" not in words_of(old), "nobody will be asked"
    assert labels(old) == ["Open the record", "Set up the team"], "nobody answers what does not stand"
    for page in (await opens(pm, pm.press(old, "decisions.open")), await choose(pm, new, "open")):
        chain = words_of(page).partition("*How it came to this*")[2]
        assert chain.index("*D-1* Poll the partner · superseded") < chain.index(
            "*D-2* Use webhooks · accepted"
        )


async def test_reversing_says_what_holds_no_longer(slack: Slack) -> None:
    pm = slack.person("pm")
    old = await logged(slack, "Poll the partner")
    view = await choose(pm, old, "reverse")
    assert "This reverses *D-1* Poll the partner. What holds instead?" in words_of(view)
    await pm.submit(view)
    assert "reverses D-1" in words_of(await card(slack, "No longer: Poll the partner"))
    assert "· reversed ·" in words_of(await card(slack, "D-1", "reversed by D-2"))


async def test_of_two_who_replace_it_at_once_the_second_is_asked_what_theirs_is_to_the_first(
    slack: Slack,
) -> None:
    pm, lead = slack.person("pm"), slack.person("techlead")
    old = await logged(slack, "Poll the partner")
    first, second = await choose(pm, old, "supersede"), await choose(lead, old, "supersede")
    await pm.submit(first, {"title": "Use webhooks"})
    await lead.submit(second, {"title": "Stream the ledger"})
    asked = await lead.view(second)
    assert "*D-1* Poll the partner does not stand any more: somebody was faster." in words_of(asked)
    assert "*D-2* Use webhooks · accepted" in words_of(asked)
    assert filled(asked)["title"] == "Stream the ledger"
    assert (await lead.submit(asked, {"similar": "It supersedes D-2"})).errors == {}
    assert "superseded by D-3 Stream the ledger" in words_of(await card(slack, "D-2", "superseded by"))
    assert "D-3" not in words_of(await card(slack, "D-1", "superseded by D-2"))


async def test_what_was_typed_to_replace_what_does_not_stand_any_more_is_offered_in_the_channel(
    slack: Slack,
) -> None:
    lead = slack.person("techlead")
    old = await logged(slack, "Poll the partner")
    view = await more_fields(lead, await choose(lead, old, "reverse"))
    await replaced(slack, old, "Use webhooks")
    await lead.submit(view, {"title": "Nothing at all"})
    await lead.close(view)
    again = await form(lead)
    assert "“Nothing at all”" in words_of(again)


async def test_what_does_not_stand_any_more_is_not_replaced_from_a_page_that_is_still_open(
    slack: Slack,
) -> None:
    pm, old = slack.person("pm"), await logged(slack, "Poll the partner")
    page = await choose(pm, old, "open")
    await replaced(slack, old, "Use webhooks", by="techlead")
    await pm.press_in(page, "decisions.menu", f"supersede:{record_id(old)}")
    await told(slack, "pm", "D-1 does not stand any more.")


async def test_what_is_replaced_while_nothing_is_saved_stays_as_it_was(slack: Slack) -> None:
    """Both records change together or not at all."""
    pm = slack.person("pm")
    old = await logged(slack, "Poll the partner")
    view = await choose(pm, old, "supersede")
    await pm.press_in(view, "decisions.more_fields")
    refused = await pm.submit(view, {"title": "Use webhooks", "links": "D-9"})
    assert list(refused.errors) == ["links"]
    listed = (await pm.command("payments", "/decision", "list")).text
    assert "*D-1* Poll the partner · accepted" in listed
    assert "D-2" not in listed


async def test_decisions_are_linked_by_number_and_say_so_on_both_cards(slack: Slack) -> None:
    pm = slack.person("pm")
    first = await logged(slack, "Use webhooks")
    await saved(slack, "Sign requests")
    assert (await _link(pm, first, "is related to", "d-2")).errors == {}
    await card(slack, "D-1", "related to D-2 Sign requests")
    assert (await _link(pm, first, "is superseded by", "2")).errors == {}
    await card(slack, "D-1", "superseded by D-2")
    await card(slack, "D-2", "supersedes D-1")


async def test_a_link_to_itself_or_to_nothing_is_refused_under_its_field(slack: Slack) -> None:
    pm = slack.person("pm")
    shown = await logged(slack, "Use webhooks")
    for relation in ("is related to", "supersedes", "is reversed by"):
        refused = await _link(pm, shown, relation, "D-1")
        assert refused.errors == {"links": "D-1 is this one. Pick another."}
    for name, said in (("99", "D-99"), ("the other", "the other")):
        refused = await _link(pm, shown, "supersedes", name)
        assert refused.errors["links"].startswith(f"There is no {said} that you can see.")


async def test_nothing_comes_after_itself_not_even_around_three(slack: Slack) -> None:
    pm = slack.person("pm")
    first = await logged(slack, "Poll the partner")
    second = await replaced(slack, first, "Use webhooks")
    refused = await _link(pm, second, "is superseded by", "D-1")
    assert refused.errors == {"links": "D-2 already comes after D-1, so it cannot be replaced by it."}
    third = await replaced(slack, second, "Buy a gateway")
    refused = await _link(pm, third, "is reversed by", "D-1")
    assert refused.errors == {"links": "D-3 already comes after D-1, so it cannot be replaced by it."}
    listed = (await pm.command("payments", "/decision", "list")).text
    assert "*D-3* Buy a gateway · accepted" in listed


async def test_that_one_supersedes_another_is_not_lost_by_a_weaker_link(slack: Slack) -> None:
    pm = slack.person("pm")
    new = await replaced(slack, await logged(slack, "Poll the partner"), "Use webhooks")
    assert (await _link(pm, new, "is related to", "D-1")).errors == {}
    assert "How it came to this" in words_of(await choose(pm, new, "open"))


async def test_a_link_made_by_mistake_is_taken_away_and_what_it_replaced_stands_again(slack: Slack) -> None:
    pm = slack.person("pm")
    first = await logged(slack, "Use webhooks", status="proposed")
    second = await logged(slack, "Sign requests")
    nothing = "has nothing to do with (takes a link away)"
    assert (await _link(pm, first, nothing, "D-2")).errors == {"links": "D-2 is not linked to this one."}
    assert (await _link(pm, second, "is related to", "D-1")).errors == {}
    assert (await _link(pm, second, "supersedes", "D-1")).errors == {}
    await card(slack, "D-1", "superseded by D-2")
    assert (await _link(pm, second, nothing, "D-1")).errors == {}
    shown = await card(slack, "D-1", "I know")
    assert "· proposed ·" in words_of(shown)
    assert "D-2" not in words_of(shown), "the card that shows it standing shows it alone"

    async def says_nothing_of_it() -> bool:
        return "D-1" not in words_of(await card(slack, "D-2"))

    await until(says_nothing_of_it)
    page = words_of(await choose(pm, shown, "open"))
    assert "related to: (empty) → D-2" in page
    assert "related to: D-2 → (empty)" in page


async def test_what_is_withdrawn_replaces_nothing_and_says_so_where_it_is_linked(slack: Slack) -> None:
    pm = slack.person("pm")
    first = await logged(slack, "Use webhooks")
    second = await logged(slack, "Sign requests", links="D-1")
    page = await choose(pm, second, "open")
    await pm.submit(await opens(pm, pm.press_in(page, "decisions.withdraw")), {"reason": "A mistake"})
    await slack.message("payments", "D-2 was withdrawn")
    refused = await _link(pm, first, "is superseded by", "D-2")
    assert refused.errors == {"links": "D-2 is withdrawn, so it neither replaces anything nor is replaced."}
    await pm.submit(await choose(pm, first, "edit"), {"context": "Limits"})
    assert "related to D-2 Sign requests (withdrawn)" in words_of(await card(slack, "D-1", "Limits"))


async def test_from_one_page_one_goes_to_the_next_in_the_same_window(slack: Slack) -> None:
    pm = slack.person("pm")
    new = await replaced(slack, await logged(slack, "Poll the partner"), "Use webhooks")
    page = await choose(pm, new, "open")
    await pm.press_in(page, "decisions.open", "1")

    async def turned() -> bool:
        return bool((await pm.view(page))["title"]["text"] == "D-1")

    await until(turned)
    assert len(await pm.views()) == 1


async def test_only_owners_replace_where_the_team_wants_it_so(slack: Slack) -> None:
    await set_up_team(slack, who_may="Its makers, the PM and the tech lead")
    shown = await logged(slack, "Use webhooks", by="pm")
    engineer = slack.person("engineer2")
    await engineer.press(shown, "decisions.change", f"supersede:{record_id(shown)}")
    await told(
        slack, "engineer2", "only the makers, the PM and the tech lead change a record. Ask one of them."
    )
    assert "Edit" not in labels(await choose(engineer, shown, "open"))
    assert "Edit" in labels(await choose(slack.person("techlead"), shown, "open"))
