"""The city's names and colours: kept with a reason to trust them, seen on every page at once."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.domain.colours import STANDARD, Colours
from portal.models.running import AuditEvent
from portal.store.city import get_city
from portal.store.engine import Store
from tests.features.admin.conftest import Visitor
from tests.support.client import Page, response_page

BLUE = {
    "accent_light": "#0B3D91", "accent_dark": "#a9c8ff", "tint_light": "e6edf8",
    "tint_dark": "#16263f",
}  # fmt: skip
KEPT = Colours("#0b3d91", "#a9c8ff", "#e6edf8", "#16263f")


def deeds(store: Store) -> list[tuple[str, dict[str, object]]]:
    with store.read() as session:
        rows = session.scalars(
            select(AuditEvent).where(AuditEvent.action.in_(("city_named", "colours_changed")))
        )
        return [(one.action, one.detail) for one in rows]


def test_a_name_shows_in_its_language_and_the_usual_one_elsewhere(
    admin: Visitor, client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 0)
    assert "Marlow" in client.get("/es/").get_data(as_text=True)
    admin.get("city/")
    assert admin.post("city/", in_en="", in_es="  Ciudad \r\n Real ").status_code == 303
    assert "Ciudad Real" in client.get("/es/").get_data(as_text=True), "the kept page is old now"
    assert "Marlow" in client.get("/en/").get_data(as_text=True)
    assert deeds(store) == [("city_named", {"names": {"es": "Ciudad Real"}})]
    admin.get("city/")
    admin.post("city/", in_es="Ciudad Real", was_es="Ciudad Real")
    assert len(deeds(store)) == 1, "nothing changed, nothing is written down"
    admin.post("city/", in_es="", was_es="Ciudad Real")
    assert "Ciudad Real" not in client.get("/es/").get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["city/", "districts/north/", "departments/public-works/"], ids=lambda path: path[:4]
)
def test_two_people_name_a_thing_and_neither_undoes_the_other(admin: Visitor, path: str) -> None:
    older = shown_names(response_page(admin.get(path)))
    assert older["in_en"] == older["was_en"]
    assert admin.post(path, **{**older, "in_es": "Suyo", "in_en": "Theirs"}).status_code == 303
    assert admin.post(path, **{**older, "in_vi": "Tên", "in_en": "Theirs"}).status_code == 303
    names = shown_names(response_page(admin.get(path)))
    assert (names["in_en"], names["in_es"], names["in_vi"]) == ("Theirs", "Suyo", "Tên")
    answer = admin.post(path, **{**older, "in_en": "Mine"})
    assert answer.status_code == 409
    page = response_page(answer)
    assert "Somebody else saved “Theirs” here." in page.words()
    again = shown_names(page)
    assert (again["in_en"], again["in_es"]) == ("Mine", "Suyo")
    assert shown_names(response_page(admin.get(path))) == names, "nothing is stored unseen"
    assert admin.post(path, **again).status_code == 303
    assert shown_names(response_page(admin.get(path)))["in_en"] == "Mine"


def shown_names(page: Page) -> dict[str, str]:
    """The names in the form, with those that were shown."""
    return {
        one.get("name", ""): one.get("value", "")
        for one in page.all("input")
        if (one.get("name") or "").startswith(("in_", "was_"))
    }


def test_a_name_that_does_not_fit_is_refused_and_stays_in_its_field(admin: Visitor) -> None:
    admin.get("city/")
    answer = admin.post("city/", in_en="M" * 61, in_es="Marlow")
    assert answer.status_code == 422
    page = response_page(answer)
    assert page.value("in_en") == "M" * 61
    assert page.value("in_es") == "Marlow"


def test_colours_are_shown_first_and_kept_when_that_was_seen(
    admin: Visitor, client: FlaskClient, store: Store
) -> None:
    before = client.get("/en/").get_data(as_text=True)
    assert "/city/" not in before
    admin.get("colours/")
    shown = admin.post("colours/", **BLUE)
    assert shown.status_code == 422
    assert f"/city/{KEPT.key}.css" in shown.get_data(as_text=True), "the page is its own sample"
    assert deeds(store) == []
    kept = admin.post("colours/", **BLUE, seen=response_page(shown).value("seen"))
    assert kept.status_code == 303
    assert deeds(store) == [("colours_changed", {"before": None, "after": KEPT.key})]
    with store.read() as session:
        assert get_city(session).colours == KEPT


def test_other_colours_than_those_that_were_seen_are_shown_again(
    admin: Visitor, store: Store
) -> None:
    admin.get("colours/")
    seen = response_page(admin.post("colours/", **BLUE)).value("seen")
    others = {**BLUE, "tint_light": "#f2f2f2"}
    assert admin.post("colours/", **others, seen=seen).status_code == 422
    with store.read() as session:
        assert get_city(session).colours is None


def test_colours_that_are_hard_to_read_are_refused_with_the_nearest_that_pass(
    admin: Visitor, store: Store
) -> None:
    admin.get("colours/")
    answer = admin.post("colours/", **{**BLUE, "accent_light": "#e4002b"}, seen="anything")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "4.76" in text  # reached on the page's paper
    assert "#a5001f" in text  # and what passes
    assert "/city/e4002b" not in text, "nobody has to mend a page that they cannot read"
    with store.read() as session:
        assert get_city(session).colours is None


def test_the_portals_own_colours_need_no_stylesheet(admin: Visitor, store: Store) -> None:
    admin.get("colours/")
    seen = response_page(admin.post("colours/", **BLUE)).value("seen")
    admin.post("colours/", **BLUE, seen=seen)
    names = ("accent_light", "accent_dark", "tint_light", "tint_dark")
    own = {name: getattr(STANDARD, name) for name in names}
    assert admin.post("colours/", **own, seen=STANDARD.key).status_code == 303
    with store.read() as session:
        assert get_city(session).colours is None
    assert deeds(store)[-1] == ("colours_changed", {"before": KEPT.key, "after": None})


def test_a_colour_of_another_shape_says_what_to_enter(admin: Visitor) -> None:
    admin.get("colours/")
    answer = admin.post("colours/", **{**BLUE, "accent_dark": "pale blue"})
    assert answer.status_code == 422
    assert "six digits or letters" in answer.get_data(as_text=True)


def test_an_error_of_several_fields_says_to_which_each_belongs(admin: Visitor) -> None:
    """Four links with one text would tell nobody apart; one alone needs no name."""
    admin.get("colours/")
    needed = "Enter a colour, such as #004f4d."
    all_of_them = summary_of(admin.post("colours/", **dict.fromkeys(BLUE, "")))
    assert all_of_them == {
        "#accent_light": f"Links and buttons on light screens: {needed}",
        "#accent_dark": f"Links and buttons on dark screens: {needed}",
        "#tint_light": f"Ground of answers on light screens: {needed}",
        "#tint_dark": f"Ground of answers on dark screens: {needed}",
    }
    assert summary_of(admin.post("colours/", **{**BLUE, "tint_dark": ""})) == {"#tint_dark": needed}
    admin.get("city/")
    names = summary_of(admin.post("city/", in_en="M" * 61, in_es="M" * 61))
    assert [text.partition(":")[0] for text in names.values()] == ["English", "Spanish"]


def summary_of(answer: TestResponse) -> dict[str, str]:
    """The links of the error summary with their texts."""
    assert answer.status_code == 422
    page = response_page(answer)
    [summary] = [one for one in page.all("div") if one.get("role") == "alert"]
    return {link.get("href", ""): page.words(link) for link in summary.iter("a")}


def test_the_stylesheet_holds_tokens_only_and_never_changes(client: FlaskClient) -> None:
    answer = client.get(f"/city/{KEPT.key}.css")
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "--accent: light-dark(#0b3d91, #a9c8ff)" in answer.get_data(as_text=True)
    assert client.get("/city/red-red-red-red.css").status_code == 404
