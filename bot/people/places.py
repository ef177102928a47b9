"""Whose public holidays a team may keep: countries and their regions, by the names that people know them by."""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import holidays
from babel import Locale

from bot.people.calendar import countries

ABBREVIATION = 3  # characters of the shortest names for a region, such as GUA for Guadeloupe


@dataclass(frozen=True)
class Place:
    """A country, or a region of one, by ISO 3166."""

    country: str
    region: str | None = None

    @property
    def code(self) -> str:
        """`DE`, `DE-BE`."""
        return f"{self.country}-{self.region}" if self.region else self.country

    @property
    def name(self) -> str:
        """`Germany`, `Germany: Berlin`."""
        country = Locale("en").territories[self.country]
        return f"{country}: {_region_name(self.country, self.region)}" if self.region else country


def place(code: str) -> Place:
    """The place of a code.

    Raises:
        ValueError: there is none, or nobody knows its holidays.
    """
    country, _dash, region = code.partition("-")
    if country not in countries() or (region and region not in countries()[country]):
        raise ValueError(code)
    return Place(country, region or None)


def places_like(typed: str) -> list[Place]:
    """Those with what was typed in their name: countries first, and of them those that begin with it."""
    wanted = _folded(typed)
    found = [(name, each) for name, each in _every() if wanted in name] if wanted else []
    found.sort(key=lambda one: (one[1].region is not None, not one[0].startswith(wanted), one[0]))
    return [each for _name, each in found]


@cache
def _every() -> list[tuple[str, Place]]:
    """Each with its name as it is looked for."""
    within = [Place(country, region) for country in countries() for region in countries()[country]]
    return [(_folded(each.name), each) for each in [*map(Place, countries()), *within]]


def _region_name(country: str, code: str) -> str:
    names = _region_names(country).get(code, [code])
    return next((name for name in names if len(name) > ABBREVIATION), names[0])


@cache
def _region_names(country: str) -> dict[str, list[str]]:
    """Region → what it is called, its usual name first, abbreviations among them."""
    named = defaultdict(list)
    for name, code in holidays.country_holidays(country).subdivisions_aliases.items():
        named[code].append(name)
    return dict(named)


def _folded(words: str) -> str:
    """Without case and accents, so that "cote d" finds Côte d’Ivoire and "turkiye" Türkiye."""
    letters = unicodedata.normalize("NFKD", words.replace("’", "'").casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()
