"""The one catalogue of words a person reads; English is complete and is the key of every other language."""

import gettext
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DOMAIN = "common_ground"
LOCALES = Path(__file__).parent / "locale"
ENGLISH = "en"

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


def _(text: str, **facts: object) -> str:
    """The text in the reader's language, with `{name}` places filled in."""
    words = _catalogue(_language.get()).gettext(text)
    return words.format(**facts) if facts else words


def ngettext(one: str, many: str, n: int, **facts: object) -> str:
    """As `_`, in the form that the number `n` asks for; `{n}` is filled in too."""
    return _catalogue(_language.get()).ngettext(one, many, n).format(n=n, **facts)


def speak(language: str) -> None:
    """Use this language (an IETF tag such as `de`) for the rest of the current task."""
    _language.set(language)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALES, [language.replace("-", "_")], fallback=True)
