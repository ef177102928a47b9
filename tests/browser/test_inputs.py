"""Every input kind of Block Kit, filled in by mouse and keyboard: what the app gets is what Slack sends.

The shapes: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload (2026-11)
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.running import LocalSlack

pytestmark = pytest.mark.browser

Fill = Callable[[Person], None]
Sent = Callable[[LocalSlack], dict[str, Any]]


def option(text: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": text}, "value": text.lower()}


def type_words(words: str) -> Fill:
    return lambda person: person.type("Sample", words)


def pick(moment: str) -> Fill:
    """In the browser's own picker, whose keys differ from country to country."""
    return lambda person: person.field("Sample").fill(moment)


def choose(*names: str) -> Fill:
    def fill(person: Person) -> None:
        for name in names:
            person.choose("Sample", name)

    return fill


def choose_by_keys(*typed: str) -> Fill:
    """Each typed as far as it takes, and taken with Enter."""

    def fill(person: Person) -> None:
        field = person.field("Sample")
        field.focus()
        for words in typed:
            field.press_sequentially(words)
            expect(person.offered.first).to_be_visible()
            field.press("Enter")

    return fill


def tick(*names: str) -> Fill:
    def fill(person: Person) -> None:
        for name in names:
            person.field("Sample").get_by_text(name, exact=True).click()

    return fill


def moment(slack: LocalSlack) -> dict[str, Any]:
    at = datetime(2026, 3, 5, 14, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    return {"type": "datetimepicker", "selected_date_time": int(at.timestamp())}


WORDS = "Why *this* & <that>? `` ` 🤝"
RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "bold", "style": {"bold": True}},
                {"type": "text", "text": " and "},
                {"type": "text", "text": "code", "style": {"code": True}},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]},
            ],
        },
    ],
}


def value(key: str, of: Callable[[LocalSlack], object]) -> Sent:
    return lambda slack: {key: of(slack)}


