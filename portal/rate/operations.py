"""How many ratings are taken through the open form (SECURITY.md T1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.store.ratings import HOUR
from portal.store.throttle import Bound, count_one


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Ratings an hour: of one network prefix for one service, of the service, of the portal."""

    prefix_key: str
    prefix: int
    service: int
    total: int

    def bounds(self, service_id: int, *, is_invited: bool, is_joining: bool) -> list[Bound]:
        """What is counted, the rows that most writers share last.

        A receipt's full form is limited by the receipt, and "me too", which is no rating, has a
        count of its own: the search for bursts compares a network's count with the ratings that
        came through the open form.
        """
        shared = shared_bounds(service_id, self.service, self.total)
        if is_invited:
            return shared
        scope = "join-prefix" if is_joining else "rate-prefix"
        return [Bound(scope, f"{service_id}:{self.prefix_key}", self.prefix), *shared]


def shared_bounds(service_id: int, service: int, total: int) -> list[Bound]:
    """What one service and the whole portal take an hour, through whichever door."""
    return [
        Bound("rate-service", str(service_id), service, is_shared=True),
        Bound("rate-total", "all", total, is_shared=True),
    ]


def count_refusal(session: Session, *, service_id: int, prefix_key: str, now: datetime) -> None:
    """Count an attempt that a limit refused, in a transaction of its own."""
    count_one(session, scope="rate-refused", key=f"{service_id}:{prefix_key}", now=now, length=HOUR)
