"""What people do in Slack, row by row, as one does it in either window.

Each does one thing. It returns a word on how, if there is one, and raises where it is not to be had.
"""

import base64
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from playwright.sync_api import FilePayload, Locator, expect

from tests.witness.windows import Ours, Window

CHANNEL = "C1PAYMENTS"
NOTES: FilePayload = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Some notes."}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
DOT: FilePayload = {"name": "dot.png", "mimeType": "image/png", "buffer": base64.b64decode(PIXEL)}


def slash_command(window: Window) -> None:
    window.say("/sample context")
    window.sees("small words")


def prefilled_command(window: Window) -> None:
    window.say("/sample prefilled Use webhooks")
    window.sees_form("A sample")
    expect(window.field.locator("input")).to_have_value("Use webhooks")
    window.submit()
    got = window.submitted()["title"]["value"]["value"]
    assert got == "Use webhooks", f"the app gets {json.dumps(got)} unless one types over it"


def unknown_command(window: Window) -> str:
    window.say("/nosuch")
    return f"says “{window.sees_refusal('nosuch')}”"


def modal_open(window: Window) -> None:
    window.say("/sample stack")
    window.sees_form("Number 1")
    expect(window.form).to_contain_text("This is number 1.")


def modal_update(window: Window) -> None:
    """What was typed stays."""
    window.say("/sample update")
    window.sees_form("A sample")
    window.write("kept")
    window.press("Add a row", window.form)
    window.there(window.block("Row 2"), "second row: the button does nothing")
    expect(window.field.locator("input")).to_have_value("kept")


def modal_updated_by_answer(window: Window) -> None:
    window.say("/sample turn")
    window.sees_form("Number 1")
    window.submit()
    window.sees_form("Number 2")


def modal_push(window: Window) -> None:
    window.say("/sample stack")
    window.sees_form("Number 1")
    window.press("Push another", window.form)
    window.there(window.form.get_by_text("This is number 2."), "second form: the button does nothing")


def modal_pushed_by_answer(window: Window) -> None:
    window.say("/sample pile")
    window.sees_form("Number 1")
    window.submit()
    window.sees_form("Number 2")


def modal_close(window: Window) -> None:
    modal_open(window)
    window.close()
    window.sees_no_form()


def modal_close_one_of_two(window: Window) -> None:
    modal_pushed_by_answer(window)
    window.close()
    window.there(window.form.get_by_text("This is number 1."), "first form: both are closed")


def modal_clear(window: Window) -> None:
    window.say("/sample clear")
    window.sees_form("Number 1")
    window.submit()
    window.sees_no_form()


def field(kind: str, fill: Callable[[Window], None], wanted: object, window: Window) -> None:
    """Filled in and sent: the app gets what it would of Slack."""
    window.say(f"/sample {kind}")
    window.sees_form("A sample")
    fill(window)
    window.submit()
    got = window.submitted()[kind]["value"]
    found = len(got["files"]) if kind == "file_input" else essence(got)
    assert found == wanted, f"the app gets {json.dumps(got)}"


def essence(value: Any) -> Any:
    """What was filled in, of an entry of `state.values`: options by their values, text by its words."""
    match value:
        case {"type": "text", "text": text}:
            return [text, *(value.get("style") or {})]
        case {"elements": [only]}:
            return essence(only)
        case {"elements": found} | {"value": found, "text": _}:
            return essence(found)
        case {"type": _, **rest}:
            return essence(next(iter(rest.values())))
        case list(items):
            return [essence(item) for item in items]
    return value


def field_error(window: Window) -> str:
    window.say("/sample error")
    window.sees_form("A sample")
    window.write("anything")
    window.submit()
    where = window.sees_error("Say it in other words.")
    window.write("other words")
    window.submit()
    assert window.submitted()["title"]["value"]["value"] == "other words"
    return where


def pressable(window: Window) -> Locator:
    window.say("/sample message")
    return window.sees("Nothing was pressed yet.")


