"""Somebody in front of the witness' page: what they type and press, and what they then see."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect


class Someone:
    """Every step waits until the page shows what it needs, and a picture can be taken at any moment."""

    def __init__(self, page: Page, pictures: Path) -> None:
        self._page = page
        self._pictures = pictures
        self._taken = 0

    def picture(self, of: str) -> None:
        self._taken += 1
        name = f"{self._taken:02} {of}.png".replace(" ", "-")
        self._page.screenshot(path=self._pictures / name, animations="disabled")

    # In a conversation

    def open_direct_messages(self) -> None:
        self._page.locator(".sidebar-item", has=self._page.locator(".dot")).click()

    def command(self, words: str) -> None:
        self._page.locator(".composer-input").fill(words)
        self._page.locator(".composer-input").press("Enter")

    def message(self, words: str) -> Locator:
        """The one message in sight that has these words."""
        return self._page.locator(".messages .msg", has_text=words)

    @property
    def thread(self) -> Locator:
        return self._page.locator(".thread-body")

    # In a form

    @property
    def form(self) -> Locator:
        return self._page.locator(".modal")

    def field(self, label: str) -> Locator:
        block = self.form.locator(".bk-input", has=self._page.get_by_text(label, exact=True))
        return block.locator("input, select")

    def write(self, label: str, words: str) -> None:
        """Over what stands there, emptied first: the page only sends what was changed."""
        self.field(label).clear()
        self.field(label).fill(words)

    def sees_form(self, title: str) -> None:
        expect(self.form.locator(".modal-title")).to_have_text(title)

    def submit(self, words: str) -> None:
        self.form.locator(".modal-foot").get_by_role("button", name=words, exact=True).click()

    def sees_no_form(self) -> None:
        expect(self.form).to_have_count(0)

    # In Home

    def open_home(self) -> None:
        self._page.locator(".sidebar-item", has_text="🏠").click()

    @property
    def home(self) -> Locator:
        return self._page.locator(".home-inner")
