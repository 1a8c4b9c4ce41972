"""Links that people get by mail: an invitation, and one to choose a new password.

A link works once. It outlives neither its time, nor a newer one, nor the person's account, and an
invitation not the person's first sign-in, whichever way they came (`begin_sign_in`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import passwords
from portal.accounts.operations.notices import note
from portal.accounts.operations.open_links import is_open, revoke_links
from portal.accounts.operations.sign_ins import end_all
from portal.models.people import AccountLink, Person
from portal.store import outbox, throttle
from portal.store.integrity.own_seals import seal_rows
from portal.store.secrets import Secrets, new_token, sha256

INVITATION_DAYS = 7
RESET_HOURS = 1
VALID = {
    "invitation": timedelta(days=INVITATION_DAYS),
    "reset": timedelta(hours=RESET_HOURS),
}
HOUR = timedelta(hours=1)
RESET_LIMIT = ("reset-address", 3)
RESET_PREFIX_LIMIT = ("reset-prefix", 20)


def post_link(
    session: Session, *, now: datetime, person_id: int, kind: str, by: int | None, secrets: Secrets
) -> int:
    """Make a link and have it mailed; earlier ones of its kind are revoked. Returns its number."""
    revoke_links(session, now=now, person_id=person_id, kind=kind)
    row = AccountLink(
        person_id=person_id, kind=kind, made_by=by, made_at=now, expires_at=now + VALID[kind],
        token_hash=sha256(new_token()),  # until it has the number that its own is made of
    )  # fmt: skip
    session.add(row)
    session.flush()
    row.token_hash = sha256(secrets.account_token(row.id, now))
    seal_rows(session, AccountLink.__tablename__, [row.id])
    outbox.post(session, "account_link", mail_key(row), now=now, link_id=row.id)
    return row.id


def mail_key(link: AccountLink) -> str:
    """What the mail with a link is called in the outbox."""
    return f"account-link:{link.token_hash}"


def ask_for_reset(
    session: Session, *, now: datetime, email: str, prefix_hash: str, secrets: Secrets
) -> int | None:
    """Mail a link to choose a new password to whoever signs in with this address.

    Whether somebody does, nobody learns. Returns the seconds to wait where a network asks too
    often; an address that is asked for too often gets no more mail, without a word.
    """
    scope, limit = RESET_PREFIX_LIMIT
    wait = throttle.count_within(
        session, scope=scope, key=prefix_hash, now=now, length=HOUR, limit=limit
    )
    if wait is not None:
        return wait
    address = email.strip().casefold()
    scope, limit = RESET_LIMIT
    is_too_often = throttle.count_within(
        session, scope=scope, key=secrets.email_hash(address), now=now, length=HOUR, limit=limit
    )
    person = session.scalar(select(Person).where(Person.email == address))
    if is_too_often or person is None or not person.active or person.joined_at is None:
        return None
    post_link(session, now=now, person_id=person.id, kind="reset", by=None, secrets=secrets)
    return None


def accept_invitation(
    session: Session, *, now: datetime, token: str, name: str, password: str, lang: str
) -> bool:
    """Somebody who was invited chooses name and password. Returns whether the link was good.

    Raises PasswordError, and the link stays good.
    """
    person = _use(session, now, token, "invitation", password)
    if person is None:
        return False
    person.name, person.lang, person.joined_at = name.strip(), lang, now
    note(session, now=now, by=person.id, person_id=person.id, action="invitation_accepted")
    return True


def reset_password(session: Session, *, now: datetime, token: str, password: str) -> bool:
    """Choose a new password by a mailed link; every sign-in ends. Returns whether it was good.

    Raises PasswordError, and the link stays good. The second factor is still asked for.
    """
    person = _use(session, now, token, "reset", password)
    if person is None:
        return False
    end_all(session, now=now, person_id=person.id, by=person.id)
    note(session, now=now, by=person.id, person_id=person.id, action="password_reset")
    return True


def _use(session: Session, now: datetime, token: str, kind: str, password: str) -> Person | None:
    link = session.scalar(
        select(AccountLink).where(AccountLink.token_hash == sha256(token)).with_for_update()
    )
    if link is None or link.kind != kind or not is_open(link, now):
        return None
    person = session.get_one(Person, link.person_id, with_for_update=True)
    if not person.active:
        return None
    passwords.require_good(password, person.email)
    person.password = passwords.hash_password(password)
    link.used_at = now
    return person


def change_password(
    session: Session, *, now: datetime, person_id: int, password: str, token: str
) -> None:
    """A person chooses a new password; their other sign-ins and open links end.

    Raises PasswordError.
    """
    person = session.get_one(Person, person_id, with_for_update=True)
    passwords.require_good(password, person.email)
    person.password = passwords.hash_password(password)
    revoke_links(session, now=now, person_id=person_id)
    end_all(session, now=now, person_id=person_id, by=person_id, but=token)
    note(session, now=now, by=person_id, person_id=person_id, action="password_changed")