KINDS: dict[str, tuple[Fill, Sent]] = {
    "plain_text_input": (type_words(WORDS), value("value", lambda _: WORDS)),
    "multiline": (type_words("one\ntwo\n\n  three"), value("value", lambda _: "one\ntwo\n\n  three")),
    "static_select": (choose("Green"), value("selected_option", lambda _: option("Green"))),
    "multi_static_select": (
        choose_by_keys("bl", "re"),
        value("selected_options", lambda _: [option("Blue"), option("Red")]),
    ),
    "users_select": (choose("Erin Walsh"), value("selected_user", lambda slack: slack.user("engineer"))),
    "multi_users_select": (
        choose_by_keys("Kenji", "Tomás"),
        value("selected_users", lambda slack: [slack.user("engineer2"), slack.user("techlead")]),
    ),
    "conversations_select": (
        choose("leads"),
        value("selected_conversation", lambda slack: slack.channel("leads")),
    ),
    "multi_conversations_select": (
        choose("general", "leads"),
        value("selected_conversations", lambda slack: [slack.channel("general"), slack.channel("leads")]),
    ),
    "channels_select": (
        choose_by_keys("plat"),
        value("selected_channel", lambda slack: slack.channel("platform")),
    ),
    "multi_channels_select": (
        choose("payments", "general"),
        value("selected_channels", lambda slack: [slack.channel("payments"), slack.channel("general")]),
    ),
    "external_select": (choose_by_keys("pear 2"), value("selected_option", lambda _: option("Pear 2"))),
    "multi_external_select": (
        choose_by_keys("apple 1", "pear 1"),
        value("selected_options", lambda _: [option("Apple 1"), option("Pear 1")]),
    ),
    "datepicker": (pick("2026-03-05"), value("selected_date", lambda _: "2026-03-05")),
    "timepicker": (pick("14:30"), value("selected_time", lambda _: "14:30")),
    "datetimepicker": (pick("2026-03-05T14:30"), moment),
    "radio_buttons": (tick("Red", "Green"), value("selected_option", lambda _: option("Green"))),
    "checkboxes": (
        tick("Red", "Green", "Blue", "Green"),
        value("selected_options", lambda _: [option("Red"), option("Blue")]),
    ),
    "number_input": (type_words("7"), value("value", lambda _: "7")),
    "email_text_input": (type_words("ada@example.org"), value("value", lambda _: "ada@example.org")),
    "url_text_input": (
        type_words("https://example.org/?a=1&b"),
        value("value", lambda _: "https://example.org/?a=1&b"),
    ),
    "rich_text_input": (
        type_words("*bold* and `code`\n- one\n- two"),
        value("rich_text_value", lambda _: RICH),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_filled_in_reaches_the_app_as_slack_sends_it(pm: Person, kind: str) -> None:
    fill, sent = KINDS[kind]
    pm.open_form(kind)

    fill(pm)
    pm.submit()
    pm.sees_no_form()

    named = "plain_text_input" if kind == "multiline" else kind
    expected = {"type": named, **sent(pm.slack)}
    note = {"type": "plain_text_input", "value": None}
    assert pm.got() == {kind: {"value": expected}, "note": {"value": note}}


def test_a_file_reaches_the_app_with_all_that_slack_tells_of_it(pm: Person) -> None:
    pm.open_form("file_input")
    pm.attach(pm.field("Sample"), "program.exe", b"runs")
    expect(pm.form.get_by_role("alert")).to_have_text("program.exe is not one of: txt, md.")
    pm.attach(pm.field("Sample"), "notes.txt", b"kept")
    expect(pm.form.locator(".token")).to_have_text("notes.txt×")

    pm.submit()
    pm.sees_no_form()

    sent = pm.got()["file_input"]["value"]
    [file] = sent["files"]
    told = {
        "name": "notes.txt",
        "title": "notes.txt",
        "mimetype": "text/plain",
        "size": 4,
        "user": pm.slack.user("pm"),
    }
    assert sent["type"] == "file_input"
    assert file | told == file
    assert {"id", "created", "filetype", "permalink", "url_private", "url_private_download"} <= file.keys()


UNFIT = {
    "number_input": ("11", "Must be at most 10."),
    "email_text_input": ("ada at example", "Please enter a valid email address."),
    "url_text_input": ("example", "Please enter a valid URL."),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_what_does_not_fit_is_said_under_the_field_and_stays_there(pm: Person, kind: str) -> None:
    words, said = UNFIT[kind]
    pm.open_form(kind)
    pm.type("Sample", words)
    pm.submit()
    expect(pm.error_of("Sample")).to_have_text(said)
    expect(pm.field("Sample")).to_have_value(words)


def test_a_choice_can_be_taken_back(pm: Person) -> None:
    pm.open_form("all")
    pm.type("Title", "Nothing chosen")
    pm.choose("Static select", "Green")
    pm.choose("Multi users select", "Erin Walsh")
    pm.choose("Multi users select", "Kenji Mori")
    pm.form.get_by_role("button", name="Clear Static select").click()
    pm.form.get_by_role("button", name="Remove Erin Walsh").click()
    pm.page.keyboard.press("Tab")
    pm.submit()
    pm.sees_no_form()

    got = pm.got()
    assert got["static_select"]["value"] == {"type": "static_select", "selected_option": None}
    assert got["multi_users_select"]["value"]["selected_users"] == [pm.slack.user("engineer2")]


def test_fields_that_nobody_touched_are_sent_empty(pm: Person) -> None:
    pm.open_form("all")
    pm.type("Title", "Only a title")
    pm.submit()
    pm.sees_no_form()

    empty = {
        kind: next(value for key, value in sent["value"].items() if key != "type")
        for kind, sent in pm.got().items()
    }
    lists = {kind for kind in empty if kind.startswith("multi_")} | {"checkboxes", "file_input"}
    assert empty == {kind: [] if kind in lists else None for kind in empty} | {"title": "Only a title"}
