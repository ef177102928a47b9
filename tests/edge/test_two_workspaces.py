"""Two workspaces in one database: with what it knows of the other, neither reads nor writes anything there."""

import json
import random
import re
from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import Table, select, update

from bot.app import App
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.db.tables import metadata
from bot.outbox.models import Delivery, DeliveryState
from bot.playground.seed import DEFAULT
from bot.workspaces import installations
from tests.bot import local_slack
from tests.edge import door as d
from tests.edge.door import Door
from tests.person import Json, Slack, until, words_of
from tests.rituals.stories import quiet

SEED = 20_261_123
CANARY = "Zanzibar"  # in everything that workspace A wrote
SEARCHED = "kangaroo"  # too, and B looks for it
UNKNOWN = 987_654  # the id of nothing


def two_workspaces() -> Json:
    """The default team twice: B's people and channels have ids of their own."""
    first, second = deepcopy(DEFAULT["workspaces"][0]), deepcopy(DEFAULT["workspaces"][0])
    second |= {"name": "Bravo", "domain": "bravo"}
    return {"workspaces": [first, second]}


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with local_slack(two_workspaces()) as slack:
        yield slack


class Side:
    """One of the two workspaces, by its ids."""

    def __init__(self, described: Json) -> None:
        self.team: str = described["team_id"]
        self.users: dict[str, str] = described["users"]
        self.channels: dict[str, str] = described["channels"]
        self.token: str = described["bot_token"]
        self.described = described


@pytest.fixture
async def sides(slack: Slack, bot: App, clock: MovableClock, door: Door) -> tuple[Side, Side]:
    """A with a team, decisions, drafts and a message that one was made from; B with one decision."""
    a, b = (Side(each) for each in slack.described["workspaces"])
    async with bot.database.begin() as session:
        await installations.save(
            session,
            slack_id=b.team,
            bot_token=b.token,
            bot_user_id=b.described["bot_user_id"],
            bot_id=b.described["bot_id"],
            now=clock.now(),
        )
    for n, channel in enumerate(("payments", "leads", "payments"), start=1):
        form = d.view(
            "decisions.form",
            metadata={"channel": a.channels[channel]},
            fields={
                "title": f"{CANARY} {'abc'[n - 1] * 9}",
                "context": f"{CANARY} {SEARCHED}",
                "alternatives.0.name": CANARY,
            },
        )
        assert (await door.send(d.submission(a.team, a.users["pm"], form))).text == ""
    team = d.view(
        "partner.team",
        metadata={},
        fields={"channel": a.channels["payments"], "name": CANARY, "timezone": "Europe/Oslo"},
    )
    assert (await door.send(d.submission(a.team, a.users["pm"], team))).text == ""
    form = d.view(
        "decisions.form", metadata={"channel": b.channels["payments"]}, fields={"title": "Own thing"}
    )
    assert (await door.send(d.submission(b.team, b.users["pm"], form))).text == ""
    await bot.tasks.idle()
    await quiet(bot)
    await until(lambda: _all_sent(bot.database))
    return a, b


async def _all_sent(db: Database) -> bool:
    async with db.read() as session:
        return set(await session.scalars(select(Delivery.state).distinct())) == {DeliveryState.SENT}


async def rows_of(db: Database, team: str) -> dict[str, list[Any]]:
    """All that is stored for a workspace, by table; what belongs to no workspace is left out."""
    found: dict[str, list[Any]] = {}
    async with db.read() as session:
        number = await session.scalar(select(_workspaces().c.id).where(_workspaces().c.slack_id == team))
        records = metadata().tables["records"]
        mine = select(records.c.id).where(records.c.workspace_id == number)
        for table in metadata().sorted_tables:
            if "workspace_id" in table.c:
                where = table.c.workspace_id == number
            else:
                owner = next(
                    (table.c[name] for name in ("decision_id", "record_id") if name in table.c), None
                )
                if owner is None:
                    continue
                where = owner.in_(mine)
            rows = await session.execute(select(table).where(where).order_by(*table.primary_key))
            found[table.name] = [tuple(row) for row in rows]
    return found


def _workspaces() -> Table:
    return metadata().tables["workspaces"]


