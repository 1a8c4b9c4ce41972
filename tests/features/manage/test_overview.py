"""The overview of levels: what it shows, how it narrows, and that it never counts cases."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from babel.dates import format_skeleton
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from portal.assess.operations import assess_service
from portal.domain.criteria import METHOD
from portal.domain.level import evaluate
from portal.domain.publication import quarter_of
from portal.manage.queries.overview import last_quarters
from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment
from portal.models.running import Setting
from portal.models.services import Department, DepartmentText, Service, ServiceText
from portal.models.warnings import WarningRow
from portal.store.engine import Store
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk
from tests.support.history import EXAMPLES, NOW
from tests.support.moment import this_day
from tests.support.statements import watch_statements

EVIDENCE = EXAMPLES["evaluate"][0]["input"]
RESULT: dict[str, Any] = evaluate(EVIDENCE)
WORK = {"waiting": 3, "late": 1, "reopened": 2, "promises": 2, "promises_at_risk": 1}
FORBIDDEN = re.compile(r"\b(submission|loop|loop_event)\b")


def stand(
    session: Session,
    /,
    service_id: int,
    levels: list[int],
    work: dict[str, int] | None = None,
    **state: Any,
) -> None:
    """Give a service appraisals, the newest last, and an assessment of today."""
    quarter = quarter_of(state.get("until", this_day()))
    for level in reversed(levels):
        session.add(
            Appraisal(
                service_id=service_id, quarter_on=quarter, as_of=quarter, made_at=NOW,
                method=METHOD, thresholds={}, evidence={}, result=RESULT, evidence_hash="0" * 64,
                level=level, raw=level, flag=state.get("flag"),
                quarters_flagged=1 if state.get("flag") else 0,
                awaiting_second_look=state.get("is_awaiting", False),
            )
        )  # fmt: skip
        quarter = quarter_of(quarter - timedelta(days=1))
    session.add(
        Assessment(
            service_id=service_id, as_of=this_day(), method=METHOD, thresholds={},
            evidence=EVIDENCE, result=RESULT, evidence_hash="0" * 64, level=RESULT["level"],
            created_at=NOW, last_event_id=0, last_submission_id=0,
            workload=WORK if work is None else work,
        )
    )  # fmt: skip


def warn(session: Session, service_id: int, state: str) -> None:
    """An early warning in this state."""
    session.add(
        WarningRow(
            service_id=service_id, kind="ratings", subject=state, raised_on=this_day(),
            last_seen_on=this_day(), evidence={}, state=state,
            changed_at=None if state == "new" else NOW,
        )
    )  # fmt: skip


@pytest.fixture
def overview(app: Flask, store: Store, desk_city: City) -> Desk:
    """Potholes risen to 3, lights in doubt; pools belong to another department."""
    store.write(stand, desk_city.potholes, [1, 2, 3])
    store.write(
        stand, desk_city.lights, [2, 2], {**WORK, "waiting": 9}, flag="in_doubt",
    )  # fmt: skip
    store.write(stand, desk_city.pools, [4])
    for state in ("new", "looked_at", "dealt_with"):
        store.write(warn, desk_city.lights, state)
    return Desk(app, "manager")


def show(desk: Desk, query: str = "") -> Page:
    return response_page(desk.client.get(f"/en/manage/{query}"))


def names(page: Page) -> list[str]:
    return [page.words(th) for th in page.all("th") if th.get("scope") == "row"]


def test_a_line_holds_all_that_a_manager_asks_first(overview: Desk) -> None:
    page = show(overview)
    assert names(page) == ["Pothole repair", "Street lights"]
    rows = [page.words(row) for row in page.all("tr")]
    assert "Level 3" in rows[1]
    assert f"rose in {quarter_of(this_day()):%B %Y}" in rows[1]
    assert "1 over 30 days" in rows[1]
    assert "in doubt" in rows[2]
    assert "unchanged" in rows[2]
    assert len(RESULT["blocking"]) > 0
    assert "12 cases are open" in page.words()
    assert "2 of them have been open for more than 30 days. 4 more were told" in page.words()
    pictures = [one.get("aria-label") for one in page.root.iter() if one.get("role") == "img"]
    assert "Published levels, the oldest first: –, –, –, –, –, 1, 2, 3" in pictures


def test_the_level_of_a_service_that_was_out_of_use_for_years_is_the_published_one(
    app: Flask, store: Store, desk_city: City
) -> None:
    long_ago = this_day() - timedelta(days=1200)
    store.write(stand, desk_city.potholes, [2, 3], until=long_ago)
    desk = Desk(app, "manager")
    page = show(desk)
    pothole = next(page.words(row) for row in page.all("tr") if "Pothole" in page.words(row))
    assert "Level 3" in pothole
    pictures = [one.get("aria-label") for one in page.root.iter() if one.get("role") == "img"]
    assert not any("oldest first" in label and "3" in label for label in pictures if label)
    own = response_page(desk.client.get("/en/manage/services/pothole-repair/"))
    assert "Published is level 3" in own.words()


def test_departments_are_chosen_from_by_name(app: Flask, store: Store, overview: Desk) -> None:
    store.write(_rename_department, "Zoo and parks")
    page = show(Desk(app, "admin"))
    options = [page.words(one) for one in page.all("option")]
    chosen = options.index("All departments")
    assert options[chosen : chosen + 3] == ["All departments", "Public Works", "Zoo and parks"]


def _rename_department(session: Session, name: str) -> None:
    parks = select(Department.id).where(Department.slug == "parks").scalar_subquery()
    query = update(DepartmentText).where(DepartmentText.department_id == parks)
    session.execute(query.values(name=name).execution_options(synchronize_session=False))


def test_administrators_see_every_department(app: Flask, overview: Desk) -> None:
    admin = Desk(app, "admin")
    assert names(show(admin)) == ["Pothole repair", "Street lights", "Swimming pools"]
    page = show(admin, "?group=1")
    headings = [page.words(h2) for h2 in page.all("h2")]  # the last one is of the list of keys
    assert headings == ["Parks and Recreation", "Public Works", "Keyboard shortcuts"]
    assert names(page) == ["Swimming pools", "Pothole repair", "Street lights"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=POTHÓLE", ["Pothole repair"]),
        ("?q=lights+street", ["Street lights"]),
        ("?q=works+pothole", ["Pothole repair"]),
        ("?q=nothing", []),
        ("?level=3", ["Pothole repair"]),
        ("?level=none", []),
        ("?doubt=1", ["Street lights"]),
        ("?department=parks", []),
        ("?department=public-works", ["Pothole repair", "Street lights"]),
        ("?sort=level", ["Street lights", "Pothole repair"]),
        ("?sort=warnings", ["Street lights", "Pothole repair"]),
        ("?sort=waiting", ["Street lights", "Pothole repair"]),
        ("?sort=change", ["Pothole repair", "Street lights"]),
        ("?sort=;drop+table&level=99&doubt=x&group=x", ["Pothole repair", "Street lights"]),
    ],
)
def test_the_address_holds_search_filters_and_order(
    overview: Desk, query: str, expected: list[str]
) -> None:
    assert names(show(overview, query)) == expected
    answer = overview.client.get(f"/en/manage/levels.csv{query}")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["name"] for row in rows] == expected


def test_the_table_for_spreadsheets_computes_nothing(store: Store, overview: Desk) -> None:
    store.write(_rename, '=HYPERLINK("x")')
    answer = overview.client.get("/en/manage/levels.csv?sort=waiting")
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["name"] for row in rows] == ["Street lights", '\'=HYPERLINK("x")']
    assert rows[0] | {"published_level": "2", "published_status": "in_doubt"} == rows[0]
    assert rows[0] | {"open_cases": "9", "reopened_cases": "2", "open_warnings": "2"} == rows[0]
    assert rows[0]["blocking"].split() == RESULT["blocking"]


def test_a_level_that_rose_and_fell_again_is_said_to_have_fallen(
    app: Flask, store: Store, desk_city: City
) -> None:
    """First compared with last would call both of them rising."""
    store.write(stand, desk_city.potholes, [1, 2, 3, 2])
    store.write(stand, desk_city.lights, [1, 2, 2, 2, 2])
    store.write(stand, desk_city.pools, [2])
    desk = Desk(app, "admin")
    quarters = last_quarters(this_day())
    page = show(desk, "?sort=change")
    assert names(page) == ["Pothole repair", "Street lights", "Swimming pools"]
    rows = [page.words(row) for row in page.all("tr")][1:]
    assert f"fell in {quarters[-1]:%B %Y}" in rows[0]
    assert f"rose in {quarters[-4]:%B %Y}" in rows[1]
    assert "Too early to say" in rows[2]
    answer = desk.client.get("/en/manage/levels.csv?sort=change").get_data(as_text=True)
    lines = list(csv.DictReader(io.StringIO(answer)))
    columns = [f"level_{one.year}_q{one.month // 3 + 1}" for one in quarters]
    assert [lines[0][name] for name in columns] == ["", "", "", "", "1", "2", "3", "2"]
    assert lines[0]["last_change"] == "fell"
    assert lines[0]["last_change_on"] == quarters[-1].isoformat()


def test_what_the_last_appraisal_did_stands_beside_the_published_level(
    app: Flask, store: Store, desk_city: City
) -> None:
    """As the public pages say it: in words, and nothing where the level stayed."""
    store.write(stand, desk_city.potholes, [2, 0, 1])
    store.write(stand, desk_city.lights, [1, 3, 2])
    store.write(stand, desk_city.pools, [1, 2, 2])
    desk = Desk(app, "admin")
    page = show(desk)
    assert names(page) == ["Pothole repair", "Street lights", "Swimming pools"]
    rows = [page.words(row) for row in page.all("tr")][1:]
    assert "Up from below level 1" in rows[0]
    assert "Down from level 3" in rows[1]
    assert "from" not in rows[2]
    answer = desk.client.get("/en/manage/levels.csv").get_data(as_text=True)
    lines = list(csv.DictReader(io.StringIO(answer)))
    found = [(line["published_before"], line["published_change"]) for line in lines]
    assert found == [("0", "rose"), ("3", "fell"), ("2", "same")]
    assert "Down from level 3" in show(desk, "services/street-lights/").words()
    public = response_page(desk.client.get("/en/levels/")).words()
    assert "Up from below level 1" in public
    assert "Down from level 3" in public


def test_an_appraisal_that_is_not_public_is_compared_with_in_shadow_alone(
    app: Flask, store: Store, desk_city: City
) -> None:
    store.write(stand, desk_city.potholes, [1, 3])
    desk = Desk(app, "manager")
    addresses = ("", "services/pothole-repair/", "services/pothole-repair/roadmap/")
    store.write(go_public, last_quarters(this_day())[-1])
    for address in addresses:
        assert "Up from" not in show(desk, address).words()
    store.write(go_public, None)
    for address in addresses:
        assert "Up from level 1" in show(desk, address).words()


def go_public(session: Session, since: date | None) -> None:
    session.execute(delete(Setting).where(Setting.name == "levels_public_since"))
    if since:
        session.add(Setting(name="levels_public_since", value=since.isoformat()))


def test_the_month_of_a_change_is_in_the_readers_language(overview: Desk) -> None:
    page = response_page(overview.client.get("/es/manage/"))
    month = format_skeleton("yMMMM", quarter_of(this_day()), locale="es")
    assert f"subió en {month}" in page.words()


def _rename(session: Session, name: str) -> None:
    for words in session.query(ServiceText).filter(ServiceText.name.startswith("Pothole")):
        words.name = name


def test_who_waits_is_counted_with_the_assessment(store: Store, desk_city: City) -> None:
    row = store.write(assess_service, service_id=desk_city.pools, as_of=this_day(), now=NOW)
    assert row.workload == dict.fromkeys(WORK, 0)


def test_managers_land_on_levels_and_staff_in_the_inbox(app: Flask, desk_city: City) -> None:
    for who, place in (
        ("manager", "/en/manage/"), ("admin", "/en/manage/"), ("staff", "/en/staff/"),
    ):  # fmt: skip
        desk = Desk(app, who)
        assert desk.client.get("/en/sign-in").location == place
        page = response_page(desk.client.get(place))
        assert ("/en/manage/" in page.links()) == (who != "staff")


def make_many(session: Session, department_id: int, count: int) -> None:
    """More services, each with two years of appraisals, an assessment and names."""
    services = [
        Service(slug=f"service-{n}", department_id=department_id, created_at=NOW)
        for n in range(count)
    ]
    session.add_all(services)
    session.flush()
    for service in services:
        for lang in ("en", "es"):
            session.add(
                ServiceText(
                    service_id=service.id, lang=lang, name=f"Service {service.id} {lang}",
                    summary="", status="reviewed", updated_at=NOW,
                )
            )  # fmt: skip
        stand(session, service.id, [1, 1, 2, 2, 3, 3, 2, 3])
    session.flush()


def plan_of(store: Store, statement: str, parameters: Any) -> str:
    explain = "EXPLAIN QUERY PLAN " if store.engine.dialect.name == "sqlite" else "EXPLAIN "
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql(explain + statement, parameters)
        return "\n".join(" ".join(map(str, row)) for row in rows)


def test_three_hundred_services_need_no_more_statements_and_no_case(
    store: Store, overview: Desk, desk_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 3600)  # however slow the machine is
    show(overview)
    with watch_statements(store) as few:
        show(overview)
    store.write(make_many, desk_city.works, 298)
    with (
        store.write_connection()
        if hasattr(store, "write_connection")
        else store.engine.begin() as c
    ):
        c.execute(text("ANALYZE"))
    with watch_statements(store) as many:
        page = show(overview)
    assert len(names(page)) == 300
    assert [one for one, _ in many] == [one for one, _ in few]
    reads = [one for one in many if one[0].lstrip().upper().startswith(("SELECT", "WITH"))]
    assert len(reads) >= 6
    for statement, parameters in reads:
        plan = plan_of(store, statement, parameters)
        assert not FORBIDDEN.search(plan), f"{statement}\n{plan}"
