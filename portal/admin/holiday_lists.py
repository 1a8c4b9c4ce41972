"""Reading a city's holidays as people have them: lines that begin with a day, or an iCalendar.

Of an iCalendar (RFC 5545) the whole days with a name are taken, once or yearly, by whatever rule
a year is followed ("the fourth Thursday of November"). What is at an hour, or comes back more
often than every year, is no holiday: the reader is told which events these are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Component
from icalendar.error import BrokenCalendarProperty

MAX_NAME = 120
MAX_DAYS_OF_EVENT = 31
_LINE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[\s,;:]+(\S.*)")
_BEGIN = "BEGIN:VCALENDAR"
# What nonsense ends in.
_BROKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError,
           BrokenCalendarProperty)  # fmt: skip
# Of a rule (RFC 5545, 3.3.10): all but those that name an hour, a minute or a second.
_DATE_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYYEARDAY",
               "BYWEEKNO", "BYSETPOS", "WKST"}  # fmt: skip


@dataclass
class HolidayList:
    """What was read: names by day, and the lines or events that could not be."""

    days: dict[date, str] = field(default_factory=dict)
    not_read: list[str] = field(default_factory=list)
    is_calendar: bool = False

    def add(self, day: date, name: str) -> None:
        """The first name of a day stays."""
        self.days.setdefault(day, name[:MAX_NAME].strip())


def read_holidays(text: str, first: date, last: date) -> HolidayList:
    """The holidays of these lines, or those of this iCalendar from `first` to `last`.

    Never raises.
    """
    if _BEGIN in text.upper():
        return _read_calendar(text, first, last)
    found = HolidayList()
    for line in filter(None, map(str.strip, text.splitlines())):
        _read_line(line, found)
    return found


def _read_line(line: str, found: HolidayList) -> None:
    match = _LINE.fullmatch(line)
    try:
        found.add(date.fromisoformat(match[1] if match else ""), match[2] if match else "")
    except ValueError:
        found.not_read.append(line)


def _read_calendar(text: str, first: date, last: date) -> HolidayList:
    found = HolidayList(is_calendar=True)
    try:
        calendars = Calendar.from_ical(text[text.upper().index(_BEGIN) :], multiple=True)
    except _BROKEN:
        return found
    for calendar in calendars:
        _read_events(calendar, first, last, found)
    return found


def _read_events(calendar: Component, first: date, last: date, found: HolidayList) -> None:
    events = calendar.walk("VEVENT")
    calendar.subcomponents = [event for event in events if _is_holiday(event)]
    found.not_read += [_name(event) or "BEGIN:VEVENT" for event in events if not _is_holiday(event)]
    query = recurring_ical_events.of(calendar, skip_bad_series=True)
    try:
        occurrences = query.between(first, last + timedelta(days=1))
    except _BROKEN:
        found.not_read += [_name(event) for event in calendar.subcomponents]
        return
    for one in occurrences:
        begin, end = _day(one, "DTSTART"), _day(one, "DTEND")  # the end is the day after
        for more in range(max(1, (end - begin).days)):
            found.add(begin + timedelta(days=more), _name(one))


def _is_holiday(event: Component) -> bool:
    """Whether it has a name and whole days, and comes back every year at most."""
    try:
        begin, end = _day(event, "DTSTART"), _day(event, "DTEND" if "DTEND" in event else "DTSTART")
        rules: list[Any] = [event["RRULE"]] if "RRULE" in event else []
        is_yearly = all(rule["FREQ"] == ["YEARLY"] and rule.keys() <= _DATE_PARTS for rule in rules)
    except _BROKEN:
        return False
    is_whole = type(begin) is type(end) is date and (end - begin).days <= MAX_DAYS_OF_EVENT
    return bool(_name(event)) and is_whole and is_yearly


def _day(event: Mapping[str, Any], name: str) -> Any:
    """A date, where the event is right; a time or anything else, where it is not."""
    return event[name].dt


def _name(event: Mapping[str, Any]) -> str:
    return " ".join(str(event.get("SUMMARY", "")).split())
