"""When a ritual repeats, held against an oracle, against hand-written nights, and on hosts of any zone and language."""

import os
import subprocess
import sys
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import islice, pairwise, product, takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.schedule.rules import (
    WORKDAYS,
    MonthlyByDay,
    MonthlyByWeekday,
    Rule,
    Weekday,
    Weekly,
    dates,
    instants,
    parse_rule,
)
from tests.schedule import oracle

ROOT = Path(__file__).parent.parent.parent

ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",  # an hour back for each Ramadan
    "America/Adak",
    "America/Asuncion",
    "America/Havana",  # leaps from midnight
    "America/Los_Angeles",
    "America/Miquelon",
    "America/New_York",
    "America/Nuuk",  # leaps into the next day
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Scoresbysund",
    "America/St_Johns",
    "America/Vancouver",
    "Antarctica/Troll",  # leaps by two hours
    "Asia/Almaty",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Adelaide",
    "Australia/Eucla",
    "Australia/Lord_Howe",  # leaps by half an hour
    "Etc/GMT+12",
    "Europe/Berlin",
    "Europe/Chisinau",
    "Europe/Dublin",  # its winter is the time that is saved
    "Europe/Istanbul",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Easter",
    "Pacific/Kiritimati",
    "Pacific/Marquesas",
    "Pacific/Norfolk",
    "UTC",
]
TIMES = [time(0, 0), time(1, 30), time(2, 30), time(9, 0), time(23, 59)]

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = Weekday
DAILY = Weekly(days=tuple(Weekday))
ANCHOR = date(2023, 11, 15)  # a Wednesday, in the middle of its week and month

RULES: dict[str, tuple[Rule, Callable[[date], bool]]] = {
    "daily": (DAILY, partial(oracle.is_weekly, days=range(7), every=1, anchor=ANCHOR)),
    "on workdays": (
        Weekly(days=WORKDAYS),
        partial(oracle.is_weekly, days=range(5), every=1, anchor=ANCHOR),
    ),
    "on Sundays": (Weekly(days=(SUNDAY,)), partial(oracle.is_weekly, days=[6], every=1, anchor=ANCHOR)),
    "every second week": (
        Weekly(days=(SUNDAY, MONDAY, THURSDAY), every=2),
        partial(oracle.is_weekly, days=[0, 3, 6], every=2, anchor=ANCHOR),
    ),
    "on the 31st": (MonthlyByDay(day=31), partial(oracle.is_by_day, wanted=31, every=1, anchor=ANCHOR)),
    "on the 30th of every third month": (
        MonthlyByDay(day=30, every=3),
        partial(oracle.is_by_day, wanted=30, every=3, anchor=ANCHOR),
    ),
    "on last Fridays": (
        MonthlyByWeekday(nth=-1, day=FRIDAY),
        partial(oracle.is_by_weekday, nth=-1, wanted=4, every=1, anchor=ANCHOR),
    ),
    "on second Tuesdays": (
        MonthlyByWeekday(nth=2, day=TUESDAY),
        partial(oracle.is_by_weekday, nth=2, wanted=1, every=1, anchor=ANCHOR),
    ),
}


def ours(
    rule: Rule, zone: str, at: time, first: date, last: date, *, anchor: date = ANCHOR
) -> list[tuple[date, datetime]]:
    found = instants(rule, anchor=anchor, at=at, zone=ZoneInfo(zone), after=first - timedelta(days=1))
    return list(takewhile(lambda one: one[0] <= last, found))


