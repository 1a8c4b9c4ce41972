"""How far the texts of services are translated into a language."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.services import Service, ServiceText


def count_service_texts(session: Session, lang: str) -> tuple[int, int]:
    """(with a reviewed text in `lang`, all) of the services in use."""
    done = session.scalar(
        select(func.count())
        .select_from(ServiceText)
        .join(Service, Service.id == ServiceText.service_id)
        .where(
            Service.is_active,
            ServiceText.lang == lang,
            ServiceText.status == "reviewed",
            ServiceText.name != "",
        )
    )
    every = session.scalar(select(func.count()).select_from(Service).where(Service.is_active))
    return done or 0, every or 0
