"""Mailed links that still work, and taking them back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models.people import AccountLink


def is_open(link: AccountLink, now: datetime) -> bool:
    """Whether the link still works."""
    return link.used_at is None and link.revoked_at is None and now < link.expires_at


def revoke_links(
    session: Session, *, now: datetime, person_id: int, kind: str | None = None
) -> None:
    """The links that a person has not used, of one kind or of all, are worth nothing any more."""
    wanted = update(AccountLink).where(
        AccountLink.person_id == person_id,
        AccountLink.used_at.is_(None),
        AccountLink.revoked_at.is_(None),
    )
    if kind is not None:
        wanted = wanted.where(AccountLink.kind == kind)
    session.execute(wanted.values(revoked_at=now))
