"""People acting through Slack's client, and Slack's own libraries answering: over a socket and over signed HTTP."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.server import LocalSlack
from tests.playground.conftest import (
    Connect,
    Control,
    Over,
    button,
    client_of,
    modal,
    refusal,
    select,
    text_input,
    until,
)

Body = dict[str, Any]
BOTH_WAYS = pytest.mark.parametrize("over", ["socket", "http"])


@BOTH_WAYS
async def test_a_command_opens_a_form_and_the_form_is_saved(
    control: Control, app: AsyncApp, connect: Connect, channels: dict[str, str], over: Over
) -> None:
    tasks: list[asyncio.Task[Any]] = []

    @app.command("/decision")
    async def open_form(ack: AsyncAck, client: AsyncWebClient, body: Body) -> None:
        form = modal(text_input("title", "What did you decide?", initial_value=body["text"]))
        tasks.append(asyncio.create_task(client.views_open(trigger_id=body["trigger_id"], view=form)))
        await ack()

    @app.view("form")
    async def save(ack: AsyncAck, client: AsyncWebClient, view: Body) -> None:
        await ack()
        title = view["state"]["values"]["title"]["text"]["value"]
        await client.chat_postMessage(channel=channels["payments"], text=title)

    async with connect(app, over):
        asked = await control.act(
            "pm", "command", channel="payments", command="/decision", text="Use webhooks"
        )
        [view] = asked["views_opened"]
        saved = await control.act(
            "pm", "submit", view_id=view["id"], values={"What did you decide?": "Use webhooks, not polling"}
        )

    assert (asked["status"], asked["body"]) == (200, "")
    assert view["state"]["values"]["title"]["text"]["value"] == "Use webhooks"
    assert (saved["status"], saved["views_opened"]) == (200, [])
    state = await control.get("state")
    assert state["views"] == []
    assert [m["text"] for m in state["messages"][channels["payments"]]] == ["Use webhooks, not polling"]


@BOTH_WAYS
async def test_a_command_may_be_answered_with_words(
    control: Control, app: AsyncApp, connect: Connect, channels: dict[str, str], over: Over
) -> None:
    @app.command("/hello")
    async def hello(ack: AsyncAck) -> None:
        await ack("Hello you")

    @app.command("/everybody")
    async def everybody(ack: AsyncAck) -> None:
        await ack({"response_type": "in_channel", "text": "Hello all"})

    async with connect(app, over):
        await control.act("pm", "command", channel="payments", command="/hello")
        await control.act("pm", "command", channel="payments", command="/everybody")

    state = await control.get("state?user=pm")
    assert [e["text"] for e in state["ephemerals"]] == ["Hello you"]
    assert [m["text"] for m in state["messages"][channels["payments"]]] == ["Hello all"]


@BOTH_WAYS
async def test_a_button_in_a_message_tells_who_pressed_what_and_where(
    control: Control, app: AsyncApp, connect: Connect, slack: LocalSlack, over: Over
) -> None:
    pressed: list[Body] = []

    @app.action("know")
    async def know(ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        pressed.append(body)
        await ack()
        await respond("Noted", replace_original=False)

    async with connect(app, over):
        posted = await client_of(slack).chat_postMessage(
            channel="payments", text="D-1", blocks=[button("know", "I know", value="D-1")]
        )
        await control.act("engineer", "press", channel="payments", ts=posted["ts"], action_id="know")
        await until(lambda: _ephemerals(control, "engineer"))

    [body] = pressed
    assert body["user"]["id"] == slack.described()["users"]["engineer"]
    assert body["message"]["text"] == "D-1"
    assert body["container"]["message_ts"] == posted["ts"]
    assert body["actions"][0]["value"] == "D-1"


async def _ephemerals(control: Control, user: str) -> bool:
    return bool((await control.get(f"state?user={user}"))["ephemerals"])


async def test_what_was_typed_survives_an_update_of_the_form(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    """Slack keeps values under the same block and action id, and then ignores a new first value."""
    title = text_input("title", "Title", initial_value="From the command", optional=True)

    @app.command("/form")
    async def open_form(ack: AsyncAck, client: AsyncWebClient, body: Body) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(title, button("more", "More")))

    @app.action("more")
    async def more(ack: AsyncAck, client: AsyncWebClient, body: Body) -> None:
        await ack()
        longer = modal(
            title | {"element": title["element"] | {"initial_value": "Another first value"}},
            text_input("notes", "Notes", initial_value="A first note", optional=True),
        )
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=longer)

    async with connect(app, "socket"):
        view_id = await _open(control, "/form")
        await control.act("pm", "type", view_id=view_id, values={"Title": "Typed by hand"})
        await control.act("pm", "press", view_id=view_id, action_id="more")

    [view] = (await control.get("state"))["views"]
    assert view["state"]["values"] == {
        "title": {"text": {"type": "plain_text_input", "value": "Typed by hand"}},
        "notes": {"text": {"type": "plain_text_input", "value": "A first note"}},
    }
    [request] = await control.ledger(kind="request", type="interactive")
    sent = request["payload"]["view"]["state"]["values"]
    assert sent["title"]["text"]["value"] == "Typed by hand", "a button in a form carries what was typed"


async def test_text_does_not_reach_the_app_by_itself(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    quiet = text_input("title", "Title")
    loud = select("kind", "Kind", "One-way door", "Two-way door", dispatch_action=True)
    _opens(app, modal(quiet, loud))
    chosen: list[Body] = []

    @app.action("choice")
    async def choose(ack: AsyncAck, body: Body) -> None:
        chosen.append(body)
        await ack()

    async with connect(app, "socket"):
        view_id = await _open(control, "/form")
        typed = await control.act("pm", "press", view_id=view_id, action_id="text", value="Use webhooks")
        picked = await control.act(
            "pm", "press", view_id=view_id, action_id="choice", value="Two-way door", wait=False
        )

    assert (typed["status"], picked["status"]) == ("not_dispatched", 200)
    [body] = chosen
    assert body["actions"][0]["selected_option"]["value"] == "two-way door"
    assert body["view"]["state"]["values"]["title"]["text"]["value"] == "Use webhooks"


async def test_slack_itself_stops_a_form_with_empty_required_fields(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    form = modal(
        text_input("title", "Title"),
        text_input("notes", "Notes", optional=True),
        text_input("short", "Short", min_length=3),
        select("kind", "Kind", "One-way door", "Two-way door"),
    )
    _opens(app, form)

    async with connect(app, "socket"):
        view_id = await _open(control, "/form")
        stopped = await control.act("pm", "submit", 400, view_id=view_id, values={"Short": "ab"})

    assert stopped["status"] == "client_refused"
    assert stopped["errors"] == {
        "title": "Please complete this required field.",
        "short": "Must be at least 3 characters.",
        "kind": "Please complete this required field.",
    }
    assert await control.ledger(kind="request", type="interactive") == []


async def test_a_choice_that_is_not_offered_cannot_be_made(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    _opens(app, modal(select("kind", "Kind", "One-way door")))

    async with connect(app, "socket"):
        view_id = await _open(control, "/form")
        wrong = await control.act("pm", "submit", 400, view_id=view_id, values={"Kind": "Trapdoor"})
        lost = await control.act("pm", "submit", 400, view_id=view_id, values={"Colour": "red"})

    assert "Trapdoor" in wrong["body"]
    assert "Colour" in lost["body"]


async def test_a_refusal_is_shown_under_its_field_and_the_form_stays(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    _opens(app, modal(text_input("title", "Title")))

    @app.view("form")
    async def refuse(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"title": "That title is taken."})

    async with connect(app, "socket"):
        view_id = await _open(control, "/form")
        answer = await control.act("pm", "submit", view_id=view_id, values={"Title": "Use webhooks"})

    assert answer["errors"] == {"title": "That title is taken."}
    [view] = (await control.get("state"))["views"]
    assert view["errors"] == {"title": "That title is taken."}
    assert view["state"]["values"]["title"]["text"]["value"] == "Use webhooks"


async def test_an_error_for_a_field_that_is_not_there_is_trouble(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    _opens(app, modal(text_input("title", "Title")))

    @app.view("form")
    async def refuse(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"titel": "No."})

    async with connect(app, "socket"):
        view_id = await _open(control, "/form")
        answer = await control.act("pm", "submit", view_id=view_id, values={"Title": "Use webhooks"})

    assert answer["trouble"] == "We had some trouble connecting. Try again?"
    assert answer["known"] == ["title"]
    assert [view["trouble"] for view in (await control.get("state"))["views"]] == [answer["trouble"]]


async def test_views_pile_up_to_three_and_go_one_by_one(
    control: Control, app: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    _opens(app, modal(button("deeper", "Deeper"), text_input("title", "Title", optional=True)))
    refused: list[str] = []

    @app.action("deeper")
    async def deeper(ack: AsyncAck, body: Body) -> None:
        await ack()
        view = modal(button("deeper", "Deeper"), text_input("title", "Title", optional=True))
        answer = await client.views_push(trigger_id=body["trigger_id"], view=view)
        assert answer["view"]["previous_view_id"] == body["view"]["id"]

    @app.error
    async def note(error: Exception) -> None:
        refused.append(str(error))

    async with connect(app, "socket"):
        first = await _open(control, "/form")
        second = (await control.act("pm", "press", view_id=first, action_id="deeper"))["views_opened"][0][
            "id"
        ]
        third = (await control.act("pm", "press", view_id=second, action_id="deeper"))["views_opened"][0][
            "id"
        ]
        await control.post("settings", ack_seconds=0.2)
        await control.act("pm", "press", view_id=third, action_id="deeper", wait=False)
        await until(lambda: _is_true(refused))
        below = await control.act("pm", "submit", 400, view_id=first)
        await control.act("pm", "close", view_id=third)

    assert "push_limit_reached" in refused[0]
    assert "lies on top" in below["body"]
    assert [v["id"] for v in (await control.get("state"))["views"] if v["on_top"]] == [second]


async def _is_true(value: object) -> bool:
    return bool(value)


async def test_a_submission_may_change_push_or_clear_what_is_open(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    _opens(app, modal(text_input("title", "Title", optional=True), callback_id="one"))

    @app.view("one")
    async def change(ack: AsyncAck) -> None:
        await ack(
            response_action="update", view=modal(text_input("b", "B", optional=True), callback_id="two")
        )

    @app.view("two")
    async def push(ack: AsyncAck) -> None:
        await ack(
            response_action="push", view=modal(text_input("c", "C", optional=True), callback_id="three")
        )

    @app.view("three")
    async def clear(ack: AsyncAck) -> None:
        await ack(response_action="clear")

    async with connect(app, "socket"):
        view_id = await _open(control, "/form")
        changed = await control.act("pm", "submit", view_id=view_id)
        pushed = await control.act("pm", "submit", view_id=view_id)
        assert changed["view"]["id"] == view_id
        assert changed["view"]["callback_id"] == "two"
        [top] = pushed["views_opened"]
        await control.act("pm", "submit", view_id=top["id"])

    assert (await control.get("state"))["views"] == []


async def test_a_closed_form_says_so_only_if_asked_and_carries_nothing(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    view = modal(text_input("title", "Title"))
    _opens(app, view | {"notify_on_close": True})
    _opens(app, view, command="/quiet")
    closed: list[Body] = []

    @app.view_closed("form")
    async def note(ack: AsyncAck, body: Body) -> None:
        closed.append(body)
        await ack()

    async with connect(app, "socket"):
        for command in ("/quiet", "/form"):
            view_id = await _open(control, command)
            await control.act("pm", "type", view_id=view_id, values={"title": "half a thought"})
            await control.act("pm", "close", view_id=view_id)

    [body] = closed
    assert body["view"]["state"] == {"values": {}}
    assert body["is_cleared"] is False


async def test_two_forms_cannot_have_the_same_external_id(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    refused: list[str] = []

    @app.command("/form")
    async def open_form(ack: AsyncAck, client: AsyncWebClient, body: Body) -> None:
        await ack()
        view = modal(text_input("title", "Title"), external_id="draft-1")
        try:
            await client.views_open(trigger_id=body["trigger_id"], view=view)
        except SlackApiError as error:
            refused.append(error.response["error"])

    async with connect(app, "socket"):
        await control.act("pm", "command", channel="payments", command="/form")
        await control.act("engineer", "command", channel="payments", command="/form", wait=False)
        await until(lambda: _is_true(refused))

    assert refused == ["duplicate_external_id"]


async def test_a_trigger_opens_one_view_and_only_for_a_moment(
    control: Control, app: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    triggers: list[str] = []

    @app.command("/form")
    async def keep(ack: AsyncAck, body: Body) -> None:
        triggers.append(body["trigger_id"])
        await ack()

    async def press() -> str:
        await control.act("pm", "command", channel="payments", command="/form", wait=False)
        return triggers[-1]

    view = modal(text_input("title", "Title"))
    async with connect(app, "socket"):
        once = await press()
        assert (await client.views_open(trigger_id=once, view=view))["ok"]
        twice = await refusal(client.views_open(trigger_id=once, view=view))
        await control.post("settings", trigger_seconds=0)
        late = await refusal(client.views_open(trigger_id=await press(), view=view))
        invented = await refusal(client.views_open(trigger_id="1.2.abc", view=view))

    assert [twice["error"], late["error"], invented["error"]] == [
        "exchanged_trigger_id",
        "expired_trigger_id",
        "invalid_trigger_id",
    ]


async def test_an_outdated_hash_changes_nothing(
    control: Control, app: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    _opens(app, modal(text_input("title", "Title")))

    async with connect(app, "socket"):
        view_id = await _open(control, "/form")
    [before] = (await control.get("state"))["views"]
    await client.views_update(view_id=view_id, hash=before["hash"], view=modal(text_input("b", "B")))

    conflict = await refusal(
        client.views_update(view_id=view_id, hash=before["hash"], view=modal(text_input("c", "C")))
    )
    missing = await refusal(client.views_update(view_id="V1", view=modal(text_input("c", "C"))))

    assert (conflict["error"], missing["error"]) == ("hash_conflict", "not_found")


async def test_an_external_menu_offers_what_the_app_answers(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    element = {"type": "external_select", "action_id": "decision", "min_query_length": 0}
    block = {"type": "input", "block_id": "supersedes", "element": element}
    _opens(app, modal({**block, "label": {"type": "plain_text", "text": "Supersedes"}}))
    saved: list[Body] = []

    @app.options("decision")
    async def offer(ack: AsyncAck, payload: Body) -> None:
        text = {"type": "plain_text", "text": f"D-7 {payload['value']}"}
        await ack(options=[{"text": text, "value": "7"}])

    @app.view("form")
    async def save(ack: AsyncAck, view: Body) -> None:
        saved.append(view)
        await ack()

    async with connect(app, "socket"):
        view_id = await _open(control, "/form")
        refused = await control.act("pm", "submit", 400, view_id=view_id, values={"Supersedes": "D-9"})
        await control.act("pm", "type", view_id=view_id, values={"Supersedes": "7"})
        await control.act("pm", "submit", view_id=view_id)

    assert "D-7 D-9" in refused["body"]
    assert saved[0]["state"]["values"]["supersedes"]["decision"]["selected_option"]["value"] == "7"


async def test_an_external_menu_of_a_message_offers_what_the_app_answers(
    control: Control,
    app: AsyncApp,
    connect: Connect,
    client: AsyncWebClient,
    channels: dict[str, str],
) -> None:
    element = {"type": "external_select", "action_id": "decision", "min_query_length": 0}
    block = {"type": "actions", "block_id": "which", "elements": [element]}
    said = await client.chat_postMessage(channel=channels["payments"], text="Which?", blocks=[block])
    asked: list[Body] = []
    chosen: list[Body] = []

    @app.options("decision")
    async def offer(ack: AsyncAck, body: Body) -> None:
        asked.append(body)
        await ack(options=[{"text": {"type": "plain_text", "text": "D-7"}, "value": "7"}])

    @app.action("decision")
    async def choose(ack: AsyncAck, action: Body) -> None:
        chosen.append(action)
        await ack()

    where = {"channel": "payments", "ts": said["ts"]}
    async with connect(app, "socket"):
        offered = await control.act(
            "pm", "suggest", **where, block_id="which", action_id="decision", value="why"
        )
        await control.act("pm", "press", **where, action_id="decision", value=offered["body"][0], wait=False)

    container = {"type": "message", "message_ts": said["ts"], "channel_id": channels["payments"]}
    assert (asked[0]["value"], asked[0]["container"]) == ("why", container)
    assert chosen[0]["selected_option"]["value"] == "7"


async def test_shortcuts_start_from_anywhere_or_from_a_message(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    seen: list[Body] = []

    @app.shortcut("log")
    async def log(ack: AsyncAck, body: Body) -> None:
        seen.append(body)
        await ack()

    said = await control.act("pm", "message", channel="payments", text="Let us use webhooks")
    async with connect(app, "socket"):
        await control.act("pm", "shortcut", callback_id="log", wait=False)
        await control.act(
            "engineer", "shortcut", callback_id="log", channel="payments", ts=said["ts"], wait=False
        )

    assert [body["type"] for body in seen] == ["shortcut", "message_action"]
    assert seen[1]["message"]["text"] == "Let us use webhooks"


async def test_an_app_that_does_not_answer_in_time_has_failed(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    @app.command("/slow")
    async def slow(ack: AsyncAck) -> None:
        await asyncio.sleep(0.3)
        await ack()

    await control.post("settings", ack_seconds=0.1)
    async with connect(app, "socket"):
        over_socket = await control.act("pm", "command", channel="payments", command="/slow")
    async with connect(app, "http"):
        over_http = await control.act("pm", "command", channel="payments", command="/slow")

    assert (over_socket["status"], over_http["status"]) == ("timed_out", "timed_out")


async def test_without_an_app_nothing_answers(control: Control) -> None:
    answer = await control.act("pm", "command", channel="payments", command="/decision")

    assert answer["status"] == "not_connected"


async def test_a_forged_request_is_not_what_this_slack_signs(
    control: Control, app: AsyncApp, connect: Connect, slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    """The app's own check of signatures lets our requests in and keeps others out."""

    @app.command("/hello")
    async def hello(ack: AsyncAck) -> None:
        await ack("Hello")

    urls: list[str] = []
    async with connect(app, "http"):
        signed = await control.act("pm", "command", channel="payments", command="/hello")
        urls.append(str(slack.addresses.events))
        headers = {"X-Slack-Request-Timestamp": "1700000000", "X-Slack-Signature": "v0=0"}
        async with session.post(urls[0], data={"command": "/hello"}, headers=headers) as forged:
            status = forged.status

    assert (signed["status"], status) == (200, 401)


