"""A theme that takes cases of all services: who may put what into it, and who reads what."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.loop import Actor, Event, EventKind
from portal.models.loops import LoopRow
from portal.models.responses import Theme, ThemeCase
from portal.models.running import AuditEvent
from portal.notify.telling import tell_next
from portal.respond.operations.merging import merge_themes
from portal.respond.operations.themes import share_theme
from portal.respond.rules import HoldsOthers
from portal.store.engine import Store
from portal.store.loops import append_event
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk, words_of

OURS, THEIRS = "The kerb is too high.", "The step into the pool is too high."
ASKS_AGAIN = Event(kind=EventKind.DISPUTED, on=TODAY, actor=Actor.RESIDENT)
FORM = {"version": "1", "you_said": "a", "we_did": "b", "outcome": "answered"}


@pytest.fixture
def cases(store: Store, desk_city: City) -> dict[str, int]:
    """A case of public works and one of parks, each with words that only its own staff may read."""
    return {
        "ours": send(store, desk_city.potholes, comment=OURS),
        "theirs": send(store, desk_city.pools, comment=THEIRS, lang="es"),
    }


@pytest.fixture
def theme(app: Flask, cases: dict[str, int], office: Office) -> int:
    """Public works' theme, which takes cases of all services."""
    number = office.group([cases["ours"]])
    Desk(app).post(f"themes/{number}/services", shared="1")
    return number


@pytest.fixture
def joined(app: Flask, cases: dict[str, int], theme: int) -> int:
    """The same with the case of parks in it, which parks put there."""
    Desk(app, "parks").post("group", case=[cases["theirs"]], theme=theme, name="")
    return theme


def cases_in(store: Store, theme: int) -> list[int]:
    with store.read() as session:
        query = select(ThemeCase.submission_id).where(ThemeCase.theme_id == theme)
        return sorted(session.scalars(query))


def is_shared(store: Store, theme: int) -> bool:
    with store.read() as session:
        return session.get_one(Theme, theme).is_shared


def share(store: Store, office: Office, theme: int, *, is_shared: bool = True) -> None:
    store.write(share_theme, now=NOW, scope=office.staff, theme_id=theme, is_shared=is_shared)


def undo_of(desk: Desk) -> str:
    actions = [form.get("action") or "" for form in desk.get("").all("form")]
    return next(one for one in actions if "/undo/" in one).rpartition("/")[2]


def test_another_department_is_offered_the_theme_with_its_service_and_puts_its_cases_in(
    app: Flask, store: Store, cases: dict[str, int], theme: int, office: Office, desk_city: City
) -> None:
    private = office.group([send(store, desk_city.potholes)])
    parks = Desk(app, "parks")
    page = parks.get(f"group?case={cases['theirs']}")
    choices = {one.get("value") for one in page.all("input") if one.get("name") == "theme"}
    assert choices == {str(theme), "new"}
    assert "answered by Pothole repair" in page.words()
    parks.post("group", 404, case=[cases["theirs"]], theme=private, name="")
    where = parks.post("group", case=[cases["theirs"]], theme=theme, name="").location
    assert where.endswith(f"/themes/{theme}/")
    assert cases_in(store, theme) == sorted(cases.values())
    assert "answered by Pothole repair" in parks.get(f"cases/{cases['theirs']}/").words()
    parks.post(f"undo/{undo_of(parks)}")
    assert cases_in(store, theme) == [cases["ours"]]


def test_all_that_fit_go_in_and_cases_of_several_services_go_in_together(
    app: Flask, store: Store, cases: dict[str, int], theme: int, desk_city: City
) -> None:
    light = send(store, desk_city.lights)
    parks, staff = Desk(app, "parks"), Desk(app)
    form = {"all": "1", "filters": "", "until": str(light), "done": "0", "name": ""}
    assert "answered by Pothole repair" in parks.get("group-many?all=1&filters=").words()
    parks.post("group-many", theme=theme, **form)
    page = staff.get(f"group?case={cases['ours']}&case={light}")
    assert "These cases are of several services." in page.words()
    offered = [one.get("value") for one in page.all("input") if one.get("name") == "theme"]
    assert offered == [str(theme)]
    staff.post("group", 422, case=[cases["ours"], light], theme="new", name="Mixed")
    staff.post("group-many", theme=theme, **form)
    assert cases_in(store, theme) == sorted([*cases.values(), light])


