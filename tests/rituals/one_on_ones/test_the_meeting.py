"""The meeting itself, on its message: ticking off, noting, promising, leaving for next time, being done."""

from datetime import timedelta

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Json, Slack, until, words_of
from tests.rituals.one_on_ones.stories import COMMAND, MONDAY, WEDNESDAY, agenda, page, set_up_pair
from tests.rituals.stories import opens, pass_to, saved, set_up_team, settle, told

pytestmark = pytest.mark.alike

WEEK = timedelta(days=7)


@pytest.fixture
async def group(slack: Slack, bot: App, clock: MovableClock) -> str:
    """It is Monday, 10:00; three things are on the agenda."""
    clock.set(WEDNESDAY)
    found = await set_up_pair(slack)
    await slack.person("pm").command("general", COMMAND, "add The partner wants a date")
    await slack.person("techlead").command("general", COMMAND, "add Who owns the ledger")
    await slack.person("techlead").command("general", COMMAND, "add Hiring")
    await pass_to(bot, clock, MONDAY)
    return found


def _button(message: Json, about: str, action_id: str) -> str:
    """The value of a button beside something on the agenda."""
    for block in message["blocks"]:
        accessory = block.get("accessory") or {}
        if about in words_of(block) and accessory.get("action_id") == action_id:
            return str(accessory["value"])
    raise AssertionError(f"no {action_id} beside {about}")


async def _press(slack: Slack, bot: App, group: str, who: str, *, about: str, action: str) -> Json:
    shown = await agenda(slack, group)
    await slack.person(who).press(shown, action, _button(shown, about, action))
    await settle(bot)
    return await agenda(slack, group)


async def _fill(slack: Slack, bot: App, group: str, who: str, action_id: str, **values: object) -> Json:
    person, shown = slack.person(who), await agenda(slack, group)
    view = await opens(person, person.press(shown, action_id))
    result = await person.submit(view, dict(values))
    assert result.errors == {}, result.errors
    await settle(bot)
    return await agenda(slack, group)


async def test_either_ticks_off_and_takes_it_back(slack: Slack, bot: App, group: str) -> None:
    shown = await _press(slack, bot, group, "techlead", about="partner", action="one_on_ones.tick")
    assert "✓ The partner wants a date" in words_of(shown)
    assert "1 of 3 talked about" in words_of(shown)
    shown = await _press(slack, bot, group, "pm", about="partner", action="one_on_ones.untick")
    assert "0 of 3 talked about" in words_of(shown)


async def test_a_note_and_a_promise_stand_on_the_agenda(slack: Slack, bot: App, group: str) -> None:
    shown = await agenda(slack, group)
    item = _button(shown, "ledger", "one_on_ones.tick")
    await _fill(slack, bot, group, "pm", "one_on_ones.take_note", text="Kenji until January", item=item)
    shown = await _fill(
        slack,
        bot,
        group,
        "pm",
        "one_on_ones.make_action",
        text="Write to the partner",
        owner=slack.users["pm"],
        due="2026-12-04",
    )
    said = words_of(shown)
    assert "Kenji until January" in said
    assert "Write to the partner" in said
    assert "by 4 Dec 2026" in said


async def test_a_promise_for_a_day_that_is_over_is_refused_under_its_field(
    slack: Slack, bot: App, group: str
) -> None:
    pm, shown = slack.person("pm"), await agenda(slack, group)
    view = await opens(pm, pm.press(shown, "one_on_ones.make_action"))
    result = await pm.submit(view, {"text": "x", "owner": slack.users["pm"], "due": "2026-11-27"})
    assert result.errors == {"due": "That date is already over. Pick one from today on."}


async def test_what_can_wait_leaves_this_agenda(slack: Slack, bot: App, group: str) -> None:
    item = _button(await agenda(slack, group), "Hiring", "one_on_ones.tick")
    shown = await _fill(slack, bot, group, "techlead", "one_on_ones.next_time", items=[item])
    assert "Hiring" not in words_of(shown)
    view = await page(slack.person("pm"))
    assert "Hiring" in words_of(view)


