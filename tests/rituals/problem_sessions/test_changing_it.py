"""One session is left out, moved or asked about later; all of them rest and go on. The channel is told what comes next."""

from datetime import timedelta

import pytest
from aiohttp import ClientSession

from bot.app import App
from bot.clock import MovableClock
from tests.edge import door as d
from tests.person import Slack, words_of
from tests.rituals.problem_sessions.stories import (
    COMMAND,
    FRIDAY,
    MONDAY,
    WEDNESDAY,
    asked_to_pick,
    logged,
    manage,
    picked,
    settings_page,
    value_of,
    with_sessions,
)
from tests.rituals.stories import (
    choice,
    dm_of,
    labels,
    opens,
    pass_to,
    quiet,
    set_up_team,
    settle,
    shows,
    told,
)

pytestmark = [pytest.mark.alike, pytest.mark.slow]

TUESDAY_AT_THREE = MONDAY + timedelta(days=1, hours=5)


@pytest.fixture(autouse=True)
async def _with_sessions(slack: Slack, bot: App, clock: MovableClock) -> None:
    clock.set(WEDNESDAY)
    await with_sessions(slack)


async def test_a_session_is_left_out_once_however_often_it_is_pressed(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    page, other = await settings_page(slack), await settings_page(slack, "techlead")
    pm, lead = slack.person("pm"), slack.person("techlead")
    await pm.press_in(page, "problem_sessions.manage", choice(page, "skip"))
    said = await slack.message("payments", "left the problem session of Mon 30 Nov out.")
    assert "Next: Mon 7 Dec 10:00 Berlin, in 12 days." in words_of(said)
    assert await shows(pm, page, "Mon 7 Dec")
    await lead.press_in(other, "problem_sessions.manage", choice(other, "skip"))
    await told(slack, "techlead", "That session is left out already.")
    await pass_to(bot, clock, MONDAY)
    assert await asked_to_pick(slack, "pm") == []
    assert "Next: Mon 7 Dec" in words_of(await settings_page(slack))


async def test_a_session_is_moved_to_a_time_on_which_the_team_works(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack, days_off="2026-12-03 Offsite")
    card = await logged(slack)
    pm = slack.person("pm")
    view = await opens(pm, pm.command("payments", COMMAND, "move"))
    for typed, says in {
        ("2026-11-24", "10:00"): {"time": "That time is already over. Pick one from now on."},
        ("2026-11-25", "14:59"): {"time": "That time is already over. Pick one from now on."},
        ("2026-12-03", "10:00"): {"date": "Thu 3 Dec is a day off: Offsite. Pick another."},
        ("2026-12-05", "10:00"): {"date": "Sat 5 Dec is none of the team's working days. Pick another."},
    }.items():
        refused = await pm.submit(view, dict(zip(("date", "time"), typed, strict=True)))
        assert refused.errors == says
    await pm.submit(view, {"date": "2026-12-01", "time": "15:00"})
    said = await slack.message("payments", "moved the problem session of Mon 30 Nov, just this once.")
    assert "Next: Tue 1 Dec 15:00 Berlin, in 6 days." in words_of(said)
    await set_up_team(slack, pm="techlead", lead="pm")
    await pass_to(bot, clock, MONDAY + timedelta(hours=5))
    [asked] = await asked_to_pick(slack, "techlead")
    assert "Moved from Mon 30 Nov." in words_of(asked)
    await picked(slack, card, by="techlead")
    await pass_to(bot, clock, TUESDAY_AT_THREE)
    headline = await slack.message("payments", "Problem session · Tue 1 Dec 15:00 Berlin")
    assert "Moved from Mon 30 Nov." in words_of(headline)
    assert "Next: Mon 7 Dec 10:00" in words_of(await settings_page(slack))


async def test_sessions_rest_until_somebody_resumes_them(slack: Slack, bot: App, clock: MovableClock) -> None:
    pm = slack.person("pm")
    moving = await opens(pm, pm.command("payments", COMMAND, "move"))
    view = await manage(slack, await settings_page(slack), "pause")
    await pm.submit(view)
    assert "It is paused" in words_of(await slack.message("payments", "paused the problem sessions."))
    refused = await pm.submit(moving, {"date": "2026-12-01", "time": "15:00"})
    assert "It is paused, so nothing comes that could be changed." in str(refused.body)
    await pass_to(bot, clock, MONDAY)
    assert await asked_to_pick(slack, "pm") == []
    page = await settings_page(slack)
    await pm.press_in(page, "problem_sessions.resume", value_of(page, "problem_sessions.resume"))
    assert "Resume" not in labels(await shows(pm, page, "Next: Mon 7 Dec") or {})
    assert "Next: Mon 7 Dec" in words_of(await slack.message("payments", "resumed the problem sessions."))
    await pm.command("payments", COMMAND, "resume")
    await told(slack, "pm", "They are not paused.")


async def test_who_picks_is_not_asked_again_while_sessions_rest(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    pm, [asked] = slack.person("pm"), await asked_to_pick(slack, "pm")
    await pm.submit(await opens(pm, pm.command("payments", COMMAND, "pause")), {})
    for wish in ("hour", "skip", "move"):
        await pm.press(asked, "problem_sessions.put_off", choice(asked, wish))
        await quiet(bot)
    says = "It is paused, so nothing comes that could be changed. Resume it first."
    assert [words_of(m) for m in await dm_of(slack, "pm")].count(says) == 3
    clock.advance(timedelta(minutes=61))
    await settle(bot)
    assert len(await asked_to_pick(slack, "pm")) == 1


async def test_a_pause_until_a_day_ends_by_itself_or_before(slack: Slack, bot: App) -> None:
    pm = slack.person("pm")
    view = await opens(pm, pm.command("payments", COMMAND, "pause"))
    refused = await pm.submit(view, {"until": "2026-11-25"})
    assert refused.errors == {"until": "Pick a day from tomorrow on, or leave it empty."}
    await pm.submit(view, {"until": "2026-12-10"})
    said = await slack.message("payments", "paused the problem sessions until Thu 10 Dec.")
    assert "Next: Mon 14 Dec 10:00 Berlin, in 19 days." in words_of(said)
    assert "Resume" in labels(await settings_page(slack))
    await opens(pm, pm.command("payments", COMMAND, "resume"))
    assert "Next: Mon 30 Nov" in words_of(await slack.message("payments", "resumed the problem sessions."))


async def test_who_picks_is_asked_again_when_they_want_to_be_unless_they_have_picked(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    card = await logged(slack)
    await pass_to(bot, clock, FRIDAY)
    pm, [asked] = slack.person("pm"), await asked_to_pick(slack, "pm")

    async def put_off(what: str) -> None:
        await pm.press(asked, "problem_sessions.put_off", choice(asked, what))

    await put_off("hour")
    await told(slack, "pm", "I ask you again")
    await pass_to(bot, clock, FRIDAY + timedelta(minutes=59))
    assert len(await asked_to_pick(slack, "pm")) == 1
    clock.advance(timedelta(minutes=2))
    await settle(bot)
    assert len(await asked_to_pick(slack, "pm")) == 2
    await put_off("hour")
    await put_off("tomorrow")
    clock.advance(timedelta(minutes=61))
    await settle(bot)
    assert len(await asked_to_pick(slack, "pm")) == 2, "the later wish holds"
    await picked(slack, card)
    clock.set(MONDAY - timedelta(minutes=30))
    await settle(bot)
    assert len(await asked_to_pick(slack, "pm")) == 2, "there is nothing left to ask"
    await put_off("hour")
    await told(slack, "pm", "By then the session will have begun.")
    view = await opens(pm, pm.press(asked, "problem_sessions.put_off", choice(asked, "move")))
    await pm.close(view)
    await put_off("skip")
    await slack.message("payments", "left the problem session of Mon 30 Nov out.")


async def test_only_who_may_change_the_team_changes_its_sessions(slack: Slack, bot: App) -> None:
    await set_up_team(slack, who_may="owners")
    page = await settings_page(slack, "engineer")
    engineer = slack.person("engineer")
    for what in ("skip", "move", "pause"):
        await engineer.press_in(page, "problem_sessions.manage", choice(page, what))
        await engineer.command("payments", COMMAND, what)
    await told(slack, "engineer", "Only the team's PM, tech lead or a workspace admin can change this.")
    assert len(await engineer.views()) == 1
    assert "Next: Mon 30 Nov" in words_of(await settings_page(slack))


async def test_an_entry_that_was_never_on_the_menu_is_answered_plainly(slack: Slack, bot: App) -> None:
    plain = "That is not there any more, or you cannot see it."
    forged = [
        ("pm", "manage", "explode:1", plain),
        ("pm", "manage", "", plain),
        ("pm", "manage", "skip:none", plain),
        ("pm", "manage", "pause:99", plain),
        ("pm", "put_off", "later:1", plain),
        ("engineer", "put_off", "hour:1", "The PM and the tech lead pick the problems"),
    ]
    async with ClientSession() as http:
        for by, action, value, _says in forged:
            action_id, channel = f"problem_sessions.{action}", slack.channels["payments"]
            asked = d.choose(slack.described["team_id"], slack.users[by], action_id, value, channel=channel)
            await d.Door(slack, http).send(asked)
    await bot.tasks.idle()
    said = [
        words_of(one) for by in ("pm", "engineer") for one in (await slack.person(by).sees())["ephemerals"]
    ]
    assert len(said) == len(forged)
    assert all(words.startswith(says) for words, (*_forged, says) in zip(said, forged, strict=True))


async def test_a_title_that_begins_with_such_a_word_is_not_lost(slack: Slack, bot: App) -> None:
    pm = slack.person("pm")
    view = await opens(pm, pm.command("payments", COMMAND, "pause between two calls is too long"))
    assert "pause between two calls is too long" in str(view)
