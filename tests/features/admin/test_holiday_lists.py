"""Holidays as people have them: lines, and calendar files."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.admin.holiday_lists import MAX_NAME, read_holidays

FIRST, LAST = date(2026, 11, 20), date(2027, 12, 31)
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270101
DTEND;VALUE=DATE:20270102
SUMMARY:New Year's Day
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20261227
SUMMARY:Christmas\\, closed\r
  days
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20200704
RRULE:FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4
SUMMARY:Independence Day
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20201126
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH
SUMMARY:Thanksgiving
END:VEVENT
BEGIN:VEVENT
DTSTART:20270531T090000Z
SUMMARY:Council meets
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261203
RRULE:FREQ=WEEKLY
SUMMARY:Market
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270412
END:VEVENT
END:VCALENDAR
"""


def test_lines_begin_with_a_day_and_go_on_with_a_name() -> None:
    found = read_holidays(
        "2027-01-01 New Year’s Day\n\n  2027-05-31;Memorial Day\n2027-07-04,\tالعيد\n", FIRST, LAST
    )
    assert found.days == {
        date(2027, 1, 1): "New Year’s Day",
        date(2027, 5, 31): "Memorial Day",
        date(2027, 7, 4): "العيد",
    }
    assert found.not_read == []


def test_lines_that_are_none_are_named() -> None:
    lines = ["New Year's Day", "2027-02-30 No such day", "2027-01-01", "01/02/2027 Some day"]
    found = read_holidays("\n".join(lines), FIRST, LAST)
    assert (found.days, found.not_read) == ({}, lines)


def test_a_calendar_gives_whole_days_and_what_comes_back_every_year() -> None:
    found = read_holidays(CALENDAR, FIRST, LAST)
    christmas = "Christmas, closed days"
    assert found.days == {
        date(2027, 1, 1): "New Year's Day",
        date(2026, 12, 24): christmas,
        date(2026, 12, 25): christmas,
        date(2026, 12, 26): christmas,
        date(2027, 7, 4): "Independence Day",
        date(2026, 11, 26): "Thanksgiving",
        date(2027, 11, 25): "Thanksgiving",
    }
    assert found.not_read == ["Council meets", "Market", "BEGIN:VEVENT"]


def test_a_day_that_a_calendar_takes_out_is_none() -> None:
    rule = "RRULE:FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4\n"
    left_out = CALENDAR.replace(rule, rule + "EXDATE;VALUE=DATE:20270704\n")
    assert "Independence Day" not in read_holidays(left_out, FIRST, LAST).days.values()


def test_a_leap_day_comes_back_only_in_leap_years() -> None:
    text = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY\n"
        "SUMMARY:Leap\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    assert read_holidays(text, FIRST, date(2028, 12, 31)).days == {date(2028, 2, 29): "Leap"}


@given(st.text())
@settings(deadline=None)
def test_nothing_that_is_pasted_fails(text: str) -> None:
    for pasted in (text, "BEGIN:VCALENDAR\n" + text, CALENDAR.replace("2027", text)):
        found = read_holidays(pasted, FIRST, LAST)
        assert all(name and len(name) <= MAX_NAME for name in found.days.values())


_NAMES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=MAX_NAME)


@given(st.dictionaries(st.dates(FIRST, LAST + timedelta(days=900)), _NAMES, min_size=1))
def test_what_is_written_as_lines_is_read_back(days: dict[date, str]) -> None:
    lines = "\n".join(f"{day.isoformat()} {name}" for day, name in days.items())
    found = read_holidays(lines, FIRST, LAST)
    assert (found.days, found.not_read) == (days, [])
