"""Finding a service by the name that it has in addresses, and opening a new one to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.services import Service, ServiceChannel, ServiceLanguage
from portal.store.languages import list_closed_languages


def get_service_id(session: Session, slug: str) -> int:
    """The service's id. Raises LookupError, in one line, when there is none of that slug."""
    found = session.scalar(select(Service.id).where(Service.slug == slug))
    if found is None:
        raise LookupError(f"there is no service {slug!r}")
    return found


def open_everywhere(
    session: Session, service_id: int, languages: Sequence[str], today: date
) -> None:
    """From today it can be rated on the web in every language that the city offers.

    All of `languages` are required of it, also those that the city has switched off.
    """
    closed = list_closed_languages(session)
    for lang in languages:
        required = ServiceLanguage(
            service_id=service_id, lang=lang, role="required", opened_on=today
        )
        session.add(required)
        closed_on = closed.get(lang)
        if closed_on is None or closed_on > today:
            taken = ServiceLanguage(
                service_id=service_id, lang=lang, role="input", opened_on=today,
                closed_on=closed_on,
            )  # fmt: skip
            session.add(taken)
    session.add(ServiceChannel(service_id=service_id, channel="web", opened_on=today))
    session.flush()
