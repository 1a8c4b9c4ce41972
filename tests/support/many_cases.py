"""Cases by the thousand, as the store keeps them, without sending each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.data import INSTRUMENT_ID
from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict, fold
from portal.domain.search_words import words_column
from portal.models.loops import LoopEvent, LoopRow
from portal.models.submissions import KINDS, Submission
from portal.store.loops import event_values, projected

SAID = (
    ("en", "The pothole on Mill Street is back and my bicycle wheel is bent."),
    ("es", "El bache de la calle Molino ha vuelto y la farola está apagada."),
    ("en", "The lamp at the corner of the school has been dark for two weeks."),
    ("vi", "Ổ gà gần trường học rất sâu, xin sửa chữa sớm."),
)
SPREAD_DAYS = 60  # so some are overdue, some are due this week


def add_many(
    session: Session,
    services: Sequence[int],
    count: int,
    *,
    now: datetime,
    is_open: bool = True,
    days: int = SPREAD_DAYS,
) -> None:
    """So many cases in turn for each service: waiting for their first answer, or confirmed.

    They came in over so many days, each from somebody else with all questions answered.
    """
    first = (session.scalar(select(func.max(Submission.id))) or 0) + 1
    submissions, loops, events = [], [], []
    for number in range(first, first + count):
        at = now - timedelta(days=number % days)
        lang, said = SAID[number % len(SAID)]
        story = _story(at, lang, is_open=is_open)
        shared = {"service_id": services[number % len(services)], "lang": lang,
                  "kind": KINDS[number % len(KINDS)], "person_key": uuid4().hex,
                  "received_on": at.date()}  # fmt: skip
        submissions.append({
            **shared, "id": number, "instrument": INSTRUMENT_ID, "channel": "web",
            "received_at": at, "q0": number % 5 + 1,
            **{f"q{question}": (number + question) % 6 for question in range(1, 7)},
            "is_case": True, "wants_answer": True,
            "comment": f"{said} ({number})", "words": words_column(f"{said} {number}"),
            "has_personal_data": number % 50 == 0, "receipt_hash": uuid4().hex,
            "token_hash": uuid4().hex,
        })  # fmt: skip
        loops.append({**shared, "submission_id": number, **projected(fold(story))})
        events += [event_values(number, event, at) for event in story]
    session.execute(insert(Submission), submissions)
    session.execute(insert(LoopRow), loops)
    session.execute(insert(LoopEvent), events)


def _story(at: datetime, lang: str, *, is_open: bool) -> list[Event]:
    day, system, resident = at.date(), Actor.SYSTEM, Actor.RESIDENT
    begun = [
        Event(kind=EventKind.RECEIVED, on=day, actor=system),
        Event(
            kind=EventKind.ACKNOWLEDGED, on=day, actor=system, target_on=day + timedelta(days=14)
        ),
    ]
    if is_open:
        return begun
    return [
        *begun,
        Event(kind=EventKind.RESPONDED, on=day, actor=system, outcome=Outcome.ANSWERED),
        Event(kind=EventKind.TOLD, on=day, actor=system, lang=lang),
        Event(kind=EventKind.CONFIRMED, on=day, actor=resident, verdict=Verdict.YES),
    ]
