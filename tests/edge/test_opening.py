"""Forms open in Slack's three seconds, over HTTP and Socket Mode alike; a stop answers what has begun."""

import asyncio
from collections.abc import AsyncIterator
from io import StringIO

import pytest
from aiohttp import ClientSession

from bot.app import App
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.ritual import Ritual
from bot.slack import blocks as b
from bot.slack.request import Request
from tests.bot import running_bot
from tests.edge import door as d
from tests.edge.door import Door
from tests.person import Json, Slack, until, words_of

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bare_forms")]

SLOW_SECONDS = 0.8


def form(title: str) -> b.Payload:
    return b.modal("waiting.form", title, [b.field("title", "Title", b.text_input())], submit="Save")


async def open_slowly(request: Request, text: str) -> None:
    async def full() -> b.Payload:
        await asyncio.sleep(float(text))
        return form("Full")

    await request.open_form(lambda: form("Bare"), full)


async def click(request: Request) -> None:
    request.update_view(form("Clicked"))


WAITING = Ritual(
    name="waiting",
    summary=lambda: "waits",
    commands={"/decision": open_slowly},
    actions={"waiting.click": click},
)


@pytest.fixture
async def waiting(logged: StringIO, slack: Slack, db: Database, clock: MovableClock) -> AsyncIterator[App]:
    async with running_bot(slack, db, clock=clock, rituals=[WAITING]) as app:
        yield app


async def title_of(slack: Slack, view: Json) -> str:
    views = (await slack.state())["views"]
    return next((words_of(each["title"]) for each in views if each["id"] == view["id"]), "")


async def test_when_defaults_are_slow_the_bare_form_opens_and_is_filled_in_later(
    slack: Slack, waiting: App
) -> None:
    opened = await slack.person("pm").command("payments", "/decision", str(SLOW_SECONDS))
    assert words_of(opened.view["title"]) == "Bare"
    assert opened.ms >= 300

    async def filled_in() -> bool:
        return await title_of(slack, opened.view) == "Full"

    await until(filled_in)


async def test_when_defaults_are_quick_the_full_form_opens_at_once(slack: Slack, waiting: App) -> None:
    opened = await slack.person("pm").command("payments", "/decision", "0")
    assert words_of(opened.view["title"]) == "Full"


async def test_a_form_that_changed_while_its_defaults_came_stays_as_it_is_and_nobody_is_bothered(
    slack: Slack, waiting: App, logged: StringIO
) -> None:
    opened = await slack.person("pm").command("payments", "/decision", str(SLOW_SECONDS))
    client = waiting.clients.bot(slack.described["bot_token"])
    await client.views_update(view_id=opened.view["id"], view=form("Clicked"))
    await waiting.tasks.idle()
    assert await title_of(slack, opened.view) == "Clicked"
    seen = await slack.person("pm").sees()
    assert seen["ephemerals"] == []
    assert '"level": "error"' not in logged.getvalue()


async def test_a_click_in_the_bare_form_counts_although_the_defaults_were_faster(
    slack: Slack, waiting: App
) -> None:
    pm = slack.person("pm")
    opened = await pm.command("payments", "/decision", str(SLOW_SECONDS))
    await waiting.tasks.idle()
    assert await title_of(slack, opened.view) == "Full"
    clicked = d.press(slack.described["team_id"], pm.id, "waiting.click", "", view=opened.view)
    async with ClientSession() as http:
        assert (await Door(slack, http).send(clicked)).status == 200
    await waiting.tasks.idle()
    assert await title_of(slack, opened.view) == "Clicked"


async def test_slow_defaults_of_a_form_that_was_closed_bother_nobody(
    slack: Slack, waiting: App, logged: StringIO
) -> None:
    pm = slack.person("pm")
    opened = await pm.command("payments", "/decision", str(SLOW_SECONDS))
    await pm.close(opened.view)
    await waiting.tasks.idle()
    assert (await pm.sees())["ephemerals"] == []
    assert '"level": "error"' not in logged.getvalue()


@pytest.mark.parametrize("code", ["expired_trigger_id", "exchanged_trigger_id"])
async def test_a_form_that_came_too_late_is_told_kindly(
    slack: Slack, bot: App, logged: StringIO, code: str
) -> None:
    await slack.fault("views.open", "error", code)
    answered = await slack.person("pm").command("payments", "/decision", "Use webhooks")
    assert answered.body == ""
    assert "Please try once more" in await d.told(slack, slack.users["pm"])
    assert '"level": "error"' not in logged.getvalue()


async def test_two_changes_of_a_form_at_once_leave_the_faster_one(
    slack: Slack, bot: App, logged: StringIO
) -> None:
    opened = await slack.person("pm").command("payments", "/decision", "Use webhooks")
    await slack.fault("views.update", "error", "hash_conflict")
    await slack.person("pm").press_in(opened.view, "decisions.add_alternative")
    await bot.tasks.idle()
    assert (await slack.person("pm").sees())["ephemerals"] == []
    assert '"level": "error"' not in logged.getvalue()


async def test_socket_mode_and_http_give_the_same_answers(
    slack: Slack, db: Database, clock: MovableClock, transport: str
) -> None:
    async with running_bot(slack, db, clock=clock, transport=transport):
        if transport == "socket":
            await until(lambda: _connected(slack))
        pm = slack.person("pm")
        opened = await pm.command("payments", "/decision", "Use webhooks")
        refused = await pm.submit(opened.view, {"title": " "})
        assert refused.errors == {"title": "Please fill this in."}
        saved = await pm.submit(opened.view, {"title": "Use webhooks"})
        assert (saved.status, saved.body or "") == (200, "")
        card = await slack.message("payments", "Use webhooks")
        pressed = await slack.person("techlead").press(card, "decisions.acknowledge")
        assert (pressed.status, pressed.body or "") == (200, "")
        listed = await pm.command("payments", "/decision", "list")
        assert "*D-1* Use webhooks" in listed.text
        sent = await slack.post("events", {"event": {"type": "unheard_of"}})
        assert sent["status"] == 200


@pytest.mark.slow  # the SDK waits ten seconds between two tries
async def test_a_socket_that_drops_comes_back_although_its_first_new_address_is_no_good(
    slack: Slack, db: Database, clock: MovableClock
) -> None:
    async with running_bot(slack, db, clock=clock, transport="socket"):
        await until(lambda: _connected(slack))
        await slack.post("sockets", {"do": "expire"})
        await slack.post("sockets", {"do": "drop"})
        await until(lambda: _lost(slack))
        await until(lambda: _connected(slack), seconds=60)
        pm = slack.person("pm")
        assert (await pm.command("payments", "/decision", "list")).status == 200


async def _lost(slack: Slack) -> bool:
    return not await _connected(slack)


async def _connected(slack: Slack) -> bool:
    return bool((await slack.state(messages="0"))["connections"])


async def test_what_has_begun_is_answered_before_the_bot_stops(
    logged: StringIO, slack: Slack, db: Database, clock: MovableClock
) -> None:
    async with running_bot(slack, db, clock=clock, rituals=[WAITING]):
        asked = asyncio.ensure_future(slack.person("pm").command("payments", "/decision", "0.2"))
        await until(lambda: _arrived(slack))
    answered = await asked
    assert answered.status == 200
    assert words_of(answered.view["title"]) == "Full"
    assert "tasks_cancelled" not in logged.getvalue()


async def _arrived(slack: Slack) -> bool:
    entries: list[Json] = await slack.get("ledger", since="0")
    return any(entry.get("kind") == "request" for entry in entries)
