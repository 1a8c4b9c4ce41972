"""Earlier records for tests: worked examples, services to import into, the import itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.assess.queries_evidence import gather_evidence
from portal.domain.loop import Actor, Event, EventKind, Kind, Outcome, fold
from portal.domain.raw_records import parse_raw_records
from portal.imports.history_operations import ImportedHistory, import_history
from portal.imports.history_rows import Source
from portal.models.loops import LoopRow
from portal.models.responses import Response, Theme, ThemeCase
from portal.models.services import Department, Service
from portal.models.submissions import Submission
from portal.store.engine import Store
from portal.store.loops import (
    Links,
    event_of,
    event_values,
    insert_events,
    list_events,
    projected,
)
from tests.support.city import make_levels_public

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
EXAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "worked_examples.json").read_text()
)
HISTORIES: list[dict[str, Any]] = EXAMPLES["histories"]


def add_service(session: Session, slug: str | None = None) -> int:
    """A service about which nothing is known yet; returns its id."""
    name = slug or f"service-{uuid4().hex}"
    department = Department(slug=f"department-of-{name}", created_at=NOW)
    session.add(department)
    session.flush()
    service = Service(slug=name, department_id=department.id, created_at=NOW)
    session.add(service)
    make_levels_public(session)
    session.flush()
    return service.id


def source_of(service_id: int, name: str = "old portal") -> Source:
    return Source(service_id=service_id, name=name, key=b"k" * 32, zone=ZoneInfo("America/Chicago"))


def bring_in(
    store: Store, service_id: int, data: dict[str, Any], source: str = "old portal"
) -> ImportedHistory:
    """Import a raw-record file's data."""
    records = parse_raw_records(data)
    return store.write(import_history, source_of(service_id, source), records, now=NOW)


def hand_on(
    session: Session, service_id: int, import_ref: str, story: Sequence[tuple[date, int]]
) -> None:
    """Let an imported case go from service to service: (day, service), whatever came before."""
    number = session.scalars(
        select(Submission.id).where(
            Submission.service_id == service_id, Submission.import_ref == import_ref
        )
    ).one()
    row = session.get_one(LoopRow, number)
    links = {"import_id": session.get_one(Submission, number).import_id}
    for day, goal in story:
        event = Event(kind=EventKind.TRANSFERRED, on=day, actor=Actor.STAFF)
        insert_events(
            session,
            [event_values(number, event, NOW, Links(service_id=goal, **links))],
        )
        row.service_id, row.themed_on = goal, None


def answer_elsewhere(
    session: Session, here: int, there: int, told: Mapping[str, date], published_on: date
) -> None:
    """A shared theme of a service `there`, whose answer tells imported cases of the one `here`.

    `told` names each with the day on which its resident is told.
    """
    theme = Theme(service_id=there, created_at=NOW, is_shared=True)
    session.add(theme)
    session.flush()
    response = Response(
        service_id=there, theme_id=theme.id, outcome="answered", source_lang="en",
        status="published", created_at=NOW, published_at=NOW, published_on=published_on,
    )  # fmt: skip
    session.add(response)
    session.flush()
    for ref, day in told.items():
        found = select(Submission).where(
            Submission.service_id == here, Submission.import_ref == ref
        )
        submission = session.scalars(found).one()
        number, import_id = submission.id, submission.import_id
        answered = Event(
            kind=EventKind.RESPONDED, on=day, actor=Actor.STAFF, outcome=Outcome.ANSWERED
        )
        links = Links(response_id=response.id, import_id=import_id)
        steps = [
            (Event(kind=EventKind.THEMED, on=day, actor=Actor.STAFF),
             Links(theme_id=theme.id, import_id=import_id)),
            (answered, links),
            (Event(kind=EventKind.TOLD, on=day, actor=Actor.SYSTEM, lang=submission.lang), links),
        ]  # fmt: skip
        insert_events(session, [event_values(number, one, NOW, link) for one, link in steps])
        session.add(ThemeCase(theme_id=theme.id, submission_id=number, added_at=NOW))
        facts = fold(event_of(event) for event in list_events(session, number))
        session.execute(
            update(LoopRow).where(LoopRow.submission_id == number).values(**projected(facts))
        )


def gather(store: Store, service_id: int, as_of: date) -> dict[str, Any]:
    """The evidence by SQL, as plain JSON data."""
    with store.read() as session:
        evidence: dict[str, Any] = json.loads(
            json.dumps(gather_evidence(session, service_id, as_of))
        )
    return evidence


def add_submission(session: Session, /, service_id: int, **values: Any) -> int:
    """A rating by the web at NOW, unless `values` say otherwise; returns its id."""
    token = uuid4().hex
    submission = Submission(
        **{
            "service_id": service_id,
            "instrument": "engage-survey-1",
            "lang": "en",
            "channel": "web",
            "received_at": NOW,
            "received_on": values.get("received_at", NOW).date(),
            "person_key": token,
            "q0": 4,
            "is_case": False,
            "receipt_hash": token,
            "token_hash": token,
            **values,
        }
    )
    session.add(submission)
    session.flush()
    return submission.id


def add_case(
    session: Session, /, service_id: int, on: date, events: Sequence[Event], **values: Any
) -> int:
    """A case with the events that followed its receipt; returns its submission's id."""
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    number = add_submission(
        session, service_id, received_at=at, is_case=True, wants_answer=True, **values
    )
    sent = session.get_one(Submission, number)
    story = [Event(kind=EventKind.RECEIVED, on=on, actor=Actor.SYSTEM), *events]
    insert_events(session, [event_values(number, event, at) for event in story])
    loop = LoopRow(
        submission_id=number,
        service_id=service_id,
        lang=sent.lang,
        kind=sent.kind or Kind.PROBLEM,
        person_key=sent.person_key,
        received_on=on,
        **projected(fold(story)),
    )
    session.add(loop)
    session.flush()
    return number
