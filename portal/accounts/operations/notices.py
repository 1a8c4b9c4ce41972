"""What happens to an account: written down, and where it lets somebody in, mailed to its owner.

Whoever takes an account over changes how one gets in. The mail goes to the address that they may
not have, at once, and cannot be switched off.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.store import audit, outbox

# Actions of the audit trail of which the person hears; notify/account_notices.py has the words.
TOLD = frozenset(
    {
        "authenticator_added",
        "authenticator_removed",
        "passkey_added",
        "passkey_removed",
        "password_changed",
        "password_reset",
        "recovery_code_used",
        "recovery_codes_made",
        "roles_changed",
        "second_factor_forgotten",
    }
)


def note(
    session: Session, *, now: datetime, by: int, person_id: int, action: str, **detail: Any
) -> None:
    """Write down what `by` did to the account, and have it mailed where it is of TOLD."""
    audit.record(
        session, at=now, person_id=by, action=action, subject="person", subject_id=person_id,
        **detail,
    )  # fmt: skip
    if action in TOLD:
        key = f"account-notice:{person_id}:{action}:{now.isoformat()}"
        outbox.post(session, "account_notice", key, now=now, person_id=person_id, what=action)
