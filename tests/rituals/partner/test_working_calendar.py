"""A team's working calendar: the days of its week, whose holidays it keeps, its own days off; and what moves for them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.app import App
from bot.clock import MovableClock
from tests.person import Json, Person, Slack, words_of
from tests.rituals.one_on_ones.stories import MONDAY, group_dm, set_up_pair
from tests.rituals.stories import dm_of, filled, home, opens, pass_to, set_up_team, shows, told

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]

#: A Wednesday; the Monday after it is Pentecost Monday, a holiday in Germany.
BEFORE_PENTECOST = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
BEFORE_THANKSGIVING = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MOVED = "Next: Tue 26 May 10:00 Berlin, in 6 days (moved from Mon 25 May: Pentecost Monday)."


@pytest.fixture(autouse=True)
def _before_winter(clock: MovableClock) -> None:
    clock.set(datetime(2026, 11, 25, 14, 0, tzinfo=UTC))


async def team_form(slack: Slack, by: str = "pm", *, holding: str = "Payments") -> Json:
    """The form for the team, as soon as it holds the team's name."""
    person = slack.person(by)
    return await shows(person, await opens(person, person.command("payments", "/partner", "team")), holding)


async def new_form(slack: Slack) -> Json:
    """The form for a channel that has no team yet: it holds the channel's name."""
    return await team_form(slack, holding="payments")


async def changes(slack: Slack, *, by: str = "pm", **fields: object) -> str:
    """Somebody changes the team and its name, by which what they are told of it is known from earlier words."""
    result = await slack.person(by).submit(await team_form(slack, by), {**fields, "name": "Payments anew"})
    assert result.errors == {}, result.errors
    return words_of(await told(slack, by, "Saved: *Payments anew*"))


async def offered(person: Person, view: Json, typed: str) -> list[str]:
    """What the menu of countries offers for what is typed into it."""
    return [option["text"]["text"] for option in await person.suggestions(view, "holidays_of", typed)]


async def test_a_public_holiday_moves_the_one_on_one_and_says_so(slack: Slack, clock: MovableClock) -> None:
    clock.set(BEFORE_PENTECOST)
    await set_up_team(slack, holidays_of="Germany: Berlin")
    group = await set_up_pair(slack)
    [said] = await slack.messages(group)
    assert MOVED in words_of(said)


async def test_who_saves_the_calendar_is_told_what_of_theirs_moves_for_it(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    clock.set(BEFORE_PENTECOST)
    await set_up_team(slack)
    await set_up_pair(slack)
    said = await changes(slack, holidays_of="Germany: Berlin")
    assert said.splitlines()[-1] == f"• `/one-on-one` · {MOVED}"
    await pass_to(bot, clock, datetime(2026, 5, 25, 9, 0, tzinfo=UTC))
    assert len(await slack.messages(str(await group_dm(slack)))) == 1, "nothing comes on the holiday"
    assert len(await dm_of(slack, "techlead")) == 1, "they were asked on Friday"


async def test_when_two_meet_is_told_to_nobody_else(slack: Slack, clock: MovableClock) -> None:
    clock.set(BEFORE_PENTECOST)
    await set_up_team(slack)
    await set_up_pair(slack)
    assert "/one-on-one" not in await changes(slack, by="engineer", holidays_of="Germany: Berlin")


async def test_what_does_not_move_is_not_talked_about(slack: Slack) -> None:
    await set_up_team(slack)
    await set_up_pair(slack)
    assert "/one-on-one" not in await changes(slack, days_off="2026-12-24 to 2027-01-01 Winter break")


async def test_what_somebody_has_moved_stays_where_they_put_it(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack)
    group = await set_up_pair(slack)
    pm = slack.person("pm")
    move = await opens(pm, pm.command("general", "/one-on-one", "move"))
    assert (await pm.submit(move, {"date": "2026-12-02", "time": "15:00"})).errors == {}
    assert "/one-on-one" not in await changes(slack, days_off="2026-12-01")
    await pass_to(bot, clock, MONDAY)
    agendas = [m for m in await slack.messages(group) if words_of(m).startswith("1:1 ·")]
    assert agendas == [], "it is on Wednesday"


async def test_the_form_shows_the_calendar_that_was_saved(slack: Slack) -> None:
    await set_up_team(
        slack,
        working_days=["Sunday", "Monday", "Tuesday"],
        holidays_of="Brazil: São Paulo Capital",
        days_off="\n 2026-12-24–2027-01-01   Winter break \n\n2026-12-07\n",
    )
    said = words_of(await told(slack, "pm", "Saved: *Payments* in"))
    assert "works Monday, Tuesday, Sunday · holidays of Brazil: São Paulo Capital" in said
    held = filled(await team_form(slack))
    assert [day["value"] for day in held["working_days"]] == ["0", "1", "6"]
    assert held["holidays_of"] == "BR-São Paulo Capital", "the longest name of a region"
    assert held["days_off"] == "2026-12-07\n2026-12-24 to 2027-01-01 Winter break"
    await changes(slack, holidays_of=None, days_off="")
    held = filled(await team_form(slack, holding="Payments anew"))
    assert not {"holidays_of", "days_off"} & held.keys()


def misfit(n: int, line: str) -> str:
    how = "Write it as 2026-12-24, or as 2026-12-24 to 2027-01-01; a name may follow."
    return f"Line {n} does not fit: “{line}”. {how}"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-12-24\nnext Friday", misfit(2, "next Friday")),
        ("2026-02-30 A day that there is not", misfit(1, "2026-02-30 A day that there is not")),
        ("<!channel> " * 20, misfit(1, f"{('<!channel> ' * 20)[:60]}…")),
        (
            "\n2027-01-01 to 2026-12-24",
            "Line 2 ends before it begins: “2027-01-01 to 2026-12-24”. Put the earlier day first.",
        ),
        (f"2026-12-24 {'x' * 81}", "The name in line 1 is too long: keep it to 80 characters."),
        ("2026-12-24-2026-12-25\n" * 130, "Keep this to 3000 characters or fewer; it has 3249."),
    ],
)
async def test_a_line_that_does_not_fit_is_named_and_nothing_is_lost(
    slack: Slack, typed: str, said: str
) -> None:
    pm = slack.person("pm")
    view = await new_form(slack)
    assert (await pm.submit(view, {"days_off": typed})).errors == {"days_off": said}
    assert filled(await pm.view(view))["days_off"] == typed


