"""The log out of Slack as files."""

import csv
import io
import json
import zipfile

import pytest

from bot.clock import MovableClock
from bot.rituals.decisions.exchange import files
from tests.person import Json, Slack, until
from tests.rituals.stories import COMMAND, filled, form, logged, replaced, saved, told

pytestmark = pytest.mark.usefixtures("bot")


async def _exported(slack: Slack, person: str) -> dict[str, bytes]:
    """What `/decision export` sends, the archive unpacked, by name."""
    await slack.person(person).command("payments", COMMAND, "export")
    message = await _sent(slack, person)
    sent = {file["name"]: await slack.file(file["id"]) for file in message["files"]}
    assert sent.keys() == {"decisions.csv", "decisions.zip"}
    with zipfile.ZipFile(io.BytesIO(sent["decisions.zip"])) as archive:
        unpacked = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    return {"decisions.csv": sent["decisions.csv"], **unpacked}


async def _sent(slack: Slack, person: str) -> Json:
    """The message with files in the person's conversation with the app."""

    async def look() -> Json | None:
        seen = await slack.person(person).sees()
        direct = [channel["id"] for channel in seen["channels"].values() if channel["kind"] == "im"]
        return next(
            (one for id_ in direct for one in seen["messages"].get(id_, []) if one.get("files")), None
        )

    return await until(look)


async def test_the_log_comes_as_a_sheet_and_as_pages_with_names_and_whole_as_json(
    slack: Slack, clock: MovableClock
) -> None:
    card = await logged(
        slack, "Use webhooks – für alle", context="Polling ran into *limits*", alternatives__0__name="Kafka"
    )
    await replaced(slack, clock, card, "Use the stream")
    found = await _exported(slack, "pm")
    assert "2 decisions that you could see" in (await _sent(slack, "pm"))["text"]
    assert found.keys() == {
        "decisions.csv",
        "decisions/decisions.json",
        "decisions/0001-use-webhooks-für-alle.md",
        "decisions/0002-use-the-stream.md",
    }
    pm, name = slack.users["pm"], "pm"
    rows = list(csv.DictReader(io.StringIO(found["decisions.csv"].decode("utf-8-sig"))))
    assert [(row["number"], row["title"], row["deciders"]) for row in rows] == [
        ("D-1", "Use webhooks – für alle", name),
        ("D-2", "Use the stream", name),
    ]
    page = found["decisions/0001-use-webhooks-für-alle.md"].decode()
    assert "Polling ran into *limits*" in page
    assert f"deciders: {name}" in page.lower()
    kept = json.loads(found["decisions/decisions.json"])
    assert [one["deciders"] for one in kept] == [[pm], [pm]]
    assert [one["superseded_by"] for one in kept] == [["D-2"], []]
    for path, content in found.items():
        assert files.read(content, path=path).entries, f"{path} can be read back"


async def test_what_one_cannot_see_is_not_in_the_files_nor_named_in_them(slack: Slack) -> None:
    await saved(slack, "Lay off nobody", by="pm", channel="leads")
    await saved(slack, "Use webhooks", links="D-1")
    found = await _exported(slack, "engineer")
    assert len(found) == 3
    assert b"Use webhooks" in found["decisions.csv"]
    for content in found.values():
        assert b"Lay off" not in content
    assert [one["relates_to"] for one in json.loads(found["decisions/decisions.json"])] == [[]]


async def test_who_sees_nothing_is_told_so_and_a_guest_takes_nothing_along(slack: Slack) -> None:
    nothing = await slack.person("engineer").command("payments", COMMAND, "export")
    assert nothing.text == "There is no decision yet that you can see. `/decision` logs the first."
    await saved(slack, "Use webhooks")
    refused = await slack.person("guest").command("payments", COMMAND, "export")
    assert refused.text.startswith("Guests cannot take the log along.")
    assert await slack.calls("files.getUploadURLExternal") == []


async def test_where_files_are_not_allowed_one_hears_what_to_ask_for(slack: Slack) -> None:
    await saved(slack, "Use webhooks")
    await slack.fault("files.getUploadURLExternal", "error", "missing_scope")
    await slack.person("pm").command("payments", COMMAND, "export")
    await told(slack, "pm", "allow `files:write`")


async def test_a_title_that_begins_with_export_opens_the_form(slack: Slack) -> None:
    view = await form(slack.person("pm"), "export all invoices nightly")
    assert filled(view)["title"] == "export all invoices nightly"


async def test_who_asks_again_meanwhile_waits_for_the_first(slack: Slack) -> None:
    await saved(slack, "Use webhooks")
    await slack.fault("conversations.open", "delay", 1)
    pm = slack.person("pm")
    await pm.command("payments", COMMAND, "export")
    again = await pm.command("payments", COMMAND, "export")
    assert again.text == "That is still being done. Wait a moment for it, please."
    await _sent(slack, "pm")
    assert len(await slack.calls("files.completeUploadExternal")) == 1
