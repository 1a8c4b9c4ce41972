"""The records behind a criterion are those that its figures count, whoever they belong to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.assess.operations import assess_service
from portal.assess.queries_evidence import gather_evidence
from portal.domain.criteria import CRITERIA
from portal.domain.evidence_shape import SHARES
from portal.domain.loop import Actor, Event, EventKind, Outcome
from portal.manage.queries.made_of import count_items, list_items
from portal.manage.queries.services import ManagedService
from portal.models.assessments import Assessment
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.respond.act import Act
from portal.respond.operations.hand_overs import hand_over
from portal.store.engine import Store
from portal.store.evidence.records import GROUPED, list_group_records, list_records
from portal.store.evidence.window import Window
from portal.store.texts import InLanguage
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk
from tests.support.history import HISTORIES, NOW, add_case, add_service, add_submission, bring_in
from tests.support.moment import this_day, this_moment

names = [history["name"] for history in HISTORIES]


@pytest.mark.parametrize("history", HISTORIES, ids=names)
def test_as_many_records_as_the_figures_say(store: Store, history: dict[str, Any]) -> None:
    service_id = store.write(add_service)
    bring_in(store, service_id, history["input"])
    as_of = date.fromisoformat(history["as_of"])
    with store.read() as session:
        evidence = gather_evidence(session, service_id, as_of)
        window = Window(as_of, evidence["window_days"])
        assert max(evidence[metric]["n"] for metric in SHARES) > 0
        for metric in SHARES:
            x, n = evidence[metric]["x"], evidence[metric]["n"]
            found = list_records(session, service_id, metric, window, start=0, limit=10_000)
            ids = [record.submission_id for record in found.items]
            failed = [record for record in found.items if not record.is_positive]
            assert (len(ids), len(set(ids)), len(failed)) == (n, n, n - x), metric
            assert (found.total, found.positive) == (n, x), metric
            assert list(found.items[: n - x]) == failed, metric
            parts = [
                record
                for start in range(0, n, 7)
                for record in list_records(
                    session, service_id, metric, window, start=start, limit=7
                ).items
            ]
            if n <= 50:
                assert parts == list(found.items), metric


@pytest.mark.parametrize("history", HISTORIES, ids=names)
def test_as_many_records_of_each_group_as_the_evidence_says(
    store: Store, history: dict[str, Any]
) -> None:
    service_id = store.write(add_service)
    bring_in(store, service_id, history["input"])
    as_of = date.fromisoformat(history["as_of"])
    with store.read() as session:
        evidence = gather_evidence(session, service_id, as_of)
        assert evidence["told30_by_language"]
        for metric in GROUPED:
            seen: set[int] = set()
            for group, (x, n) in evidence[metric].items():
                found = list_group_records(
                    session, service_id, metric, as_of, group=group, groups=evidence[metric],
                    start=0, limit=10_000,
                )  # fmt: skip
                assert (found.positive, found.total, len(found.items)) == (x, n, n), (metric, group)
                assert [item.is_positive for item in found.items] == [False] * (n - x) + [True] * x
                assert seen.isdisjoint(item.submission_id for item in found.items)
                seen |= {item.submission_id for item in found.items}


@pytest.mark.parametrize("history", HISTORIES, ids=names)
def test_figures_without_records_are_made_of_as_much_as_the_evidence_says(
    store: Store, history: dict[str, Any]
) -> None:
    service_id = store.write(add_service)
    bring_in(store, service_id, history["input"])
    as_of = date.fromisoformat(history["as_of"])
    assessment = store.write(assess_service, service_id=service_id, as_of=as_of, now=NOW)
    service = ManagedService(
        id=service_id, slug="", name=InLanguage("en", ""), is_shadow=False, published=None,
        doubt=None, todays=assessment, district_names={}, may_read=True,
    )  # fmt: skip
    with store.read() as session:
        for criterion in assessment.result["criteria"]:
            metric = criterion["metric"]
            if criterion["kind"] not in {"coverage", "count", "partnership"}:
                continue
            items = list_items(session, service, metric, ["en"])
            assert count_items(metric, items) in (criterion["value"], None), metric
            if criterion["kind"] == "coverage":
                assert sorted(one.name for one in items if not one.counts) == criterion["missing"]
            if criterion["kind"] == "partnership":
                assert len(items) == criterion["recorded"]
            assert [item.counts for item in items] == sorted(item.counts for item in items)


def fill(session: Session, service_id: int, department_id: int) -> dict[str, int]:
    """Told in time, told late, never told, and three ratings of question 3."""
    service = session.get_one(Service, service_id)
    assert service.department_id == department_id
    on = date.fromordinal(this_day().toordinal() - 60)
    cases = {
        "in time": _case(session, service_id, on, told_after=9),
        "late": _case(session, service_id, on, told_after=45),
        "never": _case(session, service_id, on, told_after=None),
    }
    for answer in (1, 5, 5):
        add_submission(session, service_id, received_on=on, q3=answer)
    session.flush()
    return cases


def _case(session: Session, service_id: int, on: date, told_after: int | None) -> int:
    events = []
    if told_after is not None:
        day = date.fromordinal(on.toordinal() + told_after)
        events = [
            Event(kind=EventKind.RESPONDED, on=day, actor=Actor.SYSTEM, outcome=Outcome.ANSWERED),
            Event(kind=EventKind.TOLD, on=day, actor=Actor.SYSTEM, lang="en"),
        ]
    number = add_case(session, service_id, on, events)
    session.get_one(Submission, number).comment = f"Words, told after {told_after}"
    return number


@pytest.fixture
def cases(store: Store, desk_city: City) -> dict[str, int]:
    found = store.write(fill, service_id=desk_city.potholes, department_id=desk_city.works)
    store.write(assess_service, service_id=desk_city.potholes, as_of=this_day(), now=NOW)
    return found


def show(desk: Desk, criterion_id: str, status: int = 200) -> Page:
    answer = desk.client.get(f"/en/manage/services/pothole-repair/criteria/{criterion_id}/")
    assert answer.status_code == status
    return response_page(answer)


def test_those_that_failed_come_first_and_lead_to_the_case(
    app: Flask, cases: dict[str, int]
) -> None:
    page = show(Desk(app, "manager"), "L3.1")
    links = [link for link in page.links() if "/staff/cases/" in link]
    assert links == [f"/en/staff/cases/{cases[name]}/" for name in ("late", "never", "in time")]
    words = page.words()
    assert "2 of them do not count for the service." in words
    for said in ("Told after 45 days.", "Nobody has been told.", "Told after 9 days.", "Words, t"):
        assert said in words
    assert Desk(app, "manager").client.get(links[0]).status_code == 200


def test_administrators_do_not_read_what_people_wrote(app: Flask, cases: dict[str, int]) -> None:
    page = show(Desk(app, "admin"), "L3.1")
    assert "Told after 45 days." in page.words()
    assert "Words" not in page.words()
    assert not [link for link in page.links() if "/staff/cases/" in link]


def test_too_few_ratings_are_not_shown_one_by_one(
    store: Store, app: Flask, desk_city: City, cases: dict[str, int]
) -> None:
    manager = Desk(app, "manager")
    assert "Strongly" not in show(manager, "L3.7").words()
    assert "Too few to show" in show(manager, "L3.7").words()
    for answer in (2, 4):
        store.write(add_submission, desk_city.potholes, received_on=this_day(), q3=answer)
    store.write(_forget_assessments)
    store.write(assess_service, service_id=desk_city.potholes, as_of=this_day(), now=NOW)
    words = show(manager, "L3.7").words()
    assert words.index("Strongly disagree") < words.index("Strongly agree")


@pytest.mark.parametrize(
    "path", ["", "criteria/L2.5/", "roadmap/", "what-if/?positive=4", "what-if/?positive=30"]
)
def test_pages_say_the_same_whatever_few_people_answered(
    store: Store, app: Flask, desk_city: City, path: str
) -> None:
    for service_id, answer in ((desk_city.potholes, 5), (desk_city.lights, 1)):
        for _ in range(3):
            store.write(add_submission, service_id, received_on=this_day(), q2=answer)
        store.write(assess_service, service_id=service_id, as_of=this_day(), now=NOW)
    client = Desk(app, "manager").client
    agree, disagree = (
        response_page(client.get(f"/en/manage/services/{slug}/{path}")).words()
        for slug in ("pothole-repair", "street-lights")
    )
    assert "Fewer than 5 so far, so no figure is shown." in agree
    assert agree.replace("Pothole repair", "Street lights") == disagree


def _forget_assessments(session: Session) -> None:
    session.query(Assessment).delete()


def test_what_has_no_records_is_not_found(app: Flask, cases: dict[str, int]) -> None:
    for criterion_id in ("L9.9", "x%00y"):
        show(Desk(app, "manager"), criterion_id, 404)


def test_every_criterion_has_a_page_of_what_is_behind_it(app: Flask, cases: dict[str, int]) -> None:
    manager = Desk(app, "manager")
    pages = {one.id: show(manager, one.id) for one in CRITERIA}
    for page in pages.values():
        assert "The records behind it" in page.words()
    assert "Last checked on" in pages["L1.1"].words()
    assert "Open for feedback since" in pages["L2.1"].words()
    assert "6 submissions came this way." in pages["L2.2"].words()
    assert "6 people" in pages["L2.3"].words()


def test_a_group_shows_its_records_and_no_others(app: Flask, cases: dict[str, int]) -> None:
    manager = Desk(app, "manager")
    page = show(manager, "L4.1")
    links = [link for link in page.links() if "/staff/cases/" in link]
    assert links  # of the only group there is, the small ones together
    assert "Small groups together" in page.words()
    answer = manager.client.get("/en/manage/services/pothole-repair/criteria/L4.1/?group=nobody")
    assert answer.status_code == 404


def test_the_page_of_a_service_words_every_criterion(app: Flask, cases: dict[str, int]) -> None:
    desk = Desk(app, "manager")
    answer = desk.client.get("/en/manage/services/pothole-repair/")
    page = response_page(answer)
    assert "Nothing is published yet" in page.words() or "Published is level" in page.words()
    assert len([link for link in page.links() if "/criteria/" in link]) >= len(CRITERIA)
    assert "/en/manage/services/pothole-repair/what-if/" in page.links()
    empty = response_page(desk.client.get("/en/manage/services/street-lights/"))
    assert "Not assessed yet" in empty.words()


def test_words_of_a_case_go_with_it_to_the_department_it_was_handed_to(
    app: Flask, store: Store, desk_city: City
) -> None:
    """It still counts for the service that had it, whose managers must not read it any more."""
    now = this_moment()
    sent = now - timedelta(days=12)
    office = Office(store, desk_city)
    act = Act(office.staff, now, this_day())
    said = ("Stays.", "Goes to the parks.", "Goes to the lights.")
    stays, away, next_door = (
        send(store, desk_city.potholes, sent, comment=words, q2=4) for words in said
    )
    for _ in range(3):
        send(store, desk_city.potholes, sent, comment="Stays, too.", q2=4)
    for case, slug in ((away, "swimming-pools"), (next_door, "street-lights")):
        store.write(hand_over, act=act, submission_id=case, slug=slug)
    store.write(assess_service, service_id=desk_city.potholes, as_of=this_day(), now=now)
    manager = Desk(app, "manager")
    for criterion_id in ("L3.12", "L2.5"):
        page = show(manager, criterion_id)
        assert "6 " in page.words()
        assert [one in page.words() for one in said] == [True, False, True]
        linked = [one in page.links() for one in map(_address, (stays, away, next_door))]
        assert linked == [True, False, True]
    reached = [manager.client.get(_address(one)).status_code for one in (stays, away, next_door)]
    assert reached == [200, 404, 200]


def _address(case: int) -> str:
    return f"/en/staff/cases/{case}/"
