"""Which days a team works: its week, the holidays of its country and region, its own days off."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.people.calendar import Calendar, DaysOff, countries

GERMANY = Calendar(country="DE")
BAVARIA = Calendar(country="DE", region="BY")
BERLIN = Calendar(country="DE", region="BE")
SUNDAY_TO_THURSDAY = Calendar(working_days=frozenset({6, 0, 1, 2, 3}))

EPIPHANY = date(2026, 1, 6)  # a Tuesday
THANKSGIVING = date(2026, 11, 26)

THURSDAY, FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, 19) + timedelta(days=n) for n in range(5))


def test_a_holiday_of_one_region_is_a_working_day_in_another() -> None:
    assert BAVARIA.why_off(EPIPHANY) == "Epiphany"
    assert not BAVARIA.is_working(EPIPHANY)
    for calendar in (BERLIN, GERMANY):
        assert not calendar.why_off(EPIPHANY)
        assert calendar.is_working(EPIPHANY)


def test_a_holiday_of_one_country_is_a_working_day_in_another() -> None:
    united_states = Calendar(country="US")
    assert united_states.why_off(THANKSGIVING) == "Thanksgiving Day"
    assert not united_states.is_working(THANKSGIVING)
    assert GERMANY.is_working(THANKSGIVING)


def test_a_team_of_no_country_has_no_holidays() -> None:
    assert Calendar().is_working(date(2026, 12, 25))  # a Friday


def test_a_holiday_is_found_in_any_year() -> None:
    assert [GERMANY.why_off(date(year, 10, 3)) for year in (2035, 2024, 2030)] == ["German Unity Day"] * 3


def test_holidays_are_named_in_english_and_without_english_by_their_own_names() -> None:
    assert Calendar(country="JP").why_off(date(2026, 1, 1)) == "New Year's Day"
    assert Calendar(country="ZA").why_off(date(2026, 9, 24)) == "Heritage Day"


def test_days_off_last_from_the_first_to_the_last_day() -> None:
    offsite = Calendar(days_off=[DaysOff(date(2026, 11, 18), date(2026, 11, 20), "Offsite")])
    week = [date(2026, 11, 16) + timedelta(days=n) for n in range(5)]
    assert [offsite.why_off(day) for day in week] == ["", "", "Offsite", "Offsite", "Offsite"]
    assert [offsite.is_working(day) for day in week] == [True, True, False, False, False]
    assert offsite.is_working(MONDAY)


def test_a_single_day_off_needs_no_name() -> None:
    bridge = Calendar(days_off=[DaysOff(FRIDAY, FRIDAY, "")])
    assert bridge.why_off(FRIDAY) == "a day off"
    assert not bridge.is_working(FRIDAY)
    assert bridge.is_working(THURSDAY)


def test_what_a_team_calls_its_days_off_comes_before_the_holiday_in_them() -> None:
    shutdown = DaysOff(date(2026, 12, 24), date(2026, 12, 31), "Winter break")
    calendar = Calendar(country="DE", days_off=[shutdown])
    assert calendar.why_off(date(2026, 12, 25)) == "Winter break"
    assert calendar.why_off(date(2027, 1, 1)) == "New Year's Day"


def test_a_weekend_is_off_but_needs_no_reason() -> None:
    for day in (SATURDAY, SUNDAY):
        assert not Calendar().is_working(day)
        assert not Calendar().why_off(day)


def test_a_week_may_go_from_sunday_to_thursday() -> None:
    week = {day: SUNDAY_TO_THURSDAY.is_working(day) for day in (THURSDAY, FRIDAY, SATURDAY, SUNDAY, MONDAY)}
    assert list(week.values()) == [True, False, False, True, True]
    assert SUNDAY_TO_THURSDAY.before(SUNDAY, 1) == THURSDAY
    assert SUNDAY_TO_THURSDAY.after(THURSDAY, 1) == SUNDAY
    assert SUNDAY_TO_THURSDAY.working_day_from(FRIDAY) == SUNDAY


@pytest.mark.parametrize(
    ("calendar", "day", "working_days", "expected"),
    [
        pytest.param(Calendar(), MONDAY, 0, MONDAY, id="none: the day itself"),
        pytest.param(Calendar(), FRIDAY, 1, THURSDAY, id="inside a week"),
        pytest.param(Calendar(), MONDAY, 1, FRIDAY, id="over a weekend"),
        pytest.param(Calendar(), MONDAY, 6, date(2026, 11, 13), id="over two weekends"),
        pytest.param(Calendar(), SUNDAY, 1, FRIDAY, id="from a weekend"),
        pytest.param(GERMANY, date(2026, 4, 7), 1, date(2026, 4, 2), id="over Easter"),
        pytest.param(GERMANY, date(2026, 4, 6), 2, date(2026, 4, 1), id="from a holiday"),
        pytest.param(GERMANY, date(2027, 1, 4), 3, date(2026, 12, 29), id="over the turn of the year"),
        pytest.param(BAVARIA, date(2026, 1, 7), 1, date(2026, 1, 5), id="over a regional holiday"),
        pytest.param(BERLIN, date(2026, 1, 7), 1, EPIPHANY, id="that others work on"),
        pytest.param(
            Calendar(days_off=[DaysOff(THURSDAY, FRIDAY, "")]),
            MONDAY,
            1,
            date(2026, 11, 18),
            id="over days off",
        ),
    ],
)
def test_working_days_are_counted_back_over_what_is_off(
    calendar: Calendar, day: date, working_days: int, expected: date
) -> None:
    assert calendar.before(day, working_days) == expected


@pytest.mark.parametrize(
    ("calendar", "day", "working_days", "expected"),
    [
        pytest.param(Calendar(), FRIDAY, 0, FRIDAY, id="none: the day itself"),
        pytest.param(Calendar(), THURSDAY, 1, FRIDAY, id="inside a week"),
        pytest.param(Calendar(), FRIDAY, 1, MONDAY, id="over a weekend"),
        pytest.param(Calendar(), FRIDAY, 6, date(2026, 11, 30), id="over two weekends"),
        pytest.param(Calendar(), SATURDAY, 1, MONDAY, id="from a weekend"),
        pytest.param(GERMANY, date(2026, 4, 2), 1, date(2026, 4, 7), id="over Easter"),
        pytest.param(GERMANY, date(2026, 12, 31), 1, date(2027, 1, 4), id="over the turn of the year"),
        pytest.param(BAVARIA, date(2026, 1, 5), 1, date(2026, 1, 7), id="over a regional holiday"),
        pytest.param(
            Calendar(days_off=[DaysOff(FRIDAY, MONDAY, "")]),
            THURSDAY,
            1,
            date(2026, 11, 24),
            id="over days off",
        ),
    ],
)
def test_working_days_are_counted_forward_over_what_is_off(
    calendar: Calendar, day: date, working_days: int, expected: date
) -> None:
    assert calendar.after(day, working_days) == expected


@pytest.mark.parametrize(
    ("calendar", "day", "expected"),
    [
        pytest.param(Calendar(), FRIDAY, FRIDAY, id="a working day is its own"),
        pytest.param(Calendar(), SATURDAY, MONDAY, id="after a weekend"),
        pytest.param(GERMANY, date(2026, 4, 3), date(2026, 4, 7), id="after Easter"),
        pytest.param(BAVARIA, EPIPHANY, date(2026, 1, 7), id="after a regional holiday"),
        pytest.param(BERLIN, EPIPHANY, EPIPHANY, id="that others work on"),
        pytest.param(
            Calendar(days_off=[DaysOff(MONDAY, date(2027, 8, 1), "Sabbatical")]),
            MONDAY,
            date(2027, 8, 2),
            id="after most of a year",
        ),
    ],
)
def test_what_falls_on_a_day_off_moves_to_the_next_working_day(
    calendar: Calendar, day: date, expected: date
) -> None:
    assert calendar.working_day_from(day) == expected


@pytest.mark.parametrize(
    "calendar",
    [
        pytest.param(Calendar(working_days=frozenset()), id="no days of the week"),
        pytest.param(Calendar(days_off=[DaysOff(date(2000, 1, 1), date(2100, 1, 1), "Closed")]), id="closed"),
    ],
)
def test_a_team_that_never_works_gets_an_answer_all_the_same(calendar: Calendar) -> None:
    assert calendar.working_day_from(MONDAY) == MONDAY
    assert calendar.before(MONDAY, 0) == MONDAY
    assert calendar.before(MONDAY, 3) < MONDAY < calendar.after(MONDAY, 3)


def test_every_country_and_region_on_offer_has_a_calendar() -> None:
    on_offer = countries()
    assert {"BY", "BE"} <= set(on_offer["DE"])
    assert "US" in on_offer
    assert {len(country) for country in on_offer} == {2}
    for country, regions in on_offer.items():
        for region in (None, *regions):
            calendar = Calendar(country=country, region=region)
            assert calendar.working_day_from(MONDAY) - MONDAY < timedelta(days=7)


def test_people_work_on_their_days_from_eight_to_seven() -> None:
    new_york = ZoneInfo("America/New_York")
    united_states = Calendar(country="US", days_off=[DaysOff(FRIDAY, FRIDAY, "")])

    def from_then(day: date, hour: int) -> str:
        at = datetime(day.year, day.month, day.day, hour, tzinfo=new_york)
        return f"{united_states.at_work_from(at.astimezone(UTC), new_york).astimezone(new_york):%a %d %H:%M}"

    assert from_then(THURSDAY, 18) == "Thu 19 18:00"
    assert from_then(THURSDAY, 19) == "Mon 23 08:00"
    assert from_then(SUNDAY, 12) == "Mon 23 08:00"
    assert from_then(MONDAY, 6) == "Mon 23 08:00"
    assert from_then(THANKSGIVING, 12) == "Fri 27 08:00"
