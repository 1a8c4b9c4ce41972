"""Who is signed in, and what they may do where.

Columns are read rather than rows, so that a session never holds a `Person` where Flask-Security
expects an `Account`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from portal.accounts import passwords
from portal.accounts.operations.sign_ins import CODE_MINUTES, FRESH
from portal.models.people import AccountLink, Authenticator, Membership, Passkey, Person, SignIn
from portal.store.retention import SIGN_IN_HOURS
from portal.store.scope import Scope, Stage, Standing
from portal.store.secrets import sha256


@dataclass(frozen=True)
class Visitor:
    """A signed-in person as pages need them."""

    standing: Standing
    sign_in_id: int
    name: str
    email: str
    lang: str
    fs_uniquifier: str
    has_password: bool
    last_seen_on: date

    @property
    def id(self) -> int:
        """The person's number."""
        return self.standing.scope.person_id


@dataclass(frozen=True)
class Found:
    """Somebody whose address and password were right."""

    id: int
    fs_uniquifier: str


def find_visitor(
    session: Session, *, token: str, now: datetime, is_factor_required: bool = True
) -> Visitor | None:
    """Whose sign-in this is; None when it ended, is too old, or the person may no longer."""
    row = session.execute(
        select(
            Person.id, Person.name, Person.email, Person.lang, Person.fs_uniquifier,
            Person.password.is_not(None).label("has_password"), SignIn.id.label("sign_in_id"),
            SignIn.last_seen_on, SignIn.created_at, SignIn.fresh_at, SignIn.factor,
            _has_factor().label("has_factor"),
        )
        .join(SignIn, SignIn.person_id == Person.id)
        .where(
            SignIn.token_hash == sha256(token),
            SignIn.ended_at.is_(None),
            SignIn.created_at > now - timedelta(hours=SIGN_IN_HOURS),
            Person.active.is_(True),
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    scope = get_scope(session, row.id)
    stage = Stage.WHOLE
    if row.has_factor and row.factor is None:
        stage = Stage.CODE
        if row.created_at <= now - timedelta(minutes=CODE_MINUTES):
            return None
    elif row.factor is None and scope.must_have_second_factor and is_factor_required:
        stage = Stage.SET_UP
    return Visitor(
        Standing(scope, stage, is_fresh=row.fresh_at > now - FRESH),
        row.sign_in_id, row.name, row.email, row.lang, row.fs_uniquifier, row.has_password,
        row.last_seen_on,
    )  # fmt: skip


def _has_factor() -> ColumnElement[bool]:
    has_app = exists().where(
        Authenticator.person_id == Person.id, Authenticator.confirmed_at.is_not(None)
    )
    return or_(has_app, exists().where(Passkey.person_id == Person.id))


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


def find_invited(session: Session, *, email: str, now: datetime) -> int | None:
    """Who may sign in under this address: here before, or invited by what is still good."""
    is_invited = exists().where(
        AccountLink.person_id == Person.id,
        AccountLink.kind == "invitation",
        AccountLink.used_at.is_(None),
        AccountLink.revoked_at.is_(None),
        AccountLink.expires_at > now,
    )
    return session.scalar(
        select(Person.id).where(
            Person.email == email.strip().casefold(),
            Person.active.is_(True),
            or_(Person.joined_at.is_not(None), is_invited),
        )
    )


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
