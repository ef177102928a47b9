"""What the specs demand, place by place: the rows of the table of limits, and what the tests try one by one."""

import dataclasses
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from bot.playground.rules.blocks import ON_SURFACE
from bot.playground.rules.elements import SURFACES
from bot.playground.rules.limits import BLOCKS, Limit
from bot.playground.rules.objects import TEXT_PAGE
from bot.playground.rules.schema import Date, Items, Kinds, Nullable, Number, OneOf, Rule, Shape, Text
from bot.playground.rules.view import VIEW
from bot.playground.rules.whole import Surface

Trial = Literal["size", "format", "choice", "required", "kind", "together"]

# A spec of each surface, the name of its place, and the page it stands on.
ROOTS: Mapping[Surface, tuple[Rule, str, str]] = {
    "message": (ON_SURFACE["message"], "message.blocks", BLOCKS),
    "modal": (VIEW["modal"], "modal", VIEW["modal"].page),
    "home": (VIEW["home"], "home", VIEW["home"].page),
}
ERRORS: Mapping[Surface, str] = {
    "message": "invalid_blocks",
    "modal": "invalid_arguments",
    "home": "invalid_arguments",
}
TEXTS = ("plain_text", "mrkdwn")
THINGS: Mapping[type[Rule], str] = {Text: "characters", Items: "items", Number: "as its value"}
TESTS: Mapping[Trial, str] = {
    "size": "test_a_size_is_kept",
    "format": "test_a_format_is_kept",
    "choice": "test_a_choice_is_one_of_those_offered",
    "required": "test_what_is_required_cannot_be_left_out",
    "kind": "test_only_some_types_may_stand_here",
    "together": "test_what_fields_say_of_each_other_is_heard",
}


@dataclasses.dataclass(slots=True)
class Demand:
    """`rules`: those that make it, more than one where shapes share a name; `trial`: the test that tries it.

    `name`: among the demands of its trial.
    """

    trial: Trial
    where: str
    words: str
    source: str
    rules: list[Rule] = dataclasses.field(default_factory=list)
    surfaces: set[Surface] = dataclasses.field(default_factory=set)
    name: str = ""

    @property
    def key(self) -> str:
        return f"{self.where}: {self.words}"

    @property
    def test(self) -> str:
        return f"tests/playground/test_strictness.py::{TESTS[self.trial]}[{self.name}]"

    @property
    def errors(self) -> list[str]:
        return sorted({ERRORS[surface] for surface in self.surfaces})


def demands() -> dict[str, Demand]:
    """Every demand on messages, modals and Homes, by its place and words."""
    found: dict[str, Demand] = {}
    for surface, (root, name, root_page) in ROOTS.items():
        for rule, where, page in _walk(root, name, root_page, surface):
            for trial, at, words, source in demands_of(rule, where, page):
                new = Demand(trial, at, words, source)
                demand = found.setdefault(new.key, new)
                demand.surfaces.add(surface)
                if rule not in demand.rules:
                    demand.rules.append(rule)
    taken = Counter((demand.trial, demand.where) for demand in found.values())
    for demand in found.values():
        demand.name = demand.where if taken[demand.trial, demand.where] == 1 else demand.key
    return found


def _walk(rule: Rule, where: str, page: str, surface: Surface) -> Iterator[tuple[Rule, str, str]]:
    match rule:
        case Nullable():
            yield from _walk(rule.rule, where, page, surface)
        case Items():
            yield rule, where, page
            yield from _walk(rule.each, where, page, surface)
        case Kinds():
            yield rule, where, page
            for kind, shape in rule.shapes.items():
                if surface in SURFACES.get(kind, (surface,)):
                    yield from _walk(shape, kind_name(kind, where), shape.page, surface)
        case Shape():
            name = shape_name(rule, where, page)
            yield rule, name, rule.page
            for field, inner in rule.fields.items():
                yield from _walk(inner, f"{name}.{field}", rule.page, surface)
        case _:
            yield rule, where, page


def kind_name(kind: str, where: str) -> str:
    """A block or element is known by its type; a text by the place it stands in."""
    return where if kind in TEXTS else kind


def shape_name(shape: Shape, where: str, page: str) -> str:
    """An object without a type that has a page of its own is known by that page."""
    if shape.page == page:
        return where
    name = shape.page.rpartition("/")[2]
    for what in ("-block", "-element", "-object"):
        name = name.removesuffix(what)
    return name.replace("-", "_")


def demands_of(rule: Rule, where: str, page: str) -> Iterator[tuple[Trial, str, str, str]]:
    """What this one rule demands: the trial, the place, the words and the page."""
    match rule:
        case Text() if rule.like:
            yield "format", where, f"in the format {rule.example}", page
        case Date():
            yield "format", where, "a day that exists, as YYYY-MM-DD", page
        case Text() | Items() | Number():
            yield from _size(rule, where, page)
        case OneOf():
            yield "choice", where, f"one of {_names(rule.allowed)}", page
        case Kinds():
            yield "kind", where, f"only {_names(rule.shapes)}", page
        case Shape():
            if rule.required:
                name = "text" if rule.page == TEXT_PAGE else where
                yield "required", name, f"needs {_names(rule.required)}", rule.page
            for check in rule.also:
                yield "together", where, sentence(check.__name__), rule.page


def _size(rule: Text | Items | Number, where: str, page: str) -> Iterator[tuple[Trial, str, str, str]]:
    least = None if rule.least == (-math.inf if isinstance(rule, Number) else 0) else rule.least
    most = None if rule.most == math.inf else rule.most
    things = THINGS[type(rule)]
    if most is not None:
        source = most.source if isinstance(most, Limit) else page
        few = f"{least:,} to " if least else "up to "
        yield "size", where, f"{few}{most:,} {things}", source
    elif least is not None:
        yield "size", where, f"{least:,} or more {things}", page


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def sentence(name: str) -> str:
    """A check's name is what it demands."""
    return name.strip("_").replace("_", " ") if name.isidentifier() else name
