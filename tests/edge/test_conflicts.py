"""Two at once on one record: the second sees what the first did, and nobody is told of the database's quarrels."""

import asyncio

import pytest
from aiohttp import ClientSession
from sqlalchemy import select, text, update

from bot.app import App
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.records import service as records
from bot.records.models import Record
from bot.ritual import Ritual
from bot.rituals.decisions.models import Decision
from bot.slack.request import Request
from tests.bot import running_bot
from tests.edge import door as d
from tests.edge.door import Door
from tests.person import Slack, until, words_of
from tests.rituals.stories import card, logged

DEADLOCK = "DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$"


async def test_who_answers_during_an_edit_sees_the_edited_record(
    slack: Slack, db: Database, bot: App
) -> None:
    engineer = slack.person("engineer")
    shown = await logged(slack, "Use webhooks", context="As it was", must_know=["engineer"])
    async with db.begin() as session:
        await session.execute(select(Record.id).with_for_update())
        await session.execute(update(Decision).values(context="As it is now"))
        pressing = asyncio.ensure_future(engineer.press(shown, "decisions.acknowledge"))
        await until(lambda: _waits(db))
    assert (await pressing).status == 200
    shown = await card(slack, "D-1", "1 of 1 knows")
    assert "As it is now" in words_of(shown)
    assert "As it was" not in words_of(shown)


async def _waits(db: Database) -> bool:
    """Whether somebody waits for a lock. On SQLite everybody waits for the one writer, whom nobody can ask."""
    if db.is_sqlite:
        return True
    async with db.read() as session:
        return bool(await session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


async def test_a_transaction_that_came_across_another_is_tried_once_more(
    slack: Slack, db: Database, clock: MovableClock
) -> None:
    if db.is_sqlite:
        pytest.skip("with one writer there are no deadlocks")
    tries = []

    async def save(request: Request) -> None:
        tries.append(request)
        async with request.begin() as session:
            await records.submit_once(
                session, workspace_id=request.actor.workspace_id, view_id=request.view["id"], now=request.now
            )
            if len(tries) < request.ids["well_at"]:
                await session.execute(text(DEADLOCK))
        await request.ack()

    unlucky = Ritual(
        name="unlucky", summary=lambda: "", commands={"/decision": save}, views={"unlucky.form": save}
    )
    async with running_bot(slack, db, clock=clock, rituals=[unlucky]), ClientSession() as http:
        door, pm = Door(slack, http), slack.users["pm"]
        form = d.view("unlucky.form", metadata={"well_at": 2}, fields={"title": "x"})
        answer = await door.send(d.submission(slack.described["team_id"], pm, form))
        assert (answer.status, answer.text, len(tries)) == (200, "", 2)
        tries.clear()
        form = d.view("unlucky.form", metadata={"well_at": 9}, fields={"title": "x"})
        answer = await door.send(d.submission(slack.described["team_id"], pm, form))
        assert "Your text is still here" in answer.text
        assert len(tries) == 2


async def test_a_form_from_another_workspace_of_a_shared_channel_is_saved(
    slack: Slack, bot: App, door: Door
) -> None:
    """Slack sends it in the name of the workspace of who fills it in."""
    shown = await logged(slack, "Share the API", channel="partners")
    record = next(block for block in shown["blocks"] if block["type"] == "actions")["elements"][0]["value"]
    held = {"record": int(record), "answer": "question", "channel": shown["channel"]}
    form = d.view(
        "decisions.reason",
        metadata=held,
        fields={"reason": "Until when?"},
        app_installed_team_id=slack.described["team_id"],
    )
    answer = await door.send(d.submission("T0THEIRS", slack.users["stranger"], form))
    assert (answer.status, answer.body) == (200, {"response_action": "clear"})
    await slack.message("partners", "Until when?")
