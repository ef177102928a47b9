"""What the running bot does by itself."""

import json
from datetime import time, timedelta

from sqlalchemy import func, select

from bot.app import App, forget_old
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.inbox.models import Envelope
from bot.records.models import Submission
from bot.schedule.models import Cadence
from bot.schedule.service import TZDATA
from bot.workspaces.models import Workspace
from tests.person import Slack, until
from tests.schedule import bells


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


async def test_one_cadence_that_cannot_be_read_keeps_nothing_from_being_mended_and_forgotten(
    bot: App, db: Database, clock: MovableClock
) -> None:
    long_ago = clock.now() - timedelta(days=4)
    async with db.begin() as session:
        workspace = Workspace(slack_id="T1", created_at=long_ago, state_changed_at=long_ago)
        session.add(workspace)
        await session.flush()
        session.add(Submission(workspace_id=workspace.id, view_id="V1", created_at=long_ago))
        bad, good = await bells.hang(
            session, workspace_id=workspace.id, subject_ids=[1, 2], at=time(9), now=clock.now()
        )
        bad.timezone, bad.tzdata = "Mars/Olympus", "2020a"
        good.tzdata, good_id = "2020a", good.id
    await forget_old(bot)
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Submission)) == 0
        assert await session.scalar(select(Cadence.tzdata).where(Cadence.id == good_id)) == TZDATA


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
