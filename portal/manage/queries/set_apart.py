"""Ratings that were set apart, hour by hour, and what can be seen of them without reading words.

Every manager sees them all: who reviews an hour is no part of the department that it is about
(METHOD.md 3.6). Nothing a resident wrote is shown, and no group of fewer than five.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.models.services import Service
from portal.models.set_apart import SetApart
from portal.models.submissions import Submission
from portal.store.names import people_names
from portal.store.paging import Page, on_page_and_one, peeked_page
from portal.store.scope import NotAllowed, Scope
from portal.store.service_names import get_service_names
from portal.store.set_apart import IS_SET_APART, place_of
from portal.store.texts import InLanguage, in_language

PAGE = 50
Value = TypeVar("Value")
LEAST = 5
"""Groups of fewer people are not shown to managers."""


@dataclass(frozen=True)
class Hour:
    """One hour of a service. `is_own`: the person has a role in its department."""

    row: SetApart
    slug: str
    service: InLanguage[str]
    is_own: bool


@dataclass(frozen=True)
class HourPage:
    """A page of hours, the newest first, and how many wait and are decided."""

    page: Page[Hour]
    waiting: int
    decided: int


def list_set_apart(
    session: Session, scope: Scope, langs: Sequence[str], *, is_decided: bool, number: int
) -> HourPage:
    """The hours that wait for a decision, or that were decided on."""
    wanted = SetApart.decided_at.is_not(None) if is_decided else SetApart.decided_at.is_(None)
    rows = session.execute(on_page_and_one(_hours().where(wanted), number, PAGE))
    page = peeked_page([(row, slug, department) for row, slug, department in rows], number, PAGE)
    decided, every = session.execute(
        select(func.count(SetApart.decided_at), func.count()).select_from(SetApart)
    ).one()
    return HourPage(
        page=page.showing(_named(session, scope, page.items, langs)),
        waiting=every - decided,
        decided=decided,
    )


def _hours() -> Select[SetApart, str, int]:
    return (
        select(SetApart, Service.slug, Service.department_id)
        .join(Service, Service.id == SetApart.service_id)
        .order_by(SetApart.hour_at.desc(), SetApart.id.desc())
    )


def _named(
    session: Session,
    scope: Scope,
    found: Sequence[tuple[SetApart, str, int]],
    langs: Sequence[str],
) -> list[Hour]:
    names = get_service_names(session, {row.service_id for row, _slug, _department in found})
    return [
        Hour(
            row=row,
            slug=slug,
            service=in_language(names.get(row.service_id, {}), langs[0], langs[1:])
            or InLanguage(langs[0], slug),
            is_own=scope.is_part_of(department),
        )
        for row, slug, department in found
    ]


@dataclass(frozen=True)
class Answers:
    """What the ratings that are still set apart have in common. Shares are of all of them.

    `q0` is {answer: share} of the overall question, `langs` {language: share}, None stands for
    groups too small to show; `alike` is the share with the commonest set of answers to all
    questions.
    """

    count: int
    q0: Mapping[int | None, float]
    langs: Mapping[str | None, float]
    alike: float


@dataclass(frozen=True)
class HourDetail:
    """One hour, what its ratings look like (None for fewer than five), and who decided."""

    hour: Hour
    answers: Answers | None
    asked_by: str | None
    decided_by: str | None


def get_set_apart(session: Session, scope: Scope, hour_id: int, langs: Sequence[str]) -> HourDetail:
    """The hour. Raises NotAllowed when there is none."""
    found = session.execute(_hours().where(SetApart.id == hour_id)).one_or_none()
    if found is None:
        raise NotAllowed
    row = found[0]
    people = people_names(session, [row.asked_by, row.decided_by])
    return HourDetail(
        hour=_named(session, scope, [(row, found[1], found[2])], langs)[0],
        answers=_look_at(session, row),
        asked_by=people.get(row.asked_by or 0),
        decided_by=people.get(row.decided_by or 0),
    )


def require_reviewer(session: Session, scope: Scope, hour_id: int) -> None:
    """Raise NotAllowed unless the hour exists and is about a department that is not one's own."""
    if get_set_apart(session, scope, hour_id, ["en"]).hour.is_own:
        raise NotAllowed


def _look_at(session: Session, row: SetApart) -> Answers | None:
    answers = (getattr(Submission, f"q{number}") for number in range(7))
    rows = session.execute(
        select(Submission.lang, *answers).where(IS_SET_APART, *place_of(row).received())
    ).all()
    if len(rows) < LEAST:
        return None
    patterns = Counter(tuple(found[1:]) for found in rows)
    return Answers(
        count=len(rows),
        q0=_shares(Counter(found[1] for found in rows)),
        langs=_shares(Counter(found[0] for found in rows)),
        alike=patterns.most_common(1)[0][1] / len(rows),
    )


def _shares(counts: Counter[Value]) -> dict[Value | None, float]:
    """Groups of at least five, the largest first; the others as one, unless they are too few."""
    total = counts.total()
    shown: dict[Value | None, float] = {
        value: n / total for value, n in counts.most_common() if n >= LEAST
    }
    rest = total - sum(n for n in counts.values() if n >= LEAST)
    return {**shown, None: rest / total} if rest >= LEAST else shown
