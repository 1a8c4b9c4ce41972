"""Shadow mode: the day for going public, and what other thresholds and chance would change."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.assess.calibration import calibrate_due
from portal.domain.calibration import Standing
from portal.models.appraisals import Appraisal, Calibration
from portal.models.running import AuditEvent
from portal.models.services import Service
from portal.store.calibrations import keep_calibration
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.publicity import get_chosen_day, get_public_since
from tests.features.admin.conftest import QUARTER, Visitor, keep_appraisal
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.history import NOW
from tests.support.moment import this_day
from tests.support.soundness import find_problems
from tests.support.statements import watch_statements

Change = Callable[[Callable[[Session], Any]], Any]


@pytest.fixture
def appraised(store: Store, city: City) -> None:
    """Two quarters of two services."""

    def prepare(session: Session) -> None:
        for quarter_on in (QUARTER, date(2026, 7, 1)):
            keep_appraisal(session, city.potholes, "A clear", quarter_on)
            keep_appraisal(session, city.lights, "G- one", quarter_on)

    store.write(prepare)


@pytest.fixture
def calibrated(store: Store, appraised: None, app: Flask) -> None:
    """The same, and the worker has been there."""
    del appraised
    assert calibrate_due(store, app.extensions["portal"].clock) == 4


def days(store: Store) -> tuple[date | None, date | None]:
    with store.read() as session:
        return get_chosen_day(session), get_public_since(session)


@pytest.mark.parametrize("who", ["staff", "manager", "reviewer"])
@pytest.mark.parametrize("path", ["calibration/", "calibration/services.csv", "thresholds/"])
def test_only_administrators_see_it(app: Flask, city: City, who: str, path: str) -> None:
    assert Visitor(app, who).get(path).status_code == 403


@pytest.mark.usefixtures("shadow")
def test_without_appraisals_it_says_when_the_first_one_comes(admin: Visitor) -> None:
    words = response_page(admin.get("calibration/")).words()
    assert "Levels are not public, and no day is chosen." in words
    assert "No appraisal yet" in words


@pytest.mark.usefixtures("shadow")
def test_a_day_is_chosen_changed_and_taken_back(admin: Visitor, store: Store) -> None:
    today = this_day()
    admin.get("calibration/")
    for ahead in (40, 50):
        day = today + timedelta(ahead)
        assert admin.post("calibration/public-from", day=day.isoformat()).status_code == 303
        assert days(store) == (day, None)
    words = response_page(admin.get("calibration/")).words()
    assert "They will be from" in words
    assert admin.post("calibration/shadow").status_code == 303
    assert days(store) == (None, None)
    with store.read() as session:
        actions = [(one.action, one.detail) for one in session.scalars(select(AuditEvent))]
    wanted = ["chose the day for levels"] * 2 + ["took the day for levels back"]
    assert [action for action, _ in actions if "levels" in action] == wanted
    assert {"day": (today + timedelta(50)).isoformat()} in [detail for _, detail in actions]


@pytest.mark.usefixtures("shadow")
@pytest.mark.parametrize("day", ["", "2020-01-01", "2027-13-01", "tomorrow"])
def test_a_day_that_makes_no_sense_is_refused(admin: Visitor, store: Store, day: str) -> None:
    admin.get("calibration/")
    answer = admin.post("calibration/public-from", day=day)
    assert answer.status_code == 422
    assert "One thing to put right" in response_page(answer).words()
    assert days(store) == (None, None)


@pytest.mark.usefixtures("shadow")
def test_there_is_no_way_back_from_being_public(admin: Visitor, store: Store, app: Flask) -> None:
    clock: Clock = app.extensions["portal"].clock
    admin.get("calibration/")
    admin.post("calibration/public-from", day=clock.today().isoformat())
    assert days(store) == (clock.today(), clock.today())
    page = response_page(admin.get("calibration/"))
    assert "Levels are public since" in page.words()
    for path in ("calibration/shadow", "calibration/public-from"):
        later = (clock.today() + timedelta(9)).isoformat()
        assert admin.post(path, day=later).status_code == 303
    assert days(store) == (clock.today(), clock.today())


@pytest.mark.usefixtures("shadow")
def test_a_form_without_the_sessions_token_changes_nothing(admin: Visitor, store: Store) -> None:
    day = (this_day() + timedelta(40)).isoformat()
    answer = admin.client.post("/en/admin/calibration/public-from", data={"day": day})
    assert answer.status_code in {400, 403}
    assert days(store) == (None, None)


@pytest.mark.usefixtures("calibrated")
def test_the_report_says_what_would_move_and_how_many_replied(admin: Visitor) -> None:
    page = response_page(admin.get("calibration/"))
    words = page.words()
    assert "2 services were appraised." in words
    # One of the two is a single answer short of its thresholds.
    assert "With every threshold 5 points lower, 1 would stand at another level." in words
    assert "With every threshold 5 points higher, 1 would." in words
    assert "The quarter before" in words
    assert "Street lights" in words


@pytest.mark.usefixtures("calibrated")
def test_the_published_level_stands_beside_what_the_quarter_alone_gives(
    admin: Visitor, store: Store, city: City
) -> None:
    later = date(QUARTER.year + 1, QUARTER.month, 1)
    held = {"level": 3, "flag": "in_doubt", "quarters_flagged": 1}
    store.write(keep_appraisal, city.lights, "G- one", later, **held)
    calibrate_due(store, admin.client.application.extensions["portal"].clock)
    page = response_page(admin.get("calibration/?all=1"))
    row = next(one for one in page.all("tr") if "Street lights" in page.words(one))
    cells = {one.get("data-l"): page.words(one) for one in row if one.get("data-l")}
    assert cells["Published"] == "Level 3 · in doubt"
    assert cells["On this quarter’s evidence alone"] == "Level 2"
    rows = list(csv.DictReader(io.StringIO(admin.get("calibration/services.csv").text)))
    lights = next(one for one in rows if one["service"] == "street-lights")
    assert (lights["published_level"], lights["level"]) == ("3", "2")


@pytest.mark.usefixtures("calibrated")
def test_services_that_stand_firm_are_shown_on_demand(admin: Visitor) -> None:
    page = response_page(admin.get("calibration/"))
    assert "1 service stands where it stands whichever threshold is moved" in page.words()
    assert rows_of(page) == ["Street lights", "Street lights"]  # of both quarters
    words = response_page(admin.get("calibration/?all=1"))
    assert rows_of(words) == ["Pothole repair", "Street lights"] * 2


@pytest.mark.usefixtures("calibrated")
def test_chance_is_told_level_by_level(admin: Visitor, store: Store) -> None:
    store.write(embellish, {"drawn": {"3": 30, "2": 170}})
    words = response_page(admin.get("calibration/?all=1")).words()
    assert "Level 315%Level 285%" in words


@pytest.mark.usefixtures("calibrated")
def test_three_hundred_services_need_no_more_statements(
    admin: Visitor, store: Store, city: City, app: Flask
) -> None:
    admin.get("calibration/")
    with watch_statements(store) as few:
        admin.get("calibration/")
    store.write(make_many, city.works, 298)
    calibrate_due(store, app.extensions["portal"].clock)
    with watch_statements(store) as many:
        page = response_page(admin.get("calibration/?all=1"))
    assert len(set(rows_of(page))) == 300
    assert len(about_levels(many)) == len(about_levels(few)) > 0


def about_levels(sent: list[tuple[str, Any]]) -> list[str]:
    """The statements that read services: settings are read anew whenever a second has passed."""
    return [one for one, _parameters in sent if "FROM service" in one or "appraisal" in one]


def make_many(session: Session, department_id: int, count: int) -> None:
    """More services, none with a name, all appraised in the newest quarter."""
    services = [
        Service(slug=f"service-{n}", department_id=department_id, created_at=NOW)
        for n in range(count)
    ]
    session.add_all(services)
    session.flush()
    for service in services:
        keep_appraisal(session, service.id, "C four", QUARTER)


def rows_of(page: Page) -> list[str]:
    """The names of the services in the tables of services."""
    links = [one for one in page.all("a") if one.get("href", "").endswith("/level/")]
    return [page.words(one) for one in links]


@pytest.mark.usefixtures("calibrated")
def test_the_table_holds_both_quarters_and_is_the_same_each_time(admin: Visitor) -> None:
    answers = [admin.get("calibration/services.csv") for _ in range(2)]
    assert answers[0].mimetype == "text/csv"
    assert answers[0].data == answers[1].data
    rows = list(csv.DictReader(io.StringIO(answers[0].text)))
    assert [(row["quarter"], row["service"]) for row in rows] == [
        ("2026-10-01", "pothole-repair"),
        ("2026-10-01", "street-lights"),
        ("2026-07-01", "pothole-repair"),
        ("2026-07-01", "street-lights"),
    ]
    by_chance = {row["service"]: float(row["another_level_by_chance"]) for row in rows}
    assert by_chance["pothole-repair"] < 0.2 < by_chance["street-lights"]


@pytest.mark.usefixtures("appraised")
def test_the_page_says_how_far_the_worker_is_until_a_quarter_is_whole(
    admin: Visitor, store: Store, app: Flask
) -> None:
    words = response_page(admin.get("calibration/")).words()
    assert "The report is being made: 0 of 4 appraisals are done." in words
    assert "services were appraised" not in words
    assert list(csv.DictReader(io.StringIO(admin.get("calibration/services.csv").text))) == []

    calibrate_due(store, app.extensions["portal"].clock)
    forget(store, one_of_quarter(store, date(2026, 7, 1)))
    words = response_page(admin.get("calibration/")).words()
    assert "The report is being made: 3 of 4 appraisals are done." in words
    assert "2 services were appraised." in words  # the newest quarter is whole
    assert "The quarter before" not in words


@pytest.mark.usefixtures("calibrated")
def test_an_administrator_asks_for_a_fresh_report_once_at_a_time(
    admin: Visitor, store: Store, app: Flask
) -> None:
    assert "Made on" in response_page(admin.get("calibration/")).words()
    before = made(store)
    for _ in range(2):
        assert admin.post("calibration/anew").status_code == 303
    with store.read() as session:
        assert [one.action for one in session.scalars(select(AuditEvent))].count(
            "asked for a fresh report"
        ) == 1
    words = response_page(admin.get("calibration/")).words()
    assert "The report is being made: 0 of 4 appraisals are done." in words
    assert "2 services were appraised." in words  # as it was, until it is made anew
    assert calibrate_due(store, app.extensions["portal"].clock) == 4
    after = made(store)
    assert {number: figures for number, (_at, figures) in after.items()} == {
        number: figures for number, (_at, figures) in before.items()
    }
    assert all(after[number][0] > before[number][0] for number in before)


@pytest.mark.usefixtures("appraised")
def test_killed_workers_and_two_at_once_make_the_same_report(
    app: Flask, store: Store, make_store: Callable[[], Store]
) -> None:
    clock: Clock = app.extensions["portal"].clock
    calibrate_due(store, clock)
    whole = {number: figures for number, (_at, figures) in made(store).items()}
    forget(store, *sorted(whole)[1:])  # killed after the first

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda one: calibrate_due(one, clock), [make_store(), make_store()]))
    assert 3 <= sum(done) <= 6
    assert {number: figures for number, (_at, figures) in made(store).items()} == whole
    assert calibrate_due(store, clock) == 0


@pytest.mark.usefixtures("calibrated")
def test_reports_of_an_earlier_method_are_made_anew(store: Store, app: Flask) -> None:
    store.write(lambda session: session.execute(update(Calibration).values(method="calibration-0")))
    assert calibrate_due(store, app.extensions["portal"].clock) == 4


@pytest.mark.usefixtures("calibrated")
def test_what_was_asked_for_later_is_not_overwritten(store: Store, app: Flask) -> None:
    now = app.extensions["portal"].clock.now()
    number = one_of_quarter(store, QUARTER)
    for asked, level in ((3, 3), (2, 2)):
        store.write(
            keep_calibration, appraisal_id=number, standing=Standing(level, 0, 0, ()), drawn={0: 1},
            asked=asked, now=now, today=now.date(),
        )  # fmt: skip
    assert made(store)[number][1][0]["level"] == 3


@pytest.mark.usefixtures("calibrated")
def test_the_check_finds_a_report_that_was_embellished(store: Store) -> None:
    found = "it does not follow from its evidence"
    assert not [line for line in find_problems(store) if "calibration" in line]
    for change in ({"drawn": {"4": 1}}, {"standing": {**made_standing(store), "eased": 0}}):
        store.write(embellish, change)
        assert [line for line in find_problems(store) if "calibration" in line and found in line]


def embellish(session: Session, change: dict[str, Any]) -> None:
    session.execute(update(Calibration).values(**change))


def made_standing(store: Store) -> Any:
    return next(iter(made(store).values()))[1][0]


def made(store: Store) -> dict[int, tuple[datetime, tuple[Any, Any]]]:
    """{appraisal: (when, figures)} of what is stored."""
    with store.read() as session:
        return {
            row.appraisal_id: (row.made_at, (row.standing, row.drawn))
            for row in session.scalars(select(Calibration))
        }


def forget(store: Store, *appraisals: int) -> None:
    query = delete(Calibration).where(Calibration.appraisal_id.in_(appraisals))
    store.write(lambda session: session.execute(query))


def one_of_quarter(store: Store, quarter_on: date) -> int:
    with store.read() as session:
        query = select(Appraisal.id).where(Appraisal.quarter_on == quarter_on).limit(1)
        return session.scalars(query).one()
