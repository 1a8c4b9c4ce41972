"""Reading a city's holidays as people have them: lines that begin with a day, or an iCalendar.

Of an iCalendar (RFC 5545) only whole days with a name are taken: events with their first and last
day, and those that come back every year on the same day. Other rules of repetition are not
followed, and the reader is told which events they stand at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

MAX_NAME = 120
MAX_DAYS_OF_EVENT = 31
_LINE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[\s,;:]+(\S.*)")
_ICAL_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T[0-9]{6}Z?)?")
_BEGIN, _EVENT, _END = "BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT"
_ESCAPED = re.compile(r"\\([\\;,nN])")
_YEARLY_PARTS = {"FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "WKST"}


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
    """The holidays of these lines, or of this iCalendar. Never raises.

    `first` and `last` bound what comes back every year, and nothing else.
    """
    if _BEGIN in text.upper():
        return _read_calendar(text, first, last)
    found = HolidayList()
    for line in text.splitlines():
        if line.strip():
            _read_line(line.strip(), found)
    return found


def _read_line(line: str, found: HolidayList) -> None:
    match = _LINE.fullmatch(line)
    day = _day(match) if match else None
    if match is None or day is None:
        found.not_read.append(line)
    else:
        found.add(day, match[4])


def _read_calendar(text: str, first: date, last: date) -> HolidayList:
    found = HolidayList(is_calendar=True)
    for event in _list_events(text):
        name = _plain(event.get("SUMMARY", ""))
        days = _days_of(event, first, last) if name else None
        if days is None:
            found.not_read.append(name or event.get("DTSTART", "") or _EVENT)
            continue
        for day in days:
            found.add(day, name)
    return found


def _list_events(text: str) -> Iterator[Mapping[str, str]]:
    """The properties of each event, by their names without parameters."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    event: dict[str, str] | None = None
    for line in unfolded.splitlines():
        stripped = line.strip()
        if stripped.upper() == _EVENT:
            event = {}
        elif stripped.upper() == _END and event is not None:
            yield event
            event = None
        elif event is not None:
            name, _colon, value = stripped.partition(":")
            event.setdefault(name.partition(";")[0].upper(), value)


def _days_of(event: Mapping[str, str], first: date, last: date) -> list[date] | None:
    """Its days; None where they cannot be read."""
    begin = _ical_day(event.get("DTSTART", ""))
    if begin is None:
        return None
    end = _ical_day(event.get("DTEND", "")) or begin  # the day after the last, where it is given
    length = max(1, (end - begin).days)
    if length > MAX_DAYS_OF_EVENT:
        return None
    begins = [begin]
    if "RRULE" in event:
        if not _is_yearly(event["RRULE"], begin):
            return None
        begins = _every_year(begin, first, last)
    return [one + timedelta(days=more) for one in begins for more in range(length)]


def _is_yearly(rule: str, begin: date) -> bool:
    """Whether the rule says no more than: every year on this day."""
    parts = dict(part.upper().partition("=")[::2] for part in rule.split(";"))
    expected = {"FREQ": "YEARLY", "INTERVAL": "1", "BYMONTH": str(begin.month),
                "BYMONTHDAY": str(begin.day)}  # fmt: skip
    return parts.keys() <= _YEARLY_PARTS and all(
        parts.get(name, value if name != "FREQ" else "") == value
        for name, value in expected.items()
    )


def _every_year(begin: date, first: date, last: date) -> list[date]:
    years = range(max(begin.year, first.year), last.year + 1)
    return [day for year in years if (day := _make(year, begin.month, begin.day)) is not None]


def _ical_day(value: str) -> date | None:
    match = _ICAL_DAY.fullmatch(value)
    return _day(match) if match else None


def _day(match: re.Match[str]) -> date | None:
    return _make(int(match[1]), int(match[2]), int(match[3]))


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _plain(text: str) -> str:
    """A text value without its escapes."""
    return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], text).strip()
