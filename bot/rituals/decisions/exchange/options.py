"""What was considered: from lists, headings and tables, which often tell of the same options twice."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import dropwhile, islice, takewhile

from bot.rituals.decisions.exchange.entries import Option
from bot.rituals.decisions.exchange.markdown import FENCE, LINK, Section, cells_of, plain, plain_lines
from bot.rituals.decisions.exchange.values import LOOKED_AT
from bot.rituals.decisions.exchange.vocabulary import Topic, part_of

MOST = 50  # options of one decision; a longer list is of something else, and to compare all names takes long
ALIKE = 0.75  # how alike an option's name in the list and over its details are
LONGEST_NAME = 100  # characters of a name that are compared

_ITEM = re.compile(r"^([*+-]|\d+[.)])\s+(.*)$")
_NAME_END = re.compile(r"(?<!\s)\s++[–—-]{1,2}\s+|:\s+|(?<!e\.g)(?<!i\.e)\.\s+(?=[A-Z])")
_NUMBER = re.compile(
    r"(?i)^(?:option|alternative|approach|solution|variant|proposal)\s*\#?(\d+|[a-z](?=\W|$))\s*(?:[:.)–—-]+\s*|$)"
    r"|^(\d+)\s*[.):-]+\s+|^\(?([a-z])\)\s+"
)
_CHOSEN = re.compile(
    r"(?i)(?:(?:chosen?|chose|selected|gewählte)\s+(?:option|alternative)|option\s+(?:choisie|retenue)"
    r"|^[^\w\n]{0,9}(?:chosen|selected)(?=[^\w\n]{0,9}:))"
    r"(?:\s+is)?\W{0,6}(?:[\"“«]\s*([^\"”»\n]+)[\"”»]|([^\n]+?)(?:[,;]|\.(?:\s|$)|\s(?:because|since|as|car|weil)\b|$))",
    re.MULTILINE,
)
_BY_NUMBER = re.compile(
    r"(?i)\b(?:go|going|went|take|took|chose|choose|chosen|use|utili[sz]e|adopt|prefer|proceed|pick|select|recommend|decide)(?:d|ed)?\b"
    r"[^.\n]{0,30}?\boption\s*#?\(?(\d)\b"
)
_ALL = re.compile(
    r"(?i)\ball\s+(?:of\s+)?(?:the\s+|these\s+|those\s+)?(?:two|three|four|five|\d)?\s*(?:options|alternatives|approaches)\b"
)
_MARKED = re.compile(r"(?i)[\[(](?:chosen|selected|preferred|recommended)[^\])]*[\])]")


@dataclass
class Considered:
    """A section about options: what it says itself and its sub-sections, one an option."""

    section: Section
    details: bool
    """Whether it goes into the options that another section lists, as *Pros and Cons of the Options* does."""


def gathered(sections: Sequence[Considered]) -> tuple[list[Option], list[str]]:
    """The options of all sections, each once; and the texts of which no option could be made."""
    options: list[Option] = []
    left: list[str] = []
    for considered in sorted(sections, key=lambda one: one.details):
        section = considered.section
        told = list(_told(section, lists=not (options and considered.details)))
        if len(options) + len(told) + len(section.parts) > MOST:
            left.append(section.whole())
            continue
        _join(options, told)
        _join(options, [Option(_bare(part.heading), part.whole()) for part in section.parts])
        if section.body and not told:
            left.append(f"**{section.heading}**\n{section.body}".removeprefix("****\n"))
    return [option for option in options if option.name], left


def chosen(options: Sequence[Option], *, decision: str, named: str, title: str) -> list[Option]:
    """What was taken: where the text says so, by its mark, or because the title is about it alone."""
    text = plain_lines("\n".join(line[:LOOKED_AT] for line in decision.split("\n")))
    if _ALL.search(text):
        return list(options)
    if (numbered := _BY_NUMBER.search(text)) and 0 < int(numbered[1]) <= len(options):
        return [options[int(numbered[1]) - 1]]
    names = [_bare(said[1] or said[2]) for said in _CHOSEN.finditer(text)] or [named]
    if taken := [found for name in names if name and (found := _closest(options, name))]:
        return taken
    if marked := next((option for option in options if _MARKED.search(option.name)), None):
        return [marked]
    first = " ".join(re.findall(r"\w+", text.strip().split("\n\n")[0].lower()))
    sentence = set(re.findall(r"\w+", re.split(r"[.:](?:\s|$)", text.strip(), maxsplit=1)[0].lower()))
    denied = bool(sentence & _NOT)
    for about in (
        [option for option in options if not denied and f" {_key(option.name)} " in f" {first} "],
        [option for option in options if not denied and _stands_in(option.name, sentence)],
        [option for option in options if (words := _telling(option.name)) and words <= _telling(title)],
    ):
        if len(about) == 1:
            return about
    return []


_NOT = {"not", "no", "none", "neither", "nicht", "kein", "keine", "pas", "instead"}
STANDS = 0.8  # of the telling words of an option's name, in the sentence that says what was decided


def _stands_in(name: str, sentence: set[str]) -> bool:
    telling = _telling(name)
    return len(telling) > 2 and len(telling & sentence) >= STANDS * len(telling)


def _closest(options: Sequence[Option], named: str) -> Option | None:
    """One of them is meant, so half of its words will do."""

    def score(option: Option) -> float:
        one, other = _telling(option.name), _telling(named)
        shared = len(one & other) / min(len(one), len(other)) if one and other else 0.0
        return max(likeness(option.name, named), shared * 0.9 + 0.1 * likeness(option.name, named))

    best = max(options, key=score, default=None)
    return best if best is not None and score(best) >= 0.5 else None


_SAY_NOTHING = frozenset(
    [
        "a",
        "an",
        "the",
        "use",
        "using",
        "of",
        "for",
        "to",
        "in",
        "on",
        "with",
        "and",
        "or",
        "as",
        "our",
        "by",
        "we",
    ]
)


def _telling(name: str) -> set[str]:
    return set(re.findall(r"\w+", name.lower())) - _SAY_NOTHING


def nearest(options: Sequence[Option], name: str) -> Option | None:
    """The option of that name, or the one most like it."""
    alike = max(options, key=lambda option: likeness(option.name, name), default=None)
    return alike if alike is not None and likeness(alike.name, name) >= ALIKE else None


@lru_cache(maxsize=10_000)  # each is compared with all, and some are compared again and again
def likeness(one: str, other: str) -> float:
    """0 … 1; a name of which the other is the beginning, or has some of the words, is that name written shorter."""
    a, b = _key(one), _key(other)
    if not a or not b or re.findall(r"\d+", a) != re.findall(r"\d+", b):
        return 0.0
    ratio = SequenceMatcher(None, a[:LONGEST_NAME], b[:LONGEST_NAME]).ratio()  # 1.0 when they are the same
    short, long = sorted((a, b), key=len)
    if len(short) > 3 and long.startswith(short if len(short) > 12 else f"{short} "):
        return max(ratio, 0.95)
    some, more = sorted((_telling(one), _telling(other)), key=len)
    return max(ratio, 0.8) if len(some) > 1 and some < more else ratio


def _key(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.lower()))


_REJECTED = re.compile(
    r"(?i)^(?:considered\s+(?:and|but)\s+)?(?:rejected|discarded|not\s+chosen)(?:\s+(?:option|alternative))?\s*:\s*"
)


def is_option(heading: str) -> bool:
    """`Option 2 - …`, `Rejected: …`: an option wherever it stands."""
    bare = plain(heading)
    return bool(re.match(r"(?i)^option\s+(?:\d+|[a-z])\b", bare) or _REJECTED.match(bare))


def _join(options: list[Option], found: Sequence[Option]) -> None:
    """Adds new options, and what is said of those that are there already. Within one section all are different."""
    before = list(options)
    for option in found:
        position = _position(option.name)
        same = nearest(before, option.name)
        if same is None and position is not None and not _bare_number(option.name) and position < len(before):
            same = before[position]  # "Option 2" over the details of the second of the list
        if same is None:
            options.append(option)
            continue
        if option.why_not and option.why_not not in same.why_not:
            same.why_not = f"{same.why_not}\n\n{option.why_not}".strip()


def _position(name: str) -> int | None:
    number = re.match(r"(?i)^(?:option|alternative)\s*#?(\d+)$", name)
    return int(number[1]) - 1 if number else None


def _bare_number(name: str) -> str:
    return _NUMBER.sub("", name)


def _told(section: Section, *, lists: bool) -> list[Option]:
    """The options that the section's own text lists; `lists`: whether its lists are of options, and not of reasons."""
    items = list(islice(_items(section.body), MOST + 1)) if lists else []
    parameters = sum(item.startswith("`") for item in items)  # of a call, that is: they have the word too
    if items and 2 * parameters <= len(items) and not (section.parts and _begins_with_prose(section.body)):
        return list(map(_of_item, items))
    return [] if section.parts or not lists else list(_of_table(section.body))


