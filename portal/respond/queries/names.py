"""Names of services, themes and people, in the reader's language where there is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.people import Person
from portal.models.responses import ThemeText
from portal.models.services import DepartmentText, District, DistrictText, Service, ServiceText
from portal.store.scope import Scope
from portal.store.texts import InLanguage, in_language

Name = InLanguage[str]


def service_names(session: Session, ids: Iterable[int], langs: list[str]) -> dict[int, Name]:
    """Names of services by id; `langs` = the reader's language, then the fallbacks."""
    rows = session.execute(
        select(ServiceText.service_id, ServiceText.lang, ServiceText.name).where(
            ServiceText.service_id.in_(set(ids))
        )
    )
    return _chosen([(row[0], row[1], row[2]) for row in rows], langs)


def theme_names(session: Session, ids: Iterable[int], langs: list[str]) -> dict[int, Name]:
    """Names of themes by id."""
    rows = session.execute(
        select(ThemeText.theme_id, ThemeText.lang, ThemeText.name).where(
            ThemeText.theme_id.in_(set(ids))
        )
    )
    return _chosen([(row[0], row[1], row[2]) for row in rows], langs)


def people_names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Names of people who sign in, by id."""
    wanted = {one for one in ids if one is not None}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}


def district_name(session: Session, slug: str | None, langs: list[str]) -> Name | None:
    """The name of a district as residents chose it."""
    if slug is None:
        return None
    rows = session.execute(
        select(DistrictText.lang, DistrictText.name)
        .join(District, District.id == DistrictText.district_id)
        .where(District.slug == slug)
    )
    return in_language({row[0]: row[1] for row in rows}, langs[0], langs[1:])


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
