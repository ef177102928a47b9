"""From `/decision` to Home, through the page of a Slack double that this project did not write.

It is no Slack in these ways: a form's buttons do nothing, there are no people pickers, an error stands at the end of
the form with the name of its field, a field that nobody touched is sent as empty, whatever stood in it, and everybody
sees the answer to a command. Blocks that have no id are given none.
"""

import pytest
from playwright.sync_api import Locator, expect

from tests.witness.running import Process
from tests.witness.someone import Someone

pytestmark = pytest.mark.witness

TITLE = "Use webhooks instead of polling for the partner API"
CONTEXT = "Polling every minute hits the partner's rate limit."
NEW_CONTEXT = "Polling hits the partner's rate limit, and is late."


def fill_in(someone: Someone, context: str) -> None:
    someone.write("What did you decide?", TITLE)
    someone.write("Why? What was going on?", context)
    someone.write("What else did you consider?", "Polling")
    someone.write("And why not?", "simpler, but always late")


def log_decision(someone: Someone) -> Locator:
    someone.command("/decision")
    someone.sees_form("Log a decision")
    fill_in(someone, CONTEXT)
    someone.submit("Log decision")
    someone.sees_no_form()
    card = someone.message(TITLE)
    expect(card).to_have_count(1)
    return card


def test_a_decision_goes_from_command_to_card_to_answer_to_edit_to_home(
    bot: Process, someone: Someone
) -> None:
    someone.command("/decision")
    someone.sees_form("Log a decision")
    someone.picture("the form is open")

    someone.write("Why? What was going on?", CONTEXT)
    someone.submit("Log decision")
    expect(someone.form.locator(".modal-error")).to_have_text("title: Please fill this in.")
    someone.picture("a title is asked for")

    fill_in(someone, CONTEXT)
    someone.picture("the form is filled in")
    someone.submit("Log decision")
    someone.sees_no_form()
    card = someone.message(TITLE)
    expect(card.locator(".bk-header")).to_have_text(TITLE)
    facts, foot = card.locator(".bk-context").first, card.locator(".bk-context")
    expect(facts).to_contain_text("D-1 · accepted · ")
    expect(facts).to_contain_text("decided by @Petra Manager")
    expect(card.locator("blockquote")).to_have_text(CONTEXT)
    expect(card).to_contain_text("• Polling — simpler, but always late")
    someone.picture("the card is in the channel")

    card.get_by_role("button", name="I know", exact=True).click()
    expect(foot.filter(has_text="1 knows")).to_have_count(1)
    someone.picture("one knows")

    card.locator(".bk-overflow").select_option(label="Edit")
    someone.sees_form("Edit decision")
    expect(someone.field("What did you decide?")).to_have_value(TITLE)
    someone.picture("the form to edit is filled in")
    fill_in(someone, NEW_CONTEXT)
    someone.submit("Save changes")
    someone.sees_no_form()
    expect(card.locator("blockquote")).to_have_text(NEW_CONTEXT)
    expect(facts).to_contain_text("edited")
    expect(foot.filter(has_text="1 knows")).to_have_count(1)
    someone.picture("the card is edited")

    someone.open_home()
    expect(someone.home).to_contain_text("Nothing waits for you")
    expect(someone.home.locator(".bk-section", has_text="D-1")).to_contain_text(TITLE)
    someone.picture("home shows it")


def test_a_question_is_asked_in_the_cards_thread(bot: Process, someone: Someone) -> None:
    card = log_decision(someone)
    card.get_by_role("button", name="I have a question").click()
    expect(someone.form).to_be_visible()
    someone.picture("what is the question")
    someone.form.locator("input").fill("Who pays for the retries?")
    someone.form.locator(".modal-btn.primary").click()
    someone.sees_no_form()
    expect(card.locator(".bk-context").filter(has_text="asked a question")).to_have_count(1)
    card.locator(".thread-summary").click()
    expect(someone.thread.locator("blockquote", has_text="Who pays for the retries?")).to_have_count(1)
    someone.picture("the question is in the thread")


def test_asking_why_quotes_the_decision(bot: Process, someone: Someone) -> None:
    log_decision(someone)
    someone.command("/decision why polling")
    found = someone.message("What was decided, for “polling”")
    expect(found).to_contain_text("Not chosen: Polling — simpler, but always late")
    someone.picture("why it was decided")
    found.get_by_role("button", name="Open").click()
    expect(someone.form).to_contain_text(CONTEXT)
    someone.picture("the record")


def test_who_first_looks_at_home_is_greeted_in_a_direct_message(bot: Process, someone: Someone) -> None:
    someone.open_home()
    expect(someone.home).to_contain_text("Nothing is logged yet.")
    someone.open_direct_messages()
    expect(someone.message("Hello, I keep what your team decides")).to_have_count(1)
    someone.picture("the greeting")
