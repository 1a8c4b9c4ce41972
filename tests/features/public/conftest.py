"""A city with something to show: published levels and responses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from portal.store.engine import Store
from tests.features.public.publishing import (
    add_text,
    correct_text,
    example_evidence,
    publish_appraisal,
    publish_level,
    publish_quarter,
    publish_response,
)
from tests.support.city import City
from tests.support.statements import watch_statements

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
AS_OF = date(2026, 6, 1)

POTHOLE = {
    "en": (
        "The hole by the school comes back.",
        "We repaved the street.\n\nIt will last.",
        "We cannot close the street in term time.",
    ),
    "ar": ("الحفرة أمام المدرسة تعود.", "أعدنا رصف الشارع.", ""),
}
SHADE = {"es": ("Falta sombra en la piscina.", "Plantamos doce árboles.", "")}


@dataclass(frozen=True)
class Showcase:
    """Ids of what is published."""

    city: City
    promise: int
    kept: int
    shade: int
    draft: int
    unreviewed: int


@pytest.fixture
def showcase(store: Store, city: City) -> Showcase:
    """Level 3 for potholes, level 2 with 3 in doubt for lights, nothing yet for pools."""
    return store.write(publish_all, city)


APPRAISED = (
    (date(2025, 7, 1), "G-"),
    (date(2025, 10, 1), "A"),
    (date(2026, 1, 1), "A"),
    (date(2026, 4, 1), "G-"),
)
"""Pothole repair: level 2, then 3 reached once, then 3, then 3 in doubt."""


@pytest.fixture
def appraised(store: Store, showcase: Showcase) -> Showcase:
    """The showcase with four appraisals of potholes and a quarter of results."""
    store.write(appraise_potholes, showcase.city.potholes)
    return showcase


def appraise_potholes(session: Session, service_id: int) -> None:
    for as_of, example in APPRAISED:
        made_at = datetime.combine(as_of, time(6), UTC)
        publish_appraisal(session, service_id, example_evidence(example), as_of, made_at)
    publish_quarter(session, service_id, date(2026, 1, 1), NOW)


def publish_all(session: Session, city: City) -> Showcase:
    publish_level(session, city.potholes, example_evidence("A"), NOW, AS_OF)
    publish_level(session, city.lights, example_evidence("G-"), NOW, AS_OF)
    promise = publish_response(
        session, city.potholes, NOW - timedelta(days=60), POTHOLE,
        outcome="planned", due_on=date(2026, 7, 1),
    )  # fmt: skip
    kept = publish_response(
        session, city.potholes, NOW, POTHOLE,
        outcome="done", done_on=date(2026, 5, 30), follows_id=promise,
    )  # fmt: skip
    correct_text(session, kept, "en", ("Old words.", "We repaved half of it.", ""), NOW)
    shade = publish_response(session, city.pools, NOW - timedelta(days=1), SHADE)
    draft = publish_response(
        session, city.pools, NOW, {"en": ("Secret draft.", "Nothing yet.", "")},
        status="draft", published_at=None, published_on=None,
    )  # fmt: skip
    unreviewed = publish_response(session, city.pools, NOW, {})
    add_text(session, unreviewed, "en", ("Unread text.", "Nobody checked.", ""), NOW, "draft")
    add_text(session, shade, "en", ("Raw translation.", "Not checked.", ""), NOW, "draft")
    return Showcase(city, promise, kept, shade, draft, unreviewed)


@pytest.fixture
def statements(store: Store) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collects the SQL statements that are sent inside a `with`."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        with watch_statements(store) as sent:
            found: list[str] = []
            yield found
            found += [one for one, _parameters in sent if not one.startswith("BEGIN")]

    return collect
