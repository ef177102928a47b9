"""A team has another PM or tech lead: the two who had a 1:1 are told once, and decide themselves."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.clock import MovableClock
from bot.inbox.models import Envelope, EnvelopeState
from tests.person import Json, Slack, until, words_of
from tests.rituals.one_on_ones.stories import COMMAND, MONDAY, WEDNESDAY, agenda, page, set_up_pair
from tests.rituals.stories import filled, opens, pass_to, set_up_team, shows

pytestmark = [pytest.mark.alike, pytest.mark.slow]

HINT = "Payments has changed"


@pytest.fixture
async def group(slack: Slack, bot: App, clock: MovableClock) -> str:
    clock.set(WEDNESDAY)
    await set_up_team(slack)
    return await set_up_pair(slack)


async def _team(slack: Slack, bot: App, clock: MovableClock, by: str, **fields: object) -> None:
    """Somebody saves the team, and what comes of that has come."""
    clock.advance(timedelta(minutes=1))
    person = slack.person(by)
    view = await shows(
        person, await opens(person, person.command("payments", "/partner", "team")), "Payments"
    )
    result = await person.submit(view, dict(fields))
    assert result.errors == {}, result.errors
    await until(lambda: _all_heard(bot))
    await bot.sender.send_due()


async def _all_heard(bot: App) -> bool:
    """The bot's own events too; its worker may have one in hand."""
    async with bot.database.read() as session:
        return not await session.scalar(select(func.count()).where(Envelope.state == EnvelopeState.NEW))


async def _hints(slack: Slack, group: str) -> list[Json]:
    return [message for message in await slack.messages(group) if HINT in words_of(message)]


async def test_who_stays_is_offered_a_new_one_and_the_old_one_stays_theirs(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    lead, new = slack.person("techlead"), slack.person("engineer")
    await slack.person("pm").command("general", COMMAND, "add The partner wants a date")
    await _team(slack, bot, clock, "techlead", days_off="2026-12-24")
    await _team(slack, bot, clock, "techlead", pm="techlead", lead="pm")
    await _team(slack, bot, clock, "techlead", pm="pm", lead="techlead")
    assert await _hints(slack, group) == [], "they are the same two"

    await _team(slack, bot, clock, "techlead", pm="engineer")
    await _team(slack, bot, clock, "techlead", days_off="2026-12-25")
    [hint] = await _hints(slack, group)
    assert f"its PM is <@{new.id}>, its tech lead <@{lead.id}>" in words_of(hint)
    form = await opens(lead, lead.press(hint, "one_on_ones.set_up_with"))
    assert filled(form)["person"] == new.id
    assert (await lead.submit(form, {})).errors == {}
    view = await page(new)
    assert f"1:1 with <@{lead.id}>" in words_of(view)
    assert "The partner" not in words_of(view)
    assert "With whom?" in (await lead.command("general", COMMAND)).text, "they have both"

    await pass_to(bot, clock, MONDAY)
    assert "The partner wants a date" in words_of(await agenda(slack, group)), "nothing ends by itself"
    ending = await opens(lead, lead.press(hint, "one_on_ones.manage"))
    assert (await lead.submit(ending, {})).errors == {}
    await slack.message(group, "ended your 1:1")


async def test_where_both_are_others_the_two_are_told_and_offered_nothing_new(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await _team(slack, bot, clock, "pm", pm="engineer", lead="engineer2")
    [hint] = await _hints(slack, group)
    assert "one_on_ones.set_up_with" not in str(hint)


async def test_who_meets_for_another_reason_hears_nothing(
    slack: Slack, bot: App, clock: MovableClock, group: str
) -> None:
    await set_up_pair(slack, by="pm", other="designer")
    await _team(slack, bot, clock, "pm", lead="designer")
    await _team(slack, bot, clock, "pm", lead="techlead")  # the two who met anyway are its no more
    await _team(slack, bot, clock, "pm", lead=None)
    everywhere = (await slack.state())["messages"].values()
    told = [words_of(message) for messages in everywhere for message in messages if HINT in words_of(message)]
    assert len(told) == 2
    assert len(await _hints(slack, group)) == 2
    assert "its tech lead nobody yet" in told[1]
