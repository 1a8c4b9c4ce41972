"""Warnings of one's own departments, and one of them with what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.loop import Kind
from portal.manage.scoped import get_managed_warning, managed_services, managed_warnings
from portal.models.loops import LoopRow
from portal.models.people import Membership, Person
from portal.models.services import Service
from portal.models.warnings import (
    OPEN_STATES,
    WARNING_KINDS,
    WARNING_STATES,
    DigestSubscription,
    WarningRow,
)
from portal.store.names import people_names
from portal.store.paging import Page, on_page_and_one, peeked_page
from portal.store.scope import Scope
from portal.store.service_names import get_service_names
from portal.store.texts import in_language
from portal.store.untagged import Written, list_with_word
from portal.store.warnings import WarningView, in_order, view_warnings

PAGE = 50
FIRST_MIN, FIRST_MAX = 5, 12
TARGET_DAYS = 30
MOST_WRITTEN = 50
OPEN = "open"


@dataclass(frozen=True)
class Wanted:
    """Which warnings to list; an empty word stands for all. `state` may be "open"."""

    state: str = OPEN
    kind: str = ""
    service: str = ""
    page: int = 1

    @property
    def is_sensible(self) -> bool:
        """Whether these words can be asked for."""
        states = {"", OPEN, *WARNING_STATES}
        return self.state in states and self.kind in {"", *WARNING_KINDS}

    @property
    def address(self) -> dict[str, Any]:
        """The same as arguments of an address."""
        others = {
            "kind": self.kind,
            "service": self.service,
            "page": self.page if self.page > 1 else "",
        }
        return {"state": self.state, **{name: value for name, value in others.items() if value}}


@dataclass(frozen=True)
class WarningPage:
    """A page of the list: what looks different, what may be late, what is gone."""

    page: Page[WarningView]
    owners: Mapping[int, str]
    counts: Mapping[str, int]  # by state, for what else was chosen
    services: list[tuple[str, str]]  # (slug, name) of those that have warnings

    @property
    def groups(self) -> list[tuple[str, list[WarningView]]]:
        """The warnings under `different`, `late` and `gone`, in this order."""
        return [(name, list(views)) for name, views in groupby(self.page.items, key=_group)]


def _group(view: WarningView) -> str:
    if view.is_gone:
        return "gone"
    return "late" if view.row.kind == "forecast" else "different"


def list_warnings(session: Session, scope: Scope, wanted: Wanted, langs: list[str]) -> WarningPage:
    """The warnings that were asked for."""
    query = managed_warnings(scope)
    services = list(
        session.scalars(
            managed_services(scope).where(Service.id.in_(select(WarningRow.service_id).distinct()))
        )
    )
    if wanted.kind:
        query = query.where(WarningRow.kind == wanted.kind)
    if wanted.service:
        chosen = next((one.id for one in services if one.slug == wanted.service), 0)
        query = query.where(WarningRow.service_id == chosen)
    counts = _count(session, query)
    if wanted.state:
        states = OPEN_STATES if wanted.state == OPEN else (wanted.state,)
        query = query.where(WarningRow.state.in_(states))
    rows = session.execute(on_page_and_one(query.order_by(*in_order(session)), wanted.page, PAGE))
    page = peeked_page([(row, slug) for row, slug in rows], wanted.page, PAGE)
    return WarningPage(
        page=page.showing(view_warnings(session, page.items, langs)),
        owners=people_names(session, {row.owner_id for row, _ in page.items}),
        counts=counts,
        services=_options(session, services, langs),
    )


def _count(session: Session, query: Select[WarningRow, str]) -> dict[str, int]:
    found = query.subquery()
    rows = session.execute(select(found.c.state, func.count()).group_by(found.c.state))
    counts = {row[0]: row[1] for row in rows}
    return {**counts, OPEN: sum(counts.get(state, 0) for state in OPEN_STATES)}


def _options(session: Session, services: list[Service], langs: list[str]) -> list[tuple[str, str]]:
    names = get_service_names(session, [one.id for one in services])
    named = []
    for one in services:
        name = in_language(names.get(one.id, {}), langs[0], langs[1:])
        named.append((one.slug, name.text if name else one.slug))
    return sorted(named, key=lambda pair: pair[1])


@dataclass(frozen=True)
class FirstCase:
    """An open case that will soon have waited 30 days."""

    id: int
    received_on: date
    days_left: int
    lang: str


@dataclass(frozen=True)
class WarningDetail:
    """One warning, who may take it on, and the cases to take first.

    `first` is None where there is no forecast that still holds: cases of today do not belong to
    the evidence of another day.
    `written` are the comments that a suggestion for a theme comes from; None where the person may
    not read what residents write (`may_read`).
    """

    view: WarningView
    people: list[tuple[int, str]]
    first: list[FirstCase] | None
    written: list[Written] | None
    may_read: bool


def get_warning(
    session: Session, scope: Scope, warning_id: int, today: date, langs: list[str]
) -> WarningDetail:
    """The warning. Raises NotAllowed when it is another department's."""
    row, slug = get_managed_warning(session, scope, warning_id)
    view = view_warnings(session, [(row, slug)], langs)[0]
    is_forecast = row.kind == "forecast" and view.is_open and not view.is_gone
    may_read = session.get_one(Service, row.service_id).department_id in scope.desk
    return WarningDetail(
        view=view,
        people=_with_owner(session, row),
        first=_first_cases(session, row, today) if is_forecast else None,
        written=_written(session, row) if row.kind == "word" and may_read else None,
        may_read=may_read,
    )


