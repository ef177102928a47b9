"""Whether a problem is worded as a solution. A guess, so that it only asks, and anybody can say that it is wrong."""

import re
from collections.abc import Sequence

WORDS_MOST = 50
WORD_CHARACTERS = 40

USUAL_WORDS = (
    "build",
    "implement",
    "create",
    "introduce",
    "refactor",
    "rewrite",
    "integrate",
    "add a",
    "add an",
    "add the",
    "migrate to",
    "switch to",
    "move to",
    "upgrade to",
    "replace it with",
    "we should",
    "we need to",
    "we could",
    "let's",
)
"""What a team begins with. English on purpose: a team that writes in another language has words of its own."""

_BEGINNING = r"(?:^|[.!?:;]\s+|\n\s*)"


def solution_in(said: str, words: Sequence[str]) -> str | None:
    """The first of a team's words that makes this sound like a solution.

    A single word counts where a sentence begins with it, as an order does: "Build a dashboard", not "The build is
    slow". Several words count wherever they stand.
    """
    plain = said.replace("’", "'")  # as phones type an apostrophe
    return next((word for word in words if _pattern(word).search(plain)), None)


def _pattern(word: str) -> re.Pattern[str]:
    before = r"\b" if " " in word else _BEGINNING
    return re.compile(rf"{before}{re.escape(word)}(?!\w)", re.IGNORECASE)
