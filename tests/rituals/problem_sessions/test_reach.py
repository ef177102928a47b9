"""Who sees and may do what: ids that come back in a click or a form open nothing that Slack would not show."""

from datetime import timedelta

import pytest

from bot.access.rules import Action, Kind, Viewer
from bot.app import App
from bot.clock import MovableClock
from bot.errors import NotFound
from bot.records import links
from bot.rituals.problem_sessions.service import sessions
from tests.person import Slack, words_of
from tests.rituals.problem_sessions.stories import (
    COMMAND,
    FRIDAY,
    LATE,
    MONDAY,
    OVER,
    WEDNESDAY,
    WEEKS_LATER,
    add_idea,
    asked_to_pick,
    begun,
    logged,
    picked,
    problem_id,
    say_outcome,
    with_sessions,
)
from tests.rituals.problem_sessions.stories import sessions as sessions_on_mondays
from tests.rituals.stories import dm_of, home, opens, pass_to, set_up_team, told

pytestmark = pytest.mark.alike

GONE = "That is not there any more, or you cannot see it."
SECRET = "We will miss the numbers of this quarter"


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


def viewer(slack: Slack, name: str, *channels: str, workspace_id: int = 1) -> Viewer:
    """Somebody who can see these channels; of the only workspace, unless it is said otherwise."""
    seen = frozenset(slack.channels[channel] for channel in channels)
    return Viewer(workspace_id, slack.users[name], Kind.MEMBER, is_admin=False, channels=seen, joined=seen)


async def test_what_is_logged_in_a_private_channel_stays_among_its_members(slack: Slack, bot: App) -> None:
    await logged(slack, SECRET, channel="leads")
    engineer = slack.person("engineer")
    assert SECRET in (await slack.person("techlead").command("leads", COMMAND, "list")).text
    assert SECRET not in (await engineer.command("payments", COMMAND, "list")).text
    assert "There is no P-1" in (await engineer.command("payments", COMMAND, "show P-1")).text
    assert SECRET not in await home(slack, "engineer")


async def test_who_left_a_private_channel_is_not_asked_weeks_later_whether_it_helped(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack, channel="leads", name="Leads")
    await sessions_on_mondays(slack, channel="leads")
    card = await logged(slack, SECRET, channel="leads", by="techlead")
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, card)
    await pass_to(bot, clock, MONDAY)
    await say_outcome(slack, await slack.message("leads", f"1. {SECRET}"), "explore")
    await pass_to(bot, clock, OVER)
    both = ["pm", "techlead"]
    await slack.post(f"channels/{slack.channels['leads']}", {"remove": [slack.users[who] for who in both]})
    await pass_to(bot, clock, WEEKS_LATER)
    for who in both:
        assert not [m for m in await dm_of(slack, who) if "Did it help?" in words_of(m)]
    await slack.post(f"channels/{slack.channels['leads']}", {"add": [slack.users["techlead"]]})
    clock.set(WEEKS_LATER + timedelta(minutes=6))
    assert "Did it help?" in await home(slack, "techlead")


async def test_only_who_runs_the_team_picks(slack: Slack, bot: App, clock: MovableClock) -> None:
    await with_sessions(slack)
    await pass_to(bot, clock, FRIDAY)
    await logged(slack)
    engineer = slack.person("engineer")
    page = await opens(engineer, engineer.command("payments", COMMAND, "session"))
    await engineer.press_in(page, "problem_sessions.pick")
    await told(slack, "engineer", "The PM and the tech lead pick the problems")


async def test_a_guest_has_ideas_and_sets_no_sessions_up(slack: Slack, bot: App, clock: MovableClock) -> None:
    guest = slack.person("guest")
    view = await opens(guest, guest.command("payments", COMMAND, "session"))
    refused = await guest.submit(view, {"weekday": "0", "time": "10:00"})
    assert "Guests cannot change a team" in str(refused.errors)
    [shown] = await begun(slack, bot, clock, LATE)
    view = await opens(guest, guest.press(shown, "problem_sessions.add_idea"))
    await guest.submit(view, {"text": "A phone call"})
    await slack.message("payments", "1 idea so far")


async def test_ids_of_a_session_open_nothing_to_who_cannot_see_its_channel(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    await add_idea(slack, "engineer", shown, "A phone call")
    await slack.message("payments", "1 idea so far")
    outsiders = [
        viewer(slack, "designer", "general"),
        viewer(slack, "pm", "payments", workspace_id=2),
    ]
    for outsider in outsiders:
        async with bot.database.read() as session:
            with pytest.raises(NotFound, match=GONE):
                await sessions.pick_by_id(session, viewer=outsider, pick_id="1", action=Action.READ)
            with pytest.raises(NotFound, match=GONE):
                await sessions.occurrence_by_id(session, viewer=outsider, occurrence_id="1")
            with pytest.raises(NotFound, match=GONE):
                await sessions.team_by_id(session, viewer=outsider, team_id="1")
            with pytest.raises(NotFound, match=GONE):
                await sessions.vote(session, viewer=outsider, idea_id="1", now=MONDAY)
            assert await links.to_decide(session, viewer=outsider, record_id="1") is None


async def test_a_thumb_in_a_channel_that_two_workspaces_share_is_a_vote_where_the_idea_is(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    [shown] = await begun(slack, bot, clock, LATE)
    engineer = slack.person("engineer")
    reply = await engineer.say("payments", "A phone call", thread_ts=shown["ts"])
    await engineer.submit(
        await opens(engineer, engineer.shortcut("problem_sessions.add_idea_message", reply))
    )
    place = {"channel_id": shown["channel"], "ts": reply["ts"]}
    async with bot.database.begin() as session:
        assert await sessions.idea_at(session, workspace_id=1, **place, now=MONDAY) is not None
        assert await sessions.idea_at(session, workspace_id=2, **place, now=MONDAY) is None


async def test_what_is_no_id_opens_nothing(slack: Slack, bot: App) -> None:
    insider = viewer(slack, "pm", "payments")
    async with bot.database.read() as session:
        for odd in ("", "1; DROP TABLE", "9" * 30, None, "-1"):
            with pytest.raises(NotFound, match=GONE):
                await sessions.pick_by_id(session, viewer=insider, pick_id=odd, action=Action.READ)
            with pytest.raises(NotFound, match=GONE):
                await sessions.occurrence_by_id(session, viewer=insider, occurrence_id=odd)


async def test_a_problem_of_another_team_is_not_picked(slack: Slack, bot: App, clock: MovableClock) -> None:
    await with_sessions(slack)
    await logged(slack)
    other = await logged(slack, SECRET, channel="leads")
    await pass_to(bot, clock, FRIDAY)
    [asked] = await asked_to_pick(slack, "pm")
    assert SECRET not in words_of(asked)
    pm = viewer(slack, "pm", "payments", "leads")
    async with bot.database.begin() as session:
        occurrence, team = await sessions.occurrence_by_id(session, viewer=pm, occurrence_id="1")
        with pytest.raises(NotFound, match=GONE):
            await sessions.pick(
                session,
                viewer=pm,
                occurrence=occurrence,
                team=team,
                problem_ids=[("first", problem_id(other))],
            )
