"""A small app that has one of everything: `/sample WHAT` shows it. Run as `python -m tests.sampler` against any Slack."""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic_settings import BaseSettings
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]

MANIFEST: Json = {
    "display_information": {"name": "Sampler"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "Sampler", "always_online": True},
        "shortcuts": [
            {
                "name": "Sample this message",
                "type": "message",
                "callback_id": "sample.message",
                "description": "Opens a form about it",
            },
            {
                "name": "Sample anything",
                "type": "global",
                "callback_id": "sample.global",
                "description": "Opens a form",
            },
        ],
        "slash_commands": [
            {
                "command": "/sample",
                "description": "Shows one of everything",
                "usage_hint": "[what]",
                "should_escape": False,
            }
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read",
                "canvases:write",
                "channels:read",
                "chat:write",
                "commands",
                "files:read",
                "files:write",
                "im:history",
                "im:write",
                "users:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "app_mention"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


class Settings(BaseSettings):
    slack_api_url: str
    slack_bot_token: str
    slack_app_token: str


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str) -> Json:
    return {"type": "section", "text": mrkdwn(text)}


def option(text: str) -> Json:
    return {"text": plain(text), "value": text.lower()}


COLOURS = [option(name) for name in ("Red", "Green", "Blue")]
HOLDER = {"placeholder": plain("Choose")}
FIELDS: dict[str, Json] = {
    "plain_text_input": {},
    "multiline": {"type": "plain_text_input", "multiline": True},
    "static_select": {"options": COLOURS, **HOLDER},
    "multi_static_select": {"options": COLOURS, **HOLDER},
    "users_select": HOLDER,
    "multi_users_select": HOLDER,
    "conversations_select": HOLDER,
    "multi_conversations_select": HOLDER,
    "channels_select": HOLDER,
    "multi_channels_select": HOLDER,
    "external_select": {"min_query_length": 2, **HOLDER},
    "multi_external_select": {"min_query_length": 2, **HOLDER},
    "datepicker": {},
    "timepicker": {},
    "datetimepicker": {},
    "radio_buttons": {"options": COLOURS},
    "checkboxes": {"options": COLOURS},
    "number_input": {"is_decimal_allowed": False, "min_value": "1", "max_value": "10"},
    "email_text_input": {},
    "url_text_input": {},
    "rich_text_input": {},
    "file_input": {"filetypes": ["txt", "md"], "max_files": 2},
}


def field(block_id: str, kind: str, label: str = "Sample", **more: object) -> Json:
    element = {"type": kind, "action_id": "value", **FIELDS[kind]}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def button(action_id: str, text: str, value: str = "1", **more: object) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": value, **more}


def actions(block_id: str, *elements: Json) -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def modal(callback_id: str, channel: str, *blocks: Json, title: str = "A sample", **more: object) -> Json:
    """`channel`: where the answer is posted, kept in the view."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": channel,
        "title": plain(title),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "blocks": list(blocks),
        **more,
    }


# Modals: what opens one


def form(what: str, channel: str) -> Json:
    return modal(
        "sample.form", channel, field(what, what), field("note", "plain_text_input", "Note", optional=True)
    )


def prefilled(words: str, channel: str) -> Json:
    title = field("title", "plain_text_input", "Title")
    title["element"]["initial_value"] = words
    return modal("sample.form", channel, title)


def whole_form(channel: str) -> Json:
    """One of every kind; only a title has to be given."""
    fields = [field(kind, kind, kind.replace("_", " ").capitalize(), optional=True) for kind in FIELDS]
    return modal("sample.form", channel, field("title", "plain_text_input", "Title"), *fields)


def refused_form(channel: str) -> Json:
    return modal("sample.error", channel, field("title", "plain_text_input", "Title"))


def stacked(level: int, channel: str, *, callback_id: str = "sample.stack") -> Json:
    more = [actions("more", button("sample.push", "Push another", str(level + 1)))] if level < 3 else []
    named = field(f"field{level}", "plain_text_input", f"Field {level}", optional=True)
    return modal(
        callback_id, channel, section(f"This is number {level}."), named, *more, title=f"Number {level}"
    )


def growing(channel: str, fields: int) -> Json:
    rows = [field(f"row{n}", "plain_text_input", f"Row {n}", optional=n > 1) for n in range(1, fields + 1)]
    return modal(
        "sample.form", channel, *rows, actions("more", button("sample.grow", "Add a row", str(fields + 1)))
    )


MODALS: dict[str, Callable[[str], Json]] = {
    "all": whole_form,
    "error": refused_form,
    "stack": lambda channel: stacked(1, channel),
    "clear": lambda channel: stacked(1, channel, callback_id="sample.clear"),
    "turn": lambda channel: stacked(1, channel, callback_id="sample.turn"),
    "pile": lambda channel: stacked(1, channel, callback_id="sample.pile"),
    "update": lambda channel: growing(channel, 1),
}


# Messages: what is posted


def pressable(said: str = "Nothing was pressed yet.") -> list[Json]:
    confirm = {
        "title": plain("Are you sure?"),
        "text": plain("It cannot be taken back."),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    return [
        {"type": "section", "block_id": "said", "text": mrkdwn(said)},
        actions(
            "all",
            button("press.plain", "Press me", style="primary"),
            button("press.confirmed", "Drop it", style="danger", confirm=confirm),
            {
                "type": "overflow",
                "action_id": "press.overflow",
                "options": [option("First"), option("Second")],
            },
            {"type": "static_select", "action_id": "press.select", "options": COLOURS, **HOLDER},
            {"type": "datepicker", "action_id": "press.date", "placeholder": plain("Pick a date")},
        ),
    ]


def rich_text() -> Json:
    def text(words: str, **style: bool) -> Json:
        return {"type": "text", "text": words, **({"style": style} if style else {})}

    def items(*words: str) -> list[Json]:
        return [{"type": "rich_text_section", "elements": [text(word)]} for word in words]

    return {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    text("bold", bold=True),
                    text(" and "),
                    text("italic", italic=True),
                    text(" and "),
                    text("struck", strike=True),
                    text(" and "),
                    text("code", code=True),
                    {"type": "link", "url": "https://example.org/", "text": "a link"},
                    {"type": "emoji", "name": "tada"},
                ],
            },
            {"type": "rich_text_list", "style": "bullet", "elements": items("one", "two")},
            {"type": "rich_text_list", "style": "ordered", "elements": items("first", "second")},
            {"type": "rich_text_quote", "elements": [text("quoted")]},
            {"type": "rich_text_preformatted", "elements": [text("as it is")]},
        ],
    }


def table() -> Json:
    rows = [["Name", "Count"], ["apples", "3"], ["pears", "5"]]
    return {
        "type": "table",
        "column_settings": [{"align": "left"}, {"align": "right"}],
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows],
    }


MARKDOWN = """# A title

Some **bold** words, a [link](https://example.org/) and `code`.

- [x] done
- [ ] not yet

| Name | Count |
| --- | --: |
| apples | 3 |

> quoted

```
as it is
```"""

PICTURE = {"type": "image", "image_url": "https://pictures.example.org/one.png", "alt_text": "One picture"}

# What would run, hide, reverse or flood, if anything that people write were more than text.
HOSTILE = (
    "<script>window.hacked = 1</script>"
    '<img src="x" onerror="window.hacked = 1">'
    "<svg onload=window.hacked=1>"
    "[click](javascript:window.hacked=1)"
    "\u202egnirts desrever\u202c \u2066isolated\u2069"
)
LONG = "long" * 2_500


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def hostile() -> list[Json]:
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": HOSTILE}]}
    links = [
        {"type": "link", "url": "javascript:window.hacked=1", "text": "a link that runs"},
        {
            "type": "link",
            "url": "data:text/html,<script>window.hacked=1</script>",
            "text": "a page of its own",
        },
    ]
    return [
        {"type": "header", "text": plain(HOSTILE[:150])},
        {"type": "section", "text": mrkdwn(escaped(HOSTILE)), "fields": [plain(HOSTILE), mrkdwn(HOSTILE)]},
        section("x" * 3_000),
        {"type": "context", "elements": [plain(HOSTILE), mrkdwn("<javascript:window.hacked=1|click>")]},
        {"type": "rich_text", "elements": [words, {"type": "rich_text_section", "elements": links}]},
        {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": HOSTILE}], [{"type": "raw_text", "text": "x"}]],
        },
        {"type": "markdown", "text": HOSTILE},
        actions("hostile", button("press.plain", "<b>not bold</b>", HOSTILE)),
    ]


MESSAGES: dict[str, tuple[str, list[Json]]] = {
    "message": ("Press something", pressable()),
    "rich_text": ("Rich text", [rich_text()]),
    "table": ("A table", [table()]),
    "markdown": ("Markdown", [{"type": "markdown", "text": MARKDOWN}]),
    "context": (
        "A context",
        [{"type": "context", "elements": [mrkdwn("*small* words"), plain("and more :eyes:")]}],
    ),
    "image": ("A picture", [{**PICTURE, "title": plain("A picture of one")}]),
    "unknown": ("From the future", [{"type": "hologram", "text": plain("floats")}]),
    "hostile": (escaped(HOSTILE), hostile()),
    "long": (LONG, []),
}

Post = Callable[[AsyncWebClient, str, str], Awaitable[object]]


async def post_privately(client: AsyncWebClient, channel: str, user: str) -> None:
    await client.chat_postEphemeral(channel=channel, user=user, text="Only you see this.")


async def post_thread(client: AsyncWebClient, channel: str, user: str) -> None:
    begun = await client.chat_postMessage(channel=channel, text="A thread begins.")
    await client.chat_postMessage(channel=channel, text="A reply in it.", thread_ts=begun["ts"])


async def post_file(client: AsyncWebClient, channel: str, user: str) -> None:
    await client.files_upload_v2(channel=channel, content="a,b\n1,2\n", filename="sums.csv", title="Sums")


async def post_many(client: AsyncWebClient, channel: str, user: str) -> None:
    """Faster than Slack takes them; what it says to that is told."""
    for number in range(1, 4):
        try:
            await client.chat_postMessage(channel=channel, text=f"Number {number} of many.")
        except SlackApiError as refused:
            said = f"Number {number} was refused: {refused.response['error']}"
            await client.chat_postEphemeral(channel=channel, user=user, text=said)


async def make_canvas(client: AsyncWebClient, channel: str, user: str) -> None:
    document = {"type": "markdown", "markdown": MARKDOWN}
    await client.conversations_canvases_create(channel_id=channel, document_content=document)


POSTS: dict[str, Post] = {
    "ephemeral": post_privately,
    "thread": post_thread,
    "file": post_file,
    "many": post_many,
    "canvas": make_canvas,
}


def home(said: str) -> Json:
    chosen = {"type": "static_select", "action_id": "home.choose", "options": COLOURS, **HOLDER}
    blocks = [
        {"type": "header", "text": plain("At home")},
        section(said),
        actions("home", button("home.press", "Press at home"), chosen),
    ]
    return {"type": "home", "callback_id": "sample.home", "blocks": blocks}


# Listeners


async def show(ack: AsyncAck, command: Json, client: AsyncWebClient) -> None:
    what, channel, user = command["text"].strip(), command["channel_id"], command["user_id"]
    if what == "nothing":
        return
    await ack()
    if what.startswith("prefilled "):
        view = prefilled(what.removeprefix("prefilled "), channel)
        await client.views_open(trigger_id=command["trigger_id"], view=view)
    elif what in FIELDS:
        await client.views_open(trigger_id=command["trigger_id"], view=form(what, channel))
    elif what in MODALS:
        await client.views_open(trigger_id=command["trigger_id"], view=MODALS[what](channel))
    elif what in POSTS:
        await POSTS[what](client, channel, user)
    elif what in MESSAGES:
        await post(client, channel, *MESSAGES[what])
    else:
        known = ", ".join([*FIELDS, *MODALS, *MESSAGES, *POSTS, "prefilled WORDS", "nothing"])
        await client.chat_postEphemeral(channel=channel, user=user, text=f"There is: {known}.")


async def post(client: AsyncWebClient, channel: str, text: str, blocks: list[Json]) -> None:
    """What this Slack refuses is said in its place."""
    try:
        await client.chat_postMessage(channel=channel, text=text, blocks=blocks or None)
    except SlackApiError as refused:
        await client.chat_postMessage(channel=channel, text=f"Refused: {refused.response['error']}")


async def submit_form(ack: AsyncAck, view: Json, body: Json, client: AsyncWebClient) -> None:
    """Posts what the app got, to be read by whoever submitted."""
    await ack()
    values = json.dumps(view["state"]["values"], ensure_ascii=False, sort_keys=True)
    channel = view["private_metadata"] or body["user"]["id"]
    await client.chat_postMessage(channel=channel, text=f"```{escaped(values)}```")


class OnceRefused:
    """Says once of each view what is wrong, and takes it the second time."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    async def __call__(self, ack: AsyncAck, view: Json, body: Json, client: AsyncWebClient) -> None:
        if view["id"] not in self._told:
            self._told.add(view["id"])
            await ack(response_action="errors", errors={"title": "Say it in other words."})
            return
        await submit_form(ack, view, body, client)


async def submit_stacked(ack: AsyncAck) -> None:
    await ack()


async def turn_page(ack: AsyncAck, view: Json) -> None:
    await ack(response_action="update", view=stacked(2, view["private_metadata"]))


async def pile_up(ack: AsyncAck, view: Json) -> None:
    await ack(response_action="push", view=stacked(2, view["private_metadata"]))


async def clear_stack(ack: AsyncAck) -> None:
    await ack(response_action="clear")


async def push(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
    await ack()
    view = body["view"]
    above = stacked(int(action["value"]), view["private_metadata"], callback_id=view["callback_id"])
    await client.views_push(trigger_id=body["trigger_id"], view=above)


async def grow(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
    await ack()
    view = body["view"]
    grown = growing(view["private_metadata"], int(action["value"]))
    await client.views_update(view_id=view["id"], hash=view["hash"], view=grown)


async def suggest(ack: AsyncAck, payload: Json) -> None:
    typed = payload["value"].lower()
    offered = [option(f"{name} {n}") for name in ("Apple", "Pear") for n in (1, 2)]
    await ack(options=[one for one in offered if typed in one["value"]])


def said_of(action: Json) -> str:
    chosen = (
        action.get("selected_option", {}).get("value") or action.get("selected_date") or action.get("value")
    )
    return f"{action['action_id']} = {chosen}"


async def press(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
    await ack()
    at = body["container"]
    said = escaped(f"Pressed: {said_of(action)}")
    await client.chat_update(channel=at["channel_id"], ts=at["message_ts"], text=said, blocks=pressable(said))


async def open_home(event: Json, client: AsyncWebClient) -> None:
    if event["tab"] == "home":
        await client.views_publish(user_id=event["user"], view=home("Nothing was pressed here yet."))


async def press_home(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
    await ack()
    await client.views_publish(user_id=body["user"]["id"], view=home(f"Pressed: {said_of(action)}"))


async def open_global(ack: AsyncAck, shortcut: Json, client: AsyncWebClient) -> None:
    await ack()
    await client.views_open(trigger_id=shortcut["trigger_id"], view=form("plain_text_input", ""))


async def open_about_message(ack: AsyncAck, shortcut: Json, client: AsyncWebClient) -> None:
    await ack()
    about = section(f"About: {shortcut['message']['text']}")
    view = modal("sample.form", shortcut["channel"]["id"], about, field("why", "plain_text_input", "Why"))
    await client.views_open(trigger_id=shortcut["trigger_id"], view=view)


async def answer_mention(event: Json, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=event["channel"], text="You called?", thread_ts=event["ts"])


def sampler(client: AsyncWebClient, known: AuthorizeResult) -> AsyncApp:
    """`known`: as whom it acts. Bolt would ask in the first request, and whoever made that would see the call."""

    async def authorize() -> AuthorizeResult:
        return known

    app = AsyncApp(client=client, authorize=authorize)
    app.command("/sample")(show)
    app.view("sample.form")(submit_form)
    app.view("sample.error")(OnceRefused().__call__)
    app.view("sample.stack")(submit_stacked)
    app.view("sample.clear")(clear_stack)
    app.view("sample.turn")(turn_page)
    app.view("sample.pile")(pile_up)
    app.action("sample.push")(push)
    app.action("sample.grow")(grow)
    for action_id in ("plain", "confirmed", "overflow", "select", "date"):
        app.action(f"press.{action_id}")(press)
    for action_id in ("press", "choose"):
        app.action(f"home.{action_id}")(press_home)
    app.options("value")(suggest)
    app.shortcut("sample.global")(open_global)
    app.shortcut("sample.message")(open_about_message)
    app.event("app_home_opened")(open_home)
    app.event("app_mention")(answer_mention)
    return app


async def main() -> None:
    settings = Settings()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    client = AsyncWebClient(token=settings.slack_bot_token, base_url=settings.slack_api_url)
    answer = await client.auth_test()
    known = AuthorizeResult.from_auth_test_response(bot_token=client.token, auth_test_response=answer)
    handler = AsyncSocketModeHandler(sampler(client, known), settings.slack_app_token, web_client=client)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await stopped.wait()
    await handler.close_async()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    asyncio.run(main())
