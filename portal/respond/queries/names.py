"""One's departments and services by name, in the reader's language where there is one."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.services import DepartmentText, Service
from portal.store.names import Name, service_names
from portal.store.scope import Scope
from portal.store.texts import in_language


def list_departments(
    session: Session, ids: frozenset[int], langs: list[str]
) -> list[tuple[int, Name]]:
    """These departments, by name."""
    rows = session.execute(
        select(DepartmentText.department_id, DepartmentText.lang, DepartmentText.name).where(
            DepartmentText.department_id.in_(ids)
        )
    )
    names = _chosen([(one, lang, name) for one, lang, name in rows], langs)
    return sorted(names.items(), key=lambda pair: pair[1].text)


def list_my_services(
    session: Session, scope: Scope, langs: list[str]
) -> list[tuple[Service, Name]]:
    """The services of one's desk, by name."""
    services = session.scalars(select(Service).where(Service.department_id.in_(scope.desk))).all()
    names = service_names(session, [service.id for service in services], langs)
    named = [(service, names.get(service.id, Name(langs[0], service.slug))) for service in services]
    return sorted(named, key=lambda pair: pair[1].text)


def _chosen(rows: list[tuple[int, str, str]], langs: list[str]) -> dict[int, Name]:
    by_id: dict[int, dict[str, str]] = defaultdict(dict)
    for one, lang, name in rows:
        by_id[one][lang] = name
    found = {one: in_language(names, langs[0], langs[1:]) for one, names in by_id.items()}
    return {one: name for one, name in found.items() if name is not None}
