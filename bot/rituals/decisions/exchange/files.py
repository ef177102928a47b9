"""What a file holds: one record, many, or none."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from bot.rituals.decisions.exchange import values
from bot.rituals.decisions.exchange.documents import LARGEST_BYTES, UnreadableError, text_of
from bot.rituals.decisions.exchange.entries import Entry
from bot.rituals.decisions.exchange.reading import read_markdown, read_yaml

MARKDOWN = frozenset({".md", ".mdx", ".markdown", ".txt"})
YAML = frozenset({".yaml", ".yml"})
LOOKED_AT = 3_000  # characters, for the order of day and month: dates stand at the beginning


def entries_of(content: bytes, *, path: str, day_first: bool = True) -> list[Entry]:
    """The records in it.

    Raises:
        UnreadableError, NoRecordError: with the reason in words.
    """
    ending = PurePosixPath(path).suffix.lower()
    if ending not in MARKDOWN | YAML:
        raise UnreadableError(f"{ending or 'a file without ending'} is no format that can be read")
    text = text_of(content)
    read = read_yaml if ending in YAML else read_markdown
    return [read(text, path=path, day_first=day_first)]


def found_in(given: Path) -> Iterator[Path]:
    """The file itself, or all files below the folder in order; nothing hidden, and no link that leads elsewhere."""
    if not given.is_dir():
        yield given
        return
    home = given.resolve()
    for folder, folders, names in os.walk(given):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            if not name.startswith(".") and path.resolve().is_relative_to(home):
                yield path


def content_of(path: Path) -> bytes:
    """Its bytes, no more than can be a record.

    Raises:
        UnreadableError: it cannot be opened, or is larger than any record.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from None


def orders(paths: Sequence[Path]) -> dict[Path, bool]:
    """By folder: whether its dates have the day first, as those say that can be read in one way only."""
    votes: defaultdict[Path, Counter[bool]] = defaultdict(Counter)
    for path in paths:
        try:
            beginning = text_of(content_of(path))[:LOOKED_AT]
        except UnreadableError:
            continue
        is_day_first = values.is_day_first(beginning)
        if is_day_first is not None:
            votes[path.parent][is_day_first] += 1
    return {folder: count[True] >= count[False] for folder, count in votes.items()}
