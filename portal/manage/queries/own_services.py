"""The services that a manager looks after, with the names of their departments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.manage.scoped import managed_services
from portal.models.services import (
    Department,
    DepartmentText,
    Service,
    ServiceText,
)
from portal.store.scope import Scope
from portal.store.texts import InLanguage, in_language

Name = InLanguage[str]


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
    names = _names(session, ServiceText.service_id, ServiceText, {one.id for one in services})
    departments = _names(
        session, DepartmentText.department_id, DepartmentText, {s.department_id for s in services}
    )
    found = [
        OwnService(
            id=one.id,
            slug=one.slug,
            name=_choose(names[one.id], langs, one.slug),
            department_slug=slugs[one.department_id],
            department=_choose(departments[one.department_id], langs, slugs[one.department_id]),
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
    names = _names(session, ServiceText.service_id, ServiceText, {service.id})
    return _choose(names[service.id], langs, service.slug)


def _names(
    session: Session, key: object, table: type[ServiceText | DepartmentText], ids: Collection[int]
) -> Mapping[int, Mapping[str, str]]:
    rows = session.execute(
        select(key, table.lang, table.name).where(key.in_(ids), table.name != "")  # type: ignore[attr-defined,call-overload]
    )
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for one, lang, name in rows:
        found[one][lang] = name
    return found


def _choose(names: Mapping[str, str], langs: Sequence[str], otherwise: str) -> Name:
    return in_language(names, langs[0], langs[1:]) or Name(langs[0], otherwise)
