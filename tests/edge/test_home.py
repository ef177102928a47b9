"""Whose Home is published: of those who ever opened it, by whatever process knows of that."""

from bot.clock import MovableClock
from bot.db.engine import Database
from tests.bot import running_bot
from tests.person import Slack, words_of
from tests.rituals.stories import saved


async def published_for(slack: Slack) -> set[str]:
    return {call["arguments"]["user_id"] for call in await slack.calls("views.publish")}


async def test_who_never_opened_it_has_none_and_who_did_sees_what_has_changed_also_after_a_restart(
    slack: Slack, db: Database, clock: MovableClock
) -> None:
    pm, engineer = slack.person("pm"), slack.person("engineer")
    async with running_bot(slack, db, clock=clock) as bot:
        await pm.open_home()
        await saved(slack, "Use webhooks", by="engineer", must_know=["pm"])
        await bot.tasks.idle()
        assert await published_for(slack) == {pm.id}
    async with running_bot(slack, db, clock=clock) as bot:
        await saved(slack, "Send mail", by="engineer")
        await saved(slack, "Call them", by="pm")
        await bot.tasks.idle()
        assert await published_for(slack) == {pm.id}
        seen = words_of((await slack.state(user=pm.id))["homes"][pm.id])
        assert "Call them" in seen
        assert "Send mail" in words_of(await engineer.open_home())
