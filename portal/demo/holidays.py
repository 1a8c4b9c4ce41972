"""The holidays of Marlow, an American city: the federal ones, and the day after Thanksgiving."""

from __future__ import annotations

from datetime import date, timedelta

_MONDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 3, 5, 6


def list_us_holidays(first: int, last: int) -> dict[date, str]:
    """Names by day, from the first to the last of these years.

    What falls on a weekend is also kept on the Friday before or the Monday after it.
    """
    found: dict[date, str] = {}
    for year in range(first, last + 1):
        for day, name in _of_year(year).items():
            found[day] = name
            observed = _observed(day)
            if observed != day:
                found.setdefault(observed, f"{name} (observed)")
    return dict(sorted(found.items()))


def _of_year(year: int) -> dict[date, str]:
    thanksgiving = _nth(year, 11, _THURSDAY, 4)
    return {
        date(year, 1, 1): "New Year’s Day",
        _nth(year, 1, _MONDAY, 3): "Martin Luther King Jr. Day",
        _nth(year, 2, _MONDAY, 3): "Presidents’ Day",
        _nth(year, 6, _MONDAY, 1) - timedelta(days=7): "Memorial Day",
        date(year, 6, 19): "Juneteenth",
        date(year, 7, 4): "Independence Day",
        _nth(year, 9, _MONDAY, 1): "Labor Day",
        _nth(year, 10, _MONDAY, 2): "Indigenous Peoples’ Day",
        date(year, 11, 11): "Veterans Day",
        thanksgiving: "Thanksgiving",
        thanksgiving + timedelta(days=1): "Day after Thanksgiving",
        date(year, 12, 25): "Christmas Day",
    }


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    """The first, second, … such weekday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _observed(day: date) -> date:
    if day.weekday() == _SATURDAY:
        return day - timedelta(days=1)
    return day + timedelta(days=1) if day.weekday() == _SUNDAY else day
