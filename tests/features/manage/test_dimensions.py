"""Managers say where their services stand, a second one agrees, and it never looks measured."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.domain.publication import quarter_of
from portal.domain.self_assessment import Dimension, open_quarter
from portal.domain.typed_texts import TextsMoved
from portal.manage.operations.self_assessments import ClaimClosed, assess_dimension, claim_level
from portal.models.appraisals import Appraisal
from portal.models.running import AuditEvent
from portal.models.self_assessments import EngageClaim, SelfAssessment
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.scope import Scope
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import open_desk
from tests.support.managers import ManagersDesk, add_manager
from tests.support.one_moment import save_in_one_moment

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
GRID = "services/pothole-repair/dimensions/"
CLAIM = "services/pothole-repair/claim"
MINUTES = {"kind_0": "document", "reference_0": "Minutes of May", "dated_0": "2026-05-03"}


@pytest.fixture
def clock(app: Flask) -> Clock:
    clock: Clock = app.extensions["portal"].clock
    return clock


@pytest.fixture
def desk(app: Flask, store: Store, city: City) -> ManagersDesk:
    open_desk(store, city)
    store.write(add_manager, "second", city.works)
    store.write(add_manager, "neighbour", city.parks)
    return ManagersDesk(app)


def only(store: Store) -> SelfAssessment:
    with store.read() as session:
        return session.scalars(select(SelfAssessment)).one()


def cells(page: Page, dimension: str) -> list[tuple[str, str]]:
    """(class, words) of the four cells of a row of the grid."""
    for row in page.all("tr"):
        if dimension in page.words(row):
            found = [cell for cell in row if cell.tag.endswith("td")]
            return [(cell.get("class", ""), page.words(cell)) for cell in found]
    raise AssertionError(f"no row {dimension}")


def test_a_claim_with_evidence_waits_for_a_second_person(
    app: Flask, store: Store, desk: ManagersDesk
) -> None:
    desk.post(f"{GRID}B/", level="3", note="Two units, one target.", **MINUTES)
    row = only(store)
    assert (row.level, row.reviewed_by) == (3, None)
    assert row.valid_until.year == row.assessed_on.year + 1
    drawn = cells(desk.get(GRID), "Lead Collaboratively")
    assert [style for style, _words in drawn] == ["hatch waiting"] * 2 + ["hatch waiting got", ""]
    assert "not reviewed yet" in drawn[2][1]

    review = f"{GRID}B/{row.id}/review"
    desk.post(review)
    assert only(store).reviewed_by is None
    assert "Somebody else has to review it" in desk.get(f"{GRID}B/").words()
    second = ManagersDesk(app, "second")
    second.post(review)
    assert only(store).reviewed_by is not None
    drawn = cells(second.get(GRID), "Lead Collaboratively")
    assert drawn[2] == ("hatch got", "Level 3Shared accountability for outcomesSelf-assessed")
    page = second.get(f"{GRID}B/")
    assert "Minutes of May" in page.words()
    assert page.value("reference_0") == "Minutes of May"
    second.post(review)
    with store.read() as session:
        actions = session.scalars(
            select(AuditEvent.action).where(AuditEvent.subject == "self_assessment")
        ).all()
    assert actions == ["dimension_assessed", "dimension_reviewed"]


def test_a_claim_without_evidence_is_drawn_hollow_and_cannot_be_reviewed(
    app: Flask, store: Store, desk: ManagersDesk
) -> None:
    desk.post(f"{GRID}E/", level="4", note="")
    drawn = cells(desk.get(GRID), "Capability")
    assert [style for style, _words in drawn] == ["hollow"] * 3 + ["hollow got"]
    assert "Claimed, no evidence" in drawn[3][1]
    ManagersDesk(app, "second").post(f"{GRID}E/{only(store).id}/review")
    assert only(store).reviewed_by is None


def test_after_twelve_months_it_is_drawn_grey(
    app: Flask, store: Store, desk: ManagersDesk, clock: Clock
) -> None:
    desk.post(f"{GRID}C/", level="2", note="", **MINUTES)
    ManagersDesk(app, "second").post(f"{GRID}C/{only(store).id}/review")
    long_ago = clock.today() - timedelta(days=370)
    store.write(
        lambda session: session.execute(
            update(SelfAssessment).values(
                assessed_on=long_ago, valid_until=clock.today() - timedelta(days=1)
            )
        )
    )
    drawn = cells(desk.get(GRID), "Work across disciplines")
    assert drawn[1][0] == "expired got"
    assert "Expired" in drawn[1][1]


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(
    store: Store, desk: ManagersDesk
) -> None:
    warning = {"kind_1": "record", "reference_1": "/en/manage/warnings/", "dated_1": "2026-05-03"}
    for letter, data, message in (
        ("B", {}, "Choose the statement"),
        ("B", {"level": "9"}, "This is not one of the answers"),
        ("B", {"level": "2", "reference_0": "Minutes"}, "Give the day that this item is of"),
        ("B", {"level": "2", "dated_2": "2026-05-03"}, "Give the address or the title"),
        ("D", {"level": "4", **MINUTES, **warning}, "Early warnings show capability only"),
        ("B", {"level": "2", **MINUTES, "kind_0": "url"}, "begins with https://"),
    ):
        answer = desk.post(f"{GRID}{letter}/", 422, **data)
        assert message in response_page(answer).words()
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(SelfAssessment)) == 0
    desk.post(f"{GRID}E/", level="4", **warning)
    assert only(store).evidence_count == 1


def test_the_measured_row_is_solid_and_the_expected_level_stands_beside_it(
    store: Store, desk: ManagersDesk, city: City, clock: Clock
) -> None:
    quarter_on = quarter_of(clock.today())
    store.write(appraise, city.potholes, quarter_on, 1)
    store.write(expect, city, quarter_on, 3)
    page = desk.get(GRID)
    assert [style for style, _words in cells(page, "Engage society")] == ["solid got", "", "", ""]
    assert "2 levels above what was measured" in page.words()
    assert "Review suggested" in page.words()
    city_page = desk.get("dimensions/")
    assert "Review suggested" in city_page.words()
    assert "1 service" in cells(city_page, "Engage society")[0][1]


def appraise(session: Session, service_id: int, quarter_on: date, level: int) -> None:
    session.add(
        Appraisal(
            service_id=service_id, quarter_on=quarter_on, as_of=quarter_on, level=level, raw=level,
            made_at=NOW,
            method="engage-1.0", thresholds={}, evidence={}, result={}, evidence_hash="0",
            flag=None, quarters_flagged=0, awaiting_second_look=False,
        )
    )  # fmt: skip


def expect(session: Session, city: City, quarter_on: date, level: int) -> None:
    day = quarter_on - timedelta(days=3)
    claim_level(
        session, now=NOW, today=day, scope=scope_of(city), slug="pothole-repair",
        quarter_on=quarter_on, level=level,
    )  # fmt: skip


def scope_of(city: City) -> Scope:
    return Scope(city.people["manager"], {"manager": frozenset({city.works})})


def test_a_level_is_expected_before_it_is_measured_or_not_at_all(
    store: Store, desk: ManagersDesk, city: City, clock: Clock
) -> None:
    coming = open_quarter(clock.today())
    for level in ("2", "3"):
        desk.post(CLAIM, quarter=coming.isoformat(), level=level)
    page = desk.get(GRID)
    assert "You expect Level 3: Answers" in page.words()
    radios = [one for one in page.all("input") if one.get("type") == "radio"]
    assert [one.get("value") for one in radios if one.get("checked") is not None] == ["3"]
    assert "Say it before you look" in page.words()
    links = [link for link in page.links() if link.endswith("/manage/services/pothole-repair/")]
    assert len(links) == 1, "only the tab of the page leads to today's evidence"
    late = desk.post(CLAIM, 422, quarter=quarter_of(clock.today()).isoformat(), level="1")
    assert "That quarter has begun" in response_page(late).words()
    desk.post(CLAIM, 422, quarter="soon", level="1")
    desk.post(CLAIM, 422, quarter=coming.isoformat())
    for quarter_on in (open_quarter(coming), quarter_of(clock.today())):
        with pytest.raises(ClaimClosed):
            store.write(
                claim_level, now=NOW, today=clock.today(), scope=scope_of(city),
                slug="pothole-repair", quarter_on=quarter_on, level=2,
            )  # fmt: skip
    with store.read() as session:
        assert session.scalars(select(EngageClaim.level).order_by(EngageClaim.id)).all() == [2, 3]
    with pytest.raises(DBAPIError):
        store.write(lambda session: session.execute(update(EngageClaim).values(level=0)))


def test_when_the_quarter_begins_meanwhile_the_next_one_is_claimed(
    store: Store, desk: ManagersDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    coming = open_quarter(clock.today())
    desk.post(CLAIM, level="3", **desk.get(GRID).sent_along(f"/manage/{CLAIM}"))
    along = desk.get(GRID).sent_along(f"/manage/{CLAIM}")
    monkeypatch.setattr(type(clock), "today", lambda _clock: coming)
    late = response_page(desk.post(CLAIM, 422, level="2", **along))
    assert "That quarter has begun" in late.words()
    desk.post(CLAIM, level="2", **late.sent_along(f"/manage/{CLAIM}"))
    late = response_page(desk.post(CLAIM, 422, level="1", **along))
    assert "You expect Level 2" in late.words()
    desk.post(CLAIM, level="1", **late.sent_along(f"/manage/{CLAIM}"))
    wrong = {"quarter": open_quarter(coming).isoformat(), "was": "9", "level": "4"}
    page = response_page(desk.post(CLAIM, 409, **wrong))
    desk.post(CLAIM, level="4", **page.sent_along(f"/manage/{CLAIM}"))
    with store.read() as session:
        levels = session.scalars(select(EngageClaim.level).order_by(EngageClaim.id)).all()
    assert levels == [3, 2, 1, 4]


def test_the_second_of_two_managers_sees_what_the_first_one_said(
    app: Flask, store: Store, desk: ManagersDesk, clock: Clock
) -> None:
    other, path = ManagersDesk(app, "second"), f"{GRID}B/"
    along = desk.get(path).sent_along(f"/manage/{path}")
    other.post(path, level="3", note="Theirs", **along)
    other.post(path, level="3", note="Theirs, sent twice", **along)
    page = response_page(desk.post(path, 409, level="2", note="Mine", **along))
    assert "Somebody else has assessed it meanwhile" in page.words()
    assert "Theirs" in page.words()
    assert "Mine" in page.text
    desk.post(path, level="2", note="Mine", **page.sent_along(f"/manage/{path}"))
    along = desk.get(GRID).sent_along(f"/manage/{CLAIM}")
    coming = open_quarter(clock.today()).isoformat()
    assert along.pop("quarter") == coming
    other.post(CLAIM, quarter=coming, level="3", **along)
    desk.post(CLAIM, quarter=coming, level="3", **along)
    page = response_page(desk.post(CLAIM, 409, quarter=coming, level="1", **along))
    assert "“Level 3: Answers" in page.words()
    desk.post(CLAIM, level="1", **page.sent_along(f"/manage/{CLAIM}"))
    with store.read() as session:
        levels = session.scalars(select(EngageClaim.level).order_by(EngageClaim.id)).all()
    assert levels[-1] == 1


def test_of_two_managers_who_save_in_one_moment_the_second_looks_first(
    store: Store, city: City, clock: Clock
) -> None:
    other = store.write(add_manager, "second", city.works)
    by: dict[str, Any] = {"now": NOW, "today": clock.today(), "slug": "pothole-repair"}
    mine, theirs = scope_of(city), replace(scope_of(city), person_id=other)

    def assess(session: Session, scope: Scope) -> None:
        assess_dimension(
            session, scope=scope, dimension=Dimension.CAPABILITY, level=2, note="", evidence=[],
            read_until=0, **by,
        )  # fmt: skip

    def claim(session: Session, scope: Scope) -> None:
        level = 2 if scope == mine else 3
        quarter = open_quarter(clock.today())
        claim_level(session, scope=scope, quarter_on=quarter, level=level, seen="", **by)

    for say in (assess, claim):
        with pytest.raises(TextsMoved):
            save_in_one_moment(store, partial(say, scope=theirs), partial(say, scope=mine))


def test_the_file_keeps_measured_and_self_assessed_apart(
    app: Flask, store: Store, desk: ManagersDesk, city: City, clock: Clock
) -> None:
    desk.post(f"{GRID}B/", level="2", **MINUTES)
    ManagersDesk(app, "second").post(f"{GRID}B/{only(store).id}/review")
    quarter_on = quarter_of(clock.today())
    store.write(appraise, city.potholes, quarter_on, 2)
    store.write(expect, city, quarter_on, 3)
    answer = desk.client.get("/en/manage/dimensions.csv")
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    found = [
        (row["dimension"], row["basis"], row["measured_level"], row["self_level"]) for row in rows
    ]
    assert found == [("A", "measured", "2", ""), ("A", "self", "2", "3"), ("B", "self", "", "2")]


def test_another_department_finds_nothing(app: Flask, store: Store, desk: ManagersDesk) -> None:
    desk.post(f"{GRID}B/", level="2", **MINUTES)
    number = only(store).id
    neighbour = ManagersDesk(app, "neighbour")
    for path in (GRID, f"{GRID}B/"):
        neighbour.get(path, 404)
    neighbour.post(f"{GRID}B/", 404, level="1")
    neighbour.post(f"{GRID}B/{number}/review", 404)
    neighbour.post(f"services/swimming-pools/dimensions/B/{number}/review", 404)
    neighbour.post(CLAIM, 404, quarter="2027-01-01", level="1")
    assert "Pothole" not in neighbour.get("dimensions/").words()
    assert "pothole" not in neighbour.client.get("/en/manage/dimensions.csv").text
    for letter in ("A", "F", "b"):
        desk.get(f"{GRID}{letter}/", 404)
    desk.post(f"{GRID}B/{'9' * 30}/review", 404)
    assert "Pothole repair" in ManagersDesk(app, "admin").get(GRID).words()
