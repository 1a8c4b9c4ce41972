"""Reminding the desk of promises: before their day, after it, and when they count as broken.

The mail goes to whoever wrote the answer, while they still work on the department's cases;
otherwise to everybody who does. It is marked as sent before it is handed over, like the weekly
mail: what it says stands on the page of promises anyway.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.promises import (
    GRACE,
    REMIND_DAYS,
    Due,
    Reminder,
    Standing,
    is_past,
    reminders_of,
)
from portal.models.people import Membership, Person
from portal.models.responses import Response, ThemeText
from portal.models.running import Outbox
from portal.models.services import Service
from portal.notify.stationery import Letter, Nothing, Stationery
from portal.store import outbox
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.promises import PromiseStory, find_story, list_stories_with
from portal.store.service_names import get_service_name
from portal.store.targets import is_working_day
from portal.store.texts import in_language

FROM_HOUR = 7  # of the city's day
_LATEST = GRACE + timedelta(days=REMIND_DAYS)


def post_reminders(store: Store, clock: Clock) -> int:
    """Ask for today's mails, once for each promise, reason, day and person; returns how many."""
    now = clock.now()
    if now.astimezone(clock.zone).hour < FROM_HOUR:
        return 0
    with store.read() as session:
        if not is_working_day(session, clock.day(now)):
            return 0  # each reason holds for a week or more: the next working day is soon enough
        wanted = _wanted(session, clock)
    if wanted:
        store.write(_post, wanted, now)
    return len(wanted)


def _wanted(session: Session, clock: Clock) -> list[tuple[str, int, int]]:
    """(key, response, person) of the mails that nobody has asked for yet."""
    today = clock.today()
    near = Response.due_on.between(today - _LATEST, today + timedelta(days=REMIND_DAYS))
    keys: dict[str, tuple[int, int]] = {}
    for story in list_stories_with(session, near, today=today):
        for due in reminders_of(story.story, today):
            for person_id in _people(session, story):
                key = f"promise:{story.promise.id}:{_part_of_key(due)}:{person_id}"
                keys[key] = (story.promise.id, person_id)
    asked = set(session.scalars(select(Outbox.dedupe_key).where(Outbox.dedupe_key.in_(keys))))
    return [(key, *ids) for key, ids in keys.items() if key not in asked]


def _part_of_key(due: Due) -> str:
    return f"{due.reason}:{due.day.isoformat()}"


def is_too_late(mail: Outbox, today: date) -> bool:
    """Whether a mail that was asked for is about a day that is long past."""
    _kind, _response_id, reason, day, _person_id = mail.dedupe_key.split(":")
    return is_past(Due(Reminder(reason), date.fromisoformat(day)), today)


def _post(session: Session, wanted: list[tuple[str, int, int]], now: datetime) -> None:
    for key, response_id, person_id in wanted:
        outbox.post(session, "promise", key, now=now, response_id=response_id, person_id=person_id)


def _people(session: Session, story: PromiseStory) -> list[int]:
    at_desk = session.scalars(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(Service, Service.department_id == Membership.department_id)
        .where(
            Service.id == story.promise.service_id,
            Membership.role.in_(("staff", "manager")),
            Person.active,
            Person.joined_at.is_not(None),
        )
        .distinct()
        .order_by(Person.id)
    ).all()
    author_id = story.last.author_id
    if author_id is not None and author_id in at_desk:
        return [author_id]
    return list(at_desk)


def prepare_reminder(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing:
    """The mail about one promise, as long as there is still something to say."""
    job = session.get_one(Outbox, job_id, with_for_update=True)
    response = session.get(Response, job.response_id)
    person = session.get(Person, job.detail.get("person_id"))
    if job.done_at is not None or response is None or person is None:
        return Nothing("sent already, or gone")
    today = stationery.day(now)
    story = find_story(session, response, today=today)
    dues = reminders_of(story.story, today) if story else []
    due = next((one for one in dues if f":{_part_of_key(one)}:" in job.dedupe_key), None)
    if story is None or due is None:
        return Nothing("nothing to remind of any more")
    if person.id not in _people(session, story):
        return Nothing("somebody else's work now")
    job.done_at = now
    langs = [person.lang, *stationery.settings.languages]
    service = session.get_one(Service, response.service_id)
    context = {
        "reason": due.reason.value,
        "theme": _theme_name(session, response, langs),
        "service": get_service_name(session, service.id, service.slug, langs[0], langs).text,
        "due_on": due.day,
        "broken_on": story.story.due_on + GRACE,
        "is_broken": story.standing is Standing.BROKEN,
        "page_link": stationery.link(person.lang, f"staff/responses/{story.last.id}/"),
        "list_link": stationery.link(person.lang, "staff/promises/"),
    }
    reference = stationery.reference(job.id)
    return Letter(person.email, person.lang, "mail_promise", context, reference, None)


def _theme_name(session: Session, response: Response, langs: list[str]) -> str:
    rows = session.execute(
        select(ThemeText.lang, ThemeText.name).where(ThemeText.theme_id == response.theme_id)
    )
    found = in_language({row[0]: row[1] for row in rows}, langs[0], langs)
    return found.text if found else ""
