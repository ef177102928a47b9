"""One page, or one row of a table → one entry."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import yaml

from bot.i18n import _
from bot.rituals.decisions.exchange import markdown, options, own_markdown, titles, values, y_statements
from bot.rituals.decisions.exchange.entries import Entry, Option
from bot.rituals.decisions.exchange.exported import Exported
from bot.rituals.decisions.exchange.markdown import Page, Section, plain, written
from bot.rituals.decisions.exchange.options import Considered
from bot.rituals.decisions.exchange.sections import Gathered
from bot.rituals.decisions.exchange.vocabulary import TEXTS, Topic, key_of, part_of, status_of
from bot.rituals.decisions.models import Status

MOST_LINES = 10_000  # the longest real record known has 1,512; each line takes its time


class NoRecordError(ValueError):
    """A template, an index or an empty file; in words for who asked."""


def read_markdown(text: str, *, path: str, day_first: bool = True) -> Entry:
    """A page that holds one record; `day_first` says how this log writes 06/04/2018.

    Raises:
        NoRecordError: it is no record.
    """
    if not text.strip():
        raise NoRecordError(_("it is empty"))
    if text.count("\n") > MOST_LINES:
        raise NoRecordError(_("it has more than {most} lines: cut it into records", most=f"{MOST_LINES:,}"))
    if own := own_markdown.read(text):
        return own.entry("madr")
    page = markdown.parse(text)
    found = Gathered()
    for key, value in page.front.items():
        if part := key_of(key):
            found.tell(part, written(value))
    heading = _title_section(page)
    title = titles.of_heading(heading.heading, path=path) if heading else ""
    title = title or titles.of_heading(plain(found.told(Topic.TITLE))) or titles.of_path(path)
    _refuse_others(page, title, path)
    found.add(Topic.CONTEXT, found.take_metadata(page.root.body))
    sections: list[Section] = []
    for section in page.root.parts:
        section.body = found.take_metadata(section.body)
        if section is heading:
            found.add(Topic.CONTEXT, section.body)
            sections += section.parts
        else:
            sections.append(section)
    found.take_all(sections)
    said = None if found.text(Topic.DECISION) else y_statements.find(found.text(Topic.CONTEXT))
    if said is None:
        return _entry(found, title=title, path=path, format_=_format(page), day_first=day_first)
    found.texts[Topic.NOTES] = [found.text(Topic.CONTEXT), *found.texts.get(Topic.NOTES, [])]
    found.texts[Topic.CONTEXT] = [said.context]
    found.add(Topic.DECISION, said.decision)
    found.add(Topic.CONSEQUENCES, said.price)
    title = title if heading else said.chosen
    entry = _entry(found, title=title, path=path, format_="y-statement", day_first=day_first)
    entry.alternatives += [Option(name) for name in said.others]
    return entry


def is_one_record(text: str) -> bool:
    """Whether its sections tell of a decision; a table in it then belongs to that."""
    topics = {part_of(section.heading) for section in markdown.parse(text).root.walk() if section.heading}
    return Topic.DECISION in topics or {Topic.CONTEXT, Topic.CONSEQUENCES} <= topics


def read_yaml(text: str, *, path: str, day_first: bool = True) -> Entry:
    """A YAML document of one decision.

    Raises:
        NoRecordError: no mapping with the words of a decision record.
    """
    try:
        loaded = markdown.load_yaml(text)
    except yaml.YAMLError:
        raise NoRecordError(_("this YAML cannot be read")) from None
    if not isinstance(loaded, dict):
        raise NoRecordError(_("no YAML of one decision"))
    return read_mapping(loaded, path=path, format_="yaml", day_first=day_first)


def read_mapping(row: Mapping[Any, Any], *, path: str, format_: str, day_first: bool = True) -> Entry:
    """What a row of a table, an object of JSON or a YAML document says, whatever its columns are called.

    Raises:
        NoRecordError: it has no title, or nothing else of a decision.
    """
    if own := Exported.of(row):
        return own.entry(format_)
    found = Gathered()
    for key, value in row.items():
        name, told = str(key), written(value)
        part = key_of(name) or part_of(name)
        if part is Topic.OPTIONS:
            body = "\n".join(f"- {written(item)}" for item in value) if isinstance(value, list) else told
            found.options.append(Considered(Section(2, name, body), details=False))
        elif part is None or part is Topic.NOTES:
            found.add(Topic.NOTES, f"**{name}**\n{told}" if told else "")
        elif part in TEXTS:
            found.add(part, told)
        else:
            found.tell(part, told)
    title = titles.of_heading(plain(found.told(Topic.TITLE)))
    if not title:
        title = plain(found.text(Topic.DECISION).split("\n")[0])
    if not title or not (found.texts.keys() - {Topic.NOTES} or found.metadata.keys() - {Topic.TITLE}):
        raise NoRecordError(_("it has no title, or nothing else of a decision"))
    entry = _entry(found, title=title, path=path, format_=format_, day_first=day_first)
    entry.name = found.told(Topic.NAME)
    return entry


def _title_section(page: Page) -> Section | None:
    """The section whose heading is the title: the first of level 1, else the first that is about nothing known."""
    tops = [section for section in page.root.parts if section.level == 1]
    first = next(iter(tops or page.root.parts), None)
    return first if first is not None and part_of(first.heading) in (None, Topic.NOTES) else None


def _refuse_others(page: Page, title: str, path: str) -> None:
    if titles.is_template(title, path):
        raise NoRecordError(_("a template"))
    telling = [part_of(section.heading) for section in page.root.walk() if section.heading]
    if titles.is_index(path) and (
        Topic.DECISION not in telling or sum(part in (*TEXTS, Topic.STATUS) for part in telling) < 2
    ):
        raise NoRecordError(_("an index"))


def _entry(found: Gathered, *, title: str, path: str, format_: str, day_first: bool) -> Entry:
    statuses = found.metadata.get(Topic.STATUS, [])
    said = "\n".join(statuses)
    named = found.told(Topic.SUPERSEDED_BY)
    successors = [*values.superseded_by(said), *values.references_in(named)]
    considered, left = options.gathered(found.options)
    taken = options.chosen(considered, decision=found.text(Topic.DECISION), named=found.named, title=title)
    left += [f"**{option.name}**\n{option.why_not}" for option in taken if option.why_not]
    for text in left:
        found.add(Topic.NOTES, text)
    return Entry(
        title=title,
        format=format_,
        status=_status(statuses, is_superseded=bool(successors)),
        decided_on=_date(found, path, day_first=day_first),
        deciders=_deciders(found),
        context=found.text(Topic.CONTEXT),
        decision=found.text(Topic.DECISION),
        alternatives=[option for option in considered if option not in taken],
        consequences=found.text(Topic.CONSEQUENCES),
        notes=found.text(Topic.NOTES),
        supersedes=[*values.supersedes(said), *values.references_in(found.told(Topic.SUPERSEDES))],
        superseded_by=list(dict.fromkeys(successors)),
    )


def _status(statuses: list[str], *, is_superseded: bool) -> Status | None:
    """By the first line that has words."""
    firsts = (next((line for line in words.split("\n") if re.search(r"\w", line)), "") for words in statuses)
    cut = (line.lstrip(" >")[: values.LOOKED_AT] for line in firsts)
    said = next((status for line in cut if (status := status_of(plain(line)))), None)
    stands = said in (None, Status.ACCEPTED, Status.PROPOSED)
    return Status.SUPERSEDED if is_superseded and stands else said


def _date(found: Gathered, path: str, *, day_first: bool) -> date | None:
    for part in (Topic.DATE, Topic.UPDATED, Topic.STATUS):
        for words in found.metadata.get(part, []):
            if day := values.day_of(words, day_first=day_first):
                return day
    at = PurePosixPath(path)
    if day := values.day_of(at.name) or values.day_of(at.parent.name):
        return day
    changes = next(
        (text for text in found.texts.get(Topic.NOTES, []) if re.match(r"(?i)\*\*change ?log", text)), ""
    )
    return min(
        (day for line in changes.split("\n") if (day := values.day_of(line, day_first=day_first))),
        default=None,
    )


def _deciders(found: Gathered) -> list[str]:
    told = [*found.metadata.get(Topic.DECIDERS, []), *found.metadata.get(Topic.AUTHORS, [])]
    return next((people for words in told if (people := values.people_of(words))), [])


def _format(page: Page) -> str:
    headings = {section.heading.lower().strip(" :") for section in page.root.walk()}
    if headings & {"decision outcome", "considered options", "context and problem statement"}:
        return "madr"
    if {"context", "decision"} <= headings and headings & {"consequences", "status"}:
        return "nygard"
    if "decision" in headings and headings & {"rationale", "approach"}:
        return "decision-rationale"
    return "markdown"
