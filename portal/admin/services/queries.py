"""Services and departments with everything that an administrator can change about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.admin.services.names import get_known_names
from portal.admin.services.texts import TextState, get_states
from portal.domain.language import fold
from portal.domain.open_spans import Span, is_open
from portal.models.people import Person
from portal.models.services import (
    Department,
    PageCheck,
    Service,
    ServiceChannel,
    ServiceLanguage,
)
from portal.store.department_names import get_department_names
from portal.store.languages import list_closed_languages
from portal.store.paging import CountedPage, cut_page
from portal.store.texts import InLanguage, in_language

PAGE = 50
CHECK_HOLDS = timedelta(days=365)


@dataclass(frozen=True)
class ServiceRow:
    """One line of the list. `todo` counts the texts that somebody has to work on."""

    slug: str
    name: InLanguage[str]
    department: InLanguage[str]
    is_active: bool
    todo: int


@dataclass(frozen=True)
class Check:
    """Who read the page last, and when."""

    checked_on: date
    who: str | None


@dataclass(frozen=True)
class ServiceView:
    """One service. Spans are by language or channel, the oldest first.

    `switched_off`: the languages that the city does not offer, from which day on.
    """

    service: Service
    name: InLanguage[str]
    texts: dict[str, TextState]
    checks: dict[str, Check]
    languages: dict[str, dict[str, list[Span]]]  # role -> language -> spans
    channels: dict[str, list[Span]]
    switched_off: dict[str, date]

    def is_shown(self, lang: str, today: date) -> bool:
        """Whether residents read the page in this language."""
        closed_on = self.switched_off.get(lang)
        return self.texts[lang].shown is not None and (closed_on is None or closed_on > today)


@dataclass(frozen=True)
class DepartmentRow:
    """A department with its names and the number of its services."""

    slug: str
    names: dict[str, str]
    services: int


def get_service_id(session: Session, slug: str, *, lock: bool = False) -> int:
    """The service's id; with `lock`, nobody else changes it meanwhile. Raises LookupError."""
    statement = select(Service.id).where(Service.slug == slug)
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise LookupError(slug)
    return found


def list_services(
    session: Session,
    *,
    langs: Sequence[str],
    offered: Sequence[str],
    wanted: str = "",
    department: str = "",
    number: int,
) -> CountedPage[ServiceRow]:
    """One page of the services whose name, slug or code holds what is looked for, by name."""
    departments = {one.id: one for one in session.scalars(select(Department))}
    department_names = get_department_names(session)
    services = session.scalars(select(Service)).all()
    names = get_known_names(session, select(Service.id))
    found = []
    for service in services:
        name = _named(names.get(service.id, {}), langs, service.slug)
        owner = departments[service.department_id]
        words = [*names.get(service.id, {}).values(), service.slug, service.code or ""]
        is_wanted = any(fold(wanted) in fold(word) for word in words)
        if is_wanted and department in ("", owner.slug):
            owner_name = _named(department_names.get(owner.id, {}), langs, owner.slug)
            found.append((service, name, owner_name))
    found.sort(key=lambda one: (fold(one[1].text), one[0].slug))
    page = cut_page(found, number, PAGE)
    states = get_states(session, [service.id for service, *_rest in page.items], offered)
    rows = [
        ServiceRow(
            service.slug, name, owner, service.is_active,
            sum(bool(state.need) for state in states[service.id].values()),
        )
        for service, name, owner in page.items
    ]  # fmt: skip
    return page.showing(rows)


def get_service(
    session: Session, slug: str, *, langs: Sequence[str], offered: Sequence[str]
) -> ServiceView:
    """Everything about one service. Raises LookupError."""
    service = session.scalar(select(Service).where(Service.slug == slug))
    if service is None:
        raise LookupError(slug)
    names = get_known_names(session, [service.id]).get(service.id, {})
    return ServiceView(
        service=service,
        name=_named(names, langs, slug),
        texts=get_states(session, [service.id], offered)[service.id],
        checks=_checks(session, service.id),
        languages={
            role: {
                lang: list_spans(session, ServiceLanguage, service.id, lang=lang, role=role)
                for lang in offered
            }
            for role in ("input", "required")
        },
        channels={
            channel: list_spans(session, ServiceChannel, service.id, channel=channel)
            for channel in DOORS
        },
        switched_off=list_closed_languages(session),
    )


DOORS = ("web", "kiosk", "paper", "phone", "counter", "mail")  # imported records open none


def list_spans(
    session: Session,
    table: type[ServiceLanguage] | type[ServiceChannel],
    service_id: int,
    **key: str,
) -> list[Span]:
    """From when to when a language or channel was open, the oldest first."""
    rows = session.execute(
        select(table.opened_on, table.closed_on)
        .filter_by(service_id=service_id, **key)
        .order_by(table.opened_on)
    )
    return [Span(row.opened_on, row.closed_on) for row in rows]


def _checks(session: Session, service_id: int) -> dict[str, Check]:
    rows = session.execute(
        select(PageCheck.lang, PageCheck.checked_on, Person.name)
        .outerjoin(Person, Person.id == PageCheck.person_id)
        .where(PageCheck.service_id == service_id)
        .order_by(PageCheck.checked_on)
    )
    return {row.lang: Check(row.checked_on, row.name) for row in rows}


def list_departments(session: Session, langs: Sequence[str]) -> list[DepartmentRow]:
    """All departments, in the order of their names."""
    counts: Counter[int] = Counter(session.scalars(select(Service.department_id)))
    names = get_department_names(session)
    rows = [
        DepartmentRow(one.slug, names.get(one.id, {}), counts[one.id])
        for one in session.scalars(select(Department))
    ]
    return sorted(rows, key=lambda row: fold(_named(row.names, langs, row.slug).text))


def department_choices(session: Session, langs: Sequence[str]) -> list[tuple[str, str]]:
    """(slug, name) to choose from."""
    return [
        (row.slug, _named(row.names, langs, row.slug).text)
        for row in list_departments(session, langs)
    ]


def _named(names: dict[str, str], langs: Sequence[str], otherwise: str) -> InLanguage[str]:
    return in_language(names, langs[0], langs[1:]) or InLanguage(langs[0], otherwise)


def has_open_door(view: ServiceView, today: date) -> bool:
    """Whether residents can rate it on the web today, in any language."""
    return is_open(view.channels["web"], today) and any(
        is_open(spans, today) for spans in view.languages["input"].values()
    )


def get_choices(session: Session, service: Service) -> dict[str, str]:
    """Whose a service is, its code, and whether it is in use, as the form has it."""
    return {
        "department": session.get_one(Department, service.department_id).slug,
        "code": service.code or "",
        "is_active": "1" if service.is_active else "",
    }
