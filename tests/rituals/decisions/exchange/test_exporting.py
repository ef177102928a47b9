"""The log goes out whole, and comes back as it was."""

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import commands as cli
from bot.rituals.decisions.exchange import files, own_markdown
from bot.rituals.decisions.exchange.entries import Option
from bot.rituals.decisions.exchange.exported import Exported, joined, parted
from bot.rituals.decisions.exchange.exporting import Format
from bot.rituals.decisions.models import Status
from tests.rituals.decisions.exchange.command_line import CommonGround
from tests.rituals.decisions.exchange.test_reading import MADR, NYGARD

pytestmark = pytest.mark.alike

FORMATS = list(Format)
TOLD_ONLY = ("team", "logged_by", "logged_at", "source", "answers", "history")

ODD = """\
# =SUM(A1) and `Option<T>` # really

- Status: rejected
- Deciders: Priya Nair, Tomas Lind

## Context

Their shell script:

```sh
# no heading
## nor this
```

\\# typed like this

- =1+1
-- and more

## Considered Options

* Nothing: as it is
* @all of it
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "adr"
    folder.mkdir()
    (folder / "0003-poll.md").write_text("# 3. Poll\n\n## Decision\n\nEvery minute.\n")
    (folder / "0007-use-webhooks.md").write_text(
        NYGARD.replace("0003-poll-the-partner-api.md", "0003-poll.md")
    )
    (folder / "0008-x.md").write_text(MADR)
    (folder / "0009-odd.md").write_text(ODD)
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From here on another database, an empty one, is meant."""

    def move() -> None:
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")

    return move


def exported(common_ground: CommonGround) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(common_ground("export", "--format", "json", "--out", "-"))
    return [{name: value for name, value in row.items() if name not in TOLD_ONLY} for row in rows]


@pytest.mark.parametrize("format_", FORMATS)
def test_what_goes_out_comes_back_into_an_empty_database_as_it_was(
    common_ground: CommonGround, log: Path, tmp_path: Path, elsewhere: Callable[[], None], format_: Format
) -> None:
    common_ground.imported(log)
    before = exported(common_ground)
    assert [row["number"] for row in before] == ["D-1", "D-2", "D-3", "D-4"]
    assert (before[0]["status"], before[0]["superseded_by"]) == ("superseded", ["D-2"])
    out = tmp_path / "out" if format_ is Format.MADR else tmp_path / f"out.{format_}"
    common_ground("export", "--format", format_, "--out", out)
    elsewhere()
    told = common_ground.imported(out)
    assert [one["outcome"] for one in told] == ["created"] * 4
    assert exported(common_ground) == before
    assert [one["outcome"] for one in common_ground.imported(out)] == ["unchanged"] * 4


def test_what_was_withdrawn_goes_out_and_comes_back_withdrawn(
    common_ground: CommonGround, log: Path, tmp_path: Path, elsewhere: Callable[[], None]
) -> None:
    common_ground.imported(log)
    rows = exported(common_ground)
    rows[0]["withdrawn"] = "Logged twice."
    (tmp_path / "log.json").write_text(json.dumps(rows))
    elsewhere()
    common_ground.imported(tmp_path / "log.json")
    assert exported(common_ground) == rows
    assert "D-1" not in [row["number"] for row in common_ground.found("poll")]


def test_a_folder_of_an_earlier_export_keeps_one_file_a_decision(
    common_ground: CommonGround, log: Path, tmp_path: Path
) -> None:
    common_ground.imported(log)
    out = tmp_path / "out"
    common_ground("export", "--format", "madr", "--out", out)
    (out / "0001-mine.md").write_text("# Mine\n")
    (log / "0003-poll.md").write_text("# 3. Poll the partner\n\n## Decision\n\nEvery minute.\n")
    common_ground.imported(log)
    common_ground("export", "--format", "madr", "--out", out)
    assert sorted(path.name for path in out.iterdir()) == [
        "0001-mine.md",
        "0001-poll-the-partner.md",
        "0002-use-webhooks-for-the-partner-api.md",
        "0003-use-webhooks-for-the-partner-api.md",
        "0004-sum-a1-and-option-t-really.md",
    ]
    assert (
        "superseded by [D-2](0002-use-webhooks-for-the-partner-api.md)"
        in (out / "0001-poll-the-partner.md").read_text()
    )


