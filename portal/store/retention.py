"""How long what residents wrote is kept, and taking it out when its time is over.

Addresses go so many days, and words so many months, after the last thing that happened in their
case; those of partners as many days after their last link or signature. The same questions choose
what goes now and foretell what will.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.models.loops import LoopEvent
from portal.models.partners import CoDecision, PartnerContact, Signature
from portal.models.remarks import Remark
from portal.models.running import Setting
from portal.models.submissions import Contact, PeriodKey, Submission, Throttle
from portal.store import audit
from portal.store.comments import Cause, redact_case
from portal.store.content import raise_content_version
from portal.store.secrets import PERIOD_DAYS, period_of

CONTACT_DAYS = (30, 90)  # residents were promised 90 days, so a city may only ask for fewer
COMMENT_MONTHS = (6, 120)
KEEP_COUNTS = timedelta(days=2)
SIGN_IN_HOURS = 12  # then a sign-in ends by itself
KEEP_SIGN_INS = timedelta(days=30)
AHEAD = timedelta(days=30)
_DAYS_OF_MONTH = 30.44
_CONTACTS, _COMMENTS = "retention:contact_days", "retention:comment_months"


@dataclass(frozen=True)
class Periods:
    """How long things are kept; comments for good where no number of months is given."""

    contact_days: int = CONTACT_DAYS[1]
    comment_months: int | None = None

    @property
    def key(self) -> str:
        """Both in one short text: the same periods always give the same."""
        return f"{self.contact_days}-{self.comment_months or ''}"

    @property
    def contact(self) -> timedelta:
        """How long an address is kept after the last event."""
        return timedelta(days=self.contact_days)

    @property
    def comment(self) -> timedelta | None:
        """How long a resident's words are kept after the last event."""
        if self.comment_months is None:
            return None
        return timedelta(days=round(self.comment_months * _DAYS_OF_MONTH))


@dataclass(frozen=True)
class Due:
    """How many of each kind go."""

    contacts: int
    comments: int
    period_secrets: int
    counts: int


def get_periods(session: Session) -> Periods:
    """The periods in force."""
    rows = session.execute(
        select(Setting.name, Setting.value).where(Setting.name.in_((_CONTACTS, _COMMENTS)))
    )
    values = {row.name: int(row.value) for row in rows}
    return Periods(values.get(_CONTACTS, Periods.contact_days), values.get(_COMMENTS))


def set_periods(session: Session, periods: Periods) -> None:
    """Change the periods; the worker goes by them from its next round. Raises ValueError."""
    low, high = CONTACT_DAYS
    if not low <= periods.contact_days <= high:
        raise ValueError(f"addresses are kept {low} to {high} days")
    session.merge(Setting(name=_CONTACTS, value=str(periods.contact_days)))
    low, high = COMMENT_MONTHS
    if periods.comment_months is None:
        kept = session.get(Setting, _COMMENTS)
        if kept is not None:
            session.delete(kept)
    elif low <= periods.comment_months <= high:
        session.merge(Setting(name=_COMMENTS, value=str(periods.comment_months)))
    else:
        raise ValueError(f"comments are kept {low} to {high} months")
    raise_content_version(session)


def count_due(session: Session, periods: Periods, *, at: datetime, on: date) -> Due:
    """What would go at that moment under these periods, if nothing more happened until then."""
    comments = _expired_comments(at - periods.comment) if periods.comment else None
    return Due(
        contacts=_count(session, _expired_contacts(at - periods.contact))
        + _count(session, _expired_partners(at - periods.contact)),
        comments=_count(session, comments) if comments is not None else 0,
        period_secrets=_count(
            session, select(PeriodKey.period).where(PeriodKey.period < period_of(on))
        ),
        counts=_count(session, select(Throttle.key).where(Throttle.window_at < at - KEEP_COUNTS)),
    )


def next_period_on(today: date) -> date:
    """The day on which the secret of today's period is destroyed."""
    return date.fromordinal((period_of(today) + 1) * PERIOD_DAYS)


def purge_contacts(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Erase the addresses whose time is over; returns how many."""
    statement = _expired_contacts(now - get_periods(session).contact)
    ids = session.scalars(statement.order_by(Contact.submission_id).limit(limit)).all()
    session.execute(
        update(Contact)
        .where(Contact.submission_id.in_(ids))
        .values(email_encrypted=None, email_hash=None, erased_at=now)
    )
    return len(ids)


def purge_partner_addresses(session: Session, *, now: datetime) -> int:
    """Erase the addresses of partners whose time is over; returns how many."""
    expired = _expired_partners(now - get_periods(session).contact)
    ids = session.scalars(expired.order_by(PartnerContact.partner_id).with_for_update()).all()
    session.execute(delete(PartnerContact).where(PartnerContact.partner_id.in_(ids)))
    for partner_id in ids:
        audit.record(
            session, at=now, person_id=None, action="partner_address_erased", subject="partner",
            subject_id=partner_id,
        )  # fmt: skip
    return len(ids)


def redact_expired(session: Session, *, now: datetime, today: date, limit: int = 100) -> int:
    """Take out the words whose time is over, as a redaction that everybody sees; returns how many.

    Ratings, hashes and figures stay.
    """
    keep = get_periods(session).comment
    if keep is None:
        return 0
    ids: Sequence[int] = session.scalars(
        _expired_comments(now - keep).order_by(Submission.id).limit(limit)
    ).all()
    for submission_id in ids:
        redact_case(session, submission_id, cause=Cause(reason="expired"), now=now, today=today)
    return len(ids)


def _expired_contacts(before: datetime) -> Select[int]:
    return select(Contact.submission_id).where(Contact.erased_at.is_(None), is_over(before))


def _expired_partners(before: datetime) -> Select[int]:
    """Partners whose address nobody has said or used since then, for a link or a signature."""
    is_used = (
        select(Signature.co_decision_id)
        .join(CoDecision, CoDecision.id == Signature.co_decision_id)
        .where(
            CoDecision.partner_id == PartnerContact.partner_id,
            or_(Signature.made_at >= before, Signature.signed_at >= before),
        )
        .exists()
    )
    return select(PartnerContact.partner_id).where(PartnerContact.set_at < before, ~is_used)


def is_over(before: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """For a query over `Contact`: neither it nor anything in its case is younger than that."""
    return (Contact.created_at < before) & _is_quiet_since(Contact.submission_id, before)


def _expired_comments(before: datetime) -> Select[int]:
    """Cases with words of their residents, of which nothing is younger than that."""
    of_case = Remark.submission_id == Submission.id
    return select(Submission.id).where(
        or_(Submission.comment.is_not(None), exists().where(of_case, Remark.text.is_not(None))),
        Submission.received_at < before,
        ~exists().where(of_case, Remark.written_at >= before),
        _is_quiet_since(Submission.id, before),
    )


def _is_quiet_since(
    submission_id: InstrumentedAttribute[int], before: datetime | ColumnElement[datetime]
) -> ColumnElement[bool]:
    """Nothing has happened in the case since then."""
    return ~(
        select(LoopEvent.id)
        .where(LoopEvent.submission_id == submission_id, LoopEvent.at >= before)
        .exists()
    )


def _count(session: Session, statement: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0
