"""What can be subscribed to: services in use and districts, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.language import fold
from portal.models.services import Service
from portal.notify.news import Subject
from portal.store.districts import list_districts
from portal.store.service_names import get_service_name

SERVICE, DISTRICT = "service:", "district:"


@dataclass(frozen=True)
class Offer:
    """Something to subscribe to; `key` is what the form sends: "", "service:…" or "district:…"."""

    key: str
    name: str
    lang: str
    subject: Subject


def list_offers(session: Session, lang: str, languages: Sequence[str]) -> list[Offer]:
    """All that can be chosen beside "everything": services by name, then districts in order."""
    services = []
    rows = session.execute(select(Service.id, Service.slug).where(Service.is_active))
    for service_id, slug in rows.all():
        name = get_service_name(session, service_id, slug, lang, languages)
        subject = Subject(service_id=service_id)
        services.append(Offer(f"{SERVICE}{slug}", name.text, name.lang, subject))
    districts = [
        Offer(f"{DISTRICT}{slug}", name, lang, Subject(district=slug))
        for slug, name in list_districts(session, lang, languages)
    ]
    return [*sorted(services, key=lambda one: fold(one.name)), *districts]
