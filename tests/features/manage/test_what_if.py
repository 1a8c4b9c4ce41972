"""What if: the page works out what would follow, and stores nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assess.operations import assess_service
from portal.domain.loop import Actor, Event, EventKind
from portal.models.assessments import Assessment
from portal.models.loops import LoopRow
from portal.store.engine import Store
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk
from tests.support.history import NOW, add_case, add_submission
from tests.support.moment import this_day
from tests.support.tables import fingerprint


@pytest.fixture
def manager(app: Flask, store: Store, desk_city: City) -> Desk:
    """Two people wait who can still be told in time, and one for whom it is too late."""
    for days in (2, 20, 50):
        store.write(add_case, desk_city.potholes, this_day() - timedelta(days=days), [])
    store.write(assess_service, service_id=desk_city.potholes, as_of=this_day(), now=NOW)
    return Desk(app, "manager")


def show(desk: Desk, query: str = "") -> Page:
    answer = desk.client.get(f"/en/manage/services/pothole-repair/what-if/{query}")
    assert answer.status_code == 200
    return response_page(answer)


def test_it_starts_with_the_open_cases_and_supposes_nothing(manager: Desk) -> None:
    page = show(manager)
    words = page.words()
    assert "3 cases are open." in words
    assert "2 of them would still be within their 30 days." in words
    assert "What would follow" not in words
    assert page.value("by") == this_day().isoformat()


def test_open_cases_are_the_same_everywhere(app: Flask, store: Store, desk_city: City) -> None:
    """Praise waits for nothing and of one person three count, on every page alike."""

    def fill(session: Session) -> None:
        for days in (3, 33, 34, 35, 36):  # of one person: the first three to arrive count
            number = add_case(session, desk_city.potholes, this_day() - timedelta(days=days), [])
            session.get_one(LoopRow, number).person_key = "p" * 32
        add_case(session, desk_city.potholes, this_day() - timedelta(days=3), [])
        praise = add_case(session, desk_city.potholes, this_day() - timedelta(days=40), [])
        session.get_one(LoopRow, praise).kind = "praise"

    store.write(fill)
    store.write(assess_service, service_id=desk_city.potholes, as_of=this_day(), now=NOW)
    manager = Desk(app, "manager")
    words = show(manager).words()
    assert "4 cases are open." in words
    assert "1 of them would still be within its 30 days." in words
    page = response_page(manager.client.get("/en/manage/services/pothole-repair/"))
    assert "Open cases 4" in page.words().replace("cases4", "cases 4")
    assert "over 30 days 3" in page.words().replace("days3", "days 3")
    overview = response_page(manager.client.get("/en/manage/")).words()
    assert "4 cases are open" in overview
    assert "3 of them have been open for more than 30 days." in overview


def test_what_is_supposed_changes_figures_and_no_record(manager: Desk, store: Store) -> None:
    before = fingerprint(store)
    day = this_day() + timedelta(days=7)
    page = show(manager, f"?told=2&by={day}&confirmed=6&promises=12&positive=40")
    assert fingerprint(store) == before
    words = page.words()
    assert "What would follow" in words
    rows = {page.words(row) for row in page.all("tr")}
    # One is told on the ninth day and one on the 27th; the third is over its time already.
    assert any("2 of 3" in row or "Fewer than 5" in row for row in rows)
    assert any("12 of 12 promises were kept in time" in row for row in rows)
    assert any("40 of 40 people who answered agree" in row for row in rows)
    assert words.count("Supposed to be told") == 2


@pytest.mark.parametrize(("raters", "is_enough"), [(4, False), (5, True)])
def test_it_does_not_tell_how_few_have_answered(
    app: Flask, store: Store, desk_city: City, raters: int, is_enough: bool
) -> None:
    """Thirty are enough: whoever tries 26 and 27 would know that there were four and three."""

    def fill(session: Session) -> None:
        for _ in range(raters):
            add_submission(session, desk_city.potholes, q2=4)

    store.write(fill)
    store.write(assess_service, service_id=desk_city.potholes, as_of=this_day(), now=NOW)
    page = show(Desk(app, "manager"), "?positive=26")
    (row,) = (page.words(row) for row in page.all("tr") if "easy to tell" in page.words(row))
    assert ("Met" in row) == is_enough, row
    assert page.words().count("Fewer than 5 people") == (not is_enough)


TWO_YEARS = "One year alone holds too few records"
ENOUGH = "With this, one year alone would hold enough records."


def test_it_says_when_the_evidence_is_of_two_years_and_would_be_of_one(
    app: Flask, store: Store, desk_city: City
) -> None:
    """Everything but answers and replies is enough: whoever supposes those leaves two years."""

    def fill(session: Session) -> None:
        for number in range(35):
            day = this_day() - timedelta(days=100 + number)
            told = Event(
                kind=EventKind.TOLD, on=day + timedelta(days=5), actor=Actor.SYSTEM, lang="en"
            )
            add_case(session, desk_city.potholes, day, [told])

    store.write(fill)
    store.write(assess_service, service_id=desk_city.potholes, as_of=this_day(), now=NOW)
    manager = Desk(app, "manager")
    for query, is_said in (
        ("", False), ("?positive=40", False), ("?confirmed=20", False),
        ("?positive=40&confirmed=20", True),
    ):  # fmt: skip
        words = show(manager, query).words()
        assert TWO_YEARS in words
        assert (ENOUGH in words) == is_said, query


def test_nothing_is_said_of_two_years_where_one_is_enough(
    store: Store, manager: Desk, desk_city: City
) -> None:
    def stretch(session: Session) -> None:
        row = session.scalars(select(Assessment).filter_by(as_of=this_day())).one()
        row.evidence = {**row.evidence, "window_days": 365}

    store.write(stretch)
    words = show(manager, "?positive=40&confirmed=20").words()
    assert TWO_YEARS not in words
    assert ENOUGH not in words


def test_a_senseless_address_supposes_nothing(manager: Desk) -> None:
    for query in ("?told=-1&by=never", "?told=x&confirmed=1e9&by=1999-01-01", "?positive=٣"):
        assert "What would follow" not in show(manager, query).words()
    assert show(manager, "?told=999999999").value("told") == "3"
