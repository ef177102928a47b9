"""Finding out why: searches, lists and pages, and honest words when there is nothing."""

import re
from datetime import UTC, date, datetime

import pytest

from bot.access.rules import Kind, Viewer
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.rituals.decisions import queries
from tests.person import Slack, words_of
from tests.rituals.stories import (
    COMMAND,
    form,
    home_view,
    labels,
    logged,
    opens,
    saved,
    shows,
    told,
)

bot = pytest.mark.usefixtures("bot")


async def _ask(slack: Slack, typed: str, *, by: str = "pm", channel: str = "payments") -> str:
    """What `/decision …` answers, in words."""
    return (await slack.person(by).command(channel, COMMAND, typed)).text


@pytest.mark.parametrize(
    ("typed", "filters"),
    [
        ("", {}),
        ("all", {}),
        ("mine", {"by": "U1"}),
        ("open", {"status": "proposed"}),
        ("due", {"due": "yes"}),
        ("Superseded", {"status": "superseded"}),
        ("#API mine", {"tag": "api", "by": "U1"}),
        ("by:me tag:api", {"by": "U1", "tag": "api"}),
        ("by: <@U2|Ana Souza> in:<#C1|payments>", {"by": "<@U2|Ana Souza>", "in": "<#C1|payments>"}),
        ('tag:"two words"', {"tag": "two words"}),
    ],
)
def test_a_list_is_asked_for_in_a_few_words(typed: str, filters: dict[str, str]) -> None:
    assert queries.parse_list(typed, user_id="U1") == queries.Wanted(filters=filters)


@pytest.mark.parametrize(
    "typed", ["vendors for Q3", "open questions", "#", "tag:", "mine and yours", "by: me", "<@U2>", "<#>"]
)
def test_anything_else_after_list_is_a_title(typed: str) -> None:
    assert queries.parse_list(typed, user_id="U1") is None


@bot
async def test_why_finds_what_was_decided_with_the_words_that_matched(slack: Slack) -> None:
    await saved(
        slack,
        "Use webhooks for the partner API",
        context="Polling ran into rate limits every night",
        alternatives__0__name="Kafka",
        alternatives__0__why_not="Nobody here can run a broker",
    )
    found = await _ask(slack, "why are we not polling?")
    assert "*What was decided, for “are we not polling?”*" in found
    assert ">Why: *Polling* ran into rate limits every night" in found
    found = await _ask(slack, "find kafka brokers")
    assert ">Not chosen: *Kafka* — Nobody here can run a *broker*" in found, "the losing side is found too"
    shown = await told(slack, "pm", "*Kafka*")
    page = await opens(slack.person("pm"), slack.person("pm").press(shown, "decisions.open"))
    assert page["title"]["text"] == "D-1"


@bot
async def test_nothing_found_says_so_and_the_nearest_is_called_just_that(slack: Slack) -> None:
    assert "No decision mentions *retry budget*." in await _ask(slack, "why retry budget")
    await saved(slack, "Retry policy for the partner API")
    near = await _ask(slack, "why <retry> budget circuit breaker")
    assert (
        "No decision really answers *&lt;retry&gt; budget circuit breaker*. "
        "Closest: *D-1* Retry policy for the partner API" in near
    )
    assert "Log this as a decision" in labels(await told(slack, "pm", "Closest"))


def _order(answer: str) -> list[str]:
    """The records in an answer, which Slack gets in blocks and once more as text."""
    return list(dict.fromkeys(re.findall(r"\*(D-\d+)\*", answer)))


@bot
async def test_a_rare_word_finds_more_than_a_common_one(slack: Slack) -> None:
    await saved(slack, "Throttle", context="A bucket of tokens")
    for title in ("Versions", "Signatures", "Errors", "Pages"):
        await saved(slack, title, context="An interface of partners")
    assert _order(await _ask(slack, "why interface bucket"))[0] == "D-1", "each has one of the two words"


@bot
async def test_what_a_decision_is_about_counts_more_than_what_it_costs(slack: Slack) -> None:
    await saved(slack, "Webhooks", context="Rate limits")
    await saved(slack, "Endpoints", trade_offs="Rate limits")
    assert _order(await _ask(slack, "why limits")) == ["D-1", "D-2"]


@bot
async def test_another_word_for_the_same_thing_is_found_and_called_the_closest(slack: Slack) -> None:
    await saved(slack, "Kubernetes runs the workers")
    await saved(slack, "Rotate the keys")
    found = await _ask(slack, "why k8s")
    assert "No decision really answers *k8s*. Closest: *D-1* Kubernetes runs the workers" in found
    assert "D-2" not in found


