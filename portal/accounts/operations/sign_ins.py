"""Signing in and out: tries are counted, every sign-in has a secret of its own."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts.operations.open_links import revoke_links
from portal.models.people import Authenticator, Person, SignIn
from portal.store import audit, throttle
from portal.store.retention import KEEP_SIGN_INS
from portal.store.secrets import new_token, sha256

WINDOW = timedelta(minutes=15)
DAY = timedelta(days=1)
FRESH = timedelta(minutes=15)  # for so long nobody is asked again who they are
CODE_MINUTES = 10  # between the password and the second factor
# (scope, limit): one network against one address, one address from anywhere, one network at all.
# The first is the lowest, and what it refuses counts towards no other, so that nobody can lock
# somebody else out from one place.
PAIR_LIMIT = ("sign-in-pair", 10)
ADDRESS_LIMIT = ("sign-in-address", 100)
PREFIX_LIMIT = ("sign-in-prefix", 200)
# Codes have six figures. Whoever guesses them knows the password, so the person may be kept out
# for a while: 50 tries a day, of which three codes are right at any time, find one in 18 years.
CODE_LIMIT = ("code", 10)
CODE_DAY_LIMIT = ("code-day", 50)


def count_attempt(
    session: Session, *, now: datetime, email_hash: str | None, prefix_hash: str
) -> int | None:
    """Count one try to sign in; seconds to wait where there were too many, else None.

    `email_hash` is None where no address is named: by a passkey, or through the city's provider. It
    returns rather than raises, so that refused tries are counted as well.
    """
    keys = [(*PREFIX_LIMIT, prefix_hash)]
    if email_hash is not None:
        pair = sha256(f"{email_hash}:{prefix_hash}")
        keys = [(*PAIR_LIMIT, pair), (*ADDRESS_LIMIT, email_hash), *keys]
    for scope, limit, key in keys:
        wait = throttle.count_within(
            session, scope=scope, key=key, now=now, length=WINDOW, limit=limit
        )
        if wait is not None:
            return wait
    return None


def count_code(session: Session, *, now: datetime, person_id: int) -> int | None:
    """Count one try to give a second factor; seconds to wait where there were too many.

    A try that is refused is no guess: it takes nothing from the day's.
    """
    for (scope, limit), length in ((CODE_LIMIT, WINDOW), (CODE_DAY_LIMIT, DAY)):
        wait = throttle.count_within(
            session, scope=scope, key=str(person_id), now=now, length=length, limit=limit
        )
        if wait is not None:
            return wait
    return None


def begin_sign_in(
    session: Session,
    *,
    now: datetime,
    today: date,
    person_id: int,
    device: str = "other",
    factor: str | None = None,
    fresh_at: datetime | None = None,
    previous_token: str | None = None,
) -> str:
    """Sign somebody in whose password was checked; returns the secret of this sign-in.

    The secret is a new one every time, and the browser's earlier one ends. Whoever was invited has
    come now: the mailed invitation opens nothing any more.
    """
    if previous_token is not None:
        end_sign_in(session, now=now, token=previous_token)
    token = new_token()
    session.add(
        SignIn(
            person_id=person_id, token_hash=sha256(token), created_at=now,
            fresh_at=min(fresh_at or now, now),
            last_seen_on=today, device=device, factor=factor,
        )
    )  # fmt: skip
    session.execute(
        update(Person)
        .where(Person.id == person_id, Person.joined_at.is_(None))
        .values(joined_at=now)
    )
    revoke_links(session, now=now, person_id=person_id, kind="invitation")
    audit.record(
        session, at=now, person_id=person_id, action="signed_in", subject="person",
        subject_id=person_id,
    )  # fmt: skip
    return token


def renew_sign_in(
    session: Session,
    *,
    now: datetime,
    token: str,
    factor: str | None = None,
    fresh_at: datetime | None = None,
) -> str:
    """The person showed again who they are, or may do more from now on: a new secret.

    The old one is worth nothing. `factor`: the second factor that was shown, where one was;
    `fresh_at`: when they showed it, where that is not now.
    """
    renewed = new_token()
    values = {"token_hash": sha256(renewed), "fresh_at": min(fresh_at or now, now)}
    session.execute(
        update(SignIn)
        .where(SignIn.token_hash == sha256(token), SignIn.ended_at.is_(None))
        .values(values | ({"factor": factor} if factor else {}))
    )
    return renewed


def end_sign_in(session: Session, *, now: datetime, token: str) -> None:
    """Sign out: the secret is worth nothing from now on."""
    session.execute(
        update(SignIn)
        .where(SignIn.token_hash == sha256(token), SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_one(session: Session, *, now: datetime, person_id: int, sign_in_id: int) -> bool:
    """End one of a person's own sign-ins; returns whether there is such a one.

    One that has ended already, as after a second press, needs no more ending.
    """
    row = session.get(SignIn, sign_in_id, with_for_update=True)
    if row is None or row.person_id != person_id:
        return False
    _forget_waiting_key(session, person_id)
    if row.ended_at is not None:
        return True
    row.ended_at = now
    audit.record(
        session, at=now, person_id=person_id, action="sign_in_ended", subject="person",
        subject_id=person_id,
    )  # fmt: skip
    return True


def end_all(
    session: Session, *, now: datetime, person_id: int, by: int | None, but: str | None = None
) -> int:
    """End all sign-ins of a person, except the one with the secret `but`; returns how many."""
    _forget_waiting_key(session, person_id)
    open_ones = select(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    if but is not None:
        open_ones = open_ones.where(SignIn.token_hash != sha256(but))
    rows = session.scalars(open_ones.with_for_update()).all()
    for row in rows:
        row.ended_at = now
    if rows:
        audit.record(
            session, at=now, person_id=by, action="sign_ins_ended", subject="person",
            subject_id=person_id, count=len(rows),
        )  # fmt: skip
    return len(rows)


def _forget_waiting_key(session: Session, person_id: int) -> None:
    """The key of an app that still waits for its first code ends with a sign-in.

    Whoever was signed in could read it, and would have the second factor once its owner began to
    use it.
    """
    session.execute(
        delete(Authenticator).where(
            Authenticator.person_id == person_id, Authenticator.confirmed_at.is_(None)
        )
    )


def note_seen(session: Session, *, token: str, today: date) -> None:
    """Write down, once a day, that a sign-in is in use."""
    session.execute(
        update(SignIn)
        .where(SignIn.token_hash == sha256(token), SignIn.last_seen_on < today)
        .values(last_seen_on=today)
    )


def forget_ended(session: Session, *, now: datetime) -> None:
    """Delete sign-ins that nobody can use any more, a month after they began."""
    session.execute(delete(SignIn).where(SignIn.created_at < now - KEEP_SIGN_INS))
