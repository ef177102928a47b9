"""LIMITS.md says what is enforced: nothing is missing, each row has a source, and the test that it names is there."""

import importlib

import pytest

from bot.playground.rules import limits
from bot.playground.rules.listing import PAGE, TOTALS, Row, sections, written
from bot.playground.rules.places import demands
from bot.playground.rules.schema import Items, Number, Text
from tests.playground.rules_samples import refused
from tests.playground.test_rules_limits import ELSEWHERE, LIMITS

BUILDS = {name: (most, build) for name, most, build in LIMITS}
ROWS: list[Row] = [row for _, rows in sections() for row in rows]


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "run: python -m bot.playground.rules.listing"


def test_every_row_has_a_source_on_the_web() -> None:
    assert [row for row in ROWS if not row.source.startswith("https://")] == []


def test_no_row_is_said_twice() -> None:
    assert len({(row.where, row.what, row.error) for row in ROWS}) == len(ROWS)


def test_every_number_of_the_book_has_a_row() -> None:
    rules = [rule for demand in demands().values() for rule in demand.rules]
    sizes = [
        size for rule in rules if isinstance(rule, Text | Items | Number) for size in (rule.least, rule.most)
    ]
    listed = {id(size) for size in sizes} | {id(getattr(limits, name)) for name, _, _ in TOTALS}
    unlisted = {
        name
        for name, limit in vars(limits).items()
        if isinstance(limit, limits.Limit) and id(limit) not in listed
    }
    assert unlisted == ELSEWHERE - {"DATA_TABLE_LEAST_ROWS"}
    assert all(any(getattr(limits, name).source == row.source for row in ROWS) for name in unlisted)


@pytest.mark.parametrize(("name", "error"), [(n, e) for n, _, e in TOTALS], ids=[n for n, _, _ in TOTALS])
def test_a_total_has_a_code_of_its_own(name: str, error: str) -> None:
    most, build = BUILDS[name]
    assert most == getattr(limits, name)
    assert refused(build(most)) is None
    assert refused(build(most - 1)) is None or most == 1
    refusal = refused(build(most + 1))
    assert refusal is not None
    assert refusal.error == error


def test_every_row_names_a_test_that_is_there() -> None:
    missing = [row.test for row in ROWS if not is_there(row.test)]
    assert missing == []


def is_there(test: str) -> bool:
    """Whether this function, with this set of parameters, would be collected."""
    path, _, name = test.partition("::")
    name, _, case = name.partition("[")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    function = getattr(module, name, None)
    marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
    cases = [case for mark in marks for case in mark.kwargs.get("ids", ())]
    return function is not None and (not case or case.removesuffix("]") in cases)
