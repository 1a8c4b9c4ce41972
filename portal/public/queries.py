"""What the public pages read about services: names, texts, departments, levels.

Texts come in the reader's language where there is one, else in another, marked as such.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.language import fold
from portal.domain.search_words import holds, index_words, wanted_words
from portal.models.base import MAX_ID
from portal.models.services import (
    Department,
    Service,
    ServiceText,
)
from portal.store.assessments import PublicLevel, list_public_assessments
from portal.store.department_names import get_department_names
from portal.store.texts import InLanguage, in_language

Named = InLanguage[str]
Texts = Mapping[str, str]


@dataclass(frozen=True)
class ServiceEntry:
    """A service in a list, in the reader's words; `names` and `summaries` are by language."""

    id: int
    slug: str
    name: Named
    summary: Named | None
    department: Named
    department_slug: str
    level: PublicLevel | None
    names: Texts
    summaries: Texts
    department_names: Texts

    def words(self) -> str:
        """Everything that the service can be found by, in every language."""
        return " \n ".join(
            (*self.names.values(), *self.summaries.values(), *self.department_names.values())
        )


@dataclass(frozen=True)
class DepartmentEntry:
    """A department with its services, both in the order of their names."""

    name: Named
    services: Sequence[ServiceEntry]


@dataclass(frozen=True)
class ServiceName:
    """The service that a response belongs to."""

    id: int
    slug: str
    is_active: bool
    name: Named


@dataclass(frozen=True)
class ServiceDetail:
    """A service on its own page."""

    id: int
    slug: str
    name: Named
    summary: Named | None
    about: Named | None
    department: Named

    def as_name(self) -> ServiceName:
        """The same service as responses name it."""
        return ServiceName(self.id, self.slug, True, self.name)


@dataclass(frozen=True)
class Reader:
    """The language of the page, and those to fall back to, best first."""

    lang: str
    fallbacks: Sequence[str]

    def choose(self, texts: Texts) -> Named | None:
        """The text for this reader; empty texts are none."""
        return in_language(
            {lang: text for lang, text in texts.items() if text}, self.lang, self.fallbacks
        )

    def name(self, texts: Texts, otherwise: str) -> Named:
        """A name for this reader; what nobody named is called by its slug."""
        return self.choose(texts) or InLanguage(self.lang, otherwise)


def list_services(session: Session, reader: Reader) -> list[ServiceEntry]:
    """Every service in use, in the order of names in the reader's language."""
    departments = get_department_names(session)
    levels = list_public_assessments(session)
    entries = []
    for rows in _services_with_texts(session):
        first = rows[0]
        names = {row.lang: row.name for row in rows if row.lang}
        summaries = {row.lang: row.summary for row in rows if row.lang}
        department = departments.get(first.department_id, {})
        entries.append(
            ServiceEntry(
                id=first.id,
                slug=first.slug,
                name=reader.name(names, first.slug),
                summary=reader.choose(summaries),
                department=reader.name(department, first.department_slug),
                department_slug=first.department_slug,
                level=levels.get(first.id),
                names=names,
                summaries=summaries,
                department_names=department,
            )
        )
    return sorted(entries, key=lambda entry: (fold(entry.name.text), entry.slug))


def search(services: Iterable[ServiceEntry], query: str) -> list[ServiceEntry]:
    """Services that hold every word; those named so come first.

    A service is found by words as everything else here is (domain.search_words: `路燈` finds 路灯,
    `potholes` the pothole), and by any piece of a word, accents aside.
    """
    pieces, wanted = fold(query).split(), wanted_words(query)
    if not pieces:  # accents alone: every name would hold all of nothing
        return []

    def is_in(text: str) -> bool:
        folded, words = _as_searched(text)
        return all(piece in folded for piece in pieces) or holds(words, wanted)

    found = [(not is_in(one.name.text), one) for one in services if is_in(one.words())]
    return [service for _, service in sorted(found, key=lambda pair: pair[0])]


@lru_cache(
    maxsize=4096
)  # a city has some hundreds of services, each with its name in six languages
def _as_searched(text: str) -> tuple[str, Sequence[str]]:
    """The text folded, and its words: public texts, which seldom change and take long to cut."""
    return fold(text), index_words(text)


def by_department(services: Iterable[ServiceEntry]) -> list[DepartmentEntry]:
    """The same services under their departments."""
    groups: dict[Named, list[ServiceEntry]] = defaultdict(list)
    for service in services:
        groups[service.department].append(service)
    return [
        DepartmentEntry(name, groups[name]) for name in sorted(groups, key=lambda n: fold(n.text))
    ]


def find_service(session: Session, slug: str, reader: Reader) -> ServiceDetail | None:
    """A service in use by its slug; None when there is none."""
    rows = session.execute(_services_query(ServiceText.about).where(Service.slug == slug)).all()
    if not rows:
        return None
    first, shown = rows[0], [row for row in rows if row.lang]
    departments = get_department_names(session, [first.department_id])
    return ServiceDetail(
        id=first.id,
        slug=slug,
        name=reader.name({row.lang: row.name for row in shown}, slug),
        summary=reader.choose({row.lang: row.summary for row in shown}),
        about=reader.choose({row.lang: row.about for row in shown}),
        department=reader.name(departments.get(first.department_id, {}), first.department_slug),
    )


def find_slug(session: Session, service_id: int) -> str | None:
    """The slug of a service in use; None when there is none of this number."""
    if service_id > MAX_ID:
        return None
    return session.scalar(select(Service.slug).where(Service.id == service_id, Service.is_active))


def list_codes(session: Session) -> dict[int, str]:
    """The code by which other systems know a service, where there is one."""
    rows = session.execute(select(Service.id, Service.code).where(Service.code.is_not(None)))
    return {row.id: row.code for row in rows}


def _services_with_texts(session: Session) -> Iterable[Sequence[Any]]:
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(_services_query()):
        rows[row.id].append(row)
    return rows.values()


def _services_query(*more: InstrumentedAttribute[str]) -> Select[*tuple[Any, ...]]:
    """For each service in use a row for each of its texts; one without a language if none."""
    return (
        select(
            Service.id,
            Service.slug,
            Service.department_id,
            Department.slug.label("department_slug"),
            ServiceText.lang,
            ServiceText.name,
            ServiceText.summary,
            *more,
        )
        .join(Department, Department.id == Service.department_id)
        .outerjoin(ServiceText, ServiceText.service_id == Service.id)
        .where(Service.is_active)
    )
