"""The names behind the numbers in the audit log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.admin.services.names import get_known_names
from portal.models.doors import Kiosk
from portal.models.partners import Partner
from portal.models.people import Person
from portal.models.responses import ThemeText
from portal.models.services import Department, DepartmentText, DistrictText
from portal.store.texts import in_language

Wanted = Mapping[str, set[Any]]
"""Numbers of things by what they are; departments also by their slugs."""
Names = Mapping[str, Mapping[Any, str]]

_CALLED: dict[str, tuple[Any, Any]] = {
    "person": (Person.id, Person.name),
    "kiosk": (Kiosk.id, Kiosk.name),
    "partner": (Partner.id, Partner.name),
}
_TRANSLATED: dict[str, tuple[Any, Any, Any]] = {
    "department": (DepartmentText.department_id, DepartmentText.lang, DepartmentText.name),
    "district": (DistrictText.district_id, DistrictText.lang, DistrictText.name),
    "theme": (ThemeText.theme_id, ThemeText.lang, ThemeText.name),
}
NAMED = {*_CALLED, *_TRANSLATED, "service"}


def find_names(session: Session, wanted: Wanted, langs: Sequence[str]) -> Names:
    """What things are called, in the first of the languages in which they have a name."""
    found = {}
    for kind, keys in wanted.items():
        numbers = {one for one in keys if isinstance(one, int)}
        found[kind] = _find(session, kind, numbers, langs)
    slugs = {one for one in wanted.get("department", ()) if isinstance(one, str)}
    if slugs:
        found["department"] |= _find_by_slug(session, slugs, langs)
    return found


def _find(session: Session, kind: str, numbers: set[int], langs: Sequence[str]) -> dict[Any, str]:
    if kind in _CALLED:
        number, name = _CALLED[kind]
        rows = session.execute(select(number, name).where(number.in_(numbers)))
        return {row[0]: row[1] for row in rows}
    texts = _texts(session, kind, numbers)
    named = {one: in_language(names, langs[0], langs[1:]) for one, names in texts.items()}
    return {one: name.text for one, name in named.items() if name is not None}


def _texts(session: Session, kind: str, numbers: set[int]) -> Mapping[int, dict[str, str]]:
    if kind == "service":
        return get_known_names(session, numbers)
    number, lang, name = _TRANSLATED[kind]
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    for row in session.execute(select(number, lang, name).where(number.in_(numbers), name != "")):
        texts[row[0]][row[1]] = row[2]
    return texts


def _find_by_slug(session: Session, slugs: set[str], langs: Sequence[str]) -> dict[Any, str]:
    rows = session.execute(
        select(Department.id, Department.slug).where(Department.slug.in_(slugs))
    ).all()
    names = _find(session, "department", {row.id for row in rows}, langs)
    return {row.slug: names[row.id] for row in rows if row.id in names}
