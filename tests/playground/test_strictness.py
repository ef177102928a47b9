"""Every demand of the rule book, tried at every place where it stands: what just keeps to it, and what just does not."""

import copy
import math
from collections.abc import Iterator
from typing import Any

import pytest

from bot.playground import rules
from bot.playground.rules.elements import SURFACES
from bot.playground.rules.places import (
    ERRORS,
    ROOTS,
    Demand,
    Trial,
    demands,
    demands_of,
    kind_name,
    sentence,
    shape_name,
)
from bot.playground.rules.refusal import Problem
from bot.playground.rules.schema import (
    Check,
    Date,
    Flag,
    Items,
    Kinds,
    Nullable,
    Number,
    OneOf,
    Rule,
    Shape,
    Text,
)
from bot.playground.rules.whole import Surface
from tests.playground.rules_samples import (
    BLOCKS,
    ELEMENTS,
    FIELDS,
    MORE,
    Json,
    home,
    modal,
    on,
    plain,
    refused,
    section,
)
from tests.playground.test_rules_shapes import HOLDS, MALFORMED, holding

Path = tuple[str | int, ...]

DEMANDS = demands()


class Sample:
    """One value inside a payload that Slack takes."""

    def __init__(self, surface: Surface, payload: Json, path: Path, rule: Rule, where: str) -> None:
        self.surface = surface
        self.payload = payload
        self.path = path
        self.rule = rule
        self.where = where

    @property
    def value(self) -> Any:
        value: Any = self.payload
        for step in self.path:
            value = value[step]
        return value

    def with_value(self, value: Any) -> Any:
        """The payload with this value in place of its own."""
        if not self.path:
            return value
        payload = copy.deepcopy(self.payload)
        holder: Any = payload
        for step in self.path[:-1]:
            holder = holder[step]
        holder[self.path[-1]] = value
        return payload

    def told(self, value: Any) -> list[str]:
        """What Slack says of exactly this place when the value stands there instead."""
        refusal = self.asked(self.with_value(value))
        if refusal is None:
            return []
        if refusal.messages:
            assert refusal.error == ERRORS[self.surface]
        ending = f" [json-pointer:{self.pointer}]"
        here = [words.removesuffix(ending) for words in refusal.messages if words.endswith(ending)]
        return [words.removeprefix("[ERROR] ") for words in here]

    def asked(self, payload: Any) -> rules.Refusal | None:
        if self.surface == "message":
            return rules.check_message(payload, method="chat.postMessage")
        return rules.check_view(payload, surface=self.surface)

    @property
    def pointer(self) -> str:
        root = "" if self.surface == "message" else "/view"
        return root + "".join(f"/{step}" for step in self.path)


def samples() -> Iterator[Sample]:
    """Every place in the samples, and in those again with each field that they leave out."""
    blocks = [*BLOCKS.values(), *MORE, *(holding(b, e) for b in HOLDS for e in ELEMENTS.values())]
    words = {"private_metadata": "a", "callback_id": "b", "external_id": "c"}
    payloads: list[tuple[Surface, Json]] = [(s, on(s, block)) for s in ROOTS for block in blocks]
    payloads += [("modal", modal(section(), close=plain(), **words)), ("home", home(section(), **words))]
    filled: set[tuple[str, Surface]] = set()
    for surface, payload in payloads:
        if refused(payload) is not None:
            continue
        for sample in inside_of(surface, payload):
            yield sample
            if not isinstance(sample.rule, Shape):
                continue
            for field in [field for field in sample.rule.fields if field not in sample.value]:
                for value in FIELDS.get(field, ()):
                    fuller = sample.with_value({**sample.value, field: value})
                    place = (f"{sample.where}.{field} {id(sample.rule.fields[field])}", surface)
                    if place not in filled and sample.asked(fuller) is None:
                        filled.add(place)
                        yield from inside_of(surface, fuller)


def inside_of(surface: Surface, payload: Json) -> Iterator[Sample]:
    root, name, page = ROOTS[surface]
    path: Path = ("blocks",) if surface == "message" else ()
    value = payload["blocks"] if surface == "message" else payload
    for rule, where, its_page, at in inside(value, root, name, page, path):
        sample = Sample(surface, payload, at, rule, where)
        yield sample
        for _, place, words, _ in demands_of(rule, where, its_page):
            FOUND.setdefault(f"{place}: {words}", {}).setdefault((id(rule), surface), sample)


