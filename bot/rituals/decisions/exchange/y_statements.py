"""A decision in one sentence: "In the context of …, facing …, we decided for … and against …, to achieve …, accepting …".

The form of Zdun, Capilla, Tran and Zimmermann (2013), "Sustainable Architectural Design Decisions", IEEE Software 30(6).
"""

import re
from dataclasses import dataclass

from bot.rituals.decisions.exchange.markdown import plain

LONGEST = 4_000  # characters; a sentence has less

_MARKERS = {  # in their order
    "context": re.compile(r"\bin the context of\b", re.IGNORECASE),
    "facing": re.compile(r"\bfacing\b", re.IGNORECASE),
    "chosen": re.compile(
        r"\bwe (?:have )?(?:decided|chose|opted)(?: for\b| on\b| to(?= use\b))?", re.IGNORECASE
    ),
    "others": re.compile(
        r"\b(?:and )?(?:neglect(?:ed|ing)|against|reject(?:ed|ing)|over|instead of)\b", re.IGNORECASE
    ),
    "aim": re.compile(r"\bto achieve\b", re.IGNORECASE),
    "price": re.compile(r"\baccepting\b(?: that\b)?", re.IGNORECASE),
    "reason": re.compile(r"\bbecause\b", re.IGNORECASE),
}
_OPTIONAL = frozenset({"others", "price", "reason"})
_END = re.compile(r"\.(?:\s|$)")
_BETWEEN = re.compile(r"\s*(?:,|;|\bor\b|\band\b)\s*")


@dataclass(frozen=True)
class YStatement:
    chosen: str
    context: str
    decision: str
    others: list[str]
    price: str


def find(text: str) -> YStatement | None:
    told = _told(plain(text[:LONGEST]))
    if told is None:
        return None
    reason = f", because {told['reason']}" if told["reason"] else ""
    return YStatement(
        chosen=told["chosen"],
        context=f"{told['context']}, facing {told['facing']}",
        decision=f"{told['chosen']}, to achieve {told['aim']}{reason}",
        others=[name for name in _BETWEEN.split(told["others"]) if name],
        price=told["price"],
    )


def _told(text: str) -> dict[str, str] | None:
    """What stands after each marker, up to the next one or the end of the sentence."""
    places: list[tuple[str, int, int]] = []
    at = 0
    for name, marker in _MARKERS.items():
        found = marker.search(text, at)
        ends = _END.search(text, places[-1][2]) if name in ("price", "reason") else None
        if found is None or (ends and ends.start() < found.start()):
            if name not in _OPTIONAL:
                return None
            continue
        if name == "others" and (aim := _MARKERS["aim"].search(text, at)) and aim.start() < found.start():
            continue
        places.append((name, found.start(), found.end()))
        at = found.end()
    last = _END.search(text, at)
    stops = [*(start for _name, start, _end in places[1:]), last.start() if last else len(text)]
    told = dict.fromkeys(_MARKERS, "")
    for (name, _start, end), stop in zip(places, stops, strict=True):
        told[name] = text[end:stop].strip(" ,;:.…")
    return told