def button_in_message(window: Window) -> None:
    window.press("Press me", pressable(window))
    window.sees("Pressed: press.plain = 1")


def select_in_message(window: Window) -> None:
    window.choose_in_message(pressable(window), "Green")
    window.sees("Pressed: press.select = green")


def date_in_message(window: Window) -> None:
    pressable(window).locator("input[type=date]").fill("2026-12-24")
    window.sees("Pressed: press.date = 2026-12-24")


def button_in_home(window: Window) -> None:
    home_tab(window)
    window.press("Press at home", window.home)
    expect(window.home).to_contain_text("Pressed: home.press = 1")


def confirm(window: Window) -> None:
    message = pressable(window)
    window.press("Drop it", message)
    window.answer_confirm("No")
    expect(message).to_contain_text("Nothing was pressed yet.")
    window.press("Drop it", message)
    window.answer_confirm("Yes")
    window.sees("Pressed: press.confirmed = 1")


def overflow(window: Window) -> None:
    window.overflow(pressable(window), "Second")
    window.sees("Pressed: press.overflow = second")


def external_select(window: Window) -> None:
    """The app is asked with what was typed, and nothing else is offered."""
    window.say("/sample external_select")
    window.sees_form("A sample")
    offered = window.offered("pear")
    assert offered == ["Pear 1", "Pear 2"], f"offers {offered}"


def message_shortcut(window: Window) -> None:
    window.say("What about webhooks?")
    window.message_shortcut(window.sees("What about webhooks?"), "Sample this message")
    window.sees_form("A sample")
    expect(window.form).to_contain_text("About: What about webhooks?")


def global_shortcut(window: Window) -> None:
    window.global_shortcut("Sample anything")
    window.sees_form("A sample")


def thread(window: Window) -> None:
    window.say("/sample thread")
    root = window.sees("A thread begins.")
    expect(root).to_contain_text("1 reply")
    window.open_thread(root)
    expect(window.thread).to_contain_text("A reply in it.")
    window.reply("A word more.")
    expect(window.thread).to_contain_text("A word more.")
    expect(root).to_contain_text("2 replies")


def reaction(window: Window) -> None:
    window.say("React to this.")
    message = window.sees("React to this.")
    window.react(message, "tada")
    expect(window.reactions(message)).to_contain_text("1")
    window.reactions(message).click()
    expect(window.reactions(message)).to_have_count(0)


def ephemeral(window: Window) -> None:
    window.say("/sample ephemeral")
    said = window.sees("Only you see this.").inner_text()
    assert "only visible to you" in said.lower(), f"shows {said}"
    window.become("Leo Lead")
    window.say("Here is Leo.")
    window.sees("Here is Leo.")
    assert not window.message("Only you see this.").count(), "everybody sees it"


def file_of_the_app(window: Window) -> None:
    window.say("/sample file")
    got = window.downloads(window.file(window.newest, "Sums"))
    assert got == "a,b\n1,2\n", f"it downloads {got!r}"


def file_of_a_person(window: Window) -> None:
    window.send_file(NOTES)
    got = window.downloads(window.file(window.newest, "notes.txt"))
    assert got == "Some notes.", f"it downloads {got!r}"


def home_tab(window: Window) -> None:
    window.open_home()
    expect(window.home).to_contain_text("At home")


def canvas(window: Window) -> None:
    window.say("/sample canvas")
    expect(window.open_canvas()).to_contain_text("A title")


def drawn(what: str, elements: dict[str, str], window: Window) -> None:
    """Each of these HTML elements has its words."""
    window.say(f"/sample {what}")
    for tag, words in elements.items():
        window.drawn(tag, words)


def person_switch(window: Window) -> None:
    window.become("Leo Lead")
    window.say("It is me.")
    expect(window.sees("It is me.")).to_contain_text("Leo Lead")