async def test_a_country_is_found_by_its_name_and_its_regions_behind_it(slack: Slack) -> None:
    pm, view = slack.person("pm"), await new_form(slack)
    found = await offered(pm, view, "germ")
    assert found[:3] == ["Germany", "Germany: Augsburg", "Germany: Baden-Württemberg"]
    assert await offered(pm, view, "GERMANY: bay") == ["Germany: Bayern"]
    assert await offered(pm, view, "scotland") == ["United Kingdom: Scotland"]
    assert await offered(pm, view, "turkiye") == ["Türkiye"]
    assert await offered(pm, view, "cote d'iv") == ["Côte d’Ivoire"]
    assert (await offered(pm, view, "united"))[0] == "United Arab Emirates"
    assert (await offered(pm, view, "france: guadeloupe")) == ["France: Guadeloupe"]


async def test_what_is_no_place_finds_nothing_and_a_letter_finds_no_more_than_slack_takes(
    slack: Slack,
) -> None:
    pm, view = slack.person("pm"), await new_form(slack)
    for typed in ("Atlantis", "<!channel>", "%", "' OR 1=1 --", "\u202e", "*" * 300, " "):
        assert await offered(pm, view, typed) == [], typed
    every = await offered(pm, view, "a")
    assert len(every) == 100
    assert every[0] == "Afghanistan"


async def test_what_no_menu_offered_is_refused(slack: Slack) -> None:
    pm = slack.person("pm")
    for code in ("XX", "DEU", "DE-Berlin", "DE-XX", "BR-São Paulo Village"):
        chosen = {"text": {"type": "plain_text", "text": "x"}, "value": code}
        refused = await pm.submit(await new_form(slack), {"holidays_of": chosen})
        assert refused.errors == {"holidays_of": "I know no holidays of that place. Pick one from the list."}


@pytest.mark.usefixtures("bare_forms")
async def test_the_menu_still_finds_places_in_a_form_whose_defaults_came_late(
    slack: Slack, clock: MovableClock
) -> None:
    """What comes into an open form has new action ids, by which the menu is looked up."""
    await set_up_team(slack, holidays_of="Germany")
    clock.advance(timedelta(minutes=6))  # by then Slack is asked again who may see the team
    await slack.fault("users.conversations", "latency", 0.5)
    view = await team_form(slack)
    assert filled(view)["holidays_of"] == "DE"
    assert "partner.holidays_of.late" in str(view["blocks"])
    assert "Portugal" in await offered(slack.person("pm"), view, "portugal")


async def test_home_says_quietly_what_is_near(slack: Slack, clock: MovableClock) -> None:
    clock.set(BEFORE_THANKSGIVING)
    await set_up_team(slack, holidays_of="United States")
    line = "Thu 26 Nov: Thanksgiving Day, so nothing of ours comes then."
    assert line in await home(slack, "engineer")
    clock.set(datetime(2026, 11, 18, 12, 0, tzinfo=UTC))
    assert "nothing of ours" not in await home(slack, "engineer"), "a holiday is said a week ahead"
    await changes(slack, holidays_of=None, days_off="2026-12-02 to 2026-12-04 <!here>\n2026-12-24")
    assert "Wed 2 Dec – Fri 4 Dec: &lt;!here&gt;, so nothing of ours comes then." in await home(slack, "pm")


async def test_a_holiday_on_a_day_off_is_not_talked_about(slack: Slack, clock: MovableClock) -> None:
    clock.set(BEFORE_THANKSGIVING)
    days = ["Monday", "Tuesday", "Wednesday", "Friday"]
    await set_up_team(slack, holidays_of="United States", working_days=days)
    assert "Thanksgiving" not in await home(slack, "engineer")
