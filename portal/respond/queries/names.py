"""One's departments and services by name, in the reader's language where there is one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.services import Service
from portal.store.names import Name, department_names, service_names
from portal.store.scope import Scope


def list_departments(
    session: Session, ids: frozenset[int], langs: list[str]
) -> list[tuple[int, Name]]:
    """These departments, by name."""
    names = department_names(session, ids, langs)
    return sorted(names.items(), key=lambda pair: pair[1].text)


def list_my_services(
    session: Session, scope: Scope, langs: list[str]
) -> list[tuple[Service, Name]]:
    """The services of one's desk, by name."""
    services = session.scalars(select(Service).where(Service.department_id.in_(scope.desk))).all()
    names = service_names(session, [service.id for service in services], langs)
    named = [(service, names.get(service.id, Name(langs[0], service.slug))) for service in services]
    return sorted(named, key=lambda pair: pair[1].text)
