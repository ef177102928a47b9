"""Being away: said in a form, for oneself or for somebody in one's team; and being back."""

from datetime import UTC, datetime

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Json, Slack, words_of
from tests.rituals.one_on_ones.stories import FRIDAY, WEDNESDAY, set_up_pair
from tests.rituals.stories import (
    dm_of,
    filled,
    home,
    home_view,
    inputs,
    labels,
    opens,
    pass_to,
    set_up_team,
    shows,
    told,
)

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]

#: The week in which the pair of these stories would meet on Monday.
NEXT_WEEK = {"first": "2026-11-30", "last": "2026-12-04"}


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def away_form(slack: Slack, name: str, typed: str = "") -> Json:
    person = slack.person(name)
    return await opens(person, person.command("payments", "/partner", f"away {typed}".strip()))


async def goes_away(slack: Slack, name: str, **fields: str) -> Json:
    view = await away_form(slack, name)
    result = await slack.person(name).submit(view, fields)
    assert result.errors == {}, result.errors
    return await told(slack, name, "away ")


async def test_the_form_asks_for_two_days_and_begins_today(slack: Slack) -> None:
    view = await away_form(slack, "engineer")
    assert inputs(view) == {"first", "last"}
    assert filled(view) == {"first": "2026-11-25"}


async def test_what_was_typed_behind_it_is_shown_in_the_form_and_nothing_of_it_comes_alive(
    slack: Slack,
) -> None:
    view = await away_form(slack, "engineer", "until 4 Dec <!channel>")
    assert "You typed: until 4 Dec" in words_of(view["blocks"])
    assert "<!channel>" not in words_of(view["blocks"])


async def test_who_goes_away_is_told_what_that_means_and_what_is_left_out(slack: Slack) -> None:
    await set_up_pair(slack)
    said = words_of(await goes_away(slack, "techlead", **NEXT_WEEK))
    assert said == (
        "You are away Mon 30 Nov – Fri 4 Dec. I write nothing to you in that time. `/partner back` ends it.\n"
        "Left out then: `/one-on-one`, Mon 30 Nov."
    )


