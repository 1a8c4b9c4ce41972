"""A small city made by chance, in which whatever can be added up adds up exactly.

Everybody sends one form, answers every question and belongs to one month; every case is told of one
answer in the quarter in which it came. So figures of different pages are about the same people, and
whoever subtracts one from another is right: the worst that can happen to what is hidden.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from portal.assess.operations import assess_service
from portal.assess.results import keep_city_results
from portal.assess.said import refresh_figures
from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict
from portal.domain.monthly import QUESTIONS
from portal.models.loops import LoopRow
from portal.models.responses import Response, ThemeCase
from portal.store.loops import Links, append_event
from tests.features.public.publishing import publish_response
from tests.support.appraising import appraise_service
from tests.support.cases import send_case, send_rating
from tests.support.city import City

QUARTERS = {date(2026, 1, 1): date(2026, 4, 1), date(2026, 4, 1): date(2026, 7, 1)}
"""The quarters in which people write, each with the day on which it is appraised."""
LANGUAGES = ("en", "es", "vi", "zh-Hans")
DISTRICTS = ("north", "south", None)
VERDICTS = (Verdict.YES, Verdict.PARTLY, Verdict.NO)
ODDS = (0, 1, 2, 6)
"""How often an answer is given beside the others: some nobody gives."""
TEXTS = {"en": ("The holes come back.", "We repaved.", "")}
Truth = Counter[str]
"""How many people are in a cell, by the name that the attack gives it."""


def live(session: Session, city: City, random: Random) -> Truth:
    """Two quarters of ratings, cases, answers and replies, and all that is published of them."""
    services = {
        "pothole-repair": city.potholes,
        "street-lights": city.lights,
        "swimming-pools": city.pools,
    }
    truth = Truth()
    for quarter, appraised_on in QUARTERS.items():
        for slug, service_id in services.items():
            _Quarter(session, city, service_id, quarter, random).live(truth, slug)
        publish_all(session, list(services.values()), appraised_on)
    return truth


def publish_all(session: Session, services: Sequence[int], on: date) -> None:
    """What the worker does on the first day of a quarter, and for the city on the second."""
    now = datetime.combine(on, time(15), UTC)
    for service_id in services:
        appraise_service(session, service_id=service_id, as_of=on, now=now)
        assess_service(session, service_id=service_id, as_of=on, now=now)
        refresh_figures(session, service_id=service_id, today=on)
    keep_city_results(session, on + timedelta(days=1))


class _Quarter:
    """A service's quarter: who writes, what is answered, and what they reply."""

    def __init__(
        self, session: Session, city: City, service_id: int, quarter: date, random: Random
    ) -> None:
        self.session, self.service_id, self.random = session, service_id, random
        self.quarter, self.day = quarter, quarter.replace(month=quarter.month + 1, day=10)
        self.at = datetime.combine(self.day, time(15), UTC)
        self.staff = city.people["staff"]
        self.answers = [
            publish_response(session, service_id, self.at, TEXTS)
            for _ in range(random.choice((1, 1, 2)))
        ]

    def live(self, truth: Truth, slug: str) -> None:
        """Everybody writes; adds what they are and said to the truth."""
        random, odds = self.random, [self.random.choice(ODDS) for _ in range(4)]
        scale = [self.random.choice(ODDS), *odds, 1]
        tongues, views = [1, *odds[1:]], [odds[0], odds[1], 1]
        for _person in range(random.randint(8, 45)):
            said = {one: random.choices(range(6), scale)[0] for one in QUESTIONS}
            q0 = random.choices(range(1, 6), scale[1:])[0]
            lang = random.choices(LANGUAGES, tongues)[0]
            for table, cell in {"languages": lang, "q0": q0, **said}.items():
                truth[f"{slug} {self.quarter} {table} {cell}"] += 1
            if random.random() < 0.3:
                send_rating(self.session, self.service_id, self.at, q0=q0, lang=lang, **said)
                continue
            case = send_case(self.session, self.service_id, self.at, q0=q0, lang=lang, **said)
            response_id = random.choice(self.answers)
            self._answer(case, response_id)
            if random.random() < 0.9:
                verdict = random.choices(VERDICTS, views)[0]
                self._append(case, EventKind.CONFIRMED, Actor.RESIDENT, verdict=verdict)
                truth[f"{slug} {self.quarter} verdicts {verdict.value}"] += 1
                truth[f"response {response_id} {verdict.value}"] += 1

    def _answer(self, case: int, response_id: int) -> None:
        theme_id = self.session.get_one(Response, response_id).theme_id
        self.session.execute(
            insert(ThemeCase).values(theme_id=theme_id, submission_id=case, added_at=self.at)
        )
        self.session.execute(
            update(LoopRow)
            .where(LoopRow.submission_id == case)
            .values(district=self.random.choice(DISTRICTS), themed_on=self.day)
        )
        by = Links(response_id=response_id, person_id=self.staff)
        self._append(case, EventKind.RESPONDED, Actor.STAFF, by, outcome=Outcome.ANSWERED)
        links = Links(response_id=response_id)
        self._append(case, EventKind.TOLD, Actor.SYSTEM, links, lang="en")

    def _append(
        self, case: int, kind: EventKind, actor: Actor, links: Links | None = None, **values: object
    ) -> None:
        event = Event(kind=kind, on=self.day, actor=actor, **values)  # type: ignore[arg-type]
        append_event(self.session, case, event, at=self.at, links=links or Links())
