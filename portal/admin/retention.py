"""Changing how long things are kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.typed_texts import require_seen
from portal.store import audit
from portal.store.content import lock_content
from portal.store.retention import Periods, get_periods, set_periods


def change_periods(
    session: Session,
    periods: Periods,
    *,
    person_id: int,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Keep addresses and words for other periods. Raises ValueError outside the limits.

    `seen` is the key of the periods as they were read. Raises TextsMoved where somebody else has
    changed them.
    """
    lock_content(session)
    before = get_periods(session)
    require_seen(before.key, seen=seen, typed=periods.key)
    if before == periods:
        return
    set_periods(session, periods)
    audit.record(
        session, at=now, person_id=person_id, action="retention_changed", subject="setting",
        contact_days=periods.contact_days, contact_days_before=before.contact_days,
        comment_months=periods.comment_months, comment_months_before=before.comment_months,
    )  # fmt: skip