def compare(zone: str, first: date, last: date) -> None:
    clock = oracle.Clock(zone, first, last)
    for name, (rule, is_one) in RULES.items():
        days = [day for day in oracle.dates_between(first, last) if is_one(day)]
        for at in TIMES:
            expected = clock.instants(days, at)
            found = ours(rule, zone, at, first, last)
            different = sorted(set(found) ^ set(expected))
            assert not different, f"{name} at {at}"
            assert [day for day, _at in found] == days, f"{name} at {at}"  # in order, each date once


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES)
def test_for_twelve_years_a_ritual_comes_once_on_each_of_its_dates_at_its_time(zone: str) -> None:
    compare(zone, date(2024, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    "zone", ["Africa/Casablanca", "America/Havana", "America/Nuuk", "Australia/Lord_Howe"]
)
def test_for_two_years_a_ritual_comes_once_on_each_of_its_dates_at_its_time(zone: str) -> None:
    compare(zone, date(2024, 1, 1), date(2025, 12, 31))


def test_forty_zones_are_looked_at() -> None:
    assert len(set(ZONES)) == 40


def test_the_oracle_sees_the_nights_that_make_it_worth_asking() -> None:
    """If the scan were too coarse to see the clocks change, agreement with it would mean little."""
    first, last = date(2024, 1, 1), date(2025, 12, 31)
    clock = oracle.Clock("Europe/Berlin", first, last)
    shown = {day: clock.times_shown(day, time(2, 30)) for day in oracle.dates_between(first, last)}
    assert {day for day, times in shown.items() if times == 0} == {date(2024, 3, 31), date(2025, 3, 30)}
    assert {day for day, times in shown.items() if times == 2} == {date(2024, 10, 27), date(2025, 10, 26)}
    assert Counter(shown.values()) == {0: 2, 1: 731 - 4, 2: 2}


# The nights on which clocks change: the day before, the night, the day after, each once.

NIGHTS = {
    "New York leaps from 02:00 to 03:00": (
        "America/New_York",
        time(2, 30),
        [
            (date(2026, 3, 7), datetime(2026, 3, 7, 7, 30, tzinfo=UTC)),
            (date(2026, 3, 8), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),  # 03:30 there
            (date(2026, 3, 9), datetime(2026, 3, 9, 6, 30, tzinfo=UTC)),
        ],
    ),
    "New York has 01:30 twice": (
        "America/New_York",
        time(1, 30),
        [
            (date(2026, 10, 31), datetime(2026, 10, 31, 5, 30, tzinfo=UTC)),
            (date(2026, 11, 1), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
            (date(2026, 11, 2), datetime(2026, 11, 2, 6, 30, tzinfo=UTC)),
        ],
    ),
    "Berlin leaps from 02:00 to 03:00": (
        "Europe/Berlin",
        time(2, 30),
        [
            (date(2026, 3, 28), datetime(2026, 3, 28, 1, 30, tzinfo=UTC)),
            (date(2026, 3, 29), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # 03:30 there
            (date(2026, 3, 30), datetime(2026, 3, 30, 0, 30, tzinfo=UTC)),
        ],
    ),
    "Berlin has 02:30 twice": (
        "Europe/Berlin",
        time(2, 30),
        [
            (date(2026, 10, 24), datetime(2026, 10, 24, 0, 30, tzinfo=UTC)),
            (date(2026, 10, 25), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
            (date(2026, 10, 26), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)),
        ],
    ),
    "at nine nobody in Berlin notices": (
        "Europe/Berlin",
        time(9, 0),
        [
            (date(2026, 3, 28), datetime(2026, 3, 28, 8, 0, tzinfo=UTC)),
            (date(2026, 3, 29), datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),
            (date(2026, 3, 30), datetime(2026, 3, 30, 7, 0, tzinfo=UTC)),
        ],
    ),
    "Lord Howe leaps from 02:00 to 02:30": (
        "Australia/Lord_Howe",
        time(2, 15),
        [
            (date(2026, 10, 3), datetime(2026, 10, 2, 15, 45, tzinfo=UTC)),
            (date(2026, 10, 4), datetime(2026, 10, 3, 15, 45, tzinfo=UTC)),  # 02:45 there
            (date(2026, 10, 5), datetime(2026, 10, 4, 15, 15, tzinfo=UTC)),
        ],
    ),
    "Lord Howe has 01:45 twice": (
        "Australia/Lord_Howe",
        time(1, 45),
        [
            (date(2026, 4, 4), datetime(2026, 4, 3, 14, 45, tzinfo=UTC)),
            (date(2026, 4, 5), datetime(2026, 4, 4, 14, 45, tzinfo=UTC)),
            (date(2026, 4, 6), datetime(2026, 4, 5, 15, 15, tzinfo=UTC)),
        ],
    ),
    "Casablanca goes back for Ramadan and has 02:30 twice": (
        "Africa/Casablanca",
        time(2, 30),
        [
            (date(2025, 2, 22), datetime(2025, 2, 22, 1, 30, tzinfo=UTC)),
            (date(2025, 2, 23), datetime(2025, 2, 23, 1, 30, tzinfo=UTC)),
            (date(2025, 2, 24), datetime(2025, 2, 24, 2, 30, tzinfo=UTC)),
        ],
    ),
    "Casablanca leaps from 02:00 to 03:00 after Ramadan": (
        "Africa/Casablanca",
        time(2, 30),
        [
            (date(2025, 4, 5), datetime(2025, 4, 5, 2, 30, tzinfo=UTC)),
            (date(2025, 4, 6), datetime(2025, 4, 6, 2, 30, tzinfo=UTC)),  # 03:30 there
            (date(2025, 4, 7), datetime(2025, 4, 7, 1, 30, tzinfo=UTC)),
        ],
    ),
    "Havana has no midnight": (
        "America/Havana",
        time(0, 0),
        [
            (date(2025, 3, 8), datetime(2025, 3, 8, 5, 0, tzinfo=UTC)),
            (date(2025, 3, 9), datetime(2025, 3, 9, 5, 0, tzinfo=UTC)),  # 01:00 there
            (date(2025, 3, 10), datetime(2025, 3, 10, 4, 0, tzinfo=UTC)),
        ],
    ),
    "Nuuk leaps from Saturday 23:00 to Sunday": (
        "America/Nuuk",
        time(23, 30),
        [
            (date(2025, 3, 28), datetime(2025, 3, 29, 1, 30, tzinfo=UTC)),
            (date(2025, 3, 29), datetime(2025, 3, 30, 1, 30, tzinfo=UTC)),  # 00:30 there
            (date(2025, 3, 30), datetime(2025, 3, 31, 0, 30, tzinfo=UTC)),
        ],
    ),
}


@pytest.mark.parametrize(("zone", "at", "expected"), NIGHTS.values(), ids=NIGHTS)
def test_when_clocks_change_a_daily_ritual_comes_once(
    zone: str, at: time, expected: list[tuple[date, datetime]]
) -> None:
    assert ours(DAILY, zone, at, expected[0][0], expected[-1][0]) == expected


def test_a_weekly_ritual_stays_at_nine_through_summer_and_winter() -> None:
    found = ours(Weekly(days=(MONDAY,)), "Europe/Berlin", time(9), date(2026, 1, 1), date(2026, 12, 31))
    shown = {at.astimezone(ZoneInfo("Europe/Berlin")).time() for _day, at in found}
    assert shown == {time(9)}
    assert {at.hour for _day, at in found} == {7, 8}  # in UTC it moves
    assert len(found) == 52


# Apia went to bed on Thursday, 29 December 2011, and woke up on Saturday, the 31st.

APIA = "Pacific/Apia"
THE_29TH = (date(2011, 12, 29), datetime(2011, 12, 29, 19, 0, tzinfo=UTC))
THE_30TH = (date(2011, 12, 30), datetime(2011, 12, 30, 19, 0, tzinfo=UTC))  # 09:00 on the 31st there
THE_31ST = (date(2011, 12, 31), datetime(2011, 12, 30, 19, 0, tzinfo=UTC))
THE_1ST = (date(2012, 1, 1), datetime(2011, 12, 31, 19, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(DAILY, [THE_29TH, THE_31ST, THE_1ST], id="daily: the 31st has its own"),
        pytest.param(Weekly(days=(FRIDAY, SATURDAY)), [THE_31ST], id="Saturday has its own"),
        pytest.param(Weekly(days=(FRIDAY,)), [THE_30TH], id="Friday's shifts to Saturday"),
        pytest.param(Weekly(days=WORKDAYS), [THE_29TH, THE_30TH], id="so it does for workdays"),
        pytest.param(Weekly(days=(FRIDAY, SUNDAY)), [THE_30TH, THE_1ST], id="Sunday's is another"),
        pytest.param(MonthlyByDay(day=30), [THE_30TH], id="the 30th"),
        pytest.param(MonthlyByDay(day=31), [THE_31ST], id="the 31st"),
        pytest.param(MonthlyByWeekday(nth=-1, day=FRIDAY), [THE_30TH], id="the last Friday"),
    ],
)
def test_a_date_that_a_zone_leaves_out_shifts_to_the_next_unless_that_has_its_own(
    rule: Rule, expected: list[tuple[date, datetime]]
) -> None:
    anchor = date(2011, 11, 1)
    assert ours(rule, APIA, time(9), date(2011, 12, 29), date(2012, 1, 1), anchor=anchor) == expected


@pytest.mark.parametrize("at", [time(0, 0), time(23, 59)])
def test_at_either_end_of_the_day_too_the_date_left_out_brings_nothing_twice(at: time) -> None:
    found = ours(DAILY, APIA, at, date(2011, 12, 28), date(2012, 1, 2), anchor=date(2011, 11, 1))
    assert [day.day for day, _at in found] == [28, 29, 31, 1, 2]
    assert {later - earlier for (_, earlier), (_, later) in pairwise(found)} == {timedelta(days=1)}


def test_the_oracle_agrees_about_apia() -> None:
    first, last = date(2011, 12, 1), date(2012, 1, 31)
    clock = oracle.Clock(APIA, first, last)
    for days in ([4], [4, 5], range(7)):
        rule = Weekly(days=tuple(Weekday(day) for day in days))
        listed = [day for day in oracle.dates_between(first, last) if oracle.weekday(day) in days]
        assert ours(rule, APIA, time(9), first, last, anchor=first) == clock.instants(listed, time(9))


# The same on every host.

PRINT_SCHEDULES = """
from datetime import date, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo
from bot.people.calendar import Calendar
from bot.schedule.rules import MonthlyByDay, MonthlyByWeekday, Weekly, instants

for rule in (
    Weekly(days=tuple(range(7))),
    Weekly(days=(6, 0), every=2),
    MonthlyByDay(day=31),
    MonthlyByWeekday(nth=-1, day=4),
):
    print(rule.model_dump_json())
    for name in ("UTC", "Asia/Tokyo", "America/St_Johns", "Europe/Berlin", "Europe/Istanbul"):
        found = instants(
            rule, anchor=date(2026, 1, 1), at=time(2, 30), zone=ZoneInfo(name), after=date(2026, 1, 31)
        )
        for day, at in islice(found, 100):
            print(name, day, at)

for country, region in (("DE", "BY"), ("TR", None), ("ZA", None), ("CA", "NL")):
    calendar = Calendar(country=country, region=region)
    day = date(2026, 1, 1)
    for n in range(365):
        on = day + timedelta(days=n)
        if off := calendar.why_off(on):
            print(country, on, off, calendar.before(on, 1), calendar.after(on, 2))
"""


def schedules_on(zone: str, language: str) -> bytes:
    env = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}  # noqa: TID251 -- a host is made
    env |= {"TZ": zone, "LANG": language, "LC_ALL": language, "LANGUAGE": language.partition(".")[0]}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", PRINT_SCHEDULES],
        cwd=ROOT,
        env=env,
        capture_output=True,
        check=True,
    )
    return run.stdout


HOST_ZONES = ("UTC", "Asia/Tokyo", "America/St_Johns")
HOST_LANGUAGES = ("C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8")


@pytest.mark.parametrize(
    "hosts",
    [
        pytest.param(list(zip(HOST_ZONES, HOST_LANGUAGES, strict=True)), id="three"),
        pytest.param(list(product(HOST_ZONES, HOST_LANGUAGES)), id="nine", marks=pytest.mark.slow),
    ],
)
def test_every_host_makes_the_same_schedules_whatever_its_zone_and_language(
    hosts: list[tuple[str, str]],
) -> None:
    first, *others = (schedules_on(zone, language) for zone, language in hosts)
    assert [len(other) for other in others] == [len(first)] * (len(hosts) - 1)
    assert set(others) == {first}
    lines = first.decode().splitlines()
    assert "Europe/Berlin 2026-03-29 2026-03-29 01:30:00+00:00" in lines
    assert "DE 2026-10-03 German Unity Day 2026-10-02 2026-10-06" in lines


# "Monday" is Monday.

DAYS = {
    "MONDAY": date(2026, 11, 23),
    "TUESDAY": date(2026, 11, 24),
    "WEDNESDAY": date(2026, 11, 25),
    "THURSDAY": date(2026, 11, 26),
    "FRIDAY": date(2026, 11, 27),
    "SATURDAY": date(2026, 11, 28),
    "SUNDAY": date(2026, 11, 29),
}


def stored(rule: Rule) -> Rule:
    """As it comes back from a database."""
    return parse_rule.validate_python(rule.model_dump(mode="json"))


@pytest.mark.parametrize("name", DAYS)
def test_a_day_of_the_week_is_that_day_in_every_rule(name: str) -> None:
    day = Weekday[name]
    rules: list[Rule] = [Weekly(days=(day,)), Weekly(days=(day,), every=2)]
    rules += [MonthlyByWeekday(nth=nth, day=day) for nth in (1, 2, 3, 4, -1)]
    for rule in rules:
        for one in (rule, stored(rule)):
            found = list(islice(dates(one, anchor=date(2026, 1, 1), after=date(2026, 1, 1)), 60))
            assert len(found) == 60
            assert {(each - DAYS[name]).days % 7 for each in found} == {0}


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"kind": "weekly", "days": []}, "days"),
        ({"kind": "weekly", "days": [7]}, "days"),
        ({"kind": "weekly", "days": [-1]}, "days"),
        ({"kind": "weekly"}, "days"),
        ({"kind": "weekly", "days": [0], "every": 0}, "every"),
        ({"kind": "weekly", "days": [0], "every": 53}, "every"),
        ({"kind": "monthly_by_weekday", "nth": 5, "day": 0}, "nth"),
        ({"kind": "monthly_by_weekday", "nth": 0, "day": 0}, "nth"),
        ({"kind": "monthly_by_weekday", "nth": 1, "day": 7}, "day"),
        ({"kind": "monthly_by_weekday", "nth": 1, "day": 0, "every": 0}, "every"),
        ({"kind": "monthly_by_day", "day": 0}, "day"),
        ({"kind": "monthly_by_day", "day": 32}, "day"),
        ({"kind": "monthly_by_day", "day": 31, "every": 0}, "every"),
    ],
)
def test_a_rule_that_would_never_come_or_means_nothing_is_refused(
    fields: dict[str, Any], at_fault: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_rule.validate_python(fields)
    assert {error["loc"][:2] for error in refused.value.errors()} == {(fields["kind"], at_fault)}


def test_a_rule_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ValidationError, match="kind"):
        parse_rule.validate_python({"kind": "yearly"})


