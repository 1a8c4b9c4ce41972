"""What a kiosk's pages read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.language import fold
from portal.models.doors import Kiosk
from portal.models.services import Service, ServiceChannel, ServiceLanguage
from portal.models.submissions import Submission
from portal.store.offers import open_on
from portal.store.service_names import name_services
from portal.store.texts import InLanguage


@dataclass(frozen=True)
class KioskView:
    """A kiosk that is in use; `slug` is the one service it asks about, None for all."""

    id: int
    hourly_limit: int
    slug: str | None


@dataclass(frozen=True)
class KioskService:
    """A service that takes ratings at kiosks in the page's language."""

    slug: str
    name: InLanguage[str]


def find_kiosk(session: Session, key_hash: str, today: date) -> KioskView | None:
    """The kiosk with this key; None for an unknown one, and before or after its time."""
    row = session.execute(
        select(Kiosk.id, Kiosk.hourly_limit, Service.slug)
        .outerjoin(Service, Service.id == Kiosk.service_id)
        .where(
            Kiosk.key_hash == key_hash,
            *open_on(Kiosk, today),
        )
    ).one_or_none()
    return KioskView(row.id, row.hourly_limit, row.slug) if row is not None else None


def list_kiosk_services(
    session: Session, lang: str, fallbacks: Sequence[str], today: date
) -> list[KioskService]:
    """The services that take ratings at kiosks in `lang`, by name."""
    rows = session.execute(
        select(Service.id, Service.slug)
        .join(ServiceChannel, ServiceChannel.service_id == Service.id)
        .join(ServiceLanguage, ServiceLanguage.service_id == Service.id)
        .where(
            Service.is_active,
            ServiceChannel.channel == "kiosk",
            *open_on(ServiceChannel, today),
            ServiceLanguage.lang == lang,
            ServiceLanguage.role == "input",
            *open_on(ServiceLanguage, today),
        )
        .distinct()
    ).all()
    slugs = {row.id: row.slug for row in rows}
    services = [
        KioskService(slugs[id_], name)
        for id_, name in name_services(session, slugs, lang, fallbacks).items()
    ]
    return sorted(services, key=lambda service: fold(service.name.text))


def was_taken_before(session: Session, token_hash: str, moment: datetime) -> bool:
    """Whether the tap with this token, which is stored, was taken before the moment."""
    taken = select(Submission.received_at).where(Submission.token_hash == token_hash)
    return session.scalars(taken).one() < moment
