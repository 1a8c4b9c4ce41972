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
from portal.store.service_names import name_services

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
    rows = session.execute(select(Service.id, Service.slug).where(Service.is_active))
    slugs = {row.id: row.slug for row in rows}
    services = [
        Offer(f"{SERVICE}{slugs[id_]}", name.text, name.lang, Subject(service_id=id_))
        for id_, name in name_services(session, slugs, lang, languages).items()
    ]
    districts = [
        Offer(f"{DISTRICT}{slug}", name, lang, Subject(district=slug))
        for slug, name in list_districts(session, lang, languages)
    ]
    return [*sorted(services, key=lambda one: fold(one.name)), *districts]