class Guessing:
    """Requests of people in B, with ids of A, or of nothing, wherever an id can stand."""

    def __init__(self, a: Side, b: Side, records: list[int], teams: list[int], seed: int) -> None:
        self.a, self.b, self.dice = a, b, random.Random(seed)
        self.records, self.teams = records, teams

    def pair(self) -> tuple[Json, Json]:
        """The same request twice: with A's ids, and with the ids of nothing."""
        state = self.dice.getstate()
        theirs = self._request(known=True)
        self.dice.setstate(state)
        return theirs, self._request(known=False)

    def _request(self, *, known: bool) -> Json:
        pick = self.dice.choice
        record, team, number = pick(self.records), pick(self.teams), pick([1, 2, 3])
        channel, user = pick(list(self.a.channels.values())), pick(list(self.a.users.values()))
        if not known:
            record, team, number, channel, user = UNKNOWN, UNKNOWN, UNKNOWN, "C0NOTHING", "U0NOTHING"
        who, here = self.b.users[pick(["pm", "techlead", "engineer", "admin"])], self.b.channels["general"]
        make = pick([self._press, self._menu, self._command, self._form, self._small_form, self._team_form])
        return make(who, here, record=record, team=team, number=number, channel=channel, user=user)

    def _press(self, who: str, here: str, **of: Any) -> Json:
        action, value = self.dice.choice(
            [
                ("decisions.acknowledge", of["record"]),
                ("decisions.question", of["record"]),
                ("decisions.disagree", of["record"]),
                ("decisions.blocks", of["record"]),
                ("decisions.open", of["record"]),
                ("decisions.withdraw", of["record"]),
                ("decisions.link", f"link:{of['record']}"),
                ("decisions.log_captured", f"{of['channel']}:1700000000.000100"),
                ("decisions.next_page", f"0:in:{of['channel']}"),
                ("partner.set_up", of["team"]),
            ]
        )
        return d.press(self.b.team, who, action, str(value), channel=here)

    def _menu(self, who: str, here: str, **of: Any) -> Json:
        what = self.dice.choice(["open", "edit", "supersede", "reverse", "link"])
        return d.choose(self.b.team, who, "decisions.change", f"{what}:{of['record']}", channel=here)

    def _command(self, who: str, here: str, **of: Any) -> Json:
        text = self.dice.choice(
            [
                f"show D-{UNKNOWN + of['number']}" if of["number"] != 1 else f"show D-{UNKNOWN}",
                f"list in:<#{of['channel']}|x>",
                f"list by:<@{of['user']}|x>",
                f"search {SEARCHED} in:{of['channel']}",
                f"why {SEARCHED}",
                f"find {SEARCHED} by:{of['user']}",
            ]
        )
        return d.command(self.b.team, who, here, text)

    def _form(self, who: str, here: str, **of: Any) -> Json:
        """The big form, with A's things in its metadata and in its fields."""
        metadata = self.dice.choice(
            [
                {"record": of["record"], "edits": 0, "draft": f"record:{of['record']}"},
                {"channel": of["channel"], "draft": f"channel:{of['channel']}"},
                {"channel": here, "supersedes": of["record"]},
                {"channel": here, "reverses": of["record"]},
            ]
        )
        fields = {"title": self._words(), **self.dice.choice([{}, {"team": of["channel"]}])}
        if metadata.get("channel") == here and "supersedes" not in metadata and "reverses" not in metadata:
            fields |= {"links": f"D-{of['number'] + UNKNOWN}"}
        return d.submission(self.b.team, who, d.view("decisions.form", metadata=metadata, fields=fields))

    def _small_form(self, who: str, here: str, **of: Any) -> Json:
        small: list[tuple[str, Json, Json]] = [
            ("decisions.reason", {"record": of["record"], "answer": "question"}, {"reason": "why"}),
            ("decisions.withdrawal", {"record": of["record"]}, {"reason": "why"}),
            (
                "decisions.linking",
                {"record": of["record"]},
                {"relation": ("supersedes",), "links": "D-1"},
            ),
        ]
        callback, metadata, fields = self.dice.choice(small)
        return d.submission(self.b.team, who, d.view(callback, metadata=metadata, fields=fields))

    def _team_form(self, who: str, here: str, **of: Any) -> Json:
        fields = {"channel": of["channel"], "name": "Ours", "timezone": "Europe/Oslo"}
        return d.submission(
            self.b.team, who, d.view("partner.team", metadata={"team": of["team"]}, fields=fields)
        )

    def _words(self) -> str:
        return "".join(self.dice.choice("abcdefghij") for _ in range(24))


