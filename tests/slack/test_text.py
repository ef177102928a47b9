"""Text on its way to Slack, and cut to Slack's lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import text
from bot.slack.blocks import pieces

TYPED = st.text(alphabet="<>&;@#!|xU1 \n😀\u200b\u202e", max_size=300)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"),
        ("<@U1>", "&lt;@U1&gt;"),
        ("a\u202eb\u200bc\u2066d\x00e", "abcde"),
        ("one\ntwo\tthree", "one\ntwo\tthree"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
    ],
)
def test_nothing_typed_is_read_as_markup(typed: str, shown: str) -> None:
    assert text.escape(typed) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("see https://a.example/x?y=1&z=2", "see <https://a.example/x?y=1&amp;z=2>"),
        ("<https://evil.example|corp>", "&lt;https://evil.example|corp&gt;"),
        ("https://evil.example|corp", "<https://evil.example>|corp"),
        ("xhttps://a.example", "xhttps://a.example"),
        ("[corp](https://evil.example)", "[corp](<https://evil.example>)"),
    ],
)
def test_an_address_that_stands_alone_can_be_clicked_and_shows_where_it_goes(typed: str, shown: str) -> None:
    assert text.linked(typed) == shown


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        ("U0LOCAL0001", "<@U0LOCAL0001>"),
        ("W012A3CDE", "<@W012A3CDE>"),
        *((word, word) for word in ("Ana", "CTO", "UX", "WEB", "C0LOCAL0001")),
        ("U1> <!channel", "U1&gt; &lt;!channel"),
    ],
)
def test_only_an_id_of_a_person_becomes_a_mention(user: str, shown: str) -> None:
    assert text.mention(user) == shown


@pytest.mark.parametrize(
    ("channel", "shown"),
    [
        *((id_, f"<#{id_}>") for id_ in ("C0LOCAL0001", "G012AB3CD", "D024BE91L")),
        *((word, word) for word in ("payments", "CTO", "DEV", "U0LOCAL0001")),
    ],
)
def test_only_an_id_of_a_conversation_becomes_a_link_to_one(channel: str, shown: str) -> None:
    assert text.channel(channel) == shown


@given(TYPED, st.integers(min_value=1, max_value=60))
def test_shortened_text_is_short_enough_and_says_that_it_was_cut(typed: str, limit: int) -> None:
    short = text.shortened(typed, limit)
    assert len(short) <= limit
    assert short == typed or short.endswith("…")


@given(TYPED, st.integers(min_value=30, max_value=80))
def test_text_in_markup_is_cut_but_never_inside_a_mention_or_an_entity(typed: str, limit: int) -> None:
    marked = f"{text.escape(typed)}<@U0LOCAL0001>{text.escape(typed)}"
    short = text.fitted(marked, limit)
    assert len(short) <= limit
    assert short == marked or short.endswith("…")
    assert _whole(short.removesuffix("…"))


@given(TYPED, st.integers(min_value=30, max_value=80))
def test_pieces_are_short_enough_whole_and_all_there(typed: str, limit: int) -> None:
    marked = f"{text.escape(typed)}<@U0LOCAL0001>{text.escape(typed)}"
    parts = pieces(marked, limit)
    assert all(len(part) <= limit for part in parts)
    assert all(map(_whole, parts))
    assert "".join("".join(parts).split()) == "".join(marked.split())


def _whole(marked: str) -> bool:
    """No mention and no entity begins without its end."""
    after = marked.rpartition("&")[2] if "&" in marked else ";"
    return marked.count("<") == marked.count(">") and (";" in after)


def test_the_first_lines_say_when_there_is_more() -> None:
    assert text.first_lines("one\ntwo", lines=3, characters=100) == "one\ntwo"
    assert text.first_lines("one\ntwo\nthree", lines=2, characters=100) == "one\ntwo …"
    assert text.first_lines("one two three", lines=2, characters=8) == "one two…"


def test_of_words_that_are_too_long_both_ends_are_kept() -> None:
    words = "D-1 Webhooks instead of polling for the partner API: not everybody has answered"
    assert text.both_ends(words, 200) == words
    assert text.both_ends(words, 40) == "D-1 Webhooks instead of… has answered"


@given(TYPED, st.integers(min_value=10, max_value=80))
def test_both_ends_fit(words: str, limit: int) -> None:
    assert len(text.both_ends(words, limit)) <= limit
