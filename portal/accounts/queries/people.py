"""The people who sign in, as administrators see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.operations.links import mail_key
from portal.accounts.operations.open_links import is_open
from portal.domain.language import fold
from portal.models.people import (
    AccountLink,
    Authenticator,
    Membership,
    Passkey,
    Person,
    SignIn,
)
from portal.models.running import AuditEvent
from portal.models.services import Department
from portal.store.department_names import get_department_names
from portal.store.outbox import Mailed, find_mailed
from portal.store.paging import CountedPage, Query, cut_page
from portal.store.texts import InLanguage, in_language

PAGE = 50
STATES = ("active", "invited", "inactive")
_HISTORY = 20
Name = InLanguage[str]


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty means all."""

    words: str = ""
    role: str = ""
    state: str = ""
    department_id: int | None = None
    page: int = 1


@dataclass(frozen=True)
class Line:
    """One person in the list."""

    id: int
    name: str
    email: str
    state: str
    has_factor: bool
    last_seen_on: date | None  # forgotten after a month (`store.retention.KEEP_SIGN_INS`)
    has_come: bool
    roles: list[tuple[str, Name | None]] = field(default_factory=list)


@dataclass(frozen=True)
class MailedLink:
    """The newest link that a person was mailed: an invitation, until they come."""

    made_at: datetime
    expires_at: datetime
    is_open: bool
    mailed: Mailed


@dataclass(frozen=True)
class Note:
    """Something that was done about a person."""

    at: datetime
    action: str
    by: str | None


@dataclass(frozen=True)
class OnePerson:
    """Everything about one person."""

    line: Line
    held: frozenset[tuple[str, int | None]]
    link: MailedLink | None
    history: list[Note]


def list_people(session: Session, filters: Filters, langs: Sequence[str]) -> CountedPage[Line]:
    """The people who fit, by name; those who may sign in before those who may not any more."""
    rows = session.execute(
        _narrowed(select(Person.id, Person.name, Person.email, Person.active), filters)
    ).all()
    words = fold(filters.words).split()
    fitting = [row for row in rows if _holds(f"{row.name} {row.email}", words)]
    fitting.sort(key=lambda row: (not row.active, fold(row.name), row.id))
    found = cut_page(fitting, filters.page, PAGE)
    lines = _lines(session, [row.id for row in found.items], langs)
    return found.showing([lines[row.id] for row in found.items])


def _holds(text: str, words: Sequence[str]) -> bool:
    """Whether each of these folded words is in the text: SQLite folds the case of ASCII alone."""
    folded = fold(text)
    return all(word in folded for word in words)


def _narrowed(wanted: Query, filters: Filters) -> Query:
    """Everything but the words."""
    membership = exists().where(Membership.person_id == Person.id)
    if filters.role:
        wanted = wanted.where(membership.where(Membership.role == filters.role))
    if filters.department_id is not None:
        wanted = wanted.where(membership.where(Membership.department_id == filters.department_id))
    if filters.state:
        wanted = wanted.where(_in_state(filters.state))
    return wanted


def _in_state(state: str) -> ColumnElement[bool]:
    if state == "inactive":
        return Person.active.is_(False)
    has_come = Person.joined_at.is_not(None)
    return Person.active.is_(True) & (has_come if state == "active" else ~has_come)


def _lines(session: Session, ids: Sequence[int], langs: Sequence[str]) -> dict[int, Line]:
    has_app = exists().where(
        Authenticator.person_id == Person.id, Authenticator.confirmed_at.is_not(None)
    )
    has_passkey = exists().where(Passkey.person_id == Person.id)
    last_seen = (
        select(func.max(SignIn.last_seen_on)).where(SignIn.person_id == Person.id).scalar_subquery()
    )
    rows = session.execute(
        select(
            Person.id, Person.name, Person.email, Person.active, Person.joined_at.is_not(None),
            or_(has_app, has_passkey), last_seen,
        ).where(Person.id.in_(ids))
    )  # fmt: skip
    found = {
        row[0]: Line(*row[:3], _state(row[3], row[4]), bool(row[5]), row[6], has_come=row[4])
        for row in rows
    }
    names = department_names(session, langs)
    for person_id, role, department_id in session.execute(
        select(Membership.person_id, Membership.role, Membership.department_id)
        .where(Membership.person_id.in_(ids))
        .order_by(Membership.id)
    ):
        place = names.get(department_id) if department_id is not None else None
        found[person_id].roles.append((role, place))
    return found


def _state(is_active: bool, has_come: bool) -> str:
    if not is_active:
        return "inactive"
    return "active" if has_come else "invited"


def department_names(session: Session, langs: Sequence[str]) -> dict[int, Name]:
    """Names of all departments by id, in the order in which they were made."""
    texts = get_department_names(session)
    rows = session.execute(select(Department.id, Department.slug).order_by(Department.id))
    return {
        row.id: in_language(texts.get(row.id, {}), langs[0], langs[1:])
        or InLanguage(langs[0], row.slug)
        for row in rows
    }


def find_person(
    session: Session, person_id: int, *, now: datetime, langs: Sequence[str]
) -> OnePerson | None:
    """One person with their roles, the newest link that they got and what was done about them."""
    line = _lines(session, [person_id], langs).get(person_id)
    if line is None:
        return None
    held = session.execute(
        select(Membership.role, Membership.department_id).where(Membership.person_id == person_id)
    )
    return OnePerson(
        line,
        frozenset((row[0], row[1]) for row in held),
        _newest_link(session, person_id, now),
        _history(session, person_id),
    )


def _newest_link(session: Session, person_id: int, now: datetime) -> MailedLink | None:
    link = session.scalar(
        select(AccountLink)
        .where(AccountLink.person_id == person_id)
        .order_by(AccountLink.id.desc())
        .limit(1)
    )
    if link is None:
        return None
    mailed = Mailed.SENT if link.used_at else find_mailed(session, mail_key(link))
    return MailedLink(link.made_at, link.expires_at, is_open(link, now), mailed)


def _history(session: Session, person_id: int) -> list[Note]:
    rows = session.execute(
        select(AuditEvent.at, AuditEvent.action, Person.name)
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        .where(
            AuditEvent.subject == "person",
            AuditEvent.subject_id == person_id,
            AuditEvent.action != "signed_in",
        )
        .order_by(AuditEvent.id.desc())
        .limit(_HISTORY)
    )
    return [Note(row[0], row[1], row[2]) for row in rows]
