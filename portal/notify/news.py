"""Subscribing to the week's answers: asked for, confirmed, left again, and posted once a week.

The address is kept encrypted and goes with the row. Nothing links it to what somebody sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.warning import monday_of
from portal.models.news import NewsSubscription
from portal.models.running import Outbox
from portal.store import outbox
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.secrets import Secrets, sha256
from portal.store.throttle import require_room

FROM_HOUR = 8  # of the city's Monday
BATCH = 500
FORGET_AFTER = timedelta(days=7)  # who never confirmed
OF_PREFIX_HOURLY = 20


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What the news are about: a service, a district, or all of it."""

    service_id: int | None = None
    district: str | None = None

    def is_same(self) -> ColumnElement[bool]:
        """Whether a subscription is about it."""
        return NewsSubscription.service_id.is_not_distinct_from(
            self.service_id
        ) & NewsSubscription.district.is_not_distinct_from(self.district)


def subscribe(
    session: Session,
    *,
    now: datetime,
    email: str,
    lang: str,
    subject: Subject,
    prefix_key: str,
    secrets: Secrets,
) -> None:
    """Ask the address's owner whether they want it; whoever has it already is asked nothing.

    Raises LimitReached where too much comes from one network.
    """
    require_room(
        session, scope="news-prefix", key=prefix_key, now=now, length=timedelta(hours=1),
        limit=OF_PREFIX_HOURLY,
    )  # fmt: skip
    row = _find_or_add(
        session,
        NewsSubscription(
            lang=lang,
            service_id=subject.service_id,
            district=subject.district,
            email_encrypted=secrets.encrypt(email),
            email_hash=secrets.email_hash(email),
            token_hash=sha256(f"not issued:{secrets.email_hash(email)}:{subject}"),
            created_at=now,
        ),
    )
    if row is None or row.confirmed_at is not None:
        return
    row.lang = lang  # of the page on which it was asked for last
    row.token_hash = sha256(secrets.news_token(row.id, row.created_at))
    outbox.post(
        session, "confirm_news", f"confirm-news:{row.id}:{row.token_hash[:16]}:{now.date()}",
        now=now, subscription_id=row.id,
    )  # fmt: skip


def _find_or_add(session: Session, new: NewsSubscription) -> NewsSubscription | None:
    """The subscription of this address to this subject; None where another one was quicker."""
    subject = Subject(service_id=new.service_id, district=new.district)
    known = session.scalar(
        select(NewsSubscription).where(
            NewsSubscription.email_hash == new.email_hash, subject.is_same()
        )
    )
    if known is not None:
        return known
    try:
        with session.begin_nested():
            session.add(new)
            session.flush()
    except IntegrityError:
        return None
    return new


def find_subscription(session: Session, token: str) -> NewsSubscription | None:
    """Whose link this is; None when nobody's (any more)."""
    return session.scalar(
        select(NewsSubscription).where(NewsSubscription.token_hash == sha256(token))
    )


def list_pending(session: Session, row: NewsSubscription) -> Sequence[NewsSubscription]:
    """What the same address has asked for and not confirmed, this one included."""
    return session.scalars(
        select(NewsSubscription)
        .where(
            NewsSubscription.email_hash == row.email_hash, NewsSubscription.confirmed_at.is_(None)
        )
        .order_by(NewsSubscription.id)
    ).all()


def confirm(session: Session, *, now: datetime, token: str) -> bool:
    """The owner wants what was asked for with the address, since one question a day is asked.

    Returns whether there is such a link.
    """
    row = find_subscription(session, token)
    if row is None:
        return False
    session.execute(
        update(NewsSubscription)
        .where(
            NewsSubscription.email_hash == row.email_hash, NewsSubscription.confirmed_at.is_(None)
        )
        .values(confirmed_at=now)
    )
    return True


def list_leaving(session: Session, row: NewsSubscription) -> Sequence[NewsSubscription]:
    """What leaving by this link ends: itself, or all that was asked for and not confirmed.

    One yes stands for all of those, so one no does too.
    """
    return [row] if row.confirmed_at is not None else list_pending(session, row)


def is_kept_beside(session: Session, rows: Sequence[NewsSubscription]) -> bool:
    """Whether the address of these is kept for something else too."""
    others = select(NewsSubscription.id).where(
        NewsSubscription.email_hash == rows[0].email_hash,
        NewsSubscription.id.not_in([row.id for row in rows]),
    )
    return session.scalar(others.limit(1)) is not None


def leave(session: Session, *, token: str) -> bool:
    """No more of it: the rows go, and the address with the last. Returns whether there were any."""
    row = find_subscription(session, token)
    if row is None:
        return False
    for one in list_leaving(session, row):
        session.delete(one)
    return True


def drop_refused(session: Session, *, job_id: int) -> None:
    """The mail server knows no such address: nothing is sent there any more."""
    job = session.get(Outbox, job_id)
    subscription_id = job.detail.get("subscription_id") if job is not None else None
    if subscription_id is not None:
        session.execute(delete(NewsSubscription).where(NewsSubscription.id == subscription_id))


def post_news(store: Store, clock: Clock) -> int:
    """Ask for the week's mails, each once, and forget who never confirmed; returns how many."""
    now = clock.now()
    store.write(_forget, now)
    today, local = clock.day(now), now.astimezone(clock.zone)
    monday = monday_of(today)
    if today == monday and local.hour < FROM_HOUR:
        return 0
    begin = datetime.combine(monday, time(), clock.zone)
    posted = 0
    while count := store.write(_post, now, monday, begin):
        posted += count
    return posted


def _post(session: Session, now: datetime, monday: date, begin: datetime) -> int:
    rows = session.scalars(
        select(NewsSubscription)
        .where(
            NewsSubscription.confirmed_at < begin,
            NewsSubscription.asked_on.is_(None) | (NewsSubscription.asked_on < monday),
        )
        .order_by(NewsSubscription.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.asked_on = monday
        outbox.post(
            session, "news", f"news:{row.id}:{row.token_hash[:16]}:{monday.isoformat()}", now=now,
            subscription_id=row.id, monday=monday.isoformat(),
        )  # fmt: skip
    return len(rows)


def _forget(session: Session, now: datetime) -> None:
    session.execute(
        delete(NewsSubscription).where(
            NewsSubscription.confirmed_at.is_(None),
            NewsSubscription.created_at < now - FORGET_AFTER,
        )
    )
