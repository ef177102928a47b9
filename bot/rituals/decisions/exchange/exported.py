"""A decision as we write it out, and read it back without guessing."""

from collections.abc import Iterable, Mapping
from datetime import date as day
from typing import Any, Self

from pydantic import BaseModel, Field, ValidationError

from bot.rituals.decisions.exchange.entries import Entry, Option
from bot.rituals.decisions.models import Status


class Exported(BaseModel):
    """One decision. What has no counterpart in `Entry` is told and not read back: nobody answers for another."""

    number: str
    title: str
    status: Status
    date: day | None
    deciders: list[str]
    context: str
    decision: str
    alternatives: list[Option]
    consequences: str
    notes: str
    supersedes: list[str]
    superseded_by: list[str]
    reverses: list[str]
    relates_to: list[str]
    consulted: list[str]
    must_know: list[str]
    tags: list[str]
    revisit_on: day | None
    revisit_when: str
    withdrawn: str | None = Field(description="Why it was taken back; None while it stands.")

    team: str = ""
    logged_by: str = ""
    logged_at: str = ""
    source: str = Field("", description="The path of the file or the address of the message it came from.")
    answers: list[dict[str, str]] = Field(default_factory=list)
    history: list[dict[str, Any]] = Field(default_factory=list)

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> Self | None:
        """What a row says that has all of our fields; None for any other row."""
        if not row.keys() >= REQUIRED:
            return None
        try:
            return cls.model_validate(row)
        except ValidationError:
            return None  # somebody changed it: it is read as any other row is

    @property
    def people(self) -> set[str]:
        """All who are in it, by Slack id or by the name that an imported file had."""
        named = {name for part in _PEOPLE for name in getattr(self, part)}
        told = {answer["person"] for answer in self.answers} | {change["by"] for change in self.history}
        return (named | told | {self.logged_by}) - {""}

    def named(self, names: Mapping[str, str]) -> Self:
        """With people's names in place of their ids, where there is one."""

        def name(person: str) -> str:
            return names.get(person, person)

        return self.model_copy(
            update={
                **{part: list(map(name, getattr(self, part))) for part in _PEOPLE},
                "logged_by": name(self.logged_by),
                "answers": [{**answer, "person": name(answer["person"])} for answer in self.answers],
                "history": [{**change, "by": name(change["by"])} for change in self.history],
            }
        )

    def entry(self, format_: str) -> Entry:
        return Entry(
            title=" ".join(self.title.split()),
            format=format_,
            name=self.number,
            decided_on=self.date,
            **{name: getattr(self, name) for name in _AS_THEY_ARE},
        )


_PEOPLE = ("deciders", "consulted", "must_know")
REQUIRED = frozenset(name for name, field in Exported.model_fields.items() if field.is_required())
_AS_THEY_ARE = REQUIRED - {"number", "title", "date"}
LISTS = frozenset(name for name, field in Exported.model_fields.items() if field.annotation == list[str])
"""Those that hold several names, in one cell of a sheet with `;` between them."""


def joined(items: Iterable[str], mark: str) -> str:
    r"""A list in one line; a mark inside an item is written `\;`."""
    return f"{mark} ".join(item.replace("\\", "\\\\").replace(mark, f"\\{mark}") for item in items)


def parted(line: str, mark: str) -> list[str]:
    items, item, escaped = [], "", False
    for letter in line:
        if escaped:
            item, escaped = item + letter, False
        elif letter == "\\":
            escaped = True
        elif letter == mark:
            items.append(item)
            item = ""
        else:
            item += letter
    return [stripped for item in [*items, item] if (stripped := item.strip())]
