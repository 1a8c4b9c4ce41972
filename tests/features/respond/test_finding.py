"""Finding a case at the desk: by its number, anywhere in the loop, and tabs that count the same."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask

from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict
from portal.respond.queries import inbox
from portal.store.engine import Store
from portal.store.loops import append_event
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.client import Page
from tests.support.desk import Desk
from tests.support.moment import this_moment

TELLING = (
    Event(kind=EventKind.RESPONDED, on=TODAY, actor=Actor.SYSTEM, outcome=Outcome.ANSWERED),
    Event(kind=EventKind.TOLD, on=TODAY, actor=Actor.SYSTEM, lang="en"),
)
DISPUTING = (
    Event(kind=EventKind.CONFIRMED, on=TODAY, actor=Actor.RESIDENT, verdict=Verdict.NO),
    Event(kind=EventKind.DISPUTED, on=TODAY, actor=Actor.RESIDENT),
)


def tell(store: Store, office: Office, case: int, *more: Event) -> None:
    """Answer the case, tell its resident, and let them say what follows."""
    office.answer([case])
    for event in (*TELLING, *more):
        store.write(append_event, case, event, at=NOW)


def numbers(page: Page) -> list[int]:
    """The cases of the list, in its order."""
    links = [link for link in page.links() if "/staff/cases/" in link]
    return [int(link.rstrip("/").rpartition("/")[2]) for link in links]


def tabs(page: Page) -> dict[str, tuple[str, int | None]]:
    """By the words of each tab: its address, and the figure that it shows."""
    bar = next(one for one in page.all("nav") if one.get("class") == "views")
    found: dict[str, tuple[str, int | None]] = {}
    for link in bar.iter("a"):
        figures = [int(one.text or "") for one in link if one.text]
        found[(link.text or "").strip()] = (link.get("href", ""), next(iter(figures), None))
    return found


def test_who_searches_searches_all_cases_unless_they_chose_a_place(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    told = send(store, desk_city.potholes, comment="The hole by the mill")
    tell(store, office, told)
    desk = Desk(app)
    assert desk.get("").value("place") == "all"
    assert numbers(desk.get("?q=mill&place=all")) == [told]
    assert numbers(desk.get(f"?q={told}&place=all")) == [told]
    elsewhere = desk.get("?q=mill")
    assert numbers(elsewhere) == []
    assert "1 case fits elsewhere in the loop" in elsewhere.words()
    assert "/en/staff/?q=mill&place=all" in elsewhere.links()
    for chosen in ("?place=reopened", "?q=mill&place=told"):
        assert desk.get(chosen).value("place") == chosen.rpartition("=")[2]
    assert 'name="place" value=' not in elsewhere.text
    assert numbers(Desk(app, "parks").get(f"?q={told}&place=all")) == []


def test_a_case_is_found_by_its_number_as_pages_and_letters_write_it(
    app: Flask, store: Store, desk_city: City
) -> None:
    number = 18_289
    case = send(store, desk_city.potholes, id=number, comment="The hole by the mill")
    other = send(store, desk_city.potholes, id=20_000, comment="18289 is what the sign says")
    assert case == number
    desk = Desk(app)
    for typed in ("18289", "#18289", " 18,289 ", "18.289", "18 289", "18\u202f289", "١٨٢٨٩",
                  "١٨٬٢٨٩", "\u200f18289\u200f"):  # fmt: skip
        page = desk.get("?" + urlencode({"q": typed, "place": "all", "sort": "newest"}))
        assert numbers(page)[0] == case, typed
        assert "Case 18289" in page.words(), typed
    assert numbers(desk.get("?q=18289&place=all&sort=newest")) == [case, other]
    for nothing in ("18,28", "1,8289", "18289 mill", "²", "9" * 30):
        assert case not in numbers(desk.get("?" + urlencode({"q": nothing, "place": "all"})))


def test_pages_write_the_number_of_a_case_as_it_is(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    case = send(store, desk_city.potholes, id=18_289, comment="The hole by the mill")
    office.answer([case])
    desk = Desk(app)
    for path in ("?place=all", f"cases/{case}/", f"cases/{case}/redact", f"group?case={case}"):
        words = desk.get(path).words()
        assert "18289" in words, path
        assert "18,289" not in words, path


@pytest.mark.parametrize("place", ["nowhere", "alle", "2"])
def test_an_address_that_asks_for_a_place_that_is_not_there_says_so(
    app: Flask, store: Store, desk_city: City, place: str
) -> None:
    case = send(store, desk_city.potholes, comment="The hole by the mill")
    desk = Desk(app)
    page = desk.get(f"?place={place}&rating=7")
    assert f"Left out, as there is nothing of this name here (any more): place={place}" in (
        page.words()
    )
    assert "rating=7" in page.words()
    assert numbers(page) == [case]
    for right in ("", "?place=waiting", "?place=all&kind=&sort=", "?place=excluded"):
        assert "Left out" not in desk.get(right).words(), right


def test_tabs_count_what_their_links_lead_to(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    day, now = timedelta(days=1), this_moment()
    holes, lamps = desk_city.potholes, desk_city.lights
    for age in (60, 31, 30, 23, 22, 0):
        send(store, holes, now - age * day, comment="Hole", q0=1)
        send(store, lamps, now - age * day, comment="Lamp", channel="phone",
             has_personal_data=age == 0)  # fmt: skip
    tell(store, office, send(store, lamps, now, comment="Lamp, told"))
    tell(store, office, send(store, lamps, now, comment="Lamp again"), *DISPUTING)
    desk = Desk(app)
    for query in ("", "?service=street-lights", "?rating=1&place=overdue", "?channel=phone",
                  "?q=lamp&place=all", "?place=all&service=street-lights"):  # fmt: skip
        found = tabs(desk.get(query))
        counted = {name: (href, n) for name, (href, n) in found.items() if n is not None}
        assert len(counted) >= 6, query
        for name, (href, figure) in counted.items():
            page = desk.get(href.removeprefix("/en/staff/"))
            assert len(numbers(page)) == figure, (query, name)
    lights = tabs(desk.get("?service=street-lights"))
    figures = {name: figure for name, (_href, figure) in lights.items()}
    assert figures["Waiting for us"] == 7
    assert figures["Personal data"] == 1
    assert figures["Reopened"] == 1
    assert figures["All cases"] is None  # not counted unless it is asked for


def test_whoever_is_overdue_is_not_due_this_week(app: Flask, store: Store, desk_city: City) -> None:
    day, now = timedelta(days=1), this_moment()
    ages = {age: send(store, desk_city.potholes, now - age * day) for age in (60, 31, 30, 23, 22)}
    desk = Desk(app)
    assert numbers(desk.get("?place=overdue")) == [ages[60], ages[31]]
    assert numbers(desk.get("?place=due")) == [ages[30], ages[23]]
    assert "over" in desk.get("?place=overdue").words()


def test_nothing_ticked_leads_back_to_the_same_list(
    app: Flask, store: Store, desk_city: City
) -> None:
    for _ in range(51):
        send(store, desk_city.potholes, comment="Hole")
    desk = Desk(app)
    page = desk.get("?service=pothole-repair&kind=problem&page=2")
    kept = {name: page.value(name) for name in ("filters", "page")}
    same = "/en/staff/?page=2&service=pothole-repair&kind=problem"
    for path in ("group-many", "assign"):
        answer = desk.client.get(f"/en/staff/{path}?{urlencode(kept)}")
        assert answer.location == same, path
        assert "Tick at least one case first." in desk.get(same.removeprefix("/en/staff/")).words()
    assert desk.post("group", 303, theme="new", name="N", **kept).location == same
    one = numbers(page)[0]
    grouping = desk.client.get(f"/en/staff/group-many?{urlencode({**kept, 'case': one})}")
    form = desk.get(grouping.location.removeprefix("/en/staff/"))
    assert form.value("filters") == kept["filters"]
    assert "/en/staff/?service=pothole-repair&kind=problem" in form.links()


def test_whoever_acts_on_all_that_fit_sees_the_filters_and_the_first_of_them(
    app: Flask, store: Store, desk_city: City
) -> None:
    cases = [send(store, desk_city.potholes, comment=f"Hole {n}", channel="phone")
             for n in range(inbox.FIRST + 2)]  # fmt: skip
    send(store, desk_city.potholes, comment="Not meant", channel="paper")
    desk = Desk(app)
    filters = "service=pothole-repair&channel=phone&sort=newest"
    for path in ("assign", "group-many"):
        page = desk.get(f"{path}?{urlencode({'all': 1, 'filters': filters})}")
        words = page.words()
        assert numbers(page) == cases[: -inbox.FIRST - 1 : -1], path
        assert "and 2 cases more" in words, path
        for part in ("Pothole repair", "Telephone", "Waiting for us"):
            assert part in words, (path, part)
        assert "Not meant" not in words, path


def test_a_row_says_reopened_once(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    tell(store, office, send(store, desk_city.potholes, comment="Hole"), *DISPUTING)
    page = Desk(app).get("?place=reopened")
    row = next(one for one in page.all("li") if one.get("class") == "case")
    assert page.words(row).casefold().count("reopened") == 1


def test_the_page_of_saved_views_is_found_without_having_one(
    app: Flask, store: Store, desk_city: City
) -> None:
    assert "/en/staff/views/" in Desk(app).get("").links()


def test_cases_are_told_apart_by_the_channel_they_came_through(
    app: Flask, store: Store, desk_city: City
) -> None:
    phoned = send(store, desk_city.potholes, comment="Phoned", channel="phone")
    sent = send(store, desk_city.potholes, comment="Sent")
    desk = Desk(app)
    assert numbers(desk.get("?channel=phone")) == [phoned]
    assert numbers(desk.get("?channel=web")) == [sent]
    assert "Telephone" in desk.get("?channel=phone").words()
    assert numbers(desk.get("?channel=pigeon")) == [phoned, sent]
