"""What is read out of one file, in the forms in which people write decisions down."""

from datetime import date

import pytest

from bot.rituals.decisions.exchange import files
from bot.rituals.decisions.exchange.documents import LARGEST_BYTES, UnreadableError, text_of
from bot.rituals.decisions.exchange.entries import Entry
from bot.rituals.decisions.exchange.reading import MOST_LINES, NoRecordError
from bot.rituals.decisions.exchange.values import day_of, is_day_first, people_of, superseded_by
from bot.rituals.decisions.exchange.vocabulary import status_of
from bot.rituals.decisions.models import Status

NYGARD = """\
# 7. Use webhooks for the partner API

Date: 2026-02-15

## Status

Accepted

Supersedes [3. Poll the partner API](0003-poll-the-partner-api.md)

## Context

Polling every minute hits their rate limit.

## Decision

We take webhooks.

### Retries

With a queue.

## Consequences

A receiver to run.
"""

MADR = """\
---
status: accepted
date: 2026-02-15
decision-makers: [Priya Nair, Tomas Lind]
consulted: Erin
---
# ADR-0007: Use webhooks for the partner API

## Context and Problem Statement

Polling hits their rate limit.

## Decision Drivers

* Latency

## Considered Options

* Webhooks
* Polling every minute
* WebSocket: a connection that stays

## Decision Outcome

Chosen option: "Webhooks", because they cost least.

### Consequences

* Good, because it is quick
* Bad, because there is a receiver to run

## Pros and Cons of the Options

### Webhooks

* Good, because it is quick

### Polling every minute

* Bad, because of the [limit][1]

## More Information

See the notes.

[1]: https://partner.example/limits
"""


def read(text: str, path: str = "docs/adr/0007-use-webhooks.md") -> Entry:
    (entry,) = files.read(text.encode(), path=path).entries
    return entry


def test_a_record_as_nygard_writes_it() -> None:
    entry = read(NYGARD)
    assert (entry.format, entry.title, entry.status, entry.decided_on) == (
        "nygard",
        "Use webhooks for the partner API",
        Status.ACCEPTED,
        date(2026, 2, 15),
    )
    assert entry.context == "Polling every minute hits their rate limit."
    assert entry.decision == "We take webhooks.\n\n**Retries**\nWith a queue."
    assert entry.consequences == "A receiver to run."
    assert (entry.supersedes, entry.superseded_by) == (["0003-poll-the-partner-api.md"], [])
    assert "Supersedes" in entry.notes  # what a field cannot hold is kept as it was written


def test_a_record_as_madr_writes_it() -> None:
    entry = read(MADR)
    assert (entry.format, entry.title, entry.status) == (
        "madr",
        "Use webhooks for the partner API",
        Status.ACCEPTED,
    )
    assert entry.deciders == ["Priya Nair", "Tomas Lind"]
    assert entry.context == "Polling hits their rate limit.\n\n**Decision Drivers**\n* Latency"
    assert entry.decision == 'Chosen option: "Webhooks", because they cost least.'
    assert entry.consequences.startswith("* Good, because it is quick")
    options = [(option.name, option.why_not) for option in entry.alternatives]
    assert options == [
        ("Polling every minute", "* Bad, because of the [limit](https://partner.example/limits)"),
        ("WebSocket", "a connection that stays"),
    ]
    assert "See the notes." in entry.notes