def clock(window: Window) -> None:
    """A message of the next day stands below a line of its own."""
    window.say("Today.")
    window.sees("Today.")
    window.move_a_day()
    window.say("/sample context")
    window.sees("small words")
    assert window.days() == ["Yesterday", "Today"], window.days()


def fault(window: Window) -> None:
    window.fail_next("chat.postMessage", "fatal_error")
    window.say("/sample context")
    window.sees("Refused: fatal_error")


def rate_limit(window: Window) -> None:
    window.limit_rates()
    window.say("/sample many")
    window.sees("Number 2 was refused: ratelimited")


def replay(window: Window) -> None:
    window.say("/sample context")
    window.sees("small words")
    window.send_again("/sample" if isinstance(window, Ours) else "slash_commands")
    expect(window.page.locator(window.MESSAGES, has_text="small words")).to_have_count(2)


# Beyond what was asked: what the witness' page is good at


def edit_and_delete(window: Window) -> None:
    window.say("A mistake.")
    message = window.sees("A mistake.")
    window.edit(message, "No mistake.")
    message = window.sees("No mistake.")
    expect(message).to_contain_text("(edited)")
    window.delete(message)
    expect(window.message("No mistake.")).to_have_count(0)


def mention(window: Window) -> None:
    composer = window.composer
    composer.press_sequentially("@le")
    composer.press("Enter")
    composer.press_sequentially("look")
    composer.press("Enter")
    window.sees("@Leo Lead look")


def draft(window: Window) -> None:
    window.composer.fill("Not yet sent")
    window.open_home()
    window.enter("payments")
    expect(window.composer).to_have_value("Not yet sent")


def dropped_file(window: Window) -> None:
    window.give_file("drop", NOTES)
    assert window.downloads(window.file(window.newest, "notes.txt")) == "Some notes."


def pasted_file(window: Window) -> None:
    window.give_file("paste", NOTES)
    assert window.downloads(window.file(window.newest, "notes.txt")) == "Some notes."


def picture(window: Window) -> None:
    window.give_file("drop", DOT)
    shown = window.there(window.newest.locator("img[alt*=dot]"), "picture", inside=window.newest)
    expect(shown).to_have_js_property("naturalWidth", 1)


def unread(window: Window) -> None:
    window.open_home()
    window.hears("Leo Lead", "News.")
    expect(window.unread).to_contain_text("payments")
    window.enter("payments")
    expect(window.unread).to_have_count(0)


def link_to_a_message(window: Window) -> None:
    window.say("Go here.")
    at = window.time_of(window.sees("Go here."))
    window.say(f"See https://acme.slack.com/archives/{CHANNEL}/p{at.replace('.', '')}")
    window.sees("See").get_by_role("link").click()
    expect(window.page.locator(".meant, .highlighted")).to_contain_text("Go here.")


def find_a_channel(window: Window) -> None:
    window.open_home()
    window.find("paym")
    expect(window.composer).to_be_visible()


