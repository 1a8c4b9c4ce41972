"""A published level in doubt: every managers' page says so, why, since when, and when it goes."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from portal.domain.level import evaluate
from portal.manage.queries.overview import last_quarters
from portal.store.engine import Store
from tests.features.manage.test_overview import warn
from tests.features.public.publishing import example_evidence, publish_appraisal, publish_level
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.managers import ManagersDesk
from tests.support.moment import this_day, this_moment

THEN, BEFORE, LAST, NEWEST = last_quarters(this_day())[-4:]
SERVICE = "services/pothole-repair/"


def long(value: date) -> str:
    return f"{value:%B} {value.day}, {value.year}"


def later(quarters: int) -> date:
    month = NEWEST.month - 1 + 3 * quarters
    return date(NEWEST.year + month // 12, month % 12 + 1, 1)


@pytest.fixture
def held(app: Flask, store: Store, desk_city: City) -> ManagersDesk:
    """Level 3 twice, then too few people told in time to be sure of it."""
    for quarter, example in ((BEFORE, "A"), (LAST, "A"), (NEWEST, "G-")):
        evidence = example_evidence(example)
        store.write(publish_appraisal, desk_city.potholes, evidence, quarter, this_moment())
    return ManagersDesk(app)


def assess(store: Store, city: City, example: str) -> None:
    store.write(publish_level, city.potholes, example_evidence(example), this_moment(), this_day())


def lead(page: Page) -> str:
    return page.words(next(p for p in page.all("p") if "lead" in p.get("class", "")))


def test_the_page_of_a_service_says_what_is_in_doubt_and_when_it_drops(
    store: Store, held: ManagersDesk, desk_city: City
) -> None:
    assess(store, desk_city, "G-")
    page = held.get(SERVICE)
    assert f"Published is level 3, in doubt since {long(NEWEST)}." in lead(page)
    ending = f"Level 3 goes at the appraisal of {long(later(2))} if it is in doubt until then"
    assert ending in lead(page)
    _, _, why = page.words().partition("Why level 3 is in doubt, and what it would take")
    why, _, _ = why.partition("What decides level")
    assert f"In doubt for 1 appraisal, since {long(NEWEST)}." in why
    assert "25 of 30 people were told within 30 days" in why
    assert "The figures are too close to call." in why
    assert "easy" not in why  # criteria that are in place put nothing in doubt


def test_evidence_that_gives_the_level_again_does_not_hide_the_doubt(
    store: Store, held: ManagersDesk, desk_city: City
) -> None:
    assess(store, desk_city, "A")
    page = held.get(SERVICE)
    assert "gives the same" not in page.words()
    assert (
        f"Today’s evidence gives level 3: if it still does at the appraisal of {long(later(1))},"
        " the doubt is over." in lead(page)
    )
    assert "Why level 3 is in doubt" in page.words()


def test_the_third_appraisal_in_doubt_is_the_one_that_drops_it(
    app: Flask, store: Store, desk_city: City
) -> None:
    quarters = zip((THEN, BEFORE, LAST, NEWEST), ("A", "A", "G-", "G-"), strict=True)
    for quarter, example in quarters:
        evidence = example_evidence(example)
        store.write(publish_appraisal, desk_city.potholes, evidence, quarter, this_moment())
    assess(store, desk_city, "G-")
    words = ManagersDesk(app).get(SERVICE).words()
    assert f"In doubt for 2 appraisals, since {long(LAST)}." in words
    assert f"Level 3 goes at the appraisal of {long(later(1))}" in words


def test_five_dimensions_draw_the_doubt_and_say_it(
    store: Store, held: ManagersDesk, desk_city: City
) -> None:
    assess(store, desk_city, "A")
    page = held.get(f"{SERVICE}dimensions/")
    head = next(one for one in page.root.iter() if one.get("class") == "head")
    assert "in doubt" in page.words(head)
    row = next(row for row in page.all("tr") if "Measured on" in page.words(row))
    drawn = [(one.get("class", ""), page.words(one)) for one in row if one.tag.endswith("td")]
    assert [style for style, _words in drawn] == ["solid", "solid", "solid unsure got", ""]
    assert "Measured, in doubt" in drawn[2][1]
    assert "because of: Told in 30 days" in page.words(row)
    assert "measured, in doubt" in held.get("dimensions/").words()


def test_the_roadmap_keeps_todays_level_apart_from_the_published_one(
    store: Store, held: ManagersDesk, desk_city: City
) -> None:
    assess(store, desk_city, "G-")
    words = held.get(f"{SERVICE}roadmap/").words()
    published, _, today = words.partition("Today’s evidence:")
    assert "Level 3 · in doubt" in published.partition("Published:")[2]
    assert today.lstrip().startswith("Level 2")
    assert f"In doubt since {long(NEWEST)} because of: Told in 30 days." in words


def test_a_level_without_doubt_is_drawn_as_before(
    app: Flask, store: Store, desk_city: City
) -> None:
    for quarter in (LAST, NEWEST):
        store.write(
            publish_appraisal, desk_city.potholes, example_evidence("A"), quarter, this_moment()
        )
    assess(store, desk_city, "A")
    desk = ManagersDesk(app)
    assert "gives the same" in lead(desk.get(SERVICE))
    page = desk.get(f"{SERVICE}dimensions/")
    row = next(row for row in page.all("tr") if "Measured on" in page.words(row))
    drawn = [one.get("class", "") for one in row if one.tag.endswith("td")]
    assert drawn == ["solid", "solid", "solid got", ""]
    assert "unsure" not in " ".join(one.get("class", "") for one in page.root.iter())


def test_a_service_leads_to_its_open_warnings_and_its_history(
    store: Store, held: ManagersDesk, desk_city: City
) -> None:
    assess(store, desk_city, "A")
    assert "No warning is open." in held.get(SERVICE).words()
    for state in ("new", "looked_at", "dealt_with"):
        store.write(warn, desk_city.potholes, state)
    page = held.get(SERVICE)
    assert "2 open warnings" in page.words()
    assert "/en/manage/warnings/?service=pothole-repair" in page.links()
    (history,) = (link for link in page.links() if link.endswith("#history"))
    assert history == "/en/services/pothole-repair/level/#history"
    shown = response_page(held.client.get(history))
    assert [one for one in shown.root.iter() if one.get("id") == "history"]


def test_people_by_language_are_drawn_against_as_many_as_are_to_be_expected(
    store: Store, held: ManagersDesk, desk_city: City
) -> None:
    assess(store, desk_city, "A")
    page = held.get(SERVICE)
    result = evaluate(example_evidence("A"))
    rows = next(one for one in result["criteria"] if one["id"] == "L4.4")["groups"]
    drawn = {rect.get("width") for rect in page.root.iter("rect") if rect.get("class") == "bar"}
    assert len(rows) >= 2
    for row in rows:
        assert f"{100 * min(row['people'] / row['expected'], 1):.1f}%" in drawn, row
        assert f"to be expected: {round(row['expected'])}" in page.words()
