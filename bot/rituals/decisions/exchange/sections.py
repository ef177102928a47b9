"""Files each section and each line of metadata of a page under what it is about."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from bot.rituals.decisions.exchange import options, values
from bot.rituals.decisions.exchange.markdown import FENCE, ROW, Section, plain
from bot.rituals.decisions.exchange.options import Considered
from bot.rituals.decisions.exchange.vocabulary import (
    DETAILS_OF_OPTIONS,
    TEXTS,
    Topic,
    is_about_an_option,
    key_of,
    part_of,
)

COMPARED = 50
"""Sections of a page, and of options in it; with more, no heading is compared with what they list."""
SURELY = 0.9  # how like an option a heading must be to be its details when nothing else says so


@dataclass
class Gathered:
    """What a page says, by what it is about."""

    metadata: dict[Topic, list[str]] = field(default_factory=dict)
    texts: dict[Topic, list[str]] = field(default_factory=dict)
    options: list[Considered] = field(default_factory=list)
    named: str = ""
    """The option that a heading names as chosen: `Decision Outcome: AWS Lambda`."""

    def add(self, part: Topic, text: str) -> None:
        if text.strip():
            self.texts.setdefault(part, []).append(text.strip())

    def tell(self, part: Topic, value: str) -> None:
        if value.strip():
            self.metadata.setdefault(part, []).append(value.strip())

    def told(self, part: Topic) -> str:
        return next(iter(self.metadata.get(part, [])), "")

    def text(self, part: Topic) -> str:
        return "\n\n".join(self.texts.get(part, []))

    # Sections

    def take_all(self, sections: Sequence[Section]) -> None:
        """The sections of a page. One whose heading says nothing goes on with what stands before it."""
        compared = len(sections) <= COMPARED
        decides = any(
            part_of(below.heading) is Topic.DECISION for above in sections for below in above.walk()
        )
        before: Topic | None = None
        between = False  # two options, of which the first is behind us
        for section, next_ in zip_longest(sections, sections[1:]):
            part = part_of(section.heading)
            if (
                part is None
                and compared
                and (self._is_option(section) or (between and self._is_option(next_)))
            ):
                self.options.append(Considered(Section(section.level, "", "", [section]), details=True))
                between = True
                continue
            between = False
            if part is None and before is Topic.CONTEXT and not decides:
                before = Topic.DECISION  # it has to stand somewhere
            self.take(section, inside=None, goes_on=before)
            before = part if part in (Topic.CONTEXT, Topic.DECISION) else before if part is None else None

    def take(self, section: Section, *, inside: Topic | None, goes_on: Topic | None = None) -> None:
        """A section and all below it; `inside` is what the section around it is about."""
        part = _where(section.heading, inside)
        if part is Topic.OPTIONS:
            self._take_options(section)
        elif part is None and options.is_option(section.heading):
            self.options.append(Considered(Section(section.level, "", "", [section]), details=False))
        elif part in TEXTS or part is None:
            self._take_text(section, part, inside or goes_on or Topic.NOTES)
        else:
            self._take_metadata(part, section)

    def _take_text(self, section: Section, part: Topic | None, around: Topic) -> None:
        filed = part or around
        if part is Topic.DECISION and ":" in section.heading:
            self.named = section.heading.partition(":")[2].strip()
        speaks_for_itself = part in (Topic.CONTEXT, Topic.DECISION, Topic.CONSEQUENCES) and part is not around
        heading = "" if speaks_for_itself else f"**{section.heading}**"
        self.add(filed, f"{heading}\n{section.body}".strip() if section.body or section.parts else "")
        if filed is not Topic.NOTES:
            self.options += [Considered(listed, details=False) for listed in options.listed_in(section.body)]
        if _leads_to_options(section):
            self.options.append(Considered(Section(section.level, "", "", section.parts), details=False))
            return
        for below in section.parts:
            self.take(below, inside=filed)

    def _take_metadata(self, part: Topic, section: Section) -> None:
        text = section.whole()
        if "\n" in text.strip() or part in self.metadata:
            self.add(Topic.NOTES, f"**{section.heading}**\n{text}")  # more than the one value
        self.tell(part, text)

    def _take_options(self, section: Section) -> None:
        own: list[Section] = []
        others: list[Section] = []
        for below in section.parts:
            (others if _where(below.heading, Topic.OPTIONS) else own).append(below)
        details = bool(DETAILS_OF_OPTIONS.search(section.heading))
        self.options.append(
            Considered(Section(section.level, section.heading, section.body, own), details=details)
        )
        for below in others:
            self.take(below, inside=Topic.OPTIONS)

    def _is_option(self, section: Section | None) -> bool:
        if section is None or part_of(section.heading) is not None or len(self.options) > COMPARED:
            return False
        if self.options and options.argues(section.body):
            return True
        listed, _left = options.gathered(self.options)
        near = options.nearest(listed, plain(section.heading))
        return near is not None and options.likeness(near.name, plain(section.heading)) >= SURELY

    # Metadata

    def take_metadata(self, body: str) -> str:
        """Takes the lines of metadata out of a text, and gives the rest."""
        lines, kept = iter(_joined(body)), []
        fenced = False
        for line in lines:
            fenced ^= bool(FENCE.match(line))
            pairs = [] if fenced else list(_pairs(line))
            for part, value in pairs:
                self.tell(part, value)
            if not pairs:
                kept.append(line)
        return "\n".join(kept).strip("\n") if any(map(_says_something, kept)) else ""


# What repeats gives nothing back (`++`, `*+`): a line of a thousand blanks would be tried a million times.
_PAIR = re.compile(
    r"^\s*+(?:[*+>-]\s++)?(?:\*\*|__)?\s*+([^\W\d_][^:|*\n]{1,30}?)\s*+(?:\*\*|__)?\s*+[::]\s*+(?:\*\*|__)?(.*)$",
    re.DOTALL,
)
_BOLD_PAIR = re.compile(r"^\s*+(?:\*\*|__)([^\W\d_][^:|*\n]{1,30}?)(?:\*\*|__)\s++(\S.*)$")
_FRAME = re.compile(r"(?i)^\s*\|\s*(?:metadata|key|field|attribute)\s*\|\s*(?:value)?\s*\|\s*$")


def _joined(body: str) -> Iterator[str]:
    """The lines; one that ends in `:` together with the list that is indented below it."""
    lines = body.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if re.search(r":\**\s*$", line):
            while at < len(lines) and re.match(r"^\s+[*+-]\s", lines[at]):
                line += f"\n{lines[at]}"
                at += 1
        yield line


def _pairs(line: str) -> Iterator[tuple[Topic, str]]:
    if len(line) > values.LOOKED_AT:
        return
    if row := ROW.match(line):
        cells = row[1].split("|")
        if len(cells) == 2 and (part := key_of(plain(cells[0]))):
            yield part, cells[1].strip()
        return
    if values.is_only_a_day(line):
        yield Topic.DATE, line
        return
    for piece in re.split(r"(?<!\s)\s++\|\s++(?=\**\w[^|]*:)", line):
        pair = _PAIR.match(piece) or _BOLD_PAIR.match(piece)
        part = key_of(pair[1]) if pair else None
        if pair is None or part is None:
            return
        yield part, pair[2].strip().rstrip("\\").strip()


def _says_something(line: str) -> bool:
    """Not only the frame of a table whose rows were taken."""
    return bool(re.search(r"\w", line)) and not _FRAME.match(line)


LEADS_WITHIN = 300  # characters before the first sub-section


def _leads_to_options(section: Section) -> bool:
    """`There were three options:` before sub-sections of which none is about anything else."""
    return (
        len(section.parts) > 1
        and all(part_of(below.heading) is None for below in section.parts)
        and bool(options.LEADING.search(section.body[-LEADS_WITHIN:]))
    )


def _where(heading: str, inside: Topic | None) -> Topic | None:
    """What a section is about where it stands: a decision is one anywhere, `Pros` belong to what they stand under."""
    part = part_of(heading)
    if inside is None or part is None or inside is Topic.NOTES:
        return part
    if part in (Topic.DECISION, Topic.OPTIONS) and inside is not Topic.CONSEQUENCES:
        return part
    if part is Topic.CONSEQUENCES and (inside is Topic.DECISION or not is_about_an_option(heading)):
        return part
    return None
