"""Every address of the desk, tried as another department, as a lower role, and signed out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.loops import LoopEvent
from portal.models.people import Membership, Person
from portal.models.running import AuditEvent, Outbox
from portal.respond.operations.cases import set_aside
from portal.respond.operations.views import save_view
from portal.store.engine import Store
from tests.support.answers import NOW, Office, send
from tests.support.city import PASSWORD, City
from tests.support.client import response_page
from tests.support.desk import Desk, hashed

TEXT = {"version": "1", "you_said": "a", "we_did": "b", "why_not": "", "reason": "c"}
ANSWER = {**TEXT, "outcome": "answered", "due_on": "", "done_on": ""}
# (method, address below /en/staff/, form); everything that the desk does to one thing.
GETS = (
    "group?case={case}",
    "assign?case={case}",
    "cases/{case}/",
    "cases/{case}/redact",
    "cases/{case}/hand-over",
    "themes/{theme}/",
    "themes/{theme}/similar",
    "themes/{theme}/answer",
    "themes/{theme}/answer?follows={published}",
    "responses/{draft}/",
    "responses/{published}/",
    "responses/{draft}/preview",
    "responses/{draft}/texts/es/",
    "responses/{published}/texts/en/correct",
)
POSTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("group", {"case": "{case}", "theme": "new", "name": "Mine now"}),
    ("group", {"case": "{case}", "theme": "{theme}", "name": ""}),
    ("assign", {"case": "{case}", "person": "{staff}"}),
    ("cases/{case}/assign", {"person": "{staff}"}),
    ("themes/{theme}/merge", {"into": "{theme}"}),
    ("group-many", {"case": "{case}", "theme": "{theme}"}),
    ("views/{view}/", {"version": "1", "name": "Mine now"}),
    ("views/{view}/delete", {"version": "1"}),
    ("undo/1", {}),
    ("cases/{case}/set-aside", {"reason": "spam"}),
    ("cases/{requested}/set-aside/agree", {}),
    ("cases/{requested}/set-aside/refuse", {}),
    ("cases/{aside}/restore", {}),
    ("cases/{case}/hand-over", {"service": "street-lights"}),
    ("cases/{case}/redact", {"what": "all", "reason": "asked", "sure": "1"}),
    ("cases/{case}/notes", {"text": "Mine"}),
    ("cases/{case}/translate", {}),
    ("cases/{case}/themes/{theme}/take-out", {}),
    ("themes/{theme}/name", {"in_en": "Renamed"}),
    ("themes/{theme}/services", {"shared": "1"}),
    ("themes/{theme}/split", {"case": "{case}", "name": "Mine now"}),
    ("themes/{theme}/answer", ANSWER),
    ("responses/{draft}/", ANSWER),
    ("responses/{draft}/publish", {"version": "2"}),
    ("responses/publish", {"response": "{draft}:2"}),
    ("responses/{draft}/unschedule", {}),
    ("responses/{draft}/drop", {"version": "2"}),
    ("responses/{draft}/texts/es/", {**TEXT, "version": "0"}),
    ("responses/{draft}/texts/en/review", {"version": "1"}),
    ("responses/{published}/texts/en/correct", {**TEXT, "version": "2"}),
    ("responses/{published}/texts/en/correct/review", {}),
    ("responses/{published}/texts/en/correct/drop", {}),
)
# What translators may do: the texts of their department, and nothing else.
TEXT_GETS = {one for one in GETS if one.startswith("responses/")}
TEXT_POSTS = {one for one, _form in POSTS if one.startswith("responses/")} - {
    "responses/{draft}/publish",
    "responses/publish",
    "responses/{draft}/unschedule",
    "responses/{draft}/drop",
}


@pytest.fixture
def things(store: Store, office: Office, desk_city: City) -> dict[str, int]:
    """One of everything, in public works."""
    case, aside = send(store, desk_city.potholes), send(store, desk_city.potholes)
    requested = send(store, desk_city.potholes, q0=1)
    published = office.answer([case])
    theme = office.group([case], theme_id=1)
    draft = office.draft(theme)
    desk: dict[str, Any] = {
        "now": NOW,
        "today": NOW.date(),
        "scope": office.staff,
        "reason": "test",
    }
    store.write(set_aside, submission_id=aside, **desk)
    store.write(set_aside, submission_id=requested, **desk)
    view = store.write(
        save_view, now=NOW, scope=office.staff, name="Ours", filters="",
        department_id=desk_city.works,
    )  # fmt: skip
    return {
        "case": case,
        "staff": desk_city.people["staff"],
        "view": view,
        "aside": aside,
        "requested": requested,
        "theme": theme,
        "draft": draft,
        "published": published,
    }


def filled(form: dict[str, Any], things: dict[str, int]) -> dict[str, str]:
    return {name: value.format(**things) for name, value in form.items()}


def footprint(store: Store) -> list[int]:
    """How much has been written so far."""
    with store.read() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (LoopEvent, Outbox)
        ] + [
            session.scalar(
                select(func.count()).where(
                    AuditEvent.action.not_in(["signed_in", "recovery_code_used"])
                )
            )
            or 0
        ]


@pytest.fixture
def untouched(store: Store, things: dict[str, int]) -> Iterator[None]:
    """Whatever was tried, nothing was written."""
    before = footprint(store)
    yield
    assert footprint(store) == before


@pytest.mark.parametrize("who", ["parks", "parks-manager"])
@pytest.mark.usefixtures("untouched")
def test_another_department_finds_nothing(
    app: Flask, store: Store, things: dict[str, int], city: City, who: str
) -> None:
    store.write(_add, "parks-manager", "manager", city.parks)
    desk = Desk(app, who)
    for path in GETS:
        answer = desk.client.get(f"/en/staff/{path.format(**things)}")
        assert answer.status_code == 404, path
    for path, form in POSTS:
        desk.post(path.format(**things), 404, **filled(form, things))
    for path in ("", "?place=excluded", "?place=set_aside", "responses/"):
        assert "Holes" not in desk.get(path).words()


def _add(session: Session, name: str, role: str, department_id: int | None) -> None:
    person = Person(
        email=f"{name}@city.example", name=name, fs_uniquifier=name, lang="en",
        created_at=NOW, password=hashed(),
        memberships=[Membership(role=role, department_id=department_id)],
    )  # fmt: skip
    session.add(person)


@pytest.mark.usefixtures("untouched")
def test_a_translator_works_on_texts_only(
    app: Flask, store: Store, things: dict[str, int], city: City
) -> None:
    store.write(_add, "translator", "translator", city.works)
    desk = Desk(app, "translator")
    for path in GETS:
        expected = 200 if path in TEXT_GETS else 404
        assert desk.client.get(f"/en/staff/{path.format(**things)}").status_code == expected, path
    for path, form in POSTS:
        if path not in TEXT_POSTS:
            desk.post(path.format(**things), 404, **filled(form, things))


def test_a_translator_may_write_and_review_texts(
    app: Flask, store: Store, things: dict[str, int], city: City
) -> None:
    store.write(_add, "translator", "translator", city.works)
    desk = Desk(app, "translator")
    draft = things["draft"]
    desk.post(f"responses/{draft}/texts/es/", **{**TEXT, "version": "0"})
    desk.post(f"responses/{draft}/texts/en/review", version="1")
    assert "Publish" not in desk.get(f"responses/{draft}/").words()


@pytest.mark.usefixtures("untouched")
def test_an_administrator_without_department_finds_nothing(
    app: Flask, things: dict[str, int]
) -> None:
    desk = Desk(app, "admin")
    for path in GETS:
        assert desk.client.get(f"/en/staff/{path.format(**things)}").status_code == 404, path
    for path, form in POSTS:
        desk.post(path.format(**things), 404, **filled(form, things))


@pytest.mark.usefixtures("untouched")
def test_somebody_without_a_role_is_refused(
    app: Flask, store: Store, things: dict[str, int]
) -> None:
    store.write(_add_nobody)
    client = app.test_client()
    door = response_page(client.get("/en/sign-in")).value("csrf_token")
    client.post(
        "/en/sign-in",
        data={"csrf_token": door, "email": "nobody@city.example", "password": PASSWORD},
    )
    for path in ("", *GETS):
        assert client.get(f"/en/staff/{path.format(**things)}").status_code == 403, path


def _add_nobody(session: Session) -> None:
    session.add(
        Person(
            email="nobody@city.example", name="Nobody", fs_uniquifier="nobody", lang="en",
            created_at=NOW, password=hashed(),
        )
    )  # fmt: skip


@pytest.mark.usefixtures("untouched")
def test_whoever_is_signed_out_is_sent_to_the_door(app: Flask, things: dict[str, int]) -> None:
    client = app.test_client()
    for path in ("", "responses/", *GETS):
        answer = client.get(f"/en/staff/{path.format(**things)}")
        assert (answer.status_code, answer.location.split("?")[0]) == (303, "/en/sign-in"), path
    for path, form in POSTS:
        answer = client.post(f"/en/staff/{path.format(**things)}", data=filled(form, things))
        assert answer.status_code in {303, 400}, path


def test_addresses_beyond_the_database_are_not_found(app: Flask, desk_city: City) -> None:
    desk = Desk(app)
    for number in ("0", "999999", str(2**63), "9" * 40):
        for path in ("cases/{}/", "themes/{}/", "responses/{}/", "responses/{}/texts/es/"):
            assert desk.client.get(f"/en/staff/{path.format(number)}").status_code == 404, path
        desk.client.get(f"/en/staff/group?case={number}")
    assert (
        desk.client.get("/en/staff/?page=99999999999999999999&service=x&kind=y").status_code == 200
    )
    assert desk.client.get("/en/staff/responses/1/texts/xx/").status_code == 404
