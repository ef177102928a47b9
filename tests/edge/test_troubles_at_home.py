"""What could not be posted: whom Home tells of it, and what they can do about it there."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.app import App
from bot.clock import MovableClock
from bot.outbox import service as outbox
from bot.outbox.models import Delivery
from tests.edge import door as d
from tests.edge.door import Door
from tests.person import Slack, until, words_of
from tests.rituals.stories import card, home, home_view, labels, saved, told

pytestmark = pytest.mark.alike

FAILED = "*1 message could not be posted*"


async def count(bot: App, state: str) -> int:
    async with bot.database.read() as session:
        return await session.scalar(select(func.count()).where(Delivery.state == state)) or 0


async def trouble(slack: Slack, bot: App, *, by: str = "engineer", code: str = "no_permission") -> None:
    """A decision whose card Slack does not take."""
    await slack.fault("chat.postMessage", "error", code, channel=slack.channels["payments"])
    await saved(slack, "Use webhooks", by=by)
    await until(lambda: count(bot, "paused"))


async def test_who_wrote_it_is_told_in_home_and_nobody_who_has_nothing_to_do_with_it(
    slack: Slack, bot: App
) -> None:
    await trouble(slack, bot)
    seen = await home_view(slack, "engineer")
    assert FAILED in words_of(seen)
    assert {"Send again", "Let it go"} <= set(labels(seen))
    assert "could not be posted" not in await home(slack, "designer")


async def test_what_no_key_can_read_is_told_with_what_to_do(slack: Slack, bot: App) -> None:
    await trouble(slack, bot)
    async with bot.database.begin() as session:
        await session.execute(
            update(Delivery).where(Delivery.state == "paused").values(state="dead", last_error="key_lost")
        )
    seen = await home(slack, "engineer")
    assert "the key is gone" in seen
    assert "Slack answered" not in seen


async def test_sent_again_from_home_it_arrives(slack: Slack, bot: App) -> None:
    await trouble(slack, bot)
    engineer = slack.person("engineer")
    await engineer.press_in(await home_view(slack, "engineer"), "partner.send_again")
    assert await card(slack, "Use webhooks")
    assert "could not be posted" not in await home(slack, "engineer")


async def test_let_go_from_home_it_is_not_sent_and_not_spoken_of_any_more(slack: Slack, bot: App) -> None:
    await trouble(slack, bot)
    engineer = slack.person("engineer")
    view = await home_view(slack, "engineer")
    await engineer.press_in(view, "partner.let_go")
    await told(slack, "engineer", "I let it go, and will not try again.")
    assert await count(bot, "skipped") == 1
    assert "could not be posted" not in await home(slack, "engineer")


async def test_nobody_sends_or_lets_go_what_is_no_trouble_of_theirs(
    slack: Slack, bot: App, door: Door
) -> None:
    await trouble(slack, bot)
    async with bot.database.read() as session:
        delivery_id = await session.scalar(select(Delivery.id).where(Delivery.state == "paused"))
    for action in ("partner.send_again", "partner.let_go"):
        await door.send(
            d.press(slack.described["team_id"], slack.users["designer"], action, str(delivery_id))
        )
    await told(slack, "designer", "That message has been dealt with already.")
    assert await count(bot, "paused") == 1


async def test_what_may_have_arrived_is_said_to_be_there_perhaps_and_is_sent_again_only_by_a_person(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await slack.fault("chat.postMessage", "reset_after_commit", channel=slack.channels["payments"])
    await slack.fault("conversations.history", "error", "missing_scope", times=9)
    await saved(slack, "Use webhooks", by="engineer")
    await card(slack, "Use webhooks")
    await until(lambda: _looks_soon(bot))
    clock.advance(timedelta(minutes=1))
    await until(lambda: count(bot, "uncertain"))
    seen = await home_view(slack, "engineer")
    assert "it may be there already, and I may not look" in words_of(seen)
    await slack.person("engineer").press_in(seen, "partner.let_go")
    await until(lambda: count(bot, "skipped"))
    assert len([m for m in await slack.messages("payments") if "Use webhooks" in words_of(m)]) == 1


async def test_fifty_troubles_elsewhere_hide_nobodys_own(slack: Slack, bot: App, clock: MovableClock) -> None:
    async with bot.database.begin() as session:
        for n in range(60):
            await outbox.post(
                session,
                workspace_id=1,
                source=f"wins:{n}:card",
                recipient=slack.channels["general"],
                payload={"text": "x"},
                now=clock.now() + timedelta(days=1),
            )
        await session.execute(update(Delivery).values(state="dead"))
    await trouble(slack, bot)
    assert FAILED in await home(slack, "engineer")


async def _looks_soon(bot: App) -> bool:
    async with bot.database.read() as session:
        return bool(await session.scalar(select(func.count()).where(Delivery.failures > 0)))
