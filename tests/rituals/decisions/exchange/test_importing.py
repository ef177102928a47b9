"""Files go into the log by the command line, once, and again when they change."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL

from bot.app import App
from bot.cli import commands as cli
from bot.clock import Clock, MovableClock
from bot.db.engine import Database
from bot.people.models import Team
from bot.rituals.decisions import queries
from bot.workspaces.models import Workspace
from tests.person import Slack, words_of
from tests.rituals.decisions.exchange.command_line import CommonGround
from tests.rituals.decisions.exchange.test_reading import MADR, NYGARD
from tests.rituals.stories import dm_of, home, pass_to, set_up_team

OLDER = NYGARD.replace("7. Use webhooks for", "3. Poll").replace(
    "Supersedes [3. Poll the partner API](0003-poll-the-partner-api.md)", ""
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "adr"
    folder.mkdir()
    (folder / "0003-poll-the-partner-api.md").write_text(OLDER)
    (folder / "0007-use-webhooks.md").write_text(NYGARD)
    (folder / "README.md").write_text("# Our decisions\n")
    (folder / "logo.png").write_bytes(b"\x89PNG")
    return folder


def test_every_file_is_accounted_for_and_the_second_time_nothing_changes(
    common_ground: CommonGround, log: Path
) -> None:
    told = common_ground.imported(log)
    assert [(Path(one["path"]).name, one["outcome"], one["number"]) for one in told] == [
        ("0003-poll-the-partner-api.md", "created", "D-1"),
        ("0007-use-webhooks.md", "created", "D-2"),
        ("README.md", "skipped", None),
        ("logo.png", "skipped", None),
    ]
    assert told[2]["reason"] == "an index"
    assert told[1]["fields"]["date"] == "2026-02-15"
    assert [one["outcome"] for one in common_ground.imported(log)] == ["unchanged"] * 2 + ["skipped"] * 2


def test_supersession_is_set_at_both_ends(common_ground: CommonGround, log: Path) -> None:
    common_ground.imported(log)
    status = {row["number"]: row["status"] for row in common_ground.found("partner")}
    assert status == {"D-1": "superseded", "D-2": "accepted"}


def test_a_changed_file_changes_its_record(common_ground: CommonGround, log: Path) -> None:
    common_ground.imported(log)
    changed = log / "0007-use-webhooks.md"
    changed.write_text(NYGARD.replace("We take webhooks.", "We take webhooks, signed with Ed25519."))
    told = {Path(one["path"]).name: one["outcome"] for one in common_ground.imported(log)}
    assert (told["0007-use-webhooks.md"], told["0003-poll-the-partner-api.md"]) == ("updated", "unchanged")
    assert [row["number"] for row in common_ground.found("Ed25519")] == ["D-2"]


def test_a_dry_run_keeps_nothing(common_ground: CommonGround, log: Path) -> None:
    assert common_ground.imported(log, "--dry-run")[0]["outcome"] == "created"
    assert common_ground.found("partner") == []
    assert common_ground.imported(log)[0]["outcome"] == "created"


def test_a_search_names_the_file_and_marks_what_matched(common_ground: CommonGround, log: Path) -> None:
    (log / "0008-x.md").write_text(MADR)
    common_ground.imported(log)
    best = common_ground.found("polling every minute")[0]
    assert best["confident"] is True
    assert best["matched"] == ["every", "minute", "polling"]
    assert Path(best["source"]).parent == log
    assert "every minute" in best["snippet"]


def test_a_filter_finds_what_hundreds_of_better_ones_hide(
    common_ground: CommonGround, tmp_path: Path
) -> None:
    for n in range(queries.AT_FIRST + 1):
        (tmp_path / f"{n}.md").write_text("# Webhooks\n\n## Status\n\nProposed\n\n## Context\n\nWebhooks.\n")
    (tmp_path / "x.md").write_text(
        "# Signatures\n\n## Status\n\nAccepted\n\n## Consequences\n\nNo webhooks.\n"
    )
    common_ground.imported(tmp_path)
    found = common_ground.found("webhooks status:accepted")
    assert [row["title"] for row in found] == ["Signatures"]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    common_ground: CommonGround, log: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.md").write_text(NYGARD)
    (log / "0009-link.md").symlink_to(tmp_path / "secret.md")
    assert "0009-link.md" not in [Path(one["path"]).name for one in common_ground.imported(log)]


def test_with_several_teams_one_has_to_be_named(
    common_ground: CommonGround, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["decisions", "import", str(log), "--team", "nobody"]) == cli.FAILED
    assert "No team is called 'nobody'. There is none yet." in capsys.readouterr().err


@pytest.mark.alike
@pytest.mark.usefixtures("bot")
async def test_the_database_of_a_bot_that_runs_needs_no_keys_to_bring_a_log_in_and_out(
    common_ground: CommonGround, log: Path, tmp_path: Path, slack: Slack
) -> None:
    await set_up_team(slack)
    told = await asyncio.to_thread(common_ground.imported, log)
    assert [one["number"] for one in told] == ["D-1", "D-2", None, None]
    (first, *_more) = await asyncio.to_thread(common_ground.found, "poll partner")
    assert first["team"] == "Payments"
    out = tmp_path / "log.csv"
    await asyncio.to_thread(common_ground, "export", "--format", "csv", "--out", out)
    assert "Use webhooks" in out.read_text()
    assert "D-2" in (await slack.person("pm").command("payments", "/decision", "list")).text


@pytest.mark.alike
@pytest.mark.parametrize("known_before", [False, True])
async def test_makers_are_asked_on_the_day_that_came_by_an_import(
    common_ground: CommonGround,
    tmp_path: Path,
    slack: Slack,
    bot: App,
    clock: MovableClock,
    *,
    known_before: bool,
) -> None:
    now = Clock().now()  # the command line has no other
    clock.set(now)
    await set_up_team(slack)
    log = tmp_path / "decisions.json"
    row = {
        **dict.fromkeys(("context", "decision", "consequences", "notes", "revisit_when"), ""),
        **dict.fromkeys(("alternatives", "consulted", "must_know", "tags"), ()),
        **dict.fromkeys(("supersedes", "superseded_by", "reverses", "relates_to"), ()),
        "number": "D-1",
        "title": "Use webhooks",
        "status": "accepted",
        "deciders": [slack.users["pm"]],
        "date": None,
        "withdrawn": None,
    }

    async def imported(revisit_on: str | None) -> None:
        over = (now.date() - timedelta(days=7)).isoformat()
        past = {**row, "number": "D-2", "title": "Keep FTP", "revisit_on": over}
        log.write_text(json.dumps([{**row, "revisit_on": revisit_on}, past]))
        await asyncio.to_thread(common_ground, "import", log)

    async def asked() -> list[str]:
        said = map(words_of, await dm_of(slack, "pm"))
        return [words for words in said if "Still right?" in words]

    if known_before:
        await imported(None)
    await imported((now.date() + timedelta(days=7)).isoformat())
    await pass_to(bot, clock, now + timedelta(days=5))
    assert await asked() == []
    await pass_to(bot, clock, now + timedelta(days=11))  # past a working day, whichever it is today
    [question] = await asked()
    assert "Use webhooks" in question
    assert "Keep FTP" in await home(slack, "pm"), "a day that was over waits there, without a message"


async def _two_workspaces(url: URL) -> None:
    db, now = Database(url), Clock().now()
    async with db.begin() as session:
        for name in ("Acme", "Umbrella"):
            workspace = Workspace(
                slack_id=f"T0{name.upper()}", name=name, created_at=now, state_changed_at=now
            )
            session.add(workspace)
            await session.flush()  # for its id
            session.add(
                Team(
                    workspace_id=workspace.id,
                    channel_id="C1",
                    name=name,
                    timezone="UTC",
                    created_by="U1",
                    created_at=now,
                )
            )
    await db.close()


async def _two_teams(url: URL) -> None:
    db, now = Database(url), Clock().now()
    async with db.begin() as session:
        workspace = Workspace(slack_id="T0ACME", name="Acme", created_at=now, state_changed_at=now)
        session.add(workspace)
        await session.flush()  # for its id
        for number, name in enumerate(("Payments", "Search"), start=1):
            of = {"workspace_id": workspace.id, "channel_id": f"C{number}", "name": name}
            session.add(Team(**of, timezone="UTC", created_by="U1", created_at=now))
    await db.close()


async def _workspace_without_a_team(url: URL) -> None:
    db, now = Database(url), Clock().now()
    async with db.begin() as session:
        session.add(Workspace(slack_id="T0ACME", name="Acme", created_at=now, state_changed_at=now))
    await db.close()


def test_records_go_to_no_workspace_that_has_no_team(
    common_ground: CommonGround, log: Path, database_url: URL, capsys: pytest.CaptureFixture[str]
) -> None:
    common_ground.imported(log)
    assert "These are in no Slack workspace" in common_ground.told
    asyncio.run(_workspace_without_a_team(database_url))
    assert cli.main(["decisions", "import", str(log)]) == cli.FAILED
    assert "Acme has no team yet. Type /partner team" in capsys.readouterr().err
    assert common_ground.found("partner") == []  # what is in no workspace gives way to what is in one


def test_the_same_files_in_another_workspace_are_other_records(
    common_ground: CommonGround, log: Path, database_url: URL
) -> None:
    asyncio.run(_two_workspaces(database_url))
    older, newer = log / "0003-poll-the-partner-api.md", log / "0007-use-webhooks.md"
    assert [one["outcome"] for one in common_ground.imported(older, "--workspace", "Acme")] == ["created"]
    told = common_ground.imported(newer, "--workspace", "Umbrella")
    assert [(one["outcome"], one["number"]) for one in told] == [("created", "D-1")]
    (ours,) = common_ground.found("partner", "--workspace", "Acme")
    assert (ours["title"], ours["status"]) == ("Poll the partner API", "accepted")
    assert [one["outcome"] for one in common_ground.imported(older, "--workspace", "Umbrella")] == ["created"]


DATABASE = "# 2. {title}\n\n## Decision\n\n{title}.\n"
SEARCH_TABLE = "# 3. Use OpenSearch\n\n- Supersedes: [2](0002-database.md)\n\n## Decision\n\nOpenSearch.\n"


def test_files_called_alike_in_the_repositories_of_two_teams_are_each_their_own(
    common_ground: CommonGround, tmp_path: Path, database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(_two_teams(database_url))

    def imported(team: str) -> list[tuple[str, str]]:
        monkeypatch.chdir(tmp_path / team.lower())
        told = common_ground.imported("docs/adr", "decisions.csv", "--team", team)
        return [(one["outcome"], one["number"]) for one in told]

    for team, title in (("payments", "Use PostgreSQL"), ("search", "Use Elasticsearch")):
        adr = tmp_path / team / "docs" / "adr"
        adr.mkdir(parents=True)
        (adr / "0002-database.md").write_text(DATABASE.format(title=title))
        (adr.parents[1] / "decisions.csv").write_text(f"ID,Title,Decision\n1,Deploy {team},Yes.\n")
    (adr / "0003-newer.md").write_text(SEARCH_TABLE)

    assert imported("Payments") == [("created", "D-1"), ("created", "D-2")]
    assert imported("Search") == [("created", "D-3"), ("created", "D-4"), ("created", "D-5")]
    assert imported("Payments") == [("unchanged", "D-1"), ("unchanged", "D-2")]
    assert imported("Search") == [("unchanged", "D-3"), ("unchanged", "D-4"), ("unchanged", "D-5")]
    (ours,) = common_ground.found("PostgreSQL")
    assert (ours["number"], ours["team"], ours["status"]) == ("D-1", "Payments", "unknown")
    (theirs,) = common_ground.found("Elasticsearch")
    assert (theirs["number"], theirs["team"], theirs["status"]) == ("D-3", "Search", "superseded")


def test_a_file_of_another_team_with_the_same_bytes_was_not_moved_here(
    common_ground: CommonGround, log: Path, tmp_path: Path, database_url: URL
) -> None:
    asyncio.run(_two_teams(database_url))
    theirs = tmp_path / "copied.md"
    theirs.write_text(OLDER)
    ours = log / "0003-poll-the-partner-api.md"
    common_ground.imported(ours, "--team", "Payments")
    told = common_ground.imported(theirs, "--team", "Search")
    assert [(one["outcome"], one["number"]) for one in told] == [("created", "D-2")]
    assert {row["source"] for row in common_ground.found("partner")} == {str(ours), str(theirs)}


def test_another_row_in_the_same_place_is_another_record(common_ground: CommonGround, tmp_path: Path) -> None:
    sheet = tmp_path / "log.csv"
    sheet.write_text("ID,Title,Decision\n3,Poll,Every minute\n")
    assert [one["number"] for one in common_ground.imported(sheet)] == ["D-1"]
    sheet.write_text("ID,Title,Decision\n7,Use webhooks,Theirs\n")
    told = [(one["number"], one["outcome"]) for one in common_ground.imported(sheet)]
    assert told == [("D-2", "created")]
    assert [row["title"] for row in common_ground.found("poll")] == ["Poll"]


def test_a_record_of_a_quarter_million_words_is_kept_and_found(
    common_ground: CommonGround, log: Path
) -> None:
    """PostgreSQL indexes no more than 1 MB of one record, and refuses what is longer."""
    words = " ".join(f"w{n:x}" for n in range(250_000))
    (log / "long.csv").write_text(f"Title,Decision\nKeep every word,{words}\n")
    told = {Path(one["path"]).name: one for one in common_ground.imported(log)}
    assert told["long.csv"]["outcome"] == "created"
    assert [row["title"] for row in common_ground.found("keep every word")][:1] == ["Keep every word"]


def test_a_file_that_was_moved_is_the_same_record(common_ground: CommonGround, log: Path) -> None:
    common_ground.imported(log)
    log.rename(log.with_name("decisions"))
    told = common_ground.imported(log.with_name("decisions"))
    assert [one["outcome"] for one in told] == ["unchanged"] * 2 + ["skipped"] * 2
    assert Path(common_ground.found("partner")[0]["source"]).parent.name == "decisions"


def test_a_row_that_comes_before_the_others_later_changes_none_of_them(
    common_ground: CommonGround, tmp_path: Path
) -> None:
    sheet = tmp_path / "log.csv"
    sheet.write_text("ID,Title,Decision,Supersedes\n3,Poll,Every minute,\n7,Use webhooks,Theirs,3\n")
    assert [one["number"] for one in common_ground.imported(sheet)] == ["D-1", "D-2"]
    sheet.write_text(
        "ID,Title,Decision,Supersedes\n1,Wait,Yes.,\n3,Poll,Every minute,\n7,Use webhooks,Ours,3\n"
    )
    told = [(one["number"], one["outcome"]) for one in common_ground.imported(sheet)]
    assert told == [("D-3", "created"), ("D-1", "unchanged"), ("D-2", "updated")]
    status = {row["number"]: row["status"] for row in common_ground.found("poll webhooks")}
    assert status == {"D-1": "superseded", "D-2": "unknown"}


def test_what_no_database_takes_is_left_out_of_a_text(common_ground: CommonGround, tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text('[{"title": "Use\\u0000 webhooks \\ud800", "decision": "Yes."}]')
    (tmp_path / "one.yaml").write_text('title: "Poll\\0"\ndecision: "Every \\0 minute."\n')
    told = common_ground.imported(tmp_path / "log.json", tmp_path / "one.yaml")
    assert [(one["outcome"], one["fields"]["title"]) for one in told] == [
        ("created", "Use webhooks ?"),
        ("created", "Poll"),
    ]


def test_two_files_of_the_same_bytes_are_two_records(common_ground: CommonGround, log: Path) -> None:
    (log / "0008-again.md").write_bytes((log / "0003-poll-the-partner-api.md").read_bytes())
    told = [one["outcome"] for one in common_ground.imported(log)]
    assert told == ["created"] * 3 + ["skipped"] * 2
    assert [one["outcome"] for one in common_ground.imported(log)] == ["unchanged"] * 3 + ["skipped"] * 2


def test_a_file_of_another_workspace_with_the_same_bytes_was_not_moved_here(
    common_ground: CommonGround, log: Path, database_url: URL
) -> None:
    asyncio.run(_two_workspaces(database_url))
    ours, theirs = log / "0003-poll-the-partner-api.md", log / "0008-again.md"
    theirs.write_bytes(ours.read_bytes())
    common_ground.imported(ours, "--workspace", "Acme")
    assert [one["outcome"] for one in common_ground.imported(theirs, "--workspace", "Umbrella")] == [
        "created"
    ]
    (found,) = common_ground.found("partner", "--workspace", "Acme")
    assert found["source"] == str(ours)


def test_a_report_is_one_line_whatever_ends_a_line_elsewhere(common_ground: CommonGround, log: Path) -> None:
    (log / "0008-x.md").write_text("# Use\u2028 webhooks\n\n## Decision\n\nOne\x85two\u2029three.\n")
    told = {Path(one["path"]).name: one for one in common_ground.imported(log)}
    assert told["0008-x.md"]["fields"]["decision"] == "One\x85two\u2029three."
