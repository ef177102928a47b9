"""The same request again, at once or later: one effect."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.db.engine import Database
from bot.people.models import Person
from bot.rituals.decisions.models import Acknowledgement, Decision
from tests.edge import door as d
from tests.edge.door import Door
from tests.person import Json, Slack, until, words_of

again_and_again = pytest.mark.parametrize("times", [10, pytest.param(100, marks=pytest.mark.slow)])


async def count(db: Database, of: type[Any]) -> int:
    async with db.read() as session:
        return int(await session.scalar(select(func.count()).select_from(of)) or 0)


async def answers(db: Database) -> dict[str, str]:
    async with db.read() as session:
        rows = (await session.scalars(select(Acknowledgement))).all()
        return {row.user_id: row.answer for row in rows}


async def last_request(slack: Slack, **like: object) -> Json:
    """The newest request to the app whose payload has these facts."""
    entries: list[Json] = await slack.get("ledger", since="0")
    requests = [entry for entry in entries if entry.get("kind") == "request"]
    return next(entry for entry in reversed(requests) if entry["payload"] | like == entry["payload"])


async def replayed(slack: Slack, request: Json, times: int) -> list[Json]:
    await slack.post("settings", {"ack_seconds": 60})  # a hundred at once is nothing that a person does
    answered: list[Json] = await slack.post("replay", {"seq": request["seq"], "times": times})
    return answered


async def logged_card(slack: Slack, bot: App, title: str = "Use webhooks") -> Json:
    opened = await slack.person("pm").command("payments", "/decision", title)
    saved = await slack.person("pm").submit(opened.view)
    assert saved.body == "", saved.body
    return await slack.message("payments", title)


@again_and_again
async def test_a_submission_sent_again_and_again_is_saved_once(
    slack: Slack, bot: App, db: Database, times: int
) -> None:
    await logged_card(slack, bot)
    again = await replayed(slack, await last_request(slack, type="view_submission"), times)
    assert {answer["status"] for answer in again} == {200}
    assert all("This is saved already, as D-1." in words_of(answer["body"]) for answer in again)
    assert await count(db, Decision) == 1
    await bot.tasks.idle()
    assert len(await slack.messages("payments")) == 1


@again_and_again
async def test_a_click_sent_again_and_again_counts_once(
    slack: Slack, bot: App, db: Database, times: int
) -> None:
    card = await logged_card(slack, bot)
    await slack.person("techlead").press(card, "decisions.acknowledge")
    again = await replayed(slack, await last_request(slack, type="block_actions"), times)
    assert {answer["status"] for answer in again} == {200}
    assert await answers(db) == {slack.users["techlead"]: "know"}
    await slack.message("payments", "1 knows")


@again_and_again
async def test_a_click_sent_again_after_a_newer_answer_changes_nothing(
    slack: Slack, bot: App, db: Database, times: int
) -> None:
    card = await logged_card(slack, bot)
    lead = slack.person("techlead")
    await lead.press(card, "decisions.acknowledge")
    await slack.message("payments", "1 knows")
    first_click = await last_request(slack, type="block_actions")
    asked = await lead.press(card, "decisions.question")
    await lead.submit(asked.view, {"reason": "What about retries?"})
    assert await answers(db) == {lead.id: "question"}
    await replayed(slack, first_click, times)
    assert await answers(db) == {lead.id: "question"}


@again_and_again
async def test_a_command_sent_again_and_again_writes_nothing_twice(
    slack: Slack, bot: App, db: Database, times: int
) -> None:
    await slack.person("pm").command("payments", "/partner", "mute")
    again = await replayed(slack, await last_request(slack, command="/partner"), times)
    assert {answer["status"] for answer in again} == {200}
    assert await count(db, Person) == 1
    opened = await slack.person("pm").command("payments", "/decision", "Use webhooks")
    again = await replayed(slack, await last_request(slack, command="/decision"), times)
    assert {answer["status"] for answer in again} == {200}
    await bot.tasks.idle()
    seen = (await slack.person("pm").sees())["views"]
    assert [view["id"] for view in seen] == [opened.view["id"]]  # the trigger opened one form, and was spent
    assert await count(db, Decision) == 0


@pytest.mark.parametrize("times", [15, pytest.param(50, marks=pytest.mark.slow)])
async def test_many_submissions_of_one_form_at_once_make_one_record(
    slack: Slack, bot: App, db: Database, door: Door, times: int
) -> None:
    opened = await slack.person("pm").command("payments", "/decision", "Use webhooks")
    asked = d.submission(slack.described["team_id"], slack.users["pm"], _filled(opened.view, "Use webhooks"))
    answered = await asyncio.gather(*(door.send(asked) for _ in range(times)))
    assert {answer.status for answer in answered} == {200}
    saved = [answer for answer in answered if answer.text == ""]
    friendly = [answer for answer in answered if "This is saved already, as D-1." in answer.text]
    print(f"{len(saved)} saved, {len(friendly)} told that it is")  # noqa: T201
    assert (len(saved), len(friendly)) == (1, times - 1)
    assert await count(db, Decision) == 1


async def test_a_double_click_ten_milliseconds_apart_is_one_answer(
    slack: Slack, bot: App, db: Database, door: Door
) -> None:
    card = await logged_card(slack, bot)
    team, user, channel = slack.described["team_id"], slack.users["techlead"], slack.channels["payments"]
    row = await _only(db)
    asked = [d.press(team, user, "decisions.acknowledge", str(row), channel=channel) for _ in range(20)]

    async def click_twice(first: Json, second: Json) -> list[d.Answer]:
        one = asyncio.ensure_future(door.send(first))
        await asyncio.sleep(0.01)
        return [await one, await door.send(second)]

    pairs = [await click_twice(asked[n], asked[n + 1]) for n in range(0, 20, 2)]
    assert {(answer.status, answer.text) for pair in pairs for answer in pair} == {(200, "")}
    assert await answers(db) == {user: "know"}

    async def counted() -> bool:
        return "1 knows" in words_of((await slack.messages("payments"))[0]["blocks"])

    assert card["ts"] == (await slack.messages("payments"))[0]["ts"]
    await until(counted)


async def _only(db: Database) -> int:
    async with db.read() as session:
        return (await session.scalars(select(Decision.id))).one()


def _filled(view: Json, title: str) -> Json:
    typed = {"title": {"value": {"type": "plain_text_input", "value": title}}}
    return {**view, "state": {"values": typed}}
