"""The only clock. Rules take `now` and `today` as arguments; this is where they come from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo


class Clock:
    """The time now in UTC and the city's day.

    In test runs a file may hold seconds to add, so that web and worker move through days together.
    """

    def __init__(self, zone: ZoneInfo, offset_file: Path | None = None) -> None:
        """Count days in `zone`."""
        self.zone = zone
        self._offset_file = offset_file

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return datetime.now(UTC) + self._offset()

    def today(self) -> date:
        """The city's day."""
        return self.day(self.now())

    def day(self, moment: datetime) -> date:
        """The city's day at that moment."""
        return moment.astimezone(self.zone).date()

    def _offset(self) -> timedelta:
        if self._offset_file is None:
            return timedelta()
        try:
            return timedelta(seconds=float(self._offset_file.read_text()))
        except FileNotFoundError:
            return timedelta()
