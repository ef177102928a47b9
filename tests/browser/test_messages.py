"""What stands in a conversation: cards that can be pressed, threads, reactions, own words, files, and the composer."""

import re

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Sit
from tests.browser.person import Person

pytestmark = pytest.mark.browser


# Cards


@pytest.fixture
def card(pm: Person) -> Locator:
    pm.command("message")
    posted = pm.message("Nothing was pressed yet.")
    expect(posted).to_be_visible()
    return pm.messages.last


def test_a_press_edits_the_message(card: Locator) -> None:
    card.get_by_role("button", name="Press me").click()
    expect(card).to_contain_text("Pressed: press.plain = 1")
    expect(card).to_contain_text("(edited)")


def test_a_button_that_asks_first_is_pressed_only_after_a_yes(pm: Person, card: Locator) -> None:
    question = pm.page.get_by_role("dialog", name="Are you sure?")
    card.get_by_role("button", name="Drop it").click()
    expect(question).to_contain_text("It cannot be taken back.")
    question.get_by_role("button", name="No").click()
    expect(question).to_have_count(0)
    assert pm.slack.requests("block_actions") == []

    card.get_by_role("button", name="Drop it").click()
    question.get_by_role("button", name="Yes").click()
    expect(card).to_contain_text("Pressed: press.confirmed = 1")


def test_a_menu_a_select_and_a_date_of_a_message_tell_the_app(pm: Person, card: Locator) -> None:
    card.get_by_role("button", name="More", exact=True).click()
    pm.page.get_by_role("menuitem", name="Second").click()
    expect(card).to_contain_text("Pressed: press.overflow = second")

    card.get_by_role("combobox").click()
    pm.offered.filter(has_text="Blue").click()
    expect(card).to_contain_text("Pressed: press.select = blue")

    card.get_by_label("Pick a date").fill("2026-03-05")
    expect(card).to_contain_text("Pressed: press.date = 2026-03-05")


def test_each_block_is_drawn_as_what_it_is(pm: Person) -> None:
    for what in ("rich_text", "table", "markdown", "context", "image"):
        pm.command(what)
        expect(pm.composer).to_have_value("")
    rich = pm.page.locator(".block.rich_text")
    expect(rich.locator("strong")).to_have_text("bold")
    expect(rich.locator("em")).to_have_text("italic")
    expect(rich.locator("s")).to_have_text("struck")
    expect(rich.locator("li")).to_have_text(["one", "two", "first", "second"])
    expect(rich.locator("blockquote")).to_have_text("quoted")
    expect(rich.locator("pre")).to_have_text("as it is")
    expect(rich.get_by_role("link", name="a link")).to_have_attribute("href", "https://example.org/")
    table = pm.page.locator(".block.table").get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["Name", "Count"])
    expect(table.get_by_role("cell")).to_have_text(["apples", "3", "pears", "5"])
    markdown = pm.page.locator(".block.markdown")
    expect(markdown.get_by_role("heading", level=1)).to_have_text("A title")
    expect(markdown.get_by_role("checkbox", checked=True)).to_have_count(1)
    expect(markdown.get_by_role("cell")).to_have_text(["apples", "3"])
    expect(pm.page.locator(".block.context")).to_contain_text("small words")
    expect(pm.page.locator(".block.context").get_by_role("img", name="eyes")).to_have_count(0)
    expect(pm.page.locator(".block.image").get_by_role("img", name="One picture")).to_be_visible()


def test_a_block_that_the_page_cannot_draw_is_shown_as_it_is(pm: Person) -> None:
    def with_a_hologram(route: Route) -> None:
        answer = route.fetch()
        seen = answer.json()
        for message in seen["messages"].get(pm.slack.channel("payments"), []):
            message["blocks"] = [{"type": "hologram", "block_id": "h", "text": "floats"}]
        route.fulfill(response=answer, json=seen)

    pm.page.route("**/_control/state?*", with_a_hologram)
    pm.write("From the future")
    block = pm.page.locator(".block.hologram")
    expect(block).to_contain_text("This page cannot draw the block hologram")
    expect(block.locator("pre")).to_contain_text('"text": "floats"')
    pm.page.unroute("**/_control/state?*")