@bot
async def test_a_part_of_a_name_with_a_dot_or_a_slash_is_found(slack: Slack) -> None:
    await saved(slack, "Lunr.js searches docs/handbook", context="v2.1-beta")
    for word in ("lunr", "handbook", "Lunr.js", "beta", "lunr.ts"):
        assert _order(await _ask(slack, f"why {word}")) == ["D-1"], word


@bot
async def test_a_question_of_common_words_alone_finds_nothing(slack: Slack) -> None:
    await saved(slack, "Rotate the keys")
    assert "No decision mentions" in await _ask(slack, "why against yourselves")


@bot
async def test_filters_narrow_a_search_and_a_list(slack: Slack) -> None:
    pm, lead, engineer = (slack.users[name] for name in ("pm", "techlead", "engineer"))
    await saved(slack, "Use webhooks", tags="api", date="2026-02-10", must_know=[engineer])
    await saved(
        slack,
        "Webhooks get signed",
        by="techlead",
        status="proposed",
        date="2026-03-10",
        tags="api, security",
    )
    await saved(slack, "Webhooks for leads", channel="leads", date="2026-04-10", deciders=[lead])
    for typed, numbers in {
        "status:proposed": {"D-2"},
        "tag:#API": {"D-1", "D-2"},
        "tag:security": {"D-2"},
        f"by:<@{lead}|techlead>": {"D-2", "D-3"},
        f"by:<@{engineer}|engineer>": set(),  # who must know has not decided
        f"by: <@{pm}|pm>": {"D-1", "D-3"},
        "by:me": {"D-1", "D-3"},
        f"in:<#{slack.channels['leads']}|leads>": {"D-3"},
        "since:2026-03-10": {"D-2", "D-3"},
        "before:2026-03-10": {"D-1"},
        "since:2026-03-01 before:2026-04-01": {"D-2"},
        "status:rejected": set(),
    }.items():
        for question in (f"why webhooks {typed}", f"list {typed}", f"search {typed}"):
            assert set(re.findall(r"D-\d+", await _ask(slack, question))) == numbers, question
    assert set(re.findall(r"D-\d+", await _ask(slack, "list mine", by="techlead"))) == {"D-2", "D-3"}
    assert "No decision matches *status:rejected*." in await _ask(slack, "why status:rejected")


NONSENSE = {
    "status:done": "`status:` knows proposed, accepted, rejected, superseded, reversed, unknown. “done” is none of them.",
    "since:yesterday": "`since:` wants a day such as `2026-02-15`.",
    "before:2026-02-31": "`before:` wants a day such as `2026-02-15`.",
    "by:ana": "`by:` wants a person: type `by: @` and pick them from Slack's list, or say `by:me`.",
    "in:here": "`in:` wants a channel: type `in: #` and pick it from Slack's list.",
}


@bot
async def test_a_filter_that_makes_no_sense_is_answered_with_what_would(slack: Slack) -> None:
    for typed, answer in NONSENSE.items():
        assert await _ask(slack, f"list {typed}") == answer
        assert await _ask(slack, f"why webhooks {typed}") == answer


@bot
async def test_lists_are_newest_first_and_go_on_page_by_page(slack: Slack) -> None:
    pm = slack.person("pm")
    for day, letter in enumerate("abcdefghijkl", start=1):
        await saved(slack, f"Keep {letter * 3}", date=f"2026-02-{day:02}")
    answer = await pm.command("payments", COMMAND, "list")
    assert answer.text.startswith("12 decisions\n*D-12* Keep lll · accepted · 12 Feb 2026")
    assert re.findall(r"D-\d+", words_of(answer.body["blocks"])) == [f"D-{n}" for n in range(12, 2, -1)]
    shown = await told(slack, "pm", "Show 2 more")
    await pm.press(shown, "decisions.next_page")
    rest = words_of((await told(slack, "pm", "*D-1* "))["blocks"])
    assert re.findall(r"D-\d+", rest) == ["D-2", "D-1"]
    assert "Show" not in rest


