"""How well decisions are found, beside plain FTS5, with records and questions of other people; and how fast."""

import argparse
import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from statistics import mean

import uvloop
from sqlalchemy import URL, select

from benchmarks import search_speed
from bot import log
from bot.access.rules import Kind, Viewer
from bot.clock import Clock
from bot.db import text_index
from bot.db.engine import Database
from bot.db.migrate import upgrade
from bot.people.models import Team
from bot.rituals.decisions import queries
from bot.rituals.decisions.exchange import command, files
from bot.rituals.decisions.models import ImportedDecision, ImportedFile
from bot.rituals.decisions.queries import Found
from bot.workspaces.models import Workspace
from tests import postgres

HERE = Path(__file__).parents[1].parent / "shared" / "adr"
KINDS = ("lexical", "paraphrase", "vague")
UNANSWERED = "none"
LOOKED_AT = 10
TODAY = date(2026, 11, 1)  # no question has a date in it
GOAL, WITHIN = 0.02, 0.90


@dataclass(frozen=True)
class Question:
    text: str
    kind: str
    relevant: frozenset[str]
    """Files below the corpus, any of which answers."""

    @property
    def log(self) -> str:
        return min(self.relevant).split("/")[0]


@dataclass(frozen=True)
class Answers:
    """What one way of searching found: for each question the places of the files that answer, 0 for none of the ten."""

    name: str
    ranks: Mapping[Question, int]

    def of(self, kind: str) -> list[int]:
        return [rank for question, rank in self.ranks.items() if kind in (question.kind, "all")]

    def hits(self, kind: str, most: int) -> int:
        return sum(0 < rank <= most for rank in self.of(kind))

    def reciprocal(self, kind: str) -> float:
        return mean(1 / rank if rank else 0.0 for rank in self.of(kind))


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks search", description=__doc__)
    parser.add_argument(
        "--records",
        type=Path,
        default=HERE,
        help="a folder with questions.jsonl, and corpus/ with a folder for each log (default: %(default)s)",
    )
    parser.add_argument(
        "--speed",
        type=int,
        nargs="*",
        metavar="DECISIONS",
        help="time it instead, in databases of that many made-up decisions (default: 10000 100000)",
    )
    given = parser.parse_args(arguments)
    log.set_up(level="WARNING")
    if given.speed is not None:
        uvloop.run(search_speed.measure(given.speed or (10_000, 100_000)))
    elif not (given.records / "questions.jsonl").is_file():
        parser.exit(1, f"There is no questions.jsonl in {given.records}; --records says where it is.\n")
    else:
        corpus = given.records / "corpus"
        questions = [_question(line) for line in (given.records / "questions.jsonl").read_text().splitlines()]
        uvloop.run(
            measure(corpus, sorted(folder for folder in corpus.iterdir() if folder.is_dir()), questions)
        )


async def measure(corpus: Path, logs: Sequence[Path], questions: Sequence[Question]) -> None:
    print(f"{'':24}" + "".join(f"{kind:>24}" for kind in (*KINDS, "all")))
    print(f"{'':24}" + f"{'hit@1 hit@5 MRR@10':>24}" * (len(KINDS) + 1))
    with (
        tempfile.TemporaryDirectory(prefix="common-ground-bench-") as temporary,
        postgres.running() as server,
    ):
        file = Path(temporary) / "bot.sqlite"
        plain: Answers | None = None
        everywhere: list[Answers] = []
        for name, url in (
            ("SQLite", URL.create("sqlite+aiosqlite", database=str(file))),
            ("PostgreSQL", server),
        ):
            async with _imported(corpus, logs, url) as searched:
                if plain is None:
                    plain = _plain(file, questions, searched.files)
                    _tell(plain)
                ours, within, certainty = await searched.answers(name, questions)
            _tell(ours)
            _tell(within)
            _judge(ours, within, beside=plain)
            _tell_certainty(certainty)
            everywhere.append(ours)
    apart = abs(everywhere[0].hits("all", 5) - everywhere[1].hits("all", 5))
    print(f"the databases' hit@5 {apart} questions apart {_verdict(apart <= 2)}")


def _question(line: str) -> Question:
    row = json.loads(line)
    return Question(row["q"], row["kind"], frozenset(row["relevant"]))


class Searched:
    """A database with the records in it."""

    def __init__(
        self, db: Database, workspace_id: int, channels: dict[str, str], files: dict[int, str]
    ) -> None:
        self._db, self._workspace_id, self._channels = db, workspace_id, channels
        self.files = files

    async def answers(
        self, name: str, questions: Sequence[Question]
    ) -> tuple[Answers, Answers, dict[Question, float]]:
        """From all logs, from the log that holds the answer, and how certain each answer from all is."""
        found = {question: await self._ask(question, self._channels.values()) for question in questions}
        asked = [question for question in questions if question.kind != UNANSWERED]
        own = {question: await self._ask(question, {self._channels[question.log]}) for question in asked}
        return (
            Answers(name, {question: self._rank(question, found[question]) for question in asked}),
            Answers(
                f"{name}, own log", {question: self._rank(question, own[question]) for question in asked}
            ),
            {question: one.certainty for question, one in found.items()},
        )

    async def _ask(self, question: Question, channels: Iterable[str]) -> Found:
        viewer = Viewer(self._workspace_id, "", Kind.MEMBER, is_admin=True, channels=frozenset(channels))
        wanted = queries.parse(question.text, user_id="")
        async with self._db.read() as session:
            return await queries.search(session, viewer=viewer, wanted=wanted, today=TODAY, limit=LOOKED_AT)

    def _rank(self, question: Question, found: Found) -> int:
        return _rank(question, [self.files[hit.decision.id] for hit in found.hits])


