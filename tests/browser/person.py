"""Somebody in front of the local Slack's page: what they type and press, and what they then see."""

import json
import re
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.running import LocalSlack


class Person:
    """`user`: whose window it is. Every step waits until the page shows what it needs."""

    def __init__(self, page: Page, slack: LocalSlack, user: str) -> None:
        self.page = page
        self.slack = slack
        self.user = user

    def go_to(self, place: str, query: str = "") -> None:
        self.page.goto(f"{self.slack.url}/#/{self.slack.user(self.user)}/{place}{query}")

    # In a conversation

    @property
    def composer(self) -> Locator:
        return self.page.locator(".conversation .composer textarea")

    @property
    def messages(self) -> Locator:
        return self.page.locator(".messages .message")

    def message(self, words: str) -> Locator:
        return self.messages.filter(has_text=words)

    @property
    def trouble(self) -> Locator:
        """What the page says when something went wrong."""
        return self.page.locator("main > .trouble[role=alert]")

    def write(self, words: str) -> None:
        self.composer.click()
        self.composer.fill(words)
        self.composer.press("Enter")

    def say(self, words: str) -> Locator:
        self.write(words)
        said = self.message(words).last
        expect(said).to_be_visible()
        return said

    def command(self, what: str) -> None:
        self.write(f"/sample {what}")

    def menu(self, message: Locator, item: str) -> None:
        message.hover()
        message.get_by_role("button", name="More actions").click()
        self.page.get_by_role("menuitem", name=item).click()

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    def open_thread(self, message: Locator) -> None:
        message.hover()
        message.get_by_role("button", name="Reply in thread").click()

    # In a form

    @property
    def form(self) -> Locator:
        return self.page.locator("dialog.modal")

    def open_form(self, what: str, title: str = "A sample") -> None:
        self.command(what)
        self.sees_form(title)

    def sees_form(self, title: str) -> None:
        expect(self.form.get_by_role("heading", level=2)).to_have_text(title)

    def block(self, label: str) -> Locator:
        named = re.compile(rf"^{re.escape(label)}( \(optional\))?$")
        return self.form.locator(".block.input", has=self.page.locator(".label", has_text=named))

    def field(self, label: str) -> Locator:
        """The field, or the group of boxes, with this label."""
        return self.block(label).locator("input, textarea, [role=group], [role=radiogroup]").first

    def error_of(self, label: str) -> Locator:
        return self.block(label).locator(".error[role=alert]")

    def type(self, label: str, words: str) -> None:
        self.field(label).click()
        self.page.keyboard.type(words)

    def choose(self, label: str, name: str) -> None:
        """With the mouse, from the list that opens."""
        self.field(label).click()
        self.offered.filter(has_text=name).click()

    @property
    def offered(self) -> Locator:
        """The lines of the list that is open."""
        return self.page.locator(".popup [role=option]")

    def submit(self) -> None:
        self.form.locator("footer button[type=submit]").click()

    def sees_no_form(self) -> None:
        expect(self.form).to_have_count(0)

    def got(self) -> dict[str, Any]:
        """What the app says it got from the one form that was submitted."""
        posted = self.messages.locator("pre")
        expect(posted).to_have_count(1)
        values: dict[str, Any] = json.loads(posted.inner_text())
        return values

    # Files

    def attach(self, field: Locator, name: str, content: bytes) -> None:
        with self.page.expect_file_chooser() as chooser:
            field.click()
        chooser.value.set_files([FilePayload(name=name, mimeType="application/octet-stream", buffer=content)])

    # In the inspector

    def open_inspector(self) -> Locator:
        self.page.get_by_role("button", name="Inspector", exact=True).click()
        inspector = self.page.get_by_role("complementary", name="Inspector")
        expect(inspector).to_be_visible()
        return inspector