def inside(
    value: Any, rule: Rule, where: str, page: str, path: Path
) -> Iterator[tuple[Rule, str, str, Path]]:
    """Every value in a value that keeps to this rule, with its own rule."""
    match rule:
        case Nullable():
            if value is not None:
                yield from inside(value, rule.rule, where, page, path)
        case Items():
            yield rule, where, page, path
            for number, item in enumerate(value):
                yield from inside(item, rule.each, where, page, (*path, number))
        case Kinds():
            yield rule, where, page, path
            shape = rule.shapes[value["type"]]
            yield from inside(value, shape, kind_name(value["type"], where), shape.page, path)
        case Shape():
            name = shape_name(rule, where, page)
            yield rule, name, rule.page, path
            for field, inner in value.items():
                yield from inside(inner, rule.fields[field], f"{name}.{field}", rule.page, (*path, field))
        case _:
            yield rule, where, page, path


# A sample of each demand, for each rule that makes it and each surface it stands on.
FOUND: dict[str, dict[tuple[int, Surface], Sample]] = {}
# One sample of each rule, wherever it stands.
PLACES = {id(sample.rule): sample for sample in samples()}


def tried(trial: Trial) -> pytest.MarkDecorator:
    chosen = [demand for demand in DEMANDS.values() if demand.trial == trial]
    return pytest.mark.parametrize("demand", chosen, ids=[demand.name for demand in chosen])


def samples_of(demand: Demand) -> list[Sample]:
    found = list(FOUND.get(demand.key, {}).values())
    assert {ERRORS[sample.surface] for sample in found} == set(demand.errors), (
        "rules_samples.py has none of these"
    )
    return found


def sizes(sample: Sample) -> tuple[float, float | None, str]:
    rule: Any = sample.rule
    return rule.least, None if rule.most is None or math.isinf(rule.most) else rule.most, type(rule).__name__


def sized(sample: Sample, size: Any) -> Any:
    match sample.rule:
        case Text():
            return "x" * size
        case Items():
            return (sample.value * size)[:size]
        case _:
            return size


@tried("size")
def test_a_size_is_kept(demand: Demand) -> None:
    refusals = {
        "Text": ("must be more than {} characters", "must be less than {} characters"),
        "Items": ("must provide at least {} items", "no more than {} items allowed"),
        "Number": ("must be at least {}", "must be at most {}"),
    }
    for sample in samples_of(demand):
        least, most, kind = sizes(sample)
        off = kind == "Text"  # Slack says "more than 0" where it means "at least 1"
        few = refusals[kind][0].format(least - off)
        many = refusals[kind][1].format(most + off if most is not None else "")
        tries = [(least, few, False), (least - 1, few, bool(least) or kind == "Number")]
        if most is not None:
            tries += [(max(most - 1, least), many, False), (most, many, False), (most + 1, many, True)]
        for size, words, is_refused in tries:
            if size >= 0 or kind == "Number":
                assert (words in sample.told(sized(sample, size))) is is_refused


NOT_IN_FORMAT = {
    "YYYY-MM-DD": ("2026-02-30", "2026-13-01", "20261201", "2026-1-1", "2026-12-01T00:00", "tomorrow", ""),
    "HH:mm": ("24:00", "12:60", "9:00", "12:00:00", "noon", "-1:00"),
    "of a number": ("five", "1e5", "1,5", ".5", "5.", " 5", "+5", "--5"),
    "of an HTTPS URL": ("http://example.org", "https://", "example.org", "https://a b"),
    "#RRGGBB": ("red", "#fff", "#gggggg", "00ff00"),
}


@tried("format")
def test_a_format_is_kept(demand: Demand) -> None:
    for sample in samples_of(demand):
        example = sample.rule.example if isinstance(sample.rule, Text) else "YYYY-MM-DD"
        assert sample.told(sample.value) == []
        for value in NOT_IN_FORMAT[example]:
            assert sample.told(value) == [f"must be in the format {example}"]


