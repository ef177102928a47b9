"""`common-ground decisions …` as a person types it."""

import json
from typing import Any

import pytest

from bot.cli import commands as cli


class CommonGround:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> str:
        self._capsys.readouterr()
        code = cli.main(["decisions", *map(str, arguments)])
        said = self._capsys.readouterr()
        assert code == cli.DONE, said.err
        self.told = said.err
        return said.out

    def imported(self, *arguments: object) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self("import", *arguments, "--json").splitlines()]

    def found(self, query: str, *arguments: object) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self("search", query, *arguments, "--json"))
        return rows