def _rank(question: Question, found: Sequence[str]) -> int:
    return next((place for place, file in enumerate(found, start=1) if file in question.relevant), 0)


@asynccontextmanager
async def _imported(corpus: Path, logs: Sequence[Path], url: URL) -> AsyncIterator[Searched]:
    """Each log in a channel of its own."""
    await upgrade(url)
    db, now = Database(url), Clock().now()
    async with db.begin() as session:
        workspace = Workspace(slack_id="T0", name="bench", created_at=now, state_changed_at=now)
        session.add(workspace)
        await session.flush()  # for its id
        teams = [
            Team(
                workspace_id=workspace.id,
                channel_id=f"C{n}",
                name=folder.name,
                timezone="UTC",
                created_by="",
                created_at=now,
            )
            for n, folder in enumerate(logs)
        ]
        session.add_all(teams)
    for folder, team in zip(logs, teams, strict=True):
        paths = list(files.found_in(folder))
        async for _told in command.import_files(
            db, paths, workspace=None, team=team.channel_id, now=now, dry_run=False
        ):
            pass
    async with db.read() as session:
        rows = await session.execute(
            select(ImportedDecision.decision_id, ImportedFile.path).join(
                ImportedFile, ImportedFile.id == ImportedDecision.file_id
            )
        )
        names = {record_id: str(Path(path).relative_to(corpus)) for record_id, path in rows}
    yield Searched(db, workspace.id, {team.name: team.channel_id for team in teams}, names)
    await db.close()


def _plain(file: Path, questions: Sequence[Question], names: Mapping[int, str]) -> Answers:
    """FTS5 alone: the same texts and words, any word counts, a title five times."""
    connection = sqlite3.connect(file)
    connection.execute(
        "CREATE VIRTUAL TABLE temp.plain USING fts5(title, about, body, tokenize='porter unicode61')"
    )
    connection.execute(
        "INSERT INTO plain (rowid, title, about, body) SELECT rowid, title, about, body FROM search_fts"
    )
    ranks = {}
    for question in questions:
        if question.kind == UNANSWERED:
            continue
        words = " OR ".join(f'"{word}"' for word in text_index.parse(question.text).words)
        found = connection.execute(
            "SELECT rowid FROM plain WHERE plain MATCH ? ORDER BY bm25(plain, 5, 1, 1) LIMIT ?",
            (words, LOOKED_AT),
        )
        ranks[question] = _rank(question, [names[record_id] for (record_id,) in found])
    connection.close()
    return Answers("plain FTS5, OR", ranks)


def _tell(answers: Answers) -> None:
    cells = []
    for kind in (*KINDS, "all"):
        asked = len(answers.of(kind))
        shares = (answers.hits(kind, 1) / asked, answers.hits(kind, 5) / asked, answers.reciprocal(kind))
        cells.append("".join(f"{share:6.3f}" for share in shares))
    print(f"{answers.name:24}" + "".join(f"{cell:>24}" for cell in cells), flush=True)


def _judge(ours: Answers, within: Answers, *, beside: Answers) -> None:
    gained = ours.reciprocal("all") - beside.reciprocal("all")
    lost = max(beside.hits(kind, 5) - ours.hits(kind, 5) for kind in KINDS)
    lexical = ours.hits("lexical", 5) / len(ours.of("lexical"))
    inside = within.hits("all", 5) / len(within.of("all"))
    print(
        f"  MRR {gained:+.3f} {_verdict(gained >= GOAL)}"
        f", most hit@5 lost in a kind {max(lost, 0)} {_verdict(lost <= 1)}"
        f", lexical hit@5 {lexical:.3f} {_verdict(lexical == 1)}"
        f", hit@5 in its own log {inside:.3f} {_verdict(inside >= WITHIN)}"
    )


def _tell_certainty(certainty: Mapping[Question, float]) -> None:
    """How well it tells what has an answer; the threshold chosen on the 1st, 3rd, … of each kind, tried on the rest."""
    kinds = {question.kind for question in certainty}
    ordered = [[question for question in certainty if question.kind == kind] for kind in sorted(kinds)]
    first = [question for some in ordered for question in some[::2]]
    second = [question for some in ordered for question in some[1::2]]

    def right(some: Sequence[Question], threshold: float) -> float:
        """The mean of both sides' shares, as few questions have no answer."""
        sides: dict[bool, list[bool]] = {True: [], False: []}
        for question in some:
            answered = question.kind != UNANSWERED
            sides[answered].append((certainty[question] >= threshold) is answered)
        return mean(mean(side) for side in sides.values())

    chosen = max(sorted({certainty[question] for question in first}), key=lambda one: right(first, one))
    used = queries.CERTAIN
    both = list(
        product(
            [sure for question, sure in certainty.items() if question.kind != UNANSWERED],
            [sure for question, sure in certainty.items() if question.kind == UNANSWERED],
        )
    )
    area = mean((yes > no) + (yes == no) / 2 for yes, no in both)
    print(
        f"  certain: AUC {area:.3f} {_verdict(area >= 0.8)}, best threshold of one half {chosen:.2f}"
        f" (there {right(first, chosen):.3f}, on the other half {right(second, chosen):.3f})"
        f"; with ours, {used}: {right(first, used):.3f} and {right(second, used):.3f}"
    )


def _verdict(met: bool) -> str:  # noqa: FBT001 -- it reads well where it stands
    return "(met)" if met else "(missed)"
