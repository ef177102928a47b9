r"""Our own Markdown records: MADR as other tools read it, and read back as it was written.

A line of a text that would be one of our headings, or open a fence that nothing closes, is written behind a `\`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.rituals.decisions.exchange.entries import Option
from bot.rituals.decisions.exchange.exported import Exported, joined, parted
from bot.rituals.decisions.exchange.markdown import FENCE
from bot.rituals.decisions.models import Status

MARK = "<!-- Written by Common Ground; a changed file can be imported again. -->"
CONTEXT, OPTIONS, DECISION = "Context and Problem Statement", "Considered Options", "Decision Outcome"
CONSEQUENCES, DETAILS, NOTES = "Consequences", "Pros and Cons of the Options", "More Information"
RECONSIDER, LOOK_AGAIN, WITHDRAWN = "Would change our mind", "Look Again When", "Withdrawn"

_MADR = {Status.REVERSED: "deprecated"}
"""The words of MADR where they are others than ours."""
_OURS_OF_MADR = {word: status for status, word in _MADR.items()}

_HEADING = re.compile(r"^ {0,3}#{1,6}(?:\s|$)")
_OURS = re.compile(r"^(#{2,4}) (.*)$")
_LIKE_ESCAPED = re.compile(r"^\s*\\+(?:#|```|~~~)")
_ESCAPED = re.compile(r"^(\s*)\\(\\*(?:#|```|~~~))")
_SLUG_CHARACTERS = 60


def file_name(number: str, title: str) -> str:
    """`0012-use-webhooks.md`"""
    slug = re.sub(r"[\W_]+", "-", title.lower()).strip("-")[:_SLUG_CHARACTERS].strip("-")
    return f"{int(number.partition('-')[2]):04}-{slug or 'decision'}.md"


def write(decision: Exported, files: Mapping[str, str]) -> str:
    """`files`: the file name of each other record that is written too, by its number."""
    pieces = [f"# {decision.title}", "\n".join(_metadata(decision, files))]
    pieces += _section(f"## {CONTEXT}", decision.context)
    if decision.alternatives:
        pieces += _section(f"## {OPTIONS}", "\n".join(f"- {option.name}" for option in decision.alternatives))
    if decision.decision or decision.consequences:
        pieces += [f"## {DECISION}", *_section("", decision.decision)]
    pieces += _section(f"### {CONSEQUENCES}", decision.consequences)
    if decision.alternatives:
        pieces.append(f"## {DETAILS}")
    for option in decision.alternatives:
        pieces += [f"### {option.name}", *_section("", option.why_not)]
        pieces += _section(f"#### {RECONSIDER}", option.reconsider_when)
    pieces += _section(f"## {LOOK_AGAIN}", decision.revisit_when)
    pieces += _section(f"## {WITHDRAWN}", decision.withdrawn or "")
    pieces += _section(f"## {NOTES}", decision.notes)
    return "\n\n".join([*filter(None, pieces), MARK, ""])


def _metadata(decision: Exported, files: Mapping[str, str]) -> Iterator[str]:
    def linked(numbers: list[str]) -> str:
        return ", ".join(f"[{name}]({files[name]})" if name in files else name for name in numbers)

    known = "" if decision.status is Status.UNKNOWN else _MADR.get(decision.status, decision.status.value)
    by = f" by {linked(decision.superseded_by)}" if decision.superseded_by else ""
    told = {
        "Status": f"{known}{by}",
        "Deciders": joined(decision.deciders, ","),
        "Date": decision.date.isoformat() if decision.date else "",
        "Tags": joined(decision.tags, ","),
        "Number": decision.number,
        "Supersedes": linked(decision.supersedes),
        "Reverses": linked(decision.reverses),
        "Related": linked(decision.relates_to),
        "Consulted": joined(decision.consulted, ","),
        "Informed": joined(decision.must_know, ","),
        "Look again on": decision.revisit_on.isoformat() if decision.revisit_on else "",
        "Source": decision.source,
    }
    yield from (f"- {name}: {value}" for name, value in told.items() if value)


def _section(heading: str, text: str) -> list[str]:
    return [heading, _escaped(text)] if text else []


def _escaped(text: str) -> str:
    lines = text.split("\n")
    open_at: int | None = None
    for number, line in enumerate(lines):
        if _LIKE_ESCAPED.match(line):
            lines[number] = _behind(line)
        elif FENCE.match(line):
            open_at = number if open_at is None else None
        elif (_HEADING if open_at is None else _OURS).match(line):
            lines[number] = _behind(line)
    if open_at is not None:
        lines[open_at] = _behind(lines[open_at])
    return "\n".join(lines)


def _behind(line: str) -> str:
    return re.sub(r"^\s*", r"\g<0>\\", line, count=1)


def read(text: str) -> Exported | None:
    """None for a file that is not ours, or that was changed so that it is not any more."""
    if not text.rstrip().endswith(MARK) or not text.startswith("# "):
        return None
    title, _newline, rest = text.rstrip().removesuffix(MARK).removeprefix("# ").partition("\n")
    sections = _sections(rest)
    told = dict(re.findall(r"^- ([^:\n]+): (.+)$", sections[0].body, re.MULTILINE))
    texts = {(section.above, section.heading): section.body for section in sections}
    status = told.get("Status", Status.UNKNOWN.value)
    return Exported.of(
        {
            "number": told.get("Number", ""),
            "title": title,
            "status": _OURS_OF_MADR.get(status.split(" ")[0], status.split(" ")[0] or Status.UNKNOWN),
            "date": _day(told.get("Date")),
            "deciders": parted(told.get("Deciders", ""), ","),
            "context": texts.get(("", CONTEXT), ""),
            "decision": texts.get(("", DECISION), ""),
            "alternatives": _options(sections),
            "consequences": texts.get((DECISION, CONSEQUENCES), ""),
            "notes": texts.get(("", NOTES), ""),
            "supersedes": _numbers(told.get("Supersedes", "")),
            "superseded_by": _numbers(status),
            "reverses": _numbers(told.get("Reverses", "")),
            "relates_to": _numbers(told.get("Related", "")),
            "consulted": parted(told.get("Consulted", ""), ","),
            "must_know": parted(told.get("Informed", ""), ","),
            "tags": parted(told.get("Tags", ""), ","),
            "revisit_on": _day(told.get("Look again on")),
            "revisit_when": texts.get(("", LOOK_AGAIN), ""),
            "withdrawn": texts.get(("", WITHDRAWN)),
            "source": told.get("Source", ""),
        }
    )


@dataclass
class _Section:
    above: str
    """The section of level 2 that it stands in; empty for one of that level itself."""
    heading: str
    level: int = 0
    lines: list[str] = field(default_factory=list)

    @property
    def body(self) -> str:
        return "\n".join(self.lines).strip("\n")


def _sections(text: str) -> list[_Section]:
    """As they follow one another; the first, before any heading, has none."""
    found, above = [_Section("", "")], ""
    for line in text.split("\n"):
        if heading := _OURS.match(line):
            marks, name = heading.groups()
            found.append(_Section("" if marks == "##" else above, name, len(marks)))
            above = name if marks == "##" else above
        else:
            found[-1].lines.append(_ESCAPED.sub(r"\1\2", line))
    return found


def _options(sections: Sequence[_Section]) -> list[Option]:
    options: list[Option] = []
    for section in sections:
        if section.above == DETAILS and section.level == 4 and options:
            options[-1].reconsider_when = section.body
        elif section.above == DETAILS:
            options.append(Option(name=section.heading, why_not=section.body))
    return options


def _numbers(words: str) -> list[str]:
    return re.findall(r"(?<![\w(])[A-Z]-\d+", words)


def _day(words: str | None) -> date | None:
    try:
        return date.fromisoformat(words) if words else None
    except ValueError:
        return None
