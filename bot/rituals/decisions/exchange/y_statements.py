"""A decision in one sentence: "In the context of …, facing …, we decided for … and against …, to achieve …, accepting …".

The form of Zdun, Capilla, Tran and Zimmermann (2013), "Sustainable Architectural Design Decisions", IEEE Software 30(6).
"""

import re
from dataclasses import dataclass

from bot.rituals.decisions.exchange.markdown import plain

LONGEST = 4_000  # characters; a sentence has less, and a search for its words in more takes long

_SENTENCE = re.compile(
    r"in the context of\b(?P<context>.+?)\bfacing\b(?P<facing>.+?)"
    r"\bwe (?:have |)(?:decided|chose|opted)(?: for| to(?= use\b)| on|)\b(?P<chosen>.+?)"
    r"(?:\b(?:and |)(?:neglected|neglecting|against|rejected|rejecting|over|instead of)\b(?P<others>.+?)|)"
    r"\bto achieve\b(?P<aim>.+?)"
    r"(?:\baccepting\b(?: that|)(?P<price>.+?)|)"
    r"(?:\bbecause\b(?P<reason>.+?)|)(?:\.\s|\.?$)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:,|;|\bor\b|\band\b)\s*")


@dataclass(frozen=True)
class YStatement:
    chosen: str
    context: str
    decision: str
    others: list[str]
    price: str


def find(text: str) -> YStatement | None:
    sentence = _SENTENCE.search(plain(text[:LONGEST]))
    if sentence is None:
        return None
    told = {name: (value or "").strip(" ,;:.…") for name, value in sentence.groupdict().items()}
    reason = f", because {told['reason']}" if told["reason"] else ""
    return YStatement(
        chosen=told["chosen"],
        context=f"{told['context']}, facing {told['facing']}",
        decision=f"{told['chosen']}, to achieve {told['aim']}{reason}",
        others=[name for name in _BETWEEN.split(told["others"]) if name],
        price=told["price"],
    )
