"""Finding a service by its name in addresses, and opening it in the city's languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.services import Service, ServiceChannel, ServiceLanguage
from portal.store.languages import list_closed_languages
from portal.store.offers import open_on
from portal.store.reassessments import ask_to_assess


def get_service_id(session: Session, slug: str) -> int:
    """The service's id. Raises LookupError, in one line, when there is none of that slug."""
    found = session.scalar(select(Service.id).where(Service.slug == slug))
    if found is None:
        raise LookupError(f"there is no service {slug!r}")
    return found


def has_door(session: Session, service_id: int, day: date) -> bool:
    """Whether it takes ratings through any channel on that day."""
    doors = select(ServiceChannel.id).where(
        ServiceChannel.service_id == service_id, *open_on(ServiceChannel, day)
    )
    return session.scalar(doors.limit(1)) is not None


def open_everywhere(
    session: Session, service_id: int, languages: Sequence[str], today: date
) -> None:
    """From today it can be rated on the web in every language that the city offers.

    All of `languages` are required of it, also those that the city has switched off.
    """
    for lang in languages:
        session.add(
            ServiceLanguage(service_id=service_id, lang=lang, role="required", opened_on=today)
        )
    open_languages(session, service_id, languages, today)
    session.add(ServiceChannel(service_id=service_id, channel="web", opened_on=today))
    session.flush()


def open_languages(session: Session, service_id: int, languages: Sequence[str], day: date) -> None:
    """From `day` it takes feedback in those of `languages` that the city offers on that day.

    Without those of which it has a record: in them it is open already, or somebody has closed it.
    """
    closed = list_closed_languages(session)
    decided = set(
        session.scalars(select(ServiceLanguage.lang).filter_by(service_id=service_id, role="input"))
    )
    for lang in languages:
        closed_on = closed.get(lang)
        if lang not in decided and (closed_on is None or closed_on > day):
            session.add(
                ServiceLanguage(
                    service_id=service_id, lang=lang, role="input", opened_on=day,
                    closed_on=closed_on,
                )
            )  # fmt: skip
    session.flush()
    ask_to_assess(session, [service_id])
