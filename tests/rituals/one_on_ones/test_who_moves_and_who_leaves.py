"""Somebody travels, and the 1:1 goes with them; somebody's account is gone, and the other is told, once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.app import App
from bot.clock import MovableClock
from bot.inbox.models import Envelope
from bot.schedule.service import by_id
from tests.person import Slack, until, words_of
from tests.rituals.one_on_ones.stories import COMMAND, MONDAY, WEDNESDAY, agenda, page, set_up_pair, settings
from tests.rituals.stories import dm_of, opens, pass_to, settle, told

pytestmark = [pytest.mark.alike, pytest.mark.slow]


@pytest.fixture
async def group(slack: Slack, bot: App, clock: MovableClock) -> str:
    clock.set(WEDNESDAY)
    return await set_up_pair(slack)


async def _becomes(slack: Slack, name: str, **changes: object) -> None:
    await slack.post(f"users/{slack.users[name]}", dict(changes))


async def _told(slack: Slack, place: str, holding: str) -> list[str]:
    async def look() -> list[str]:
        said = [words_of(message) for message in await slack.messages(place)]
        return [words for words in said if holding in words]

    return await until(look)


async def test_it_keeps_its_wall_time_in_the_zone_of_who_set_it_up(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await _becomes(slack, "pm", tz="America/New_York")
    [said] = await _told(slack, group, "another time zone")
    assert "every Monday at 10:00 New York. Next: Mon 30 Nov 10:00 New York, in 5 days." in said
    await pass_to(bot, clock, MONDAY + timedelta(hours=5, minutes=59))
    assert "1:1 ·" not in str(await slack.messages(group))
    await pass_to(bot, clock, MONDAY + timedelta(hours=6))
    assert "Mon 30 Nov 10:00 New York" in words_of(await agenda(slack, group))


async def test_one_that_somebody_has_moved_stays_where_they_put_it(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    lead = slack.person("techlead")
    view = await opens(lead, lead.command("general", COMMAND, "move"))
    assert (await lead.submit(view, {"date": "2026-12-02", "time": "15:00"})).errors == {}
    await pass_to(bot, clock, MONDAY + timedelta(days=1))
    await _becomes(slack, "pm", tz="Europe/Lisbon")
    [said] = await _told(slack, group, "another time zone")
    assert "every Monday at 10:00 Lisbon. Next: Wed 2 Dec 14:00 Lisbon, tomorrow." in said
    await pass_to(bot, clock, MONDAY + timedelta(days=2, hours=5))
    assert "1:1 · Wed 2 Dec 14:00 Lisbon" in words_of(await agenda(slack, group))


async def test_what_has_been_stays_where_it_was(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await pass_to(bot, clock, MONDAY)
    await _becomes(slack, "pm", tz="Asia/Tokyo")
    await _told(slack, group, "another time zone")
    async with bot.database.read() as session:
        first = await by_id(session, workspace_id=1, occurrence_id=1)
    assert first is not None
    assert first.starts_at == MONDAY


async def test_a_zone_that_somebody_chose_stays(slack: Slack, bot: App, clock: MovableClock) -> None:
    clock.set(WEDNESDAY)
    await set_up_pair(slack, timezone="Europe/Lisbon")
    await _becomes(slack, "pm", tz="Asia/Tokyo")
    view = await page(slack.person("pm"))
    assert "every Monday at 10:00 Lisbon" in words_of(view)


async def test_a_change_by_the_other_leaves_whom_it_follows(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await _becomes(slack, "techlead", tz="America/New_York")
    lead = slack.person("techlead")
    view = await settings(lead)
    assert (await lead.submit(view, {"time": "11:00"})).errors == {}
    await _becomes(slack, "pm", tz="Asia/Tokyo")
    await _told(slack, group, "every Monday at 11:00 Tokyo")


async def test_a_time_that_is_typed_is_one_of_who_typed_it(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await _becomes(slack, "techlead", tz="America/New_York")
    lead = slack.person("techlead")
    await lead.press_in(await page(lead), "one_on_ones.manage", "end:1")
    view = await opens(lead, lead.press_in(await page(lead), "one_on_ones.manage", "end:1"))
    await lead.submit(view, {})
    view = await opens(lead, lead.command("general", COMMAND, f"<@{slack.users['pm']}>"))
    assert "In your time zone, America/New_York" in words_of(view)
    assert (await lead.submit(view, {"weekday": "0", "time": "10:00"})).errors == {}
    await _told(slack, group, "every Monday at 10:00 New York")


async def test_a_new_status_is_nobodys_business(slack: Slack, bot: App, group: str) -> None:
    await _becomes(slack, "pm", title="On holiday")
    await settle(bot)
    async with bot.database.read() as session:
        rows = (await session.scalars(select(Envelope.type))).all()
    assert "user_change" not in rows


async def test_when_one_is_gone_it_rests_and_the_other_is_told_once(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    before = len(await dm_of(slack, "techlead"))
    await _becomes(slack, "techlead", deactivated=True)
    await _becomes(slack, "techlead", deactivated=True)

    async def told() -> list[str]:
        return [words_of(m) for m in await dm_of(slack, "pm") if "account is gone" in words_of(m)]

    assert len(await until(told)) == 1
    await pass_to(bot, clock, MONDAY + timedelta(days=7))
    assert len(await told()) == 1
    assert len(await dm_of(slack, "techlead")) == before
    answered = await slack.person("pm").command("general", COMMAND, "resume")
    assert answered.status == 200


async def test_when_both_are_gone_nobody_is_written_to(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    before = {name: len(await dm_of(slack, name)) for name in ("pm", "techlead")}
    await _becomes(slack, "pm", deactivated=True)
    await settle(bot)
    await _becomes(slack, "techlead", deactivated=True)
    await pass_to(bot, clock, MONDAY + timedelta(days=7))
    after = {name: len(await dm_of(slack, name)) for name in ("pm", "techlead")}
    assert after["pm"] == before["pm"]
    assert after["techlead"] <= before["techlead"] + 1  # told of the first, before theirs was gone


async def test_who_is_away_when_the_questions_come_is_left_in_peace(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    lead = slack.person("techlead")
    view = await opens(lead, lead.command("general", "/partner", "away"))
    await lead.submit(view, {"first": "2026-11-26", "last": "2026-11-27"})
    await told(slack, "techlead", "away ")
    before = len(await dm_of(slack, "techlead"))
    await pass_to(bot, clock, MONDAY)
    assert len(await dm_of(slack, "techlead")) == before
    assert any("Is there anything you wish" in words_of(m) for m in await dm_of(slack, "pm"))
    assert "1:1 · Mon 30 Nov" in words_of(await agenda(slack, group))


async def test_who_falls_ill_after_the_questions_came_is_not_waited_for(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await pass_to(bot, clock, MONDAY - timedelta(hours=1))
    lead = slack.person("techlead")
    view = await opens(lead, lead.command("general", "/partner", "away"))
    await lead.submit(view, {"first": "2026-11-30", "last": "2026-12-01"})
    await pass_to(bot, clock, MONDAY)
    [said] = [words_of(m) for m in await dm_of(slack, "pm") if "No 1:1 on" in words_of(m)]
    assert "is away until Tue 1 Dec" in said
    assert "Next: Mon 7 Dec 10:00 Berlin, in 7 days." in said
    assert "1:1 ·" not in str(await slack.messages(group))
