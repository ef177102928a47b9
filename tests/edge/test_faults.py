"""When something breaks: what the person is told, what is saved, and what the log has."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO

import pytest
from sqlalchemy import Connection, event, func, select
from sqlalchemy.util import await_only

from bot.app import App
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.errors import FieldRefusal, Refusal
from bot.playground.state import ACK_SECONDS
from bot.records import service as records
from bot.records.models import Submission
from bot.ritual import Ritual
from bot.rituals import RITUALS
from bot.slack import dispatch
from bot.slack.dispatch import SAVE_SECONDS
from bot.slack.request import Request
from tests.bot import STALLED_SECONDS, running_bot
from tests.edge import door as d
from tests.edge.door import Door
from tests.person import Json, Slack

SECRET = "pa55word-7f3k"
REFERENCE = re.compile(r"\(ref [2-9A-Z]{4}\)")
DELAYS = (0.0, 0.005, 0.05, 0.5)
PLACES = ("before commit", "at commit", "after the commit was done", "after commit", "nowhere")

# A ritual that breaks where it is told to


def trouble() -> RuntimeError:
    return RuntimeError(f"SELECT * FROM tokens WHERE secret = '{SECRET}'")


async def break_down(request: Request) -> None:
    raise trouble()


async def save(request: Request) -> None:
    """Saves like every ritual does, and breaks at the place and after the time that its metadata tells."""
    where, seconds = request.ids["where"], float(request.ids["seconds"])
    async with request.begin() as session:
        await records.submit_once(
            session, workspace_id=request.actor.workspace_id, view_id=request.view["id"], now=request.now
        )
        await asyncio.sleep(seconds)
        if where == "before commit":
            raise trouble()
        (await session.connection()).info["break"] = where
    if where == "after commit":
        await asyncio.sleep(seconds)
        raise trouble()
    await request.ack()


async def answer_first(request: Request) -> None:
    """What no ritual may do: say that it is saved, and save then."""
    await request.ack()
    request.tasks.start(save(request), name="save")


async def refuse(request: Request) -> None:
    raise FieldRefusal({"title": "Not this one."}) if request.ids else Refusal("Not like this.")


BREAKING = Ritual(
    name="breaking",
    summary=lambda: "breaks",
    commands={"/decision": break_down, "/partner": break_down},
    actions={"breaking.press": break_down},
    views={
        "breaking.form": break_down,
        "breaking.save": save,
        "breaking.answer_first": answer_first,
        "breaking.refuse": refuse,
    },
    shortcuts={"decisions.log": break_down},
    options={"breaking.options": break_down},
)


@pytest.fixture
async def bot(logged: StringIO, slack: Slack, db: Database, clock: MovableClock) -> AsyncIterator[App]:
    events = [replace(ritual, commands={}, shortcuts={}) for ritual in RITUALS]
    with_it = [BREAKING, *events]
    async with running_bot(slack, db, clock=clock, rituals=with_it) as app:
        yield app


@contextmanager
def commits_that_break(db: Database) -> Iterator[None]:
    """As the connection was told: the commit never comes about, or it does and its answer is lost."""

    def commit(connection: Connection) -> None:
        where = connection.info.pop("break", None)
        if where == "after the commit was done":
            connection.connection.commit()
        if where in ("at commit", "after the commit was done"):
            raise ConnectionResetError(SECRET)

    event.listen(db.engine.sync_engine, "commit", commit)
    try:
        yield
    finally:
        event.remove(db.engine.sync_engine, "commit", commit)


def people(slack: Slack) -> tuple[str, str, str]:
    return slack.described["team_id"], slack.users["pm"], slack.channels["payments"]


def assert_only_a_reference(words: str, logged: StringIO) -> None:
    found = REFERENCE.search(words)
    assert found is not None, words
    assert found[0].removeprefix("(ref ").removesuffix(")") in logged.getvalue()
    for private in (SECRET, "SELECT", "Traceback", "RuntimeError", "sqlalchemy"):
        assert private not in words


# What is told


async def test_a_fault_is_told_with_a_reference_that_the_log_has_and_nothing_else(
    slack: Slack, bot: App, door: Door, logged: StringIO
) -> None:
    team, user, channel = people(slack)
    form = d.view("breaking.form", metadata={}, fields={"title": "My text"})
    answers = [
        (await door.send(d.command(team, user, channel, "x"))).text,
        (await door.send(d.submission(team, user, form))).text,
        (await door.send(d.submission(team, user, d.view("breaking.form", metadata={})))).text,
    ]
    for words in answers:
        assert_only_a_reference(words, logged)
    assert "Your text is still here." in answers[1]
    assert SECRET in logged.getvalue()  # for who runs the bot: the traceback says what broke


@pytest.mark.parametrize("kind", ["press", "shortcut"])
async def test_a_fault_behind_a_button_is_told_to_who_pressed_it(
    slack: Slack, bot: App, door: Door, logged: StringIO, kind: str
) -> None:
    team, user, channel = people(slack)
    if kind == "press":
        answer = await door.send(d.press(team, user, "breaking.press", "1", channel=channel))
    else:
        answer = await door.send(d.interaction("shortcut", team, user, callback_id="decisions.log"))
    assert (answer.status, answer.text) == (200, "")
    assert_only_a_reference(await d.told(slack, user), logged)


async def test_a_refusal_is_told_in_its_own_words_and_is_no_error_in_the_log(
    slack: Slack, bot: App, door: Door, logged: StringIO
) -> None:
    team, user, _channel = people(slack)
    form = d.view("breaking.refuse", metadata={"x": 1}, fields={"title": "a", "why": "b"})
    answer = await door.send(d.submission(team, user, form))
    assert answer.body == {"response_action": "errors", "errors": {"title": "Not this one."}}
    assert '"level": "error"' not in logged.getvalue()


async def test_with_the_database_down_people_are_told_and_keep_their_text(
    slack: Slack, door: Door, db: Database, logged: StringIO
) -> None:
    team, user, channel = people(slack)
    form = d.view("breaking.save", metadata={"where": "nowhere", "seconds": 0}, fields={"title": "My text"})
    await door.send(d.press(team, user, "breaking.press", "1", channel=channel))  # the workspace is known

    def refuse_connections(*_given: object) -> None:
        raise ConnectionRefusedError(f"postgresql://bot:{SECRET}@db/common_ground")

    event.listen(db.engine.sync_engine, "begin", refuse_connections)
    try:
        answer = await door.send(d.submission(team, user, form))
    finally:
        event.remove(db.engine.sync_engine, "begin", refuse_connections)
    assert answer.body["response_action"] == "errors"
    assert_only_a_reference(answer.text, logged)
    assert (await door.send(d.submission(team, user, form))).text == ""  # up again: the same form is saved


# Saved and said so, or not saved and said so


async def _submitted(slack: Slack, bot: App, door: Door, form: Json) -> tuple[bool, bool]:
    """Whether the modal closed, and whether it is saved."""
    team, user, _channel = people(slack)
    answer = await door.send(d.submission(team, user, form))
    assert answer.status == 200
    if answer.text:
        assert REFERENCE.search(answer.text)
    await bot.tasks.idle()
    async with bot.database.read() as session:
        is_saved = await session.scalar(select(func.count()).where(Submission.view_id == form["id"]))
    return answer.text == "", bool(is_saved)


async def _outcomes(
    slack: Slack, bot: App, door: Door, callback: str, times: int
) -> dict[str, set[tuple[bool, bool]]]:
    found: dict[str, set[tuple[bool, bool]]] = {}
    turn = asyncio.Semaphore(4)  # few, so that on SQLite nobody waits for the one writer until time is up

    async def one(where: str, seconds: float) -> None:
        async with turn:
            metadata = {"where": where, "seconds": seconds}
            form = d.view(callback, metadata=metadata, fields={"title": "My text"})
            found.setdefault(where, set()).add(await _submitted(slack, bot, door, form))

    with commits_that_break(bot.database):
        await asyncio.gather(
            *(one(where, seconds) for where in PLACES for seconds in DELAYS for _n in range(times))
        )
    return found


HONEST = {(True, True), (False, False)}


async def test_a_closed_form_is_always_saved(slack: Slack, bot: App, door: Door) -> None:
    found = await _outcomes(slack, bot, door, "breaking.save", 1)
    assert found == {
        "before commit": {(False, False)},
        "at commit": {(False, False)},
        "after the commit was done": {(True, True)},
        "after commit": {(True, True)},
        "nowhere": {(True, True)},
    }


@pytest.mark.slow
async def test_a_closed_form_is_always_saved_four_hundred_times(slack: Slack, bot: App, door: Door) -> None:
    found = await _outcomes(slack, bot, door, "breaking.save", 20)
    assert set().union(*found.values()) <= HONEST
    print(f"{20 * len(PLACES) * len(DELAYS)} submissions: all saved and said so, or not saved and said so")  # noqa: T201


async def test_a_ritual_that_answers_first_is_caught_by_this(slack: Slack, bot: App, door: Door) -> None:
    found = await _outcomes(slack, bot, door, "breaking.answer_first", 1)
    assert (True, False) in found["before commit"]  # closed and nothing saved: what may never be


async def test_a_commit_that_takes_too_long_is_never_called_unsaved_when_it_was_saved(
    slack: Slack, bot: App, door: Door, db: Database
) -> None:
    """The outcome is looked up; a second try of the form says that it is saved already."""
    team, user, _channel = people(slack)
    form = d.view(
        "breaking.save", metadata={"where": "after the commit was done", "seconds": 0}, fields={"title": "x"}
    )
    with commits_that_break(db):
        first = await door.send(d.submission(team, user, form))
    again = await door.send(d.submission(team, user, form))
    assert first.text == ""
    assert "saved already" in again.text


async def test_the_outcome_is_looked_up_for_as_long_as_an_answer_may_take(
    slack: Slack, bot: App, door: Door, db: Database
) -> None:
    """A commit that breaks off early leaves time for a database that is slow to tell."""

    def be_slow(_connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("SELECT") and "FROM submission" in statement:
            await_only(asyncio.sleep(1))

    form = d.view("breaking.save", metadata={"where": "after the commit was done", "seconds": 0}, fields={})
    event.listen(db.engine.sync_engine, "before_cursor_execute", be_slow)
    try:
        with commits_that_break(db):
            assert await _submitted(slack, bot, door, form) == (True, True)
    finally:
        event.remove(db.engine.sync_engine, "before_cursor_execute", be_slow)


async def test_a_listener_that_takes_too_long_is_answered_in_time_and_saves_nothing(
    slack: Slack, bot: App, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a tenth of the time that it has, so that a machine that stalls does not matter."""
    monkeypatch.setattr(dispatch, "SAVE_SECONDS", SAVE_SECONDS / 10)
    team, user, _channel = people(slack)
    form = d.view("breaking.save", metadata={"where": "nowhere", "seconds": 30}, fields={"title": "x"})
    answer = await asyncio.wait_for(door.send(d.submission(team, user, form)), STALLED_SECONDS)
    assert REFERENCE.search(answer.text)
    form["private_metadata"] = '{"where":"nowhere","seconds":0}'
    assert await _submitted(slack, bot, door, form) == (True, True)


def test_all_that_is_done_before_an_answer_fits_into_slacks_three_seconds() -> None:
    assert SAVE_SECONDS + dispatch.LOOK_SECONDS + dispatch.DRAFT_SECONDS < ACK_SECONDS
