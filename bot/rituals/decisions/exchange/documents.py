"""Bytes as people save them → text."""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import Any

from bot.i18n import _

LARGEST_BYTES = 500_000  # the largest real record known is 309 kB; what is larger is no decision record
LARGEST_TABLE_BYTES = 50_000_000  # of some ten thousand records; it is read as a whole


class UnreadableError(ValueError):
    """The file cannot be a record; in words for who asked."""


def text_of(content: bytes, *, largest: int = LARGEST_BYTES) -> str:
    r"""The text with `\n` line ends: UTF-8, UTF-16 with a mark or by its zeros, else what Windows calls ANSI.

    Raises:
        UnreadableError: too large, or no text.
    """
    if len(content) > largest:
        raise UnreadableError(_("larger than {most} kB", most=f"{largest // 1_000:,}"))
    text = content.decode(_encoding(content), errors="replace")
    if "\x00" in text:
        raise UnreadableError(_("not a text file"))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(content: bytes) -> str:
    if content.startswith(BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    beginning = content[:200]
    if beginning[1::2].count(0) > len(beginning) // 4:  # Latin letters, every second byte of which is zero
        return "utf-16-le"
    if beginning[::2].count(0) > len(beginning) // 4:
        return "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def storable(value: Any) -> Any:
    """Without what no database takes and a file can only say by an escape: NUL, and half of a letter."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(inner) for key, inner in value.items()}
    return value
