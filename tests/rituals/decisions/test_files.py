"""The log out of Slack as files, and into it from files that are attached to a message."""

import asyncio
import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.outbox.models import Delivery
from bot.rituals.decisions.exchange import files, importing
from bot.rituals.decisions.listeners import files as listeners
from tests.person import Json, Slack, until, words_of
from tests.rituals.stories import (
    COMMAND,
    choose,
    filled,
    form,
    logged,
    opens,
    replaced,
    saved,
    set_up_team,
    shows,
    told,
)

pytestmark = [pytest.mark.usefixtures("bot"), pytest.mark.alike]


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


async def test_the_log_comes_as_a_sheet_and_as_pages_with_names_and_whole_as_json(slack: Slack) -> None:
    card = await logged(
        slack, "Use webhooks – für alle", context="Polling ran into *limits*", alternatives__0__name="Kafka"
    )
    await replaced(slack, card, "Use the stream")
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
    card = await logged(slack, "Use webhooks", links="D-1")
    view = await choose(slack.person("pm"), card, "link")
    assert (await slack.person("pm").submit(view, {"relation": "none", "links": "D-1"})).errors == {}
    view = await choose(slack.person("pm"), card, "link")
    assert (await slack.person("pm").submit(view, {"relation": "relates_to", "links": "D-1"})).errors == {}
    found = await _exported(slack, "engineer")
    assert len(found) == 3
    assert b"Use webhooks" in found["decisions.csv"]
    for content in found.values():
        assert b"Lay off" not in content
        assert b"D-1" not in content
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
    assert again.text == "Your files are being written. They come in a moment."
    await _sent(slack, "pm")
    assert len(await slack.calls("files.completeUploadExternal")) == 1


PAGE = """# 3. Use webhooks

- Status: accepted
- Date: 2026-02-15
- Deciders: Priya Nair

## Context

Polling ran into *limits*.

## Decision

Webhooks.
"""
NEWER = "# 4. Use the stream\n\n- Supersedes: [3](0003-use-webhooks.md)\n\n## Decision\n\nThe stream.\n"


async def _attached(
    slack: Slack, *attached: tuple[str, str], by: str = "pm", channel: str = "payments"
) -> Json:
    said = await slack.person(by).say(
        channel, "Our log", files=[{"name": name, "text": text} for name, text in attached]
    )
    return {"ts": said["ts"], "channel": slack.channels[channel]}


async def _window(slack: Slack, message: Json, *, by: str = "pm", holding: str = "For Payments:") -> Json:
    """The import's window for this message, when it has read the files."""
    person = slack.person(by)
    return await shows(
        person, await opens(person, person.shortcut("decisions.import_files", message)), holding
    )


async def _imported(slack: Slack, *attached: tuple[str, str], by: str = "pm") -> str:
    """What the window says at last."""
    view = await _window(slack, await _attached(slack, *attached, by=by), by=by)
    assert (await slack.person(by).submit(view)).errors == {}
    return words_of(await shows(slack.person(by), view, "Done:"))


async def test_files_of_a_message_are_shown_before_they_come_in_and_linked(slack: Slack) -> None:
    await set_up_team(slack)
    message = await _attached(
        slack,
        ("0003-use-webhooks.md", PAGE),
        ("0004-stream.md", NEWER),
        ("README.md", "# Index\n"),
        ("x.pdf", "x"),
    )
    view = await _window(slack, message)
    shown = words_of(view)
    assert "*For Payments:* 2 new\n• Use webhooks · accepted\n• Use the stream" in shown
    assert "README.md: an index" in shown
    assert "x.pdf: .pdf is no format that can be read" in shown
    assert "D-1" not in (await slack.person("pm").command("payments", COMMAND, "list")).text
    await slack.person("pm").submit(view)
    done = words_of(await shows(slack.person("pm"), view, "Done:"))
    assert "*Done:* 2 new." in done
    assert "README.md: an index" in done
    told_there = await slack.message("payments", "brought into the log")
    assert "*D-1* Use webhooks" in words_of(told_there)
    page = words_of(
        await opens(slack.person("pm"), slack.person("pm").command("payments", COMMAND, "show D-1"))
    )
    assert "Polling ran into *limits*." in page
    assert "D-2" in page, "what came after it"


async def test_the_same_message_again_changes_nothing_and_a_newer_file_what_it_says(slack: Slack) -> None:
    await set_up_team(slack)
    sheet = "ID,Title,Decision\n7,Use webhooks,Yes.\n8,Poll,No.\n"
    await _imported(slack, ("log.csv", sheet))
    assert "*Done:* 2 as they were." in await _imported(slack, ("log.csv", sheet))
    assert "*Done:* 2 as they were." in await _imported(slack, ("copy of log.csv", sheet))
    view = await _window(slack, await _attached(slack, ("log.csv", sheet.replace("Yes.", "For now."))))
    assert (
        "2 in the log already, changed where the files say otherwise\n• *D-1* Use webhooks\n• *D-2* Poll"
        in words_of(view)
    )
    await slack.person("pm").submit(view)
    assert "*Done:* 1 changed, 1 as they were." in words_of(await shows(slack.person("pm"), view, "Done:"))
    assert len([m for m in await slack.messages("payments") if "brought into" in words_of(m)]) == 1


