"""Second factors: an app for one-time codes (TOTP, RFC 6238), codes for the day it is lost."""

from __future__ import annotations

import secrets as random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from passlib.exc import TokenError
from passlib.totp import TOTP
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.accounts.operations.notices import note
from portal.models.people import Authenticator, Passkey, RecoveryCode
from portal.store import throttle
from portal.store.secrets import RECEIPT_ALPHABET, Secrets

RECOVERY_CODES = 10
_CODE_LENGTH = 10  # 50 bits each; tries are limited, and the hashes are keyed


@dataclass(frozen=True)
class NewKey:
    """The secret of an app that is being set up, as text and as the address of its QR code."""

    secret: str
    uri: str

    @classmethod
    def of(cls, secret: str, email: str, city: str) -> NewKey:
        """As apps read it; the city's name shows in the app."""
        uri = TOTP(key=secret).to_uri(email, city.replace(":", " "))
        return cls(" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), uri)


def begin_authenticator(session: Session, *, person_id: int, secrets: Secrets) -> None:
    """Make a secret for an app, unless one is waiting for its first code or in use."""
    if session.get(Authenticator, person_id, with_for_update=True) is None:
        secret = TOTP(new=True).base32_key
        session.add(Authenticator(person_id=person_id, secret_encrypted=secrets.encrypt(secret)))


def confirm_authenticator(
    session: Session, *, now: datetime, person_id: int, code: str, secrets: Secrets
) -> bool:
    """The first code from the app: from now on it counts. Returns whether the code was right."""
    row = session.get(Authenticator, person_id, with_for_update=True)
    if row is None or row.confirmed_at is not None or not _accepts(row, code, now, secrets):
        return False
    row.confirmed_at = now
    note(session, now=now, by=person_id, person_id=person_id, action="authenticator_added")
    return True


def check_code(
    session: Session, *, now: datetime, person_id: int, code: str, secrets: Secrets
) -> str | None:
    """Whether a code is right, from the app ("totp") or a recovery code ("recovery"); else None.

    No code is taken twice, not even by two requests at once: the row is locked first.
    """
    plain = normalise_code(code)
    row = session.get(Authenticator, person_id, with_for_update=True)
    if row is not None and row.confirmed_at is not None and _accepts(row, plain, now, secrets):
        return "totp"
    spare = session.scalar(
        select(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == secrets.recovery_hash(person_id, plain),
            RecoveryCode.used_at.is_(None),
        )
        .with_for_update()
    )
    if spare is None:
        return None
    spare.used_at = now
    note(session, now=now, by=person_id, person_id=person_id, action="recovery_code_used")
    return "recovery"


def _accepts(row: Authenticator, code: str, now: datetime, secrets: Secrets) -> bool:
    """Whether the app shows this code, now or half a minute earlier or later; remembers it."""
    try:
        found = TOTP(key=secrets.decrypt(row.secret_encrypted)).match(
            normalise_code(code), time=now, window=30, last_counter=row.last_counter
        )
    except TokenError:  # wrong, malformed, or used before
        return False
    row.last_counter = found.counter
    return True


def normalise_code(code: str) -> str:
    """A code without the spaces and hyphens that people type, in capitals."""
    return "".join(letter for letter in code.upper() if letter.isascii() and letter.isalnum())


def make_recovery_codes(
    session: Session, *, now: datetime, person_id: int, secrets: Secrets
) -> list[str]:
    """New recovery codes; the earlier ones are worth nothing. They are returned, never kept."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [
        "".join(random.choice(RECEIPT_ALPHABET) for _ in range(_CODE_LENGTH))
        for _ in range(RECOVERY_CODES)
    ]
    session.add_all(
        RecoveryCode(person_id=person_id, code_hash=secrets.recovery_hash(person_id, code))
        for code in codes
    )
    note(session, now=now, by=person_id, person_id=person_id, action="recovery_codes_made")
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def add_passkey(
    session: Session, *, now: datetime, person_id: int, credential_id: str, public_key: bytes,
    sign_count: int, name: str, challenge: bytes, asked_at: datetime,
) -> bool:  # fmt: skip
    """Keep a new passkey; returns whether it is a new one, and the first answer to its question."""
    if not is_first_answer(session, challenge=challenge, asked_at=asked_at):
        return False
    known = session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id))
    if known is not None:
        return False
    session.add(
        Passkey(
            person_id=person_id, credential_id=credential_id, public_key=public_key,
            sign_count=sign_count, name=name, created_at=now,
        )
    )  # fmt: skip
    note(session, now=now, by=person_id, person_id=person_id, action="passkey_added")
    return True


def note_passkey_used(
    session: Session, *, passkey_id: int, sign_count: int, today: date, challenge: bytes,
    asked_at: datetime,
) -> bool:  # fmt: skip
    """Remember how often it signed: a copy of it would count on its own.

    Returns whether it is the first answer to this question.
    """
    if not is_first_answer(session, challenge=challenge, asked_at=asked_at):
        return False
    row = session.get_one(Passkey, passkey_id, with_for_update=True)
    row.sign_count, row.last_used_on = sign_count, today
    return True


def is_first_answer(session: Session, *, challenge: bytes, asked_at: datetime) -> bool:
    """Whether a passkey's question was never answered before."""
    wait = throttle.count_within(
        session, scope="passkey-answer", key=challenge.hex(), now=asked_at,
        length=timedelta(days=1), limit=1,
    )  # fmt: skip
    return wait is None


def remove_passkey(
    session: Session, *, now: datetime, person_id: int, passkey_id: int, is_required: bool
) -> bool:
    """Take one of a person's passkeys away; False for the last factor that they must have.

    One that is gone already, as after a second press, needs no more taking away.
    """
    row = session.get(Passkey, passkey_id, with_for_update=True)
    if row is None or row.person_id != person_id:
        return True
    if is_required and count_factors(session, person_id) < 2:
        return False
    session.delete(row)
    session.flush()
    note(session, now=now, by=person_id, person_id=person_id, action="passkey_removed")
    return True


def remove_authenticator(
    session: Session, *, now: datetime, person_id: int, is_required: bool
) -> bool:
    """Take the app away; False for the last factor that the person must have.

    A key that no code was ever right for never counted: nobody is told that it is gone.
    """
    row = session.get(Authenticator, person_id, with_for_update=True)
    if row is None:
        return True
    if row.confirmed_at is None:
        session.delete(row)
        return True
    if is_required and count_factors(session, person_id) < 2:
        return False
    session.delete(row)
    session.flush()
    note(session, now=now, by=person_id, person_id=person_id, action="authenticator_removed")
    return True


def remove_all_factors(session: Session, *, person_id: int) -> None:
    """An administrator lets somebody begin anew who lost what they had."""
    for table in (Authenticator, RecoveryCode, Passkey):
        session.execute(delete(table).where(table.person_id == person_id))


def count_factors(session: Session, person_id: int) -> int:
    """How many second factors the person has; recovery codes are none of their own."""
    passkeys = session.scalar(
        select(func.count()).select_from(Passkey).where(Passkey.person_id == person_id)
    )
    row = session.get(Authenticator, person_id)
    return (passkeys or 0) + (row is not None and row.confirmed_at is not None)
