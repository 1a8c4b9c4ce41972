"""A theme's names side by side; splitting and merging without costing anybody an answer."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from turbohtml.etree import ElementView

from portal.models.loops import LoopEvent
from portal.models.responses import ThemeCase, ThemeText
from portal.models.running import Outbox
from portal.respond.operations import merging
from portal.respond.queries import theme_choice
from portal.store.engine import Store
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk, words_of


def cases_in(store: Store, theme: int) -> list[int]:
    with store.read() as session:
        query = select(ThemeCase.submission_id).where(ThemeCase.theme_id == theme)
        return sorted(session.scalars(query))


def tellings(store: Store) -> int:
    with store.read() as session:
        return len(session.scalars(select(Outbox.id).where(Outbox.kind == "tell_response")).all())


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
    desk.post(f"themes/{theme}/name", in_en="Holes in roads", was_en="Holes", in_es="Baches")
    page = desk.get(f"themes/{theme}/")
    assert (page.value("in_en"), page.value("in_es")) == ("Holes in roads", "Baches")
    assert "Baches" in desk.client.get(f"/es/staff/themes/{theme}/").get_data(as_text=True)
    desk.post(f"themes/{theme}/name", in_en="", was_en="Holes in roads", in_es="Baches")
    with store.read() as session:
        assert session.scalars(select(ThemeText.lang)).all() == ["es"]


def names_of(store: Store, theme: int) -> dict[str, str]:
    with store.read() as session:
        rows = session.scalars(select(ThemeText).where(ThemeText.theme_id == theme))
        return {row.lang: row.name for row in rows}


def test_two_people_name_a_theme_and_neither_undoes_the_other(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    theme = office.group([send(store, desk_city.potholes)])
    desk, path = Desk(app), f"themes/{theme}/name"
    older = {
        one.get("name", ""): one.get("value", "")
        for one in desk.get(f"themes/{theme}/").all("input")
        if (one.get("name") or "").startswith(("in_", "was_"))
    }
    assert (older["in_en"], older["was_en"], older["was_es"]) == ("Holes", "Holes", "")
    Desk(app, "reviewer").post(path, **{**older, "in_es": "Baches", "in_en": "Potholes"})
    desk.post(path, **{**older, "in_ar": "حفر"})
    stored = {"en": "Potholes", "es": "Baches", "ar": "حفر"}
    assert names_of(store, theme) == stored
    page = response_page(desk.post(path, 409, **{**older, "in_en": "Road holes", "in_ko": "구멍"}))
    assert names_of(store, theme) == stored
    assert "Somebody else saved “Potholes” here." in page.words()
    typed = {tag: page.value(f"in_{tag}") for tag in ("en", "es", "ko")}
    assert typed == {"en": "Road holes", "es": "Baches", "ko": "구멍"}
    again = {
        one.get("name", ""): one.get("value", "")
        for one in page.all("input")
        if (one.get("name") or "").startswith(("in_", "was_"))
    }
    desk.post(path, **again)
    assert names_of(store, theme) == {**stored, "en": "Road holes", "ko": "구멍"}
    # Each takes away the name that the other leaves.
    now = names_of(store, theme)
    shown = {f"was_{tag}": name for tag, name in now.items()}
    kept = {f"in_{tag}": name for tag, name in now.items()}
    only = {**kept, "in_es": "", "in_ar": "", "in_ko": ""}
    Desk(app, "reviewer").post(path, **shown, **only)
    page = response_page(desk.post(path, 409, **shown, **{**kept, "in_en": ""}))
    assert names_of(store, theme) == {"en": "Road holes"}
    assert "Give the theme a name in at least one language." in page.words()


def test_an_older_theme_to_merge_into_is_found_by_its_name(
    app: Flask, store: Store, desk_city: City, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [office.group([send(store, desk_city.potholes)]) for _theme in range(4)]
    desk, theme = Desk(app), ids[3]
    for one, name in zip(ids, ("Kerbs", "Holes", "Lamps", "Mine"), strict=True):
        desk.post(f"themes/{one}/name", in_en=name, was_en="Holes")
    assert "find-theme" not in desk.get(f"themes/{theme}/").text, "all are offered"
    monkeypatch.setattr(theme_choice, "OFFERED", 2)
    page = desk.get(f"themes/{theme}/")
    assert offered(page) == ["", str(ids[2]), str(ids[1])]
    assert "There are more than the newest 2 themes." in page.words()
    page = desk.get(f"themes/{theme}/?find=kerb")
    assert offered(page) == ["", str(ids[0])]
    folds = [one for one in page.all("details") if "into" in fields_of(one)]
    assert [one.get("open") is not None for one in folds] == [True]
    page = desk.get(f"themes/{theme}/?find=nothing")
    assert offered(page) == [""]
    assert "No theme has a name with these words." in page.words()
    refused = response_page(desk.post(f"themes/{theme}/merge", 422, into="", find="kerb"))
    assert offered(refused) == ["", str(ids[0])]
    desk.post(f"themes/{theme}/merge", into=str(ids[0]), find="kerb")
    assert cases_in(store, ids[0]) == sorted([*cases_in(store, theme), *cases_in(store, ids[0])])


def offered(page: Page) -> list[str | None]:
    """The themes to merge into."""
    return [one.get("value") for one in page.by_id("into").iter("option")]


def fields_of(part: ElementView) -> set[str | None]:
    return {one.get("name") for tag in ("input", "select") for one in part.iter(tag)}


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


def test_two_themes_become_one_with_their_drafts_and_two_again(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    first, second = (send(store, desk_city.potholes) for _person in range(2))
    old, into = office.group([first]), office.group([second])
    draft = office.draft(old)
    desk = Desk(app)
    assert "Choose the theme" in words_of(desk.post(f"themes/{old}/merge", 422, into=""))
    desk.post(f"themes/{old}/merge", 409, into=old)
    other = office.group([send(store, desk_city.lights)])
    desk.post(f"themes/{old}/merge", 409, into=other)
    Desk(app, "parks").post(f"themes/{old}/merge", 404, into=into)
    assert desk.post(f"themes/{old}/merge", into=into).location.endswith(f"/themes/{into}/")
    assert (cases_in(store, old), cases_in(store, into)) == ([], [first, second])
    page = desk.get(f"themes/{into}/")
    assert {f"/en/staff/themes/{old}/", f"/en/staff/responses/{draft}/"} <= set(page.links())
    assert "merged into another" in desk.get(f"themes/{old}/").words()
    desk.post("group", 409, case=first, theme=old, name="")  # no more cases come into it
    assert (
        f'name="theme" value="{old}"' not in desk.client.get(f"/en/staff/group?case={first}").text
    )
    desk.post(f"themes/{into}/merge", 409, into=old)
    desk.post(f"undo/{undo_of(desk.get(''))}")
    assert (cases_in(store, old), cases_in(store, into)) == ([first], [second])
    assert f"/en/staff/responses/{draft}/" in desk.get(f"themes/{old}/").links()
    with store.read() as session:  # that they were together is history
        events = select(LoopEvent.theme_id).where(
            LoopEvent.submission_id == first, LoopEvent.kind == "themed"
        )
        assert sorted(one or 0 for one in session.scalars(events)) == [old, into]


def test_merging_costs_nobody_an_answer_and_cannot_be_undone_once_people_are_told(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    told, waits = (send(store, desk_city.potholes) for _person in range(2))
    office.answer([told])
    with store.read() as session:
        answered = session.scalars(select(ThemeCase.theme_id)).one()
    other = office.group([waits])
    desk = Desk(app)
    assert "They stay in this one as well" in desk.get(f"themes/{answered}/").words()
    desk.post(f"themes/{answered}/merge", into=other)
    assert (cases_in(store, answered), cases_in(store, other)) == ([told], [told, waits])
    desk.post(f"undo/{undo_of(desk.get(''))}")
    assert (cases_in(store, answered), cases_in(store, other)) == ([told], [waits])
    before = tellings(store)
    desk.post(f"themes/{other}/merge", into=answered)
    assert tellings(store) == before + 1  # whoever came along hears it too
    assert not [form for form in desk.get("").all("form") if "/undo/" in str(form.get("action"))]


def test_a_large_theme_is_merged_in_parts(
    app: Flask, store: Store, desk_city: City, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "BATCH", 2)
    many = [send(store, desk_city.potholes) for _person in range(3)]
    old, into = office.group(many), office.group([send(store, desk_city.potholes)])
    desk = Desk(app)
    assert desk.post(f"themes/{old}/merge", into=into).location.endswith(f"/themes/{old}/")
    assert "1 case is still to come. Merge again." in desk.get(f"themes/{old}/").words()
    assert desk.post(f"themes/{old}/merge", into=into).location.endswith(f"/themes/{into}/")
    assert (len(cases_in(store, old)), len(cases_in(store, into))) == (0, 4)