@bot
async def test_due_are_those_to_look_at_again(slack: Slack, clock: MovableClock) -> None:
    clock.set(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    first = "No decision that you can see is logged yet. `/decision` logs the first one."
    assert await _ask(slack, "list") == f"{first}\n{first}"
    await saved(slack, "Use webhooks", revisit_on="2026-12-01")
    nothing = "No decision matches that. `/decision list` shows all; `/decision` logs one."
    assert await _ask(slack, "list due") == f"{nothing}\n{nothing}"
    clock.set(datetime(2026, 12, 1, 9, 0, tzinfo=UTC))
    assert "*D-1* Use webhooks" in await _ask(slack, "list due")


@bot
async def test_due_is_a_day_of_who_asks(slack: Slack, clock: MovableClock) -> None:
    clock.set(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    await saved(slack, "Use webhooks", revisit_on="2026-12-01")
    clock.set(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))  # in Tokyo it is December already
    assert "*D-1* Use webhooks" in await _ask(slack, "list due", by="engineer2")
    assert "D-1" not in await _ask(slack, "list due")


@bot
async def test_every_field_is_found_and_quoted(slack: Slack) -> None:
    await saved(
        slack,
        "Webhooks",
        context="Because of quotas",
        alternatives__0__name="Polling",
        alternatives__0__why_not="Wasteful",
        alternatives__0__reconsider_when="Free tier returns",
        trade_offs="Endpoints",
        tags="partner-api",
        revisit_when="if latency > 400 ms",
    )
    for word, quote in {
        "quotas": "Why: Because of *quotas*",
        "polling": "Not chosen: *Polling* — Wasteful",
        "wasteful": "Not chosen: Polling — *Wasteful*",
        "tier": "Would change our mind: Free *tier* returns",
        "endpoints": "Accepted in return: *Endpoints*",
        "partner": "Tags: #*partner*-api",
        "latency": "Look again: if *latency* &gt; 400 ms",
    }.items():
        found = await _ask(slack, f"why {word}")
        assert "What was decided" in found, word
        assert f">{quote}" in found, word


@bot
async def test_a_tag_with_the_name_of_a_channel_lists_what_has_either(slack: Slack) -> None:
    """Slack makes a channel of `#payments` before we see it."""
    await saved(slack, "Use webhooks", tags="payments", channel="leads")
    await saved(slack, "Sign the requests")
    await saved(slack, "Rotate the keys", channel="leads")
    found = await _ask(slack, f"list <#{slack.channels['payments']}|payments>")
    assert set(re.findall(r"D-\d", found)) == {"D-1", "D-2"}
    assert f"· <#{slack.channels['leads']}>" in found, "a list says where each belongs"


@bot
async def test_one_word_in_common_is_not_similar(slack: Slack) -> None:
    pm = slack.person("pm")
    await saved(slack, "Cache")
    assert (await pm.submit(await form(pm, "Cache invalidation by events"))).body == ""
    view = await form(pm, "Cache")
    await pm.submit(view)
    await shows(pm, view, "This sounds like something decided before")


@bot
async def test_a_record_is_shown_by_its_number_however_it_is_written(slack: Slack) -> None:
    pm = slack.person("pm")
    await logged(
        slack,
        "Use webhooks",
        context="Limits " * 300,
        alternatives__0__reconsider_when="if it gets slow",
        alternatives__0__name="Polling",
        consulted=["engineer"],
        must_know=["engineer"],
    )
    for typed in ("show D-1", "show d1", "SHOW 1"):
        page = words_of(await opens(pm, pm.command("payments", COMMAND, typed)))
        assert ("Limits " * 300).strip() in page, "the page has all of it"
    assert "Would change our mind: if it gets slow" in page
    assert f"Consulted: <@{slack.users['engineer']}>" in page
    assert "still to answer" in page
    assert (
        await _ask(slack, "show 7")
        == "There is no D-7 that you can see. `/decision list` shows what there is."
    )


@bot
async def test_a_question_of_any_length_is_answered(slack: Slack) -> None:
    await saved(slack, "Use webhooks")
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    words = " ".join(one + other for one in letters for other in letters)
    assert "D-1" in (await _ask(slack, f"why webhooks {words}"))


async def test_a_pasted_text_is_searched_by_its_beginning(db: Database) -> None:
    """PostgreSQL takes at most 1,664 columns, and each word of a question is one."""
    viewer = Viewer(1, "U1", Kind.MEMBER, is_admin=False, channels=frozenset())
    wanted = queries.parse(" ".join(f"w{n:x}" for n in range(2_000)), user_id="U1")
    async with db.read() as session:
        found = await queries.search(session, viewer=viewer, wanted=wanted, today=date(2026, 2, 15))
    assert (found.hits, found.terms[:2]) == ([], ("w0", "w1"))


@bot
async def test_home_has_the_latest_and_a_search_box(slack: Slack) -> None:
    pm = slack.person("pm")
    assert "Nothing is logged yet." in words_of(await home_view(slack, "pm"))
    await saved(slack, "Use webhooks", context="Rate limits")
    home = await home_view(slack, "pm")
    assert "*D-1* Use webhooks" in words_of(home)
    found = await opens(pm, pm.press_in(home, "decisions.search", "rate limits"))
    assert "*Rate* *limits*" in words_of(found)
    form = await opens(pm, pm.press_in(found, "decisions.log"))
    await shows(pm, form, "rate limits")
    await pm.close(form)
    page = await opens(pm, pm.press_in(found, "decisions.open"))
    assert page["title"]["text"] == "D-1"


@bot
async def test_help_tells_every_way(slack: Slack) -> None:
    said = await _ask(slack, "help")
    for way in ("/decision why", "list mine", "show D-12", "status:accepted", "Log as decision"):
        assert way in said
