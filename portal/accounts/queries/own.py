"""What people see about their own account, and what a mailed link says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.operations.factors import NewKey
from portal.accounts.operations.open_links import is_open
from portal.models.people import (
    AccountLink,
    Authenticator,
    Passkey,
    Person,
    RecoveryCode,
    SignIn,
)
from portal.store.retention import SIGN_IN_HOURS
from portal.store.secrets import Secrets, sha256
from portal.store.undelivered import find_undelivered_to


@dataclass(frozen=True)
class OpenSignIn:
    """One browser in which a person is signed in."""

    id: int
    device: str
    created_at: datetime
    last_seen_on: date


_FRESH = timedelta(days=8)  # until the next weekly mail has gone out, and arrived or not


def find_refused_mail(session: Session, person_id: int, now: datetime) -> datetime | None:
    """When mail to this person was last refused by whoever keeps their mailbox; None for lately."""
    return find_undelivered_to(session, person_id, since=now - _FRESH)


@dataclass(frozen=True)
class Factors:
    """A person's second factors."""

    has_app: bool
    recovery_codes_left: int
    passkeys: list[Passkey]

    @property
    def count(self) -> int:
        """How many there are; recovery codes are none of their own."""
        return len(self.passkeys) + self.has_app


@dataclass(frozen=True)
class Link:
    """What a mailed link is for."""

    kind: str
    name: str
    email: str
    lang: str
    is_open: bool


def list_sign_ins(session: Session, *, person_id: int, now: datetime) -> list[OpenSignIn]:
    """Where a person is signed in, the newest first."""
    rows = session.execute(
        select(SignIn.id, SignIn.device, SignIn.created_at, SignIn.last_seen_on)
        .where(
            SignIn.person_id == person_id,
            SignIn.ended_at.is_(None),
            SignIn.created_at > now - timedelta(hours=SIGN_IN_HOURS),
        )
        .order_by(SignIn.id.desc())
    )
    return [OpenSignIn(*row) for row in rows]


def get_factors(session: Session, person_id: int) -> Factors:
    """A person's second factors."""
    app = session.get(Authenticator, person_id)
    left = session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    )
    keys = session.scalars(
        select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    ).all()
    return Factors(app is not None and app.confirmed_at is not None, left or 0, list(keys))


def find_new_key(
    session: Session, *, person_id: int, email: str, city: str, secrets: Secrets
) -> NewKey | None:
    """The secret of an app that waits for its first code; never of one that is in use."""
    row = session.get(Authenticator, person_id)
    if row is None or row.confirmed_at is not None:
        return None
    return NewKey.of(secrets.decrypt(row.secret_encrypted), email, city)


def find_link(session: Session, token: str, *, kind: str, now: datetime) -> Link | None:
    """What a link of this kind is for; None when there is no such one."""
    row = session.execute(
        select(AccountLink, Person.name, Person.email, Person.lang, Person.active)
        .join(Person, Person.id == AccountLink.person_id)
        .where(AccountLink.token_hash == sha256(token), AccountLink.kind == kind)
    ).one_or_none()
    if row is None:
        return None
    link, name, email, lang, is_active = row
    return Link(kind, name, email, lang, is_open(link, now) and is_active)


def find_passkey(session: Session, credential_id: str) -> Passkey | None:
    """The passkey with this number, of somebody who may sign in."""
    return session.scalar(
        select(Passkey)
        .join(Person, Person.id == Passkey.person_id)
        .where(Passkey.credential_id == credential_id, Person.active.is_(True))
    )


def find_password(session: Session, person_id: int) -> str | None:
    """The hash of a person's password."""
    return session.scalar(select(Person.password).where(Person.id == person_id))
