"""A city whose residents have answered: ratings and cases, counted and published by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from portal.assess.operations import assess_service
from portal.assess.results import keep_city_results
from portal.domain.loop import Actor, Event, EventKind, Verdict
from portal.domain.monthly import QUESTIONS
from portal.models.loops import LoopRow
from tests.support.city import City
from tests.support.history import add_case, add_submission

RATINGS = {"potholes": 140, "lights": 45, "pools": 7}
WEIGHTS = (1, 2, 4, 8, 5)
LANGUAGES = ("en",) * 14 + ("es",) * 6 + ("vi",)


def rate(session: Session, service_id: int, on: date, count: int, random: Random) -> None:
    """So many people rate on a day, most of them well, and skip questions now and then."""
    for _number in range(count):
        add_submission(
            session,
            service_id,
            received_at=datetime(on.year, on.month, on.day, 12, tzinfo=UTC),
            lang=random.choice(LANGUAGES),
            q0=random.choices(range(1, 6), WEIGHTS)[0],
            **{
                question: random.choice((None, 0, *random.choices(range(1, 6), WEIGHTS, k=6)))
                for question in QUESTIONS
            },
        )


def tell(
    session: Session, service_id: int, on: date, waits: Sequence[int | None], verdicts: str = ""
) -> None:
    """A case of `on` for each of `waits` (days until told), with the verdicts y, p and n."""
    words = {"y": Verdict.YES, "p": Verdict.PARTLY, "n": Verdict.NO, " ": None}
    for wait, letter in zip(waits, verdicts.ljust(len(waits)), strict=True):
        events = []
        if wait is not None:
            told = on + timedelta(days=wait)
            events = [Event(kind=EventKind.TOLD, on=told, actor=Actor.SYSTEM, lang="en")]
            if words[letter]:
                events.append(
                    Event(kind=EventKind.CONFIRMED, on=told, actor=Actor.RESIDENT,
                          verdict=words[letter])
                )  # fmt: skip
        add_case(session, service_id, on, events, is_rating=False)


def publish_results(session: Session, city: City, now: datetime) -> None:
    """What the worker does: assess every service, then put the city's results out."""
    for service_id in (city.potholes, city.lights, city.pools):
        assess_service(session, service_id=service_id, as_of=now.date(), now=now)
    keep_city_results(session, now.date())


def survey(session: Session, city: City, now: datetime) -> None:
    """Two quarters of ratings and cases, most of them of potholes; published as of `now`."""
    random = Random(11)
    for name, count in RATINGS.items():
        service_id = getattr(city, name)
        rate(session, service_id, date(2026, 2, 10), count, random)
        rate(session, service_id, date(2026, 5, 5), count // 2, random)
    waits = [2] * 14 + [20] * 11 + [60] * 3 + [120] + [None] * 2
    tell(session, city.potholes, date(2026, 1, 20), waits, "y" * 12 + "p" * 3 + "n" * 11)
    tell(session, city.lights, date(2026, 1, 20), [5, 9, 40, None] * 3, "y" * 9)
    assert session.query(LoopRow).count() == len(waits) + 12
    publish_results(session, city, now)
