"""Which services and departments of the portal a list of services means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.language import fold
from portal.domain.slug import free_slug, is_cut, name_key, slugify
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
    """The services as they were when the list came.

    A service is the same when its code is. Where the list or the service has none, it is the n-th
    of that name in the list's language that is left; of several with codes nobody knows which.
    """

    def __init__(self, session: Session, name_lang: str) -> None:
        """`name_lang` is the language of the names in the list."""
        services = session.scalars(select(Service).order_by(Service.id)).all()
        self.slugs = {service.slug for service in services}
        self._by_code = {service.code: service for service in services if service.code}
        self._without_code: dict[str, list[Service]] = defaultdict(list)
        self._with_code: dict[str, list[Service]] = defaultdict(list)
        rows = session.execute(
            select(ServiceText.service_id, ServiceText.name).where(ServiceText.lang == name_lang)
        )
        drafts = session.execute(
            select(ServiceDraft.service_id, ServiceDraft.name).where(ServiceDraft.lang == name_lang)
        )
        names: dict[int, str] = {row.service_id: row.name for row in drafts}
        names |= {row.service_id: row.name for row in rows}
        for service in services:
            same = self._with_code if service.code else self._without_code
            same[fold(names.get(service.id, ""))].append(service)

    def find_all(self, lines: Sequence[ServiceLine]) -> list[Service | None]:
        """The service that each line means; None for a new one. To be asked once."""
        listed = {line.code for line in lines}
        left = {
            name: [service for service in same if service.code not in listed]
            for name, same in self._with_code.items()
        }
        return [self._by_code.get(line.code or "") or self._take(line, left) for line in lines]

    def _take(self, line: ServiceLine, left: Mapping[str, list[Service]]) -> Service | None:
        key = fold(line.name)
        if self._without_code[key]:
            return self._without_code[key].pop(0)
        same = left.get(key, [])
        return same.pop() if line.code is None and len(same) == 1 else None


def give_code(
    session: Session, service: Service, code: str, *, person_id: int | None, now: datetime
) -> None:
    """Keep the code that a list brings for a service that had none."""
    service.code = code
    session.flush()
    audit.record(
        session, at=now, person_id=person_id, action="service_changed", subject="service",
        subject_id=service.id, code=code,
    )  # fmt: skip


class KnownDepartments:
    """The departments there are.

    A department is the same when one of its names is, however it is written, or its slug. Those
    with long names may have the beginning in common, which is all of a slug: there only the names
    count.
    """

    def __init__(self, session: Session) -> None:
        self.slugs = {
            row.slug: row.id for row in session.execute(select(Department.slug, Department.id))
        }
        texts = select(DepartmentText.department_id, DepartmentText.name)
        rows = session.execute(texts.order_by(DepartmentText.department_id.desc())).all()
        # Of several the first one counts, and one that is written the same before all others.
        self._by_name = {row.name: row.department_id for row in rows}
        self._by_key = {name_key(row.name): row.department_id for row in rows}

    def find(self, name: str | None) -> int | None:
        """The id of the one that is meant; None where it would be a new one."""
        if name is not None:
            found = self._by_name.get(name) or self._by_key.get(name_key(name))
            if found is not None or is_cut(name):
                return found
        return self.slugs.get(department_slug(name))

    def add(self, department: Department, name: str | None) -> None:
        """Know one more, by the name that a list gives it."""
        self.slugs[department.slug] = department.id
        if name is not None:
            self._by_key[name_key(name)] = department.id


class ListedDepartments:
    """The departments that a list names, added where there is none of the name."""

    def __init__(self, session: Session, name_lang: str, now: datetime) -> None:
        """`name_lang` is the language of the names in the list."""
        self._session, self._name_lang, self._now = session, name_lang, now
        self._known = KnownDepartments(session)

    def get(self, name: str | None) -> int:
        """The department's id."""
        return self._known.find(name) or self._add(name)

    def _add(self, name: str | None) -> int:
        slug = free_slug(department_slug(name), self._known.slugs)
        department = Department(slug=slug, created_at=self._now)
        self._session.add(department)
        self._session.flush()
        texts = {self._name_lang: name} if name else _NO_DEPARTMENT
        for lang, text in texts.items():
            self._session.add(DepartmentText(department_id=department.id, lang=lang, name=text))
        audit.record(
            self._session, at=self._now, person_id=None, action="department_added",
            subject="department", subject_id=department.id,
        )  # fmt: skip
        self._known.add(department, name)
        return department.id


def department_slug(name: str | None) -> str:
    """The slug of a department of this name, of the city's own where a list names none."""
    return slugify(name or _NO_DEPARTMENT["en"], "department")
