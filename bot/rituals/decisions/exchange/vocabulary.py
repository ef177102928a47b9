"""The words that people use for the parts of a decision record, and for how far a decision is.

Counted in some two thousand records of some sixty public logs, in English, German, French and Chinese.
"""

import re
from enum import StrEnum

from bot.rituals.decisions.models import Status


class Topic(StrEnum):
    """What a section of a record, or a line of its metadata, is about."""

    NAME = "name"
    """What others call it: its number or id."""
    TITLE = "title"
    STATUS = "status"
    DATE = "date"
    UPDATED = "updated"
    DECIDERS = "deciders"
    AUTHORS = "authors"
    SUPERSEDES = "supersedes"
    SUPERSEDED_BY = "superseded by"
    CONTEXT = "context"
    DECISION = "decision"
    OPTIONS = "options"
    CONSEQUENCES = "consequences"
    NOTES = "notes"


def _words(part: Topic, names: str) -> dict[str, Topic]:
    return dict.fromkeys((name.strip() for name in names.split("·")), part)


METADATA: dict[str, Topic] = {
    **_words(
        Topic.NAME,
        "id · number · no · nr · no. · nr. · # · key · adr · adr id · adr number · decision id · nummer",
    ),
    **_words(Topic.TITLE, "title · name · titel · titre · decision title · subject · topic"),
    **_words(Topic.STATUS, "status · statut · état · state · 状态 · decision status · adr status"),
    **_words(
        Topic.DATE,
        "date · datum · decision date · date decided · decided on · decided · date of decision · 日期 · date de décision"
        " · created · creation date · date created · erstellt · approved on · accepted on",
    ),
    **_words(
        Topic.UPDATED,
        "last modified · updated · last updated · last_update · last update · modified · last-modified · introduced",
    ),
    **_words(
        Topic.DECIDERS,
        "deciders · decider · decision-makers · decision makers · decision maker · decision-maker · decided by"
        " · décisionnaires · décideurs · entscheider · entscheidungsträger · approvers · approver · approved by",
    ),
    **_words(
        Topic.AUTHORS,
        "author · authors · author(s) · autor · autoren · auteur · auteurs · owner · owners · proposed by · proposer"
        " · raised by · written by",
    ),
    **_words(Topic.SUPERSEDES, "supersedes · replaces · supercedes · ersetzt durch diese"),
    **_words(
        Topic.SUPERSEDED_BY,
        "superseded by · superseded-by · superseded_by · supersededby · replaced by · replaced-by · deprecated-by"
        " · deprecated by · superseded",
    ),
}

HEADINGS: dict[str, Topic] = {
    **METADATA,
    **_words(
        Topic.CONTEXT,
        "context · context and problem statement · context and problem · context and motivation · background · problem"
        " · problem statement · the problem · motivation · why · why? · forces · overview · introduction · issue · abstract"
        " · summary · decision drivers · drivers · goals · non-goals · goals and non-goals · requirements · constraints"
        " · assumptions · considerations · user needs · current state · scope · description · purpose · objective"
        " · objectives · user story · what’s proposed · kontext · kontext und problemstellung · problemstellung"
        " · entscheidungstreiber · 背景 · 问题 · contexte · contexte et énoncé du problème · facteurs de décision"
        " · problème · context & problem statement · context/problem · business context · technical context"
        " · decision criteria · criteria · evaluation criteria · guiding principles · use cases · need · needs",
    ),
    **_words(
        Topic.DECISION,
        "decision · decisions · the decision · decision outcome · outcome · decision and rationale · rationale · reasoning"
        " · justification · approach · detailed design · design · basic design · implementation · proposed implementation"
        " · implementation overview · how · what · proposal · proposed solution · proposed decision · solution · conclusion"
        " · resolution · recommendation · recommendations · entscheidung · ergebnis der entscheidung · begründung"
        " · 决策 · 决定 · résultat de la décision · décision · solution design · technical design · implementation details"
        " · final decision · our decision · chosen option · selected option · reason for rejection · reason · reasons"
        " · decision rationale · decision result · strategy · argument · we decided",
    ),
    **_words(
        Topic.OPTIONS,
        "considered options · options considered · options · alternatives · alternatives considered"
        " · considered alternatives · alternative · alternative approaches · alternative solutions · possible solutions"
        " · potential solutions · solutions · proposed solutions · proposals · proposed implementation options"
        " · pros and cons of the options · pros and cons · pros and cons of the alternatives · comparison"
        " · comparison matrix · options comparison · comparison of options · options analysis · analysis of options"
        " · evaluation of options · option analysis · prior art · other options · other options considered"
        " · rejected alternatives · alternatives rejected · discussion of alternative approach · possible options"
        " · betrachtete alternativen · betrachtete optionen · alternativen · optionen · pro und contra der optionen"
        " · options envisagées · options considérées · avantages et inconvénients des options · 备选方案 · 方案"
        " · available options · design options · module architecture options · candidates · discussed alternatives",
    ),
    **_words(
        Topic.CONSEQUENCES,
        "consequences · consequence · consequences & results · positive consequences · negative consequences · positive"
        " · negative · neutral · positives · negatives · neutral consequences · trade-offs · tradeoffs · trade offs"
        " · trade-offs accepted · implications · implication · impact · impacts · risks · risk · risks and mitigations"
        " · mitigation · mitigations · risks/mitigations · stakeholder impacts · areas of impact · green impact"
        " · confirmation · validation · compliance · benefits · advantages · disadvantages · drawbacks · pros · cons"
        " · limitations · caveats · restrictions · results · consequences and risks · downsides · upsides"
        " · konsequenzen · folgen · auswirkungen · positive konsequenzen · negative konsequenzen · conséquences"
        " · conséquences positives · conséquences négatives · impacts positifs · impacts négatifs · 后果 · 影响 · 结果"
        " · downstream impact · positive impact · negative impact · considerations and limitations · costs",
    ),
    **_words(
        Topic.NOTES,
        "references · reference · links · useful links · related · related adrs · related decisions · related resources"
        " · more information · additional information · notes · note · changelog · change log · revision history"
        " · release history · history · open questions · table of contents · contents · appendix · glossary · future work"
        " · follow-up work · follow up work · next steps · todo · tags · category · reviews · reviewers · referenzen"
        " · informations supplémentaires · weitere informationen · additional resources · checks · acknowledgements",
    ),
}

