"""The choice of themes: the likely one is within reach of a digit, however many there are."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.models.responses import ThemeText
from portal.respond.queries import theme_choice
from portal.store.engine import Store
from tests.support.answers import NOW, Office, send
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk
from tests.support.statements import watch_statements

ABOUT = "Lamp dark", "Bus late", "Bench broken", "Tree fallen", "Drain blocked", "Sign missing"


def choice(page: Page) -> list[str]:
    """The themes in their order."""
    found = [one.get("value", "") for one in page.all("input") if one.get("name") == "theme"]
    return [one for one in found if one != "new"]


@pytest.fixture
def themes(store: Store, office: Office, desk_city: City) -> dict[str, int]:
    """Thirty themes of a service; the two about potholes are the oldest."""
    said = ["Potholes on School Road", "A pothole on School Road, again"]
    said += [f"{about} number {number}" for number in range(5) for about in ABOUT]
    return {words: office.group([send(store, desk_city.potholes, comment=words)]) for words in said}


def test_the_theme_that_is_like_the_case_stands_first(
    app: Flask, store: Store, themes: dict[str, int], desk_city: City
) -> None:
    case = send(store, desk_city.potholes, comment="There is a pothole on School Road")
    desk = Desk(app)
    with watch_statements(store) as sent:
        found = choice(desk.get(f"group?case={case}"))
    assert len(found) == len(themes)
    assert set(found[:2]) == {str(themes[one]) for one in list(themes)[:2]}
    newest = [str(one) for one in sorted(themes.values(), reverse=True)]
    assert found[2:] == [one for one in newest if one not in found[:2]]
    words_of_cases = [one for one, _parameters in sent if "substr" in one]
    assert len(words_of_cases) == 1
    other = send(store, desk_city.potholes, comment="xyzzy")
    assert choice(desk.get(f"group?case={other}")) == newest


def test_among_like_themes_an_answered_one_stands_first(
    app: Flask, store: Store, themes: dict[str, int], office: Office, desk_city: City
) -> None:
    twins = [
        office.group([send(store, desk_city.potholes, comment="Gravel on the cycle path")])
        for _theme in range(2)
    ]
    case = send(store, desk_city.potholes, comment="Gravel lies on the cycle path")
    desk = Desk(app)
    assert choice(desk.get(f"group?case={case}"))[:2] == [str(one) for one in twins[::-1]]
    answer = office.draft(twins[0])
    office.review(answer)
    office.publish(answer)
    assert choice(desk.get(f"group?case={case}"))[:2] == [str(one) for one in twins]


def test_a_few_themes_keep_their_order(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    said = ("Potholes on School Road", *ABOUT)
    made = [office.group([send(store, desk_city.potholes, NOW, comment=one)]) for one in said]
    case = send(store, desk_city.potholes, comment="A pothole on School Road")
    found = choice(Desk(app).get(f"group?case={case}"))
    assert found == [str(one) for one in made[::-1]]


def test_older_themes_than_are_offered_are_found_by_their_names(
    app: Flask, store: Store, office: Office, desk_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    holes = desk_city.potholes
    ids = [office.group([send(store, holes, comment="xyzzy")]) for _theme in range(4)]

    def rename(session: Session) -> None:
        session.get_one(ThemeText, (ids[0], "en")).name = "Đường hỏng"
        session.add(ThemeText(theme_id=ids[1], lang="ar", name="الحُفرة"))

    store.write(rename)
    case, desk = send(store, holes, comment="Again"), Desk(app)
    assert "Find a theme" not in desk.get(f"group?case={case}").words(), "all are offered"
    monkeypatch.setattr(theme_choice, "OFFERED", 2)
    for way in (f"group?case={case}", "group-many?all=1"):
        page = desk.get(way)
        assert choice(page) == [str(one) for one in ids[:1:-1]]
        assert "There are more than the newest 2 themes" in page.words()
        address, _mark, given = way.partition("?")
        along = {**dict(parse_qsl(given)), **page.sent_along(f"/{address}"), "theme": "new"}
        typed = {"name": "Holes everywhere", "shared": "1"}
        for words, theme in (("duong", ids[0]), ("حفره", ids[1])):
            asked = {**along, **typed, "search": "1", "find": words}
            page = response_page(desk.post(address, 200, **asked))
            assert choice(page) == [str(theme)]
            assert page.value("find") == words
            assert page.value("name") == "Holes everywhere"
            assert page.by_id("shared").get("checked") is not None
        # Enter presses the button that puts in; other words than those shown are looked for.
        along |= page.sent_along(f"/{address}")
        page = response_page(desk.post(address, 200, **along, **typed, find="nothing"))
        assert choice(page) == []
        assert "No theme has a name with these words." in page.words()
    desk.post("group", case=str(case), theme=str(ids[0]), find="duong", found="duong")
    assert f"Case {case}" in desk.get(f"?theme={ids[0]}").words()


def test_a_case_that_was_unticked_stays_out_while_a_theme_is_looked_for(
    app: Flask, store: Store, office: Office, desk_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.group([send(store, desk_city.potholes)])
    one, other = (send(store, desk_city.potholes) for _case in range(2))
    monkeypatch.setattr(theme_choice, "OFFERED", 0)
    desk = Desk(app)
    along = desk.get(f"group?case={one}&case={other}").sent_along("/group")
    page = response_page(
        desk.post("group", 200, case=one, theme="new", search="1", find="holes", **along)
    )
    ticked = [box.get("value") for box in page.all("input") if box.get("name") == "case"]
    assert ticked == [str(one)]
