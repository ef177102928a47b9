"""Nobody but the two reads any of a 1:1: no admin, no guest, nobody who guesses ids; nor does what is stored tell it."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import inspect, text

from bot import log
from bot.app import App
from bot.backup import backup
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.rituals.one_on_ones import ritual
from tests.edge import door as edge
from tests.edge.door import Door
from tests.person import Json, Slack, until, words_of
from tests.rituals.one_on_ones.stories import (
    COMMAND,
    FRIDAY,
    MONDAY,
    WEDNESDAY,
    agenda,
    page,
    prompt,
    set_up_pair,
)
from tests.rituals.stories import dm_of, opens, pass_to, settle

pytestmark = pytest.mark.alike

CANARY = "zanzibar-canary"


@pytest.fixture
def logged(logging_as_it_was: None) -> io.StringIO:
    """What a process writes to its log at its most talkative."""
    log.set_up(level="DEBUG", format_="json", stream=(written := io.StringIO()))
    return written


@pytest.fixture
async def group(logged: io.StringIO, slack: Slack, bot: App, clock: MovableClock) -> str:
    """The group DM of two who have written the canary wherever one can write something."""
    clock.set(WEDNESDAY)
    group = await set_up_pair(slack, questions=f"What about {CANARY}?")
    await slack.fault("chat.getPermalink", "error", "fatal_error")  # something to log
    await _everything(slack, bot, clock, group)
    return group


async def _everything(slack: Slack, bot: App, clock: MovableClock, group: str) -> None:
    """The canary in every place where one of the two can write something."""
    pm, lead = slack.person("pm"), slack.person("techlead")
    await pm.command("general", COMMAND, f"add {CANARY} shared")
    view = await opens(pm, pm.press_in(await page(pm), "one_on_ones.add"))
    private = await pm.submit(view, {"text": f"{CANARY} private", "private": ["yes"]})
    assert private.errors == {}
    said = await lead.say("general", f"{CANARY} said")
    view = await opens(lead, lead.shortcut("one_on_ones.add_message", said))
    await lead.submit(view, {})
    await lead.delete(said)
    await pass_to(bot, clock, FRIDAY)
    view = await opens(lead, lead.press(await prompt(slack, "techlead"), "one_on_ones.answer"))
    refused = await lead.submit(view, {"answer_0": f"{CANARY} {'x' * 3000}"})  # kept as a draft, if at all
    assert refused.errors or refused.status
    await lead.submit(view, {"answer_0": f"{CANARY} answer"})
    await pass_to(bot, clock, MONDAY)
    for action, values in (
        ("one_on_ones.take_note", {"text": f"{CANARY} note"}),
        ("one_on_ones.make_action", {"text": f"{CANARY} promise", "owner": slack.users["pm"]}),
    ):
        view = await opens(pm, pm.press(await agenda(slack, group), action))
        assert (await pm.submit(view, values)).errors == {}
    await settle(bot)
    await pm.press(await agenda(slack, group), "one_on_ones.we_are_done")
    await settle(bot)


async def _stored(db: Database, tables: Sequence[str] = ()) -> str:
    """What is in the database, as it is stored: in these tables, or in all."""
    found: list[Any] = []
    async with db.read() as session:
        connection = await session.connection()
        every = await connection.run_sync(lambda c: inspect(c).get_table_names())
        for table in tables or every:
            rows = await session.execute(text(f'SELECT * FROM "{table}"'))
            found += [list(row) for row in rows]
    return json.dumps(found, default=str)


async def test_nothing_of_it_is_in_the_database_the_logs_or_a_backup_in_plain_words(
    slack: Slack, bot: App, group: str, logged: io.StringIO, tmp_path: Path
) -> None:
    assert CANARY in str(await slack.messages(group))  # or there would be nothing to find
    assert CANARY not in await _stored(bot.database)
    assert "no_permalink" in logged.getvalue()
    assert CANARY not in logged.getvalue()
    if bot.database.is_sqlite:
        path = Path(str(bot.database.url.database))
        backup(path, tmp_path / "backup.sqlite")
        for file in (tmp_path / "backup.sqlite", *path.parent.glob(f"{path.name}*")):
            assert CANARY.encode() not in file.read_bytes(), file.name


@pytest.mark.parametrize("who", ["engineer", "admin", "guest"])
async def test_for_everybody_else_it_does_not_exist(slack: Slack, group: str, who: str) -> None:
    other = slack.person(who)
    answered = await other.command("general", COMMAND, "history")
    assert "You have no 1:1 yet" in answered.text
    home = words_of(await other.open_home())
    assert CANARY not in home
    assert "With <@" not in home


ANYBODYS = (
    "one_on_ones.add_record",
    "one_on_ones.open",
    "one_on_ones.add",
    "one_on_ones.see_history",
    "one_on_ones.resume",
)
OF_A_MEETING = (
    "one_on_ones.answer",
    "one_on_ones.take_note",
    "one_on_ones.make_action",
    "one_on_ones.next_time",
    "one_on_ones.see_meeting",
    "one_on_ones.we_are_done",
)
OF_A_THING = ("one_on_ones.tick", "one_on_ones.untick", "one_on_ones.drop")
WITH_A_VERB = {
    "one_on_ones.manage": ("skip", "move", "pause", "settings", "end"),
    "one_on_ones.show": ("drop", "share", "hide"),
    "one_on_ones.snooze": ("hour", "tomorrow", "move", "skip"),
    "one_on_ones.keep": ("done", "open"),
}


def _guesses() -> list[tuple[str, str]]:
    """Every button of the ritual with the ids that rows begin with."""
    plain = [(action, f"{n}") for action in (*ANYBODYS, *OF_A_MEETING, *OF_A_THING) for n in (1, 2)]
    verbs = [
        (action, f"{verb}:{n}") for action, found in WITH_A_VERB.items() for verb in found for n in (1, 2)
    ]
    return [*plain, *verbs]


def test_no_button_is_left_out() -> None:
    asking_nothing = {"one_on_ones.set_up", "one_on_ones.set_up_with", "one_on_ones.more_fields"}
    assert {action for action, _value in _guesses()} | asking_nothing == set(ritual.actions)


FORMS: dict[str, Json] = {
    "one_on_ones.item_form": {"text": "x"},
    "one_on_ones.answers": {"answer_0": "x"},
    "one_on_ones.note_form": {"text": "x", "item": ("1",)},
    "one_on_ones.action_form": {"text": "x", "owner": ("U1",)},
    "one_on_ones.next_time_form": {"items": "1"},
    "one_on_ones.move_form": {"date": "2026-12-02", "time": "11:00"},
    "one_on_ones.pause_form": {"until": "2026-12-20"},
    "one_on_ones.end_form": {},
}
OURS = ("pairs", "agenda_items", "one_on_one_answers", "one_on_one_notes", "action_items", "cadences")


def test_no_form_is_left_out() -> None:
    assert {*FORMS, "one_on_ones.set_up_form"} == set(ritual.views)


@pytest.mark.parametrize("who", ["admin", "engineer"])
async def test_guessed_ids_are_answered_as_what_does_not_exist(
    slack: Slack, bot: App, group: str, who: str
) -> None:
    """Signed as Slack signs, as from buttons and forms that an attacker has made up."""
    before, team, user = await _stored(bot.database, OURS), slack.described["team_id"], slack.users[who]
    async with ClientSession() as http:
        door = Door(slack, http)
        pressed = [edge.press(team, user, action, value) for action, value in _guesses()]
        submitted = [
            edge.submission(team, user, edge.view(name, metadata={"pair": n, "meeting": n}, fields=fields))
            for name, fields in FORMS.items()
            for n in (1, 2)
        ]
        answers = await door.send_all([*pressed, *submitted])
    assert {answer.status for answer in answers} == {200}
    assert await _stored(bot.database, OURS) == before

    async def told() -> list[str]:
        said = [message["text"] for message in await dm_of(slack, who)]
        return said if len(said) >= len(pressed) else []

    assert len(await until(told)) == len(pressed)
    assert set(await told()) == {"That is not there any more, or you cannot see it."}
    assert CANARY not in "".join(answer.text for answer in answers)