def test_a_rule_does_not_change_once_it_is_made() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        MonthlyByDay(day=31).day = 30  # type: ignore[misc]  # what is tried here


# What holds for any rule.

EVERY = st.integers(min_value=1, max_value=5)
WEEKDAYS = st.sampled_from(list(Weekday))
WEEKLY = st.builds(
    Weekly,
    days=st.lists(WEEKDAYS, min_size=1, max_size=9).map(tuple),  # a day may be named twice
    every=EVERY,
)
BY_DAY = st.builds(MonthlyByDay, day=st.integers(min_value=1, max_value=31), every=EVERY)
BY_WEEKDAY = st.builds(MonthlyByWeekday, nth=st.sampled_from([1, 2, 3, 4, -1]), day=WEEKDAYS, every=EVERY)
ANY_RULE = st.one_of(WEEKLY, BY_DAY, BY_WEEKDAY)
ANY_DATE = st.dates(date(2019, 1, 1), date(2034, 12, 31))
BEHIND = st.integers(min_value=-100, max_value=900).map(lambda days: timedelta(days=days))

unhurried = settings(deadline=None)  # machines are shared


def is_one(rule: Rule, anchor: date) -> Callable[[date], bool]:
    """What the oracle says."""
    match rule:
        case Weekly():
            return partial(
                oracle.is_weekly, days={int(day) for day in rule.days}, every=rule.every, anchor=anchor
            )
        case MonthlyByWeekday():
            return partial(
                oracle.is_by_weekday, nth=rule.nth, wanted=int(rule.day), every=rule.every, anchor=anchor
            )
        case MonthlyByDay():
            return partial(oracle.is_by_day, wanted=rule.day, every=rule.every, anchor=anchor)


