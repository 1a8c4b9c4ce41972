"""Which published responses a list holds: all, or those of a service, a department, a language,
or with certain words. Everything combines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from portal.domain.language import fold
from portal.domain.search_words import is_found
from portal.models.responses import Response, ResponseService, ResponseText
from portal.models.said import ThemeDistrict
from portal.models.services import Department, Service, ServiceText
from portal.public.queries import (
    Named,
    Reader,
    ServiceName,
)
from portal.store.concerned import concerns
from portal.store.department_names import get_department_names
from portal.store.districts import get_district_names
from portal.store.word_index import has_words

PUBLISHED = "published"
REVIEWED = "reviewed"


@dataclass(frozen=True)
class DepartmentName:
    """A department that has answered."""

    slug: str
    name: Named


@dataclass(frozen=True)
class DistrictName:
    """A district in which enough people said the same to be named (models.said)."""

    slug: str
    name: Named


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list is narrowed to; empty means all.

    `language`: a checked text is there in it. `district`: at least 10 people there said so.
    """

    service: ServiceName | None = None
    department: DepartmentName | None = None
    district: DistrictName | None = None
    language: str = ""
    words: str = ""

    @property
    def address(self) -> dict[str, Any]:
        """The same in the query of an address."""
        wanted = {
            "q": self.words,
            "service": self.service.slug if self.service else "",
            "department": self.department.slug if self.department else "",
            "district": self.district.slug if self.district else "",
            "language": self.language,
        }
        return {name: value for name, value in wanted.items() if value}


EVERYTHING = Filters()


@dataclass(frozen=True)
class Choices:
    """What there is to choose among: whatever has published responses."""

    services: Sequence[ServiceName]
    departments: Sequence[DepartmentName]
    districts: Sequence[DistrictName]
    languages: Sequence[str]


def published() -> Select[Response]:
    """Responses that anyone may read."""
    return select(Response).where(
        Response.status == PUBLISHED,
        Response.import_id.is_(None),  # imported history has no words to show
        Response.published_on.is_not(None),
        _has_text(),
    )


def narrowed(session: Session, reader: Reader, filters: Filters) -> Select[Response]:
    """Published responses that fit all the filters, newest first."""
    query = published().order_by(Response.published_on.desc(), Response.id.desc())
    if filters.service:
        query = query.where(concerns([filters.service.id]))
    if filters.department:
        in_department = select(Service.id).join(Department).where(
            Department.slug == filters.department.slug
        )  # fmt: skip
        query = query.where(concerns(in_department))
    if filters.district:
        there = select(ThemeDistrict.theme_id).where(
            ThemeDistrict.district == filters.district.slug
        )
        query = query.where(Response.theme_id.in_(there))
    if filters.language:
        query = query.where(_has_text(ResponseText.lang == filters.language))
    if filters.words:
        query = query.where(_says(session, reader, filters.words))
    return query


def list_choices(session: Session, reader: Reader) -> Choices:
    """Services in use and departments with a published response, and the languages of these."""
    shown = published().subquery()
    further = select(ResponseService.service_id).join(
        shown, shown.c.id == ResponseService.response_id
    )
    answered = Service.id.in_(select(shown.c.service_id)) | Service.id.in_(further)
    services = service_names(session, reader, Service.is_active & answered).values()
    departments = session.execute(
        select(Department.id, Department.slug).where(
            Department.id.in_(select(Service.department_id).where(answered))
        )
    ).all()
    names = get_department_names(session)
    named = [
        DepartmentName(slug, reader.name(names.get(found_id, {}), slug))
        for found_id, slug in departments
    ]
    return Choices(
        sorted(services, key=lambda one: fold(one.name.text)),
        sorted(named, key=lambda one: fold(one.name.text)),
        _list_districts(session, reader),
        _list_languages(session, reader),
    )


def find_filters(
    session: Session,
    reader: Reader,
    *,
    service: str,
    department: str,
    district: str,
    language: str,
    words: str,
) -> Filters | None:
    """The filters that these slugs, tag and words mean; None where one of them is unknown."""
    found_service = _find_service_name(session, reader, service)
    found_department = _find_department_name(session, reader, department)
    found_district = _find_district_name(session, reader, district)
    is_known = (
        bool(service) == bool(found_service)
        and bool(department) == bool(found_department)
        and bool(district) == bool(found_district)
        and (not language or language in reader.fallbacks)
    )
    if not is_known:
        return None
    return Filters(
        service=found_service,
        department=found_department,
        district=found_district,
        language=language,
        words=words,
    )


def service_names(
    session: Session, reader: Reader, which: ColumnElement[bool]
) -> dict[int, ServiceName]:
    """Names of these services, by id."""
    rows = session.execute(
        select(
            Service.id,
            Service.slug,
            Service.is_active,
            ServiceText.lang,
            ServiceText.name,
        )
        .outerjoin(ServiceText, ServiceText.service_id == Service.id)
        .where(which)
    )
    texts: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        texts[row.id].append(row)
    return {
        found[0].id: ServiceName(
            found[0].id,
            found[0].slug,
            found[0].is_active,
            reader.name({text.lang: text.name for text in found if text.lang}, found[0].slug),
        )
        for found in texts.values()
    }


def _find_service_name(session: Session, reader: Reader, slug: str) -> ServiceName | None:
    if not slug:
        return None
    names = service_names(session, reader, Service.is_active & (Service.slug == slug))
    return next(iter(names.values()), None)


def _find_department_name(session: Session, reader: Reader, slug: str) -> DepartmentName | None:
    if not slug:
        return None
    found_id = session.scalar(select(Department.id).where(Department.slug == slug))
    if found_id is None:
        return None
    names = get_department_names(session, [found_id])
    return DepartmentName(slug, reader.name(names.get(found_id, {}), slug))


def _find_district_name(session: Session, reader: Reader, slug: str) -> DistrictName | None:
    name = get_district_names(session, reader.lang, reader.fallbacks).get(slug) if slug else None
    return DistrictName(slug, name) if name is not None else None


def _has_text(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(ResponseText.id)
        .where(ResponseText.response_id == Response.id, ResponseText.status == REVIEWED, *which)
        .exists()
    )


def _says(session: Session, reader: Reader, words: str) -> ColumnElement[bool]:
    """A checked text says it, in whichever language, or the service is called so."""
    says = select(ResponseText.response_id).where(
        ResponseText.status == REVIEWED, has_words(ResponseText.id, ResponseText.words, words)
    )
    names = service_names(session, reader, Service.is_active.is_(True))
    called = [one.id for one in names.values() if is_found(one.name.text, words)]
    return or_(Response.id.in_(says), concerns(called))


def _list_districts(session: Session, reader: Reader) -> list[DistrictName]:
    """Districts in which enough people said the same, in the city's order."""
    shown = set(session.scalars(select(ThemeDistrict.district).distinct()))
    names = get_district_names(session, reader.lang, reader.fallbacks) if shown else {}
    return [DistrictName(slug, name) for slug, name in names.items() if slug in shown]


def _list_languages(session: Session, reader: Reader) -> list[str]:
    """Of the languages offered, those in which responses can be read."""
    known = session.scalars(
        select(ResponseText.lang)
        .where(
            ResponseText.status == REVIEWED,
            ResponseText.response_id.in_(select(published().subquery().c.id)),
        )
        .distinct()
    ).all()
    return [lang for lang in reader.fallbacks if lang in known]
