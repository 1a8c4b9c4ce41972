"""The cases of a co-decision: which may be linked, and which count."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal.domain.loop import Actor, Event, EventKind
from portal.manage.operations.co_decisions import LinkRefused
from portal.manage.operations.partner_links import NotReady
from portal.manage.queries import co_decisions as queries
from portal.models.loops import LoopRow
from portal.models.partners import (
    CoDecisionCase,
)
from portal.respond.operations import themes
from portal.store.engine import Store
from portal.store.loops import Links, append_event
from tests.features.manage.deciding import get, post
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk
from tests.support.together import Table


def test_what_a_colleague_linked_meanwhile_stays_linked(
    desk: Desk, store: Store, city: City, table: Table
) -> None:
    office = Office(store, city)
    mine, theirs, gone = (send(store, city.potholes, comment="High.") for _case in range(3))
    number = table.decide(office.group([mine, theirs, gone]), table.partner(), [gone])
    page = get(desk, path := f"co-decisions/{number}/")
    shown = [one.get("value") for one in page.all("input") if one.get("name") == "shown"]
    assert shown == [str(gone)]
    post(desk, f"{path}cases", 303, case=[gone, theirs], shown=shown)
    post(desk, f"{path}cases", 303, case=[mine], shown=shown)
    with store.read() as session:
        linked = set(session.scalars(select(CoDecisionCase.submission_id)))
    assert linked == {mine, theirs}


def test_a_linked_case_that_was_set_aside_counts_for_nobody(
    desk: Desk, client: FlaskClient, store: Store, city: City, table: Table
) -> None:
    office = Office(store, city)
    kept, spam = (send(store, city.potholes, comment=f"High {one}.") for one in range(2))
    number = table.decide(office.group([kept, spam]), table.partner(), [kept, spam])
    token, path = table.link(number), f"co-decisions/{number}/"
    set_aside(store, city, spam)
    assert "from 1 message of residents" in response_page(client.get(f"/en/sign/{token}/")).words()
    page = get(desk, path)
    assert "1 case is linked" in page.words()
    assert page.words().count("Does not count") == 1
    shown = [one.get("value", "") for one in page.all("input") if one.get("name") == "shown"]
    ticked = [one.get("value", "") for one in page.all("input") if one.get("name") == "case"]
    assert (sorted(shown), ticked) == ([str(kept), str(spam)], [str(kept)])
    post(desk, f"{path}cases", 303, case=ticked, shown=shown)
    with store.read() as session:
        assert session.scalars(select(CoDecisionCase.submission_id)).all() == [kept]


def set_aside(store: Store, city: City, case: int) -> None:
    aside = Event(kind=EventKind.EXCLUDED, on=TODAY, actor=Actor.STAFF, reason="spam")
    store.write(append_event, case, aside, at=NOW, links=Links(person_id=city.people["staff"]))


def test_there_is_nothing_to_sign_once_the_last_linked_case_is_set_aside(
    client: FlaskClient, store: Store, city: City, table: Table
) -> None:
    case = send(store, city.potholes)
    number = table.decide(Office(store, city).group([case]), table.partner(), [case])
    token = table.link(number)
    set_aside(store, city, case)
    answer = client.get(f"/en/sign/{token}/")
    assert answer.status_code == 410
    assert "The record is being changed" in response_page(answer).words()
    with pytest.raises(LinkRefused):
        table.sign(token)
    with pytest.raises(NotReady):
        table.link(number)


def test_a_case_that_left_the_theme_meanwhile_costs_nobody_the_other_ticks(
    desk: Desk, store: Store, city: City, table: Table
) -> None:
    office = Office(store, city)
    cases = [send(store, city.potholes, comment="High.") for _case in range(4)]
    stays, linked, leaves, aside = cases
    theme = office.group(cases)
    path = f"co-decisions/{table.decide(theme, table.partner(), [linked])}/"
    store.write(themes.take_out, now=NOW, scope=office.staff, submission_id=leaves, theme_id=theme)
    set_aside(store, city, aside)
    post(desk, f"{path}cases", case=[stays, linked, leaves, aside], shown=[linked])
    said = "2 ticked cases do not count any more, or are not in the theme, so they are not linked."
    assert said in get(desk, path).words()
    with store.read() as session:
        assert set(session.scalars(select(CoDecisionCase.submission_id))) == {stays, linked}


def test_all_cases_of_a_large_theme_can_be_linked_page_by_page(
    desk: Desk, store: Store, city: City, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "CASES", 2)
    office = Office(store, city)
    cases = [send(store, city.potholes, comment="High.") for _case in range(5)]
    path = f"co-decisions/{table.decide(office.group(cases), table.partner(), [])}/"

    def link(page: str, *more: int) -> list[str]:
        """Tick more on a page; returns what stands on it, in its order."""
        read = get(desk, f"{path}{page}")
        shown = [one.get("value") for one in read.all("input") if one.get("name") == "shown"]
        post(desk, f"{path}cases{page}", 303, case=[*shown, *more], shown=shown)
        return [one.get("value", "") for one in read.all("input") if one.get("name") == "case"]

    assert link("", cases[4], cases[3]) == [str(cases[4]), str(cases[3])]
    assert link("?page=2", cases[2], cases[1]) == [str(cases[2]), str(cases[1])]
    assert "before you turn to another" in get(desk, path).words()
    assert link("?page=3", cases[0]) == [str(cases[0])]
    assert "5 cases are linked" in get(desk, path).words()
    where = post(desk, f"{path}cases?page=2", 303, case=[], shown=[cases[1]])
    assert str(where).endswith("?page=2")
    assert "4 cases are linked" in get(desk, path).words()
    beyond = get(desk, f"{path}?page=9")
    assert "There are fewer pages" in beyond.words()
    assert "Link the ticked cases" not in beyond.words()
    assert f"/en/manage/{path}" in beyond.links()
    table.sign(table.link(int(path.split("/")[1])))
    last = get(desk, f"{path}?page=2")
    assert len([link for link in last.links() if "/staff/cases/" in link]) == 2
    assert not [link for link in last.links() if link.endswith("page=3")]


def test_a_record_whose_theme_has_no_case_says_so(
    desk: Desk, store: Store, table: Table, theme: int
) -> None:
    number = table.decide(theme, table.partner(), [])
    assert "Link the ticked cases" in get(desk, f"co-decisions/{number}/").words()
    store.write(lambda session: session.execute(update(LoopRow).values(excluded="spam")))
    words = get(desk, f"co-decisions/{number}/").words()
    assert "The theme has no case of this service." in words
    assert "Link the ticked cases" not in words


def test_administrators_see_the_cases_of_a_record_without_their_words(
    desk: Desk, app: Flask, table: Table, theme: int
) -> None:
    own = table.decide(theme, table.partner(), [])
    assert "The kerb is high." in get(desk, f"co-decisions/{own}/").words()
    page = get(Desk(app, "admin"), f"co-decisions/{own}/")
    assert "Case " in page.words()
    assert "The kerb is high." not in page.text
    assert not [link for link in page.links() if "/staff/cases/" in link]