@unhurried
@given(ANY_RULE, ANY_DATE, BEHIND)
def test_dates_go_forward_from_the_anchor_and_from_where_one_asks(
    rule: Rule, anchor: date, behind: timedelta
) -> None:
    after = anchor + behind
    found = list(islice(dates(rule, anchor=anchor, after=after), 30))
    assert len(found) == 30
    assert all(earlier < later for earlier, later in pairwise(found))
    assert found[0] > after
    assert found[0] >= anchor


@unhurried
@given(ANY_RULE, ANY_DATE, BEHIND)
def test_the_dates_are_those_that_the_oracle_finds_one_by_one(
    rule: Rule, anchor: date, behind: timedelta
) -> None:
    after = anchor + behind
    first, last = max(anchor, after + timedelta(days=1)), after + timedelta(days=500)
    found = list(takewhile(lambda day: day <= last, dates(rule, anchor=anchor, after=after)))
    assert found == list(filter(is_one(rule, anchor), oracle.dates_between(first, last)))


@unhurried
@given(WEEKDAYS, ANY_DATE)
def test_every_second_week_stays_so_over_years_of_53_weeks(day: Weekday, anchor: date) -> None:
    found = list(islice(dates(Weekly(days=(day,), every=2), anchor=anchor, after=anchor), 200))
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(days=14)}
    assert any(date(year, 12, 28).isocalendar().week == 53 for year in {each.year for each in found})


