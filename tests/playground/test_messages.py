"""Messages of the app: where they may go, how they change, how they are read back."""

from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.server import LocalSlack
from tests.playground.conftest import Control, button, refusal


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("platform", "not_in_channel"),
        ("secret", "channel_not_found"),
        ("attic", "is_archived"),
        ("nowhere", "channel_not_found"),
    ],
)
async def test_a_post_goes_only_where_the_app_may_write(
    client: AsyncWebClient, channel: str, error: str
) -> None:
    assert (await refusal(client.chat_postMessage(channel=channel, text="hello")))["error"] == error


async def test_an_app_may_join_a_public_channel_and_then_post(
    client: AsyncWebClient, channels: dict[str, str]
) -> None:
    await client.conversations_join(channel=channels["platform"])

    assert (await client.chat_postMessage(channel=channels["platform"], text="hello"))["ok"]


async def test_the_right_to_post_everywhere_needs_no_invitation() -> None:
    seed = {
        "workspaces": [
            {
                "name": "Acme",
                "users": [{"name": "pm"}],
                "scopes": ["chat:write", "chat:write.public"],
                "channels": [{"name": "platform", "members": ["pm"], "bot": False}],
            }
        ]
    }
    async with LocalSlack(seed) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        assert (await client.chat_postMessage(channel="platform", text="hello"))["ok"]


async def test_a_post_without_anything_to_say_is_refused(client: AsyncWebClient, control: Control) -> None:
    answer = await refusal(client.api_call("chat.postMessage", json={"channel": "payments"}))

    assert answer["error"] == "no_text"
    [entry] = await control.ledger(method="chat.postMessage")
    assert not entry["committed"]
    assert entry["rule"]
    assert entry["source"].startswith("https://")


async def test_every_message_of_a_channel_has_its_own_later_ts(
    client: AsyncWebClient, control: Control
) -> None:
    ts = [(await client.chat_postMessage(channel="payments", text=str(n)))["ts"] for n in range(3)]
    await control.post("clock", now="2020-01-01T00:00:00+00:00")
    ts.append((await client.chat_postMessage(channel="payments", text="the clock went back"))["ts"])

    assert ts == sorted(set(ts))


async def test_the_clock_gives_messages_their_date(
    client: AsyncWebClient, control: Control, channels: dict[str, str]
) -> None:
    await control.post("clock", now="2031-03-04T09:00:00+01:00")

    posted = await client.chat_postMessage(channel=channels["payments"], text="from the future")

    assert 1930377600 <= float(posted["ts"]) < 1930377660


async def test_a_post_to_a_person_opens_the_direct_messages_with_them(
    client: AsyncWebClient, users: dict[str, str], control: Control
) -> None:
    first = await client.chat_postMessage(channel=users["pm"], text="hello")
    opened = await client.conversations_open(users=[users["pm"]])

    assert first["channel"].startswith("D")
    assert opened["channel"]["id"] == first["channel"]
    assert opened["already_open"]
    seen = await control.get(f"state?user={users['engineer']}")
    assert first["channel"] not in seen["messages"]


async def test_posting_to_somebody_who_left_does_not_fail(
    client: AsyncWebClient, users: dict[str, str]
) -> None:
    assert (await client.chat_postMessage(channel=users["gone"], text="are you there?"))["ok"]
    assert (await refusal(client.conversations_open(users=[users["gone"]])))["error"] == "user_disabled"


async def test_a_group_message_is_opened_once_for_the_same_people(
    client: AsyncWebClient, users: dict[str, str]
) -> None:
    first = await client.conversations_open(users=[users["pm"], users["techlead"]])
    again = await client.conversations_open(users=[users["techlead"], users["pm"]])

    assert first["channel"]["id"] == again["channel"]["id"]
    assert not first["already_open"]
    assert (await client.conversations_members(channel=first["channel"]["id"]))["members"]


async def test_history_is_for_members_only(client: AsyncWebClient, channels: dict[str, str]) -> None:
    public = await refusal(client.conversations_history(channel=channels["platform"]))
    private = await refusal(client.conversations_history(channel=channels["secret"]))

    assert (public["error"], private["error"]) == ("not_in_channel", "channel_not_found")


async def test_an_update_is_checked_like_a_post(client: AsyncWebClient, channels: dict[str, str]) -> None:
    at = (await client.chat_postMessage(channel=channels["payments"], text="hello"))["ts"]
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]

    refused = await refusal(
        client.chat_update(channel=channels["payments"], ts=at, text="hello", blocks=blocks)
    )

    assert refused["error"] == "invalid_blocks"
    assert "/blocks/0/text" in refused["response_metadata"]["messages"][0]


