"""The kinds of rule that the specs of blocks, elements and views are written in."""

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Protocol

from bot.playground.rules.limits import BLOCK_ID, BLOCKS, Limit
from bot.playground.rules.refusal import Problem


class Rule(Protocol):
    def check(self, value: object, at: str, page: str, found: list[Problem]) -> None:
        """Add to `found` what is wrong with the value at pointer `at`; `page` describes the object around it."""


# What one field says about another; called only when each field is right by itself, so it may rely on their types.
Check = Callable[[Any, str, str], Iterable[Problem]]


class Text:
    def __init__(
        self, most: Limit | None = None, *, least: int = 1, like: str = "", example: str = ""
    ) -> None:
        self.most = most
        self.least = least
        self.like = re.compile(like) if like else None
        self.example = example

    def check(self, value: object, at: str, page: str, found: list[Problem]) -> None:
        if not isinstance(value, str):
            found.append(Problem("must provide a string", at, "type", page))
        elif len(value) < self.least:
            found.append(Problem(f"must be more than {self.least - 1} characters", at, "length", page))
        elif self.most is not None and len(value) > self.most:
            message = f"must be less than {self.most + 1} characters"
            found.append(Problem(message, at, "length", self.most.source))
        elif self.like and not self.like.fullmatch(value):
            found.append(Problem(f"must be in the format {self.example}", at, "format", page))


class Date:
    """A day that exists, written YYYY-MM-DD."""

    def check(self, value: object, at: str, page: str, found: list[Problem]) -> None:
        if not isinstance(value, str):
            found.append(Problem("must provide a string", at, "type", page))
        elif not _is_day(value):
            found.append(Problem("must be in the format YYYY-MM-DD", at, "format", page))


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class Number:
    def __init__(self, least: float = -math.inf, most: float = math.inf, *, whole: bool = True) -> None:
        self.least = least
        self.most = most
        self.whole = whole

    def check(self, value: object, at: str, page: str, found: list[Problem]) -> None:
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            name = "an integer" if self.whole else "a number"
            found.append(Problem(f"must provide {name}", at, "type", page))
        elif isinstance(value, float) and not math.isfinite(value):
            found.append(Problem("must provide a number", at, "type", page))
        elif value < self.least:
            found.append(Problem(f"must be at least {self.least}", at, "range", page))
        elif value > self.most:
            source = self.most.source if isinstance(self.most, Limit) else page
            found.append(Problem(f"must be at most {self.most}", at, "range", source))


class Flag:
    def check(self, value: object, at: str, page: str, found: list[Problem]) -> None:
        if not isinstance(value, bool):
            found.append(Problem("must provide a boolean", at, "type", page))


class OneOf:
    def __init__(self, *allowed: str) -> None:
        self.allowed = allowed

    def check(self, value: object, at: str, page: str, found: list[Problem]) -> None:
        if value not in self.allowed:
            found.append(Problem("must be a valid enum value", at, "choice", page))


class Anything:
    def check(self, value: object, at: str, page: str, found: list[Problem]) -> None:
        pass


class Items:
    def __init__(self, each: Rule, most: Limit | None = None, *, least: int = 1) -> None:
        self.each = each
        self.most = most
        self.least = least

    def check(self, value: object, at: str, page: str, found: list[Problem]) -> None:
        if not isinstance(value, list):
            found.append(Problem("must provide an array", at, "type", page))
        elif len(value) < self.least:
            found.append(Problem(f"must provide at least {self.least} items", at, "count", page))
        elif self.most is not None and len(value) > self.most:
            message = f"no more than {self.most} items allowed"
            found.append(Problem(message, at, "count", self.most.source))
        else:
            for number, item in enumerate(value):
                self.each.check(item, f"{at}/{number}", page, found)


class Nullable:
    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def check(self, value: object, at: str, page: str, found: list[Problem]) -> None:
        if value is not None:
            self.rule.check(value, at, page, found)


