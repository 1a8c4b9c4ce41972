"""Mail on which no case hangs that whoever keeps the mailbox refused for good, at once or later.

Mail about a case is no part of it: there the resident is told on the page of their receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from portal.models.running import UNDELIVERED, Outbox

KEPT = timedelta(days=30)
"""For how long a refusal is worth showing."""

IS_UNDELIVERED: ColumnElement[bool] = literal_column(f"({UNDELIVERED})")


def find_undelivered_to(session: Session, person_id: int, *, since: datetime) -> datetime | None:
    """When mail to this person was last handed over and refused; None for not since then."""
    return session.scalar(
        select(func.max(Outbox.done_at)).where(
            IS_UNDELIVERED,
            Outbox.done_at >= since,
            Outbox.detail["person_id"].as_integer() == person_id,
        )
    )


def list_undelivered(session: Session, *, since: datetime, limit: int) -> Sequence[Outbox]:
    """What was handed over since then and refused, the newest first."""
    return session.scalars(
        select(Outbox)
        .where(IS_UNDELIVERED, Outbox.done_at >= since)
        .order_by(Outbox.done_at.desc(), Outbox.id.desc())
        .limit(limit)
    ).all()
