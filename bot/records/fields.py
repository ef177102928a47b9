"""What the forms of rituals are made of: typed fields that say in plain words what does not fit."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.i18n import _
from bot.people.fields import SlackId


class Fields(BaseModel):
    """Base of the typed content of a form: text is trimmed; what was left empty has its default."""

    model_config = ConfigDict(str_strip_whitespace=True, frozen=True)


def _words(typed: Any) -> Any:
    if not isinstance(typed, str):
        return typed
    return list(dict.fromkeys(word for part in re.split(r"[,\n]", typed) if (word := part.strip())))


def _tags(typed: Any) -> Any:
    words = _words(typed)
    return [word.lstrip("#").lower() for word in words] if isinstance(words, list) else words


def _lines(typed: Any) -> Any:
    return (
        [line for part in typed.splitlines() if (line := part.strip())] if isinstance(typed, str) else typed
    )


def at_most(most: int) -> AfterValidator:
    """So many `Lines`."""

    def check(lines: list[str]) -> list[str]:
        if len(lines) > most:
            raise ValueError(_("At most {most} of them, each on a line of its own.", most=most))
        return lines

    return AfterValidator(check)


TITLE_CHARACTERS = 150  # a header block holds as many
Title = Annotated[str, Field(min_length=1, max_length=TITLE_CHARACTERS)]
Short = Annotated[str, Field(max_length=300)]
Long = Annotated[str, Field(max_length=3_000)]  # a text input holds 3,000 characters
People = Annotated[list[SlackId], Field(max_length=50)]
Words = Annotated[list[Annotated[str, Field(max_length=40)]], BeforeValidator(_words), Field(max_length=20)]
"""Several short texts typed into one input, with commas or line breaks between them."""
Lines = BeforeValidator(_lines)
"""Several texts typed into one input, each on a line of its own; what is empty is left out."""
Tags = Annotated[list[Annotated[str, Field(max_length=40)]], BeforeValidator(_tags), Field(max_length=20)]
Day = date
