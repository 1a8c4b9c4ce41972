"""Asking for something to be done after this transaction: once, whatever happens (DESIGN.md 4)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.models.running import Outbox

_REFUSALS = ("refused", "bounced")
COVERED = "asked today already"
"""Why a question whether an address is right was not sent: another one stands for it."""


class Mailed(StrEnum):
    """What became of a mail."""

    WAITS = "waits"
    SENT = "sent"
    REFUSED = "refused"  # by whoever keeps the mailbox, at once or later
    GIVEN_UP = "given_up"  # the mail server did not take it, for reasons of its own
    LEFT = "left"  # not sent: what it was about had changed by then


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


def find_mailed(session: Session, dedupe_key: str) -> Mailed:
    """What became of the mail that was asked for under this key."""
    mail = session.scalar(select(Outbox).where(Outbox.dedupe_key == dedupe_key))
    if mail is None:
        return Mailed.SENT
    if mail.dead_at is not None:
        return Mailed.GIVEN_UP
    if mail.done_at is None:
        return Mailed.WAITS
    if mail.last_error is None:
        return Mailed.SENT
    return Mailed.REFUSED if mail.last_error.startswith(_REFUSALS) else Mailed.LEFT
