"""Second factors of test people: whoever must have one, has recovery codes and an app."""

from __future__ import annotations

from datetime import datetime

from passlib.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.people import Authenticator, Membership, RecoveryCode
from portal.store.secrets import Secrets
from tests.support.moment import this_moment

APP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SPARE_CODES = 5  # as many as any test uses up


def code_now(seconds: int = 0, at: datetime | None = None) -> str:
    """What the app shows, some seconds from now."""
    moment = int((at or this_moment()).timestamp()) + seconds
    return str(TOTP(key=APP_KEY).generate(time=moment).token)


def give_factors(session: Session, secrets: Secrets) -> None:
    """Give an app and recovery codes to everybody who must have a second factor and has none."""
    powerful = session.scalars(
        select(Membership.person_id)
        .where(Membership.role.in_(("manager", "administrator")))
        .distinct()
    ).all()
    for person_id in powerful:
        give_factor(session, person_id, secrets)


def give_factor(session: Session, person_id: int, secrets: Secrets) -> None:
    """Give an app and recovery codes to one person."""
    if session.get(Authenticator, person_id) is not None:
        return
    session.add(
        Authenticator(
            person_id=person_id,
            secret_encrypted=secrets.encrypt(APP_KEY),
            confirmed_at=this_moment(),
        )
    )
    session.add_all(
        RecoveryCode(person_id=person_id, code_hash=secrets.recovery_hash(person_id, code))
        for code in map(spare_code, range(SPARE_CODES))
    )
    session.flush()


def spare_code(number: int) -> str:
    """One of the recovery codes of every test person."""
    return f"SPARE{number:05}"