def test_nobody_reads_the_words_of_another_department_on_any_page_of_the_theme(
    app: Flask, store: Store, cases: dict[str, int], joined: int, office: Office
) -> None:
    staff, parks = Desk(app), Desk(app, "parks")
    page = staff.get(f"themes/{joined}/")
    assert OURS in page.words()
    assert THEIRS not in page.words()
    assert "And 1 case of another department, whose staff read its words." in page.words()
    waiting = page.words().partition("Who waits in which language")[2]
    assert "Spanish1 person" in waiting  # the people of all services wait for this answer
    page = parks.get(f"themes/{joined}/")
    assert THEIRS in page.words()
    assert OURS not in page.words()
    assert "And 1 case of another department" in page.words()
    assert not [one for one in page.links() if f"cases/{cases['ours']}/" in one]
    draft = office.draft(joined)
    office.translate(draft)
    assert f"responses/{draft}/" not in " ".join(parks.get(f"themes/{joined}/").links())
    for path in (
        f"responses/{draft}/", f"responses/{draft}/preview?in=es", f"themes/{joined}/similar",
        f"themes/{joined}/answer", f"responses/{draft}/preview", f"responses/{draft}/texts/es/",
    ):  # fmt: skip
        assert THEIRS not in staff.client.get(f"/es/staff/{path}").get_data(as_text=True), path
    parks.get(f"cases/{cases['ours']}/", 404)


def test_only_its_own_service_may_change_the_theme(
    app: Flask, store: Store, cases: dict[str, int], joined: int, office: Office, desk_city: City
) -> None:
    draft, other = office.draft(joined), office.group([send(store, desk_city.potholes)])
    share(store, office, other)
    parks = Desk(app, "parks")
    gets = (f"themes/{joined}/answer", f"themes/{joined}/similar", f"responses/{draft}/")
    for path in gets:
        assert parks.client.get(f"/en/staff/{path}").status_code == 404, path
    posts: tuple[tuple[str, dict[str, Any]], ...] = (
        (f"themes/{joined}/name", {"in_en": "Ours now"}),
        (f"themes/{joined}/name", {"in_en": ""}),
        (f"themes/{joined}/services", {}),
        (f"themes/{joined}/split", {"case": [cases["theirs"]], "name": "Ours now"}),
        (f"themes/{joined}/split", {"name": ""}),
        (f"themes/{joined}/merge", {"into": other}),
        (f"themes/{joined}/merge", {"into": ""}),
        (f"themes/{joined}/answer", FORM),
        (f"responses/{draft}/", FORM),
        (f"responses/{draft}/publish", {"version": "2"}),
    )
    for path, form in posts:
        parks.post(path, 404, **form)
    words = parks.get(f"themes/{joined}/").words()
    assert "Pothole repair writes the answer" in words
    for button in ("Save the names", "Write an answer", "Split the theme", "Merge", "Take cases"):
        assert button not in words, button


def test_translators_and_administrators_do_not_see_shared_themes(app: Flask, theme: int) -> None:
    assert Desk(app, "admin").client.get(f"/en/staff/themes/{theme}/").status_code == 404


def test_it_stays_shared_while_cases_of_other_services_are_in_it(
    app: Flask, store: Store, cases: dict[str, int], theme: int
) -> None:
    desk, parks = Desk(app), Desk(app, "parks")
    parks.post("group", case=[cases["theirs"]], theme=theme, name="")
    answer = desk.post(f"themes/{theme}/services", 409)
    assert "Cases of other services are in this theme" in words_of(answer)
    assert is_shared(store, theme)
    assert "Take it out" in parks.get(f"cases/{cases['theirs']}/").words()
    desk.post(f"cases/{cases['theirs']}/themes/{theme}/take-out", 404)
    parks.post(f"cases/{cases['ours']}/themes/{theme}/take-out", 404)
    parks.post(f"cases/{cases['theirs']}/themes/{theme}/take-out")
    parks.post(f"cases/{cases['theirs']}/themes/{theme}/take-out", 409)
    desk.post(f"themes/{theme}/services")
    assert not is_shared(store, theme)
    parks.post("group", 404, case=[cases["theirs"]], theme=theme, name="")
    parks.get(f"themes/{theme}/", 404)
    with store.read() as session:
        actions = select(AuditEvent.action).where(AuditEvent.subject_id == theme)
        done = session.scalars(actions.order_by(AuditEvent.id)).all()
    assert [one for one in done if "shared" in one] == ["theme_shared", "theme_unshared"]


def test_a_new_theme_is_shared_from_the_start_and_so_is_what_is_split_from_it(
    app: Flask, store: Store, cases: dict[str, int], desk_city: City
) -> None:
    desk, light = Desk(app), send(store, desk_city.lights)
    where = desk.post("group", case=[cases["ours"]], theme="new", name="Steps", shared="1").location
    theme = int(where.split("/")[-2])
    desk.post("group", case=[light], theme=theme, name="")
    where = desk.post(f"themes/{theme}/split", case=[light], name="Dark steps").location
    new = int(where.split("/")[-2])
    assert (is_shared(store, new), cases_in(store, new)) == (True, [light])
    assert cases_in(store, theme) == [cases["ours"]]