@pytest.mark.parametrize(
    "lines",
    [
        "* Status: accepted\n* Deciders: Priya Nair, Tomas Lind\n* Date: 2026-02-15",
        "**Status:** accepted | **Date:** 2026-02-15 | **Deciders:** Priya Nair and Tomas Lind",
        "**Status** accepted\n\n**Date** 2026-02-15\n\n**Deciders** Priya Nair & Tomas Lind",
        "|Metadata|Value|\n|---|---|\n|Status|accepted|\n|Date|2026-02-15|\n|Author|Priya Nair, Tomas Lind|",
        "Status: accepted\nDate: 15 February 2026\nAuthors:\n  - Priya Nair (product)\n  - Tomas Lind <t@x.example>",
        "15 February 2026\n\n## Status\n\nAccepted\n\n## Deciders\n\n- Priya Nair\n- Tomas Lind",
    ],
)
def test_metadata_stands_in_many_places(lines: str) -> None:
    entry = read(f"# Use webhooks\n\n{lines}\n\n## Context\n\nLimits.\n\n## Decision\n\nWebhooks.\n")
    assert (entry.status, entry.decided_on, entry.deciders, entry.context) == (
        Status.ACCEPTED,
        date(2026, 2, 15),
        ["Priya Nair", "Tomas Lind"],
        "Limits.",
    )


def test_a_record_in_yaml() -> None:
    entry = read(
        "name: Use webhooks\ndate: 2026-02-15\ncontext: Limits.\ndecision: Webhooks.\nfloor: 3\n"
        "deprecated-by: ./2026-03-01-use-a-queue.yaml\n",
        path="2026-02-15-use-webhooks.yaml",
    )
    assert (entry.title, entry.context, entry.decision) == ("Use webhooks", "Limits.", "Webhooks.")
    assert (entry.status, entry.superseded_by) == (Status.SUPERSEDED, ["./2026-03-01-use-a-queue.yaml"])
    assert entry.notes == "**floor**\n3"


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# 12. Use webhooks", "Use webhooks"),
        ("# ADR-012: Use webhooks", "Use webhooks"),
        ("# ADR012 – Use webhooks", "Use webhooks"),
        ("# [Superseded] 0012 Use webhooks", "Use webhooks"),
        ("# 7 Use webhooks", "Use webhooks"),  # the number of the file
        ("# 3 ways to call a partner", "3 ways to call a partner"),
        ("# **Use** [webhooks](https://a.example)", "Use webhooks"),
        ("#Use webhooks", "Use webhooks"),
        ("Use webhooks\n============", "Use webhooks"),
        ("## Context\n\nnone", "use webhooks"),  # nothing but the file's name
        ("---\ntitle: Use webhooks\n---\n", "Use webhooks"),
    ],
)
def test_titles_come_without_their_number(heading: str, title: str) -> None:
    assert read(f"{heading}\n\n## Decision\n\nYes.\n").title == title


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Accepted", Status.ACCEPTED),
        ("✅ Accepted (lazy consensus) & implemented", Status.ACCEPTED),
        ("APPRROVED", Status.ACCEPTED),
        ("accepted; supersedes ADR-0045", Status.ACCEPTED),
        ("🤔 Proposed", Status.PROPOSED),
        ("Inprogress", Status.PROPOSED),
        ("Superceded by DR008", Status.SUPERSEDED),
        ("Rejected in favour of ADR 111", Status.REJECTED),
        ("Deprecated", Status.REVERSED),
        ("Akzeptiert", Status.ACCEPTED),
        ("Proposed | Accepted | Rejected", None),
        ("[Proposed, Accepted, Deprecated, Superseded]", None),
        ('A decision may be "proposed" if nobody agreed yet', None),
        ("who knows", None),
    ],
)
def test_statuses_have_many_words(words: str, status: Status | None) -> None:
    assert status_of(words) is status


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-02-15", date(2026, 2, 15)),
        ("2026-15-02", date(2026, 2, 15)),
        ("2026/2/5", date(2026, 2, 5)),
        ("15.02.2026", date(2026, 2, 15)),
        ("02/15/2026", date(2026, 2, 15)),
        ("5/2/26", date(2026, 2, 5)),
        ("February 5th, 2026", date(2026, 2, 5)),
        ("5. Februar 2026", date(2026, 2, 5)),
        ("2026-Feb-05", date(2026, 2, 5)),
        ("20260205-use-webhooks.md", date(2026, 2, 5)),
        ("2026-02-31", None),
        ("February, 2026", None),
        ("insert date", None),
    ],
)
def test_days_are_written_in_many_ways(words: str, day: date | None) -> None:
    assert day_of(words) == day