TEXTS = (Topic.CONTEXT, Topic.DECISION, Topic.CONSEQUENCES, Topic.NOTES)

DETAILS_OF_OPTIONS = re.compile(
    r"(?i)\b(?:pros|pro und contra|avantages|advantages|comparison|analysis|evaluation|discussion)\b"
)
"""Headings over what is said of options that another section lists."""

ONLY_OF_AN_OPTION = frozenset(
    {"pros", "cons", "advantages", "disadvantages", "benefits", "drawbacks", "costs", "risks"}
)
"""Said of each option as often as of what was chosen; inside a list of options they are about one."""

_LIKE: tuple[tuple[re.Pattern[str], Topic], ...] = (
    (
        re.compile(r"^(considered|possible|potential|alternative|other|available|proposed)\b.*\boptions?\b"),
        Topic.OPTIONS,
    ),
    (re.compile(r"^options?\b.*\b(considered|evaluated|explored|for|not)\b"), Topic.OPTIONS),
    (re.compile(r"^alternatives?\b"), Topic.OPTIONS),
    (re.compile(r"^pros (and|&) cons\b"), Topic.OPTIONS),
    (re.compile(r"^(positive|negative|neutral)\b.*\bconsequences\b"), Topic.CONSEQUENCES),
    (re.compile(r"^consequences\b"), Topic.CONSEQUENCES),
    (re.compile(r"^decision\b(?! (drivers|makers?|criteria|date|status))"), Topic.DECISION),
    (re.compile(r"^(context|background|problem)\b"), Topic.CONTEXT),
)
_ORNAMENT = re.compile(r"^[\W_]*(?:\d+(?:\.\d+)*[.)]?\s+)?|[\s:.*_]+$")


LONGEST_NAME = 200  # characters; what is longer is no heading of a section or name of a field


def key_of(name: str) -> Topic | None:
    """What a line `name: …` of the metadata is about."""
    return METADATA.get(_bare(name)) if len(name) <= LONGEST_NAME else None


def part_of(heading: str) -> Topic | None:
    """What a section is about, by its heading; None where the words say nothing."""
    if len(heading) > LONGEST_NAME:
        return None
    bare = _bare(re.sub(r"\(.*?\)\s*$", "", heading)) or _bare(heading)
    if bare in HEADINGS:
        return HEADINGS[bare]
    return next((part for pattern, part in _LIKE if pattern.search(bare)), None)


def _bare(words: str) -> str:
    return _ORNAMENT.sub("", words.replace("'", "’").strip()).strip().lower()


def is_about_an_option(heading: str) -> bool:
    return len(heading) <= LONGEST_NAME and _bare(heading) in ONLY_OF_AN_OPTION


_STATUS_WORDS: tuple[tuple[str, Status], ...] = (
    (
        r"supers?[ce]+e?e?ded|superseeded|replaced|obsoleted?|invalidated|ersetzt|abgelöst|remplacée?|已取代",
        Status.SUPERSEDED,
    ),
    (
        r"deprecated|depreciated|reverted|reversed|retired|no longer relevant|removed|veraltet|déprécié|已弃用",
        Status.REVERSED,
    ),
    (
        r"rejected|declined|abandoned|withdrawn|won.?t do|not accepted|abgelehnt|rejetée?|已拒绝",
        Status.REJECTED,
    ),
    (
        (
            r"proposed|proposal|draft|pending|in ?progress|work in progress|wip|open|under (?:discussion|review)|in review"
            r"|review|rfc|tbd|to be decided|on hold|incomplete|not[- ]implemented|vorgeschlagen|entwurf|propos[ée]e?|提议"
        ),
        Status.PROPOSED,
    ),
    (
        (
            r"accepted|approved|appr+oved|implemented|active|adopted|agreed|decided|done|resolved|final(?:i[sz]ed)?|complete[d]?"
            r"|in effect|experimental|ratified|akzeptiert|angenommen|beschlossen|accepté?e?|validé?e?|已接受|接受"
        ),
        Status.ACCEPTED,
    ),
)
_STATUS = tuple(
    (re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE), status) for words, status in _STATUS_WORDS
)
_NOT_WHOLE = re.compile(r"(?i)\b(?:partly|partially|amended|augmented)\b[^.\n]*")


def status_of(words: str) -> Status | None:
    """How far the decision is, by the first word that says so; None for the template's own list of words."""
    found = []
    for pattern, status in _STATUS:
        found += [(match.start(), status) for match in pattern.finditer(words)]
    if not found or _is_template(words, len({status for _at, status in found})):
        return None
    return min(found)[1]


def _is_template(words: str, statuses: int) -> bool:
    """`Proposed | Accepted | Rejected`, or "a decision may be proposed if …"."""
    if re.search(r"(?i)\bmay be\b|\bstatuses are\b|\bone of\b", words):
        return True
    return (statuses >= 2 and bool(re.search(r"\w\s*\|\s*\w|^\W*\w+ or \w+\W*$", words))) or (
        statuses >= 3 and words.count(",") >= 2
    )
