"""The worker: everything that is due, again and again, by as many workers as there are.

Every job may run in several workers at once and may be killed at any moment: it takes what is
due row by row, and what was begun is begun again.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy.exc import DBAPIError

from portal.accounts.operations.sign_ins import forget_ended
from portal.admin.logo_fetching import fetch_due
from portal.app import create_app
from portal.assess.appraisals import appraise_due
from portal.assess.calibration import calibrate_due
from portal.assess.monitors import watch_due
from portal.assess.operations import assess_due
from portal.assess.quarantine import quarantine_bursts
from portal.assess.results import publish_city_results
from portal.assess.said import refresh_due
from portal.assess.warnings import warn_due
from portal.notify.bounces import read_reports
from portal.notify.digest import post_digests
from portal.notify.job_faults import tell_of_faults
from portal.notify.news import post_news
from portal.notify.reminders import post_reminders
from portal.notify.reminding import remind_due
from portal.notify.rendering import make_renderer
from portal.notify.runner import run_due
from portal.notify.webhook_queue import forget_told
from portal.notify.webhooks import deliver_due
from portal.respond.operations.publishing import publish_due
from portal.respond.operations.unchecked import store_unchecked
from portal.store.clock import Clock
from portal.store.command import Context
from portal.store.engine import Store
from portal.store.faults import is_away, is_busy
from portal.store.integrity.days import sign_due
from portal.store.retention import (
    KEEP_COUNTS,
    purge_contacts,
    purge_partner_addresses,
    redact_expired,
)
from portal.store.secrets import destroy_past_period_secrets
from portal.store.throttle import forget_before
from portal.store.worker_jobs import forget_all_but, get_worker_state, note_run
from portal.web.context import portal_of

_log = logging.getLogger("portal.worker")
_FAULT_SECONDS = 5
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_NOTE_EVERY = _MINUTE


@dataclass
class Job:
    """Something to do at least every `every`; returns how much it did."""

    name: str
    run: Callable[[], int]
    every: timedelta
    last_at: datetime | None = field(default=None)
    has_failed: bool = field(default=False)
    noted_at: datetime | None = field(default=None)
    noted_fault: str | None = field(default=None)

    def is_due(self, now: datetime) -> bool:
        """Whether it was last begun long enough ago, or in a future that the clock has left."""
        return self.last_at is None or not self.last_at <= now < self.last_at + self.every


class JobsFailed(Exception):
    """Some jobs went wrong; all the others were done."""


def work(context: Context, *, once: bool) -> None:
    """Do all that is due, once or until told to stop; then what was begun is brought to its end.

    Once, raises JobsFailed at the end where some went wrong: nobody comes back to them.
    """
    stop = threading.Event()
    if not once:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
    app = create_app(context.settings, context.store)
    jobs = list_jobs(app)
    with suppress(DBAPIError):  # without a database the next start does it
        context.store.write(forget_all_but, [job.name for job in jobs])
    if once:
        _work_once(jobs, context)
        return
    _log.info("working")
    _work_until(stop, jobs, context)
    _log.info("stopped")


def _work_once(jobs: Sequence[Job], context: Context) -> None:
    with context.store.read() as session:  # without a database no job runs: that is one fault
        get_worker_state(session, now=context.clock.now())
    failed = []
    for job in jobs:
        fault = _try(job, context.clock.now())
        _note(context, job, fault)
        if fault is not None:
            failed.append(f"{job.name} ({fault})")
    if failed:
        raise JobsFailed(f"{len(failed)} of {len(jobs)} jobs went wrong: {', '.join(failed)}")


def _work_until(stop: threading.Event, jobs: Sequence[Job], context: Context) -> None:
    while not stop.is_set():
        rest = context.settings.worker_seconds
        for job in jobs:
            if stop.is_set():
                break
            if not job.is_due(context.clock.now()):
                continue
            fault = _try(job, context.clock.now())
            _note(context, job, fault)
            if fault is not None:
                rest = _FAULT_SECONDS
        stop.wait(rest)


def list_jobs(app: Flask) -> list[Job]:
    """All jobs, in the order in which their results build on each other."""
    installed, render, always = portal_of(app), make_renderer(app), timedelta()
    store, clock = installed.store, installed.clock
    secrets, settings = installed.secrets, installed.settings
    return [
        Job("publish", lambda: publish_due(store, clock), always),
        Job("tell and send", lambda: run_due(store, clock, secrets, settings, render), always),
        Job("read reports", lambda: read_reports(store, clock, secrets, settings), _MINUTE),
        Job("quarantine bursts", lambda: quarantine_bursts(store, clock), 5 * _MINUTE),
        # As often as the next one, so that a quarter's appraisals come before figures of its days.
        Job("appraise", lambda: appraise_due(store, clock), _MINUTE / 2),
        Job("assess", lambda: assess_due(store, clock), _MINUTE / 2),
        Job("count voices", lambda: refresh_due(store, clock), _HOUR),
        Job("publish results", lambda: publish_city_results(store, clock), 5 * _MINUTE),
        Job("calibrate", lambda: calibrate_due(store, clock), _MINUTE / 2),
        Job("watch", lambda: watch_due(store, clock), 5 * _MINUTE),
        Job("warn", lambda: warn_due(store, clock), 10 * _MINUTE),
        Job("tell other systems", lambda: deliver_due(store, clock, secrets, settings), always),
        Job("fetch the logo", lambda: fetch_due(store, clock, settings), timedelta(seconds=5)),
        Job("remind of promises", lambda: post_reminders(store, clock), _HOUR / 2),
        Job("remind", lambda: remind_due(store, clock, secrets), _HOUR),
        Job(
            "store unchecked forms",
            lambda: store_unchecked(store, clock, secrets, settings.country),
            _HOUR,
        ),
        Job("post digests", lambda: post_digests(store, clock), 10 * _MINUTE),
        Job("post news", lambda: post_news(store, clock), 10 * _MINUTE),
        Job("sign days", lambda: sign_due(store, clock, secrets), 5 * _MINUTE),
        Job("purge", lambda: purge(store, clock), _HOUR),
        Job("tell of faults", lambda: tell_of_faults(store, clock), _MINUTE),
    ]


def purge(store: Store, clock: Clock) -> int:
    """Destroy and forget what must not be kept any longer."""
    now = clock.now()
    store.write(destroy_past_period_secrets, clock.day(now))
    store.write(forget_before, now - KEEP_COUNTS)
    store.write(forget_ended, now=now)
    store.write(forget_told, now=now)
    done = store.write(purge_partner_addresses, now=now)
    while gone := store.write(purge_contacts, now=now):
        done += gone
    while gone := store.write(redact_expired, now=now, today=clock.day(now)):
        done += gone
    return done


def _try(job: Job, now: datetime) -> str | None:
    """Run a job; a fault is logged and tried again later, and never stops the other jobs.

    Returns the class of the fault, None where all went well.
    """
    had_failed, job.has_failed = job.has_failed, True
    try:
        _run(job, now)
    except Exception as error:
        fault = type(error).__name__
        if isinstance(error, DBAPIError) and (is_away(error) or is_busy(error)):
            _log.error("database unavailable", extra={"job": job.name, "fault": fault})
            job.last_at = None  # due again as soon as the database is back
        else:
            _log.exception("fault", extra={"job": job.name})
        return fault
    job.has_failed = False
    if had_failed:
        _log.info("works again", extra={"job": job.name})
    return None


def _note(context: Context, job: Job, fault: str | None) -> None:
    """Write down how the job went, once a minute and when that changes; nothing hangs on it."""
    now = context.clock.now()
    noted_at = job.noted_at if fault == job.noted_fault else None
    if noted_at is not None and noted_at <= now < noted_at + _NOTE_EVERY:
        return
    try:
        context.store.write(note_run, name=job.name, at=now, fault=fault)
    except DBAPIError:
        return
    job.noted_at, job.noted_fault = now, fault


def _run(job: Job, now: datetime) -> None:
    job.last_at = now
    done = job.run()
    if done:
        _log.info("done", extra={"job": job.name, "count": done})
