"""The services that a manager looks after, with the names of their departments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.manage.scoped import managed_services
from portal.models.services import Department, Service
from portal.store.names import Name, department_names, service_names
from portal.store.scope import Scope
from portal.store.service_names import get_service_name


@dataclass(frozen=True)
class OwnService:
    """A service in a list, in the reader's words."""

    id: int
    slug: str
    name: Name
    department_slug: str
    department: Name


def list_own_services(
    session: Session, scope: Scope, langs: Sequence[str], department: str = ""
) -> list[OwnService]:
    """One's services by name; only those of the department with this slug, where one is given."""
    services = session.scalars(managed_services(scope)).all()
    slugs = {row[0]: row[1] for row in session.execute(select(Department.id, Department.slug))}
    names = service_names(session, {one.id for one in services}, langs)
    departments = department_names(session, {one.department_id for one in services}, langs)
    found = [
        OwnService(
            id=one.id,
            slug=one.slug,
            name=names.get(one.id, Name(langs[0], one.slug)),
            department_slug=slugs[one.department_id],
            department=departments.get(one.department_id, Name(langs[0], slugs[one.department_id])),
        )
        for one in services
    ]
    wanted = [one for one in found if department in ("", one.department_slug)]
    return sorted(wanted, key=lambda one: one.name.text.casefold())


def list_departments(services: Iterable[OwnService]) -> list[tuple[str, Name]]:
    """(slug, name) of the services' departments, by name."""
    found = {one.department_slug: one.department for one in services}
    return sorted(found.items(), key=lambda pair: pair[1].text.casefold())


def name_of(session: Session, service: Service, langs: Sequence[str]) -> Name:
    """A service's name for this reader."""
    return get_service_name(session, service.id, service.slug, langs[0], langs[1:])
