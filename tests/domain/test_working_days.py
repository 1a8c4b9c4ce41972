"""Working days: what counts, and that nobody is told a day beyond the level's 30."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.working_days import (
    LAST_DAY,
    MONDAY_TO_FRIDAY,
    WorkCalendar,
    most_working_days,
    target_day,
)

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
WEEKDAYS = st.frozensets(st.integers(0, 6), min_size=1)
COUNTS = st.integers(1, LAST_DAY)
FRIDAY = date(2026, 11, 20)
THANKSGIVING = date(2026, 11, 26)
SUNDAY_TO_THURSDAY = frozenset({6, 0, 1, 2, 3})


@st.composite
def calendars(draw: st.DrawFn) -> tuple[date, WorkCalendar]:
    """A first day, and a calendar with some holidays of the days that follow it."""
    first = draw(DAYS)
    off = draw(st.frozensets(st.integers(0, LAST_DAY + 5), max_size=12))
    return first, WorkCalendar(draw(WEEKDAYS), {first + timedelta(days=one) for one in off})


def test_the_first_day_does_not_count_nor_do_weekends_and_holidays() -> None:
    plain = WorkCalendar()
    assert target_day(FRIDAY, 1, plain) == date(2026, 11, 23)
    assert target_day(FRIDAY, 10, plain) == date(2026, 12, 4)
    with_holiday = WorkCalendar(holidays={THANKSGIVING})
    assert target_day(FRIDAY, 10, with_holiday) == date(2026, 12, 7)
    assert target_day(date(2026, 11, 21), 1, plain) == date(2026, 11, 23), "from a Saturday too"


def test_the_weekend_is_the_citys() -> None:
    calendar = WorkCalendar(SUNDAY_TO_THURSDAY)
    thursday = date(2026, 11, 19)
    assert target_day(thursday, 1, calendar) == date(2026, 11, 22), "a Sunday"
    assert target_day(thursday, 5, calendar) == date(2026, 11, 26)


def test_the_most_that_fits_is_four_weeks_of_work() -> None:
    assert most_working_days(MONDAY_TO_FRIDAY) == 20
    assert most_working_days(range(7)) == LAST_DAY
    assert most_working_days({2}) == 4


@given(calendars(), COUNTS)
def test_nobody_is_told_a_day_beyond_the_levels(
    given_days: tuple[date, WorkCalendar], count: int
) -> None:
    first, calendar = given_days
    meant = target_day(first, count, calendar)
    assert first < meant <= first + timedelta(days=LAST_DAY)


@given(calendars(), COUNTS)
def test_so_many_working_days_lie_between_unless_the_thirty_end_first(
    given_days: tuple[date, WorkCalendar], count: int
) -> None:
    first, calendar = given_days
    meant = target_day(first, count, calendar)
    after = [first + timedelta(days=one) for one in range(1, (meant - first).days + 1)]
    worked = sum(map(calendar.is_working, after))
    if meant < first + timedelta(days=LAST_DAY):
        assert worked == count
        assert calendar.is_working(meant)
    else:
        assert worked <= count


@given(calendars(), COUNTS)
def test_a_holiday_more_never_brings_the_day_forward(
    given_days: tuple[date, WorkCalendar], count: int
) -> None:
    first, calendar = given_days
    without = WorkCalendar(calendar.weekdays)
    assert target_day(first, count, without) <= target_day(first, count, calendar)


@given(DAYS, WEEKDAYS)
def test_what_fits_is_reached_from_every_day_without_holidays(
    first: date, weekdays: frozenset[int]
) -> None:
    calendar, most = WorkCalendar(weekdays), most_working_days(weekdays)
    meant = target_day(first, most, calendar)
    after = [first + timedelta(days=one) for one in range(1, (meant - first).days + 1)]
    assert sum(map(calendar.is_working, after)) == most


@given(WEEKDAYS)
def test_one_working_day_more_would_not_fit_from_some_weekday(weekdays: frozenset[int]) -> None:
    calendar, too_many = WorkCalendar(weekdays), most_working_days(weekdays) + 1
    week = [date(2026, 11, 16) + timedelta(days=one) for one in range(7)]
    worked = [
        sum(calendar.is_working(first + timedelta(days=one)) for one in range(1, LAST_DAY + 1))
        for first in week
    ]
    assert min(worked) < too_many
