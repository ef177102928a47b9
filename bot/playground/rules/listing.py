"""Writes LIMITS.md: every limit and error code of the local Slack, each with its source and the test that shows it.

python -m bot.playground.rules.listing
"""

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.playground import rate_limits, response_urls, state, views
from bot.playground.methods import canvases, conversations, forms
from bot.playground.methods.codes import CODES, ELSEWHERE, Code
from bot.playground.rules import limits
from bot.playground.rules.elements import SURFACES
from bot.playground.rules.limits import BLOCKS, DOCS, ELEMENTS, METHODS, VIEWS
from bot.playground.rules.places import ERRORS, ROOTS, demands

PAGE = Path(__file__).parents[1] / "LIMITS.md"
TESTS = "tests/playground/"
TOTAL = TESTS + "test_strictness_page.py::test_a_total_has_a_code_of_its_own"
SHAPE = TESTS + "test_rules_shapes.py::test_a_malformed_block_is_refused_in_slacks_words"
PAIR = TESTS + "test_strictness_codes.py::test_a_method_answers_with_this_code"

INTRODUCTION = """# What the local Slack refuses

Every limit, rule and error code that the local Slack enforces, with the page it was taken from and the test that shows it.
Written by `python -m bot.playground.rules.listing` from the rule book (`bot/playground/rules`) and the methods
(`bot/playground/methods`): change those, never this page. `tests/playground/test_strictness_page.py` keeps it equal to
them, and sees that every test named here is there.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    where: str
    what: str
    error: str
    source: str
    test: str

    def __str__(self) -> str:
        on_docs = self.source.startswith(DOCS)
        page = self.source.rpartition("/")[2] if on_docs else self.source.removeprefix("https://")
        cells = (self.where, self.what, self.error, f"[{page}]({self.source})", f"`{self.test}`")
        return "| " + " | ".join(cells) + " |"


# Numbers over a whole message or view: the constant, what it counts, the code. The test tries each one under, at and over.
TOTALS: tuple[tuple[str, str, str], ...] = (
    ("MARKDOWN_TEXT", "characters of `markdown_text`", "msg_too_long"),
    ("ATTACHMENTS", "attachments of a message", "too_many_attachments"),
    ("BLOCK_TEXT_TOTAL", "characters of all blocks of a message", "msg_blocks_too_long"),
    ("MARKDOWN_TOTAL", "characters of all `markdown` blocks", "msg_blocks_too_long"),
    ("TABLE_CHARACTERS", "characters of all `table` blocks", "msg_blocks_too_long"),
    ("DATA_TABLE_CHARACTERS", "characters of all `data_table` blocks", "msg_blocks_too_long"),
    ("TABLES", "tables of a message", "invalid_attachments"),
    ("CHARTS", "charts of a message", "invalid_blocks"),
    ("METADATA_BYTES", "bytes of metadata", "metadata_too_large"),
    ("FOCUSED_ELEMENTS", "elements with `focus_on_load`", "invalid_arguments"),
)

_MESSAGES = TESTS + "test_rules_messages.py::"
_LIMITS = TESTS + "test_rules_limits.py::"
_POST = f"{METHODS}/chat.postMessage"
_BLOCK_ERRORS = ", ".join(f"`{error}`" for error in sorted(set(ERRORS.values())))

WHOLE: tuple[Row, ...] = (
    Row(
        "message",
        f"`text` up to {limits.MESSAGE_TEXT:,} characters; the rest is cut off",
        "none",
        limits.MESSAGE_TEXT.source,
        _LIMITS + "test_a_long_text_is_cut_and_not_refused",
    ),
    Row(
        "chat.update",
        f"`text` up to {limits.UPDATE_TEXT:,} characters",
        "`msg_too_long`",
        limits.UPDATE_TEXT.source,
        _LIMITS + "test_an_update_has_room_for_less_text",
    ),
    Row("message", "says something", "`no_text`", _POST, _MESSAGES + "test_a_message_must_say_something"),
    Row(
        "message",
        "`text` and `markdown_text` are strings",
        "`invalid_arguments`",
        _POST,
        _MESSAGES + "test_text_is_a_string",
    ),
    Row(
        "message",
        "`markdown_text` stands alone",
        "`markdown_text_conflict`",
        _POST,
        _MESSAGES + "test_markdown_text_stands_alone",
    ),
    Row(
        "message",
        "`blocks` are a list",
        "`invalid_blocks_format`",
        _POST,
        _MESSAGES + "test_blocks_that_are_no_list_are_no_blocks",
    ),
    Row(
        "message",
        "attachments are a list of objects",
        "`invalid_attachments`",
        _POST,
        _MESSAGES + "test_attachments_are_a_list_of_objects",
    ),
    Row(
        "message",
        "blocks in attachments keep to every rule below",
        "`invalid_attachments`",
        _POST,
        _MESSAGES + "test_blocks_in_attachments_are_checked_too",
    ),
    Row(
        "message",
        "metadata has a name as `event_type` and an object as `event_payload`",
        "`invalid_metadata_format`",
        _POST,
        _MESSAGES + "test_metadata_is_a_type_and_an_object",
    ),
    Row(
        "modal, home",
        f"up to {limits.VIEW_BYTES:,} bytes",
        "`view_too_large`",
        limits.VIEW_BYTES.source,
        _LIMITS + "test_a_view_may_weigh_250_kilobytes_and_no_more",
    ),
    Row(
        "modal",
        "has `submit` when it has an `input`",
        "`invalid_arguments`",
        f"{VIEWS}/modal-views",
        TESTS + "test_rules_views.py::test_a_modal_that_asks_something_needs_a_submit_button",
    ),
    Row("all blocks", "`block_id` only once", _BLOCK_ERRORS, BLOCKS, f"{SHAPE}[one block_id twice]"),
    Row(
        "one block",
        "`action_id` only once",
        _BLOCK_ERRORS,
        limits.ACTION_ID.source,
        f"{SHAPE}[one action_id twice in a block]",
    ),
    Row(
        "every object",
        "no field that its page does not have",
        _BLOCK_ERRORS,
        BLOCKS,
        TESTS + "test_strictness.py::test_no_object_takes_a_field_it_does_not_know",
    ),
    Row(
        "every field",
        "a string, number, boolean, list or object as its page says; null only in `table.column_settings`",
        _BLOCK_ERRORS,
        BLOCKS,
        TESTS + "test_strictness.py::test_every_field_has_its_type",
    ),
)

_PACE = DOCS + "apis/web-api/rate-limits"
_TIERS = ", ".join(str(calls) for calls in rate_limits.CALLS_A_MINUTE.values())

CALLS: tuple[Row, ...] = (
    Row(
        "views.push",
        f"up to {views.MOST_VIEWS_IN_A_STACK} views on a stack",
        "`push_limit_reached`",
        DOCS + "surfaces/modals",
        TESTS + "test_acting.py::test_views_pile_up_to_three_and_go_one_by_one",
    ),
    Row(
        "views.open, views.push",
        f"a trigger lives {state.TRIGGER_SECONDS:g} seconds and is used once",
        "`expired_trigger_id`, `exchanged_trigger_id`",
        DOCS + "interactivity/handling-user-interaction",
        TESTS + "test_acting.py::test_a_trigger_opens_one_view_and_only_for_a_moment",
    ),
    Row(
        "any request to the app",
        f"is answered within {state.ACK_SECONDS:g} seconds",
        "an error for the person",
        DOCS + "interactivity/handling-user-interaction",
        TESTS + "test_acting.py::test_an_app_that_does_not_answer_in_time_has_failed",
    ),
    Row(
        "response_url",
        f"up to {response_urls.MOST_USES} uses within 30 minutes",
        "`used_url`, `expired_url`",
        DOCS + "interactivity/handling-user-interaction",
        TESTS + "test_control.py::test_a_response_url_works_five_times_within_half_an_hour",
    ),
    Row(
        "conversations.open",
        f"up to {conversations.MOST_PEOPLE_IN_A_GROUP_MESSAGE} people",
        "`too_many_users`",
        f"{METHODS}/conversations.open",
        f"{PAIR}[conversations.open-too_many_users]",
    ),
    Row(
        "conversations.setTopic",
        f"up to {conversations.LONGEST_TOPIC} characters",
        "`too_long`",
        f"{METHODS}/conversations.setTopic",
        f"{PAIR}[conversations.setTopic-too_long]",
    ),
    Row(
        "canvases.create",
        f"up to {canvases.MOST_MARKDOWN_BYTES:,} bytes of markdown",
        "`canvas_creation_failed`",
        f"{METHODS}/canvases.create",
        f"{PAIR}[canvases.create-canvas_creation_failed]",
    ),
    Row(
        ", ".join(sorted(forms.FORM_ONLY)),
        "arguments come in the query or as a form; a JSON body is not seen",
        "as if there were no arguments",
        DOCS + "apis/web-api",
        TESTS + "test_web_api.py::test_a_method_that_reads_sees_no_json_body",
    ),
    Row(
        "every method",
        f"{_TIERS} calls a minute in tiers 1 to {len(rate_limits.CALLS_A_MINUTE)}; one message a second and channel",
        "`ratelimited`",
        _PACE,
        TESTS + "test_faults.py::test_slacks_pace_is_kept_when_asked_for",
    ),
)


def sections() -> Iterator[tuple[str, list[Row]]]:
    yield "A message or view as a whole", [*WHOLE, *_totals()]
    yield "Blocks, elements and objects", list(_demands())
    yield "Elements that not every surface has", list(_surfaces())
    yield "Calls and answers", list(CALLS)
    yield "Error codes", [*_pairs(CODES), *_pairs(ELSEWHERE)]


def _totals() -> Iterator[Row]:
    for name, what, error in TOTALS:
        limit = getattr(limits, name)
        where = "modal, home" if error == "invalid_arguments" else "message"
        yield Row(where, f"up to {limit:,} {what}", f"`{error}`", limit.source, f"{TOTAL}[{name}]")


def _demands() -> Iterator[Row]:
    for demand in demands().values():
        errors = ", ".join(f"`{error}`" for error in demand.errors)
        yield Row(f"`{demand.where}`", demand.words, errors, demand.source, demand.test)


def _surfaces() -> Iterator[Row]:
    test = TESTS + "test_strictness.py::test_an_element_stands_on_its_surfaces_alone"
    for element, surfaces in SURFACES.items():
        errors = sorted({ERRORS[surface] for surface in ROOTS if surface not in surfaces})
        refused = ", ".join(f"`{error}`" for error in errors)
        yield Row(f"`{element}`", f"only on {', '.join(surfaces)}", refused, ELEMENTS, f"{test}[{element}]")


def _pairs(codes: Iterable[Code]) -> Iterator[Row]:
    for code in codes:
        for method in code.methods:
            test = f"{PAIR}[{method}-{code.error}]"
            yield Row(method, code.when, f"`{code.error}`", code.page(method), test)


def written() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for title, rows in sections():
        head = ["| where | what | error | source | test |", "|---|---|---|---|---|"]
        parts.append("\n".join([f"## {title}", "", *head, *map(str, rows), ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
