"""A team moves to another time zone: what goes by its clock moves with it, and who saved it is told; the rest stays."""

from datetime import timedelta

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Slack, words_of
from tests.rituals.one_on_ones.stories import MONDAY, WEDNESDAY, page, set_up_pair
from tests.rituals.problem_sessions.stories import FRIDAY, asked_to_pick, picked, with_sessions
from tests.rituals.problem_sessions.stories import logged as problem
from tests.rituals.stories import logged, opens, pass_to, settle, shows, told

pytestmark = pytest.mark.alike

HOURS = timedelta(hours=6)  # New York is so far behind Berlin


async def test_what_goes_by_the_teams_clock_moves_and_what_goes_by_a_persons_stays(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    clock.set(WEDNESDAY)
    await with_sessions(slack)
    await logged(slack, "Use webhooks", revisit_on="2026-12-01")
    await set_up_pair(slack, by="techlead", other="engineer")  # goes by the clock of the tech lead
    await set_up_pair(slack, timezone="Europe/Lisbon")  # by one that they chose
    lead = slack.person("techlead")
    view = await shows(lead, await opens(lead, lead.command("payments", "/partner", "team")), "Payments")
    assert (await lead.submit(view, {"timezone": "america/new_york"})).errors == {}
    said = words_of(await told(slack, "techlead", "Saved: *Payments*"))
    assert "`/problem` · Next: Mon 30 Nov 10:00 New York, in 5 days." in said
    assert "`/decision` · Next: Thu 26 Nov 09:00 New York, tomorrow." in said
    assert "/one-on-one" not in said
    clock.advance(timedelta(minutes=1))

    card = await problem(slack)
    await pass_to(bot, clock, FRIDAY + HOURS - timedelta(minutes=1))
    assert await asked_to_pick(slack, "pm") == []
    await pass_to(bot, clock, FRIDAY + HOURS)
    await picked(slack, card)
    await pass_to(bot, clock, MONDAY + HOURS - timedelta(minutes=1))
    assert "Problem session" not in str(await slack.messages("payments"))
    clock.set(MONDAY + HOURS)
    await settle(bot)
    assert "Mon 30 Nov 10:00 New York" in str([words_of(m) for m in await slack.messages("payments")])
    for name, shown in (("engineer", "10:00 Berlin"), ("pm", "10:00 Lisbon")):
        assert f"every Monday at {shown}" in words_of(await page(slack.person(name)))