_OPTIONS = r"(?:options|alternatives|candidates|approaches)\b"
LEADING = re.compile(
    rf"(?i)\b(?:\d|two|three|four|five|several|following|possible|potential|these)\b[^.\n]{{0,40}}\b{_OPTIONS}"
    rf"|\b{_OPTIONS}[^.\n]{{0,20}}\b(?:considered|are|were)\b"
)
"""`There were three options:`, before what lists them."""


def listed_in(text: str) -> Iterator[Section]:
    """`Other options considered:` and the list below that, in a text about something else."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        name = plain(line).rstrip(" :")
        is_label = len(name) <= _LONGEST_LABEL and _LABEL.match(line) and part_of(name) is Topic.OPTIONS
        if not is_label and not (line.rstrip().endswith(":") and LEADING.search(line)):
            continue
        below = list(dropwhile(lambda one: not one.strip(), lines[at + 1 :]))
        listed = list(takewhile(lambda one: not one.strip() or _ITEM.match(one) or one[:1] in " \t", below))
        if sum(bool(_ITEM.match(one)) for one in listed) > 1:
            yield Section(6, name, "\n".join(listed))


_LABEL = re.compile(r"^\s*(?:[*_]{2}.*[*_]{2}\s*:?|[^*#|>-].*:[*_]*)\s*$")
_LONGEST_LABEL = 60


def argues(text: str) -> bool:
    """`Good, because …` and `Bad, because …`: said of an option."""
    return len(re.findall(r"(?mi)^\s*[*+-]\s+(?:good|bad|neutral),?\s+because\b", text)) > 1


def _begins_with_prose(body: str) -> bool:
    first = next((line for line in body.split("\n") if line.strip()), "")
    return not _ITEM.match(first) and len(first) > 120


def _items(body: str) -> Iterator[str]:
    """The items of the outermost lists, each with what is indented below it."""
    item: list[str] | None = None
    fenced = False
    for line in body.split("\n"):
        fenced ^= bool(FENCE.match(line))
        start = None if fenced else _ITEM.match(line)
        if start:
            if item:
                yield "\n".join(item).strip()
            item = [start[2]]
        elif item is None:
            continue
        elif not line.strip() or line[:1] in " \t" or (item[-1].strip() and not re.match(r"^[#|<]", line)):
            item.append(line)  # a paragraph may go on without its indent
        else:
            yield "\n".join(item).strip()
            item = None
    if item:
        yield "\n".join(item).strip()


def _of_item(item: str) -> Option:
    first, _newline, rest = item.partition("\n")
    if len(first) > LOOKED_AT:
        return Option(_bare(plain(first[:LONGEST_NAME])), item)
    first = LINK.sub(r"\1", first)
    bold = re.match(r"^(?:\*\*|__)(.+?)(?:\*\*|__)\s*[:–—.-]*\s*(.*)$", first)
    if bold:
        name, told = bold[1], bold[2]
    else:
        start = numbered.end() if (numbered := _NUMBER.match(first)) else 0
        end = _NAME_END.search(_sheltered(first), start)
        name, told = (first[: end.start()], first[end.end() :]) if end else (first, "")
    why = "\n".join(piece for piece in (told.strip(), _dedented(rest)) if piece)
    return Option(_bare(plain(name)), why)


def _sheltered(text: str) -> str:
    """The same length, with nothing in code, in brackets or in an address that could end a name."""
    text = re.sub(r"\([^()]*\)|`[^`]*`", lambda code: "x" * len(code[0]), text)
    return re.sub(r"\w{1,20}://\S+", lambda address: "x" * len(address[0]), text)


def _dedented(text: str) -> str:
    return "\n".join(
        line[2:] if line.startswith("    ") else line.strip() for line in text.split("\n")
    ).strip()


def _of_table(body: str) -> Iterator[Option]:
    rows = list(filter(None, map(cells_of, body.split("\n"))))
    if len(rows) < 2:
        return
    head, *others = rows
    for row in others:
        told = [
            f"{name}: {cell}" if name else cell for name, cell in zip(head[1:], row[1:], strict=False) if cell
        ]
        yield Option(_bare(plain(row[0])), "\n".join(told))


def _bare(name: str) -> str:
    """Without `Option 2:` before it, unless that is all of the name."""
    bare = _REJECTED.sub("", name).strip(" :")
    return _NUMBER.sub("", bare).strip(" :.") or bare
