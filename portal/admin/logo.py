"""Changing the city's logo: where it is fetched from, fetching it anew, taking it off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.typed_texts import require_seen
from portal.store import audit
from portal.store.content import lock_content
from portal.store.logo import find_logo, forget_logo, wish_for


def change_logo(
    session: Session, *, url: str, person_id: int, now: datetime, seen: str | None = None
) -> None:
    """Fetch the logo from this address from now on, beginning at once.

    `seen` is the address as it was read, "" for none. Raises TextsMoved where somebody else has
    changed it.
    """
    lock_content(session)
    before = find_logo(session)
    require_seen(before.url if before else "", seen=seen, typed=url)
    wish_for(session, url=url, now=now)
    _record(session, "logo_changed", person_id, now, url=url)


def fetch_logo_again(session: Session, *, person_id: int, now: datetime) -> bool:
    """Fetch it from its address at once; whether the city has one."""
    logo = find_logo(session)
    if logo is None:
        return False
    wish_for(session, url=logo.url, now=now)
    _record(session, "logo_fetched_again", person_id, now)
    return True


def remove_logo(
    session: Session, *, person_id: int, now: datetime, seen: str | None = None
) -> bool:
    """Take it off every page; whether there was one. `seen` and TextsMoved: as in `change_logo`."""
    lock_content(session)
    before = find_logo(session)
    require_seen(before.url if before else "", seen=seen, typed="")
    is_removed = forget_logo(session)
    if is_removed:
        _record(session, "logo_removed", person_id, now)
    return is_removed


def _record(session: Session, action: str, person_id: int, now: datetime, **detail: Any) -> None:
    audit.record(session, at=now, person_id=person_id, action=action, subject="logo", **detail)