REPEATED = re.compile(
    r"V0EDGE\d+|ref [0-9A-Z]{4}|[CU]0\w+|D-\d+|\b987654\b|\"(?:record|team|edits)\": ?\"?\d+"
)


def unnamed(text: str) -> str:
    """An answer without what it repeats of the question."""
    return REPEATED.sub("…", text)


async def _guess(slack: Slack, bot: App, door: Door, sides: tuple[Side, Side], *, pairs: int) -> None:
    a, b = sides
    before = await rows_of(bot.database, a.team)
    guessing = Guessing(
        a,
        b,
        [row[0] for row in before["records"]],
        [row[0] for row in before["teams"]],
        SEED,
    )
    calls = len(await slack.calls())
    asked = [guessing.pair() for _ in range(pairs)]
    answers = await door.send_all(request for pair in asked for request in pair)
    await bot.tasks.idle()
    for pair, known, unknown in zip(asked, answers[::2], answers[1::2], strict=True):
        assert known.status == unknown.status == 200, pair
        assert unnamed(known.text) == unnamed(unknown.text), pair
        assert CANARY not in known.text, (pair, known)
    assert await rows_of(bot.database, a.team) == before
    made = (await slack.calls())[calls:]
    assert [call for call in made if CANARY in json.dumps(call)] == []
    told = json.dumps(made)
    assert not any(a_channel in told for a_channel in a.channels.values())
    seen = await slack.state(workspace=b.team)
    b_channels = {channel_id: seen["messages"][channel_id] for channel_id in b.channels.values()}
    assert CANARY not in words_of(list(b_channels.values()))
    print(f"{2 * pairs} requests (seed {SEED}): 0 reads, 0 writes, {pairs} pairs of equal answers")  # noqa: T201


async def test_ids_of_another_workspace_are_ids_of_nothing(
    slack: Slack, bot: App, door: Door, sides: tuple[Side, Side]
) -> None:
    await _guess(slack, bot, door, sides, pairs=60)


@pytest.mark.slow
async def test_ids_of_another_workspace_are_ids_of_nothing_ten_thousand_times(
    slack: Slack, bot: App, door: Door, sides: tuple[Side, Side]
) -> None:
    await _guess(slack, bot, door, sides, pairs=5_000)


async def test_a_channel_that_both_share_keeps_each_ones_records_apart(
    slack: Slack, bot: App, door: Door, sides: tuple[Side, Side]
) -> None:
    """In Slack Connect a channel has one id in both workspaces: being in it opens nothing of the other one's."""
    a, b = sides
    shared = b.channels["payments"]
    async with bot.database.begin() as session:
        ours = select(_workspaces().c.id).where(_workspaces().c.slack_id == a.team).scalar_subquery()
        for name in ("teams", "records"):
            table = metadata().tables[name]
            await session.execute(
                update(table)
                .where(table.c.workspace_id == ours, table.c.channel_id == a.channels["payments"])
                .values(channel_id=shared)
            )
    before = await rows_of(bot.database, a.team)
    record_ids = [row[0] for row in before["records"]]
    calls = len(await slack.calls())
    who = b.users["pm"]
    asked = [
        *(
            d.command(b.team, who, shared, text)
            for text in ("list", f"why {SEARCHED}", "show D-2", "show D-3")
        ),
        *(d.press(b.team, who, "decisions.open", str(n), channel=shared) for n in record_ids),
        *(d.press(b.team, who, "decisions.acknowledge", str(n), channel=shared) for n in record_ids),
        *(d.choose(b.team, who, "decisions.change", f"edit:{n}", channel=shared) for n in record_ids),
        d.submission(
            b.team,
            who,
            d.view("decisions.form", metadata={"channel": shared}, fields={"title": f"{CANARY} aaaaaaaaa"}),
        ),
    ]
    answers = await door.send_all(asked)
    await bot.tasks.idle()
    assert [
        answer.text for answer in answers if CANARY in answer.text.replace(f"{CANARY} aaaaaaaaa", "")
    ] == []
    told = json.dumps((await slack.calls())[calls:]).replace(f"{CANARY} aaaaaaaaa", "")
    assert CANARY not in told
    assert await rows_of(bot.database, a.team) == before
