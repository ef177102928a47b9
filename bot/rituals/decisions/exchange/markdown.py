"""A Markdown text as a tree of sections, each with the text that it was written with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.rituals.decisions.exchange.documents import storable


@dataclass
class Section:
    """A heading, the text up to the next one, and the sections below it. The root has level 0 and no heading."""

    level: int
    heading: str
    body: str = ""
    parts: list["Section"] = field(default_factory=list)

    def walk(self) -> Iterator["Section"]:
        yield self
        for part in self.parts:
            yield from part.walk()

    def whole(self) -> str:
        """All of its text, the headings of its parts in bold."""
        pieces = [self.body, *(f"**{part.heading}**\n{part.whole()}".strip() for part in self.parts)]
        return "\n\n".join(piece for piece in pieces if piece)


@dataclass
class Page:
    front: dict[str, Any]
    """The front matter; empty where there is none."""
    root: Section


_blocks = MarkdownIt("commonmark").disable("inline")
_FRONT = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DEFINITION = re.compile(r"^ {0,3}\[([^\]\n]+)\]:[ \t]*<?(\S+?)>?(?:[ \t]+[\"'(].*)?[ \t]*$", re.MULTILINE)
_REFERENCE = re.compile(r"\[([^\]\[\n]+)\](?:\[([^\]\[\n]*)\])?(?![\(:\[])")
FENCE = re.compile(r"^\s*(?:```|~~~)")
ROW = re.compile(r"^\s*\|(.*)\|\s*$")
_RULE = re.compile(r"^[\s|:-]+$")
_TABLE_ABOVE_A_RULE = re.compile(r"^\s*\|", re.MULTILINE)  # in CommonMark alone it is a heading, underlined
_TIGHT_TITLE = re.compile(r"\A(\s*)#(?=[^\s#])")


def parse(text: str) -> Page:
    front: dict[str, Any] = {}
    if found := _FRONT.match(text):
        front = front_matter(found[1])
        text = text[found.end() :]
    text = _TIGHT_TITLE.sub(r"\1# ", text)
    return Page(front, _tree(_with_targets(text)))


def _with_targets(text: str) -> str:
    """Links with their targets in place, as a section is kept without the page's last lines."""
    targets = {name.lower(): target for name, target in _DEFINITION.findall(text) if not name.startswith("^")}
    if not targets:
        return text

    def in_place(link: re.Match[str]) -> str:
        target = targets.get((link[2] or link[1]).lower())
        return f"[{link[1]}]({target})" if target else link[0]

    def taken(definition: re.Match[str]) -> str:
        return definition[0] if definition[1].startswith("^") else ""

    return _REFERENCE.sub(in_place, _DEFINITION.sub(taken, text))


def _tree(text: str) -> Section:
    lines = text.split("\n")
    root = Section(0, "")
    open_: list[Section] = [root]
    begins = 0
    for heading, at in _headings(text):
        assert at.map is not None
        open_[-1].body = _body(lines[begins : at.map[0]])
        begins = at.map[1]
        level = int(at.tag[1])
        while open_[-1].level >= level:
            open_.pop()
        section = Section(level, plain(heading))
        open_[-1].parts.append(section)
        open_.append(section)
    open_[-1].body = _body(lines[begins:])
    return root


def _headings(text: str) -> Iterator[tuple[str, Token]]:
    tokens = _blocks.parse(text)
    for number, token in enumerate(tokens):
        if token.type != "heading_open" or token.level:
            continue
        content = tokens[number + 1].content
        if not _TABLE_ABOVE_A_RULE.search(content):
            yield content, token


def _body(lines: list[str]) -> str:
    return _COMMENT.sub("", "\n".join(lines)).strip("\n").rstrip()


class _Loader(yaml.SafeLoader):
    """YAML without aliases, of which a kilobyte is a gigabyte of text, and not deep, which takes long to scan."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        if self._depth > DEEPEST_YAML:
            raise yaml.YAMLError("too deep")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


DEEPEST_YAML = 50
LONGEST_YAML = 30_000  # characters; of a decision it has a few thousand, and reading takes long


def load_yaml(text: str) -> Any:
    """Raises yaml.YAMLError for what is no YAML, too deep or too long."""
    if len(text) > LONGEST_YAML:
        raise yaml.YAMLError("too long")
    try:
        return storable(yaml.load(text, _Loader))  # noqa: S506 -- a safe one
    except (RecursionError, ValueError, TypeError) as error:  # ValueError: a day that no calendar has
        raise yaml.YAMLError(str(error)) from None


def front_matter(text: str) -> dict[str, Any]:
    """Its keys in lower case. What is no YAML is read line by line."""
    try:
        loaded = load_yaml(text)
    except yaml.YAMLError:
        loaded = None
    if not isinstance(loaded, dict):
        loaded = dict(re.findall(r"^(\w[\w -]*):[ \t]*(.*)$", text, re.MULTILINE))
    return {str(key).strip().lower(): _unbraced(value) for key, value in loaded.items()}


def _unbraced(value: Any) -> Any:
    """`{accepted}`, the template's braces left around a value, is a mapping in YAML."""
    if isinstance(value, dict) and all(inner is None for inner in value.values()):
        return ", ".join(str(key) for key in value)
    return value


LINK = re.compile(r"!?\[([^\]\[]*)\]\((?:[^()]|\([^()]*\))*\)")
_CODE_OR_TAG = re.compile(r"(`{1,3})([^`]+)\1|</?[a-zA-Z][^<>]*>")
_MARKS = re.compile(r"(\*\*|__|~~|`+|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w))")


def plain(text: str) -> str:
    """One line of words without marks: links by their text, no tags, no emphasis."""
    text = _COMMENT.sub("", text)
    text = _CODE_OR_TAG.sub(lambda found: found[2] or "", LINK.sub(r"\1", unescape(text)))
    return " ".join(_MARKS.sub("", text).replace("\\", "").split())


def cells_of(line: str) -> list[str] | None:
    """The cells of a row of a table, none for the rule below its head; None for what is no row."""
    row = ROW.match(line)
    if row is None:
        return None
    return [] if _RULE.match(line) else [cell.strip() for cell in re.split(r"(?<!\\)\|", row[1])]


def plain_lines(text: str) -> str:
    return "\n".join(map(plain, text.split("\n")))


def written(value: Any) -> str:
    """A value of front matter or YAML as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, list):
        return ", ".join(written(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {written(inner)}" for key, inner in value.items())
    return str(value).strip()