async def test_another_file_of_that_name_overwrites_nothing(slack: Slack) -> None:
    await set_up_team(slack)
    await _imported(slack, ("decision.md", PAGE))
    assert "*Done:* 1 new." in await _imported(slack, ("decision.md", NEWER))
    both = await _imported(
        slack, ("same.md", PAGE.replace("webhooks", "Kafka")), ("same.md", PAGE.replace("webhooks", "files"))
    )
    assert "*Done:* 2 new." in both
    listed = (await slack.person("pm").command("payments", COMMAND, "list")).text
    assert [title in listed for title in ("Use webhooks", "Use the stream", "Use Kafka", "Use files")] == [
        True
    ] * 4


async def test_a_file_reaches_no_record_that_its_importer_may_not_change(slack: Slack) -> None:
    """Neither by the same bytes nor by a link into another channel's folder."""
    await set_up_team(slack, channel="leads", name="Leads")
    await set_up_team(slack)
    view = await _window(
        slack, await _attached(slack, ("0003-x.md", PAGE), channel="leads"), holding="For Leads:"
    )
    await slack.person("pm").submit(view)
    await shows(slack.person("pm"), view, "Done:")
    link = f"../slack:{slack.channels['leads']}/0003-x.md"
    done = await _imported(
        slack, ("0003-x.md", PAGE), ("0004-y.md", NEWER.replace("0003-use-webhooks.md", link)), by="engineer"
    )
    assert "*Done:* 2 new." in done
    page = words_of(await opens(slack.person("pm"), slack.person("pm").command("leads", COMMAND, "show D-1")))
    assert "accepted" in page
    assert "D-3" not in page


async def test_what_is_in_the_log_already_is_changed_only_by_who_may(slack: Slack) -> None:
    await set_up_team(slack, who_may="owners")
    await _imported(slack, ("x.md", PAGE))
    done = await _imported(slack, ("x.md", PAGE.replace("Webhooks.", "Polling.")), by="engineer")
    assert "nothing was brought in" in done
    assert "x.md: you may not change it" in done
    assert "*Done:* 1 changed." in await _imported(slack, ("x.md", PAGE.replace("Webhooks.", "Streams.")))
    assert "nothing was brought in" in await _imported(
        slack, ("x.md", PAGE.replace("Webhooks.", "Polling.")), by="engineer"
    )
    assert "*Done:* 1 changed." in await _imported(slack, ("x.md", PAGE.replace("Webhooks.", "Polling.")))


@pytest.mark.parametrize(
    ("attached", "said"),
    [
        ((), "That message has no files."),
        ((("notes.txt", ""),), "There is no decision in these files that can come in."),
        ((("log.csv", "Title,Decision\n" + "x,y\n" * 2_001),), "more than 2,000 rows"),
    ],
)
async def test_what_cannot_come_in_is_told_in_the_window(
    slack: Slack, attached: tuple[tuple[str, str], ...], said: str
) -> None:
    await set_up_team(slack)
    await _window(slack, await _attached(slack, *attached), holding=said)


async def test_a_channel_without_a_team_is_told_what_to_do_first(slack: Slack) -> None:
    await _window(slack, await _attached(slack, ("x.md", PAGE)), holding="`/partner team`")


async def test_without_the_scope_one_hears_what_to_ask_for(slack: Slack) -> None:
    await set_up_team(slack)
    await slack.fault("files.info", "error", "missing_scope")
    await _window(slack, await _attached(slack, ("x.md", PAGE)), holding="`files:read`")


async def test_the_token_goes_to_slack_alone(slack: Slack) -> None:
    """A file may be a link that another app put there, to wherever it likes."""
    await set_up_team(slack)
    message = await _attached(slack, ("x.md", PAGE), ("y.md", PAGE))
    elsewhere, remote = list(slack.local.state.world.files.values())[-2:]
    elsewhere["url_private_download"] = "http://slack.example.com/x.md"
    remote["mode"] = "external"
    shown = words_of(await _window(slack, message, holding="no decision in these files"))
    assert shown.count("it is not in Slack itself") == 2


