"""How long things are kept: what goes, what a dry run foretells, and what stays for good."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from portal.models import Base
from portal.models.case_work import Redaction
from portal.models.loops import LoopEvent
from portal.models.remarks import Remark
from portal.models.running import AuditEvent
from portal.models.submissions import Contact, PeriodKey, Submission
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.remarks import Written, remark_values
from portal.store.retention import Periods, count_due, get_periods, set_periods
from portal.store.secrets import period_of
from portal.worker import purge
from tests.features.admin.conftest import Visitor
from tests.support.cases import send_case
from tests.support.city import City
from tests.support.client import response_page

WORDS = "Zanzibar lamp, call 555 0100"
APPEND_ONLY = ("loop_event", "audit_event")


@pytest.fixture
def clock(app: Flask) -> Clock:
    found: Clock = app.extensions["portal"].clock
    return found


@pytest.fixture
def cases(store: Store, city: City, clock: Clock) -> tuple[int, int]:
    """A case of 400 days ago and one of 80 days ago, both with words and an address."""
    now = clock.now()

    def write(session: Session) -> tuple[int, int]:
        old, new = (_case(session, city, now - timedelta(days=days)) for days in (400, 80))
        for ago in (0, 1):
            session.add(PeriodKey(period=period_of(clock.today()) - ago, secret=b"x" * 32))
        return old, new

    return store.write(write)


def _case(session: Session, city: City, at: datetime) -> int:
    case = send_case(session, city.lights, at, comment=WORDS)
    session.add(
        Contact(
            submission_id=case, email_encrypted=b"x", email_hash="h", token_hash=f"t{case}",
            created_at=at,
        )
    )  # fmt: skip
    return case


def comment(store: Store, case: int) -> str | None:
    with store.read() as session:
        return session.get_one(Submission, case).comment


def test_comments_stay_until_a_city_says_otherwise(
    store: Store, clock: Clock, cases: tuple[int, int]
) -> None:
    assert purge(store, clock) == 1  # the address of the old case
    assert comment(store, cases[0]) == WORDS


def test_what_goes_is_what_was_foretold_and_the_record_keeps_no_words(
    store: Store, clock: Clock, cases: tuple[int, int]
) -> None:
    old, new = cases
    store.write(set_periods, Periods(90, 12))
    now = clock.now()
    with store.read() as session:
        periods = get_periods(session)
        due = count_due(session, periods, at=now, on=clock.today())
        later = now + timedelta(days=30)
        soon = count_due(session, periods, at=later, on=clock.day(later))
    assert (due.contacts, due.comments, due.period_secrets) == (1, 1, 1)
    assert (soon.contacts, soon.comments) == (2, 1)
    assert purge(store, clock) == 2
    assert purge(store, clock) == 0
    assert (comment(store, old), comment(store, new)) == (None, WORDS)
    with store.read() as session:
        after = count_due(session, periods, at=now, on=clock.today())
        (redaction,) = session.scalars(select(Redaction))
        assert (redaction.submission_id, redaction.reason) == (old, "expired")
        kept = [row for name in APPEND_ONLY for row in session.execute(select(_table(name)))]
    assert (after.contacts, after.comments, after.period_secrets) == (0, 0, 0)
    assert kept
    assert not any("Zanzibar" in str(row) or "555" in str(row) for row in kept)


def test_words_to_answers_go_with_their_case_and_keep_it_while_they_are_young(
    store: Store, city: City, clock: Clock, cases: tuple[int, int]
) -> None:
    old, _new = cases
    now = clock.now()

    def write(session: Session) -> tuple[int, int]:
        wordless, young = (send_case(session, city.lights, now - timedelta(days=400)) for _ in "12")
        for case, days in ((old, 390), (wordless, 390), (young, 20)):
            _say(session, case, now - timedelta(days=days))
        return wordless, young

    wordless, young = store.write(write)
    store.write(set_periods, Periods(90, 12))
    with store.read() as session:
        due = count_due(session, get_periods(session), at=now, on=clock.today())
    assert due.comments == 2
    purge(store, clock)
    with store.read() as session:
        texts = {one.submission_id: one.text for one in session.scalars(select(Remark))}
        redactions = session.scalars(select(Redaction)).all()
        after = count_due(session, get_periods(session), at=now, on=clock.today())
    assert texts == {old: None, wordless: None, young: WORDS}
    assert {(one.submission_id, one.reason) for one in redactions} == {
        (old, "expired"),
        (wordless, "expired"),
    }
    assert after.comments == 0


def _say(session: Session, case: int, at: datetime) -> None:
    event_id = session.scalar(select(func.max(LoopEvent.id)).where(LoopEvent.submission_id == case))
    values = remark_values(Written(text=WORDS, lang="en"), f"token {case}", at)
    session.add(Remark(submission_id=case, event_id=event_id, **values))


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def test_an_administrator_sees_what_would_go_before_it_goes(
    admin: Visitor, store: Store, clock: Clock, cases: tuple[int, int]
) -> None:
    admin.get("retention/")
    sent = {"contact_days": "60", "comment_months": "12"}
    trial = admin.post("retention/", **sent)
    assert trial.status_code == 422
    page = response_page(trial)
    assert "Nothing is changed yet" in page.words()
    assert "Email addresses22" in page.words()
    with store.read() as session:
        assert get_periods(session) == Periods()
    assert admin.post("retention/", **sent, seen=page.value("seen")).status_code == 303
    with store.read() as session:
        assert get_periods(session) == Periods(60, 12)
        (event,) = session.scalars(select(AuditEvent).filter_by(action="retention_changed"))
    assert event.detail["contact_days_before"] == 90
    assert "60 days after" in response_page(admin.client.get("/en/privacy/")).words()
    assert purge(store, clock) == 3
    assert comment(store, cases[0]) is None


@pytest.mark.parametrize(
    ("days", "months"), [("91", ""), ("29", ""), ("٦٠", ""), ("", ""), ("60", "5"), ("60", "x")]
)
def test_periods_that_make_no_sense_are_refused(
    admin: Visitor, store: Store, days: str, months: str
) -> None:
    admin.get("retention/")
    seen = f"{days}-{months}"
    answer = admin.post("retention/", contact_days=days, comment_months=months, seen=seen)
    assert answer.status_code == 422
    with store.read() as session:
        assert get_periods(session) == Periods()
