"""Days, people and references to other records, out of the ways in which people write them."""

import re
from collections.abc import Iterator
from datetime import date

from bot.rituals.decisions.exchange.markdown import plain

LOOKED_AT = 2_000  # characters of a line or a value: to look for patterns in very long ones takes very long

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier",
            "february feb februar février",
            "march mar märz mars",
            "april apr avril",
            "may mai",
            "june jun juni juin",
            "july jul juli juillet",
            "august aug août",
            "september sep sept septembre",
            "october oct oktober octobre okt",
            "november nov novembre",
            "december dec dezember décembre dez",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NUMBERS = re.compile(r"(?<!\d)(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
_DAY_MONTH = re.compile(
    rf"(?i)(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|\.)?[\s.-]*(?:of\s+)?({_MONTH})\b[\s.,-]*(\d{{4}})"
)
_MONTH_DAY = re.compile(rf"(?i)\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(\d{{4}})")
_YEAR_MONTH_DAY = re.compile(rf"(?i)(\d{{4}})[\s-]({_MONTH})[\s-](\d{{1,2}})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)([01]\d)([0-3]\d)(?!\d)")
YEARS = range(1990, 2100)


def day_of(words: str, *, day_first: bool = True) -> date | None:
    """The first day that is named; `day_first` where 06/04/2018 can be read in two ways."""
    found = [
        (at, day)
        for at, year, month, day_ in _candidates(words[:LOOKED_AT], day_first=day_first)
        if (day := _day(year, month, day_)) is not None
    ]
    return min(found)[1] if found else None


def _candidates(words: str, *, day_first: bool) -> Iterator[tuple[int, int, int, int]]:
    for m in _NUMBERS.finditer(words):
        year, second, third = map(int, m.groups())
        yield (m.start(), year, third, second) if second > 12 else (m.start(), year, second, third)
    for m in _YEAR_LAST.finditer(words):
        first, second, year = map(int, m.groups())
        is_day_first = first > 12 or (second <= 12 and day_first)
        year = year if year > 99 else 2000 + year
        yield (m.start(), year, second, first) if is_day_first else (m.start(), year, first, second)
    for m in _DAY_MONTH.finditer(words):
        yield m.start(), int(m[3]), _MONTHS[m[2].lower()], int(m[1])
    for m in _MONTH_DAY.finditer(words):
        yield m.start(), int(m[3]), _MONTHS[m[1].lower()], int(m[2])
    for m in _YEAR_MONTH_DAY.finditer(words):
        yield m.start(), int(m[1]), _MONTHS[m[2].lower()], int(m[3])
    for m in _COMPACT.finditer(words):
        yield m.start(), int(m[1]), int(m[2]), int(m[3])


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def is_day_first(words: str) -> bool | None:
    """Whether a date whose order is certain has its day first; None where there is none. A log keeps to one order."""
    for m in _YEAR_LAST.finditer(words):
        first, second = int(m[1]), int(m[2])
        if first > 12 >= second:
            return True
        if second > 12 >= first:
            return False
    return None


_ONLY_A_DAY = re.compile(rf"(?i)^(?:{_MONTH}|\d++|st|nd|rd|th|[\W_])++$")
_LONGEST_DAY = 60  # characters of a line that is nothing but a day


def is_only_a_day(line: str) -> bool:
    if len(line) > _LONGEST_DAY:
        return False
    return bool(re.search(r"\d", line)) and bool(_ONLY_A_DAY.match(line)) and day_of(line) is not None


_NOBODY = frozenset(
    {"", "-", "n/a", "na", "none", "tbd", "todo", "unknown", "?", "…", "...", "everyone", "all"}
)
_BETWEEN = re.compile(r"\s*(?:,|;|\n|<br\s*/?>|\s\|\s|\s+&\s+|\s+and/or\s+|\s+and\s+|\s+und\s+|\s+et\s+)\s*")
_ASIDE = re.compile(r"\([^()]*\)|<[^<>\s]+@[^<>\s]+>|<https?:[^<>]*>")


def people_of(words: str) -> list[str]:
    """Names as written, one each, without roles, addresses and links."""
    bare = words.strip()[:LOOKED_AT]
    if bare[:1] in "[{<" and bare[-1:] in "]}>" and "](" not in bare:
        if "@" not in bare and ("{" in bare or len(bare.split()) > 3):
            return []  # {list everyone involved in the decision}
        bare = bare[1:-1]
    text = re.sub(r"(?m)^[^\S\n]*+[*+-]\s+", "", bare)
    text = _ASIDE.sub("", re.sub(r"!?\[([^\]\[]*)\]\([^()]*\)", r"\1", text))
    text = re.sub(r"[^\S\n]+", " ", text)  # looking for the end of a name in hundreds of blanks takes long
    if text.count("@") > 1 and "," not in text:
        text = re.sub(r"\s+(?=@)", ", ", text)
    names = (
        plain(name).strip(" .:@-") if "@" not in name else plain(name).strip(" .:-")
        for name in _BETWEEN.split(text)
    )
    return list(
        dict.fromkeys(name for name in names if name.lower() not in _NOBODY and not _is_template(name))
    )


def _is_template(name: str) -> bool:
    return name.startswith(("{", "[", "<")) or len(name) > 80 or "list everyone" in name.lower()


_LINK = re.compile(r"\[([^\]\[]*+)\]\(\s*+<?([^()\s>]++)>?[^()]*+\)")
_PATH = re.compile(r"(?<!\S)(?:[\w.~-]+/)*[\w.~-]+\.(?:md|mdx|ya?ml)(?!\w)")
_NAMED = re.compile(r"(?i)(?:^|[\s(\[])((?:adr|dr|ad|d)[-\s#]?\d+|\d{1,4}(?=[\s.,;:)\]]|$))")
_BY = re.compile(
    r"(?i)(?:supers?[ce]+e?e?ded|superseeded|replaced|obsoleted?|invalidated|deprecated|rejected in favou?r)"
    r"(?:\s*\([^()]*\))?(?:\s+(?:by|with|of)|\s*:|\s*(?=\[))\s*:?\s*([^\n]*)"
)
_OVER = re.compile(r"(?i)\b(?:supers?[ce]+e?des|supersedes|replaces|ersetzt)\b\s*:?\s*([^\n]*)")
_IN_PART = re.compile(r"(?i)\b(?:partly|partially|in part|amend|augment)")


def superseded_by(words: str) -> list[str]:
    return _references(words, _BY)


def supersedes(words: str) -> list[str]:
    return _references(words, _OVER)


def _references(words: str, pattern: re.Pattern[str]) -> list[str]:
    return [
        reference
        for whole in words.split("\n")
        if not _IN_PART.search(line := whole[:LOOKED_AT])
        for m in pattern.finditer(line)
        for reference in references_in(m[1])
    ]


def references_in(words: str) -> list[str]:
    """Other records that are named: targets of links, paths, else numbers."""
    words = words[:LOOKED_AT]
    if targets := [m[2] for m in _LINK.finditer(words)] or _PATH.findall(words):
        return list(dict.fromkeys(targets))
    return list(dict.fromkeys(m[1].strip() for m in _NAMED.finditer(plain(words))))
