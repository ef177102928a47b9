"""axe-core finds nothing serious: messages with every block, forms, Home and the inspector, in light and in dark."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Sit
from tests.browser.person import Person
from tests.playground.rules_samples import BLOCKS

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.exists():
        pytest.skip("axe-core is not installed; tests/browser/install.sh does that")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(params=["light", "dark"])
def pm(request: pytest.FixtureRequest, sit: Sit) -> Person:
    return sit("pm", color_scheme=request.param)


def serious(person: Person, axe: str, part: str) -> list[str]:
    """What is found there, each with the elements it is about."""
    person.page.evaluate(axe)
    found = person.page.evaluate("(part) => axe.run(part, {resultTypes: ['violations']})", part)
    return [_told(one) for one in found["violations"] if one["impact"] in {"serious", "critical"}]


def _told(violation: dict[str, Any]) -> str:
    nodes = [f"{node['html'][:200]} {node['failureSummary']}" for node in violation["nodes"]]
    return json.dumps([violation["id"], violation["help"], nodes[:5]], indent=1)


def test_messages_with_every_block(pm: Person, axe: str) -> None:
    answers = [pm.slack.post_as_app("payments", kind, [block]) for kind, block in BLOCKS.items()]
    posted = [answer for answer in answers if answer["ok"]]
    assert len(posted) >= len(BLOCKS) - 2  # alerts are for forms
    expect(pm.messages).to_have_count(len(posted))
    for what in ("message", "rich_text", "table", "markdown", "ephemeral", "thread", "file"):
        pm.command(what)
        expect(pm.composer).to_have_value("")
    pm.say("My own words, with a reaction")
    pm.slack.act("techlead", "message", channel="payments", text="<@U> `code` :tada: https://example.org")
    for words in ("Sums", "https://example.org"):
        expect(pm.message(words).last).to_be_visible()  # nothing more moves
    pm.message("A thread begins.").get_by_role("button", name="1 reply").click()
    expect(pm.thread).to_contain_text("A reply in it.")
    pm.messages.last.hover()
    expect(pm.messages.last.locator(".toolbar")).to_be_visible()
    assert serious(pm, axe, "#app") == []


def test_a_form_with_every_field(pm: Person, axe: str) -> None:
    pm.open_form("all")
    pm.choose("Static select", "Green")
    pm.choose("Multi static select", "Blue")
    pm.submit()
    expect(pm.error_of("Title")).to_be_visible()
    pm.field("Users select").click()
    expect(pm.offered.first).to_be_visible()
    assert serious(pm, axe, "dialog") == []


def test_a_question_before_a_press(pm: Person, axe: str) -> None:
    pm.command("message")
    pm.messages.last.get_by_role("button", name="Drop it").click()
    expect(pm.page.get_by_role("dialog", name="Are you sure?")).to_be_visible()
    assert serious(pm, axe, "dialog") == []


def test_home(pm: Person, axe: str) -> None:
    pm.page.get_by_role("link", name="🤝 Sampler").click()
    expect(pm.page.get_by_role("heading", name="At home")).to_be_visible()
    assert serious(pm, axe, "#app") == []
    pm.page.get_by_role("tab", name="About").click()
    expect(pm.page.locator(".about")).to_be_visible()
    assert serious(pm, axe, ".app-place") == []


def test_the_inspector(pm: Person, axe: str) -> None:
    inspector = pm.open_inspector()
    pm.command("unknown")
    refused = inspector.locator(".entry.refused")
    refused.locator("summary").click()
    expect(refused.locator(".rule")).to_be_visible()
    inspector.locator(".entry", has_text="/sample").locator("summary").click()
    inspector.get_by_text("Fail the next call with…").click()
    inspector.get_by_role("button", name="Add").click()
    expect(inspector.locator(".faults")).to_contain_text("1 waiting")
    assert serious(pm, axe, "#app") == []


def test_what_is_wrong_would_be_found(pm: Person, axe: str) -> None:
    expect(pm.composer).to_be_visible()
    pm.page.evaluate("document.querySelector('.composer textarea').removeAttribute('aria-label')")
    pm.page.evaluate("document.querySelector('.composer textarea').removeAttribute('placeholder')")
    [found] = serious(pm, axe, "#app")
    assert "label" in found