def test_a_log_says_which_order_its_days_have() -> None:
    assert (is_day_first("15/02/2026"), is_day_first("02/15/2026"), is_day_first("02/05/2026")) == (
        True,
        False,
        None,
    )
    assert day_of("02/05/2026", day_first=False) == date(2026, 2, 5)


@pytest.mark.parametrize(
    ("words", "people"),
    [
        ("Priya Nair, Tomas Lind and Erin", ["Priya Nair", "Tomas Lind", "Erin"]),
        ("@priya @tomas", ["@priya", "@tomas"]),
        ("[@priya, @tomas]", ["@priya", "@tomas"]),
        ("[Priya Nair](https://a.example/priya) (PM); Tomas<br>Erin", ["Priya Nair", "Tomas", "Erin"]),
        ("{list everyone involved in the decision}", []),
        ("TBD", []),
    ],
)
def test_people_are_named_in_many_ways(words: str, people: list[str]) -> None:
    assert people_of(words) == people


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("Superseded by [ADR-0020](./0020-x.md)", ["./0020-x.md"]),
        ("superseded by ADR 23 and ADR 26", ["ADR 23", "ADR 26"]),
        ("⌛️ Superseded [0019](0019-use-bash.md)", ["0019-use-bash.md"]),
        ("Replaced by 0012", ["0012"]),
        ("Partly superseded by ADR 23", []),
        ("Accepted, supersedes ADR 3", []),
    ],
)
def test_successors_are_named_in_many_ways(words: str, others: list[str]) -> None:
    assert superseded_by(words) == others


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("docs/adr/README.md", "# Decisions\n\n* [1](0001.md)\n", "an index"),
        ("docs/adr/template.md", NYGARD, "a template"),
        ("docs/adr/0000-x.md", "# [short title of solved problem]\n\n## Context\n", "a template"),
        ("docs/adr/0001-x.md", " \n", "it is empty"),
        ("docs/adr/0001-x.yaml", "- 1\n- 2\n", "no YAML of one decision"),
    ],
)
def test_what_is_no_record_is_told(path: str, text: str, reason: str) -> None:
    with pytest.raises(NoRecordError, match=reason):
        read(text, path)


@pytest.mark.parametrize(
    "path", ["docs/2026-02-15-use-webhooks/README.md", "docs/0039-velocity-as-template-engine.md"]
)
def test_what_only_looks_like_none_is_one(path: str) -> None:
    assert read(NYGARD, path).title == "Use webhooks for the partner API"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_that_people_save_in_is_read(encoding: str) -> None:
    text = "# Grünes Licht für „Webhooks“\r\n\r\nDatum: 2026-02-15\r\n"
    assert text_of(text.encode(encoding)) == text.replace("\r\n", "\n")


