"""Whom a promise will still reach by email on its day, said before it is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.loop import PROMISES
from portal.models.responses import Response
from portal.store.reach import count_waiting_reach
from portal.store.retention import get_periods


@dataclass(frozen=True)
class PromiseReach:
    """How many of those who wait have an address, and when it goes if nothing more happens."""

    mailable: int
    erased_on: date
    due_on: date

    @property
    def is_erased_by_then(self) -> bool:
        """Whether nobody can be mailed any more on the day that is promised."""
        return self.erased_on <= self.due_on


def get_promise_reach(
    session: Session, response: Response, *, published_on: date
) -> PromiseReach | None:
    """For a draft that promises something; being told it is what addresses are kept from."""
    if response.status != "draft" or response.outcome not in PROMISES or response.due_on is None:
        return None
    keep = get_periods(session).contact
    return PromiseReach(
        count_waiting_reach(session, response.id), published_on + keep, response.due_on
    )
