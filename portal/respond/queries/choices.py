"""What the inbox may be narrowed by: services, themes, people and districts, by their names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, exists, select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.people import Person
from portal.models.responses import Theme, ThemeCase
from portal.models.services import Service
from portal.respond.queries.names import list_my_services
from portal.store.assignments import works_in
from portal.store.districts import get_district_names
from portal.store.names import Name, service_names, theme_names
from portal.store.scope import Scope

MAX_THEMES = 200  # that are offered: a list to choose from, not an archive


@dataclass(frozen=True)
class Choices:
    """Lists of (value, name), in the order in which they are offered."""

    services: list[tuple[Service, Name]]
    themes: list[tuple[int, Name]]
    people: list[tuple[int, str]]
    districts: list[tuple[str, Name]]


def list_choices(
    session: Session, scope: Scope, *, langs: list[str], asked: Collection[int] = ()
) -> Choices:
    """Whatever the cases of one's desk may be told apart by.

    `asked` are themes that an address names: those that one may open are among the choices, however
    old they are.
    """
    services = list_my_services(session, scope, langs)
    return Choices(
        services=services,
        themes=_themes(session, {service.id for service, _name in services}, asked, langs),
        people=list_people(session, scope.desk),
        districts=list(get_district_names(session, langs[0], langs[1:]).items()),
    )


def list_people(session: Session, department_ids: frozenset[int]) -> list[tuple[int, str]]:
    """Who works on the cases of one of these departments, by name."""
    rows = session.execute(
        select(Person.id, Person.name)
        .where(works_in(department_ids))
        .order_by(Person.name, Person.id)
    )
    return [(row[0], row[1]) for row in rows]


def _themes(
    session: Session, service_ids: set[int], asked: Collection[int], langs: list[str]
) -> list[tuple[int, Name]]:
    """One's own themes, and those of others that are shared, with the service that answers them.

    The newest that a case of one's own is in, one's own before others', and those that were asked
    for.
    """
    is_own = Theme.service_id.in_(service_ids)
    open_to_me = select(Theme.id, Theme.service_id).where(is_own | Theme.is_shared)
    own_first = case((is_own, 0), else_=1)
    offered = (
        open_to_me.where(_holds_case_of(service_ids))
        .order_by(own_first, Theme.id.desc())
        .limit(MAX_THEMES)
    )
    named = open_to_me.where(Theme.id.in_(set(asked)))
    queries = (offered, named) if asked else (offered,)
    rows = {one: home for query in queries for one, home in session.execute(query)}
    names = theme_names(session, rows, langs)
    homes = service_names(session, set(rows.values()) - service_ids, langs)
    for theme_id, service_id in rows.items():
        if theme_id in names and service_id in homes:
            name = names[theme_id]
            names[theme_id] = Name(name.lang, f"{name.text} ({homes[service_id].text})")
    return sorted(names.items(), key=lambda pair: pair[1].text.casefold())


def _holds_case_of(service_ids: set[int]) -> ColumnElement[bool]:
    """Whether a case that the inbox may show is in the theme, wherever it stands in the loop."""
    return exists().where(
        ThemeCase.theme_id == Theme.id,
        LoopRow.submission_id == ThemeCase.submission_id,
        LoopRow.service_id.in_(service_ids),
        LoopRow.is_imported.is_(False),
    )
