"""People, their roles, and signing in and out."""

from __future__ import annotations

import secrets as random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts import passwords
from portal.models.people import ROLES, Membership, Person, SignIn
from portal.models.services import Department
from portal.store import audit, throttle
from portal.store.secrets import new_token, sha256

WINDOW = timedelta(minutes=15)
SIGN_IN_HOURS = 12
# (scope, limit): one network against one address, one address from anywhere, one network at all.
# The first is the lowest, so that nobody can lock somebody else out from one place.
PAIR_LIMIT = ("sign-in-pair", 10)
ADDRESS_LIMIT = ("sign-in-address", 100)
PREFIX_LIMIT = ("sign-in-prefix", 200)


class AccountError(ValueError):
    """What was asked for cannot be done; the message says why."""


def add_person(
    session: Session,
    *,
    now: datetime,
    email: str,
    name: str,
    password: str,
    roles: Sequence[str],
    departments: Sequence[str] = (),
    lang: str = "en",
) -> int:
    """Let somebody sign in: every role in every department (by slug); administrators need none.

    Raises AccountError or PasswordError, both ValueErrors with one clear line.
    """
    address = email.strip().casefold()
    _check_person(address, name, roles, departments)
    passwords.require_good(password, address)
    if session.scalar(select(Person.id).where(Person.email == address)) is not None:
        raise AccountError(f"somebody already signs in as {address}")
    person = Person(
        email=address,
        name=name.strip(),
        password=passwords.hash_password(password),
        active=True,
        fs_uniquifier=random.token_hex(32),
        lang=lang,
        created_at=now,
        memberships=[
            Membership(role=role, department_id=department_id)
            for role in dict.fromkeys(roles)
            for department_id in _departments_of(session, role, departments)
        ],
    )
    session.add(person)
    session.flush()
    audit.record(
        session, at=now, person_id=None, action="person_added", subject="person",
        subject_id=person.id, roles=list(roles), departments=list(departments),
    )  # fmt: skip
    return person.id


def _check_person(email: str, name: str, roles: Sequence[str], departments: Sequence[str]) -> None:
    local, at, domain = email.partition("@")
    if not (local and at and "." in domain) or any(letter.isspace() for letter in email):
        raise AccountError(f"not an e-mail address: {email!r}")
    if not name.strip():
        raise AccountError("a name is needed")
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        raise AccountError(f"roles are {', '.join(ROLES)}; not {', '.join(unknown) or 'none'}")
    if not departments and any(role != "administrator" for role in roles):
        raise AccountError("staff, translators and managers need a department")


def _departments_of(session: Session, role: str, slugs: Sequence[str]) -> list[int] | list[None]:
    if role == "administrator":
        return [None]
    rows = session.execute(select(Department.slug, Department.id).where(Department.slug.in_(slugs)))
    found = {row[0]: row[1] for row in rows}
    missing = [slug for slug in slugs if slug not in found]
    if missing:
        raise AccountError(f"no such department: {missing[0]}")
    return [found[slug] for slug in dict.fromkeys(slugs)]


def count_attempt(
    session: Session, *, now: datetime, email_hash: str, prefix_hash: str
) -> int | None:
    """Count one try to sign in; seconds to wait where there were too many, else None.

    It returns rather than raises, so that refused tries are counted as well.
    """
    keys = (
        (*PAIR_LIMIT, sha256(f"{email_hash}:{prefix_hash}")),
        (*ADDRESS_LIMIT, email_hash),
        (*PREFIX_LIMIT, prefix_hash),
    )
    wait = None
    for scope, limit, key in keys:
        count = throttle.count_one(session, scope=scope, key=key, now=now, length=WINDOW)
        if count > limit:
            end = throttle.window_start(now, WINDOW) + WINDOW
            wait = max(1, int((end - now).total_seconds()))
    return wait


def begin_sign_in(
    session: Session,
    *,
    now: datetime,
    today: date,
    person_id: int,
    previous_token: str | None = None,
) -> str:
    """Sign somebody in whose password was checked; returns the secret of this sign-in.

    The secret is a new one every time, and the browser's earlier one ends.
    """
    if previous_token is not None:
        end_sign_in(session, now=now, token=previous_token)
    token = new_token()
    session.add(
        SignIn(person_id=person_id, token_hash=sha256(token), created_at=now, last_seen_on=today)
    )
    audit.record(
        session, at=now, person_id=person_id, action="signed_in", subject="person",
        subject_id=person_id,
    )  # fmt: skip
    return token


def end_sign_in(session: Session, *, now: datetime, token: str) -> None:
    """Sign out: the secret is worth nothing from now on."""
    session.execute(
        update(SignIn)
        .where(SignIn.token_hash == sha256(token), SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def note_seen(session: Session, *, token: str, today: date) -> None:
    """Write down, once a day, that a sign-in is in use."""
    session.execute(
        update(SignIn)
        .where(SignIn.token_hash == sha256(token), SignIn.last_seen_on < today)
        .values(last_seen_on=today)
    )
