"""How well fields are read out of records that other people wrote, against labels that people made by reading them.

The records are in no part of this project; without them these tests are skipped. The labels hold no words of theirs:
hashes of words, line numbers, days and statuses.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.rituals.decisions.exchange import files
from bot.rituals.decisions.exchange.documents import text_of
from bot.rituals.decisions.exchange.entries import Entry
from bot.rituals.decisions.exchange.markdown import plain_lines

CORPUS = Path(__file__).parents[4].parent / "shared" / "adr" / "corpus"
LABELS = Path(__file__).parent / "labels.jsonl"

BARS = {  # precision and recall
    "title": 0.97,
    "status": 0.97,
    "date": 0.95,
    "deciders": 0.95,
    "context": 0.90,
    "decision": 0.90,
    "consequences": 0.90,
    "alternatives": 0.90,
    "supersession": 0.90,
}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"needs the records of {CORPUS}")


@dataclass
class Tally:
    right: float = 0
    given: float = 0
    there: float = 0

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 1.0

    def reaches(self, bar: float) -> bool:
        return self.precision >= bar and self.recall >= bar


def words(text: str) -> list[str]:
    return [hashlib.sha256(word.encode()).hexdigest()[:8] for word in re.findall(r"\w+", text.lower())]


def reference(name: str) -> str:
    digits = re.sub(r"\D", "", re.sub(r".*/", "", name))[:4].lstrip("0")
    return hashlib.sha256(digits.encode()).hexdigest()[:8]


def read() -> Iterator[tuple[dict[str, Any], Entry, list[str]]]:
    orders = files.orders(sorted(CORPUS.glob("*/*")))
    for label in map(json.loads, LABELS.read_text().splitlines()):
        path = CORPUS / label["file"]
        content = path.read_bytes()
        assert hashlib.sha256(content).hexdigest().startswith(label["sha256"])
        (entry,) = files.read(content, path=str(path), day_first=orders.get(path.parent, True)).entries
        yield label, entry, text_of(content).split("\n")


def test_fields_are_read_as_people_read_them() -> None:
    tallies = {name: Tally() for name in BARS}
    count = 0
    for label, entry, lines in read():
        count += 1
        for name, tally in tallies.items():
            right, given, there = _compared(name, label, entry, lines)
            tally.right, tally.given, tally.there = (
                tally.right + right,
                tally.given + given,
                tally.there + there,
            )
    for name, tally in tallies.items():
        print(f"{name}: precision {tally.precision:.3f}, recall {tally.recall:.3f}")  # noqa: T201
    assert count >= 120
    assert {name for name, tally in tallies.items() if not tally.reaches(BARS[name])} == set()


def _compared(name: str, label: dict[str, Any], entry: Entry, lines: list[str]) -> tuple[float, float, float]:
    """What is right, what was given and what there is."""
    day = entry.decided_on.isoformat() if entry.decided_on else None
    exact: dict[str, tuple[Iterable[Any], Iterable[Any]]] = {
        "title": ([words(entry.title)], [label["title"]]),
        "status": (filter(None, [entry.status]), filter(None, [label["status"]])),
        "date": (filter(None, [day]), filter(None, [label["date"]])),
        "deciders": (map(words, entry.deciders), label["deciders"]),
        "supersession": (
            [
                *(("of", reference(one)) for one in entry.supersedes),
                *(("by", reference(one)) for one in entry.superseded_by),
            ],
            [*(("of", one) for one in label["supersedes"]), *(("by", one) for one in label["superseded_by"])],
        ),
    }
    if name in exact:
        return _exactly(*exact[name])
    if name == "alternatives":
        others = [option["name"] for option in label["alternatives"] if not option["chosen"]]
        return _alike([words(option.name) for option in entry.alternatives], others)
    return _in_words(getattr(entry, name), "\n".join(_labelled(label[name], lines)))


def _in_words(given: str, there: str) -> tuple[float, float, float]:
    """Each record weighs the same, however long it is."""
    ours, theirs = Counter(words(plain_lines(given))), Counter(words(plain_lines(there)))
    both = ours.total() + theirs.total()
    return (2 * (ours & theirs).total() / both if both else 0.0), bool(ours), bool(theirs)


def _labelled(ranges: list[list[int]], lines: list[str]) -> Iterator[str]:
    for begin, end in ranges:
        yield from (line for line in lines[begin - 1 : end] if not re.match(r"^#{1,6} ", line))


def _exactly(given: Iterable[Any], there: Iterable[Any]) -> tuple[int, int, int]:
    ours, theirs = [json.dumps(one) for one in given], [json.dumps(one) for one in there]
    return (Counter(ours) & Counter(theirs)).total(), len(ours), len(theirs)


def _alike(given: list[list[str]], there: list[list[str]]) -> tuple[int, int, int]:
    """A name is right when it shares most of its words, as one stands in a list and over a section in two wordings."""
    left, right = [set(name) for name in given], 0
    for name in map(set, there):
        best = max(left, key=lambda one: len(one & name) / max(1, len(one | name)), default=set())
        if len(best & name) / max(1, min(len(best), len(name))) >= 0.75:
            left.remove(best)
            right += 1
    return right, len(given), len(there)
