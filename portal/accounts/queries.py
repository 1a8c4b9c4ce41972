"""Who is signed in, and what they may do where.

Columns are read rather than rows, so that a session never holds a `Person` where Flask-Security
expects an `Account`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import passwords
from portal.accounts.operations import SIGN_IN_HOURS
from portal.models.people import Membership, Person, SignIn
from portal.store.scope import Scope
from portal.store.secrets import sha256


@dataclass(frozen=True)
class Visitor:
    """A signed-in person as pages need them."""

    scope: Scope
    name: str
    fs_uniquifier: str
    last_seen_on: date


@dataclass(frozen=True)
class Found:
    """Somebody whose address and password were right."""

    id: int
    fs_uniquifier: str


def find_visitor(session: Session, *, token: str, now: datetime) -> Visitor | None:
    """Whose sign-in this is; None when it ended, is too old, or the person may no longer."""
    row = session.execute(
        select(Person.id, Person.name, Person.fs_uniquifier, SignIn.last_seen_on)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(
            SignIn.token_hash == sha256(token),
            SignIn.ended_at.is_(None),
            SignIn.created_at > now - timedelta(hours=SIGN_IN_HOURS),
            Person.active.is_(True),
        )
    ).one_or_none()
    if row is None:
        return None
    return Visitor(get_scope(session, row.id), row.name, row.fs_uniquifier, row.last_seen_on)


def find_account(session: Session, *, email: str, password: str) -> Found | None:
    """Whose address and password these are.

    None, after the same time, for an unknown address, a wrong password and an inactive person.
    """
    row = session.execute(
        select(Person.id, Person.fs_uniquifier, Person.password, Person.active).where(
            Person.email == email.strip().casefold()
        )
    ).one_or_none()
    is_right = passwords.matches(password, row.password if row else None)
    return Found(row.id, row.fs_uniquifier) if row and is_right and row.active else None


def get_scope(session: Session, person_id: int) -> Scope:
    """A person's roles as the rest of the portal knows them."""
    departments: dict[str, set[int]] = defaultdict(set)
    is_administrator = False
    for role, department_id in session.execute(
        select(Membership.role, Membership.department_id).where(Membership.person_id == person_id)
    ):
        if department_id is None:
            is_administrator = True
        else:
            departments[role].add(department_id)
    return Scope(
        person_id=person_id,
        departments={role: frozenset(ids) for role, ids in departments.items()},
        is_administrator=is_administrator,
    )
