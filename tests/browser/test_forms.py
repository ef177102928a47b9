"""Modals: what is refused and kept, stacks, updates, and a form filled in without a mouse."""

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person

pytestmark = pytest.mark.browser

REQUIRED = "Please complete this required field."


def test_a_required_field_left_empty_is_named_and_nothing_typed_is_lost(pm: Person) -> None:
    pm.open_form("plain_text_input")
    pm.type("Note", "kept words")
    pm.submit()
    expect(pm.error_of("Sample")).to_have_text(REQUIRED)
    expect(pm.field("Sample")).to_be_focused()
    expect(pm.field("Sample")).to_have_attribute("aria-invalid", "true")
    expect(pm.field("Note")).to_have_value("kept words")

    pm.page.keyboard.type("now it is there")
    pm.submit()
    pm.sees_no_form()
    got = pm.got()
    assert got["plain_text_input"]["value"]["value"] == "now it is there"
    assert got["note"]["value"]["value"] == "kept words"


def test_what_the_app_refuses_stands_under_its_field(pm: Person) -> None:
    pm.open_form("error")
    pm.type("Title", "Polling")
    pm.submit()
    expect(pm.error_of("Title")).to_have_text("Say it in other words.")
    expect(pm.field("Title")).to_have_value("Polling")

    pm.submit()
    pm.sees_no_form()
    assert pm.got() == {"title": {"value": {"type": "plain_text_input", "value": "Polling"}}}


def push(person: Person, level: int) -> None:
    person.form.get_by_role("button", name="Push another").click()
    person.sees_form(f"Number {level}")


def test_three_forms_lie_on_one_another_and_what_was_typed_below_stays(pm: Person) -> None:
    pm.open_form("stack", "Number 1")
    expect(pm.form.get_by_role("button", name="Back")).to_have_count(0)
    pm.type("Field 1", "below")
    push(pm, 2)
    pm.type("Field 2", "between")
    push(pm, 3)
    expect(pm.form.get_by_role("button", name="Push another")).to_have_count(0)

    pm.submit()
    pm.sees_form("Number 2")
    expect(pm.field("Field 2")).to_have_value("between")
    pm.form.get_by_role("button", name="Back").click()
    pm.sees_form("Number 1")
    expect(pm.field("Field 1")).to_have_value("below")
    pm.page.keyboard.press("Escape")
    pm.sees_no_form()


def test_a_stack_closes_as_a_whole(pm: Person) -> None:
    pm.open_form("stack", "Number 1")
    push(pm, 2)
    push(pm, 3)
    pm.form.get_by_role("button", name="Close", exact=True).click()
    pm.sees_no_form()


def test_an_app_clears_the_whole_stack(pm: Person) -> None:
    pm.open_form("clear", "Number 1")
    push(pm, 2)
    pm.submit()
    pm.sees_no_form()


def test_an_update_adds_a_field_and_keeps_what_was_typed(pm: Person) -> None:
    pm.open_form("update")
    pm.type("Row 1", "first")
    pm.form.get_by_role("button", name="Add a row").click()
    pm.type("Row 2", "second")
    pm.form.get_by_role("button", name="Add a row").click()
    expect(pm.field("Row 3")).to_be_visible()
    expect(pm.field("Row 1")).to_have_value("first")
    expect(pm.field("Row 2")).to_have_value("second")

    pm.submit()
    pm.sees_no_form()
    assert [pm.got()[f"row{n}"]["value"]["value"] for n in (1, 2, 3)] == ["first", "second", None]


def test_a_form_survives_a_reload_of_the_page(pm: Person) -> None:
    pm.open_form("update")
    pm.type("Row 1", "first")
    pm.form.get_by_role("button", name="Add a row").click()
    expect(pm.field("Row 2")).to_be_visible()
    pm.page.reload()
    pm.sees_form("A sample")
    expect(pm.field("Row 1")).to_have_value("first")


def test_a_form_is_filled_in_and_sent_by_keys_alone(pm: Person) -> None:
    keys = pm.page.keyboard
    pm.composer.focus()
    keys.type("/sam")
    keys.press("Tab")
    keys.type("all")
    keys.press("Enter")
    expect(pm.field("Title")).to_be_focused()
    keys.type("Use webhooks")
    keys.press("Tab")  # plain text
    keys.press("Tab")  # several lines
    keys.type("Polling is late.")
    keys.press("Enter")
    keys.type("And dear.")
    keys.press("Tab")  # one of a list
    keys.press("ArrowDown")
    expect(pm.offered.first).to_be_visible()
    keys.press("Escape")
    expect(pm.offered).to_have_count(0)
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(pm.field("Static select")).to_have_value("Green")
    keys.press("Tab")  # takes it back, is passed over
    keys.press("Tab")  # several of a list
    keys.type("bl")
    keys.press("Enter")
    keys.type("re")
    keys.press("Enter")
    keys.press("Backspace")
    pm.field("Checkboxes").get_by_role("checkbox", name="Blue").focus()
    keys.press("Space")
    pm.field("Url text input").focus()
    keys.press("Enter")
    pm.sees_no_form()
    expect(pm.composer).to_be_focused()

    got = {name: value["value"] for name, value in pm.got().items()}
    assert got["title"]["value"] == "Use webhooks"
    assert got["multiline"]["value"] == "Polling is late.\nAnd dear."
    assert got["static_select"]["selected_option"]["value"] == "green"
    assert [option["value"] for option in got["multi_static_select"]["selected_options"]] == ["blue"]
    assert [option["value"] for option in got["checkboxes"]["selected_options"]] == ["blue"]
    assert got["url_text_input"]["value"] is None


def test_the_focus_stays_inside_the_form(pm: Person) -> None:
    pm.open_form("stack", "Number 1")
    for _ in range(8):
        pm.page.keyboard.press("Tab")
        assert pm.page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )


def test_what_the_app_never_answers_is_said_in_the_form(pm: Person) -> None:
    pm.open_form("plain_text_input")
    pm.type("Sample", "kept")
    pm.slack.post("sockets", do="silence")
    pm.slack.post("settings", ack_seconds=0.2)
    try:
        pm.submit()
        expect(pm.form.get_by_role("alert")).to_contain_text("We had some trouble connecting.")
    finally:
        pm.slack.post("sockets", do="speak")
    expect(pm.field("Sample")).to_have_value("kept")
