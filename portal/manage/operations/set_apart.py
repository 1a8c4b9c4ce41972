"""Deciding on ratings that were set apart: one person finds out, a second one agrees.

Neither may have a role in the department that the ratings are about (METHOD.md 3.6).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.quarantine import COUNTING, REASONS
from portal.models.services import Service
from portal.models.set_apart import SetApart
from portal.store import audit
from portal.store.scope import NotAllowed, Scope
from portal.store.set_apart import let_through


class SetApartConflict(Exception):
    """Somebody else was faster: the hour stands differently from what the page said."""


class OwnFinding(Exception):
    """Who found it out agreed to it as well."""


def find_out(session: Session, *, now: datetime, scope: Scope, hour_id: int, reason: str) -> None:
    """Say what one found. Nothing changes until somebody else agrees.

    Raises NotAllowed, SetApartConflict.
    """
    if reason not in REASONS:
        raise ValueError(f"no such reason: {reason}")
    row = _lock(session, scope, hour_id)
    if row.reason is not None:
        raise SetApartConflict
    row.reason, row.asked_by, row.asked_at = reason, scope.person_id, now
    session.flush()
    _audit(session, row, "set_apart_judged", now, scope)


def decide(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    hour_id: int,
    is_agreed: bool,
    seen: str | None = None,
) -> None:
    """Agree to what somebody else found, or take the finding away: the hour waits again.

    `seen` is when the finding that was read was made. Raises NotAllowed, OwnFinding, and
    SetApartConflict where there is none (any more) or another one.
    """
    row = _lock(session, scope, hour_id)
    if row.asked_at is None or row.decided_at is not None:
        raise SetApartConflict
    if seen not in (None, row.asked_at.isoformat()):
        raise SetApartConflict
    if is_agreed and row.asked_by == scope.person_id:
        raise OwnFinding
    _audit(session, row, "set_apart_decided" if is_agreed else "set_apart_refused", now, scope)
    if is_agreed:
        row.decided_by, row.decided_at = scope.person_id, now
        if row.reason in COUNTING:
            let_through(session, row)
    else:
        row.reason = row.asked_by = row.asked_at = None
    session.flush()


def _lock(session: Session, scope: Scope, hour_id: int) -> SetApart:
    """The hour, which nobody else may change meanwhile."""
    row = session.get(SetApart, hour_id, with_for_update=True)
    if row is None:
        raise NotAllowed
    scope.require_no_part_of(session.get_one(Service, row.service_id).department_id)
    return row


def _audit(session: Session, row: SetApart, action: str, now: datetime, scope: Scope) -> None:
    audit.record(
        session, at=now, person_id=scope.person_id, action=action, subject="set_apart",
        subject_id=row.id, reason=row.reason, ratings=row.ratings,
    )  # fmt: skip
