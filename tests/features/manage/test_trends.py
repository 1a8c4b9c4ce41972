"""Trends: what managers see over months, and what they do not."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from portal.assess.monitors import watch_due
from portal.assess.operations import assess_due
from portal.models.appraisals import CityFigure
from portal.models.reminders import ReminderSummary
from portal.models.services import Service
from portal.store.clock import Clock
from portal.store.engine import Store
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk, open_desk
from tests.support.history import add_case, add_submission
from tests.support.moment import this_moment


def last_month() -> datetime:
    """A noon in its middle."""
    return (this_moment().replace(day=1) - timedelta(days=16)).replace(hour=12)


@pytest.fixture
def clock(app: Flask) -> Clock:
    """The portal's clock."""
    found: Clock = app.extensions["portal"].clock
    return found


def rate(session: Session, /, service_id: int, count: int, at: datetime, **values: Any) -> None:
    for number in range(count):
        add_submission(session, service_id, received_at=at, q0=5 if number % 2 else 2, **values)


def count_all(store: Store, clock: Clock) -> None:
    assess_due(store, clock)
    watch_due(store, clock)


def fill(store: Store, city: City) -> None:
    """English, Spanish and a few Korean ratings in two months, with other questions in the last."""
    for lang, count in (("en", 20), ("es", 12), ("ko", 3)):
        old = {"lang": lang, "instrument": "engage-survey-0", "q3": 4}
        store.write(rate, city.potholes, count, last_month() - timedelta(days=31), **old)
        store.write(rate, city.potholes, count, last_month(), lang=lang, q3=4)


def csv_of(desk: Desk, path: str) -> list[dict[str, str]]:
    answer = desk.client.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def words(desk: Desk, path: str) -> str:
    answer = desk.client.get(path)
    assert answer.status_code == 200, path
    assert answer.mimetype == "text/csv" or len(answer.data) < 400_000, path
    return answer.get_data(as_text=True)


PAGES = ("services/pothole-repair/trends/", "trends/")


def test_ratings_by_language_with_a_break_and_nothing_about_few_people(
    app: Flask, store: Store, city: City, clock: Clock
) -> None:
    fill(store, open_desk(store, city))
    count_all(store, clock)
    desk = Desk(app, "manager")
    page = words(desk, "/en/manage/services/pothole-repair/trends/?by=lang&months=12")
    assert "70 ratings in this time" in page
    assert "The questions changed in" in page
    assert "Too few people in every month to show: Spanish and Korean." in page.replace(
        "Korean and Spanish", "Spanish and Korean"
    )
    rows = csv_of(desk, "/en/manage/services/pothole-repair/trends.csv?by=lang")
    month = last_month().strftime("%Y-%m")
    found = {row["group"]: row for row in rows if row["month"] == month and row["x"]}
    assert (found[""]["x"], found[""]["n"], found[""]["series_break"]) == ("17", "35", "yes")
    assert (found["en"]["x"], found["en"]["n"]) == ("10", "20")
    # Three people are hidden, and with them whoever would give them away by subtraction.
    assert {found[lang]["x"] for lang in ("ko", "es")} == {"under 5 people"}
    assert {found[lang]["n"] for lang in ("ko", "es")} == {""}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("count", [0, 20])
def test_months_of_few_people_are_in_no_sum(
    app: Flask, store: Store, city: City, clock: Clock, path: str, count: int
) -> None:
    """Less the months that are shown, a sum that held them would be their own figures."""
    open_desk(store, city)
    earlier = last_month() - timedelta(days=62)
    store.write(rate, city.potholes, 2, earlier, q3=5)
    for _ in range(2):
        store.write(add_case, city.potholes, earlier.date(), [], q3=5)
    store.write(rate, city.potholes, count, last_month(), q3=4)
    count_all(store, clock)
    page = words(Desk(app, "manager"), f"/en/manage/{path}")
    assert not re.search(r"[Oo]f \d+ case", page)
    ratings = re.findall(r"(\d+) ratings? (?:in this time|<?\d)", page)
    assert ratings == ([str(count)] if count else [])
    answers = re.findall(r"what people said.: (\d+) answers", page)
    assert answers == ([str(count)] if count and path == PAGES[0] else [])


def test_answers_are_those_of_the_newest_questions(
    app: Flask, store: Store, city: City, clock: Clock
) -> None:
    fill(store, open_desk(store, city))
    count_all(store, clock)
    page = words(Desk(app, "manager"), "/en/manage/services/pothole-repair/trends/")
    assert "Questions: engage-survey-1." in page
    assert "I can see what this service did with what people said.: 35 answers" in page


def test_what_makes_no_sense_in_the_address_is_left_out(
    app: Flask, store: Store, city: City
) -> None:
    open_desk(store, city)
    desk = Desk(app, "manager")
    for query in ("months=999", "months=-1", "months=٢٤", "by=age_band", "by=x"):
        for path in PAGES:
            words(desk, f"/en/manage/{path}?{query}")


def test_a_table_has_the_name_of_a_service_in_any_script(
    app: Flask, desk_city: City, store: Store
) -> None:
    def name(session: Session) -> None:
        session.get_one(Service, desk_city.potholes).slug = "\u516c\u56ed"

    store.write(name)
    answer = Desk(app, "manager").client.get("/en/manage/services/\u516c\u56ed/trends.csv")
    said = answer.headers["Content-Disposition"]
    assert said.isascii()
    assert said == "attachment; filename*=UTF-8''trends-%E5%85%AC%E5%9B%AD.csv"


