"""Names of services for one reader: in their language, else in another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.models.services import ServiceText
from portal.store.texts import InLanguage, in_language


def get_service_name(
    session: Session, service_id: int, slug: str, lang: str, fallbacks: Sequence[str]
) -> InLanguage[str]:
    """The name in `lang`, else in a fallback, else `slug`."""
    return name_services(session, {service_id: slug}, lang, fallbacks)[service_id]


def name_services(
    session: Session, slugs: Mapping[int, str], lang: str, fallbacks: Sequence[str]
) -> dict[int, InLanguage[str]]:
    """{service: name}, the same for all services of `slugs` ({service: slug}) in one query."""
    names = get_service_names(session, list(slugs))
    return {
        id_: in_language(names.get(id_, {}), lang, fallbacks) or InLanguage(lang, slug)
        for id_, slug in slugs.items()
    }


def get_service_names(
    session: Session, ids: Collection[int] | Select[int]
) -> Mapping[int, dict[str, str]]:
    """{service: {language: name}}; the names not yet reviewed stand elsewhere."""
    rows = session.execute(
        select(ServiceText.service_id, ServiceText.lang, ServiceText.name).where(
            ServiceText.service_id.in_(ids), ServiceText.name != ""
        )
    )
    names: dict[int, dict[str, str]] = defaultdict(dict)
    for service_id, lang, name in rows:
        names[service_id][lang] = name
    return names
