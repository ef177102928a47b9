"""Around the messages: Home, who one is, two windows, what is unread, the clock, the inspector, narrow windows."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import Sit
from tests.browser.person import Person
from tests.browser.running import local_slack

pytestmark = pytest.mark.browser


# Home


def test_home_is_drawn_and_its_button_and_select_tell_the_app(pm: Person) -> None:
    pm.page.get_by_role("link", name="🤝 Sampler").click()
    home = pm.page.locator(".home")
    expect(home.get_by_role("heading", name="At home")).to_be_visible()
    home.get_by_role("button", name="Press at home").click()
    expect(home).to_contain_text("Pressed: home.press = 1")
    home.get_by_role("combobox").click()
    pm.offered.filter(has_text="Blue").click()
    expect(home).to_contain_text("Pressed: home.choose = blue")


def test_the_apps_place_has_its_messages_and_says_what_the_app_is(pm: Person) -> None:
    pm.page.get_by_role("link", name="🤝 Sampler").click()
    pm.page.get_by_role("tab", name="About").click()
    expect(pm.page.locator(".about")).to_contain_text("Shows one of everything")
    pm.page.get_by_role("tab", name="Messages").click()
    pm.command("context")
    expect(pm.message("small words")).to_be_visible()


# People and windows


def test_who_one_is_can_be_changed_and_with_it_what_is_seen(pm: Person) -> None:
    you = pm.page.get_by_label("You are")
    expect(pm.page.get_by_role("link", name="leads")).to_be_visible()
    you.select_option(label="Erin Walsh, Engineer")
    expect(pm.page).to_have_title("# payments · Erin Walsh · Local Slack")
    expect(pm.page.get_by_role("link", name="leads")).to_have_count(0)
    pm.say("I am Erin")
    expect(pm.messages.last.locator(".head strong")).to_have_text("Erin Walsh")

    pm.page.reload()
    expect(pm.page).to_have_title("# payments · Erin Walsh · Local Slack")


def test_two_windows_are_two_people_who_see_each_other_at_once(pm: Person, sit: Sit) -> None:
    lead = sit("techlead")
    pm.say("Shall we use webhooks?")
    expect(lead.message("Shall we use webhooks?")).to_be_visible()
    lead.say("Yes, let us.")
    expect(pm.message("Yes, let us.").locator(".head strong")).to_have_text("Tomás Rivera")

    pm.command("message")
    expect(lead.message("Nothing was pressed yet.")).to_be_visible()
    lead.messages.last.get_by_role("button", name="Press me").click()
    expect(pm.message("Pressed: press.plain = 1")).to_be_visible()


def test_two_windows_of_one_browser_can_be_two_people(pm: Person) -> None:
    lead = Person(pm.page.context.new_page(), pm.slack, "techlead")
    lead.go_to(pm.slack.channel("payments"))
    expect(lead.page).to_have_title("# payments · Tomás Rivera · Local Slack")
    expect(pm.page).to_have_title("# payments · Priya Nair · Local Slack")
    lead.say("From the other window")
    expect(pm.message("From the other window")).to_be_visible()


def test_what_was_said_elsewhere_is_marked_unread_until_it_is_looked_at(pm: Person) -> None:
    elsewhere = pm.page.get_by_role("link", name="general")
    expect(elsewhere).to_be_visible()
    pm.slack.act("techlead", "message", channel="general", text="News for everybody")
    expect(elsewhere.get_by_role("img", name="unread")).to_be_visible()
    expect(elsewhere).to_have_class("unread")

    elsewhere.click()
    expect(pm.message("News for everybody")).to_be_visible()
    expect(pm.page.locator(".line.unread")).to_have_text("New")
    expect(elsewhere.get_by_role("img", name="unread")).to_have_count(0)
    pm.page.get_by_role("link", name="payments").click()
    expect(elsewhere.get_by_role("img", name="unread")).to_have_count(0)


def test_a_channel_is_joined_before_one_writes_there(pm: Person) -> None:
    pm.page.get_by_role("link", name="platform").click()
    expect(pm.composer).to_have_count(0)
    pm.page.get_by_role("button", name="Join channel").click()
    pm.say("Hello, platform")


def test_a_conversation_is_begun(pm: Person) -> None:
    pm.page.get_by_role("button", name="New message").click()
    dialog = pm.page.get_by_role("dialog", name="New message")
    dialog.get_by_role("combobox").fill("Erin")
    pm.offered.click()
    dialog.get_by_role("button", name="Go").click()
    expect(pm.page.get_by_role("heading", level=1)).to_have_text("Erin Walsh")
    pm.say("Between us")


# The clock


@pytest.fixture
def clock(pm: Person) -> Locator:
    pm.page.locator(".clock summary").click()
    return pm.page.locator(".clock")


def moved(person: Person) -> str:
    return str(person.slack.get("state?messages=0")["now"])


def test_the_clock_jumps(pm: Person, clock: Locator) -> None:
    pm.slack.post("clock", now="2027-03-01T08:00:00+00:00")
    time = clock.locator("summary")
    expect(time).to_contain_text("Mon 1 Mar, 09:00")
    expect(time).to_contain_text("Europe/Berlin")
    clock.get_by_role("button", name="+1 hour").click()
    expect(time).to_contain_text("Mon 1 Mar, 10:00")
    clock.get_by_role("button", name="+1 day").click()
    expect(time).to_contain_text("Tue 2 Mar, 10:00")
    clock.get_by_role("button", name="+1 week").click()
    expect(time).to_contain_text("Tue 9 Mar, 10:00")
    clock.get_by_label("Go to").fill("2027-06-01T12:30")
    clock.get_by_role("button", name="Go", exact=True).click()
    expect(time).to_contain_text("Tue 1 Jun, 12:30")
    assert moved(pm).startswith("2027-06-01T10:30")


def test_where_nothing_is_due_the_clock_says_so(pm: Person, clock: Locator) -> None:
    clock.get_by_role("button", name="Next due").click()
    expect(pm.trouble).to_contain_text("nothing is due")


def test_days_are_told_apart(pm: Person) -> None:
    pm.say("Today's words")
    pm.slack.post("clock", advance=24 * 3600)
    pm.say("Tomorrow's words")
    expect(pm.page.locator(".messages [role=separator]")).to_have_text(["Yesterday", "Today"])


# The inspector


def test_the_inspector_shows_both_ways_and_a_refusal_with_its_rule(pm: Person) -> None:
    inspector = pm.open_inspector()
    pm.command("unknown")
    refused = inspector.locator(".entry.refused")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("chat.postMessage")
    outcome = refused.locator(".outcome")
    expect(outcome).to_have_text("invalid_blocks")
    expect(outcome).to_have_css("color", "rgb(179, 22, 63)")

    refused.locator("summary").click()
    rule = refused.locator(".rule")
    expect(rule).to_contain_text("Rule: ")
    expect(rule.get_by_role("link")).to_have_attribute("href", re.compile(r"^https://docs\.slack\.dev/"))
    expect(refused.locator("pre").first).to_contain_text("hologram")
    expect(inspector.locator(".entry", has_text="Slack → app").filter(has_text="/sample")).to_have_count(1)


def test_a_request_is_sent_again(pm: Person) -> None:
    inspector = pm.open_inspector()
    pm.command("context")
    expect(pm.message("small words")).to_have_count(1)
    command = inspector.locator(".entry", has_text="/sample").last
    command.locator("summary").click()
    command.get_by_role("button", name="Send again").click()
    expect(pm.message("small words")).to_have_count(2)
    command.get_by_role("button", name="Send twice").click()
    expect(pm.message("small words")).to_have_count(4)


def test_the_next_call_is_made_to_fail(pm: Person) -> None:
    inspector = pm.open_inspector()
    inspector.get_by_text("Fail the next call with…").click()
    inspector.get_by_label("The next").fill("chat.postMessage")
    inspector.get_by_label("With").fill("msg_too_long")
    inspector.get_by_role("button", name="Add").click()
    expect(inspector.locator(".faults")).to_contain_text("1 waiting")

    pm.command("context")
    expect(pm.message("Refused: msg_too_long")).to_be_visible()
    expect(inspector.locator(".entry.refused .outcome")).to_have_text("msg_too_long")
    expect(inspector.locator(".faults")).not_to_contain_text("waiting")


def test_faults_that_wait_can_be_cleared(pm: Person) -> None:
    inspector = pm.open_inspector()
    inspector.get_by_text("Fail the next call with…").click()
    inspector.get_by_label("How it fails").select_option("http")
    inspector.get_by_role("button", name="Add").click()
    inspector.get_by_role("button", name="Clear all").click()
    expect(inspector.locator(".faults")).not_to_contain_text("waiting")
    pm.command("context")
    expect(pm.message("small words")).to_be_visible()


def test_the_inspector_finds_what_is_sought(pm: Person) -> None:
    inspector = pm.open_inspector()
    pm.command("message")
    expect(inspector.locator(".entry", has_text="chat.postMessage")).to_have_count(1)
    inspector.get_by_role("searchbox").fill("/SAMPLE")
    expect(inspector.locator(".entry")).to_have_count(1)
    inspector.get_by_role("searchbox").fill("no such words")
    expect(inspector.locator(".entry")).to_have_count(0)


# Narrow


NARROW = {"width": 400, "height": 760}


def stays_inside(person: Person, part: Locator) -> None:
    """Nothing of it lies beside the window, and the page itself does not scroll sideways."""
    expect(part).to_be_visible()
    box = part.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW["width"]
    assert person.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_a_narrow_window_reaches_everything(sit: Sit) -> None:
    pm = sit("pm", viewport=NARROW)
    for what in ("message", "table", "hostile"):
        pm.command(what)
        stays_inside(pm, pm.messages.last)
    stays_inside(pm, pm.composer)

    expect(pm.page.locator(".sidebar")).to_be_hidden()
    pm.page.get_by_role("button", name="Conversations").click()
    stays_inside(pm, pm.page.locator(".sidebar"))
    pm.page.get_by_role("link", name="general").click()
    expect(pm.page.get_by_role("heading", level=1)).to_have_text("# general")
    expect(pm.page.locator(".sidebar")).to_be_hidden()

    pm.open_thread(pm.say("A thread in a narrow window"))
    stays_inside(pm, pm.thread)
    stays_inside(pm, pm.thread.get_by_role("textbox", name="Reply"))
    pm.thread.get_by_role("button", name="Close thread").click()

    pm.page.locator(".clock summary").click()
    stays_inside(pm, pm.page.locator(".clock .popup"))
    pm.page.locator(".clock summary").click()
    stays_inside(pm, pm.open_inspector())
    pm.page.get_by_role("button", name="Close inspector").click()

    pm.open_form("all")
    stays_inside(pm, pm.form)
    pm.type("Title", "Narrow")
    pm.choose("Static select", "Green")
    pm.field("File input").scroll_into_view_if_needed()
    stays_inside(pm, pm.field("File input"))
    pm.submit()
    pm.sees_no_form()


# When something is not there


def test_a_local_slack_that_went_away_is_said_and_found_again(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    with local_slack(tmp_path) as slack:
        page.goto(slack.url)
        expect(page.get_by_role("status")).to_have_text(
            "No app is connected. Start one with this Slack's address and tokens."
        )
        port = slack.url.rsplit(":", 1)[1]
    gone = page.get_by_role("alert")
    expect(gone).to_contain_text("The local Slack does not answer.")
    with local_slack(tmp_path, "--port", port):
        expect(gone).to_have_count(0)
    page.close()
