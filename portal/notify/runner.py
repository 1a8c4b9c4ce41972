"""Doing what is due in the outbox: telling, and mail. Several workers may run at once."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from email.message import EmailMessage
from typing import Protocol

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from portal.notify import operations
from portal.notify.account_links import prepare_account_link
from portal.notify.account_notices import prepare_account_notice
from portal.notify.digest import prepare_digest
from portal.notify.inviting import call_off_next, invite_next
from portal.notify.job_faults import prepare_job_fault
from portal.notify.letters import (
    prepare_acknowledgement,
    prepare_calling_off,
    prepare_confirmation,
    prepare_invitation,
    prepare_second_question,
    prepare_telling,
)
from portal.notify.mail import (
    MAIL,
    AddressRefused,
    MailDown,
    Mailer,
    MailRefused,
    Renderer,
    make_message,
)
from portal.notify.news import drop_refused
from portal.notify.news_letters import prepare_news, prepare_news_question
from portal.notify.operations import Job
from portal.notify.partner_links import prepare_partner_link
from portal.notify.reminders import prepare_reminder
from portal.notify.stationery import Letter, Nothing, Stationery
from portal.notify.telling import tell_next
from portal.settings import Settings
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.secrets import Secrets

BATCH = 20
ROUND_SECONDS = 60  # the worker's other jobs wait no longer than that for a slow mail server
FINISH_PAUSES = (1, 5, 15)  # seconds; what was sent and is written down nowhere is sent twice
STRIKES = 3  # times in a row that a mail server is not reached before it counts as down
_WITHOUT_MAIL = ("call_off_step", "invite_theme", "tell_response")
_log = logging.getLogger("portal.notify")


class _Prepare(Protocol):
    def __call__(
        self, session: Session, /, *, now: datetime, stationery: Stationery, job_id: int
    ) -> Letter | Nothing | None: ...


class _DoNext(Protocol):
    def __call__(
        self, session: Session, /, *, now: datetime, today: date, next_step_id: int, after: int
    ) -> int | None: ...


_PREPARE: dict[str, _Prepare] = {
    "account_link": prepare_account_link,
    "account_notice": prepare_account_notice,
    "acknowledge": prepare_acknowledgement,
    "call_off": prepare_calling_off,
    "confirm_address": prepare_confirmation,
    "confirm_news": prepare_news_question,
    "digest": prepare_digest,
    "job_fault": prepare_job_fault,
    "news": prepare_news,
    "partner_link": prepare_partner_link,
    "promise": prepare_reminder,
    "tell": prepare_telling,
    "invite": prepare_invitation,
    "remind": prepare_second_question,
}


def run_due(
    store: Store,
    clock: Clock,
    secrets: Secrets,
    settings: Settings,
    renderer: Renderer,
    *,
    limit: int = 1000,
) -> int:
    """Do what is due now, at most about `limit` messages and for about a minute.

    Returns how many were taken up.

    Without a mail server (no PORTAL_SMTP_URL) mail waits in the outbox and telling goes on.
    """
    runner = _Runner(store, clock, Stationery(secrets, settings), renderer)
    try:
        return runner.run(limit)
    finally:
        runner.close()


@dataclass
class _Runner:
    store: Store
    clock: Clock
    stationery: Stationery
    renderer: Renderer
    mailer: Mailer | None = field(init=False)
    strikes: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        url = self.stationery.settings.smtp_url
        self.mailer = Mailer(url) if url else None

    def run(self, limit: int) -> int:
        taken, end = 0, time.monotonic() + ROUND_SECONDS
        while taken < limit and time.monotonic() < end:
            kinds = (*_WITHOUT_MAIL, *(MAIL if self.mailer else ()))
            jobs = self.store.write(
                operations.claim_due, now=self.clock.now(), kinds=kinds, limit=BATCH
            )
            if not jobs:
                break
            for job in jobs:
                if time.monotonic() < end:
                    self._do(job)
                else:
                    self._wait(job, "the round was over")
            taken += len(jobs)
        return taken

    def close(self) -> None:
        if self.mailer is not None:
            self.mailer.close()

    def _do(self, job: Job) -> None:
        try:
            if job.kind == "tell_response":
                self._tell_response(job)
            elif job.kind == "invite_theme":
                self._go_through_step(job, invite_next)
            elif job.kind == "call_off_step":
                self._go_through_step(job, call_off_next)
            elif self.mailer is None:
                self._wait(job, "the mail server is down")
            else:
                self._mail(job, self.mailer)
        except MailDown as error:
            self._fail(job, str(error))
            self._count_strike()
        except MailRefused as error:
            self._fail(job, str(error))
        except Exception as error:
            _log.exception("outbox", extra={"job": job.id, "kind": job.kind})
            self._fail(job, type(error).__name__)

    def _count_strike(self) -> None:
        """The others of this round wait too: a server that is down is not asked 20 times."""
        self.strikes += 1
        if self.strikes >= STRIKES:
            self.close()
            self.mailer = None

    def _tell_response(self, job: Job) -> None:
        # Whoever joins later is told alone: all before them have been.
        after: int | None = (job.submission_id or 1) - 1
        while after is not None:
            after = self.store.write(
                tell_next,
                now=self.clock.now(),
                today=self.clock.today(),
                response_id=job.response_id or 0,
                person_id=job.person_id or 0,
                after=after,
            )
            if after is not None and not self._hold(job):
                return
        self.store.write(operations.finish, now=self.clock.now(), job_id=job.id)

    def _go_through_step(self, job: Job, do_next: _DoNext) -> None:
        after: int | None = 0
        while after is not None:
            after = self.store.write(
                do_next,
                now=self.clock.now(),
                today=self.clock.today(),
                next_step_id=job.next_step_id or 0,
                after=after,
            )
            if after is not None and not self._hold(job):
                return
        self.store.write(operations.finish, now=self.clock.now(), job_id=job.id)

    def _hold(self, job: Job) -> bool:
        """It takes longer: nobody else shall begin it anew. False where somebody else has."""
        lease = self.store.write(operations.hold, now=self.clock.now(), job=job)
        job.lease = lease or job.lease
        return lease is not None

    def _mail(self, job: Job, mailer: Mailer) -> None:
        if job.is_sent:
            self._finish_mail(job, has_bounced=False)
            return
        lease, letter = self.store.write(_prepare, self.clock.now(), self.stationery, job)
        if lease is None:
            return
        job.lease = lease
        if isinstance(letter, Nothing):
            self._leave(job, letter)
            return
        if letter is not None:
            job.is_sent = self._send(letter, mailer)
        self._finish_surely(job, has_bounced=letter is not None and not job.is_sent)

    def _send(self, letter: Letter, mailer: Mailer) -> bool:
        """Hand the mail over; False where there is no such address."""
        settings = self.stationery.settings
        bounces_to = (settings.bounce_address or settings.mail_from).replace("*", letter.reference)
        try:
            mailer.send(self._message(letter), bounces_to=bounces_to, reference=letter.reference)
        except AddressRefused:
            return False
        self.strikes = 0
        return True

    def _message(self, letter: Letter) -> EmailMessage:
        settings = self.stationery.settings
        words = self.renderer(letter.template, letter.lang, letter.context)
        return make_message(
            letter, words, sender=settings.mail_from, base_url=settings.base_url,
            now=self.clock.now(),
        )  # fmt: skip

    def _finish_surely(self, job: Job, has_bounced: bool) -> None:
        """Write down what became of it, also in a database that is away for a moment."""
        for pause in FINISH_PAUSES:
            try:
                self._finish_mail(job, has_bounced)
                return
            except (InterfaceError, OperationalError) as error:
                _log.warning("outbox", extra={"job": job.id, "fault": type(error).__name__})
                time.sleep(pause)
        self._finish_mail(job, has_bounced)

    def _finish_mail(self, job: Job, has_bounced: bool) -> None:
        now, today = self.clock.now(), self.clock.today()
        if job.kind in {"tell", "invite"}:
            is_telling = job.kind == "tell"
            finish = operations.finish_telling if is_telling else operations.finish_invitation
            self.store.write(finish, now=now, today=today, job=job, has_bounced=has_bounced)
        elif job.kind in {
            "account_link",
            "account_notice",
            "confirm_news",
            "digest",
            "job_fault",
            "news",
            "partner_link",
            "promise",
        }:
            if has_bounced:
                self.store.write(drop_refused, job_id=job.id)
            note = "refused" if has_bounced else None
            self.store.write(operations.finish, now=now, job_id=job.id, note=note)
        else:
            self.store.write(operations.finish_mail, now=now, job=job, has_bounced=has_bounced)

    def _leave(self, job: Job, nothing: Nothing) -> None:
        if nothing.again_at is not None:
            self.store.write(operations.postpone, job=job, until=nothing.again_at, note=nothing.why)
        elif nothing.is_final:
            self.store.write(
                operations.finish, now=self.clock.now(), job_id=job.id, note=nothing.why
            )
        else:
            self.store.write(operations.drop, job=job)

    def _wait(self, job: Job, why: str) -> None:
        self.store.write(operations.postpone, job=job, until=self.clock.now(), note=why)

    def _fail(self, job: Job, error: str) -> None:
        self.store.write(operations.fail, now=self.clock.now(), job=job, error=error)


def _prepare(
    session: Session, now: datetime, stationery: Stationery, job: Job
) -> tuple[datetime | None, Letter | Nothing | None]:
    """The lease, None where it is this worker's no more, and the letter as of this moment."""
    lease = operations.hold(session, now=now, job=job)
    if lease is None:
        return None, None
    return lease, _PREPARE[job.kind](session, now=now, stationery=stationery, job_id=job.id)
