"""A decision is linked to a problem by its number: while it is logged, or afterwards; and the link goes again."""

import pytest

from tests.person import Json, Result, Slack, until, words_of
from tests.rituals.problem_sessions.stories import LATE, logged, page
from tests.rituals.stories import card, choose, opens, saved, set_up_team
from tests.rituals.stories import logged as decided

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]

WEBHOOK = "Send a webhook for each failure"
SHOWN = f"Decided: *D-1* {WEBHOOK}"
SHOWS = f"Problem P-1: {LATE}"


async def link(slack: Slack, decision: Json, relation: str, name: str, *, by: str = "pm") -> Result:
    person = slack.person(by)
    view = await choose(person, decision, "link")
    return await person.submit(view, {"relation": relation, "links": name})


async def test_a_new_decision_names_the_problem_that_it_decides(slack: Slack) -> None:
    await logged(slack)
    await saved(slack, WEBHOOK, links="p-1")
    await card(slack, WEBHOOK, SHOWS)
    await slack.message("payments", SHOWN)


async def test_an_earlier_decision_is_linked_and_loosened_again(slack: Slack) -> None:
    await logged(slack)
    decision = await decided(slack, WEBHOOK)
    assert (await link(slack, decision, "relates_to", "P-1")).errors == {}
    await card(slack, WEBHOOK, SHOWS)
    await slack.message("payments", SHOWN)
    pm = slack.person("pm")
    assert "P-1" in words_of(await opens(pm, pm.command("payments", "/decision", "show D-1")))

    assert (await link(slack, decision, "none", "P1")).errors == {}

    async def neither_shows_it() -> bool:
        said = words_of(await slack.messages("payments"))
        return SHOWN not in said and SHOWS not in said

    await until(neither_shows_it)
    assert SHOWN not in await page(pm)
    assert (await link(slack, decision, "none", "P-1")).errors == {"links": "P-1 is not linked to this one."}


async def test_what_cannot_be_linked_is_said_where_it_was_typed(slack: Slack) -> None:
    await logged(slack)
    decision = await decided(slack, WEBHOOK)
    assert (await link(slack, decision, "supersedes", "P-1")).errors == {
        "relation": "P-1 is a problem, and a decision takes the place of decisions only. To link it, choose "
        "“is related to”."
    }
    assert (await link(slack, decision, "relates_to", "P-7")).errors == {
        "links": "There is no P-7 that you can see. /problem list shows what there is."
    }
    pm = slack.person("pm")
    await pm.submit(await opens(pm, pm.command("payments", "/partner", "win Faster deploys")))
    await slack.message("payments", "Faster deploys")
    assert (await link(slack, decision, "relates_to", "W-1")).errors == {
        "links": "W-1 is neither a decision nor a problem. Name one of those."
    }
    assert SHOWN not in await page(pm)


async def test_a_problem_that_somebody_cannot_see_is_not_there_for_them(slack: Slack) -> None:
    await logged(slack, channel="leads")
    decision = await decided(slack, WEBHOOK)
    refused = await link(slack, decision, "relates_to", "P-1", by="engineer")
    assert refused.errors == {"links": "There is no P-1 that you can see. /problem list shows what there is."}
    assert (await link(slack, decision, "relates_to", "P-1")).errors == {}
    elsewhere = f"about a problem in <#{slack.channels['leads']}>"
    assert LATE not in words_of(await card(slack, WEBHOOK, elsewhere))


async def test_a_history_names_nothing_that_its_reader_cannot_see(slack: Slack) -> None:
    await logged(slack, channel="leads")
    await saved(slack, "Lay off nobody", channel="leads")
    await logged(slack, "Refunds take a week")
    decision = await decided(slack, WEBHOOK)
    for name in ("P-1", "D-1", "P-2"):
        assert (await link(slack, decision, "relates_to", name)).errors == {}
    assert (await link(slack, decision, "none", "P-1")).errors == {}

    async def history(name: str) -> list[str]:
        person = slack.person(name)
        page = words_of(await opens(person, person.command("payments", "/decision", "show D-2")))
        return [line for line in page.splitlines() if line.startswith("related to: ")]

    assert await history("engineer") == ["related to: (empty) → P-2"]
    assert await history("techlead") == [
        "related to: (empty) → P-1",
        "related to: (empty) → D-1",
        "related to: (empty) → P-2",
        "related to: P-1 → (empty)",
    ]


async def test_only_who_may_change_the_problem_links_a_decision_of_theirs_to_it(slack: Slack) -> None:
    await set_up_team(slack, who_may="owners")
    await logged(slack)
    decision = await decided(slack, WEBHOOK, by="engineer2")
    refused = await link(slack, decision, "relates_to", "P-1", by="engineer2")
    assert refused.errors == {
        "links": "In this team only the makers, the PM and the tech lead change a record. Ask one of them."
    }
    assert SHOWN not in await page(slack.person("pm"))
    assert (await link(slack, decision, "relates_to", "P-1", by="techlead")).errors == {}
    await slack.message("payments", SHOWN)
