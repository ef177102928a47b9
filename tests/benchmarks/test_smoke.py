"""The benchmarks run; what they find depends on the machine and is not tested."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


async def _run(*arguments: object) -> tuple[int | None, list[str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks",
        *map(str, arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _errors = await process.communicate()
    return process.returncode, printed.decode().splitlines()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "measured"),
    [
        ("latency", ["/decision, SQLite", "form saved, SQLite", "form saved, PostgreSQL", "40 rituals"]),
        ("memory", ["resident at rest", "start, s"]),
        ("schedule", ["nothing due, sqlite", "nothing due, postgresql"]),
    ],
)
async def test_a_quick_run_measures_everything(name: str, measured: list[str]) -> None:
    code, lines = await _run(name, "--quick")
    assert code == 0, lines
    assert [words for words in measured if not any(words in line and "×" in line for line in lines)] == []


QUESTIONS = [
    ("lexical", "webhooks or polling?", ["pay/1.md"]),
    ("lexical", "why Ed25519?", ["keys/2.md"]),
    ("paraphrase", "why do we sign requests?", ["keys/2.md"]),
    ("paraphrase", "who tells us of payments?", ["pay/1.md"]),
    ("vague", "those limits", ["pay/1.md"]),
    ("vague", "forged requests", ["keys/2.md"]),
    ("none", "why Flutter?", []),
    ("none", "why Snowflake?", []),
]


@pytest.mark.slow
async def test_search_is_measured_on_both_databases_beside_plain_fts5(tmp_path: Path) -> None:
    for file, words in {
        "pay/1.md": "# Webhooks over polling\n\n## Context\n\nRate limits. Payments arrive late.\n",
        "keys/2.md": "# Sign with Ed25519\n\n## Context\n\nForged requests.\n",
    }.items():
        path = tmp_path / "corpus" / file
        path.parent.mkdir(parents=True)
        path.write_text(words)
    rows = [{"q": text, "kind": kind, "relevant": files} for kind, text, files in QUESTIONS]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    code, lines = await _run("search", "--records", tmp_path)
    assert code == 0, lines
    whole = f"{1:6.3f}" * 3
    for name in ("plain FTS5, OR", "SQLite", "SQLite, own log", "PostgreSQL", "PostgreSQL, own log"):
        assert any(line.startswith(f"{name} ") and line.endswith(whole) for line in lines), (name, lines)
    assert sum("AUC 1.000 (met)" in line for line in lines) == 2


@pytest.mark.slow
async def test_the_speed_of_search_is_a_ratio_for_each_database_and_number_of_workspaces() -> None:
    code, lines = await _run("search", "--speed", 50)
    assert code == 0, lines
    assert sum("×" in line for line in lines) == 6


async def test_search_says_where_its_questions_are_missing(tmp_path: Path) -> None:
    code, lines = await _run("search", "--records", tmp_path)
    assert code == 1
    assert lines == [f"There is no questions.jsonl in {tmp_path}; --records says where it is."]
