"""What a listener may ask for, and ids that come back from outside."""

import pytest

from bot.slack.request import arguments_of, ids, parse_ids


async def good(request: object, value: str, text: str, ack: object) -> None: ...


async def misspelt(requst: object) -> None: ...


def test_a_listener_is_given_what_it_names() -> None:
    assert arguments_of(good) == ("request", "value", "text", "ack")


def test_a_misspelt_argument_is_refused_at_start() -> None:
    with pytest.raises(TypeError, match="requst"):
        arguments_of(misspelt)


@pytest.mark.parametrize("metadata", [None, "", "{", "[]", "17", "null", '"x"'])
def test_metadata_that_is_not_ours_holds_no_ids(metadata: str | None) -> None:
    assert parse_ids(metadata) == {}


def test_ids_come_back_as_they_were_without_the_empty_ones() -> None:
    assert parse_ids(ids(record=12, channel="C1", draft=None, ts="")) == {"record": 12, "channel": "C1"}
