"""The list of answers turns its pages: whatever waits or may be published stands on one of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import update

from portal.models.people import Membership
from portal.respond.queries import disputes, responses
from portal.store.engine import Store
from tests.support.answers import SOURCE, Office, send
from tests.support.city import City
from tests.support.client import Page
from tests.support.desk import Desk
from tests.support.remarks import judge, tell
from tests.support.statements import watch_statements


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "LISTED", 2)


def drafts(store: Store, office: Office, count: int) -> list[int]:
    """Reviewed drafts, the newest first."""
    found = [office.draft(office.group([send(store, office.city.potholes)])) for _ in range(count)]
    for draft in found:
        office.review(draft)
    return found[::-1]


def boxes(page: Page) -> list[str]:
    return [one.get("value", "") for one in page.all("input") if one.get("name") == "response"]


def turn(desk: Desk, page: Page, name: str) -> Page:
    """The next page of one list."""
    links = [one.get("href", "") for one in page.all("a") if one.get("rel") == "next"]
    return desk.get(next(one for one in links if f"{name}=" in one).removeprefix("/en/staff/"))


def test_every_draft_stands_on_a_page_and_is_published_from_it(
    app: Flask, store: Store, office: Office
) -> None:
    ids, desk = drafts(store, office, 5), Desk(app)
    page, found = desk.get("responses/"), []
    for number in range(3):
        page = turn(desk, page, "drafts") if number else page
        found += boxes(page)
    assert found == [f"{one}:2" for one in ids]
    action = next(
        str(one.get("action")) for one in page.all("form") if "publish" in str(one.get("action"))
    )
    answer = desk.post(action.removeprefix("/en/staff/"), response=boxes(page))
    assert answer.location == "/en/staff/responses/?drafts=3"
    page = desk.get("responses/?drafts=3")  # the last one of this page is out
    assert boxes(page) == []
    assert "/en/staff/responses/?drafts=2#drafts" in page.links()
    assert desk.post("responses/publish?drafts=2").location.endswith("?drafts=2")


def test_every_theme_that_waits_stands_on_a_page_and_the_lists_turn_by_themselves(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    themes = [office.group([send(store, desk_city.potholes)]) for _theme in range(5)]
    drafts(store, office, 3)
    for _answer in range(3):
        office.answer([send(store, desk_city.potholes)])
    desk = Desk(app)
    page = turn(desk, desk.get("responses/"), "drafts")
    with watch_statements(store) as first:
        desk.get("responses/")
    found = []
    for number in range(3):
        page = turn(desk, page, "waiting") if number else page
        links = page.links()
        found += [one for one in themes if f"/en/staff/themes/{one}/" in links]
        assert len(boxes(page)) == 1  # the second page of drafts
    assert found == themes
    assert "/en/staff/responses/?waiting=3&drafts=2&page=2#published" in page.links()
    with watch_statements(store) as last:
        desk.get("responses/?waiting=3&drafts=2&page=2")
    assert len(last) <= len(first)


def test_every_answer_that_was_disputed_stands_on_a_page(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    ids = []
    for _answer in range(5):
        case = send(store, desk_city.potholes)
        ids.append(office.answer([case]))
        tell(store, office, ids[-1])
        judge(store, case)
    desk = Desk(app)
    page, found = desk.get("responses/?drafts=7"), []
    for number in range(3):
        page = turn(desk, page, "disputed") if number else page
        links = [one.get("href") for one in page.by_id("disputed").iter("a")]
        found += [one for one in ids if f"/en/staff/responses/{one}/" in links]
    assert found == ids
    assert "drafts=7" in " ".join(page.links()), "the other lists stay where they are"
    assert "Nothing on this page any more." in desk.get("responses/?disputed=9").words()


def test_all_cases_that_were_disputed_are_counted_and_found(
    app: Flask, store: Store, office: Office, desk_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disputes, "SHOWN", 2)
    cases = [send(store, desk_city.potholes) for _case in range(3)]
    response = office.answer(cases)
    tell(store, office, response)
    for case in cases:
        judge(store, case)
    desk = Desk(app)
    page = desk.get(f"responses/{response}/")
    assert "3 people asked to look again" in page.words()
    address = next(link for link in page.links() if "place=reopened" in link)
    listed = desk.get(address.removeprefix("/en/staff/")).words()
    assert all(f"Case {case}" in listed for case in cases)


@pytest.mark.parametrize("is_further", [True, False])
def test_a_dispute_is_one_of_what_its_resident_was_told_last(
    app: Flask, store: Store, office: Office, *, is_further: bool
) -> None:
    case = send(store, office.city.potholes)
    theme = office.group([case])
    first = office.draft(theme)
    further = replace(SOURCE, we_did="We went there again.")
    last = office.draft(theme if is_further else office.group([case]), wording=further)
    for draft in (first, last):
        office.review(draft)
        office.publish(draft)
        tell(store, office, draft)
    judge(store, case, "again")
    desk, asked = Desk(app), "1 person asked to look again"
    page = desk.get("responses/")
    listed = page.words(page.by_id("disputed"))
    assert listed.count("1 person waits") == 1
    assert asked not in desk.get(f"responses/{first}/").words()
    assert asked in desk.get(f"responses/{last}/").words()


def test_an_empty_list_leads_on_to_what_its_reader_works_on(
    app: Flask, store: Store, desk_city: City
) -> None:
    assert "/en/staff/" in Desk(app).get("responses/").links()
    assert "Tick cases in the inbox" in Desk(app).get("responses/").words()
    make_translator(store, desk_city)
    page = Desk(app, "reviewer").get("responses/")
    assert "Tick cases in the inbox" not in page.words()
    assert "No answers yet" in page.words()


def test_a_translators_way_back_from_an_answer_is_the_list(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    [draft] = drafts(store, office, 1)
    make_translator(store, desk_city)
    for who, way_back in (("staff", "/en/staff/themes/1/"), ("reviewer", "/en/staff/responses/")):
        page = Desk(app, who).get(f"responses/{draft}/")
        crumbs = [one for one in page.all("p") if "crumb" in one.get("class", "")]
        assert [one.get("href") for one in crumbs[0].iter("a")] == [way_back]


def make_translator(store: Store, city: City) -> None:
    of_reviewer = update(Membership).where(Membership.person_id == city.people["reviewer"])
    store.write(lambda session: session.execute(of_reviewer.values(role="translator")))
