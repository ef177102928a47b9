"""What the forms of rituals are made of: typed fields that say in plain words what does not fit."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


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


TITLE_CHARACTERS = 150  # a header block holds as many
Title = Annotated[str, Field(min_length=1, max_length=TITLE_CHARACTERS)]
Short = Annotated[str, Field(max_length=300)]
Long = Annotated[str, Field(max_length=3_000)]  # a text input holds 3,000 characters
People = Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=50)]
Words = Annotated[list[Annotated[str, Field(max_length=40)]], BeforeValidator(_words), Field(max_length=20)]
"""Several short texts typed into one input, with commas or line breaks between them."""
Tags = Annotated[list[Annotated[str, Field(max_length=40)]], BeforeValidator(_tags), Field(max_length=20)]
Day = date
