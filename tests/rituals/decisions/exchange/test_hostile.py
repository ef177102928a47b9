"""Files that are broken, or made to break: each is reported, none hangs, and nothing else is read."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL

from bot.rituals.decisions.exchange import files
from bot.rituals.decisions.exchange.documents import UnreadableError
from bot.rituals.decisions.exchange.reading import NoRecordError
from tests.rituals.decisions.exchange.command_line import CommonGround
from tests.rituals.decisions.exchange.test_exporting import ODD
from tests.rituals.decisions.exchange.test_reading import MADR, NYGARD

MANY = 2_000
SECONDS = 2.0  # of this process, for a file; the quick run measures no time
LONGEST = 60_000  # characters: twenty times a usual record, so that two thousand of them are read in minutes

YAML = "name: Use webhooks\ndate: 2026-02-15\ncontext: Limits.\ndecision: Webhooks.\n"
CSV = 'ID,Title,Date,Deciders,Context,Decision\n7,Use webhooks,2026-02-15,"Priya, Tomas",Limits.,Webhooks.\n'
JSON = '[{"id": 7, "title": "Use webhooks", "decision": "Webhooks.", "alternatives": [{"name": "Polling"}]}]'
TABLE = (
    "| Title | Date | Context | Decision |\n|---|---|---|---|\n| Use webhooks | 2026-02-15 | Limits | Yes |\n"
)
SENTENCE = "In the context of x, facing y, we decided for z and against w, to achieve v, accepting u.\n"
OPTIONS = "".join(f"* {number:b} {ODD[number:][:80]!r}\n" for number in range(40))
HEADINGS = "".join(f"## {ODD[number:][:90]!r}\n\nx\n\n" for number in range(40))
MANY_OPTIONS = f"# Use webhooks\n\n## Considered Options\n\n{OPTIONS}\n{HEADINGS}"
PAGES = (NYGARD, MADR, ODD, TABLE, SENTENCE, MANY_OPTIONS)
SAMPLES = [(page, ".md") for page in PAGES] + [
    (YAML, ".yaml"),
    (CSV, ".csv"),
    (JSON, ".json"),
    (JSON, ".jsonl"),
]

REPEATED = [
    *"[]()`*_<>|#-\"'{},;:\\!&=+@\t\n 0aé",
    "```\n",
    "> ",
    "- ",
    "## ",
    "### Option 1\n",
    "* Good, because x\n",
    "* Webhooks of kind x\n",
    "[a](",
    "[a]: b\n",
    "<!--",
    "<a ",
    "| a | b |\n",
    "&a [*a]\n",
    "Date: 2026-02-15\n",
    "Status: Accepted\n",
    "in the context of facing we decided for ",
    "1-1-1-",
    "\\#\n",
    "---\n",
]
TRICKS = [
    "=cmd|'/c calc'!A1",
    "[x](../../../../etc/passwd)",
    "Supersedes [1](file:///etc/passwd)",
    "Superseded by [2](//evil.example/x.md)",
    "![x](/etc/passwd)",
    "a: &a [1]\nb: [*a, *a]\n",
    "!!python/object/apply:os.system ['true']",
    "\x00",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "\u202e",
    "𐎠" * 50,
    "9" * 5_000,
    "2026-02-15" * 500,
    "A" * 150_000,
]

Change = Callable[[str], str]


@st.composite
def changes(draw: st.DrawFn) -> Change:
    kind = draw(st.sampled_from(["cut", "mixed", "repeated", "deep", "trick", "doubled", "letters"]))
    share = draw(st.floats(0, 1))
    if kind == "cut":
        return lambda text: text[: int(share * len(text))]
    if kind == "mixed":
        other = draw(st.sampled_from(SAMPLES))[0]
        return lambda text: "\n".join(
            line for pair in zip(text.split("\n"), other.split("\n"), strict=False) for line in pair
        )
    if kind == "doubled":
        times = draw(st.sampled_from([2, 30, 300]))
        return lambda text: text * times
    if kind == "deep":
        opening = draw(st.sampled_from(["[", "{", '{"a":', "> ", "- ", "(", "a:\n "]))
        return lambda text: opening * TIMES + text
    inserted = draw(
        st.sampled_from(REPEATED).map(lambda piece: piece * TIMES)
        if kind == "repeated"
        else st.sampled_from(TRICKS)
        if kind == "trick"
        else st.text(max_size=200)
    )
    return lambda text: text[: int(share * len(text))] + inserted + text[int(share * len(text)) :]


TIMES = 2_000


def encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding, errors="replace")


CONTENTS = st.tuples(
    st.sampled_from(SAMPLES),
    st.lists(changes(), min_size=1, max_size=3),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "latin-1"]),
    st.sampled_from(
        [lambda text: text, lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("\n", "\r")]
    ),
)


class _Opened:
    """Which files this process opens; an audit hook stays for ever, so that it only listens when told to."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.listening = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.listening and event == "open" and isinstance(arguments[0], str | Path):
            self.paths.add(str(arguments[0]))


_opened = _Opened()


@pytest.mark.parametrize("count", [60, pytest.param(MANY, marks=pytest.mark.slow)])
def test_whatever_a_file_holds_it_is_reported_and_nothing_else_is_read(
    common_ground: CommonGround, database_url: URL, tmp_path: Path, count: int
) -> None:
    if count == MANY and database_url.get_backend_name() != "sqlite":
        pytest.skip("the same reader: on PostgreSQL the quick run says enough")
    folder = tmp_path / "adr"
    folder.mkdir()
    (tmp_path / "secret.md").write_text(NYGARD)
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    slowest = 0.0

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,  # no change is refused for a file that another change has to do with
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(CONTENTS)
    def write(made: tuple[tuple[str, str], list[Change], str, Change]) -> None:
        nonlocal slowest
        (text, ending), changed, encoding, lines = made
        for change in changed:
            text = change(text)[:LONGEST]
        content = encoded(lines(text), encoding)
        name = f"{len(list(folder.iterdir())):05}{ending}"
        (folder / name).write_bytes(content)
        if count < MANY:
            return
        began = time.process_time()
        with suppress(UnreadableError, NoRecordError):
            files.read(content, path=name)
        took = time.process_time() - began
        assert took < SECONDS, (took, made)
        slowest = max(slowest, took)

    write()
    _opened.listening = True
    try:
        told = common_ground.imported(folder)
    finally:
        _opened.listening = False
    written = {str(path) for path in folder.iterdir() if not path.is_symlink()}
    assert {one["path"] for one in told} == written
    assert all(one["reason"] for one in told if one["outcome"] == "skipped")
    assert str(tmp_path / "secret.md") not in _opened.paths
    assert "/etc/passwd" not in _opened.paths
    print(f"{len(written)} files, {len(told)} reports, the slowest {slowest:.2f} s")  # noqa: T201
