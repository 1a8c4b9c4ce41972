"""Suggestions of similar cases: of the theme's service and language, confirmed by a person."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select
from turbohtml.etree import ElementView

from portal.models.responses import ThemeCase
from portal.store.engine import Store
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk


def test_similar_untreated_cases_are_suggested_and_put_in_by_hand(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    said = ["Potholes on School Road", "The pothole by the school is back"]
    theme = office.group([send(store, desk_city.potholes, comment=words) for words in said])
    like = send(store, desk_city.potholes, comment="A deep pothole near the school")
    send(store, desk_city.potholes, comment="Nobody answers the phone at the office")
    send(store, desk_city.pools, comment="A pothole near the school, by the pool")
    send(store, desk_city.potholes, comment="pothole school", lang="es")
    desk = Desk(app)
    assert f"/en/staff/themes/{theme}/similar" in desk.get(f"themes/{theme}/").links()
    page = desk.get(f"themes/{theme}/similar")
    cases = [link for link in page.links() if "/cases/" in link]
    assert cases == [f"/en/staff/cases/{like}/"]
    desk.post("group", case=[like], theme=str(theme), name="")
    with store.read() as session:
        rows = session.scalars(
            select(ThemeCase.submission_id).where(ThemeCase.theme_id == theme)
        ).all()
    assert like in rows
    assert "2 cases in no theme" not in desk.get(f"themes/{theme}/similar").words()
    assert "No similar cases" in desk.get(f"themes/{theme}/similar?language=xx").words()


def test_a_case_that_was_taken_out_of_its_theme_is_suggested_again(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    holes, desk = desk_city.potholes, Desk(app)
    theme = office.group([send(store, holes, comment="Potholes on School Road")])
    out, undone = (send(store, holes, comment=f"A pothole on School Road, {n}") for n in "ab")
    wrong = office.group([out])
    desk.post(f"cases/{out}/themes/{wrong}/take-out")
    desk.post("group", case=[undone], theme=str(wrong), name="")
    actions = [one.get("action") or "" for one in desk.get("").all("form")]
    desk.post(next(one for one in actions if "/undo/" in one).removeprefix("/en/staff/"))
    office.group([send(store, holes, comment="A pothole on School Road, kept")])
    page = desk.get(f"themes/{theme}/similar")
    assert sorted(link for link in page.links() if "/cases/" in link) == [
        f"/en/staff/cases/{one}/" for one in (out, undone)
    ]


def tabs(page: Page) -> dict[str, str]:
    """The figure of each language's tab."""
    bar = next(one for one in page.all("nav") if one.get("class") == "views")
    links = bar.findall("a")
    return {(link.text or ""): page.words(link[0]) for link in links}


def test_tabs_of_languages_count_what_is_suggested_and_not_what_the_theme_holds(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    holes = desk_city.potholes
    theme = office.group(
        [
            send(store, holes, comment="Potholes on School Road"),
            send(store, holes, comment="Baches junto a la escuela", lang="es"),
            send(store, holes, comment="Otro bache junto a la escuela", lang="es"),
        ]
    )
    for number in range(3):
        send(store, holes, comment=f"A pothole on School Road, at number {number}")
    desk = Desk(app)
    page = desk.get(f"themes/{theme}/similar?language=en")
    assert tabs(page) == {"Spanish": "0", "English": "3"}
    assert "3 suggestions" in page.words()


def test_all_suggestions_are_ticked_by_a_link_and_none_ticked_leads_back(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    holes = desk_city.potholes
    theme = office.group([send(store, holes, comment="Potholes on School Road")])
    for number in range(3):
        send(store, holes, comment=f"A pothole on School Road, at number {number}")
    desk, here = Desk(app), f"themes/{theme}/similar?language=en"
    page = desk.get(here)
    assert len(boxes(page)) == 3
    assert not any(one.get("checked") is not None for one in boxes(page))
    all_of_them = next(link for link in page.links() if "all=1" in link)
    page = desk.get(all_of_them.removeprefix("/en/staff/"))
    assert all(one.get("checked") is not None for one in boxes(page))
    assert f"/en/staff/{here}" in page.links()  # to tick none
    answer = desk.post("group", theme=str(theme), name="", language="en")
    assert answer.location == f"/en/staff/{here}"
    assert "Tick at least one case first." in desk.get(here).words()
    desk.post("group", theme=str(theme), name="", case=[one.get("value") for one in boxes(page)])
    assert "No similar cases" in desk.get(here).words()


def boxes(page: Page) -> list[ElementView]:
    return [one for one in page.all("input") if one.get("name") == "case"]


def test_the_names_of_a_theme_stand_folded_below_its_cases(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    theme = office.group([send(store, desk_city.potholes, comment="Potholes on School Road")])
    page = Desk(app).get(f"themes/{theme}/")
    assert page.text.index("Potholes on School Road") < page.text.index('name="in_es"')
    folds = [one for one in page.all("details") if "in_es" in fields_of(one)]
    assert [one.get("open") for one in folds] == [None]
    refused = response_page(Desk(app).post(f"themes/{theme}/name", 422))
    folds = [one for one in refused.all("details") if "in_es" in fields_of(one)]
    assert len(folds) == 1
    assert folds[0].get("open") is not None  # what is wrong is not hidden


def fields_of(part: ElementView) -> set[str]:
    return {one.get("name", "") for one in part.iter() if one.tag == "input"}
