"""People and their roles: who may grant them, and who may not be lost."""

from __future__ import annotations

import secrets as random
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts import passwords
from portal.accounts.operations.factors import remove_all_factors
from portal.accounts.operations.links import post_link
from portal.accounts.operations.notices import note
from portal.accounts.operations.open_links import revoke_links
from portal.accounts.operations.sign_ins import end_all
from portal.models.people import ROLES, Membership, Person
from portal.models.services import Department
from portal.store import audit
from portal.store.secrets import Secrets, sha256

MAX_EMAIL = 254
MAX_NAME = 200
# A role and the department it is held in; administrators belong to none.
Role = tuple[str, int | None]


class AccountError(ValueError):
    """What was asked for cannot be done; the message says why."""


class AddressTaken(AccountError):
    """Somebody signs in with this address already, or is invited."""


class RolesMoved(AccountError):
    """Somebody else has changed the roles since they were read."""


class LastAdministrator(AccountError):
    """Nobody would be left who can let others in."""


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
    check_person(address, name, roles, departments)
    passwords.require_good(password, address)
    if session.scalar(select(Person.id).where(Person.email == address)) is not None:
        raise AddressTaken(f"somebody already signs in as {address}")
    person = Person(
        email=address,
        name=name.strip(),
        password=passwords.hash_password(password),
        active=True,
        fs_uniquifier=random.token_hex(32),
        lang=lang,
        created_at=now,
        joined_at=now,
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


def check_person(email: str, name: str, roles: Sequence[str], departments: Sequence[str]) -> None:
    """Raises AccountError with one clear line where this can be nobody."""
    local, at, domain = email.partition("@")
    if not (local and at and "." in domain) or any(letter.isspace() for letter in email):
        raise AccountError(f"not an e-mail address: {email!r}")
    if len(email) > MAX_EMAIL:
        raise AccountError(f"an e-mail address has {MAX_EMAIL} characters at most")
    if not name.strip():
        raise AccountError("a name is needed")
    if len(name.strip()) > MAX_NAME:
        raise AccountError(f"a name may have {MAX_NAME} characters at most")
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


def invite_person(
    session: Session,
    *,
    now: datetime,
    by: int,
    email: str,
    name: str,
    roles: Sequence[Role],
    lang: str,
    secrets: Secrets,
) -> int:
    """Invite somebody with these roles; the mail goes out at once. Returns their number."""
    address = email.strip().casefold()
    if session.scalar(select(Person.id).where(Person.email == address)) is not None:
        raise AddressTaken(f"somebody already signs in as {address}")
    person = Person(
        email=address, name=name.strip(), active=True, fs_uniquifier=random.token_hex(32),
        lang=lang, created_at=now, memberships=_memberships(roles),
    )  # fmt: skip
    session.add(person)
    session.flush()
    note(
        session, now=now, by=by, person_id=person.id, action="person_invited", roles=_written(roles)
    )
    post_link(session, now=now, person_id=person.id, kind="invitation", by=by, secrets=secrets)
    return person.id


def invite_again(
    session: Session, *, now: datetime, by: int, person_id: int, secrets: Secrets
) -> bool:
    """A new invitation in place of the old one; False for somebody who has come already."""
    person = session.get_one(Person, person_id, with_for_update=True)
    if person.joined_at is not None or not person.active:
        return False
    post_link(session, now=now, person_id=person_id, kind="invitation", by=by, secrets=secrets)
    note(session, now=now, by=by, person_id=person.id, action="invitation_resent")
    return True


def revoke_invitation(session: Session, *, now: datetime, by: int, person_id: int) -> bool:
    """Take an invitation back; False for somebody who has come already."""
    person = session.get_one(Person, person_id, with_for_update=True)
    if person.joined_at is not None:
        return False
    revoke_links(session, now=now, person_id=person_id)
    note(session, now=now, by=by, person_id=person.id, action="invitation_revoked")
    return True


def change_roles(
    session: Session, *, now: datetime, by: int, person_id: int, roles: Sequence[Role], seen: str,
    token: str | None = None,
) -> bool:  # fmt: skip
    """Give a person exactly these roles; returns whether that changed anything.

    `seen` is the hash of the roles as they were read: one that was taken away since must not come
    back from an older page. Raises RolesMoved when they have moved on, and LastAdministrator.
    Their sign-ins end, so that nothing goes on with the old roles; `token` is the one that an
    administrator changes their own roles with.
    """
    _lock_administrators(session)
    person = session.get_one(Person, person_id, with_for_update=True)
    wanted = set(roles)
    before = {(one.role, one.department_id) for one in person.memberships}
    if wanted == before:
        return False
    if hash_of_roles(before) != seen:
        raise RolesMoved("the roles have changed since they were read")
    for one in person.memberships:
        if (one.role, one.department_id) not in wanted:
            session.delete(one)
    session.flush()
    session.expire(person, ["memberships"])
    person.memberships.extend(_memberships(sorted(wanted - before, key=str)))
    session.flush()
    _require_administrator(session)
    end_all(session, now=now, person_id=person_id, by=by, but=token)
    note(
        session, now=now, by=by, person_id=person.id, action="roles_changed",
        given=_written(wanted - before), taken=_written(before - wanted),
    )  # fmt: skip
    return True


def deactivate_person(session: Session, *, now: datetime, by: int, person_id: int) -> None:
    """Let somebody in no longer. What they wrote stays theirs. Raises LastAdministrator."""
    _lock_administrators(session)
    person = session.get_one(Person, person_id, with_for_update=True)
    if not person.active:
        return
    person.active = False
    person.fs_uniquifier = random.token_hex(32)
    session.flush()
    _require_administrator(session)
    end_all(session, now=now, person_id=person_id, by=by)
    revoke_links(session, now=now, person_id=person_id)
    note(session, now=now, by=by, person_id=person.id, action="person_deactivated")


def reactivate_person(session: Session, *, now: datetime, by: int, person_id: int) -> None:
    """Let somebody in again, with the roles, the password and the second factor they had."""
    person = session.get_one(Person, person_id, with_for_update=True)
    if person.active:
        return
    person.active = True
    note(session, now=now, by=by, person_id=person.id, action="person_reactivated")


def forget_second_factor(session: Session, *, now: datetime, by: int, person_id: int) -> None:
    """Somebody lost their phone and their codes: they begin anew, and their sign-ins end."""
    person = session.get_one(Person, person_id, with_for_update=True)
    remove_all_factors(session, person_id=person_id)
    end_all(session, now=now, person_id=person_id, by=by)
    note(session, now=now, by=by, person_id=person.id, action="second_factor_forgotten")


def change_own(session: Session, *, now: datetime, person_id: int, name: str, lang: str) -> None:
    """A person's own name and language."""
    person = session.get_one(Person, person_id)
    person.name, person.lang = name.strip(), lang
    note(session, now=now, by=person_id, person_id=person.id, action="person_changed")


def _memberships(roles: Iterable[Role]) -> list[Membership]:
    return [Membership(role=role, department_id=department_id) for role, department_id in roles]


def hash_of_roles(roles: Iterable[Role]) -> str:
    """What changing them needs to name, so that nobody changes what they have not seen."""
    return sha256("\n".join(_written(roles)))


def _written(roles: Iterable[Role]) -> list[str]:
    """Roles as the audit trail keeps them: "staff:3", "administrator"."""
    return sorted(role if place is None else f"{role}:{place}" for role, place in roles)


def _lock_administrators(session: Session) -> None:
    """Two administrators who remove each other at once wait for each other."""
    session.execute(
        select(Membership.id)
        .where(Membership.role == "administrator")
        .order_by(Membership.id)
        .with_for_update()
    )


def _require_administrator(session: Session) -> None:
    left = session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role == "administrator",
            Person.active.is_(True),
            Person.joined_at.is_not(None),
        )
    )
    if not left:
        raise LastAdministrator("nobody would be left who can let others in")