def test_no_cell_of_a_sheet_is_a_formula(common_ground: CommonGround, log: Path, tmp_path: Path) -> None:
    common_ground.imported(log)
    common_ground("export", "--format", "csv", "--out", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert "'=SUM(A1) and Option<T> # really" in cells
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")] == []


def test_a_folder_cannot_go_to_standard_output(
    common_ground: CommonGround, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["decisions", "export", "--format", "madr", "--out", "-"]) == cli.BAD_USE
    assert "madr is a folder of files" in " ".join(capsys.readouterr().err.split())


def test_an_export_that_fails_leaves_the_file_as_it_was(
    common_ground: CommonGround, log: Path, tmp_path: Path
) -> None:
    common_ground.imported(log)
    out = tmp_path / "out.json"
    out.write_text("earlier")
    assert (
        cli.main(["decisions", "export", "--format", "json", "--out", str(out), "--team", "nobody"])
        == cli.FAILED
    )
    assert out.read_text() == "earlier"


# Whatever was typed

_LINES = st.sampled_from(
    [
        "# one",
        "## Decision Outcome",
        "### Consequences",
        "#### Would change our mind",
        "\\## typed",
        "\\\\# twice",
        "```",
        "~~~",
        "  ```sh",
        "- Status: rejected",
        "---",
        "<!-- note -->",
        "'=1",
        "=1;2",
        "- item",
        "",
        "words, and more; words",
    ]
)
_TEXTS = st.lists(
    st.one_of(_LINES, st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])))
).map(lambda lines: "\n".join(lines).strip("\n"))
_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Zs"]), min_size=1, max_size=20
)
_NAMES = st.lists(_WORDS, max_size=3)
_NUMBERS = st.lists(st.integers(1, 999).map("D-{}".format), max_size=2, unique=True)
_EXPORTED = st.builds(
    Exported,
    number=st.integers(1, 9_999).map("D-{}".format),
    title=_WORDS,
    status=st.sampled_from(Status),
    date=st.none() | st.dates(date(1990, 1, 1), date(2099, 1, 1)),
    deciders=_NAMES,
    context=_TEXTS,
    decision=_TEXTS,
    alternatives=st.lists(st.builds(Option, name=_WORDS, why_not=_TEXTS, reconsider_when=_TEXTS), max_size=3),
    consequences=_TEXTS,
    notes=_TEXTS,
    supersedes=_NUMBERS,
    superseded_by=_NUMBERS,
    reverses=_NUMBERS,
    relates_to=_NUMBERS,
    consulted=_NAMES,
    must_know=_NAMES,
    tags=_NAMES,
    revisit_on=st.none() | st.dates(date(1990, 1, 1), date(2099, 1, 1)),
    revisit_when=_TEXTS,
    withdrawn=st.none() | _WORDS,
    team=st.just(""),
    logged_by=st.just(""),
    logged_at=st.just(""),
    source=st.just(""),
    answers=st.just([]),
    history=st.just([]),
)


@given(decision=_EXPORTED, known=st.booleans())
def test_every_page_is_read_as_it_was_written(*, decision: Exported, known: bool) -> None:
    others = [*decision.supersedes, *decision.superseded_by, *decision.reverses, *decision.relates_to]
    page = own_markdown.write(decision, {name: f"{name}.md".lower() for name in others} if known else {})
    assert own_markdown.read(page) == decision


@given(names=_NAMES, mark=st.sampled_from([";", ","]))
def test_a_list_in_a_cell_is_read_as_it_was_written(names: list[str], mark: str) -> None:
    assert parted(joined(names, mark), mark) == names


def test_a_page_that_somebody_changed_is_read_as_anybodys() -> None:
    decision = Exported.model_validate_json(
        '{"number":"D-1","title":"Use webhooks","status":"accepted","date":"2026-02-15","deciders":[],"context":"",'
        '"decision":"Yes.","alternatives":[],"consequences":"","notes":"","supersedes":[],"superseded_by":[],'
        '"reverses":[],"relates_to":[],"consulted":[],"must_know":[],"tags":[],"revisit_on":null,"revisit_when":"",'
        '"withdrawn":null}'
    )
    page = own_markdown.write(decision, {}).replace("Status: accepted", "Status: agreed last week")
    (entry,) = files.read(page.encode(), path="0001-use-webhooks.md").entries
    assert (entry.title, entry.status, entry.decision) == ("Use webhooks", Status.ACCEPTED, "Yes.")