@pytest.mark.parametrize("path", [*PAGES, "trends.csv", "services/pothole-repair/trends.csv"])
def test_a_city_without_figures_has_pages(app: Flask, store: Store, city: City, path: str) -> None:
    open_desk(store, city)
    words(Desk(app, "manager"), f"/en/manage/{path}")


@pytest.mark.parametrize("path", PAGES)
def test_languages_that_cldr_does_not_know_have_trends(
    app: Flask, store: Store, city: City, clock: Clock, path: str
) -> None:
    open_desk(store, city)
    for lang in ("en", "hmn", "kar"):
        store.write(rate, city.potholes, 12, last_month(), lang=lang, q3=4)
    count_all(store, clock)
    page = words(Desk(app, "manager"), f"/en/manage/{path}?by=lang")
    assert "Hmong" in page
    assert "kar" in page


def test_another_departments_service_is_not_there(app: Flask, store: Store, city: City) -> None:
    open_desk(store, city)
    client = Desk(app, "manager").client
    for path in ("trends/", "trends.csv"):
        assert client.get(f"/en/manage/services/swimming-pools/{path}").status_code == 404
    assert Desk(app, "staff").client.get("/en/manage/trends/").status_code == 403


def test_the_city_page_lists_only_ones_own_services(
    app: Flask, store: Store, city: City, clock: Clock
) -> None:
    open_desk(store, city)
    count_all(store, clock)
    page = words(Desk(app, "manager"), "/en/manage/trends/")
    assert "Pothole repair" in page
    assert "Marlow listens" in page
    assert "Swimming pools" not in page


def test_a_monitor_that_fires_warns_beside_every_comparison(
    app: Flask, store: Store, city: City, clock: Clock
) -> None:
    fill(store, open_desk(store, city))
    for lang, q6 in (("en", 1), ("es", 5)):
        store.write(rate, city.lights, 60, this_moment(), lang=lang, q4=5, q6=q6)
    count_all(store, clock)
    desk = Desk(app, "manager")
    warning = "Answers may not be comparable between languages."
    for path in PAGES:
        assert warning in words(desk, f"/en/manage/{path}?by=lang")
    assert "L4.3" in words(desk, "/en/manage/trends/")
    assert warning not in words(desk, f"/en/manage/{PAGES[0]}?by=channel")


def test_no_page_reads_what_residents_sent(
    app: Flask, store: Store, city: City, clock: Clock
) -> None:
    fill(store, open_desk(store, city))
    count_all(store, clock)
    desk = Desk(app, "manager")
    statements: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        statements.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    for path in (*PAGES, "trends.csv", "services/pothole-repair/trends.csv"):
        words(desk, f"/en/manage/{path}")
    event.remove(store.engine, "before_cursor_execute", note)
    reads = [one for one in statements if one[0].lstrip().upper().startswith(("SELECT", "WITH"))]
    assert any("monthly_figure" in statement for statement, _ in reads)
    prefix = "EXPLAIN QUERY PLAN " if store.engine.dialect.name == "sqlite" else "EXPLAIN "
    with store.engine.connect() as connection:
        for statement, parameters in reads:
            plan = connection.exec_driver_sql(prefix + statement, parameters).fetchall()
            steps = " ".join(str(step) for row in plan for step in row)
            assert not any(table in steps for table in ("submission", "loop")), (statement, steps)
        assert connection.execute(text("SELECT count(*) FROM city_figure")).scalar() == 1


def test_people_behind_the_citys_groups_count_once(
    app: Flask, store: Store, city: City, clock: Clock
) -> None:
    open_desk(store, city)
    for service_id in (city.potholes, city.lights):
        store.write(rate, service_id, 20, last_month())
        for number in range(4):
            values = {"lang": "vi", "person_key": f"vi-{number}"}
            store.write(rate, service_id, 1, last_month(), **values)
    count_all(store, clock)
    with store.read() as session:
        figures = session.query(CityFigure).one().figures
    assert [row["ratings"] for row in figures["months"] if row["value"] == "vi"] == [8]
    rows = csv_of(Desk(app, "manager"), "/en/manage/trends.csv?by=lang")
    assert {row["x"] for row in rows if row["group"] == "vi" and row["x"] != "0"} == {
        "under 5 people"
    }


def test_both_halves_of_the_silent_are_compared_or_neither(
    app: Flask, store: Store, city: City
) -> None:
    open_desk(store, city)
    desk = Desk(app, "manager")
    address = "/en/manage/services/pothole-repair/trends/"
    assert (
        "as soon as there are 10 people in each half"
        in response_page(desk.client.get(address)).words()
    )
    counts = {
        "reminded": 20, "reminded_replied": 12, "reminded_helped": 6,
        "others": 9, "others_replied": 9, "others_helped": 9,
    }  # fmt: skip
    for others, shown in (
        (9, "as soon as there are 10 people"),
        (15, "Not reminded 15 60% too few"),
    ):
        store.write(_compare, city.potholes, {**counts, "others": others})
        assert shown in response_page(desk.client.get(address)).words()
    assert "Reminded 20 60% too few" in response_page(desk.client.get(address)).words(), (
        "both or neither"
    )
    store.write(_compare, city.potholes, {**counts, "others": 20, "others_replied": 10})
    assert "Reminded 20 60% 50%" in response_page(desk.client.get(address)).words()


def _compare(session: Session, service_id: int, counts: dict[str, int]) -> None:
    session.merge(ReminderSummary(service_id=service_id, as_of=date(2026, 11, 20), **counts))