@pytest.mark.parametrize("content", [b"\x00\x01\x02" * 50, b"x" * (LARGEST_BYTES + 1)])
def test_what_is_no_text_is_told(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        text_of(content)


def test_headings_in_code_and_comments_are_none() -> None:
    entry = read("# Use webhooks\n\n## Decision\n\n```\n## Context\n```\n\n<!-- \n## Status\n-->\nYes.\n")
    assert entry.decision.replace("\n", " ").split() == ["```", "##", "Context", "```", "Yes."]
    assert (entry.context, entry.status) == ("", None)


def test_a_bomb_of_yaml_is_not_lit() -> None:
    bomb = "a: &a [1,1,1]\nb: &b [*a,*a,*a]\nname: x\ncontext: *b\n"
    with pytest.raises(NoRecordError, match="cannot be read"):
        read(bomb, "x.yaml")
    entry = read(f"---\n{bomb}---\n# Use webhooks\n\n## Decision\n\nYes.\n")
    assert entry.title == "Use webhooks"


def read_all(text: str, path: str) -> list[Entry]:
    return files.read(text.encode(), path=path).entries


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "log.csv",
            "ID,Decision title,Made on,Who decided,Why,Outcome,Trade-offs\nignored\n".replace("ignored\n", "")
            .replace("Made on", "Decision date")
            .replace("Who decided", "Decided by")
            + '7,Use webhooks,15/02/2026,"Priya Nair, Tomas Lind","Polling hits\ntheir limit.",Webhooks.,A receiver to run.\n',
        ),
        (
            "log.csv",
            (
                "Nr;Titel;Datum;Entscheider;Kontext;Entscheidung;Konsequenzen\r\n"
                '7;Use webhooks;15.02.2026;Priya Nair und Tomas Lind;"Polling hits\ntheir limit.";Webhooks.;A receiver to run.\r\n'
            ),
        ),
        (
            "log.tsv",
            (
                "Number\tTitle\tDate\tDeciders\tContext\tDecision\tConsequences\n"
                '7\tUse webhooks\t2026-02-15\tPriya Nair & Tomas Lind\t"Polling hits\ntheir limit."\tWebhooks.\tA receiver to run.\n'
            ),
        ),
        (
            "log.json",
            (
                '[{"id": 7, "title": "Use webhooks", "date": "2026-02-15", "deciders": ["Priya Nair", "Tomas Lind"],'
                ' "context": "Polling hits\\ntheir limit.", "decision": "Webhooks.", "consequences": "A receiver to run."}]'
            ),
        ),
        (
            "log.json",
            (
                '{"version": 1, "records": [{"number": "7", "name": "Use webhooks", "decided": "15 February 2026",'
                ' "decision-makers": "Priya Nair, Tomas Lind", "problem": "Polling hits\\ntheir limit.",'
                ' "decision": "Webhooks.", "tradeoffs": "A receiver to run."}]}'
            ),
        ),
        (
            "log.jsonl",
            (
                '{"number": 7, "title": "Use webhooks", "date": "2026-02-15", "deciders": ["Priya Nair", "Tomas Lind"],'
                ' "context": "Polling hits\\ntheir limit.", "decision": "Webhooks.", "consequences": "A receiver to run."}\n\n'
            ),
        ),
        (
            "decisions.md",
            "# Our decisions\n\n| No. | Title | Date | Deciders | Context | Decision | Consequences |\n|---|---|---|---|---|---|---|\n"
            "| 7 | **Use webhooks** | 2026-02-15 | Priya Nair, Tomas Lind | Polling hits\ntheir limit. | Webhooks. | A receiver to run. |\n".replace(
                "hits\n", "hits "
            ),
        ),
    ],
)
def test_rows_of_many_kinds_are_decisions(path: str, text: str) -> None:
    (entry,) = read_all(text, path)
    assert (entry.name, entry.title, entry.decided_on) == ("7", "Use webhooks", date(2026, 2, 15))
    assert entry.deciders == ["Priya Nair", "Tomas Lind"]
    assert " ".join(entry.context.split()) == "Polling hits their limit."
    assert (entry.decision, entry.consequences) == ("Webhooks.", "A receiver to run.")


def test_a_row_without_a_title_is_told_and_the_others_are_read() -> None:
    found = files.read(b"title,decision\nUse webhooks,Yes.\n,\n,,\nonly a title,\nPoll,No.\n", path="log.csv")
    assert [entry.title for entry in found.entries] == ["Use webhooks", "Poll"]
    assert found.left_out == ["row 2: it has no title, or nothing else of a decision"]