LEO, PETRA = ("U1LEO000000", "U1PETRA0000")
KINDS: dict[str, tuple[str, Callable[[Window], None], object]] = {
    "text, one line": ("plain_text_input", lambda w: w.write("Words"), "Words"),
    "text, multi-line": ("multiline", lambda w: w.write("One\nTwo"), "One\nTwo"),
    "static select": ("static_select", lambda w: w.pick("Green"), "green"),
    "multi static select": (
        "multi_static_select",
        lambda w: w.pick("Red", "Blue"),
        ["red", "blue"],
    ),
    "users select": ("users_select", lambda w: w.pick("Leo Lead"), LEO),
    "multi users select": (
        "multi_users_select",
        lambda w: w.pick("Leo Lead", "Petra Manager"),
        [LEO, PETRA],
    ),
    "conversations select": (
        "conversations_select",
        lambda w: w.pick("payments"),
        CHANNEL,
    ),
    "multi conversations select": (
        "multi_conversations_select",
        lambda w: w.pick("payments"),
        [CHANNEL],
    ),
    "channels select": ("channels_select", lambda w: w.pick("payments"), CHANNEL),
    "multi channels select": (
        "multi_channels_select",
        lambda w: w.pick("payments"),
        [CHANNEL],
    ),
    "external select": (
        "external_select",
        lambda w: w.pick("Pear 2", typed="pear"),
        "pear 2",
    ),
    "multi external select": (
        "multi_external_select",
        lambda w: w.pick("Apple 1", "Pear 2"),
        ["apple 1", "pear 2"],
    ),
    "date": ("datepicker", lambda w: w.moment("date", "2026-12-24"), "2026-12-24"),
    "time": ("timepicker", lambda w: w.moment("time", "14:30"), "14:30"),
    "date and time": (
        "datetimepicker",
        lambda w: w.moment("datetime-local", "2026-12-24T14:30"),
        1_798_119_000,  # in Berlin, where Petra is
    ),
    "radio buttons": ("radio_buttons", lambda w: w.tick("Green"), "green"),
    "checkboxes": ("checkboxes", lambda w: w.tick("Red", "Blue"), ["red", "blue"]),
    "number": ("number_input", lambda w: w.write("7"), "7"),
    "email": ("email_text_input", lambda w: w.write("leo@example.org"), "leo@example.org"),
    "URL": ("url_text_input", lambda w: w.write("https://example.org/"), "https://example.org/"),
    "rich text": (
        "rich_text_input",
        lambda w: w.write("*bold* words"),
        [["bold", "bold"], [" words"]],
    ),
    "file": ("file_input", lambda w: w.attach(NOTES), 1),
}

Row = Callable[[Window], str | None]
ROWS: dict[str, Row] = {
    "slash command": slash_command,
    "prefilled command": prefilled_command,
    "unknown command": unknown_command,
    "modal: open": modal_open,
    "modal: update by its button": modal_update,
    "modal: update as the answer": modal_updated_by_answer,
    "modal: push by its button": modal_push,
    "modal: push as the answer": modal_pushed_by_answer,
    "modal: close": modal_close,
    "modal: close the upper of two": modal_close_one_of_two,
    "modal: clear as the answer": modal_clear,
    **{f"input: {name}": partial(field, *how) for name, how in KINDS.items()},
    "field error": field_error,
    "button in a message": button_in_message,
    "button in a modal": modal_update,
    "button in Home": button_in_home,
    "select in a message": select_in_message,
    "date in a message": date_in_message,
    "confirm": confirm,
    "overflow": overflow,
    "external select: the app offers": external_select,
    "message shortcut": message_shortcut,
    "global shortcut": global_shortcut,
    "thread": thread,
    "reaction": reaction,
    "ephemeral": ephemeral,
    "file of the app": file_of_the_app,
    "file of a person": file_of_a_person,
    "Home": home_tab,
    "canvas": canvas,
    "rich text": partial(
        drawn,
        "rich_text",
        {"strong, b": "bold", "em, i": "italic", "li": "two", "blockquote": "quoted", "pre": "as it is"},
    ),
    "table": partial(drawn, "table", {"th": "Name", "td": "pears"}),
    "markdown": partial(
        drawn, "markdown", {"strong, b": "bold", "a": "link", "td": "apples", "blockquote": "quoted"}
    ),
    "person switch": person_switch,
    "clock": clock,
    "fault": fault,
    "rate limit": rate_limit,
    "replay": replay,
    "besides: own message edited, deleted": edit_and_delete,
    "besides: mention completed": mention,
    "besides: draft kept": draft,
    "besides: file dropped": dropped_file,
    "besides: file pasted": pasted_file,
    "besides: picture shown": picture,
    "besides: unread mark": unread,
    "besides: link to a message": link_to_a_message,
    "besides: channel found by its name": find_a_channel,
}
