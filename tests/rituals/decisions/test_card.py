"""The card in the channel, and what people answer on it."""

from datetime import timedelta

import pytest

from bot.clock import MovableClock
from tests.person import Json, Person, Slack, until, words_of
from tests.rituals.stories import (
    card,
    choose,
    home,
    home_view,
    labels,
    logged,
    opens,
    record_id,
    set_up_team,
)

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]


async def _answer(person: Person, shown: Json, button: str, reason: str) -> None:
    view = await opens(person, person.press(shown, f"decisions.{button}"))
    result = await person.submit(view, {"reason": reason})
    assert result.errors == {}


def _blocks(shown: Json) -> list[str]:
    return [words_of(block) for block in shown["blocks"]]


async def test_the_card_says_in_five_seconds_what_why_and_what_else(slack: Slack) -> None:
    await set_up_team(slack)
    pm, lead, engineer = (slack.users[name] for name in ("pm", "techlead", "engineer"))
    shown = await logged(
        slack,
        "Use webhooks, no polling",
        context="Line 1\nLine 2 <!channel>\nLine 3\nLine 4",
        alternatives__0__name="Polling",
        alternatives__0__why_not="Simpler, but\nhits rate limits",
        trade_offs="A public endpoint",
        must_know=["engineer", "engineer2"],
        tags="api, partner",
        revisit_when="if p95 > 400 ms",
    )
    header, facts, why, others, price, footer, _buttons = _blocks(shown)
    assert header == "Use webhooks, no polling"
    assert facts.startswith("*D-1* · accepted · ")
    assert facts.endswith(f"decided by <@{pm}> and <@{lead}> jointly")
    assert why == ">Line 1\n>Line 2 &lt;!channel&gt;\n>Line 3 …"
    assert others == "*Also considered*\n• Polling — Simpler, but hits rate limits"
    assert price == "*What we accept*\nA public endpoint"
    assert footer == (
        f"0 of 2 know · still to answer: <@{engineer}> and <@{slack.users['engineer2']}>\n"
        "Look again: if p95 &gt; 400 ms\n#api #partner"
    )
    assert labels(shown) == ["I know", "I have a question", "Disagree, will commit", "This blocks me"]


async def test_the_card_is_told_in_words_to_a_screen_reader(slack: Slack) -> None:
    shown = await logged(
        slack,
        "Use webhooks",
        context="Partner limits",
        alternatives__0__name="Polling",
        alternatives__0__why_not="Rate limits",
        trade_offs="A public endpoint",
        must_know=["engineer"],
    )
    heading, facts, *rest = shown["text"].split("\n")
    assert heading == "D-1 Use webhooks"
    assert facts.startswith("accepted · ")
    assert "D-1" not in facts, "a number is read out once"
    assert rest == [
        "Partner limits",
        "Considered: Polling: Rate limits",
        "We accept: A public endpoint",
        f"0 of 1 know · still to answer: <@{slack.users['engineer']}>",
    ]


async def test_everybody_who_must_know_is_counted_and_leaves_the_line_when_they_answer(slack: Slack) -> None:
    engineer, other = slack.person("engineer"), slack.person("engineer2")
    shown = await logged(slack, "Use webhooks", must_know=["engineer", "engineer2"])
    assert "Do you know this one? *D-1* Use webhooks" in await home(slack, "engineer")

    await engineer.press(shown, "decisions.acknowledge")
    shown = await card(slack, "D-1", "1 of 2 know")
    assert f"still to answer: <@{other.id}>" in words_of(shown)
    assert "Do you know" not in await home(slack, "engineer")

    await other.press_in(await home_view(slack, "engineer2"), "decisions.acknowledge", record_id(shown))
    shown = await card(slack, "D-1", "2 of 2 know")
    assert "still to answer" not in words_of(shown)
    assert "Nothing waits for you" in await home(slack, "engineer2")


async def test_a_question_and_a_block_are_said_in_the_thread_and_on_the_card(slack: Slack) -> None:
    engineer, lead = slack.person("engineer"), slack.person("techlead")
    shown = await logged(slack, "Use webhooks", must_know=["engineer"])
    await _answer(engineer, shown, "question", "Who pays?\nUs?")
    asked = await slack.message("payments", "Who pays?")
    assert asked["thread_ts"] == shown["ts"]
    assert asked["text"] == f"<@{engineer.id}> asks <@{slack.users['pm']}>:\n>Who pays?\n>Us?"
    assert f"<@{engineer.id}> asks about *D-1* Use webhooks\n>Who pays?" in await home(slack, "pm")
    assert "asks about" not in await home(slack, "techlead"), "it is for those who decided"
    await _answer(lead, shown, "blocks", "No certificate")
    assert (await slack.message("payments", "No certificate"))["thread_ts"] == shown["ts"]
    shown = await card(slack, "D-1", f"<@{lead.id}> is blocked by it")
    assert f"0 of 1 know · <@{engineer.id}> asked a question" in words_of(shown)
    assert f"*This blocks <@{lead.id}>*\nNo certificate" in words_of(await choose(lead, shown, "open"))
    assert f"<@{lead.id}> is blocked by *D-1*" in await home(slack, "pm")
    for person in (engineer, lead):
        await person.press(shown, "decisions.acknowledge")
    await card(slack, "D-1", "1 of 1 knows")
    assert "Nothing waits for you" in await home(slack, "pm")


