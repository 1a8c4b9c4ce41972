"""Services of invented cities as rows of a database, by the thousand, with what is planted in them.

People are independent of each other; a service is as steady as chance lets it be, but for what its
plan says. The whole history is there from the beginning: the portal looks no further than the day
that its clock shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.responses import Theme, ThemeCase
from portal.models.services import Department, Service
from portal.models.submissions import Submission
from tests.simulate.planted import GRAMMAR_WORDS, MATTERS, SD_LOG, USUAL, poisson

WEEK = timedelta(days=7)
LANGUAGES = {"en": 0.7, "es": 0.2, "vi": 0.1}
DISTRICTS = {"north": 0.4, "south": 0.35, "west": 0.25}
CHANNELS = {"web": 0.8, "kiosk": 0.15, "paper": 0.05}
THEMES = (0.2, 0.15, 0.1, 0.05)  # shares of a service's cases; half are in no theme
CONFIRM, SAYS_YES = 0.5, 0.7
FALL, TIMES_SLOWER, GAP, SURGE = 0.15, 2.0, 0.3, 5
SURGE_DAYS = 28


@dataclass(frozen=True)
class Plan:
    """A service: how busy it is, since when, and what changes when (None: never)."""

    begins_on: date
    ratings: float = 20  # a week, those that come with a case too
    cases: float = 5  # a week
    days: float = 10  # the median from received to told
    every: int = 1  # answers are published every so many days, all that are due together
    fall_on: date | None = None  # good ratings fall by FALL
    slow_on: date | None = None  # answers take TIMES_SLOWER as long
    has_gap: bool = False  # Spanish is told within 30 days less often by GAP
    surge_on: date | None = None  # the first theme is raised SURGE times as often, for 28 days
    word_on: date | None = None  # a word of 4 people in 28 days is written SURGE times as often


@dataclass
class Built:
    """What was made: the services in the order of their plans, and their first themes."""

    services: list[int] = field(default_factory=list)
    themes: list[int] = field(default_factory=list)


@dataclass
class _Rows:
    submissions: list[dict[str, Any]] = field(default_factory=list)
    loops: list[dict[str, Any]] = field(default_factory=list)
    themed: list[dict[str, Any]] = field(default_factory=list)


def build(session: Session, random: Random, plans: list[Plan], until: date) -> Built:
    """The services of these plans with everything that happens until that day."""
    built, rows = Built(), _Rows()
    for number, plan in enumerate(plans):
        service_id = _add_service(session, number, plan)
        themes = [Theme(service_id=service_id, created_at=_at(plan.begins_on)) for _ in THEMES]
        session.add_all(themes)
        session.flush()
        built.services.append(service_id)
        built.themes.append(themes[0].id)
        life = _Life(random, plan, service_id, [theme.id for theme in themes], until)
        for day in life.days():
            life.add_day(rows, day)
    for model, found in (
        (Submission, rows.submissions), (LoopRow, rows.loops), (ThemeCase, rows.themed),
    ):  # fmt: skip
        session.connection().execute(insert(model), found)
    return built


def _add_service(session: Session, number: int, plan: Plan) -> int:
    department = Department(slug=f"department-{number}", created_at=_at(plan.begins_on))
    session.add(department)
    session.flush()
    service = Service(
        slug=f"service-{number}", department_id=department.id, created_at=_at(plan.begins_on)
    )
    session.add(service)
    session.flush()
    return service.id


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@dataclass
class _Life:
    """One service from its first day on."""

    random: Random
    plan: Plan
    service_id: int
    themes: list[int]
    until: date

    def days(self) -> Iterator[date]:
        """Every day until the end."""
        for number in range((self.until - self.plan.begins_on).days + 1):
            yield self.plan.begins_on + timedelta(days=number)

    def add_day(self, rows: _Rows, day: date) -> None:
        """What comes on one day: bare ratings, cases, and more cases of what surges."""
        bare = max(self.plan.ratings - self.plan.cases, 0)
        for _ in range(poisson(self.random, bare / 7)):
            self._add(rows, day)
        for _ in range(poisson(self.random, self.plan.cases / 7)):
            place, theme = self.random.random(), None
            for number, share in zip(self.themes, THEMES, strict=True):
                theme = number if theme is None and 0 <= place < share else theme
                place -= share
            self._add_case(rows, day, theme)
        surge = self.plan.surge_on
        if surge and surge <= day < surge + timedelta(days=SURGE_DAYS):
            more = (SURGE - 1) * THEMES[0] * self.plan.cases / 7
            for _ in range(poisson(self.random, more)):
                self._add_case(rows, day, self.themes[0])
        begun = self.plan.word_on
        often = (SURGE if day >= begun else 1) if begun else 0
        for _ in range(poisson(self.random, often * 4 / 28)):
            self._add_case(rows, day, None, planted_word(self.service_id))

    def _add(self, rows: _Rows, day: date, **values: Any) -> dict[str, Any]:
        random, fall = self.random, self.plan.fall_on
        good = USUAL - (FALL if fall and day >= fall else 0)
        number = len(rows.submissions) + 1
        row = {
            "id": number, "service_id": self.service_id, "instrument": "engage-survey-1",
            "lang": _choice(random, LANGUAGES), "channel": _choice(random, CHANNELS),
            "district": _choice(random, DISTRICTS), "received_at": _at(day), "received_on": day,
            "person_key": f"{number:064}", "q0": 5 if random.random() < good else 2,
            "is_case": False, "wants_answer": False, "comment": None,
            "receipt_hash": f"{number:064}", "token_hash": f"{number:064}", **values,
        }  # fmt: skip
        rows.submissions.append(row)
        return row

    def _add_case(self, rows: _Rows, day: date, theme: int | None, word: str = "") -> None:
        text = None if theme else self._text(word)
        row = self._add(rows, day, is_case=True, wants_answer=True, comment=text)
        told_on = self._told_on(day, row["lang"])
        verdict = None
        if told_on and self.random.random() < CONFIRM:
            verdict = "yes" if self.random.random() < SAYS_YES else "no"
        shared = {name: row[name] for name in ("service_id", "lang", "district", "person_key")}
        rows.loops.append({
            **shared, "submission_id": row["id"], "kind": "problem", "received_on": day,
            "state": "told" if told_on else "received", "told_on": told_on,
            "told_lang": row["lang"] if told_on else None, "verdict": verdict,
            "verdict_on": told_on if verdict else None,
        })  # fmt: skip
        if theme:
            rows.themed.append(
                {"theme_id": theme, "submission_id": row["id"], "added_at": _at(day)}
            )

    def _told_on(self, day: date, lang: str) -> date | None:
        """When somebody is told who wrote on that day; None if that is after all looks."""
        plan = self.plan
        times = TIMES_SLOWER if plan.slow_on and day >= plan.slow_on else 1.0
        waited = int(math.exp(self.random.gauss(math.log((plan.days + 1) * times), SD_LOG)) - 1)
        if plan.has_gap and lang == "es" and self.random.random() < GAP:
            waited = max(waited, 45)
        due = day + timedelta(days=max(waited, 0))
        due += timedelta(days=-due.toordinal() % plan.every)
        return due if due <= self.until else None

    def _text(self, word: str) -> str:
        """Eight words: of grammar, and of what the service is about, a few of which are common."""
        grammar = self.random.choices(GRAMMAR_WORDS, k=4)
        matters = [_name(self.service_id, int(MATTERS ** self.random.random())) for _ in range(4)]
        return " ".join([*map(_letters, grammar), *matters[bool(word) :], word])


def _letters(word: str) -> str:
    """A word with its number in letters: digits belong to no word."""
    number = int(word.removeprefix("grammar"))
    return "grammar" + chr(97 + number // 26) + chr(97 + number % 26)


def planted_word(service_id: int) -> str:
    """A service's own: what people write about several services belongs to the language."""
    return _name(service_id, 0).replace("matter", "planted")


def _name(service_id: int, number: int) -> str:
    letters = (*divmod(service_id, 26), *divmod(number, 26))
    return "matter" + "".join(chr(97 + one) for one in letters)


def _choice(random: Random, shares: dict[str, float]) -> str:
    return random.choices(list(shares), list(shares.values()))[0]