# Threads, reactions, what only one sees


def test_a_thread_is_opened_and_answered(pm: Person) -> None:
    pm.command("thread")
    begun = pm.message("A thread begins.")
    begun.get_by_role("button", name="1 reply").click()
    expect(pm.thread).to_contain_text("A reply in it.")

    pm.thread.get_by_role("textbox", name="Reply").fill("And one more.")
    pm.thread.get_by_role("textbox", name="Reply").press("Enter")
    expect(pm.thread.locator(".message")).to_have_count(3)
    expect(begun.get_by_role("button", name="2 replies")).to_be_visible()
    expect(pm.message("And one more.")).to_have_count(0)

    pm.thread.get_by_role("button", name="Close thread").click()
    expect(pm.thread).to_have_count(0)


def test_a_command_in_a_thread_is_refused_as_slack_does(pm: Person) -> None:
    pm.open_thread(pm.say("A thread of mine"))
    reply = pm.thread.get_by_role("textbox", name="Reply")
    reply.fill("/sample all")
    reply.press("Enter")
    expect(pm.trouble).to_contain_text("/sample is not supported in threads. Sorry!")
    expect(reply).to_have_value("/sample all")


def test_a_reaction_is_added_seen_by_others_and_taken_back(pm: Person, sit: Sit) -> None:
    lead = sit("techlead")
    said = pm.say("Webhooks it is")
    said.hover()
    said.get_by_role("button", name="Add a reaction").click()
    pm.page.get_by_role("searchbox", name="Find an emoji").fill("rocket")
    pm.page.get_by_role("searchbox", name="Find an emoji").press("Enter")
    reaction = said.get_by_role("button", name="rocket, 1: Priya Nair")
    expect(reaction).to_have_attribute("aria-pressed", "true")

    theirs = lead.message("Webhooks it is").get_by_role("button", name="rocket")
    expect(theirs).to_have_attribute("aria-pressed", "false")
    theirs.click()
    expect(said.get_by_role("button", name="rocket, 2: Priya Nair, Tomás Rivera")).to_be_visible()
    theirs.click()
    reaction.click()
    expect(said.get_by_role("button", name="rocket")).to_have_count(0)


def test_what_is_for_one_alone_is_seen_by_one_and_dismissed(pm: Person, sit: Sit) -> None:
    lead = sit("techlead")
    pm.command("ephemeral")
    private = pm.message("Only you see this.")
    expect(private).to_contain_text("Only visible to you")
    pm.say("Everybody sees this")
    expect(lead.message("Everybody sees this")).to_be_visible()
    expect(lead.message("Only you see this.")).to_have_count(0)

    private.get_by_role("button", name="Dismiss message").click()
    expect(private).to_have_count(0)


# One's own messages


def test_own_messages_are_edited_and_deleted_and_only_they(pm: Person) -> None:
    pm.write("Polling @techlead")
    pm.menu(pm.message("Polling @Tomás Rivera"), "Edit message")
    editor = pm.page.get_by_role("textbox", name="Edit message")
    expect(editor).to_have_value("Polling @techlead")
    editor.fill("Webhooks, @techlead")
    pm.page.get_by_role("button", name="Save").click()
    edited = pm.message("Webhooks, @Tomás Rivera")
    expect(edited).to_contain_text("(edited)")

    pm.menu(edited, "Delete message")
    expect(pm.messages).to_have_count(0)

    pm.command("context")
    posted = pm.message("small words")
    posted.hover()
    posted.get_by_role("button", name="More actions").click()
    expect(pm.page.get_by_role("menuitem", name="Sample this message")).to_be_visible()
    expect(pm.page.get_by_role("menuitem", name="Edit message")).to_have_count(0)


# Shortcuts