async def test_an_update_keeps_the_blocks_it_does_not_name(
    client: AsyncWebClient, channels: dict[str, str]
) -> None:
    posted = await client.chat_postMessage(
        channel=channels["payments"], text="one", blocks=[button("ok", "OK")]
    )
    at, channel = posted["ts"], posted["channel"]

    only_text = await client.chat_update(channel=channel, ts=at, text="two")
    without_blocks = await client.chat_update(channel=channel, ts=at, text="three", blocks=[])

    assert only_text["message"]["blocks"][0]["block_id"] == "block.ok"
    assert "blocks" not in without_blocks["message"]
    [stored] = (await client.conversations_history(channel=channel))["messages"]
    assert stored["text"] == "three"
    assert stored["edited"]["user"]


async def test_only_its_own_messages_can_be_changed_by_the_app(
    client: AsyncWebClient, control: Control, channels: dict[str, str]
) -> None:
    said = await control.act("pm", "message", channel="payments", text="mine")
    at = {"channel": channels["payments"], "ts": said["ts"]}

    assert (await refusal(client.chat_update(**at, text="yours")))["error"] == "cant_update_message"
    assert (await refusal(client.chat_delete(**at)))["error"] == "cant_delete_message"
    at["ts"] = "1.000001"
    assert (await refusal(client.chat_update(**at, text="yours")))["error"] == "message_not_found"


async def test_replies_stay_in_their_thread_unless_sent_to_the_channel_too(
    client: AsyncWebClient, channels: dict[str, str]
) -> None:
    channel = channels["payments"]
    parent = (await client.chat_postMessage(channel=channel, text="parent"))["ts"]
    reply = (await client.chat_postMessage(channel=channel, text="reply", thread_ts=parent))["ts"]
    await client.chat_postMessage(channel=channel, text="loud", thread_ts=reply, reply_broadcast=True)

    history = (await client.conversations_history(channel=channel))["messages"]
    thread = (await client.conversations_replies(channel=channel, ts=parent))["messages"]

    assert [m["text"] for m in history] == ["loud", "parent"]
    assert [m["text"] for m in thread] == ["parent", "reply", "loud"]
    assert history[1]["reply_count"] == 2


async def test_a_reply_needs_a_parent_that_is_still_there(
    client: AsyncWebClient, channels: dict[str, str]
) -> None:
    channel = channels["payments"]
    lost = await refusal(client.chat_postMessage(channel=channel, text="reply", thread_ts="1.000001"))
    assert lost["error"] == "thread_not_found"

    parent = (await client.chat_postMessage(channel=channel, text="parent"))["ts"]
    await client.chat_postMessage(channel=channel, text="reply", thread_ts=parent)
    await client.chat_delete(channel=channel, ts=parent)
    deleted = await refusal(client.chat_postMessage(channel=channel, text="late", thread_ts=parent))

    assert deleted["error"] == "cannot_reply_to_message"
    thread = (await client.conversations_replies(channel=channel, ts=parent))["messages"]
    assert [m["text"] for m in thread] == ["This message was deleted.", "reply"]


async def test_metadata_is_shown_only_to_those_who_ask(
    client: AsyncWebClient, channels: dict[str, str]
) -> None:
    metadata = {"event_type": "common_ground_delivery", "event_payload": {"id": "d1"}}
    posted = await client.chat_postMessage(channel=channels["payments"], text="hello", metadata=metadata)
    where: dict[str, Any] = {"channel": posted["channel"], "oldest": posted["ts"], "inclusive": True}

    [bare] = (await client.conversations_history(**where))["messages"]
    [full] = (await client.conversations_history(**where, include_all_metadata=True))["messages"]

    assert "metadata" not in bare
    assert full["metadata"] == metadata


async def test_history_comes_newest_first_in_pages(client: AsyncWebClient, channels: dict[str, str]) -> None:
    channel = channels["payments"]
    for n in range(7):
        await client.chat_postMessage(channel=channel, text=str(n))

    texts: list[str] = []
    cursor = None
    for _ in range(3):
        page = await client.conversations_history(channel=channel, limit=3, cursor=cursor)
        texts += [message["text"] for message in page["messages"]]
        cursor = (page.get("response_metadata") or {"next_cursor": None})["next_cursor"]

    assert texts == list("6543210")
    assert cursor is None


async def test_history_between_two_moments_leaves_out_its_ends(
    client: AsyncWebClient, channels: dict[str, str]
) -> None:
    channel = channels["payments"]
    ts = [(await client.chat_postMessage(channel=channel, text=str(n)))["ts"] for n in range(4)]
    between: dict[str, Any] = {"channel": channel, "oldest": ts[0], "latest": ts[3]}

    without = (await client.conversations_history(**between))["messages"]
    with_ends = (await client.conversations_history(**between, inclusive=True))["messages"]

    assert [m["text"] for m in without] == ["2", "1"]
    assert [m["text"] for m in with_ends] == ["3", "2", "1", "0"]


