"""Blocks become what the SDK itself would make of them, and are refused where it would refuse them."""

from datetime import date

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import JsonObject
from slack_sdk.models.blocks import InputBlock, SectionBlock
from slack_sdk.models.views import View

from bot.slack import blocks as b
from bot.slack.rendering import rendered

CHOICES = [("One", 1), ("Two", "2")]
BLOCKS = [
    b.header("Use webhooks"),
    b.section("why", accessory=b.button("Open", "a.open", value=7, style="primary"), block_id="row"),
    b.section("more", accessory=b.overflow("a.menu", CHOICES)),
    b.context("one", "two"),
    b.divider(),
    b.actions(b.button("Go", "a.go", url="https://acme.example")),
    b.field("title", "What?", b.text_input("typed", placeholder="Type", focus=True), hint="Short"),
    b.field("why", "Why?", b.text_input(multiline=True), optional=False),
    b.field("people", "Who?", b.people_input(["U1", "U2"])),
    b.field("nobody", "Who?", b.people_input()),
    b.field("person", "Who?", b.person_input("U1"), tells=True),
    b.field("channel", "Where?", b.channel_input("C1")),
    b.field("on", "When?", b.date_input(date(2026, 2, 15))),
    b.field("one", "Which?", b.select_input(CHOICES, chosen="2")),
    b.field("other", "Which?", b.radio_input(CHOICES)),
]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_is_what_the_sdk_makes_of_it(block: JsonObject) -> None:
    assert rendered(block) == block.to_dict()


def test_a_view_is_what_the_sdk_makes_of_it() -> None:
    view = View(
        type="modal", title=b.text("T"), submit=b.text("Save"), blocks=BLOCKS, private_metadata='{"id":1}'
    )
    assert rendered(view) == view.to_dict()


@pytest.mark.parametrize(
    "wrong",
    [
        SectionBlock(text=b.mrkdwn("x" * 3_001)),
        InputBlock(label=b.text("What?"), element=b.text_input(), hint=b.text("x" * 2_001)),
        View(type="modal", title=b.text("x" * 25), blocks=[b.divider()]),
    ],
    ids=lambda wrong: wrong.type,
)
def test_what_the_sdk_refuses_is_refused(wrong: JsonObject) -> None:
    with pytest.raises(SlackObjectFormationError):
        wrong.to_dict()
    with pytest.raises(SlackObjectFormationError):
        rendered(wrong)
