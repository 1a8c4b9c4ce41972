"""The inbox, grouping, and setting aside with a second person where the rating is low."""

from __future__ import annotations

import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.loop import STAFF_REASONS, Actor, Event, EventKind, Outcome, Verdict
from portal.models.loops import ExclusionRequest, LoopEvent, LoopRow
from portal.models.responses import ThemeCase
from portal.models.running import AuditEvent
from portal.models.submissions import Submission
from portal.respond.operations.cases import set_aside
from portal.respond.rules import OFFERED_REASONS
from portal.store.engine import Store
from portal.store.loops import append_event
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.desk import Desk
from tests.support.moment import StillClock


def row(store: Store, case: int) -> LoopRow:
    with store.read() as session:
        return session.get_one(LoopRow, case)


def test_the_inbox_is_narrowed_by_service_language_kind_and_place(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    send(store, desk_city.potholes, comment="Bache", lang="es", kind="problem")
    send(store, desk_city.potholes, comment="Idea for a street", kind="idea")
    lamp = send(store, desk_city.lights, comment="Dark lamp", kind="problem")
    office.group([lamp])
    desk = Desk(app)
    for query, wanted in (
        ("?service=street-lights", {"Dark lamp"}),
        ("?language=es", {"Bache"}),
        ("?kind=idea", {"Idea for a street"}),
        ("?place=new", {"Bache", "Idea for a street"}),
        ("?place=in_theme", {"Dark lamp"}),
        ("?place=told", set()),
        ("?service=street-lights&kind=idea", set()),
        ("?service=swimming-pools&language=xx", {"Bache", "Idea for a street", "Dark lamp"}),
    ):
        words = desk.get(query).words()
        found = {one for one in ("Bache", "Idea for a street", "Dark lamp") if one in words}
        assert found == wanted, query


def test_the_inbox_shows_fifty_at_a_time(app: Flask, store: Store, desk_city: City) -> None:
    for number in range(53):
        send(store, desk_city.potholes, comment=f"Hole number {number:03}", lang="en")
    desk = Desk(app)
    first, second = desk.get("").words(), desk.get("?page=2").words()
    assert "1–50 of 53" in first
    assert "51–53 of 53" in second
    assert "Hole number 049" in first
    assert "Hole number 050" in second
    assert "Nobody waits" in Desk(app, "parks").get("").words()


def test_flags_show_what_calls_for_attention(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    case = send(store, desk_city.potholes, comment="Call 555 0100", has_personal_data=True)
    office.answer([case])
    for event in (
        Event(kind=EventKind.RESPONDED, on=TODAY, actor=Actor.SYSTEM, outcome=Outcome.ANSWERED),
        Event(kind=EventKind.TOLD, on=TODAY, actor=Actor.SYSTEM, lang="en"),
        Event(kind=EventKind.CONFIRMED, on=TODAY, actor=Actor.RESIDENT, verdict=Verdict.NO),
        Event(kind=EventKind.DISPUTED, on=TODAY, actor=Actor.RESIDENT),
    ):
        store.write(append_event, case, event, at=NOW)
    words = Desk(app).get("?place=reopened").words()
    assert "Reopened" in words
    assert "Personal data" in words
    assert "Call 555 0100" in words


def test_an_imported_case_is_no_work(app: Flask, store: Store, desk_city: City) -> None:
    case = send(store, desk_city.potholes, comment="From before the portal")
    store.write(_mark_imported, case)
    assert "Nobody waits" in Desk(app).get("").words()


def _mark_imported(session: Session, case: int) -> None:
    session.get_one(LoopRow, case).is_imported = True


def test_words_of_residents_are_marked_with_their_language_and_never_run(
    app: Flask, store: Store, desk_city: City
) -> None:
    nasty = "<script>alert(1)</script> {{7*7}} %(x)s \u202e"
    case = send(store, desk_city.potholes, comment=nasty, lang="ar")
    for path in ("", f"cases/{case}/", f"group?case={case}"):
        page = Desk(app).get(path)
        assert "{{7*7}} %(x)s" in page.words(), path
        assert 'lang="ar"' in page.text, path


def test_traditional_characters_keep_their_own_language(
    app: Flask, store: Store, desk_city: City
) -> None:
    send(store, desk_city.potholes, comment="路面壞了", lang="zh-Hans", comment_lang="zh-Hant")
    assert 'lang="zh-Hant"' in Desk(app).get("").text


def test_grouping_needs_cases_of_one_service_and_a_name(
    app: Flask, store: Store, desk_city: City
) -> None:
    hole, lamp = send(store, desk_city.potholes), send(store, desk_city.lights)
    desk = Desk(app)
    assert "of one service only" in desk.get(f"group?case={hole}&case={lamp}").words()
    desk.post("group", 422, case=[hole, lamp], theme="new", name="Both")
    desk.post("group", 422, case=[hole], theme="new", name=" ")
    desk.post("group", 422, case=[hole], theme="", name="x")
    desk.post("group", 422, case=[hole], theme="٣", name="x")
    desk.post("group", 303, theme="new", name="Nothing ticked")
    assert "Tick at least one case" in desk.get("").words()
    with store.read() as session:
        assert session.scalars(select(ThemeCase)).all() == []


def test_a_theme_of_another_service_is_refused(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    lamps = office.group([send(store, desk_city.lights)])
    hole = send(store, desk_city.potholes)
    Desk(app).post("group", 422, case=[hole], theme=str(lamps), name="")


def test_a_case_joins_a_theme_once_however_often_it_is_sent(
    store: Store, desk_city: City, office: Office
) -> None:
    cases = [send(store, desk_city.potholes) for _case in range(5)]
    theme = office.group(cases[:1])
    threads = [threading.Thread(target=office.group, args=(cases, theme)) for _person in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as session:
        themed = session.scalars(
            select(LoopEvent.submission_id).where(LoopEvent.kind == "themed")
        ).all()
    assert sorted(themed) == sorted(cases)


@pytest.mark.parametrize("reason", OFFERED_REASONS)
def test_a_case_is_set_aside_with_a_reason_and_its_rating_stays(
    app: Flask, store: Store, desk_city: City, reason: str
) -> None:
    case = send(store, desk_city.potholes, q0=4, comment="Test test")
    desk = Desk(app)
    desk.post(f"cases/{case}/set-aside", 422, reason="")
    desk.post(f"cases/{case}/set-aside", 422, reason="wrong")
    desk.post(f"cases/{case}/set-aside", reason=reason)
    assert row(store, case).excluded == reason
    with store.read() as session:
        assert session.get_one(Submission, case).q0 == 4
        assert not session.get_one(Submission, case).is_rating_excluded
        actions = session.scalars(select(AuditEvent.action)).all()
    assert "case_excluded" in actions
    desk.post(f"cases/{case}/set-aside", 409, reason=reason)
    assert "Set aside" in desk.get("?place=excluded").words()
    desk.post(f"cases/{case}/restore")
    assert row(store, case).excluded is None
    desk.post(f"cases/{case}/restore", 409)


@pytest.mark.parametrize("rating", [1, 2])
def test_a_low_rating_is_set_aside_by_two_people_only(
    app: Flask, store: Store, desk_city: City, rating: int
) -> None:
    case = send(store, desk_city.potholes, q0=rating, comment="Awful")
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    staff.post(f"cases/{case}/set-aside", reason="abuse")
    assert row(store, case).excluded is None
    answer = staff.post(f"cases/{case}/set-aside/agree", 422)
    assert "Somebody else has to agree" in answer.get_data(as_text=True)
    staff.post(f"cases/{case}/set-aside", 409, reason="spam")
    assert row(store, case).excluded is None
    assert "Awful" in reviewer.get("?place=set_aside").words()
    reviewer.post(f"cases/{case}/set-aside/agree")
    assert row(store, case).excluded == "abuse"
    reviewer.post(f"cases/{case}/set-aside/agree", 409)
    with store.read() as session:
        trail = session.scalars(
            select(AuditEvent).where(AuditEvent.subject == "submission").order_by(AuditEvent.id)
        ).all()
    assert [(one.action, one.person_id) for one in trail] == [
        ("exclusion_requested", desk_city.people["staff"]),
        ("case_excluded", desk_city.people["reviewer"]),
    ]
    assert trail[1].detail["requested_by"] == desk_city.people["staff"]


def test_a_request_may_be_refused_or_taken_back(app: Flask, store: Store, desk_city: City) -> None:
    case = send(store, desk_city.potholes, q0=1)
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    for decider in (reviewer, staff):
        staff.post(f"cases/{case}/set-aside", reason="spam")
        decider.post(f"cases/{case}/set-aside/refuse")
        assert row(store, case).excluded is None
    assert "To be set aside or withdrawn0" in staff.get("").words()


def test_a_withdrawn_case_stays_withdrawn(app: Flask, store: Store, desk_city: City) -> None:
    case = send(store, desk_city.potholes)
    event = Event(kind=EventKind.WITHDRAWN, on=TODAY, actor=Actor.RESIDENT)
    store.write(append_event, case, event, at=NOW)
    desk = Desk(app)
    desk.post(f"cases/{case}/restore", 409)
    desk.post(f"cases/{case}/set-aside", 409, reason="spam")
    assert "withdrawn" in desk.get(f"cases/{case}/").words()


def test_two_people_decide_at_once_and_only_one_decision_stands(
    store: Store, desk_city: City, office: Office
) -> None:
    case = send(store, desk_city.potholes)
    outcomes: list[str] = []

    def decide(reason: str) -> None:
        try:
            store.write(
                set_aside, now=NOW, today=TODAY, scope=office.staff, submission_id=case,
                reason=reason,
            )  # fmt: skip
            outcomes.append("done")
        except Exception as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=decide, args=(one,)) for one in ("spam", "test")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as session:
        excluded = session.scalars(
            select(LoopEvent.reason).where(LoopEvent.kind == "excluded")
        ).all()
    assert len(excluded) == outcomes.count("done") == 1, outcomes


def test_a_request_needs_a_reason_of_staff(store: Store, desk_city: City) -> None:
    case = send(store, desk_city.potholes)
    assert "automatic" not in STAFF_REASONS
    for reason in ("automatic", "dislike"):
        with pytest.raises(IntegrityError, match="ck_exclusion_request_reason"):
            store.write(_request, case, reason, desk_city.people["staff"])
    store.write(_request, case, "spam", desk_city.people["staff"])
    with pytest.raises(IntegrityError):
        store.write(_request, case, "spam", desk_city.people["staff"])


def _request(session: Session, case: int, reason: str, person_id: int) -> None:
    session.execute(
        insert(ExclusionRequest).values(
            submission_id=case, reason=reason, person_id=person_id, requested_at=NOW
        )
    )


def test_days_left_count_from_the_dispute_once_there_is_one(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    clock = StillClock(ZoneInfo("UTC"))
    now = clock.now()
    case = send(store, desk_city.potholes, now - timedelta(days=100), comment="Disputed hole")
    office.answer([case])
    day = clock.today() - timedelta(days=10)
    for event in (
        Event(kind=EventKind.RESPONDED, on=day, actor=Actor.SYSTEM, outcome=Outcome.ANSWERED),
        Event(kind=EventKind.TOLD, on=day, actor=Actor.SYSTEM, lang="en"),
        Event(kind=EventKind.DISPUTED, on=day, actor=Actor.RESIDENT),
    ):
        store.write(append_event, case, event, at=now)
    assert "20 days left" in Desk(app).get("?place=reopened").words()
