"""How much mail an address and a domain get (SECURITY.md T8): nobody floods anybody through us."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.models.running import Outbox
from portal.models.submissions import Contact
from portal.notify.stationery import Nothing, Stationery
from portal.store import throttle
from portal.store.outbox import COVERED

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
QUESTIONS_A_DAY = 1  # whether an address is right
LETTERS_A_DAY = 10  # answers, invitations and reminders to one address; the rest comes next day
QUESTIONS_OF_DOMAIN_HOURLY = 300  # no stranger makes us write to more people of one domain
SILENCE = timedelta(days=30)  # no new question after somebody unsubscribed


@dataclass(frozen=True)
class _Cap:
    scope: str
    key: str
    limit: int
    length: timedelta

    def is_full(self, session: Session, now: datetime) -> bool:
        count = throttle.get_count(
            session, scope=self.scope, key=self.key, now=now, length=self.length
        )
        return count >= self.limit

    def wait(self, now: datetime) -> Nothing:
        """No mail before there is room again."""
        again_at = throttle.window_start(now, self.length) + self.length
        what = "domain" if self.scope.endswith("domain") else "address"
        return Nothing(f"enough for this {what}", is_final=False, again_at=again_at)

    def count(self, session: Session, now: datetime) -> int:
        return throttle.count_one(
            session, scope=self.scope, key=self.key, now=now, length=self.length
        )


def refuse_question(
    session: Session,
    *,
    now: datetime,
    stationery: Stationery,
    job: Outbox,
    email: str,
    is_covered: Callable[[], bool],
    scope: str = "confirm-address",
) -> Nothing | None:
    """Count the question whether an address is right, once however often it is tried.

    None where it may go. One a day is asked within a `scope`. Where an earlier one can still be
    answered it stands for this too (`is_covered`); else this one waits for its day. That is asked
    once the address is counted: another worker that is sending the earlier one has done so by then.
    """
    if job.detail.get("is_counted"):
        return None
    email_hash = stationery.secrets.email_hash(email)
    silenced = session.scalar(
        select(
            exists().where(
                Contact.email_hash == email_hash, Contact.unsubscribed_at > now - SILENCE
            )
        )
    )
    if silenced:
        return Nothing("unsubscribed")
    of_domain = (
        _Cap("confirm-domain", _domain(stationery, email), QUESTIONS_OF_DOMAIN_HOURLY, HOUR),
        _mail_to_domain(stationery, email),
    )
    full = _find_full(session, now, of_domain)
    if full is not None:
        return full
    of_address = _Cap(scope, email_hash, QUESTIONS_A_DAY, DAY)
    if of_address.count(session, now) > of_address.limit:
        return Nothing(COVERED) if is_covered() else of_address.wait(now)
    _count(session, now, job, of_domain)
    return None


def refuse_letter(
    session: Session, *, now: datetime, stationery: Stationery, job: Outbox, email: str
) -> Nothing | None:
    """Count a letter to a confirmed address, once however often it is tried; None if it may go."""
    if job.detail.get("is_counted"):
        return None
    caps = (
        _Cap("mail-address", stationery.secrets.email_hash(email), LETTERS_A_DAY, DAY),
        _mail_to_domain(stationery, email),
    )
    full = _find_full(session, now, caps)
    if full is None:
        _count(session, now, job, caps)
    return full


def _mail_to_domain(stationery: Stationery, email: str) -> _Cap:
    """Providers take a burst of mail for spam, so it is spread over hours."""
    return _Cap(
        "mail-domain",
        _domain(stationery, email),
        stationery.settings.mail_domain_hourly_limit,
        HOUR,
    )


def _domain(stationery: Stationery, email: str) -> str:
    return stationery.secrets.email_hash(email.rpartition("@")[2])


def _find_full(session: Session, now: datetime, caps: tuple[_Cap, ...]) -> Nothing | None:
    for cap in caps:
        if cap.is_full(session, now):
            return cap.wait(now)
    return None


def _count(session: Session, now: datetime, job: Outbox, caps: tuple[_Cap, ...]) -> None:
    for cap in caps:
        cap.count(session, now)
    job.detail = {**job.detail, "is_counted": True}