def test_a_shortcut_of_a_message_opens_a_form_about_it(pm: Person) -> None:
    pm.menu(pm.say("Webhooks it is"), "Sample this message")
    pm.sees_form("A sample")
    expect(pm.form).to_contain_text("About: Webhooks it is")
    pm.type("Why", "because")
    pm.submit()
    pm.sees_no_form()
    assert pm.got()["why"]["value"]["value"] == "because"


def test_a_global_shortcut_opens_a_form(pm: Person) -> None:
    pm.page.get_by_role("button", name="Shortcuts").click()
    pm.page.get_by_role("menuitem", name="Sample anything").click()
    pm.sees_form("A sample")


# The composer


def test_a_command_is_completed(pm: Person) -> None:
    pm.composer.click()
    pm.page.keyboard.type("/sam")
    expect(pm.offered).to_have_text([re.compile(r"/sample \[what\] Shows one of everything")])
    pm.page.keyboard.press("Tab")
    expect(pm.composer).to_have_value("/sample ")
    pm.page.keyboard.press("Control+a")
    pm.page.keyboard.type("/")
    pm.offered.click()
    expect(pm.composer).to_have_value("/sample ")


def test_an_unknown_command_is_said_and_the_words_stay(pm: Person) -> None:
    pm.write("/nosuch thing with many words")
    expect(pm.trouble).to_contain_text("/nosuch is not a valid command.")
    expect(pm.composer).to_have_value("/nosuch thing with many words")
    pm.trouble.get_by_role("button", name="Dismiss").click()
    expect(pm.trouble).to_have_count(0)


def test_an_app_that_does_not_answer_is_said_and_the_words_stay(pm: Person) -> None:
    pm.slack.post("settings", ack_seconds=0.2)
    pm.write("/sample nothing")
    expect(pm.trouble).to_contain_text("/sample failed")
    expect(pm.composer).to_have_value("/sample nothing")


def test_people_and_channels_are_named_completed_and_linked(pm: Person) -> None:
    pm.composer.click()
    pm.page.keyboard.type("Ask @Tom")
    expect(pm.offered).to_have_count(1)
    pm.page.keyboard.press("Enter")
    expect(pm.composer).to_have_value("Ask @techlead ")
    pm.page.keyboard.type("in #gen")
    expect(pm.offered).to_have_count(1)
    pm.page.keyboard.press("Enter")
    pm.page.keyboard.press("Enter")
    said = pm.message("Ask @Tomás Rivera in #general")
    expect(said).to_be_visible()
    [stored] = pm.slack.get("state")["messages"][pm.slack.channel("payments")]
    assert stored["text"] == f"Ask <@{pm.slack.user('techlead')}> in <#{pm.slack.channel('general')}>"

    said.get_by_role("link", name="#general").click()
    expect(pm.page.get_by_role("heading", level=1)).to_have_text("# general")


def test_an_app_that_is_mentioned_answers_in_the_thread(pm: Person) -> None:
    said = pm.say("@sampler are you there?")
    said.get_by_role("button", name="1 reply").click()
    expect(pm.thread).to_contain_text("You called?")


def test_what_only_one_sees_in_a_thread_is_theirs_to_dismiss(pm: Person) -> None:
    said = pm.slack.act("pm", "message", channel="payments", text="A question.")
    pm.slack.call(
        "chat.postEphemeral",
        channel=pm.slack.channel("payments"),
        user=pm.slack.user("pm"),
        thread_ts=said["ts"],
        text="A hint for you.",
    )
    pm.open_thread(pm.message("A question."))
    hint = pm.thread.locator("article", has_text="A hint for you.")
    expect(pm.message("A hint for you.")).to_have_count(0)
    hint.get_by_role("button", name="Dismiss message").click()
    expect(hint).to_have_count(0)
    expect(pm.thread).to_contain_text("A question.")


# Long conversations


