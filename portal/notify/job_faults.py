"""Mail to administrators about a job of the worker that goes wrong again and again.

One for each of them and each fault, once it has lasted: the next comes only after the job has
worked. What went wrong stands on the page that the mail links to; the mail says nothing of it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from portal.models.people import Membership, Person
from portal.models.running import Outbox, WorkerJob
from portal.notify.stationery import Letter, Nothing, Stationery
from portal.notify.words import job_name
from portal.store import outbox
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.worker_jobs import has_lasting_fault


def tell_of_faults(store: Store, clock: Clock) -> int:
    """Ask for the mails about faults that have lasted; returns of how many faults."""
    now = clock.now()
    with store.read() as session:
        if session.scalar(select(WorkerJob.name).where(*_is_untold(now)).limit(1)) is None:
            return 0
    return store.write(_tell, now)


def _tell(session: Session, now: datetime) -> int:
    jobs = session.scalars(
        select(WorkerJob).where(*_is_untold(now)).with_for_update(skip_locked=True)
    ).all()
    people = session.scalars(select(Person.id).where(_is_administrator()).order_by(Person.id)).all()
    for job in jobs:
        since = _since(job)
        for person_id in people:
            key = f"job-fault:{job.name}:{since}:{person_id}"
            outbox.post(
                session, "job_fault", key, now=now, person_id=person_id, job=job.name, since=since
            )
        job.told_at = now
    return len(jobs)


def _is_untold(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return has_lasting_fault(now), WorkerJob.told_at.is_(None)


def _since(job: WorkerJob) -> str:
    return job.failing_since.isoformat() if job.failing_since else ""


def _is_administrator() -> ColumnElement[bool]:
    has_role = exists().where(Membership.person_id == Person.id, Membership.role == "administrator")
    return has_role & Person.active.is_(True) & Person.joined_at.is_not(None)


def prepare_job_fault(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing:
    """The mail of one administrator, as long as the job goes on failing."""
    del now
    mail = session.get_one(Outbox, job_id)
    job = session.get(WorkerJob, mail.detail["job"])
    if job is None or not job.failing_since or _since(job) != mail.detail["since"]:
        return Nothing("it works again")
    person = session.scalar(
        select(Person).where(Person.id == mail.detail["person_id"], _is_administrator())
    )
    if person is None:
        return Nothing("gone")
    context = {
        "job_name": job_name,
        "job": job.name,
        "since": job.failing_since,
        "link": stationery.link(person.lang, "admin/mail/"),
    }
    return Letter(
        person.email, person.lang, "mail_job_fault", context, stationery.reference(job_id), None
    )
