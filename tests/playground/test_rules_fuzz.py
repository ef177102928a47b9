"""Whatever JSON an app sends, the local Slack answers: it takes it or refuses it, and never falls over."""

import json
from typing import Any, Literal, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground import rules
from bot.playground.rules.blocks import ALL_BLOCKS, ON_SURFACE
from bot.playground.rules.charts import CHART
from bot.playground.rules.elements import ALL, IN_SECTION
from bot.playground.rules.rich_text import INLINE, RICH_TEXT
from bot.playground.rules.schema import Items, Kinds, Shape
from bot.playground.rules.view import VIEW
from tests.playground.rules_samples import BLOCKS, ELEMENTS, asked, message, modal, on, refused

Surface = Literal["modal", "home"]
METHODS = ("chat.postMessage", "chat.update", "chat.postEphemeral", "response_url")


def names_in(rule: object) -> set[str]:
    """Every field name and type that a spec knows, so that random JSON gets past the first door."""
    if isinstance(rule, Shape):
        return set(rule.fields).union(*(names_in(field) for field in rule.fields.values()))
    if isinstance(rule, Kinds):
        return set(rule.shapes).union(*(names_in(shape) for shape in rule.shapes.values()))
    if isinstance(rule, Items):
        return names_in(rule.each)
    return set()


KINDS = sorted(
    set(ALL_BLOCKS.shapes).union(ALL.shapes, IN_SECTION.shapes, INLINE.shapes, CHART.shapes, RICH_TEXT.shapes)
)
FIELDS = sorted(names_in(ALL_BLOCKS) | names_in(VIEW["modal"]) | {"type", "text", "attachments", "metadata"})

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([*KINDS, *FIELDS, "plain_text", "mrkdwn", "2026-02-30", "\ud800", "[]", "{", "9" * 400])
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner, max_size=6)
        | st.builds(
            lambda kind, rest: {**rest, "type": kind},
            st.sampled_from(KINDS),
            st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
        )
    ),
    max_leaves=25,
)
PLACED = [
    *(message(b) for b in BLOCKS.values()),
    *(modal(asked(e), b) for e in ELEMENTS.values() for b in BLOCKS.values()),
]


def answered(refusal: rules.Refusal | None) -> bool:
    return refusal is None or bool(refusal.error and refusal.rule and refusal.source)


@settings(max_examples=200, deadline=None)
@given(payload=anything, method=st.sampled_from(METHODS))
def test_any_arguments_of_a_message_are_answered(payload: Any, method: str) -> None:
    assert answered(rules.check_message(payload, method=method))


@settings(max_examples=200, deadline=None)
@given(blocks=st.lists(anything, max_size=4), metadata=anything, attachments=anything)
def test_any_blocks_of_a_message_are_answered(blocks: Any, metadata: Any, attachments: Any) -> None:
    payload = {"text": "Hello", "blocks": blocks, "metadata": metadata, "attachments": attachments}
    assert answered(rules.check_message(payload, method="chat.postMessage"))


@settings(max_examples=200, deadline=None)
@given(view=anything, blocks=st.lists(anything, max_size=4), surface=st.sampled_from(get_args(Surface)))
def test_any_view_is_answered(view: Any, blocks: Any, surface: Surface) -> None:
    assert answered(rules.check_view(view, surface=surface))
    assert answered(rules.check_view({"type": surface, "title": view, "blocks": blocks}, surface=surface))


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_good_payload_with_one_thing_wrong_is_answered(data: st.DataObject) -> None:
    payload = json.loads(json.dumps(data.draw(st.sampled_from(PLACED))))
    holder, step = payload, data.draw(st.sampled_from(sorted(payload)))
    while isinstance(holder[step], dict | list) and holder[step] and data.draw(st.booleans()):
        holder = holder[step]
        step = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
    holder[step] = data.draw(anything)
    if isinstance(payload, dict) and payload.get("type") in (None, "modal", "home"):
        assert answered(refused(payload))


@pytest.mark.parametrize("depth", [50, 900])
def test_endless_nesting_is_answered(depth: int) -> None:
    deep: Any = []
    for _ in range(depth):
        deep = [deep]
    assert answered(rules.check_message({"text": "a", "blocks": deep}, method="chat.postMessage"))
    assert answered(rules.check_message({"text": "a", "blocks": [{"type": deep}]}, method="chat.postMessage"))
    metadata = {"event_type": "a", "event_payload": {"deep": deep}}
    assert answered(rules.check_message({"text": "a", "metadata": metadata}, method="chat.postMessage"))
    assert answered(rules.check_message({"text": "a", "blocks": "[" * 100_000}, method="chat.postMessage"))
    assert answered(rules.check_view({"type": "home", "blocks": deep}, surface="home"))


@pytest.mark.parametrize("surface", ON_SURFACE)
@pytest.mark.parametrize("block", BLOCKS)
def test_asking_changes_nothing(block: str, surface: str) -> None:
    payload = on(surface, BLOCKS[block])
    before = json.dumps(payload)
    assert refused(payload) == refused(payload)
    assert json.dumps(payload) == before
