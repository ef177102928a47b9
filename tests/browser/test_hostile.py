"""Whatever people and apps write stays text: nothing of it runs, is loaded, or takes the page apart."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Sit
from tests.browser.person import Person
from tests.browser.running import LocalSlack
from tests.sampler import HOSTILE, LONG

pytestmark = pytest.mark.browser

LONG_NAME = "<b>Nobody</b> " + "n" * 2_986

NOTE_BREACHES = (
    "window.breaches = []; addEventListener('securitypolicyviolation', (e) => breaches.push(e.blockedURI));"
)


@pytest.fixture
def pm(pm: Person) -> Person:
    """Every attempt to run something would be noted: by its own flag, and as a breach of the page's policy."""
    pm.page.add_init_script(NOTE_BREACHES)
    pm.page.reload()
    expect(pm.composer).to_be_visible()
    return pm


def nothing_ran(page: Page) -> None:
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("window.breaches") == []
    assert page.locator("#app :is(script, svg, iframe, object, b, [onerror], [onload])").count() == 0
    assert page.locator("a[href^='javascript:' i], a[href^='data:' i]").count() == 0


def test_an_apps_hostile_card_is_text(pm: Person) -> None:
    pm.command("hostile")
    card = pm.page.locator(".message", has=pm.page.locator(".block.header"))
    expect(card.locator(".block.section").first.locator(".lines").first).to_contain_text(HOSTILE[:60])
    expect(card.locator(".block.table")).to_contain_text(HOSTILE[:60])
    expect(card.locator(".block.markdown")).to_contain_text("<script>window.hacked = 1</script>")
    expect(card.get_by_role("button", name="<b>not bold</b>")).to_be_visible()
    expect(card.get_by_text("x" * 3_000)).to_be_visible()
    card.get_by_text("a link that runs").click()
    card.get_by_text("a page of its own").click()
    nothing_ran(pm.page)

    card.get_by_role("button", name="<b>not bold</b>").click()
    expect(pm.message(f"Pressed: press.plain = {HOSTILE[:40]}")).to_be_visible()
    nothing_ran(pm.page)


def test_hostile_words_of_a_person_are_text_wherever_they_stand(pm: Person, sit: Sit) -> None:
    lead = sit("techlead")
    said = pm.say(HOSTILE)
    expect(lead.message(HOSTILE)).to_be_visible()
    pm.menu(said, "Edit message")
    editor = pm.page.get_by_role("textbox", name="Edit message")
    expect(editor).to_have_value(HOSTILE)
    editor.press("Escape")

    pm.menu(said, "Sample this message")
    pm.type("Why", HOSTILE)
    pm.submit()
    pm.sees_no_form()
    assert pm.got()["why"]["value"]["value"] == HOSTILE

    inspector = pm.open_inspector()
    expect(inspector.locator(".entry")).to_have_count(4)
    for entry in inspector.locator(".entry").all():
        entry.locator("summary").click()
    expect(inspector).to_contain_text("window.hacked")
    nothing_ran(pm.page)
    assert lead.page.evaluate("window.hacked") is None


def test_a_name_that_runs_backwards_turns_nothing_around_but_itself(pm: Person) -> None:
    pm.slack.post("users", name="eve", real_name="\u202eevE")
    pm.write("Ask @eve today")
    mention = pm.messages.last.locator(".mention")
    expect(mention).to_be_visible()
    where = """(mention) => [1, 5].map((n) => {
        const range = document.createRange();
        range.setStart(mention.nextSibling, n);
        range.setEnd(mention.nextSibling, n + 1);
        return range.getBoundingClientRect().x;
    })"""
    t, y = mention.evaluate(where)
    assert t < y


def test_ten_thousand_characters_are_shown_whole_and_inside(pm: Person) -> None:
    pm.command("long")
    shown = pm.messages.last
    expect(shown).to_contain_text(LONG)
    pm.say("w" * 10_000)
    box, place = shown.bounding_box(), pm.page.locator(".messages").bounding_box()
    assert box is not None
    assert place is not None
    assert box["x"] + box["width"] <= place["x"] + place["width"]
    assert pm.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_name_of_three_thousand_characters_is_kept_in_its_place(pm: Person) -> None:
    pm.slack.post("users", name="nobody", real_name=LONG_NAME, title="<i>nothing</i>")
    pm.slack.post("channels/payments", add=["nobody"])
    pm.slack.act("nobody", "message", channel="payments", text="Here I am")
    expect(pm.message("Here I am")).to_contain_text(LONG_NAME)
    pm.open_form("users_select")
    pm.choose("Sample", "<b>Nobody</b>")
    expect(pm.field("Sample")).to_have_value(LONG_NAME)
    nothing_ran(pm.page)
    assert pm.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_lets_nothing_run_that_is_not_its_own(browser: Browser, slack: LocalSlack) -> None:
    """Should markup slip in after all, the page's policy stops it, and notes it."""
    page = browser.new_page()
    page.add_init_script(NOTE_BREACHES)
    page.goto(slack.url)
    page.evaluate(
        """() => {
            const place = document.createElement('div');
            place.innerHTML = '<img src="data:," onerror="window.hacked = 1">';
            document.body.append(place);
        }"""
    )
    page.wait_for_function("window.breaches.length === 1")
    assert page.evaluate("window.hacked") is None
    page.close()
