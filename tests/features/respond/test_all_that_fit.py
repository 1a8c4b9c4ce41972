"""All that fit: what is offered is what is done, and closed cases are said to be left out."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict
from portal.models.desk import CaseAssignment
from portal.models.responses import ThemeCase
from portal.models.running import AuditEvent
from portal.respond.operations import assigning
from portal.respond.queries import inbox
from portal.store.engine import Store
from portal.store.loops import Links, append_event
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk

TOLD = (
    Event(kind=EventKind.RESPONDED, on=TODAY, actor=Actor.SYSTEM, outcome=Outcome.ANSWERED),
    Event(kind=EventKind.TOLD, on=TODAY, actor=Actor.SYSTEM, lang="en"),
)
ENDS = {
    "told": TOLD,
    "confirmed": (
        *TOLD,
        Event(kind=EventKind.CONFIRMED, on=TODAY, actor=Actor.RESIDENT, verdict=Verdict.YES),
    ),
    "excluded": (Event(kind=EventKind.EXCLUDED, on=TODAY, actor=Actor.STAFF, reason="spam"),),
    "withdrawn": (Event(kind=EventKind.WITHDRAWN, on=TODAY, actor=Actor.RESIDENT),),
}
REOPENED = (
    *TOLD,
    Event(kind=EventKind.CONFIRMED, on=TODAY, actor=Actor.RESIDENT, verdict=Verdict.NO),
    Event(kind=EventKind.DISPUTED, on=TODAY, actor=Actor.RESIDENT),
)
PARTS = ("filters", "all", "until", "done", "meant")


@pytest.fixture
def cases(store: Store, desk_city: City) -> dict[str, int]:
    """One case of potholes that ended in each way, one that was opened again, and two new ones."""
    found = {}
    for name, events in {**ENDS, "reopened": REOPENED, "new": (), "newer": ()}.items():
        found[name] = send(store, desk_city.potholes, comment=f"Hole, {name}")
        for event in events:
            staff = desk_city.people["staff"] if event.actor is Actor.STAFF else None
            store.write(append_event, found[name], event, at=NOW, links=Links(person_id=staff))
    return found


def open_ones(cases: dict[str, int]) -> list[int]:
    return [cases[name] for name in ("reopened", "new", "newer")]


def sent(page: Page, *more: str) -> dict[str, str]:
    """What the form of the page carries on."""
    return {name: page.value(name) for name in (*PARTS, *more)}


def assigned(store: Store) -> list[int]:
    with store.read() as session:
        return list(session.scalars(select(CaseAssignment.submission_id)))


def test_closed_cases_are_counted_apart_and_not_assigned(
    app: Flask, store: Store, cases: dict[str, int], desk_city: City,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(assigning, "BATCH", 2)
    desk = Desk(app)
    page = desk.get("assign?" + urlencode({"all": 1, "filters": "place=all"}))
    assert "Meant are 3 of the 7 cases that fit." in page.words()
    assert "4 are closed (told, set aside or withdrawn) and stay as they are." in page.words()
    assert "Hole, told" not in page.words()
    late = desk.post("assign", 200, person=desk_city.people["staff"], **sent(page))
    page = response_page(late)
    assert "2 of 3 cases are done." in page.words()
    desk.post("assign", 303, **sent(page, "person"))
    words = desk.get("").words()
    assert "Done for 3 cases." in words
    assert "as they were" not in words
    assert sorted(assigned(store)) == sorted(open_ones(cases))


def test_what_was_offered_and_needed_no_change_is_said_too(
    app: Flask, store: Store, cases: dict[str, int], desk_city: City
) -> None:
    staff = desk_city.people["staff"]
    desk = Desk(app)
    desk.post("assign", case=cases["new"], person=staff)
    page = desk.get("assign?" + urlencode({"all": 1, "filters": "place=all"}))
    desk.post("assign", person=staff, **sent(page))
    words = desk.get("").words()
    assert "Done for 2 cases." in words
    assert "1 case stays as it was" in words
    desk.post("assign", person=staff, **sent(page))
    words = desk.get("").words()
    assert "Done for 0 cases." not in words
    assert "3 cases stay as they were" in words


def test_what_a_colleague_took_meanwhile_stays_theirs(
    app: Flask, store: Store, cases: dict[str, int], desk_city: City,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Between opening the list and sending it, and between two batches of it."""
    monkeypatch.setattr(assigning, "BATCH", 1)
    mine, theirs = desk_city.people["staff"], desk_city.people["reviewer"]
    desk, other = Desk(app), Desk(app, "reviewer")
    page = desk.get("assign?" + urlencode({"all": 1, "filters": "place=all"}))
    first, second, third = sorted(open_ones(cases))
    other.post("assign", case=first, person=theirs)
    page = response_page(desk.post("assign", 200, person=mine, **sent(page, "read")))
    assert holders(store) == {first: theirs, second: mine}
    other.post("assign", case=third, person=theirs)
    desk.post("assign", **sent(page, "person", "deed", "read"))
    assert holders(store) == {first: theirs, second: mine, third: theirs}
    words = desk.get("").words()
    assert "Done for 1 case." in words
    assert "2 cases stay as they were: a colleague has assigned them since" in words
    assert "done already" not in words
    page = desk.get("assign?" + urlencode({"case": first}))
    desk.post("assign", case=first, person=mine, read=page.value("read"))
    assert holders(store)[first] == mine, "whoever has seen it decides"


