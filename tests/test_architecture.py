"""Rules about the whole, held over the whole."""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = sorted(ROOT.glob("bot/**/*.py"))
TESTS = sorted(ROOT.glob("tests/**/*.py"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


@pytest.mark.parametrize("path", OURS, ids=named)
def test_only_leaving_a_session_ends_a_transaction(path: Path) -> None:
    """Whoever opened `db.begin()` commits by leaving it: one interaction, one transaction."""
    ended = [
        f"{named(path)}:{call.lineno}"
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"commit", "rollback"}
    ]
    assert not ended


@pytest.mark.parametrize("path", TESTS, ids=named)
def test_tests_replace_nothing_inside_modules(path: Path) -> None:
    """A path in a string breaks silently when the module moves; the local Slack is the one double."""
    patched = [
        f"{named(path)}:{call.lineno}"
        for call in calls(path)
        if (name := ast.unparse(call.func)).split(".")[-1] in {"patch", "setattr"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
        and "." in call.args[0].value
        and name.split(".")[0] in {"patch", "mock", "mocker", "monkeypatch"}
    ]
    assert not patched


@pytest.mark.parametrize("path", OURS, ids=named)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


async def test_tests_reach_nothing_but_this_machine() -> None:
    with pytest.raises(RuntimeError, match="nothing but this machine"):
        await asyncio.open_connection("192.0.2.1", 80)  # reserved for documents: RFC 5737
