"""What the blocks do with more than Slack takes."""

from bot.slack import blocks as b


def test_small_lines_beyond_what_a_context_holds_share_its_last_element() -> None:
    lines = [f"line {n}" for n in range(13)]
    shown = [element["text"] for element in b.context(*lines).to_dict()["elements"]]
    assert shown == [*lines[:9], "line 9\nline 10\nline 11\nline 12"]
    assert [element["text"] for element in b.context(*lines[:10]).to_dict()["elements"]] == lines[:10]