def test_a_colleague_may_have_taken_more_than_a_statement_has_parameters_for(
    app: Flask, store: Store, cases: dict[str, int], desk_city: City
) -> None:
    desk, mine = Desk(app), desk_city.people["staff"]
    page = desk.get("assign?" + urlencode({"all": 1, "filters": "place=all"}))

    def take(session: Session) -> None:
        session.execute(
            insert(AuditEvent),
            [
                {"at": NOW, "person_id": desk_city.people["reviewer"], "action": "case_assigned",
                 "subject": "submission", "subject_id": case, "detail": {}}
                for case in (cases["new"], *range(1000, 71_000))
            ],
        )  # fmt: skip

    store.write(take)
    desk.post("assign", person=mine, **sent(page, "read"))
    assert sorted(assigned(store)) == sorted({*open_ones(cases)} - {cases["new"]})


def holders(store: Store) -> dict[int, int]:
    """Who looks after which case."""
    with store.read() as session:
        found = session.scalars(select(CaseAssignment)).all()
        return {one.submission_id: one.person_id for one in found}


def test_closed_cases_that_fit_go_under_no_theme(
    app: Flask, store: Store, cases: dict[str, int], office: Office
) -> None:
    desk = Desk(app)
    page = desk.get("group-many?" + urlencode({"all": 1, "filters": "place=all&q=hole"}))
    assert "Meant are 3 of the 7 cases that fit." in page.words()
    desk.post("group-many", 303, theme="new", name="Holes", **sent(page))
    assert "Done for 3 cases." in desk.get("").words()
    with store.read() as session:
        inside = session.scalars(select(ThemeCase.submission_id)).all()
    assert sorted(inside) == sorted(open_ones(cases))


@pytest.mark.parametrize("path", ["assign", "group-many"])
def test_where_all_that_fit_are_closed_nothing_is_offered(
    app: Flask, store: Store, cases: dict[str, int], desk_city: City, path: str
) -> None:
    desk = Desk(app)
    for place in ("told", "confirmed", "excluded", "withdrawn"):
        query = urlencode({"all": 1, "filters": f"place={place}"})
        answer = desk.client.get(f"/en/staff/{path}?{query}")
        assert answer.location.endswith(f"/en/staff/?place={place}")
        assert "The case that fits is closed" in desk.get(f"?place={place}").words(), place
    page = desk.get(f"{path}?" + urlencode({"all": 1, "filters": ""}))
    assert "3 cases are meant." in page.words()
    assert "closed" not in page.words()


def test_the_list_offers_the_open_ones_that_fit(
    app: Flask, cases: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 1)
    for name in ("excluded", "withdrawn", "told"):
        assert "that fit" not in Desk(app).get(f"?place={name}").words(), name
    desk = Desk(app)
    assert "all 3 open cases that fit" in desk.get("?place=all").words()
    assert "all 3 cases that fit" in desk.get("").words()
    assert "all 2 cases that fit" in desk.get("?place=new").words()


def test_ticked_closed_cases_are_left_out_of_a_theme_and_counted(
    app: Flask, store: Store, cases: dict[str, int]
) -> None:
    desk = Desk(app)
    ticked = [cases[name] for name in ("new", "told", "excluded", "withdrawn")]
    theme = desk.post("group", case=ticked, theme="new", name="Holes").location.split("/")[-2]
    words = desk.get(f"themes/{theme}/").words()
    assert "2 cases are in the theme now." in words
    assert "2 cases were left out: set aside or withdrawn." in words


def test_an_empty_place_is_named_where_nothing_else_narrows_the_list(
    app: Flask, cases: dict[str, int]
) -> None:
    desk = Desk(app)
    assert "No case stands here: To be set aside" in desk.get("?place=set_aside").words()
    assert "No case fits these filters" in desk.get("?place=set_aside&language=vi").words()
