"""Where answers are compared between languages, it is said while they may not be comparable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assess.operations import assess_service
from portal.models.appraisals import CityFigure
from portal.models.assessments import Assessment
from portal.store.engine import Store
from tests.features.manage.test_warnings import raise_one
from tests.support.city import City
from tests.support.history import NOW, add_submission
from tests.support.managers import ManagersDesk
from tests.support.moment import this_day

CAUTION = "Answers may not be comparable between languages."
DIFFERS = "Some questions may mean something else in another language."
LEFT_OUT = "It counts neither for nor against the level."
SERVICE = "services/pothole-repair/"


def monitors(fires: bool, differing: str = "q1") -> dict[str, Any]:
    """The city's figures where Spanish agrees more readily, and with one question even more so."""
    return {
        "agreeing": {
            "languages": {
                "en": {"x": 6, "n": 60, "share": 0.1},
                "es": {"x": 30, "n": 60, "share": 0.5},
            },
            "spread": 0.4,
            "fires": fires,
        },
        "items": {
            "reference": "en",
            "items": [
                {"item": differing, "lang": "es", "n": 120, "delta": -2.0, "differs": True}
            ],
            "fires": True,
        },
    }  # fmt: skip


@pytest.fixture
def manager(app: Flask, store: Store, desk_city: City) -> ManagersDesk:
    """Residents answer in two languages, and some of what they say looks different."""

    def fill(session: Session) -> None:
        for lang, answer in (("en", 5), ("es", 2)):
            for _ in range(30):
                add_submission(session, desk_city.potholes, lang=lang, q3=answer)

    store.write(fill)
    return ManagersDesk(app)


def watch(store: Store, city: City, fires: bool, differing: str = "q1") -> None:
    """Let the monitors say so since yesterday, and judge today's evidence."""

    def write(session: Session) -> None:
        session.add(
            CityFigure(as_of=this_day() - timedelta(days=1), figures=monitors(fires, differing))
        )
        session.flush()
        assess_service(session, service_id=city.potholes, as_of=this_day(), now=NOW)

    store.write(write)


@pytest.mark.parametrize("subject", ["q0:lang:es", "c1:lang:es"])
def test_a_difference_in_answers_between_languages_is_shown_with_caution(
    store: Store, desk_city: City, manager: ManagersDesk, subject: str
) -> None:
    number = store.write(raise_one, desk_city.potholes, "disparity", subject)
    watch(store, desk_city, fires=True)
    assert CAUTION in manager.get("warnings/").words()
    words = manager.get(f"warnings/{number}/").words()
    assert CAUTION in words
    assert "Compare what the city did, not the ratings." in words


@pytest.mark.parametrize("subject", ["told30:lang:es", "q0:channel:kiosk", "q0:district:lang"])
def test_what_the_city_did_and_other_groups_can_be_compared(
    store: Store, desk_city: City, manager: ManagersDesk, subject: str
) -> None:
    number = store.write(raise_one, desk_city.potholes, "disparity", subject)
    watch(store, desk_city, fires=True)
    for path in ("warnings/", f"warnings/{number}/"):
        assert CAUTION not in manager.get(path).words()


def test_nothing_is_said_while_answers_can_be_compared(
    store: Store, desk_city: City, manager: ManagersDesk
) -> None:
    number = store.write(raise_one, desk_city.potholes, "disparity", "q0:lang:es")
    watch(store, desk_city, fires=False)
    for path in (
        "warnings/", f"warnings/{number}/", "roadmap/", f"{SERVICE}roadmap/",
        f"{SERVICE}what-if/", f"{SERVICE}criteria/L4.3/",
    ):  # fmt: skip
        words = manager.get(path).words()
        assert CAUTION not in words
        assert LEFT_OUT not in words


def test_a_criterion_that_compares_answers_says_everywhere_that_it_judges_nothing(
    store: Store, desk_city: City, manager: ManagersDesk
) -> None:
    watch(store, desk_city, fires=True)
    records = manager.get(f"{SERVICE}criteria/L4.3/").words()
    assert LEFT_OUT in records
    assert CAUTION in records
    assert "30 of 30" in records  # people still see what was answered
    for path in (f"{SERVICE}roadmap/", f"{SERVICE}what-if/"):
        assert LEFT_OUT in manager.get(path).words()
    city = manager.get("roadmap/").words()
    assert CAUTION in city
    assert "Criterion L4.3" in city
    assert CAUTION not in manager.get(f"{SERVICE}criteria/L4.1/").words()


def test_a_question_that_means_something_else_is_named_where_its_answers_are_compared(
    store: Store, desk_city: City, manager: ManagersDesk
) -> None:
    watch(store, desk_city, fires=False, differing="q3")

    def hold_back(session: Session) -> None:
        row = session.scalars(select(Assessment).filter_by(as_of=this_day())).one()
        row.result = {**row.result, "blocking": ["L4.3"], "level": 3, "next_level": 4}

    store.write(hold_back)
    for path in (f"{SERVICE}criteria/L4.3/", f"{SERVICE}roadmap/"):
        words = manager.get(path).words()
        assert DIFFERS in words
        assert CAUTION not in words
    assert DIFFERS not in manager.get(f"{SERVICE}criteria/L4.1/").words()
