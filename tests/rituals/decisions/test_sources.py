"""The message a decision was made from: copied at once, its thread kept, its fate told."""

import pytest

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.playground.seed import DEFAULT
from tests.bot import local_slack, running_bot
from tests.person import Json, Slack, until, words_of
from tests.rituals.conftest import OFTEN
from tests.rituals.stories import card, choose, form, opens


async def _log(slack: Slack, message: Json) -> Json:
    pm = slack.person("pm")
    await pm.submit(await opens(pm, pm.shortcut("decisions.log_message", message)))
    return await card(slack, "D-1")


async def _page(slack: Slack, shown: Json, holding: str) -> str:
    """The words of the record's page, once these are among them."""
    pm = slack.person("pm")

    async def look() -> str | None:
        page = await choose(pm, shown, "open")
        words = words_of(page)
        await pm.close(page)
        return words if holding in words else None

    return await until(look)


@pytest.mark.usefixtures("bot")
async def test_the_thread_and_the_way_back_to_it_are_kept_with_the_record(slack: Slack) -> None:
    engineer, lead = slack.person("engineer"), slack.person("techlead")
    message = await engineer.say("payments", "Webhooks it is")
    reply = f"Agreed, <@{engineer.id}> &amp; polling hurts: <https://acme.example/p|the post>"
    await lead.say("payments", reply, thread_ts=message["ts"])
    page = await _page(slack, await _log(slack, message), "Go to the message")
    assert f"*As it was in Slack*\n<@{engineer.id}>:\n>Webhooks it is" in page
    assert (
        f"<@{lead.id}>:\n>Agreed, <@{engineer.id}> &amp; polling hurts: the post (<https://acme.example/p>)"
        in page
    )
    assert f"/archives/{message['channel']}/p" in page


@pytest.mark.usefixtures("bot")
async def test_when_the_message_is_edited_or_deleted_our_copy_stays_and_says_so(slack: Slack) -> None:
    engineer = slack.person("engineer")
    message = await engineer.say("payments", "Webhooks it is")
    await _log(slack, message)
    await engineer.edit(message, "Polling it is")
    shown = await card(slack, "D-1", "the message it came from was edited since")
    assert "As it was in Slack; it was edited since" in await _page(slack, shown, "Webhooks it is")
    await engineer.delete(message)
    shown = await card(slack, "D-1", "the message it came from was deleted, our copy is kept")
    assert "As it was in Slack; it was deleted since" in await _page(slack, shown, "Webhooks it is")


async def test_without_the_permission_to_read_history_the_message_itself_is_kept(
    db: Database, clock: MovableClock
) -> None:
    withheld = ["channels:history", "groups:history", "im:history", "groups:read", "reactions:read"]
    (acme,) = DEFAULT["workspaces"]
    seed = {"workspaces": [{**acme, "withheld_scopes": withheld}]}
    async with (
        local_slack(seed) as slack,
        running_bot(slack, db, clock=clock, tick_seconds=OFTEN),
    ):
        message = await slack.person("engineer").say("payments", "Webhooks it is")
        await slack.person("techlead").say("payments", "Agreed", thread_ts=message["ts"])
        page = await _page(slack, await _log(slack, message), "Go to the message")
        assert ">Webhooks it is" in page
        assert "Agreed" not in page
        await form(slack.person("pm"))
