"""Which services and departments of the portal a list of services means."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.language import fold
from portal.domain.slug import slugify
from portal.models.service_drafts import ServiceDraft
from portal.models.services import Department, DepartmentText, Service, ServiceText
from portal.store import audit
from portal.store.service_files import ServiceLine

# Where the list names no department, services stand under the city itself.
_NO_DEPARTMENT = {
    "en": "City services",
    "es": "Servicios de la ciudad",
    "vi": "Dịch vụ của thành phố",
    "zh-Hans": "城市服务",
    "ar": "خدمات المدينة",
    "ko": "시 서비스",
}


class KnownServices:
    """The services as they were when the list came; asked for each of its lines once, in order.

    A service is the same when its code is; without a code, when it is the n-th of that name in
    the list's language.
    """

    def __init__(self, session: Session, name_lang: str) -> None:
        """`name_lang` is the language of the names in the list."""
        services = session.scalars(select(Service).order_by(Service.id)).all()
        self.slugs = {service.slug for service in services}
        self._by_code = {service.code: service for service in services if service.code}
        self._by_name: dict[str, list[Service]] = {}
        rows = session.execute(
            select(ServiceText.service_id, ServiceText.name).where(ServiceText.lang == name_lang)
        )
        drafts = session.execute(
            select(ServiceDraft.service_id, ServiceDraft.name).where(ServiceDraft.lang == name_lang)
        )
        names: dict[int, str] = {row.service_id: row.name for row in drafts}
        names |= {row.service_id: row.name for row in rows}
        for service in services:
            if not service.code:
                self._by_name.setdefault(fold(names.get(service.id, "")), []).append(service)
        self._seen: Counter[str] = Counter()

    def find(self, line: ServiceLine) -> Service | None:
        """The service that the line means; None for a new one."""
        if line.code is not None:
            return self._by_code.get(line.code)
        key = fold(line.name)
        self._seen[key] += 1
        same = self._by_name.get(key, [])
        return same[self._seen[key] - 1] if len(same) >= self._seen[key] else None


class ListedDepartments:
    """The departments that a list names, added where there is none of the name."""

    def __init__(self, session: Session, name_lang: str, now: datetime) -> None:
        """`name_lang` is the language of the names in the list."""
        self._session, self._name_lang, self._now = session, name_lang, now
        self._ids: dict[str, int] = {}

    def get(self, name: str | None) -> int:
        """The department's id."""
        key = name or ""
        if key not in self._ids:
            self._ids[key] = find_department(self._session, name) or self._add(name)
        return self._ids[key]

    def _add(self, name: str | None) -> int:
        department = Department(slug=department_slug(name), created_at=self._now)
        self._session.add(department)
        self._session.flush()
        texts = {self._name_lang: name} if name else _NO_DEPARTMENT
        for lang, text in texts.items():
            self._session.add(DepartmentText(department_id=department.id, lang=lang, name=text))
        audit.record(
            self._session, at=self._now, person_id=None, action="department_added",
            subject="department", subject_id=department.id,
        )  # fmt: skip
        return department.id


def department_slug(name: str | None) -> str:
    """The slug of a department of this name, of the city's own where a list names none."""
    return slugify(name or _NO_DEPARTMENT["en"])


def find_department(session: Session, name: str | None) -> int | None:
    """The id of the department of this slug or name; None where it would be a new one."""
    found = session.scalar(select(Department.id).where(Department.slug == department_slug(name)))
    if found is not None or name is None:
        return found
    named = select(DepartmentText.department_id).where(DepartmentText.name == name)
    return session.scalar(named.order_by(DepartmentText.department_id).limit(1))