async def test_the_other_one_is_told_that_it_is_left_out_and_what_comes_next(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_pair(slack)
    await goes_away(slack, "techlead", **NEXT_WEEK)
    before = len(await dm_of(slack, "techlead"))
    await pass_to(bot, clock, FRIDAY)
    said = words_of((await dm_of(slack, "pm"))[-1])
    assert f"<@{slack.users['techlead']}> is away until Fri 4 Dec" in said
    assert "Next: Mon 7 Dec 10:00 Berlin" in said
    assert len(await dm_of(slack, "techlead")) == before, "who is away is left in peace"


async def test_days_that_cannot_be_are_refused_under_their_field(slack: Slack) -> None:
    engineer = slack.person("engineer")
    view = await away_form(slack, "engineer")
    over = await engineer.submit(view, {"first": "2026-11-20", "last": "2026-11-24"})
    assert over.errors == {"last": "That day is already over. Pick one from today on."}
    backwards = await engineer.submit(view, {"first": "2026-12-04", "last": "2026-11-30"})
    assert backwards.errors == {"last": "That is before the first day. Pick that day or a later one."}


async def test_while_away_the_form_changes_what_is_noted(slack: Slack) -> None:
    await goes_away(slack, "engineer", first="2026-11-25", last="2026-12-04")
    engineer = slack.person("engineer")
    view = await shows(engineer, await away_form(slack, "engineer"), "2026-12-04")
    assert (await engineer.submit(view, {"last": "2026-11-27"})).errors == {}
    await shows(engineer, await away_form(slack, "engineer"), "2026-11-27")


async def test_absences_that_overlap_become_one(slack: Slack) -> None:
    await goes_away(slack, "engineer", first="2026-12-21", last="2026-12-31")
    await goes_away(slack, "engineer", first="2026-12-28", last="2027-01-08")
    await told(slack, "engineer", "You are away Mon 21 Dec – Fri 8 Jan.")
    answer = await slack.person("engineer").command("payments", "/partner", "back")
    assert labels(answer.body) == ["I am not away then"]


async def test_back_ends_it_today_and_home_shows_it_no_more(slack: Slack) -> None:
    await goes_away(slack, "engineer", first="2026-11-24", last="2026-12-04")
    view = await home_view(slack, "engineer")
    assert "You are away until Fri 4 Dec." in words_of(view)
    assert "I am away…" not in labels(view)
    engineer = slack.person("engineer")
    await engineer.press_in(view, "partner.back")
    await told(slack, "engineer", "Welcome back. I write to you again.")
    view = await home_view(slack, "engineer")
    assert "You are away" not in words_of(view)
    assert "I am away…" in labels(view)
    assert (await engineer.command("payments", "/partner", "back")).text == "You are not away."


async def test_home_opens_the_form(slack: Slack) -> None:
    engineer = slack.person("engineer")
    view = await opens(engineer, engineer.press_in(await home_view(slack, "engineer"), "partner.away"))
    assert inputs(view) == {"first", "last"}


async def test_what_is_noted_for_later_is_taken_off_when_one_asks_for_it(slack: Slack) -> None:
    engineer = slack.person("engineer")
    await goes_away(slack, "engineer", first="2026-12-21", last="2027-01-01")
    answer = await engineer.command("general", "/partner", "back")
    assert "Noted for later: Mon 21 Dec – Fri 1 Jan." in answer.text
    said = await told(slack, "engineer", "Noted for later")
    await engineer.press(said, "partner.not_away")
    await told(slack, "engineer", "You are not away then any more.")
    assert (await engineer.command("payments", "/partner", "back")).text == "You are not away."
    await engineer.press(said, "partner.not_away")
    await told(slack, "engineer", "That is over, or taken off already.")


async def test_who_runs_the_team_says_it_for_somebody_in_it_who_is_told_how_to_undo_it(slack: Slack) -> None:
    await set_up_team(slack)
    pm, engineer = slack.person("pm"), slack.person("engineer")
    view = await shows(pm, await away_form(slack, "pm"), slack.users["pm"])
    assert (await pm.submit(view, {**NEXT_WEEK, "person": "engineer"})).errors == {}
    await told(slack, "pm", f"<@{slack.users['engineer']}> is away Mon 30 Nov – Fri 4 Dec. I told them")
    said = await told(slack, "engineer", "noted that you are away")
    assert words_of(said).startswith(
        f"<@{slack.users['pm']}> noted that you are away Mon 30 Nov – Fri 4 Dec. I write nothing to you in "
        "that time. If you are not, press the button or type `/partner back`."
    )
    await engineer.press(said, "partner.not_away")
    await told(slack, "engineer", "You are not away then any more.")
    assert (await engineer.command("payments", "/partner", "back")).text == "You are not away."


async def test_who_is_told_of_it_hears_of_what_is_left_out_and_who_said_it_does_not(slack: Slack) -> None:
    await set_up_pair(slack)
    admin = slack.person("admin")
    view = await shows(admin, await away_form(slack, "admin"), slack.users["admin"])
    assert (await admin.submit(view, {**NEXT_WEEK, "person": "techlead"})).errors == {}
    assert "Left out then: `/one-on-one`" in words_of(await told(slack, "techlead", "noted that you are"))
    assert "/one-on-one" not in words_of(await told(slack, "admin", "I told them")), "when two meet is theirs"


async def test_who_says_it_of_somebody_else_keeps_what_is_their_own(slack: Slack) -> None:
    await goes_away(slack, "admin", first="2026-11-25", last="2026-11-27")
    admin = slack.person("admin")
    view = await shows(admin, await away_form(slack, "admin"), slack.users["admin"])
    assert (await admin.submit(view, {**NEXT_WEEK, "person": "engineer"})).errors == {}
    await told(slack, "admin", "I told them")
    assert "You are away until Fri 27 Nov." in await home(slack, "admin")


async def test_who_runs_no_team_that_they_are_in_is_refused(slack: Slack) -> None:
    await set_up_team(slack)
    pm = slack.person("pm")
    view = await shows(pm, await away_form(slack, "pm"), slack.users["pm"])
    refused = await pm.submit(view, {**NEXT_WEEK, "person": "designer"})
    assert refused.errors == {
        "person": "Only a workspace admin, or who runs a team that they are in, can do this for somebody else."
    }


async def test_an_app_and_who_is_gone_are_not_away(slack: Slack) -> None:
    admin = slack.person("admin")
    view = await shows(admin, await away_form(slack, "admin"), slack.users["admin"])
    for name in ("otherbot", "gone"):
        assert (await admin.submit(view, {**NEXT_WEEK, "person": name})).errors == {
            "person": "Pick a person who is here: that is an app, or an account that is no more."
        }


@pytest.mark.parametrize("name", ["engineer", "guest"])
async def test_who_runs_nothing_is_asked_for_nobody_else(slack: Slack, name: str) -> None:
    await set_up_team(slack, members=["engineer", "guest"])
    assert "person" not in inputs(await away_form(slack, name))


async def test_a_guest_says_it_of_nobody_else_even_as_pm(slack: Slack) -> None:
    await set_up_team(slack, pm="guest")
    assert "person" not in inputs(await away_form(slack, "guest"))
    lead = slack.person("techlead")
    await shows(lead, await away_form(slack, "techlead"), lead.id)


async def test_the_day_is_the_one_where_the_person_is(slack: Slack, clock: MovableClock) -> None:
    clock.set(datetime(2026, 11, 25, 20, 0, tzinfo=UTC))
    view = await away_form(slack, "engineer2")
    await shows(slack.person("engineer2"), view, "2026-11-26")  # in Tokyo it is Thursday
