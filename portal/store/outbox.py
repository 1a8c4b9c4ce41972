"""Asking for something to be done after this transaction: once, whatever happens (DESIGN.md 4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.models.running import Outbox


def post(
    session: Session,
    kind: str,
    dedupe_key: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
    submission_id: int | None = None,
    response_id: int | None = None,
    **detail: Any,
) -> None:
    """Put a message into the outbox; a second one with the same key changes nothing."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(Outbox.__table__)
        .values(
            kind=kind,
            dedupe_key=dedupe_key,
            submission_id=submission_id,
            response_id=response_id,
            detail=detail,
            created_at=now,
            due_at=due_at or now,
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
    )
