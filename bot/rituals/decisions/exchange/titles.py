"""A heading or a file name → the title alone, without number, id and marks of its status."""

import re
from pathlib import PurePosixPath

_ID = re.compile(
    r"""^\W*(?:
        (?:(?:[a-z]+[- ])?(?:adr|madr|rfc)(?:[- ][a-z]+)?|dr|ad|d|(?:architectur(?:e|al)\ )?decision(?:\ record)?)
            [-\s#_.:]*\d+\w?(?:\.\d+)*[\])]?\s*(?:[:.)–—-]+\s*|\s+)       # ADR-012: …, ODH-ADR-Operator-0001 …
        | (?:adr|madr|(?:architectur(?:e|al)\ )?decision\ record)\s*[:–—-]\s*   # ADR: …
        | \d+(?:\.\d+)*\s*[.):–—-]+\s*                                     # 12. …
        | \d{3,}\s+                                                        # 0012 …
    )+""",
    re.IGNORECASE | re.VERBOSE,
)
_STATUSES = r"[\[(](?:superseded|deprecated|proposed|accepted|rejected|draft|wip|rfc)[^\])]*[\])]"
_STATUS_MARK = re.compile(rf"(?i)^\W*{_STATUSES}\s*|\s*{_STATUSES}\s*$")
_PLACEHOLDER = re.compile(
    r"(?i)^[\[{<].*[\]}>]$|\bshort (?:noun phrase|title)|^title$|^(?:adr[- ])?template$|^adr[- ]template\b|^n{3,}\b"
)
_TEMPLATE_NAME = re.compile(
    r"(?i)^(?:[\dx]+[-_.])*(?:adr[-_]?)?(?:template|modele|modèle|vorlage)(?:[-_.]|$)|[-_]template\."
)
_README = re.compile(r"(?i)(?:^|__)(?:readme|index)$")
LONGEST = 500  # characters; what is longer has no mark that could be told from its words
_FILE_ID = re.compile(r"(?i)^(?:\d{4}-?\d\d-?\d\d|(?:adr|dr)?[-_]?\d+)+[-_.\s]*")


def of_heading(bare: str, *, path: str = "") -> str:
    """`bare`: in plain words; what is made plain twice loses what stood in code."""
    if len(bare) > LONGEST:
        return bare
    title = _ID.sub("", _STATUS_MARK.sub("", bare)).strip(" :–—-")
    number = re.match(r"(\d+)\s+(?=\w)", title)
    if number and int(number[1]) == number_of_path(path):  # "31 Image scanning" in 031-image-scanning.md
        title = title[number.end() :]
    return title or bare


def of_path(path: str) -> str:
    name = _folder(path) if is_readme(path) else PurePosixPath(path).name.split(".")[0]
    return " ".join(re.split(r"[-_\s]+", _FILE_ID.sub("", name) or name)).strip()


def number_of_path(path: str) -> int | None:
    number = re.match(r"(?i)(?:[a-z]+[-_]?)?(\d{1,5})(?!\d)", PurePosixPath(path).name)
    return int(number[1]) if number else None


def is_readme(path: str) -> bool:
    return bool(_README.search(PurePosixPath(path).name.split(".")[0]))


def is_index(path: str) -> bool:
    """A README that lies among records; one in a folder with a date or a number is the record of that folder."""
    return is_readme(path) and not re.match(r"\d+[-_]", _folder(path))


def _folder(path: str) -> str:
    at = PurePosixPath(path)
    return _README.sub("", at.name.split(".")[0]) or at.parent.name


def is_template(title: str, path: str) -> bool:
    """`template.md`, or a title that nobody filled in; "template" in a real title is none."""
    return bool(_PLACEHOLDER.search(title) or _TEMPLATE_NAME.search(PurePosixPath(path).name))