def _with_owner(session: Session, row: WarningRow) -> list[tuple[int, str]]:
    """Who may own it, and who does: somebody whose roles have changed stays until replaced."""
    people = list_owners(session, row.service_id)
    known = {person_id for person_id, _name in people}
    owner = people_names(session, {row.owner_id} - known)
    return [*people, *owner.items()]


def _written(session: Session, row: WarningRow) -> list[Written]:
    lang, _, word = row.subject.partition(":")
    words = frozenset({word, *row.evidence["words"]})
    until = date.fromisoformat(row.evidence["until"])
    return list_with_word(session, (row.service_id, lang), words, until=until, limit=MOST_WRITTEN)


def list_owners(session: Session, service_id: int) -> list[tuple[int, str]]:
    """Those who may open the service's warnings, by name: they may own them.

    Managers of its department and administrators may (`scoped.managed_departments`).
    """
    department_id = select(Service.department_id).where(Service.id == service_id).scalar_subquery()
    rows = session.execute(
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            or_(
                and_(Membership.role == "manager", Membership.department_id == department_id),
                Membership.role == "administrator",
            ),
            Person.active,
        )
        .order_by(Person.name, Person.id)
        .distinct()
    )
    return [(row[0], row[1]) for row in rows]


def _first_cases(session: Session, row: WarningRow, today: date) -> list[FirstCase]:
    """Open cases that can still be told in time, the oldest first: as many as may be late."""
    wanted = min(max(round(row.evidence["expected"]), FIRST_MIN), FIRST_MAX)
    cases = session.execute(
        select(LoopRow.submission_id, LoopRow.received_on, LoopRow.lang)
        .where(
            LoopRow.service_id == row.service_id,
            LoopRow.told_on.is_(None),
            LoopRow.excluded.is_(None),
            LoopRow.kind != Kind.PRAISE,
            LoopRow.received_on >= today - timedelta(days=TARGET_DAYS),
        )
        .order_by(LoopRow.received_on, LoopRow.submission_id)
        .limit(wanted)
    )
    return [
        FirstCase(
            case.submission_id,
            case.received_on,
            TARGET_DAYS - (today - case.received_on).days,
            case.lang,
        )
        for case in cases
    ]


def count_open_warnings(session: Session, service_id: int) -> int:
    """How many warnings of a service nobody has dealt with."""
    found = session.scalar(
        select(func.count())
        .select_from(WarningRow)
        .where(WarningRow.service_id == service_id, WarningRow.state.in_(OPEN_STATES))
    )
    return found or 0


def gets_digest(session: Session, person_id: int) -> bool:
    """Whether the week's open warnings are mailed to this person."""
    return session.get(DigestSubscription, person_id) is not None