async def test_nobody_acts_in_a_form_that_is_not_theirs(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    _opens(app, modal(text_input("title", "Title")))

    async with connect(app, "socket"):
        view_id = await _open(control, "/form")
        other = await control.act("engineer", "submit", 400, view_id=view_id, values={"Title": "Mine"})

    assert "not on the screen of engineer" in other["body"]
    assert await control.ledger(kind="request", type="interactive") == []


async def test_a_request_can_be_sent_again_as_a_double_click_would(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    count = 0

    @app.command("/count")
    async def add(ack: AsyncAck) -> None:
        nonlocal count
        count += 1
        await ack()

    async with connect(app, "socket"):
        await control.act("pm", "command", channel="payments", command="/count", wait=False)
        [request] = await control.ledger(kind="request", type="slash_commands")
        again = await control.post("replay", seq=request["seq"], times=5)

    assert count == 6
    assert [answer["status"] for answer in again] == [200] * 5


def _opens(app: AsyncApp, view: Body, command: str = "/form") -> None:
    """The command opens this view."""

    @app.command(command)
    async def open_form(ack: AsyncAck, client: AsyncWebClient, body: Body) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)


async def _open(control: Control, command: str) -> str:
    answer = await control.act("pm", "command", channel="payments", command=command)
    view_id: str = answer["views_opened"][0]["id"]
    return view_id


async def test_a_conversation_menu_may_start_with_where_one_is(
    control: Control, app: AsyncApp, connect: Connect, channels: dict[str, str]
) -> None:
    element = {
        "type": "conversations_select",
        "action_id": "channel",
        "default_to_current_conversation": True,
    }
    block = {"type": "input", "block_id": "channel", "element": element}
    _opens(app, modal({**block, "label": {"type": "plain_text", "text": "Where?"}}))
    saved: list[Body] = []

    @app.view("form")
    async def save(ack: AsyncAck, view: Body) -> None:
        saved.append(view["state"]["values"]["channel"]["channel"])
        await ack()

    async with connect(app, "socket"):
        view_id = await _open(control, "/form")
        await control.act("pm", "submit", view_id=view_id)

    assert saved[0]["selected_conversation"] == channels["payments"]


async def test_what_a_request_carried_is_not_changed_by_what_is_typed_later(
    control: Control, app: AsyncApp, connect: Connect
) -> None:
    _opens(app, modal(text_input("title", "Title")))

    @app.view("form")
    async def refuse(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"title": "Not yet."})

    async with connect(app, "socket"):
        view_id = await _open(control, "/form")
        await control.act("pm", "submit", view_id=view_id, values={"Title": "first"})
        await control.act("pm", "type", view_id=view_id, values={"Title": "second"})

    [request] = await control.ledger(type="interactive")
    assert request["payload"]["view"]["state"]["values"]["title"]["text"]["value"] == "first"
