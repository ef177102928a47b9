"""A decision is looked at again: on its day its makers are asked, and what it waits for is asked in the 1:1."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Json, Slack, until, words_of
from tests.rituals.one_on_ones.stories import MONDAY, WEDNESDAY, agenda, set_up_pair
from tests.rituals.stories import card, dm_of, filled, logged, opens, pass_to, replaced, set_up_team, settle

pytestmark = pytest.mark.alike

#: 09:00 in Berlin on the Tuesday after.
TUESDAY = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def _questions(slack: Slack, name: str) -> list[Json]:
    return [message for message in await dm_of(slack, name) if "Still right?" in words_of(message)]


async def test_on_its_day_the_makers_are_asked_once_and_keep_it(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack)
    await logged(slack, "Use webhooks", deciders=["pm", "techlead"], revisit_on="2026-12-01")
    await pass_to(bot, clock, TUESDAY - timedelta(minutes=1))
    assert await _questions(slack, "pm") == []
    await pass_to(bot, clock, TUESDAY)
    await pass_to(bot, clock, TUESDAY + timedelta(days=2))
    for name in ("pm", "techlead"):
        [asked] = await _questions(slack, name)
        assert "Use webhooks" in words_of(asked)

    lead = slack.person("techlead")
    assert "Still right?" in words_of(await lead.open_home())
    view = await opens(lead, lead.press((await _questions(slack, "techlead"))[0], "decisions.keep"))
    refused = await lead.submit(view, {"revisit_on": "2026-12-02"})
    assert refused.errors == {"revisit_on": "Pick a day from tomorrow on, or leave it empty."}
    await lead.submit(view, {"revisit_on": "2026-12-10"})
    await settle(bot)
    assert "10 Dec 2026" in words_of(await card(slack, "Use webhooks", "10 Dec 2026"))

    async def said() -> bool:
        return "it is still right. Next look: 10 Dec 2026" in str(await slack.messages("payments"))

    await until(said)
    assert "Still right?" not in words_of(await lead.open_home())
    await pass_to(bot, clock, TUESDAY + timedelta(days=9))
    assert len(await _questions(slack, "pm")) == 2


async def test_where_nobody_is_said_to_have_decided_it_waits_for_who_logged_it(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack)
    shown = await logged(slack, "Use webhooks", deciders=[], revisit_on="2026-12-01")
    engineer, pm = slack.person("engineer"), slack.person("pm")
    view = await opens(engineer, engineer.press(shown, "decisions.question"))
    await engineer.submit(view, {"reason": "Which version?"})
    assert "asks about *D-1* Use webhooks" in words_of(await pm.open_home())
    await pass_to(bot, clock, TUESDAY)
    assert len(await _questions(slack, "pm")) == 1
    assert "Still right? *D-1* Use webhooks" in words_of(await pm.open_home())
    assert "Nothing waits for you" in words_of(await slack.person("techlead").open_home())


async def test_what_does_not_stand_any_more_is_not_asked_about(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack)
    await logged(slack, "Use webhooks", deciders=["pm"], revisit_on="2026-12-01", status="rejected")
    shown = await logged(slack, "Poll", deciders=["pm"], revisit_on="2026-12-01")
    view = await opens(
        slack.person("pm"), slack.person("pm").press(shown, "decisions.change", _entry(shown, "open"))
    )
    withdrawal = await opens(slack.person("pm"), slack.person("pm").press_in(view, "decisions.withdraw"))
    await slack.person("pm").submit(withdrawal, {"reason": "a mistake"})
    await pass_to(bot, clock, TUESDAY)
    assert [words_of(asked).count("Poll") for asked in await _questions(slack, "pm")] == [0]


async def test_what_was_replaced_while_the_form_was_open_is_not_kept(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack)
    shown = await logged(slack, "Use webhooks", deciders=["pm"], revisit_on="2026-12-01")
    await pass_to(bot, clock, TUESDAY)
    pm = slack.person("pm")
    [asked] = await _questions(slack, "pm")
    view = await opens(pm, pm.press(asked, "decisions.keep"))
    await replaced(slack, shown, "Use the stream", by="techlead")
    refused = await pm.submit(view, {"revisit_on": "2026-12-10"})
    assert refused.errors == {"revisit_on": "D-1 does not stand any more."}
    await settle(bot)
    assert "it is still right" not in str(await slack.messages("payments"))


async def test_what_one_of_its_makers_has_kept_is_not_undone_by_the_other(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack)
    await logged(slack, "Use webhooks", deciders=["pm", "techlead"], revisit_on="2026-12-01")
    await pass_to(bot, clock, TUESDAY)
    pm, lead = slack.person("pm"), slack.person("techlead")
    [mine], [theirs] = await _questions(slack, "pm"), await _questions(slack, "techlead")
    form = await opens(pm, pm.press(mine, "decisions.keep"))
    open_at_once = await opens(lead, lead.press(theirs, "decisions.keep"))
    await pm.submit(form, {"revisit_on": "2026-12-10"})
    refused = await lead.submit(open_at_once, {})
    meanwhile = "Somebody looked at D-1 meanwhile. Next look: 10 Dec 2026. To change that, open it again."
    assert refused.errors == {"revisit_on": meanwhile}

    later = await opens(lead, lead.press(theirs, "decisions.keep"))
    assert filled(later)["revisit_on"] == "2026-12-10"
    assert (await lead.submit(later)).errors == {}
    await settle(bot)
    assert "Look again: 10 Dec 2026" in words_of(await card(slack, "Use webhooks"))


async def test_who_cannot_see_it_any_more_is_not_asked_about_it(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack, by="pm", channel="leads", name="Leads")
    both = ["pm", "techlead"]
    await logged(slack, "A private matter", channel="leads", deciders=both, revisit_on="2026-12-01")
    await slack.post(f"channels/{slack.channels['leads']}", {"remove": [slack.users["techlead"]]})
    await pass_to(bot, clock, TUESDAY)
    assert len(await _questions(slack, "pm")) == 1
    assert "A private matter" not in str(await dm_of(slack, "techlead"))


def _entry(shown: Json, what: str) -> str:
    return next(
        str(option["value"])
        for block in shown["blocks"]
        for element in block.get("elements", [])
        for option in element.get("options", [])
        if option["value"].startswith(f"{what}:")
    )


async def test_what_it_waits_for_is_asked_in_the_1_1(slack: Slack, bot: App, clock: MovableClock) -> None:
    await set_up_team(slack)
    await logged(slack, "Use webhooks", revisit_when="the partner charges for each webhook")
    group = await set_up_pair(slack)
    await pass_to(bot, clock, MONDAY)
    shown = words_of(await agenda(slack, group))
    assert "From what your team keeps" in shown
    assert "has this come about? “the partner charges for each webhook”" in shown


async def test_what_only_one_of_the_two_can_see_is_not_laid_before_both(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack, by="pm", channel="leads", name="Leads")
    await logged(slack, "A private matter", channel="leads", revisit_when="it leaks")
    group = await set_up_pair(slack, by="pm", other="techlead")
    await slack.post(f"channels/{slack.channels['leads']}", {"remove": [slack.users["techlead"]]})
    await pass_to(bot, clock, MONDAY)
    assert "A private matter" not in words_of(await agenda(slack, group))
