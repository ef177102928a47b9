"""The benchmarks run; what they find depends on the machine and is not tested."""

import asyncio
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "measured"),
    [
        ("latency", ["/decision, SQLite", "form saved, SQLite", "form saved, PostgreSQL", "40 rituals"]),
        ("memory", ["resident at rest", "start, s"]),
    ],
)
async def test_a_quick_run_measures_everything(name: str, measured: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks", name, "--quick", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    printed, _errors = await process.communicate()

    assert process.returncode == 0
    lines = printed.decode().splitlines()
    assert [words for words in measured if not any(words in line and "×" in line for line in lines)] == []
