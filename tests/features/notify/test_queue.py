"""What administrators see of mail: what waits, what was given up, how the worker's jobs go."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from portal.models.news import NewsSubscription
from portal.models.running import AuditEvent, Outbox, WorkerJob
from portal.notify.queries import mask
from portal.notify.words import _JOBS
from portal.store.engine import Store
from portal.store.secrets import Secrets
from portal.store.undelivered import IS_UNDELIVERED
from portal.store.worker_jobs import note_run
from portal.worker import list_jobs
from tests.features.notify.conftest import Mailbox, Worker
from tests.support.answers import NOW, Office
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk, open_desk
from tests.support.moment import this_moment

Send = Callable[..., int]


class Administration(Desk):
    """An administrator at the page of mail."""

    def __init__(self, app: Flask) -> None:
        """Sign in."""
        super().__init__(app, "admin")
        self.secrets: Secrets = app.extensions["portal"].secrets

    def page(self) -> Page:
        """The page as it is now."""
        page = response_page(self.client.get("/en/admin/mail/"))
        self.token = page.value("csrf_token")
        return page

    def retry(self, mail: str = "") -> None:
        """Press a button."""
        data = {"csrf_token": self.token, "mail": mail}
        assert self.client.post("/en/admin/mail/retry", data=data).status_code == 303


@pytest.fixture
def administration(app: Flask, store: Store, city: City) -> Administration:
    open_desk(store, city)
    return Administration(app)


def test_dead_letters_are_shown_masked_and_tried_again_by_a_button(
    store: Store, administration: Administration, worker: Worker, send: Send, office: Office,
    mailbox: Mailbox,
) -> None:  # fmt: skip
    office.answer([send("en", "later1@mail.example"), send("en", "later2@mail.example")])
    worker.run()
    store.write(_give_up)
    page = administration.page()
    words = page.words()
    assert "2 mails were tried" in words
    assert "l…@mail.example" in words
    assert "later1" not in words
    assert "SMTP 451" in words
    (one, other) = [b.get("value", "") for b in page.all("button") if b.get("name") == "mail"]
    mailbox.is_failing = False
    for wrong in ("x", "²", "0", str(2**70)):
        administration.retry(wrong)
    with store.read() as session:
        given_up = select(Outbox.id).where(Outbox.dead_at.is_not(None))
        assert len(session.scalars(given_up).all()) == 2, "what names no mail is no word for all"
    administration.retry(one)
    with store.read() as session:
        row, still = session.get_one(Outbox, int(one)), session.get_one(Outbox, int(other))
        assert (row.dead_at, row.attempts) == (None, 0)
        assert still.dead_at is not None
    administration.retry()
    with store.read() as session:
        assert session.scalars(select(Outbox.id).where(Outbox.dead_at.is_not(None))).all() == []
        audited = session.scalars(select(AuditEvent).where(AuditEvent.action == "retried")).all()
    assert [event.detail for event in audited] == [{"count": 1}, {"count": 1}]
    assert "No mail was given up" in administration.page().words()


def _give_up(session: Session) -> None:
    session.execute(
        update(Outbox)
        .where(Outbox.kind == "tell")
        .values(dead_at=NOW, locked_until=None, attempts=14)
    )


def test_what_waits_and_a_job_that_fails_can_be_seen(
    store: Store, administration: Administration, worker: Worker, send: Send
) -> None:
    send("en", "ana@mail.example", is_confirmed=False)
    store.write(note_run, name="assess", at=NOW, fault=None)
    store.write(note_run, name="read reports", at=NOW, fault=None)
    store.write(note_run, name="read reports", at=NOW + timedelta(hours=1), fault="MailboxDown")
    words = re.sub(r"\s+", " ", administration.page().words())
    assert "Question whether an address is right10" in words
    assert "Assess servicesWorks" in words
    assert "Read reports of failed deliveriesFails: MailboxDown" in words
    settings = response_page(administration.client.get("/en/admin/"))
    assert "1 job of the worker failed when it ran last." in settings.words()
    assert "/en/admin/mail/#jobs" in settings.links()
    store.write(note_run, name="read reports", at=this_moment(), fault=None)
    words = re.sub(r"\s+", " ", administration.page().words())
    assert "Read reports of failed deliveriesWorks failed last: Nov 20" in words
    settings = response_page(administration.client.get("/en/admin/"))
    assert "/en/admin/mail/#jobs" not in settings.links()
    with store.read() as session:
        row = session.get_one(WorkerJob, "read reports")
    assert row.failed_at == NOW + timedelta(hours=1)


def test_a_worker_that_stands_still_is_seen_among_the_settings(
    store: Store, administration: Administration
) -> None:
    def notices() -> str:
        return response_page(administration.client.get("/en/admin/")).words()

    assert "has not run" not in notices(), "a portal that was never begun has no worker to miss"
    store.write(note_run, name="assess", at=this_moment() - timedelta(hours=2), fault=None)
    assert "The worker has not run since" in notices()
    store.write(note_run, name="purge", at=this_moment(), fault=None)
    assert "has not run" not in notices()


def test_every_job_of_the_worker_has_words(app: Flask, store: Store) -> None:
    names = {job.name for job in list_jobs(app)}
    assert names == set(_JOBS)


def test_masks_keep_the_provider_and_hide_the_person() -> None:
    assert mask("ana.lopez@mail.example") == "a…@mail.example"
    assert mask("x@y") == "x…@y"


def _refuse(session: Session, /, kind: str, note: str, days: int, **detail: object) -> int:
    at = this_moment() - timedelta(days=days)
    row = Outbox(
        kind=kind, dedupe_key=f"{kind}:{note}:{days}", detail=detail, created_at=at, due_at=at,
        done_at=at, last_error=note, attempts=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def _give_up_on(session: Session, /, kind: str, days: int, key: str = "", **detail: object) -> int:
    at = this_moment() - timedelta(days=days)
    row = Outbox(
        kind=kind, dedupe_key=key or f"{kind}:{days}", detail=detail, created_at=at, due_at=at,
        dead_at=this_moment(), last_error="SMTP 451", attempts=14,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def test_what_is_too_late_is_not_offered_again_and_who_of_the_city_missed_it_is_named(
    store: Store, administration: Administration, city: City
) -> None:
    staff, today = city.people["staff"], this_moment().date()

    def promise(reason: str, days: int) -> int:
        day = today - timedelta(days=days)
        key = f"promise:1:{reason}:{day.isoformat()}:{staff}"
        return store.write(_give_up_on, "promise", 3, key, person_id=staff)

    kept = [
        store.write(_give_up_on, "digest", 5, person_id=staff),
        store.write(_give_up_on, "news", 5, subscription_id=987),
        store.write(_give_up_on, "account_notice", 40, person_id=staff, what="passkey_added"),
        promise("before", 0), promise("after", 14), promise("broken", 21),
    ]  # fmt: skip
    late = [
        store.write(_give_up_on, "digest", 7, person_id=staff),
        store.write(_give_up_on, "news", 7, subscription_id=987),
        promise("before", 1), promise("after", 15), promise("broken", 22),
    ]  # fmt: skip
    store.write(_give_up_on, "tell_response", 1, person_id=staff)  # of them, and to nobody alone
    page = administration.page()
    offered = {int(b.get("value", "")) for b in page.all("button") if b.get("name") == "mail"}
    assert set(kept) <= offered
    assert not set(late) & offered
    assert page.words().count("too late") == len(late)
    to = [link for link in page.links() if link == f"/en/admin/people/{staff}/"]
    assert len(to) == 9, "all but the news and the telling"
    administration.retry(str(late[0]))
    administration.retry()
    with store.read() as session:
        dead = session.scalars(select(Outbox.id).where(Outbox.dead_at.is_not(None))).all()
    assert sorted(dead) == sorted(late)
    assert "Try all again" not in administration.page().words()


def test_what_a_mailbox_refused_is_shown_without_addresses_and_sent_again(
    store: Store, administration: Administration, city: City
) -> None:
    staff = city.people["staff"]
    digest = store.write(_refuse, "digest", "refused", 1, person_id=staff)
    store.write(_refuse, "account_notice", "bounced: 5.1.1", 2, person_id=staff, bounced="5.1.1")
    news = store.write(_refuse, "confirm_news", "refused", 3, subscription_id=987)
    store.write(_refuse, "digest", "refused", 31, person_id=staff)
    late = store.write(_refuse, "digest", "refused", 8, person_id=staff)
    store.write(_subscribe, administration.secrets)
    store.write(_refuse, "promise", "nothing to remind of any more", 1, person_id=staff)
    page = administration.page()
    rows = [page.words(row) for row in page.all("tr") if "Try again" in page.words(row)]
    assert "Weekly mail of warnings" in rows[1]
    assert f"/en/admin/people/{staff}/" in page.links()
    assert page.words().count("a resident; the address is erased") == 1
    assert "a…@mail.example" in page.words(), "a mailbox that is full today ends no subscription"
    assert page.words().count("too late") == 1
    assert "staff@city.example" not in page.text
    kept = [one.get("value", "") for one in page.all("button") if one.get("name") == "mail"]
    assert str(news) not in kept
    assert len(kept) == 2, "no older one, and nothing that was not refused"
    send_again(administration, [*kept, str(news), str(late)])
    with store.read() as session:
        row = session.get_one(Outbox, digest)
        assert (row.done_at, row.last_error, row.attempts) == (None, None, 0)
        assert session.get_one(Outbox, news).done_at is not None
        assert session.get_one(Outbox, late).done_at is not None
        again = session.scalars(select(Outbox).where(Outbox.done_at.is_(None)))
        assert all("bounced" not in one.detail for one in again)


def _subscribe(session: Session, /, secrets: Secrets) -> None:
    """Somebody keeps the weekly news though one came back from a full mailbox."""
    row = NewsSubscription(
        lang="en", email_encrypted=secrets.encrypt("ana@mail.example"), email_hash="x",
        token_hash="x", created_at=NOW, confirmed_at=NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _refuse(session, "news", "bounced: 5.2.2", 1, subscription_id=row.id, bounced="5.2.2")


def send_again(administration: Administration, mails: list[str]) -> None:
    for wanted in mails:
        data = {"csrf_token": administration.token, "mail": wanted}
        answer = administration.client.post("/en/admin/mail/retry-refused", data=data)
        assert answer.status_code == 303


def test_who_was_not_reached_reads_so_in_their_own_account(
    app: Flask, store: Store, administration: Administration, city: City
) -> None:
    mail = store.write(_refuse, "digest", "refused", 1, person_id=city.people["staff"])
    store.write(_refuse, "digest", "refused", 9, person_id=city.people["parks"])

    def told(who: str) -> bool:
        page = response_page(Desk(app, who).client.get("/en/account/"))
        return "A mail to you could not be delivered" in page.words()

    assert told("staff")
    assert not told("parks"), "the next weekly mail has gone out since"
    assert not told("admin")
    administration.page()
    send_again(administration, [str(mail)])
    assert not told("staff")


def test_who_was_not_reached_reads_so_however_many_residents_were_not_either(
    app: Flask, store: Store, administration: Administration, city: City
) -> None:
    del administration
    store.write(_refuse, "digest", "refused", 3, person_id=city.people["staff"])
    at = this_moment() - timedelta(days=1)
    crowd = [
        {"kind": "confirm_news", "dedupe_key": f"crowd:{number}", "detail": {}, "created_at": at,
         "due_at": at, "done_at": at, "last_error": "refused", "attempts": 1}
        for number in range(501)
    ]  # fmt: skip
    store.write(lambda session: session.execute(insert(Outbox), crowd))
    page = response_page(Desk(app, "staff").client.get("/en/account/"))
    assert "A mail to you could not be delivered" in page.words()


def test_refusals_are_found_by_an_index(store: Store) -> None:
    with store.read() as session:
        statement = (
            select(Outbox.id)
            .where(IS_UNDELIVERED, Outbox.done_at >= NOW)
            .order_by(Outbox.done_at.desc(), Outbox.id.desc())
        )
        if store.engine.dialect.name == "postgresql":
            session.execute(text("SET enable_seqscan = off"))
        explain = "EXPLAIN " if store.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        query = statement.compile(store.engine, compile_kwargs={"literal_binds": True})
        plan = session.connection().exec_driver_sql(explain + str(query).replace("%", "%%")).all()
    assert "ix_outbox_undelivered" in str(plan)
