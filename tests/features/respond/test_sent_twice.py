"""A form that is sent twice, by a double click or a reload, makes one of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.models.case_work import CaseNote
from portal.models.responses import Response, Theme, ThemeCase
from portal.respond.operations import notes
from portal.store.engine import Store
from tests.features.respond.test_undo import undo
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.desk import Desk

ANSWER = {
    "you_said": "The holes come back.", "we_did": "We paved it.", "why_not": "",
    "outcome": "answered", "due_on": "", "done_on": "",
}  # fmt: skip


def count(store: Store, table: type[Theme | Response | CaseNote]) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_new_theme_is_one_and_can_still_be_undone(
    app: Flask, store: Store, desk_city: City
) -> None:
    one, other = (send(store, desk_city.potholes) for _person in range(2))
    desk, colleague = Desk(app), Desk(app, "reviewer")
    where = {
        desk.post("group", case=[one, other], theme="new", name="Holes").location
        for _time in range(2)
    }
    assert len(where) == count(store, Theme) == 1
    assert "Undone for 2 cases." in undo(desk)
    for who in (desk, colleague):  # somebody else means another one, and so does another name
        who.post("group", case=one, theme="new", name="Holes")
    desk.post("group", case=one, theme="new", name="Kerbs")
    assert count(store, Theme) == 4


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_theme_is_split_once(
    app: Flask, store: Store, office: Office, desk_city: City, is_answered: bool
) -> None:
    cases = [send(store, desk_city.potholes) for _person in range(2)]
    theme = office.group(cases)
    if is_answered:
        draft = office.draft(theme)
        office.review(draft)
        office.publish(draft)
    desk = Desk(app)
    for _time in range(2):
        desk.post(f"themes/{theme}/split", case=cases[0], name="Kerbs")
    with store.read() as session:
        inside = select(ThemeCase.theme_id).where(ThemeCase.submission_id == cases[0])
        assert len(session.scalars(inside).all()) == (2 if is_answered else 1)
    assert count(store, Theme) == 2


def test_a_theme_that_lost_its_cases_meanwhile_is_not_the_same(
    app: Flask, store: Store, desk_city: City
) -> None:
    case, other = (send(store, desk_city.potholes) for _person in range(2))
    desk, colleague = Desk(app), Desk(app, "reviewer")
    desk.post("group", case=other, theme="new", name="Holes")
    where = desk.post("group", case=case, theme="new", name="Noise").location
    noise = last_theme(store)
    colleague.post(f"themes/{noise}/split", case=case, name="Kerbs")
    assert desk.post("group", case=case, theme="new", name="Noise").location != where
    assert inside(store, last_theme(store)) == [case]
    noise = last_theme(store)
    colleague.post(f"themes/{noise}/merge", into="1")
    assert inside(store, noise) == []
    desk.post("group", case=case, theme="new", name="Noise")
    assert last_theme(store) != noise
    assert inside(store, last_theme(store)) == [case]


def last_theme(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.max(Theme.id))) or 0


def inside(store: Store, theme: int) -> list[int]:
    with store.read() as session:
        cases = select(ThemeCase.submission_id).where(ThemeCase.theme_id == theme)
        return list(session.scalars(cases))


def test_an_answer_is_begun_once(app: Flask, store: Store, office: Office, desk_city: City) -> None:
    theme = office.group([send(store, desk_city.potholes)])
    desk, colleague = Desk(app), Desk(app, "reviewer")
    where = {desk.post(f"themes/{theme}/answer", **ANSWER).location for _time in range(2)}
    assert len(where) == count(store, Response) == 1
    desk.post(f"themes/{theme}/answer", **{**ANSWER, "we_did": "We paved all of it."})
    desk.post(f"themes/{theme}/answer", **{**ANSWER, "outcome": "done", "done_on": "2026-11-02"})
    colleague.post(f"themes/{theme}/answer", **ANSWER)
    assert count(store, Response) == 4
    published = next(iter(where)).rstrip("/").rpartition("/")[2]
    office.review(int(published))
    office.publish(int(published))
    desk.post(f"themes/{theme}/answer", **ANSWER)  # a further answer, on purpose
    assert count(store, Response) == 5


def test_a_note_is_left_once_but_the_same_can_be_said_on_another_day(
    app: Flask, store: Store, desk_city: City
) -> None:
    case = send(store, desk_city.potholes)
    desk, colleague = Desk(app), Desk(app, "reviewer")
    for _time in range(2):
        desk.post(f"cases/{case}/notes", text="Called: nobody there.")
    assert count(store, CaseNote) == 1
    desk.post(f"cases/{case}/notes", text="Called again.")
    desk.post(f"cases/{case}/notes", text="Called: nobody there.")
    colleague.post(f"cases/{case}/notes", text="Called: nobody there.")
    assert count(store, CaseNote) == 4
    later = app.extensions["portal"].clock.now() + notes.SENT_TWICE + timedelta(minutes=1)
    store.write(
        notes.write_note, now=later, scope=Office(store, desk_city).reviewer, submission_id=case,
        text="Called: nobody there.",
    )  # fmt: skip
    assert count(store, CaseNote) == 5
