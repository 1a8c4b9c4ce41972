"""Finding a service by the name that it has in addresses and commands."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.services import Service


def get_service_id(session: Session, slug: str) -> int:
    """The service's id. Raises LookupError, in one line, when there is none of that slug."""
    found = session.scalar(select(Service.id).where(Service.slug == slug))
    if found is None:
        raise LookupError(f"there is no service {slug!r}")
    return found
