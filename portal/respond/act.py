"""Who does something at the desk, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portal.store.scope import Scope


@dataclass(frozen=True)
class Act:
    """One deed of a signed-in person: `now` in UTC, `today` the city's day."""

    scope: Scope
    now: datetime
    today: date

    @property
    def person_id(self) -> int:
        """Whoever does it."""
        return self.scope.person_id