async def test_what_a_team_keeps_is_read_as_it_is_meant_and_told_apart(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    clock.set(WEDNESDAY)
    await set_up_team(slack)
    await saved(slack, "Webhooks & retries", must_know=["engineer"], revisit_when="p95 > 400 ms")
    group = await set_up_pair(slack)
    pm = slack.person("pm")
    await pm.command("general", COMMAND, "add Fish & chips")
    await pass_to(bot, clock, MONDAY)
    shown = await agenda(slack, group)
    said = shown["text"]
    assert "Fish &amp; chips" in said
    assert f"*D-1* Webhooks &amp; retries · accepted · 25 Nov 2026 · <#{slack.channels['payments']}>:" in said
    assert "&amp;amp;" not in said
    for action, field in (("one_on_ones.next_time", "items"), ("one_on_ones.take_note", "item")):
        view = await opens(pm, pm.press(shown, action))
        [element] = [block["element"] for block in view["blocks"] if block["block_id"] == field]
        offered = {option["text"]["text"] for option in element["options"]}
        assert len(offered) == 3
        assert "<#" not in str(offered)
        assert any(one.startswith("D-1 Webhooks & r") and one.endswith("“p95 > 400 ms”") for one in offered)
        assert any(one.startswith("D-1 Webhooks & r") and one.endswith("has answered") for one in offered)


async def test_what_comes_up_while_they_meet_goes_on_this_agenda(slack: Slack, bot: App, group: str) -> None:
    await slack.person("pm").command("general", COMMAND, "add One more thing")
    await settle(bot)
    assert "One more thing" in words_of(await agenda(slack, group))


async def test_when_they_are_done_the_thread_says_what_it_came_to_and_the_rest_is_carried_over(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await _press(slack, bot, group, "pm", about="partner", action="one_on_ones.tick")
    await _fill(
        slack, bot, group, "pm", "one_on_ones.make_action", text="Ask Kenji", owner=slack.users["techlead"]
    )
    shown = await agenda(slack, group)
    await slack.person("techlead").press(shown, "one_on_ones.we_are_done")
    await settle(bot)

    summary = await until(lambda: _summary(slack, group))
    said = words_of(summary)
    assert (
        said.index("The partner wants a date") < said.index("Ask Kenji") < said.index("Who owns the ledger")
    )
    assert "Next: Mon 7 Dec 10:00 Berlin, in 7 days." in said
    over = words_of(await agenda(slack, group))
    assert "Tick off" not in over

    await pass_to(bot, clock, MONDAY.replace(month=12, day=7))
    shown = await agenda(slack, group)
    said = words_of(shown)
    assert said.index("Left over from last time") < said.rindex("Who owns the ledger")
    assert "The partner wants a date" not in said
    assert "☐ Ask Kenji" in said
    shown = await _press(slack, bot, group, "techlead", about="Ask Kenji", action="one_on_ones.keep")
    assert "✓ Ask Kenji" in words_of(shown)


async def _summary(slack: Slack, group: str) -> Json | None:
    said = await slack.messages(group)
    return next((m for m in said if m.get("thread_ts") and m["thread_ts"] != m["ts"]), None)


async def test_left_open_it_closes_by_itself_a_working_day_later(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await pass_to(bot, clock, MONDAY.replace(month=12, day=1))
    assert "Left for next time" in words_of(await until(lambda: _summary(slack, group)))
    over = words_of(await agenda(slack, group))
    assert "over" in over
    assert "What is on your mind?" not in over, "all of it was left for next time"


async def test_an_answer_that_comes_late_still_has_its_place(slack: Slack, bot: App, group: str) -> None:
    shown = await _fill(slack, bot, group, "pm", "one_on_ones.answer", answer_0="The dates")
    assert "The dates" in words_of(shown)


async def test_the_history_shows_each_meeting_to_both(slack: Slack, bot: App, group: str) -> None:
    await _fill(slack, bot, group, "pm", "one_on_ones.take_note", text="We laughed a lot")
    lead = slack.person("techlead")
    view = await opens(lead, lead.command("general", COMMAND, "history"))
    assert "Mon 30 Nov 10:00 Berlin" in words_of(view)
    meeting = await opens(lead, lead.press_in(view, "one_on_ones.see_meeting"))
    assert "We laughed a lot" in words_of(meeting)


async def test_a_promise_is_ticked_off_on_the_agenda_after_they_met(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await _promise(slack, bot, group, "Ask Kenji")
    await pass_to(bot, clock, MONDAY + timedelta(days=2))
    shown = await _press(slack, bot, group, "pm", about="Ask Kenji", action="one_on_ones.keep")
    assert "✓ Ask Kenji" in words_of(shown)
    shown = await _press(slack, bot, group, "pm", about="Ask Kenji", action="one_on_ones.keep")
    assert "☐ Ask Kenji" in words_of(shown)


async def test_what_they_talked_about_is_not_taken_off_afterwards(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    lead = slack.person("techlead")
    on_list = await told(slack, "techlead", "Who owns the ledger")
    await _press(slack, bot, group, "pm", about="ledger", action="one_on_ones.tick")
    await pass_to(bot, clock, MONDAY + timedelta(days=2))
    await lead.press(on_list, "one_on_ones.drop")
    assert await told(slack, "techlead", "That 1:1 is over.")
    assert "✓ Who owns the ledger" in words_of(await agenda(slack, group))


async def _promise(slack: Slack, bot: App, group: str, words: str) -> Json:
    pm = slack.users["pm"]
    return await _fill(slack, bot, group, "pm", "one_on_ones.make_action", text=words, owner=pm)


async def test_promises_of_this_meeting_come_first_and_an_earlier_one_keeps_to_its_own(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    for n in range(6):
        await _promise(slack, bot, group, f"Old promise {n}")
    await pass_to(bot, clock, MONDAY + WEEK)
    shown = words_of(await _promise(slack, bot, group, "New promise"))
    assert "New promise" in shown
    assert "and 1 more: Open shows it" in shown
    pm = slack.person("pm")
    history = await opens(pm, pm.command("general", COMMAND, "history"))
    first = next(b for b in history["blocks"] if "Mon 30 Nov" in words_of(b))["accessory"]["value"]
    earlier = words_of(await opens(pm, pm.press_in(history, "one_on_ones.see_meeting", first)))
    assert "Old promise 5" in earlier
    assert "New promise" not in earlier


async def test_the_history_goes_back_to_the_first(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await pass_to(bot, clock, MONDAY + 14 * WEEK)
    pm = slack.person("pm")
    view = await opens(pm, pm.command("general", COMMAND, "history"))
    assert "Mon 30 Nov" not in words_of(view)
    await pm.press_in(view, "one_on_ones.see_history")

    async def earlier() -> bool:
        return "Mon 30 Nov" in words_of(await pm.view(view))

    await until(earlier)
