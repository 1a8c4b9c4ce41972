"""What else waits for whoever looks at the inbox: closed cases, and paper."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.respond.queries.called import count_called
from portal.respond.queries.entry import count_to_type
from portal.store.scope import Scope


@dataclass(frozen=True)
class AlsoWaiting:
    """Cases whose resident called about an answer, and forms to be typed a second time."""

    called: int
    to_type: int


def count_also_waiting(session: Session, scope: Scope) -> AlsoWaiting:
    """How many of each there are for this person."""
    return AlsoWaiting(count_called(session, scope), count_to_type(session, scope))
