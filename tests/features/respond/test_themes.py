"""A theme's names side by side, and splitting it without costing anybody an answer."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from portal.models.responses import ThemeCase, ThemeText
from portal.store.engine import Store
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.client import Page
from tests.support.desk import Desk


def cases_in(store: Store, theme: int) -> list[int]:
    with store.read() as session:
        query = select(ThemeCase.submission_id).where(ThemeCase.theme_id == theme)
        return sorted(session.scalars(query))


def undo_of(page: Page) -> str:
    actions = [form.get("action") or "" for form in page.all("form")]
    return next(one for one in actions if "/undo/" in one).rpartition("/")[2]


def test_a_theme_is_named_in_all_languages_on_one_page(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    theme = office.group([send(store, desk_city.potholes)])
    desk = Desk(app)
    assert "Give the theme a name in at least one language." in desk.post(
        f"themes/{theme}/name", 422, in_en=" "
    ).get_data(as_text=True)
    desk.post(f"themes/{theme}/name", 422, in_en="x" * 201, in_es="Baches")
    desk.post(f"themes/{theme}/name", in_en="Holes in roads", in_es="Baches")
    page = desk.get(f"themes/{theme}/")
    assert (page.value("in_en"), page.value("in_es")) == ("Holes in roads", "Baches")
    assert "Baches" in desk.client.get(f"/es/staff/themes/{theme}/").get_data(as_text=True)
    desk.post(f"themes/{theme}/name", in_en="", in_es="Baches")
    with store.read() as session:
        assert session.scalars(select(ThemeText.lang)).all() == ["es"]


def test_ticked_cases_go_into_a_theme_of_their_own_and_come_back(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    stays, goes = (send(store, desk_city.potholes) for _person in range(2))
    stranger = send(store, desk_city.potholes)
    old = office.group([stays, goes])
    desk = Desk(app)
    desk.post(f"themes/{old}/split", 422, name="Kerbs")
    desk.post(f"themes/{old}/split", 422, case=[goes], name="")
    desk.post(f"themes/{old}/split", 409, case=[stranger], name="Kerbs")
    where = desk.post(f"themes/{old}/split", case=[goes, stranger], name="Kerbs").location
    new = int(where.split("/")[-2])
    assert (cases_in(store, old), cases_in(store, new)) == ([stays], [goes])
    desk.post(f"undo/{undo_of(desk.get(''))}")
    assert (cases_in(store, old), cases_in(store, new)) == ([stays, goes], [])


def test_nobody_leaves_a_theme_whose_answer_is_published(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    first, second = (send(store, desk_city.potholes) for _person in range(2))
    office.answer([first, second])
    with store.read() as session:
        old = session.scalars(select(ThemeCase.theme_id)).first()
    assert old is not None
    desk = Desk(app)
    assert "they stay in this theme as well" in desk.get(f"themes/{old}/").words()
    new = int(desk.post(f"themes/{old}/split", case=[second], name="Kerbs").location.split("/")[-2])
    assert (cases_in(store, old), cases_in(store, new)) == ([first, second], [second])
    desk.post(f"undo/{undo_of(desk.get(''))}")
    assert (cases_in(store, old), cases_in(store, new)) == ([first, second], [])