async def test_an_import_that_breaks_off_keeps_what_is_in_and_goes_on_when_asked_again(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_up_team(slack)
    sheet = "Title,Decision\n" + "".join(f"Decision {n},Yes\n" for n in range(40))
    view = await _window(slack, await _attached(slack, ("log.csv", sheet)))
    put, calls = importing._put, []

    async def broken(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the disk")
        return await put(*args)

    monkeypatch.setattr(importing, "_put", broken)
    await slack.person("pm").submit(view)
    await shows(slack.person("pm"), view, "it is not saved twice. (ref")
    assert "*Done:* 15 new, 25 as they were." in await _imported(slack, ("log.csv", sheet))
    assert "*Done:* 40 as they were." in await _imported(slack, ("log.csv", sheet))
    calls.clear()
    sheet = sheet.replace("Yes", "No")
    view = await _window(slack, await _attached(slack, ("log.csv", sheet)))
    await slack.person("pm").submit(view)
    await shows(slack.person("pm"), view, "it is not saved twice")
    assert "*Done:* 15 changed, 25 as they were." in await _imported(slack, ("log.csv", sheet))


async def test_an_import_that_is_sent_again_is_done_once(slack: Slack) -> None:
    await set_up_team(slack)
    await _imported(slack, ("x.md", PAGE))
    asked = await slack.calls("files.info")
    sent = next(
        one
        for one in reversed(await slack.get("ledger", since="0"))
        if one.get("kind") == "request" and one["payload"].get("type") == "view_submission"
    )
    again = await slack.post("replay", {"seq": sent["seq"], "times": 3})
    assert all("This is saved already" in words_of(answer["body"]) for answer in again)
    assert await slack.calls("files.info") == asked


async def test_people_of_another_workspace_bring_nothing_in(slack: Slack) -> None:
    await set_up_team(slack, channel="partners", name="Partners")
    message = await _attached(slack, ("x.md", PAGE), channel="partners")
    await _window(
        slack, message, by="stranger", holding="Guests from another workspace can read and answer here."
    )


async def test_a_file_that_its_importer_cannot_see_stays_closed(slack: Slack) -> None:
    """A message may show one that was shared in another channel."""
    await set_up_team(slack)
    message = await _attached(slack, ("secret.md", PAGE))
    file = next(reversed(slack.local.state.world.files.values()))
    file |= {"channels": [], "groups": [slack.channels["leads"]]}
    shown = words_of(await _window(slack, message, by="engineer", holding="no decision in these files"))
    assert "secret.md: you cannot see it" in shown


async def test_a_file_is_the_same_whatever_became_of_its_record_in_slack(slack: Slack) -> None:
    await set_up_team(slack)
    await _imported(slack, ("x.md", PAGE))
    pm = slack.person("pm")
    page = await opens(pm, pm.command("payments", COMMAND, "show D-1"))
    edit = await opens(pm, pm.press_in(page, "decisions.change", "edit:1"))
    assert (await pm.submit(edit, {"title": "Use web hooks"})).errors == {}
    for _again in range(2):
        assert "*Done:* 1 as they were." in await _imported(slack, ("x.md", PAGE))


async def test_what_a_file_is_silent_about_stays(slack: Slack) -> None:
    await set_up_team(slack)
    await _imported(slack, ("log.csv", "Title,Decision,Context\nUse webhooks,Yes.,Limits.\n"))
    assert "*Done:* 1 changed." in await _imported(
        slack, ("log.csv", "Title,Decision\nUse webhooks,For now.\n")
    )
    page = words_of(
        await opens(slack.person("pm"), slack.person("pm").command("payments", COMMAND, "show D-1"))
    )
    assert "For now." in page
    assert ">Why: *Limits*." in (await slack.person("pm").command("payments", COMMAND, "why limits")).text


async def test_a_row_that_would_overwrite_another_decision_is_shown_first(slack: Slack) -> None:
    await set_up_team(slack)
    await _imported(slack, ("log.csv", "ID,Title,Decision\n1,Use webhooks,Yes.\n"))
    new = "".join(f"{n},New {n},Yes.\n" for n in range(2, 30))
    view = await _window(
        slack, await _attached(slack, ("log.csv", f"ID,Title,Decision\n{new}1,Fire them,Yes.\n"))
    )
    assert (
        "in the log already, changed where the files say otherwise\n• *D-1* Use webhooks becomes Fire them\n• New 2"
        in words_of(view)
    )


async def test_only_what_was_looked_at_comes_in(slack: Slack) -> None:
    """The author of a snippet can edit it while somebody else looks at the import."""
    await set_up_team(slack)
    message = await _attached(slack, ("x.md", PAGE), by="engineer")
    view = await _window(slack, message)
    contents = slack.local.state.world.file_contents
    contents[next(reversed(contents))] = NEWER.encode()
    await slack.person("pm").submit(view)
    await shows(slack.person("pm"), view, "The files are not what they were when you looked.")
    assert "D-1" not in (await slack.person("pm").command("payments", COMMAND, "list")).text


async def test_where_the_app_is_not_one_hears_how_to_bring_it_there(slack: Slack) -> None:
    await set_up_team(slack, by="techlead", channel="platform", name="Platform")
    message = await _attached(slack, ("x.md", PAGE), by="techlead", channel="platform")
    await _window(slack, message, by="techlead", holding="invite me to its channel with `/invite`")


async def test_a_title_of_any_length_fits_the_window(slack: Slack) -> None:
    await set_up_team(slack)
    long = "x" * 400_000
    shown = words_of(
        await _window(slack, await _attached(slack, ("log.csv", f"Title,Decision\n{long},Yes.\n")))
    )
    assert "xxx…" in shown


async def test_an_import_that_never_ended_is_told_of_and_one_that_did_is_not(
    slack: Slack, clock: MovableClock, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_up_team(slack)
    await _imported(slack, ("x.md", PAGE))
    await _exported(slack, "pm")
    promised = select(func.count()).where(Delivery.source.startswith("decisions:promise"))

    async def none_left() -> bool:
        async with db.read() as session:
            return await session.scalar(promised) == 0

    await until(none_left)  # it is taken back a moment after what came of it is shown

    async def killed(*_args: Any) -> None:
        """As if the process had ended."""

    monkeypatch.setattr(listeners, "_import", killed)
    await slack.person("pm").submit(await _window(slack, await _attached(slack, ("y.md", NEWER))))
    clock.advance(timedelta(minutes=31))
    await told(slack, "pm", "did not come to its end")


async def test_dates_of_a_large_sheet_are_read_as_those_of_a_small_one() -> None:
    rows = "Title,Date,Decision\nA,6/4/2018,x\nB,6/24/2018,x\n"
    for content in (rows, rows + "C,,x\n" * 100_000):
        assert not files.is_day_first([("log.csv", content.encode())])


async def test_what_was_withdrawn_stays_so_and_who_may_not_replace_does_not_by_a_file(slack: Slack) -> None:
    await set_up_team(slack, who_may="owners")
    await _imported(slack, ("0003-use-webhooks.md", PAGE))
    assert "*Done:* 1 new." in await _imported(slack, ("0004-stream.md", NEWER), by="engineer")
    pm = slack.person("pm")
    page = await opens(pm, pm.command("payments", COMMAND, "show D-1"))
    assert "accepted" in words_of(page)
    assert "D-2" not in words_of(page)
    withdrawal = await opens(pm, pm.press_in(page, "decisions.withdraw", "1"))
    assert (await pm.submit(withdrawal, {"reason": "A mistake"})).errors == {}
    done = await _imported(slack, ("0003-use-webhooks.md", PAGE.replace("Webhooks.", "Files.")))
    assert "0003-use-webhooks.md: it was withdrawn" in done


async def test_one_import_of_a_person_at_a_time(slack: Slack) -> None:
    await set_up_team(slack)
    first = await _window(slack, await _attached(slack, ("x.md", PAGE)))
    second = await _window(slack, await _attached(slack, ("y.md", NEWER)))
    await slack.fault("files.info", "delay", 1)
    pm = slack.person("pm")
    await pm.submit(first)
    refused = await pm.submit(second)
    assert "Other files are being brought in" in words_of(refused.body)
    await shows(pm, first, "Done:")
    notice = next(view for view in (await pm.views()).values() if view["callback_id"] == "kernel.notice")
    await pm.close(notice)
    await pm.submit(second)
    await shows(pm, second, "Done:")


async def test_an_export_that_a_shutdown_cut_off_is_told_of(slack: Slack, clock: MovableClock) -> None:
    await saved(slack, "Use webhooks")
    await slack.fault("conversations.open", "delay", 5)
    await slack.person("pm").command("payments", COMMAND, "export")
    [writing] = [task for task in asyncio.all_tasks() if task.get_name().startswith("decisions_export")]
    writing.cancel()  # as a shutdown does with what is not done in time
    await slack.clear_faults()
    clock.advance(timedelta(minutes=31))
    await told(slack, "pm", "The files of your `/decision export` did not come")


async def test_a_role_in_capitals_is_a_name_and_nobody_in_slack(slack: Slack) -> None:
    await set_up_team(slack)
    await _imported(slack, ("x.md", PAGE.replace("Priya Nair", "CTO, UX")))
    pm = slack.person("pm")
    page = await opens(pm, pm.command("payments", COMMAND, "show D-1"))
    assert "decided by CTO and UX" in words_of(page)
    edit = await opens(pm, pm.press_in(page, "decisions.change", "edit:1"))
    assert "deciders" not in filled(edit)
    assert (await pm.submit(edit, {"title": "Use web hooks", "deciders": ["pm"]})).errors == {}
    page = await opens(pm, pm.command("payments", COMMAND, "show D-1"))
    assert f"decided by <@{slack.users['pm']}>, CTO and UX" in words_of(page)