async def test_who_has_answered_one_decision_is_asked_about_the_next(slack: Slack) -> None:
    shown = await logged(slack, "Use webhooks", context="Polling hits limits", must_know=["engineer"])
    assert "Use webhooks\n>Polling hits limits" in await home(slack, "engineer")
    await slack.person("engineer").press(shown, "decisions.acknowledge")
    await card(slack, "D-1", "1 of 1 knows")
    await logged(slack, "Rotate the keys", must_know=["engineer"])
    assert "Do you know this one? *D-2* Rotate the keys" in await home(slack, "engineer")


async def test_a_decision_against_something_is_to_be_known_too(slack: Slack) -> None:
    shown = await logged(slack, "Move to Kafka", status="rejected", must_know=["engineer"])
    assert "I know" in labels(shown)
    assert "Do you know this one? *D-1* Move to Kafka" in await home(slack, "engineer")
    await slack.person("engineer").press(shown, "decisions.acknowledge")
    await card(slack, "D-1", "1 of 1 knows")


async def test_who_logged_it_is_named_when_others_decided(slack: Slack) -> None:
    await set_up_team(slack)
    shown = await logged(slack, "Use webhooks", by="engineer")
    assert f"jointly · logged by <@{slack.users['engineer']}>" in words_of(shown)
    assert "logged by" not in words_of(await logged(slack, "Rotate the keys", by="pm"))


async def test_pressing_again_changes_the_answer(slack: Slack, clock: MovableClock) -> None:
    """Also when the bot's clock is ahead of Slack's."""
    engineer = slack.person("engineer")
    shown = await logged(slack, "Use webhooks", must_know=["engineer"])
    clock.advance(timedelta(minutes=5))
    await _answer(engineer, shown, "disagree", "Polling would do")
    shown = await card(slack, "D-1", f"1 of 1 knows · <@{engineer.id}> disagrees and commits")
    await engineer.press(shown, "decisions.acknowledge")

    async def agreed() -> bool:
        return "disagrees" not in words_of((await card(slack, "D-1", "1 of 1 know"))["blocks"])

    await until(agreed)
    assert "Polling would do" not in words_of(await choose(engineer, shown, "open"))


async def test_one_can_answer_on_the_page_after_reading_it(slack: Slack) -> None:
    engineer = slack.person("engineer")
    shown = await logged(slack, "Use webhooks", must_know=["engineer"])
    page = await choose(engineer, shown, "open")
    await engineer.press_in(page, "decisions.acknowledge")

    async def counted() -> bool:
        return "1 of 1 knows" in words_of(await engineer.view(page))

    await until(counted)
    await card(slack, "D-1", "1 of 1 knows")
    question = await opens(engineer, engineer.press_in(page, "decisions.question"))
    assert (await engineer.submit(question, {"reason": "Who pays?"})).errors == {}
    assert f"*<@{engineer.id}> asks*\nWho pays?" in words_of(await choose(engineer, shown, "open"))


async def test_a_reason_is_asked_for_and_must_be_one(slack: Slack) -> None:
    engineer = slack.person("engineer")
    shown = await logged(slack, "Use webhooks")
    view = await opens(engineer, engineer.press(shown, "decisions.disagree"))
    assert "It goes into the card's thread, with your name." in words_of(view)
    assert (await engineer.submit(view, {"reason": "  "})).errors == {"reason": "Please fill this in."}
    assert "disagrees" not in words_of(await slack.messages("payments"))


async def test_who_is_muted_is_named_and_not_mentioned(slack: Slack) -> None:
    engineer = slack.person("engineer")
    await engineer.command("payments", "/partner", "mute")
    shown = await logged(slack, "Use webhooks", must_know=["engineer", "engineer2"])
    assert f"still to answer: engineer and <@{slack.users['engineer2']}>" in words_of(shown)
    assert engineer.id not in words_of(shown)
    await engineer.command("payments", "/partner", "unmute")
    shown = await logged(slack, "Use a queue", must_know=["engineer"])
    assert f"still to answer: <@{engineer.id}>" in words_of(shown)


async def test_who_is_muted_is_not_mentioned_for_what_they_say_either(slack: Slack) -> None:
    engineer = slack.person("engineer")
    await engineer.command("payments", "/partner", "mute")
    shown = await logged(slack, "Use webhooks")
    await _answer(engineer, shown, "question", "Who pays?")
    assert (await slack.message("payments", "Who pays?"))["text"].startswith("engineer asks <@")
    assert engineer.id not in words_of(await card(slack, "D-1", "engineer asked a question"))
