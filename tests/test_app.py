"""What the running bot does by itself."""

import json
from datetime import timedelta

from sqlalchemy import func, select

from bot.app import App, forget_old
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.inbox.models import Envelope
from bot.workspaces.models import Workspace
from tests.person import Slack, until


async def test_it_forgets_what_is_old(bot: App, db: Database, clock: MovableClock) -> None:
    long_ago = clock.now() - timedelta(days=4)
    async with db.begin() as session:
        session.add(Workspace(slack_id="T1", created_at=long_ago, state_changed_at=long_ago))
        session.add(
            Envelope(
                slack_team_id="T1",
                event_id="Ev1",
                type="reaction_added",
                payload={},
                event_time=long_ago,
                received_at=long_ago,
                not_before=long_ago,
                state="done",
            )
        )
    await forget_old(bot)
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Envelope)) == 0


async def test_what_people_write_change_and_delete_in_its_channels_is_stored_nowhere(
    slack: Slack, bot: App
) -> None:
    engineer = slack.person("engineer")
    message = await engineer.say("payments", "Zanzibar")
    await engineer.edit(message, "Zanzibar, and more of it")
    await engineer.delete(message)

    async def kept() -> list[str] | None:
        async with bot.database.read() as session:
            found = await session.execute(select(Envelope.type, Envelope.payload).order_by(Envelope.id))
            rows = [(kind, json.dumps(payload)) for kind, payload in found]
        assert "Zanzibar" not in str(rows)
        return [kind for kind, _payload in rows] if len(rows) == 2 else None

    assert await until(kept) == ["message.message_changed", "message.message_deleted"]
