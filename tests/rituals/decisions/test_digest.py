"""The weekly digest: what was decided, what waits for an answer, what is to be looked at again; off until wanted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Slack, words_of
from tests.rituals.one_on_ones.stories import WEDNESDAY
from tests.rituals.stories import logged, opens, pass_to, saved, set_up_team, told

pytestmark = pytest.mark.alike

#: 15:00 in Berlin.
FRIDAY = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def _turn_on(slack: Slack, *, by: str = "pm", **fields: Any) -> None:
    person = slack.person(by)
    view = await opens(person, person.command("payments", "/decision", "digest"))
    assert (await person.submit(view, fields)).errors == {}


async def _digests(slack: Slack) -> list[str]:
    return [words_of(m) for m in await slack.messages("payments") if m["text"].startswith("Decisions of")]


async def test_on_friday_it_says_what_was_decided_what_waits_and_what_comes_up(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack, timezone="Europe/Berlin")
    await logged(slack, "Use webhooks", must_know=["engineer", "techlead"])
    await pass_to(bot, clock, FRIDAY)
    assert await _digests(slack) == []
    await _turn_on(slack)
    assert "every Friday at 15:00 Berlin" in words_of(await told(slack, "pm", "The digest comes"))

    await saved(slack, "Poll & wait", revisit_on="2026-12-09")
    await pass_to(bot, clock, FRIDAY + WEEK)
    [said] = await _digests(slack)
    assert "*1 decision since 27 Nov 2026*\n• *D-2* Poll &amp; wait · accepted" in said
    assert "*1 waits for an answer:* D-1" in said
    assert "*To look at again in the week that comes*\n• *D-2* Poll &amp; wait · 9 Dec 2026" in said
    assert "<@" not in said
    await pass_to(bot, clock, FRIDAY + 2 * WEEK)
    latest = (await _digests(slack))[-1]
    assert "since" not in latest
    assert "*1 waits for an answer:* D-1" in latest


async def test_a_week_without_news_is_silent_and_what_another_channel_decided_is_not_told(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack, channel="leads", name="Leads", timezone="Europe/Berlin")
    await logged(slack, "A private matter", channel="leads", must_know=["techlead"], revisit_on="2026-12-01")
    person = slack.person("pm")
    settings = await opens(person, person.command("leads", "/partner", "team"))
    assert (await person.submit(settings, {"channel": "payments"})).errors == {}
    await _turn_on(slack)
    await pass_to(bot, clock, FRIDAY + WEEK)
    assert await _digests(slack) == []


async def test_it_comes_when_the_team_says_and_no_more_once_it_is_off(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack, timezone="Europe/Berlin")
    await saved(slack, "Use webhooks")
    await _turn_on(slack)
    pm = slack.person("pm")
    view = await opens(pm, pm.command("payments", "/decision", "digest"))
    assert "Next: Fri 27 Nov 15:00 Berlin, in 2 days" in words_of(view)
    await pm.submit(view, {"weekday": "3", "time": "09:30"})
    thursday = datetime(2026, 11, 26, 8, 30, tzinfo=UTC)
    await pass_to(bot, clock, thursday)
    assert len(await _digests(slack)) == 1
    await saved(slack, "Poll every minute")
    view = await opens(pm, pm.command("payments", "/decision", "digest"))
    for _press in range(2):
        await pm.press_in(view, "decisions.digest_off")
    await pass_to(bot, clock, thursday + WEEK)
    assert len(await _digests(slack)) == 1


async def test_a_digest_that_is_a_day_late_is_dropped_and_the_next_one_tells_it(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack, timezone="Europe/Berlin")
    await saved(slack, "Use webhooks")
    await _turn_on(slack)
    clock.set(FRIDAY + timedelta(days=1, minutes=1))
    await pass_to(bot, clock, clock.now())
    assert await _digests(slack) == []
    await pass_to(bot, clock, FRIDAY + WEEK)
    [said] = await _digests(slack)
    assert "Use webhooks" in said