@tried("choice")
def test_a_choice_is_one_of_those_offered(demand: Demand) -> None:
    for sample in samples_of(demand):
        assert isinstance(sample.rule, OneOf)
        for value in sample.rule.allowed:
            assert sample.told(value) == []
        for wrong in ("", "nonsense", sample.rule.allowed[0].upper(), None, 1):
            # Where the type also tells one object from another, an unknown one is not yet a bad choice.
            words = ("must be a valid enum value", f"unsupported type: {wrong}", "must provide a string")
            assert sample.told(wrong)[0] in words[: 3 if sample.where.endswith(".type") else 1]


@tried("required")
def test_what_is_required_cannot_be_left_out(demand: Demand) -> None:
    for sample in samples_of(demand):
        assert isinstance(sample.rule, Shape)
        for name in sample.rule.required:
            without = {field: value for field, value in sample.value.items() if field != name}
            assert f"missing required field: {name}" in sample.told(without)


KINDS = sorted(
    {kind for rule in DEMANDS.values() for r in rule.rules if isinstance(r, Kinds) for kind in r.shapes}
)


@tried("kind")
def test_only_some_types_may_stand_here(demand: Demand) -> None:
    for sample in samples_of(demand):
        assert isinstance(sample.rule, Kinds)
        for kind in {*KINDS, "nonsense"} - set(sample.rule.shapes):
            place = Sample(sample.surface, sample.payload, (*sample.path, "type"), sample.rule, sample.where)
            assert place.told(kind) == [f"unsupported type: {kind}"]


@tried("together")
def test_what_fields_say_of_each_other_is_heard(demand: Demand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each such rule has a malformed payload of its own, which nothing else refuses at that place."""
    for rule in demand.rules:
        assert isinstance(rule, Shape)
        [check] = [c for c in rule.also if demand.key.endswith(f": {sentence(c.__name__)}")]
        said: list[str] = []

        def heard(
            value: Any, at: str, page: str, check: Check = check, said: list[str] = said
        ) -> list[Problem]:
            problems = list(check(value, at, page))
            said.extend(str(problem) for problem in problems)
            return problems

        monkeypatch.setattr(rule, "also", tuple(heard if c is check else c for c in rule.also))
        answers = [refusal.messages for _, payload, _, _ in MALFORMED if (refusal := refused(payload))]
        assert said
        assert any(set(said) & set(messages) for messages in answers)


@pytest.mark.parametrize("element", SURFACES, ids=list(SURFACES))
def test_an_element_stands_on_its_surfaces_alone(element: str) -> None:
    block = next(block for block in HOLDS if element in HOLDS[block])
    for surface, error in ERRORS.items():
        refusal = refused(on(surface, holding(block, ELEMENTS[element])))
        if surface in SURFACES[element]:
            assert refusal is None
        else:
            assert refusal is not None
            assert refusal.error == error


def test_no_object_takes_a_field_it_does_not_know() -> None:
    shapes = [sample for sample in PLACES.values() if isinstance(sample.rule, Shape)]
    for sample in shapes:
        assert sample.told(sample.value | {"nonsense": 1})[-1:] == ["invalid additional property: nonsense"]
    assert len(shapes) > 100


WRONG: dict[type[Rule], tuple[str, list[Any]]] = {
    Text: ("must provide a string", [None, 5, True, [], {}]),
    Date: ("must provide a string", [None, 20261201, []]),
    Flag: ("must provide a boolean", [None, "true", 1, 0, []]),
    Items: ("must provide an array", [None, "[]", {}, 5]),
    Shape: ("must provide an object", [None, "{}", [], 5]),
    Kinds: ("must provide an object", [None, "{}", [], 5]),
}


def test_every_field_has_its_type() -> None:
    for sample in PLACES.values():
        for kind, (words, values) in WRONG.items():
            if isinstance(sample.rule, kind) and sample.path != ("blocks",):
                for value in values:
                    if value is not None or sample.where != "table.column_settings":  # a column may be null
                        assert words in sample.told(value)
        if isinstance(sample.rule, Number):
            for value in (None, "5", True, [], *([1.5] if sample.rule.whole else [math.nan, math.inf])):
                assert sample.told(value)[0].startswith("must provide a")
