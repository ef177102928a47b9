"""A person in front of either page, in the same words: the local Slack's own, and the witness'.

What a page does not offer is looked for like all else, and then said to be missing.
"""

import json
import re
from typing import Any, ClassVar
from urllib.request import Request, urlopen

from playwright.sync_api import Error, FilePayload, Locator, Page, expect

from tests.witness.running import PEOPLE

GLANCE_MS = 2_000  # for what stands there by now, if it ever will
GIVE = """(element, [how, name, content]) => {
    const given = new DataTransfer();
    given.items.add(new File([Uint8Array.from(content)], name));
    element.dispatchEvent(how === "paste"
        ? new ClipboardEvent(how, { clipboardData: given, bubbles: true, cancelable: true })
        : new DragEvent(how, { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


class MissingError(AssertionError):
    """The page offers no such thing."""


class _Window:
    """Steps wait for what they need. Of messages that say the same, the newest is meant."""

    MESSAGES: ClassVar[str]
    FORM: ClassVar[str]
    BLOCKS: ClassVar[str]
    INPUT: ClassVar[str]
    HOME: ClassVar[str]
    THREAD: ClassVar[str]
    REACTIONS: ClassVar[str]
    INSPECTOR: ClassVar[str]
    COMPOSER: ClassVar[str]
    UNREAD: ClassVar[str]

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.form = page.locator(self.FORM)
        self.home = page.locator(self.HOME)
        self.thread = page.locator(self.THREAD)
        self.composer = page.locator(self.COMPOSER)
        self.unread = page.locator(self.UNREAD)
        self.newest = page.locator(self.MESSAGES).last

    def begin(self) -> None:
        """As on the first day: nothing is said, and nothing open."""
        self._control("reset", {})
        self.page.goto("about:blank")
        self.page.goto(self.url)

    def _control(self, path: str, body: dict[str, str]) -> None:
        header = {"Content-Type": "application/json"}
        asked = Request(f"{self.url}/_control/{path}", json.dumps(body).encode(), header)
        with urlopen(asked, timeout=10) as answer:
            assert answer.status == 200

    def message(self, words: str) -> Locator:
        return self.page.locator(self.MESSAGES, has_text=words).last

    def sees(self, words: str) -> Locator:
        """The message with these words, or what stands in its place."""
        found = self.message(words)
        try:
            found.wait_for()
        except Error:
            instead = _said(self.newest) if self.newest.count() else "nothing"
            raise AssertionError(f"shows {instead}") from None
        return found

    def there(self, what: Locator, called: str, *, inside: Locator | None = None) -> Locator:
        """It, as soon as it is in sight; else a MissingError that tells what is shown `inside` in its place."""
        try:
            what.first.wait_for(timeout=GLANCE_MS)
        except Error:
            instead = f": shows {_said(inside)}" if inside is not None and inside.count() else ""
            raise MissingError(f"no {called}{instead}") from None
        return what.first

    def press(self, name: str, inside: Locator) -> None:
        self.there(
            inside.get_by_role("button", name=name, exact=True), f"button {name}", inside=inside
        ).click()

    # A form

    def sees_form(self, title: str) -> None:
        expect(self.form.locator("h2, .modal-title").last).to_have_text(title)

    def sees_no_form(self) -> None:
        expect(self.form).to_have_count(0)

    def block(self, label: str) -> Locator:
        return self.form.locator(self.INPUT, has=self.page.locator("label, .label", has_text=label)).first

    @property
    def field(self) -> Locator:
        """The first of the form, with its label: the one that is filled in."""
        return self.form.locator(self.INPUT).first

    def submitted(self) -> Any:
        """What the app got of the form, as it says in a message."""
        self.sees_no_form()
        words = self.sees('"type"').inner_text()
        return json.loads(words[words.index("{") : words.rindex("}") + 1])

    def write(self, words: str) -> None:
        line = self.field.locator("input:not([type]), input[type=text], textarea")
        self.there(line, "field", inside=self.field).fill(words)

    def moment(self, kind: str, value: str) -> None:
        field = self.field.locator(f"input[type={kind}]")
        self.there(field, "field", inside=self.field).fill(value)

    def tick(self, *options: str) -> None:
        for option in options:
            box = self.field.get_by_label(option, exact=True)
            self.there(box, option, inside=self.field).check()

    def attach(self, file: FilePayload) -> None:
        field = self.field.locator("input[type=file]")
        if not field.count():
            raise MissingError(f"no field: shows {_said(self.field)}")
        field.set_input_files(file)
        expect(self.field).to_contain_text(file["name"])

    # A message

    def reactions(self, message: Locator) -> Locator:
        return message.locator(self.REACTIONS)

    def drawn(self, tag: str, words: str) -> None:
        """These words, drawn as HTML has it for them, in the newest message."""
        drawn = self.newest.locator(tag, has_text=words)
        self.there(drawn, f"“{words}” as {tag}", inside=self.newest.locator(self.BLOCKS))

    def say(self, words: str) -> None:
        self.composer.fill(words)
        self.composer.press("Enter")

    def give_file(self, how: str, file: FilePayload) -> None:
        """Drops or pastes it where messages are typed, and sends it."""
        self.composer.evaluate(GIVE, [how, file["name"], list(file["buffer"])])
        self.composer.press("Enter")

    def downloads(self, link: Locator) -> str:
        with self.page.expect_download() as download:
            link.click()
        return download.value.path().read_text(encoding="utf-8")


class Ours(_Window):
    MESSAGES = ".messages .message"
    FORM = "dialog.modal"
    BLOCKS = ".block"
    INPUT = ".block.input"
    HOME = "[aria-label=Home]"
    THREAD = "aside.thread"
    REACTIONS = ".reactions button"
    INSPECTOR = "aside.inspector"
    COMPOSER = ".conversation .composer textarea"
    UNREAD = ".sidebar .unread"

    def begin(self) -> None:
        super().begin()
        self.become("Petra Manager")
        self.enter("payments")

    def enter(self, channel: str) -> None:
        self.page.locator(".sidebar a", has_text=channel).click()

    def find(self, begun: str) -> None:
        search = self.page.locator(".sidebar input[type=search]")
        self.there(search, "search").fill(begun)
        search.press("Enter")

    def become(self, name: str) -> None:
        people = self.page.locator(".you select")
        people.select_option(people.locator("option", has_text=name).get_attribute("value"))

    # In a conversation

    def sees_refusal(self, words: str) -> str:
        alert = self.page.locator("[role=alert]", has_text=words)
        return _said(self.there(alert, f"word of {words}")).removesuffix(" ×")

    def send_file(self, file: FilePayload) -> None:
        self.page.get_by_label("Attach files").set_input_files(file)
        self.page.locator(".composer").get_by_role("button", name="Send", exact=True).click()

    def file(self, message: Locator, name: str) -> Locator:
        return self.there(message.locator("a.file", has_text=name), "file", inside=message)

    def global_shortcut(self, name: str) -> None:
        self.page.locator(".composer").get_by_role("button", name="Shortcuts").click()
        self.page.get_by_role("menuitem", name=name).click()

    def message_shortcut(self, message: Locator, name: str) -> None:
        self._more(message, name)

    def open_thread(self, message: Locator) -> None:
        message.hover()
        message.get_by_role("button", name="Reply in thread").click()

    def reply(self, words: str) -> None:
        self.thread.locator("textarea").fill(words)
        self.thread.locator("textarea").press("Enter")

    def edit(self, message: Locator, words: str) -> None:
        self._more(message, "Edit message")
        editor = self.page.get_by_label("Edit message")
        editor.fill(words)
        self.page.get_by_role("button", name="Save").click()

    def delete(self, message: Locator) -> None:
        self._more(message, "Delete message")

    def _more(self, message: Locator, action: str) -> None:
        message.hover()
        message.get_by_role("button", name="More actions").click()
        self.page.get_by_role("menuitem", name=action).click()

    def hears(self, name: str, words: str) -> None:
        """Somebody says this in the channel meanwhile."""
        self._control(f"as/{_id(name)}/message", {"channel": "payments", "text": words})

    def time_of(self, message: Locator) -> str:
        return str(message.get_attribute("id")).removeprefix("m-")

    def react(self, message: Locator, name: str) -> None:
        message.hover()
        message.get_by_role("button", name="Add a reaction").click()
        message.get_by_label("Find an emoji").fill(name)
        message.get_by_label("Find an emoji").press("Enter")

    def choose_in_message(self, message: Locator, option: str) -> None:
        message.get_by_role("combobox").click()
        self._offers.filter(has_text=option).click()

    def overflow(self, message: Locator, option: str) -> None:
        message.get_by_role("button", name="More", exact=True).click()
        self.page.get_by_role("menuitem", name=option).click()

    def answer_confirm(self, answer: str) -> None:
        self.page.locator("dialog.confirm").get_by_role("button", name=answer, exact=True).click()

    def open_canvas(self) -> Locator:
        self.page.get_by_role("tab", name="Canvas").click()
        return self.page.locator(".canvas")

    # In a form and in Home

    def submit(self) -> None:
        self.form.locator("footer button[type=submit]").click()

    def close(self) -> None:
        self.form.locator("footer").get_by_role("button", name="Cancel").click()

    def sees_error(self, words: str) -> str:
        expect(self.field.locator(".error")).to_have_text(words)
        return "under the field"

    def pick(self, *options: str, typed: str = "") -> None:
        for option in options:
            field = self.field.get_by_role("combobox")
            field.click()
            field.fill(typed or option)
            self._offers.filter(has_text=option).first.click()

    def offered(self, typed: str) -> list[str]:
        """What a select that asks the app offers for these letters."""
        self.field.get_by_role("combobox").fill(typed)
        self._offers.first.wait_for()
        return self._offers.all_inner_texts()

    @property
    def _offers(self) -> Locator:
        return self.page.locator(".popup").get_by_role("option")

    def open_home(self) -> None:
        self.page.locator(".sidebar a", has_text="Sampler").click()

    # What no real Slack has

    def move_a_day(self) -> None:
        self.page.locator("details.clock summary").click()
        self.page.get_by_role("button", name="+1 day").click()
        self.page.locator("details.clock summary").click()

    def days(self) -> list[str]:
        """The lines between the days of a conversation."""
        return self.page.locator(".messages .line:not(.unread)").all_inner_texts()

    def inspect(self) -> Locator:
        inspector = self.page.locator(self.INSPECTOR)
        if not inspector.count():
            self.page.get_by_role("button", name="Inspector").click()
        return inspector

    def fail_next(self, method: str, error: str) -> None:
        inspector = self.inspect()
        inspector.locator("details.faults summary").click()
        inspector.get_by_label("The next").fill(method)
        inspector.get_by_label("With", exact=True).fill(error)
        inspector.get_by_role("button", name="Add", exact=True).click()
        expect(inspector.locator(".faults li")).to_contain_text(error)

    def limit_rates(self) -> None:
        self.there(self.inspect().get_by_label("rate limits"), "switch for rate limits").check()

    def send_again(self, request: str) -> None:
        entry = self.inspect().locator("details.entry", has_text=request).first
        entry.locator("summary").click()
        entry.get_by_role("button", name="Send again").click()


class Theirs(_Window):
    MESSAGES = ".messages .msg"
    FORM = ".modal"
    BLOCKS = ".blocks"
    INPUT = ".bk-input"
    HOME = ".home-inner"
    THREAD = ".thread-pane"
    REACTIONS = ".msg-reactions button"
    INSPECTOR = ".inspector"
    COMPOSER = ".main .composer-input"
    UNREAD = ".sidebar-item.unread"

    def begin(self) -> None:
        super().begin()
        self.become("Petra Manager")
        self.enter("payments")

    def enter(self, channel: str) -> None:
        self.page.locator(".sidebar-item", has_text=channel).click()

    def find(self, begun: str) -> None:
        self.page.locator(".search-input").fill(begun)
        self.page.locator(".search-input").press("Enter")

    def become(self, name: str) -> None:
        self.page.locator(".actas select").last.select_option(label=name)

    # In a conversation

    def sees_refusal(self, words: str) -> str:
        self.page.wait_for_timeout(6_000)  # it waits five seconds for the app
        alert = self.page.locator(".composer-error, .msg", has_text=words)
        return _said(self.there(alert, f"word of {words}"))

    def send_file(self, file: FilePayload) -> None:
        self.page.locator(".main .composer input[type=file]").set_input_files(file)
        self.page.locator(".main .composer-send").click()

    def file(self, message: Locator, name: str) -> Locator:
        card = self.there(message.locator(".file-card", has_text=name), "file", inside=message)
        return card.locator(".file-card-download")

    def global_shortcut(self, name: str) -> None:
        self._nothing_named(name)

    def message_shortcut(self, message: Locator, name: str) -> None:
        message.hover()
        self._nothing_named(name)

    def open_thread(self, message: Locator) -> None:
        message.hover()
        message.get_by_title("Reply in thread").click()

    def reply(self, words: str) -> None:
        self.thread.locator("textarea").fill(words)
        self.thread.locator("textarea").press("Enter")

    def edit(self, message: Locator, words: str) -> None:
        message.hover()
        message.get_by_title("Edit message").click()
        self.page.locator(".msg-edit-input").fill(words)
        self.page.locator(".msg-edit").get_by_role("button", name="Save").click()

    def delete(self, message: Locator) -> None:
        message.hover()
        message.get_by_title("Delete message").click()

    def hears(self, name: str, words: str) -> None:
        """Somebody says this in the channel meanwhile."""
        self._control("message", {"user": _id(name), "channel": "payments", "text": words})

    def time_of(self, message: Locator) -> str:
        return str(message.get_attribute("data-ts"))

    def react(self, message: Locator, name: str) -> None:
        message.hover()
        message.get_by_title("Add reaction").click()
        message.locator(".emoji-custom-input").fill(name)
        message.locator(".emoji-custom-input").press("Enter")

    def choose_in_message(self, message: Locator, option: str) -> None:
        message.locator(".bk-select:not(.bk-overflow)").select_option(label=option)

    def overflow(self, message: Locator, option: str) -> None:
        message.locator(".bk-overflow").select_option(label=option)

    def answer_confirm(self, answer: str) -> None:
        button = self.page.get_by_role("button", name=answer, exact=True)
        self.there(button, "question", inside=self.page.locator(self.MESSAGES).last.locator(".bk-section"))

    def open_canvas(self) -> Locator:
        self._nothing_named("Canvas")
        return self.page.locator(".main")

    # In a form and in Home

    def submit(self) -> None:
        self.form.locator(".modal-btn.primary").click()

    def close(self) -> None:
        self.form.locator(".modal-foot").get_by_role("button", name="Cancel").click()

    def sees_error(self, words: str) -> str:
        expect(self.form.locator(".modal-error")).to_contain_text(words)
        return "at the end of the form"

    def pick(self, *options: str, typed: str = "") -> None:
        select = self.there(self.field.locator("select"), "field", inside=self.field)
        for option in options:
            if not select.locator("option", has_text=option).count():
                raise MissingError(
                    f"no {option}: offers {', '.join(select.locator('option').all_inner_texts())}"
                )
        select.select_option(label=list(options))

    def offered(self, typed: str) -> list[str]:
        self.there(self.field.locator("input, select"), "field", inside=self.field)
        return self.field.locator("option").all_inner_texts()

    def open_home(self) -> None:
        self.page.locator(".sidebar-item", has_text="🏠").click()

    # What no real Slack has

    def move_a_day(self) -> None:
        self._nothing_named(re.compile("clock|time|day", re.IGNORECASE))

    def days(self) -> list[str]:
        return []

    def fail_next(self, method: str, error: str) -> None:
        self._inspect()
        self._nothing_named(re.compile("fail|fault|error", re.IGNORECASE))

    def limit_rates(self) -> None:
        self._inspect()
        self._nothing_named(re.compile("rate|limit|pace", re.IGNORECASE))

    def send_again(self, request: str) -> None:
        self._inspect()
        self.page.locator(".log-summary", has_text=f"envelope {request}").first.click()
        self._nothing_named(re.compile("again|replay|resend|repeat", re.IGNORECASE))

    def _inspect(self) -> None:
        self.page.locator(".inspector-toggle").click()
        expect(self.page.locator(self.INSPECTOR)).to_be_visible()

    def _nothing_named(self, name: str | re.Pattern[str]) -> None:
        """Looks for anything to press or to choose by that name, and is to find nothing."""
        page = self.page
        named = page.get_by_role("button", name=name).or_(page.get_by_role("option", name=name))
        found = named.or_(page.get_by_role("textbox", name=name)).or_(page.get_by_title(name))
        try:
            found.first.wait_for(timeout=GLANCE_MS)
        except Error:
            raise MissingError("none") from None
        raise AssertionError(f"there is something after all: {_said(found)}")


Window = Ours | Theirs


def _id(name: str) -> str:
    return next(user_id for user_id, known in PEOPLE.items() if known == name)


def _said(what: Locator) -> str:
    return " ".join(what.first.inner_text().split())
