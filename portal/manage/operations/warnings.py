"""What people make of a warning, and whether the week's warnings are mailed to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.manage.queries.warnings import list_owners
from portal.manage.scoped import get_managed_warning
from portal.models.warnings import OPEN_STATES, DigestSubscription, WarningRow
from portal.store import audit
from portal.store.scope import Scope
from portal.store.secrets import Secrets, sha256


class WarningConflict(Exception):
    """Somebody else changed it in the meantime. Nothing was stored."""


class RaisedAnew(Exception):
    """The same warning has been raised anew and is open, so this one stays closed."""

    def __init__(self, warning_id: int) -> None:
        """`warning_id` is the one that is open."""
        super().__init__(warning_id)
        self.warning_id = warning_id


class NoSuchOwner(Exception):
    """The person may not open the warning, or there is none."""


def change_warning(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    warning_id: int,
    version: int,
    state: str,
    owner_id: int | None,
    note: str,
) -> None:
    """Say how far one is with a warning, who owns it, and why.

    Raises NotAllowed, WarningConflict, RaisedAnew, NoSuchOwner.
    """
    row, _slug = get_managed_warning(session, scope, warning_id, lock=True)
    if row.version != version:
        raise WarningConflict
    _require_alone(session, row, state)
    owners = {person_id for person_id, _ in list_owners(session, row.service_id)}
    if owner_id is not None and owner_id not in owners | {row.owner_id}:
        raise NoSuchOwner
    before, row.state = row.state, state
    row.owner_id, row.note = owner_id, note
    row.changed_at, row.version = now, row.version + 1
    session.flush()
    audit.record(
        session,
        at=now,
        person_id=scope.person_id,
        action="warning_changed",
        subject="warning",
        subject_id=row.id,
        before=before,
        state=state,
        owner_id=owner_id,
    )


def _require_alone(session: Session, row: WarningRow, state: str) -> None:
    """Two warnings of the same are never open at once."""
    if state not in OPEN_STATES:
        return
    other = session.scalar(
        select(WarningRow.id).where(
            WarningRow.service_id == row.service_id,
            WarningRow.kind == row.kind,
            WarningRow.subject == row.subject,
            WarningRow.state.in_(OPEN_STATES),
            WarningRow.id != row.id,
        )
    )
    if other is not None:
        raise RaisedAnew(other)


def choose_digest(
    session: Session, *, now: datetime, scope: Scope, secrets: Secrets, wants: bool
) -> None:
    """Have the week's open warnings mailed, or no longer."""
    row = session.get(DigestSubscription, scope.person_id, with_for_update=True)
    if wants and row is None:
        token_hash = sha256(secrets.digest_token(scope.person_id))
        session.add(DigestSubscription(person_id=scope.person_id, token_hash=token_hash, since=now))
    elif row is not None and not wants:
        session.delete(row)