def test_a_long_conversation_is_drawn_in_parts_that_move_along(pm: Person) -> None:
    for number in range(150):
        pm.slack.act("techlead", "message", channel="payments", text=f"Number {number}.")
    first, last = pm.message("Number 0."), pm.message("Number 149.")
    expect(last).to_be_in_viewport()
    expect(first).to_have_count(0)

    box = pm.page.locator(".messages")
    box.evaluate("box => { box.scrollTop = 0 }")
    expect(pm.message("Number 10.")).to_have_count(1)
    expect(pm.message("Number 50.")).to_be_in_viewport()  # what was looked at stays where it was
    box.evaluate("box => { box.scrollTop = 0 }")
    expect(first).to_be_attached()
    expect(last).to_have_count(0)
    box.evaluate("box => { box.scrollTop = 0 }")
    expect(first).to_be_in_viewport()

    pm.slack.act("techlead", "message", channel="payments", text="One more.")
    expect(first).to_be_in_viewport()
    box.evaluate("box => { box.scrollTop = box.scrollHeight }")
    expect(pm.message("Number 120.")).to_be_attached()
    box.evaluate("box => { box.scrollTop = box.scrollHeight }")
    expect(pm.message("One more.")).to_be_in_viewport()
    pm.slack.act("techlead", "message", channel="payments", text="And another.")
    expect(pm.message("And another.")).to_be_in_viewport()

    messages = pm.slack.get("state")["messages"][pm.slack.channel("payments")]
    pm.go_to(pm.slack.channel("payments"), f"?at={messages[5]['ts']}")
    expect(pm.message("Number 5.")).to_be_in_viewport()
    expect(last).to_have_count(0)


#: Scrolls in the very moment when news is about to be drawn, before the browser has told anybody of the scroll.
SCROLL_AS_NEWS_COMES = """(box, top) => {
    const read = Response.prototype.json;
    Response.prototype.json = async function () {
        const answer = await read.call(this);
        if (this.url.includes("/_control/")) { Response.prototype.json = read; box.scrollTop = top }
        return answer;
    }
}"""


@pytest.mark.parametrize(("begins", "goes_to"), [(500, 0), (0, 500), (99999, 0)])
def test_news_does_not_undo_a_scroll_of_the_same_moment(pm: Person, begins: int, goes_to: int) -> None:
    for number in range(60):
        pm.slack.act("techlead", "message", channel="payments", text=f"Number {number}.")
    box = pm.page.locator(".messages")
    expect(pm.message("Number 59.")).to_be_in_viewport()
    box.evaluate("(box, top) => { box.scrollTop = top }", begins)
    pm.page.wait_for_timeout(200)  # the browser has told of this one
    box.evaluate(SCROLL_AS_NEWS_COMES, goes_to)
    pm.slack.act("techlead", "message", channel="payments", text="News.")
    expect(pm.message("News.")).to_have_count(1)
    pm.page.wait_for_timeout(200)
    assert abs(box.evaluate("box => box.scrollTop") - goes_to) < 2


# Files and canvases


def downloaded(person: Person, message: Locator, name: str) -> bytes:
    with person.page.expect_download() as download:
        message.locator("a.file").click()
    assert download.value.suggested_filename == name
    return download.value.path().read_bytes()


def test_a_file_goes_up_and_comes_down_as_it_was(pm: Person) -> None:
    content = bytes(range(256)) * 40
    pm.attach(pm.page.get_by_label("Attach files"), "all bytes.bin", content)
    expect(pm.page.locator(".attached")).to_contain_text("all bytes.bin")
    said = pm.say("Look at this")
    expect(said).to_contain_text("10 kB")
    assert downloaded(pm, said, "all bytes.bin") == content


def test_a_file_of_the_app_comes_down(pm: Person) -> None:
    pm.command("file")
    assert downloaded(pm, pm.message("Sums"), "sums.csv") == b"a,b\n1,2\n"


def test_the_canvas_of_a_channel_has_a_tab(pm: Person) -> None:
    pm.command("canvas")
    pm.page.get_by_role("tab", name="Canvas").click()
    canvas = pm.page.locator(".canvas")
    expect(canvas.get_by_role("heading", level=1)).to_have_text("A title")
    expect(canvas.get_by_role("listitem")).to_have_count(2)