class Shape:
    """An object with named fields and no others."""

    def __init__(
        self,
        page: str,
        required: Mapping[str, Rule] | None = None,
        optional: Mapping[str, Rule] | None = None,
        also: Iterable[Check] = (),
    ) -> None:
        self.page = page
        self.required = dict(required or {})
        self.fields = {**self.required, **(optional or {})}
        self.also = tuple(also)

    def check(self, value: object, at: str, page: str, found: list[Problem]) -> None:
        if not isinstance(value, dict):
            found.append(Problem("must provide an object", at, "type", self.page))
            return
        before = len(found)
        missing = [name for name in self.required if name not in value]
        found += [
            Problem(f"missing required field: {name}", at, "required field", self.page) for name in missing
        ]
        for name, field in value.items():
            rule = self.fields.get(name)
            if rule is None:
                found.append(Problem(f"invalid additional property: {name}", at, "unknown field", self.page))
            else:
                rule.check(field, f"{at}/{name}", self.page, found)
        if len(found) == before:
            for check in self.also:
                found.extend(check(value, at, self.page))


class Kinds:
    """An object whose `type` says which of several shapes it has."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self.shapes = dict(shapes)

    def only(self, *kinds: str) -> "Kinds":
        return Kinds({kind: self.shapes[kind] for kind in kinds})

    def without(self, *kinds: str) -> "Kinds":
        return Kinds({kind: shape for kind, shape in self.shapes.items() if kind not in kinds})

    def check(self, value: object, at: str, page: str, found: list[Problem]) -> None:
        if not isinstance(value, dict):
            found.append(Problem("must provide an object", at, "type", page))
        elif "type" not in value:
            found.append(Problem("missing required field: type", at, "required field", page))
        elif not isinstance(value["type"], str):
            found.append(Problem("must provide a string", f"{at}/type", "type", page))
        elif value["type"] not in self.shapes:
            found.append(Problem(f"unsupported type: {value['type']}", f"{at}/type", "type", page))
        else:
            self.shapes[value["type"]].check(value, at, page, found)


class EitherKind(Kinds):
    """As `Kinds`; but before what is wrong Slack says that no alternative fitted, as it does for text objects."""

    def check(self, value: object, at: str, page: str, found: list[Problem]) -> None:
        inner: list[Problem] = []
        super().check(value, at, page, inner)
        if inner:
            first = inner[0]
            found.append(Problem("failed to match all allowed schemas", at, first.rule, first.source))
            found.extend(inner)


def kind(
    page: str,
    required: Mapping[str, Rule] | None = None,
    optional: Mapping[str, Rule] | None = None,
    also: Iterable[Check] = (),
) -> Shape:
    """A shape that is told from others by its `type`."""
    return Shape(page, required, {"type": Anything(), **(optional or {})}, also)


def block(
    page: str,
    required: Mapping[str, Rule] | None = None,
    optional: Mapping[str, Rule] | None = None,
    also: Iterable[Check] = (),
) -> Shape:
    """A block, described on this page of the reference."""
    return kind(f"{BLOCKS}/{page}", required, {"block_id": Text(BLOCK_ID), **(optional or {})}, also)


def exactly_one(*names: str) -> Check:
    def check(value: Any, at: str, page: str) -> Iterable[Problem]:
        if sum(name in value for name in names) != 1:
            yield Problem(f"must define exactly one of {choice}", at, "one of", page)

    choice = " or ".join(f"`{name}`" for name in names)
    return _said(check, f"exactly one of {choice}")


def at_least_one(*names: str) -> Check:
    def check(value: Any, at: str, page: str) -> Iterable[Problem]:
        if not any(name in value for name in names):
            place = f"{at}/type" if "type" in value else at
            yield Problem(f"must define either {choice}", place, "one of", page)

    choice = " or ".join(f"`{name}`" for name in names)
    return _said(check, f"at least one of {choice}")


def in_order(low: str, high: str) -> Check:
    """`low` may not be greater than `high`; numbers may be written as strings, as Slack's number input has them."""

    def check(value: Any, at: str, page: str) -> Iterable[Problem]:
        if low in value and high in value and Decimal(value[low]) > Decimal(value[high]):
            yield Problem(f"`{low}` cannot be greater than `{high}`", at, "order", page)

    return _said(check, f"`{low}` not greater than `{high}`")


def _said(check: Check, words: str) -> Check:
    """The check under a name that the table of limits can show; others have a sentence as their name."""
    check.__name__ = words
    return check