@unhurried
@given(WEEKDAYS, WEEKDAYS, ANY_DATE)
def test_all_days_of_every_second_week_lie_in_the_same_weeks(
    day: Weekday, other: Weekday, anchor: date
) -> None:
    """A week goes from Monday to Sunday, and the anchor's own is one of them."""
    found = islice(dates(Weekly(days=(day, other), every=2), anchor=anchor, after=anchor), 100)
    monday = anchor - timedelta(days=anchor.weekday())
    assert {(each - monday).days // 7 % 2 for each in found} == {0}


@unhurried
@given(st.integers(min_value=1, max_value=31), ANY_DATE)
def test_a_day_of_the_month_comes_once_in_each_month(day: int, anchor: date) -> None:
    anchor = anchor.replace(day=1)
    found = list(islice(dates(MonthlyByDay(day=day), anchor=anchor, after=anchor - timedelta(days=1)), 50))
    assert [(each.year, each.month) for each in found] == list(islice(months_from(anchor), 50))
    assert all(each.day == min(day, monthrange(each.year, each.month)[1]) for each in found)


def months_from(day: date) -> Iterator[tuple[int, int]]:
    year, month = day.year, day.month
    while True:
        yield year, month
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def test_the_31st_is_the_last_of_a_shorter_month_and_of_a_leap_years_february() -> None:
    found = dates(MonthlyByDay(day=31), anchor=date(2028, 1, 1), after=date(2028, 1, 1))
    assert [(day.month, day.day) for day in islice(found, 4)] == [(1, 31), (2, 29), (3, 31), (4, 30)]


@unhurried
@given(ANY_RULE, ANY_DATE, st.sampled_from(ZONES), st.times(), BEHIND)
def test_instants_go_forward_in_every_zone_each_with_a_date_of_the_rule(
    rule: Rule, anchor: date, zone: str, at: time, behind: timedelta
) -> None:
    after = anchor + behind
    found = list(islice(instants(rule, anchor=anchor, at=at, zone=ZoneInfo(zone), after=after), 30))
    assert all(earlier < later for (_, earlier), (_, later) in pairwise(found))
    assert [day for day, _at in found] == list(islice(dates(rule, anchor=anchor, after=after), 30))
    assert {at.tzinfo for _day, at in found} == {UTC}


@given(ANY_RULE)
def test_a_stored_rule_comes_back_as_it_was(rule: Rule) -> None:
    assert stored(rule) == rule
