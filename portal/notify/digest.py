"""The weekly mail of open warnings: at most one a week for each who asked for it.

It is marked as sent before it is handed over, so that a worker that dies leaves a mail unsent
rather than sent twice: what it says stands on the warnings' page anyway.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.warning import monday_of
from portal.models.people import Person
from portal.models.running import Outbox
from portal.models.warnings import DigestSubscription
from portal.notify.stationery import STALE, Letter, Nothing, Stationery
from portal.store import outbox
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.secrets import Secrets, sha256
from portal.store.targets import is_working_day
from portal.store.warnings import open_warnings, view_warnings
from portal.web import warning_words

LISTED = 20
FROM_HOUR = 7  # of the city's Monday


def post_digests(store: Store, clock: Clock) -> int:
    """Ask for the week's mails, once for each person and week; returns for how many."""
    now = clock.now()
    today = clock.day(now)
    if today == monday_of(today) and now.astimezone(clock.zone).hour < FROM_HOUR:
        return 0
    with store.read() as session:
        if not is_working_day(session, today):
            return 0  # on the first working day of the week, then
        people = _unasked(session, today)
    if people:
        store.write(_post, people, now, today)
    return len(people)


def _unasked(session: Session, today: date) -> list[int]:
    subscribed = session.scalars(
        select(DigestSubscription.person_id).order_by(DigestSubscription.person_id)
    ).all()
    keys = {_key(person_id, today): person_id for person_id in subscribed}
    asked = set(session.scalars(select(Outbox.dedupe_key).where(Outbox.dedupe_key.in_(list(keys)))))
    return [person_id for key, person_id in keys.items() if key not in asked]


def _post(session: Session, people: list[int], now: datetime, today: date) -> None:
    for person_id in people:
        outbox.post(session, "digest", _key(person_id, today), now=now, person_id=person_id)


def _key(person_id: int, today: date) -> str:
    return f"digest:{person_id}:{monday_of(today).isoformat()}"


def prepare_digest(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing:
    """The mail of one person, who still wants it and may still read what it says."""
    job = session.get_one(Outbox, job_id, with_for_update=True)
    if job.done_at is not None or now - job.created_at > STALE:
        return Nothing("sent already, or too late")
    person = session.get(Person, job.detail.get("person_id"))
    if person is None or not person.active:
        return Nothing("gone")
    if session.get(DigestSubscription, person.id) is None:
        return Nothing("not wanted any more")
    departments, is_everywhere = _departments(person)
    rows = session.execute(open_warnings(session, None if is_everywhere else departments)).all()
    if not rows:
        return Nothing("nothing is open")
    job.done_at = now
    langs = [person.lang, *stationery.settings.languages]
    shown = [(row[0], row[1]) for row in rows[:LISTED]]
    stop = _stop_link(stationery, person)
    context = {
        "views": view_warnings(session, shown, langs),
        "words": warning_words,
        "count": len(rows),
        "page_link": stationery.link(person.lang, "manage/warnings/"),
        "stop_link": stop,
    }
    return Letter(
        person.email, person.lang, "mail_digest", context, stationery.reference(job.id), stop
    )


def _departments(person: Person) -> tuple[set[int], bool]:
    """Departments that the person manages, and whether it is all of them."""
    managed = {
        one.department_id
        for one in person.memberships
        if one.role == "manager" and one.department_id is not None
    }
    return managed, any(one.role == "administrator" for one in person.memberships)


def _stop_link(stationery: Stationery, person: Person) -> str:
    return stationery.link(
        person.lang, f"mail/{stationery.secrets.digest_token(person.id)}/unsubscribe"
    )


def find_digest(session: Session, token: str) -> DigestSubscription | None:
    """Whose weekly mail this link stops; None when nobody's (any more)."""
    return session.scalar(
        select(DigestSubscription).where(DigestSubscription.token_hash == sha256(token))
    )


def is_of_digest(session: Session, secrets: Secrets, token: str) -> bool:
    """Whether this link was made to stop a weekly mail, also one that was stopped since.

    It goes through all people of the city: ask what else the link could be first, and hold nothing.
    """
    token_hash = sha256(token)
    people = session.scalars(select(Person.id))
    return any(sha256(secrets.digest_token(one)) == token_hash for one in people)


def stop_digest(session: Session, *, token: str) -> bool:
    """No more weekly mail. Returns whether there was one."""
    row = find_digest(session, token)
    if row is None:
        return False
    session.delete(row)
    return True
