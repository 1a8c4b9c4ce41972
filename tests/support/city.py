"""A small city for tests: two departments, three services, people for every role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.people import Membership, Person
from portal.models.services import (
    Department,
    DepartmentText,
    District,
    DistrictText,
    PageCheck,
    PopulationShare,
    Service,
    ServiceChannel,
    ServiceLanguage,
    ServiceText,
)
from portal.store.publicity import get_public_since, go_public_from

LANGUAGES = ("en", "es", "vi", "zh-Hans", "ar", "ko")
PASSWORD = "correct horse battery staple"
SHARES = {"en": 0.6, "es": 0.25, "vi": 0.05, "zh-Hans": 0.04, "ar": 0.03, "ko": 0.03}


@dataclass(frozen=True)
class City:
    """Ids of what was made."""

    works: int
    parks: int
    potholes: int
    lights: int
    pools: int
    people: dict[str, int]


def make_city(session: Session, now: datetime) -> City:
    """Insert the city; returns its ids."""
    opened = (now - timedelta(days=800)).date()
    works = make_department(session, "public-works", "Public Works", now)
    parks = make_department(session, "parks", "Parks and Recreation", now)
    potholes = make_service(session, works, "pothole-repair", "Pothole repair", now, opened)
    lights = make_service(session, works, "street-lights", "Street lights", now, opened)
    pools = make_service(session, parks, "swimming-pools", "Swimming pools", now, opened)
    for position, (lang, share) in enumerate(SHARES.items()):
        session.add(PopulationShare(lang=lang, share=share, position=position))
    for position, slug in enumerate(("north", "south")):
        district = District(slug=slug, position=position)
        session.add(district)
        session.flush()
        for lang in LANGUAGES:
            session.add(
                DistrictText(district_id=district.id, lang=lang, name=f"{slug.title()} {lang}")
            )
    people = {
        "staff": make_person(session, "staff@city.example", now, [("staff", works)]),
        "reviewer": make_person(session, "reviewer@city.example", now, [("staff", works)]),
        "manager": make_person(session, "manager@city.example", now, [("manager", works)]),
        "parks": make_person(session, "parks@city.example", now, [("staff", parks)]),
        "admin": make_person(session, "admin@city.example", now, [("administrator", None)]),
    }
    make_levels_public(session)
    session.flush()
    return City(works, parks, potholes, lights, pools, people)


def make_levels_public(session: Session) -> None:
    """End the shadow in which every city starts."""
    if get_public_since(session) is None:
        go_public_from(session, date(2020, 1, 1), date(2020, 1, 1))


def make_department(session: Session, slug: str, name: str, now: datetime) -> int:
    """A department with its name in every language."""
    department = Department(slug=slug, created_at=now)
    session.add(department)
    session.flush()
    for lang in LANGUAGES:
        suffix = "" if lang == "en" else f" ({lang})"
        session.add(DepartmentText(department_id=department.id, lang=lang, name=f"{name}{suffix}"))
    return department.id


def make_service(
    session: Session, department_id: int, slug: str, name: str, now: datetime, opened: date
) -> int:
    """A service with reviewed texts, open languages and two channels."""
    service = Service(slug=slug, department_id=department_id, created_at=now)
    session.add(service)
    session.flush()
    for lang in LANGUAGES:
        suffix = "" if lang == "en" else f" ({lang})"
        session.add(
            ServiceText(
                service_id=service.id,
                lang=lang,
                name=f"{name}{suffix}",
                summary=f"All about {name.lower()}{suffix}.",
                status="reviewed",
                updated_at=now,
            )
        )
        session.add(PageCheck(service_id=service.id, lang=lang, checked_on=now.date()))
        for role in ("required", "input"):
            session.add(
                ServiceLanguage(service_id=service.id, lang=lang, role=role, opened_on=opened)
            )
    for channel in ("web", "phone"):
        session.add(ServiceChannel(service_id=service.id, channel=channel, opened_on=opened))
    session.flush()
    return service.id


def make_person(
    session: Session, email: str, now: datetime, roles: list[tuple[str, int | None]]
) -> int:
    """Somebody who can sign in with PASSWORD once accounts hash it (see set_passwords)."""
    person = Person(
        email=email,
        name=email.split("@", maxsplit=1)[0].title(),
        fs_uniquifier=f"uniquifier-{email}",
        lang="en",
        created_at=now,
        joined_at=now,
    )
    session.add(person)
    session.flush()
    for role, department_id in roles:
        session.add(Membership(person_id=person.id, department_id=department_id, role=role))
    session.flush()
    return person.id


def set_passwords(session: Session, hashed: str) -> None:
    """Give everybody the same hashed password."""
    for person in session.scalars(select(Person)):
        person.password = hashed
    session.flush()