async def test_an_ephemeral_is_seen_by_one_person_and_by_no_history(
    client: AsyncWebClient, control: Control, channels: dict[str, str], users: dict[str, str]
) -> None:
    channel = channels["payments"]
    shown = await client.chat_postEphemeral(channel=channel, user=users["pm"], text="only you")

    assert (await client.conversations_history(channel=channel))["messages"] == []
    for_pm = (await control.get("state?user=pm"))["ephemerals"]
    assert [e["text"] for e in for_pm] == ["only you"]
    assert (await control.get("state?user=engineer"))["ephemerals"] == []
    gone = await refusal(client.chat_update(channel=channel, ts=shown["message_ts"], text="no"))
    assert gone["error"] == "message_not_found"
    outside = await refusal(client.chat_postEphemeral(channel=channel, user=users["owner"], text="x"))
    assert outside["error"] == "user_not_in_channel"


async def test_a_permalink_names_channel_and_message(
    client: AsyncWebClient, channels: dict[str, str]
) -> None:
    channel = channels["payments"]
    at = (await client.chat_postMessage(channel=channel, text="hello"))["ts"]

    answer = await client.chat_getPermalink(channel=channel, message_ts=at)

    assert answer["permalink"] == f"https://acme.slack.com/archives/{channel}/p{at.replace('.', '')}"


async def test_reactions_and_pins_are_counted_once(client: AsyncWebClient, channels: dict[str, str]) -> None:
    channel = channels["payments"]
    at = (await client.chat_postMessage(channel=channel, text="hello"))["ts"]
    here = {"channel": channel, "timestamp": at}

    await client.reactions_add(**here, name="eyes")
    assert (await refusal(client.reactions_add(**here, name="eyes")))["error"] == "already_reacted"
    assert (await refusal(client.reactions_add(**here, name="not an emoji")))["error"] == "invalid_name"
    assert (await client.reactions_get(**here))["message"]["reactions"][0]["count"] == 1
    await client.reactions_remove(**here, name="eyes")
    assert (await refusal(client.reactions_remove(**here, name="eyes")))["error"] == "no_reaction"

    await client.pins_add(**here)
    assert (await refusal(client.pins_add(**here)))["error"] == "already_pinned"
    assert [pin["message"]["ts"] for pin in (await client.pins_list(channel=channel))["items"]] == [at]
    await client.pins_remove(**here)
    assert (await refusal(client.pins_remove(**here)))["error"] == "no_pin"


async def test_a_file_is_uploaded_and_shared_as_the_sdk_does_it(
    client: AsyncWebClient, channels: dict[str, str]
) -> None:
    shared = await client.files_upload_v2(
        channel=channels["payments"],
        filename="log.csv",
        content="number,title\n1,Webhooks\n",
        initial_comment="Here",
    )

    [message] = (await client.conversations_history(channel=channels["payments"]))["messages"]
    assert message["text"] == "Here"
    assert message["files"][0]["id"] == shared["file"]["id"]
    assert (await client.files_info(file=shared["file"]["id"]))["content"].endswith("1,Webhooks\n")


async def test_a_persons_file_is_handed_to_the_apps_token_and_to_nobody_else(
    control: Control, session: ClientSession, client: AsyncWebClient, channels: dict[str, str]
) -> None:
    attached = [{"name": "log.csv", "text": "a,b\n"}]
    await control.act("pm", "message", channel=channels["payments"], text="Our log", files=attached)
    [message] = (await client.conversations_history(channel=channels["payments"]))["messages"]
    [file] = message["files"]
    assert (message["subtype"], file["name"], file["size"]) == ("file_share", "log.csv", 4)
    for token, body in ((client.token, "a,b\n"), ("xoxb-another", "<!DOCTYPE html>")):
        async with session.get(
            file["url_private_download"], headers={"Authorization": f"Bearer {token}"}
        ) as answer:
            assert answer.status == 200, "a page to sign in comes with a 200 too, as in Slack"
            assert (await answer.text()).startswith(body)


async def test_a_canvas_keeps_what_was_written_into_it(
    client: AsyncWebClient, slack: LocalSlack, channels: dict[str, str]
) -> None:
    def markdown(text: str) -> dict[str, str]:
        return {"type": "markdown", "markdown": text}

    channel = channels["payments"]
    made = await client.conversations_canvases_create(channel_id=channel, document_content=markdown("# Log"))
    changes = [{"operation": "insert_at_end", "document_content": markdown("- D-1")}]
    await client.canvases_edit(canvas_id=made["canvas_id"], changes=changes)

    assert (
        slack.state.world.workspaces[slack.team_id].canvases[made["canvas_id"]]["markdown"] == "# Log\n- D-1"
    )
    second = client.conversations_canvases_create(channel_id=channel, document_content=markdown("again"))
    again = await refusal(second)
    assert again["error"] == "channel_canvas_already_exists"