def test_a_column_that_nobody_knows_is_kept_as_a_note() -> None:
    (entry,) = read_all("title,decision,Budget code\nUse webhooks,Yes.,4711\n", "log.csv")
    assert entry.notes == "**Budget code**\n4711"


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("log.csv", "", "a table needs a line of names"),
        ("log.csv", "a,b\n1,2\n", "none of its rows is a decision"),
        ("log.json", "{", "this JSON cannot be read"),
        ("log.json", "[1, 2]", "no JSON of decisions"),
        ("log.jsonl", "{}\n3\n", "no JSON Lines of decisions"),
        ("log.json", "[" * 100_000, "this JSON cannot be read"),
        ("log.docx", "x", "is no format that can be read"),
    ],
)
def test_what_holds_no_rows_is_told(path: str, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_all(text, path)


def test_a_table_that_leads_to_the_records_is_an_index() -> None:
    table = (
        "# Log\n\n| Title | Decision | Date |\n|---|---|---|\n| [Poll](0003-poll.md) | Poll | 2026-01-01 |\n"
    )
    with pytest.raises(NoRecordError, match="an index"):
        read_all(table, "docs/README.md")


def test_a_table_in_a_record_belongs_to_it() -> None:
    table = "| Option | Decision | Reason |\n|---|---|---|\n| Poll | no | limits |\n"
    assert read(f"# Use webhooks\n\n## Context\n\n{table}\n\n## Decision\n\nYes.\n").title == "Use webhooks"


def test_a_table_above_a_rule_is_no_heading() -> None:
    entry = read("# Use webhooks\n\n## Decision\n\n| a | b |\n|---|---|\n| 1 | 2 |\n---\n\nYes.\n")
    assert entry.decision == "| a | b |\n|---|---|\n| 1 | 2 |\n---\n\nYes."


def test_what_has_more_lines_than_any_record_is_told_so() -> None:
    with pytest.raises(NoRecordError, match="more than 10,000 lines"):
        read(f"# Use webhooks\n\n## Decision\n\n{'Yes.' * 2}\n" + "and\n" * MOST_LINES)


def test_a_decision_in_one_sentence() -> None:
    entry = read(
        "# Webhooks for partners\n\nIn the context of **the partner API**, facing rate limits, we decided for webhooks"
        " and neglected polling and WebSockets, to achieve fewer calls, accepting that we run a receiver.\n"
    )
    assert (entry.format, entry.title) == ("y-statement", "Webhooks for partners")
    assert entry.context == "the partner API, facing rate limits"
    assert entry.decision == "webhooks, to achieve fewer calls"
    assert [option.name for option in entry.alternatives] == ["polling", "WebSockets"]
    assert entry.consequences == "we run a receiver"
    assert "In the context of **the partner API**" in entry.notes


@pytest.mark.parametrize(
    ("outcome", "others"),
    [
        ("Chosen option: Polling, because it is there.", ["Webhooks", "A queue of theirs"]),
        ("**Chosen:** Polling for now", ["Webhooks", "A queue of theirs"]),
        ("We utilize **Option 2** for the following reasons", ["Webhooks", "A queue of theirs"]),
        ("We read from a queue of theirs.", ["Webhooks", "Polling"]),
        ("Implement **all three** options listed above", []),
        ("Not a queue of theirs, and nothing else yet.", ["Webhooks", "Polling", "A queue of theirs"]),
    ],
)
def test_what_was_chosen_is_no_alternative(outcome: str, others: list[str]) -> None:
    options = "* Webhooks\n* Polling\n* A queue of theirs\n"
    entry = read(f"# How partners tell us\n\n## Considered Options\n\n{options}\n## Decision\n\n{outcome}\n")
    assert [option.name for option in entry.alternatives] == others


def test_options_that_a_text_lists_under_a_label_are_alternatives() -> None:
    text = (
        "We take webhooks.\n\nOther options considered:\n\n- Polling\n- WebSockets: a connection that stays\n"
    )
    entry = read(f"# Use webhooks\n\n## Decision\n\n{text}")
    assert [(option.name, option.why_not) for option in entry.alternatives] == [
        ("Polling", ""),
        ("WebSockets", "a connection that stays"),
    ]
    assert entry.decision == text.strip()
