"""The holidays of an American city."""

from __future__ import annotations

from datetime import date

from portal.demo.holidays import list_us_holidays


def test_the_days_are_those_of_the_calendar() -> None:
    found = list_us_holidays(2026, 2027)
    assert [day.isoformat() for day in found if day.year == 2026] == [
        "2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03",
        "2026-07-04", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-11-27",
        "2026-12-25",
    ]  # fmt: skip
    assert found[date(2026, 7, 3)] == "Independence Day (observed)"
    assert found[date(2027, 7, 5)] == "Independence Day (observed)"
    assert found[date(2027, 5, 31)] == "Memorial Day"