def test_a_split_is_not_undone_into_a_theme_that_takes_its_cases_no_more(
    app: Flask, store: Store, cases: dict[str, int], office: Office, theme: int, desk_city: City
) -> None:
    desk, light = Desk(app), send(store, desk_city.lights)
    desk.post("group", case=[light], theme=theme, name="")
    desk.post(f"themes/{theme}/split", case=[light], name="Dark steps")
    deed = undo_of(desk)
    store.write(share_theme, now=NOW, scope=office.reviewer, theme_id=theme, is_shared=False)
    desk.post(f"undo/{deed}", 409)
    assert cases_in(store, theme) == [cases["ours"]]


def test_what_holds_cases_of_others_goes_only_into_a_theme_that_takes_them(
    app: Flask, store: Store, cases: dict[str, int], joined: int, office: Office, desk_city: City
) -> None:
    into = office.group([send(store, desk_city.potholes)])
    desk = Desk(app)
    assert not [one for one in desk.get(f"themes/{joined}/").all("option") if one.get("value")]
    answer = desk.post(f"themes/{joined}/merge", 409, into=into)
    assert "Only a theme that takes them" in words_of(answer)
    with pytest.raises(HoldsOthers):
        store.write(
            merge_themes, now=NOW, today=TODAY, scope=office.staff, theme_id=joined, into_id=into
        )
    share(store, office, into)
    desk.post(f"themes/{joined}/merge", into=into)
    assert set(cases.values()) < set(cases_in(store, into))


def test_a_case_that_is_handed_over_leaves_the_theme(
    app: Flask, store: Store, cases: dict[str, int], joined: int
) -> None:
    parks = Desk(app, "parks")
    parks.post(f"cases/{cases['theirs']}/hand-over", service="street-lights")
    assert cases_in(store, joined) == [cases["ours"]]


def answered(store: Store, office: Office, theme: int) -> int:
    """The theme's answer in English and Spanish, told to everybody; returns its id."""
    response = office.draft(theme)
    office.review(response)
    office.translate(response)
    office.review(response, "es")
    office.publish(response)
    store.write(
        tell_next, now=NOW, today=TODAY, response_id=response,
        person_id=office.staff.person_id, after=0,
    )  # fmt: skip
    return response


def test_one_answer_reaches_both_and_each_desk_deals_with_its_own_disputes(
    app: Flask, store: Store, cases: dict[str, int], joined: int, office: Office
) -> None:
    response = answered(store, office, joined)
    assert "We repaved the street" in Desk(app).get(f"responses/{response}/").words()
    parks = Desk(app, "parks")
    assert "Take it out" not in parks.get(f"cases/{cases['theirs']}/").words()
    parks.post(f"cases/{cases['theirs']}/themes/{joined}/take-out", 409)
    with store.read() as session:
        rows = [session.get_one(LoopRow, case) for case in cases.values()]
        assert [(row.state, row.told_lang) for row in rows] == [("told", "en"), ("told", "es")]
    for case in cases.values():
        store.write(append_event, case, ASKS_AGAIN, at=NOW)
    desk = Desk(app)
    page = desk.get(f"responses/{response}/")
    assert "2 people asked to look again" in page.words()
    assert OURS in page.words()
    assert THEIRS not in page.words()
    page = parks.get(f"cases/{cases['theirs']}/")
    assert "Pothole repair wrote this answer" in page.words()
    assert f"/en/responses/{response}/" in page.links()
    assert not [one for one in page.links() if f"staff/responses/{response}" in one]
    assert not [one for one in page.links() if "follows=" in one]


def test_parks_may_answer_its_own_case_in_a_theme_of_its_own_as_well(
    app: Flask, store: Store, cases: dict[str, int], joined: int, office: Office
) -> None:
    answered(store, office, joined)
    parks = Desk(app, "parks")
    where = parks.post("group", case=[cases["theirs"]], theme="new", name="Pool steps").location
    own = int(where.split("/")[-2])
    assert cases_in(store, own) == [cases["theirs"]]
    assert response_page(parks.client.get(f"/en/staff/themes/{own}/answer")).words()


def test_the_inbox_can_be_narrowed_to_a_shared_theme_of_another_department(
    app: Flask, store: Store, cases: dict[str, int], joined: int, desk_city: City
) -> None:
    send(store, desk_city.pools, comment="Something else.")
    words = Desk(app, "parks").get(f"?theme={joined}").words()
    assert THEIRS in words
    assert "Something else." not in words
    assert "Holes (Pothole repair)" in words


def test_similar_cases_of_all_of_ones_services_are_offered_to_a_shared_theme(
    app: Flask, store: Store, theme: int, desk_city: City
) -> None:
    alike = send(store, desk_city.lights, comment="The kerb under the lamp is too high.")
    send(store, desk_city.pools, comment="The kerb at the pool is too high.")
    page = Desk(app).get(f"themes/{theme}/similar")
    boxes = [one.get("value") for one in page.all("input") if one.get("name") == "case"]
    assert boxes == [str(alike)]
