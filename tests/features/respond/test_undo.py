"""Undo of what was done in batches: the whole of it, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from portal.models.desk import CaseAssignment
from portal.models.responses import Response, Theme, ThemeCase
from portal.models.running import AuditEvent
from portal.respond.act import Act
from portal.respond.operations import assigning, grouping, merging
from portal.respond.operations.merging import reopen_merged
from portal.respond.operations.publishing import schedule_together, unschedule
from portal.respond.queries.undo import find_last_deed
from portal.store.engine import Store
from tests.support.answers import SOURCE, TODAY, Office, send
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk
from tests.support.moment import this_moment

ALL = urlencode({"all": 1, "filters": ""})
LATER = this_moment() + timedelta(days=2)
UTC_ZONE = ZoneInfo("UTC")
CARRIED = ("filters", "all", "until", "done", "meant", "deed")


@pytest.fixture
def many(store: Store, desk_city: City, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Twelve cases, where five are done at a time."""
    for module in (assigning, grouping, merging):
        monkeypatch.setattr(module, "BATCH", 5)
    return [send(store, desk_city.potholes) for _person in range(12)]


def do_all(desk: Desk, path: str, **chosen: object) -> None:
    """Do this to all that fit, batch after batch; other work comes between."""
    page, more = desk.get(f"{path}?{ALL}"), chosen
    for number in range(2):
        page = response_page(desk.post(path, 200, **carried(page), **more))
        more = {one: page.value(one) for one in ("person", "theme") if one in chosen}
        desk.post("views/", name=f"View {number}", filters="", owner="own")
    desk.post(path, **carried(page), **more)


def carried(page: Page) -> dict[str, str]:
    return {one: page.value(one) for one in CARRIED if f'name="{one}"' in page.text}


def undo_of(page: Page) -> str:
    actions = [form.get("action") or "" for form in page.all("form")]
    return next(one for one in actions if "/undo/" in one).rpartition("/")[2]


def undo(desk: Desk) -> str:
    """Undo the last deed; returns what the inbox says then."""
    desk.post(f"undo/{undo_of(desk.get(''))}")
    return desk.get("").words()


def cases_in(store: Store, theme: int | None = None) -> list[int]:
    query = select(ThemeCase.submission_id)
    with store.read() as session:
        return sorted(
            session.scalars(query if theme is None else query.where(ThemeCase.theme_id == theme))
        )


def holders(store: Store) -> dict[int, int]:
    with store.read() as session:
        rows = session.execute(select(CaseAssignment.submission_id, CaseAssignment.person_id))
        return {row[0]: row[1] for row in rows}


def test_all_batches_under_a_theme_are_undone_together(
    app: Flask, store: Store, many: list[int], office: Office
) -> None:
    before = office.group(many[:1])
    desk = Desk(app)
    desk.post("group", case=many[1:2], theme=before, name="")  # a deed of its own
    do_all(desk, "group-many", theme="new", name="Holes")
    assert len(cases_in(store)) == 14
    assert "You put 12 cases into a theme" in desk.get("").words()
    assert "Undone for 12 cases." in undo(desk)
    assert cases_in(store) == many[:2]
    assert "Undo" not in desk.get("").words()


def test_all_batches_of_an_assignment_are_undone_together(
    app: Flask, store: Store, many: list[int], desk_city: City
) -> None:
    staff, reviewer = desk_city.people["staff"], desk_city.people["reviewer"]
    desk = Desk(app)
    desk.post("assign", case=many[:3], person=staff)
    desk.post("assign", case=many[10:], person=staff)
    before = holders(store)
    do_all(desk, "assign", person=reviewer)
    assert holders(store) == dict.fromkeys(many, reviewer)
    assert "You assigned 12 cases" in desk.get("").words()
    assert "Undone for 12 cases." in undo(desk)
    assert holders(store) == before


def test_a_merge_in_parts_is_undone_whole(
    app: Flask, store: Store, many: list[int], office: Office
) -> None:
    old, into = office.group(many[1:]), office.group(many[:1])
    draft = office.draft(old)
    desk = Desk(app)
    for left in (6, 1):
        desk.post(f"themes/{old}/merge", into=into)
        assert f"{left} case" in desk.get(f"themes/{old}/").words()
    desk.post(f"themes/{old}/merge", into=into)
    assert "Merged: 11 cases came along." in desk.get(f"themes/{into}/").words()
    assert "Undone for 11 cases." in undo(desk)
    assert (cases_in(store, old), cases_in(store, into)) == (many[1:], many[:1])
    with store.read() as session:
        assert session.get_one(Response, draft).theme_id == old


def test_a_merge_that_was_undone_and_begun_again_is_another_one(
    app: Flask, store: Store, many: list[int], office: Office
) -> None:
    old, into = office.group(many[1:]), office.group(many[:1])
    desk = Desk(app)
    desk.post(f"themes/{old}/merge", into=into)
    assert "Undone for 5 cases." in undo(desk)
    desk.post(f"themes/{old}/merge", into=into)
    assert "You put 5 cases into a theme" in desk.get("").words()
    assert "Undone for 5 cases." in undo(desk)
    assert (cases_in(store, old), cases_in(store, into)) == (many[1:], many[:1])


@pytest.mark.parametrize("deed", ["other", "{}", "9" * 30])
def test_what_somebody_else_did_is_no_part_of_ones_own_deed(
    app: Flask, store: Store, many: list[int], desk_city: City, deed: str
) -> None:
    reviewer = desk_city.people["reviewer"]
    desk, other = Desk(app), Desk(app, "reviewer")
    other.post("assign", case=many[:2], person=reviewer)
    forged = undo_of(other.get("")) if deed == "other" else deed
    desk.post("assign", case=many[2:4], person=reviewer, deed=forged)
    assert "Undone for 2 cases." in undo(desk)
    assert sorted(holders(store)) == many[:2]


def schedule(store: Store, office: Office, draft: int) -> None:
    act = Act(office.reviewer, this_moment(), TODAY)
    store.write(schedule_together, act=act, versions=[(draft, 2)], at=LATER, zone=UTC_ZONE)


def times(store: Store, drafts: list[int]) -> list[tuple[datetime | None, int | None]]:
    """When each comes out, and for whom."""
    with store.read() as session:
        rows = [session.get_one(Response, one) for one in drafts]
        return [(row.publish_at, row.publisher_id) for row in rows]


def test_undoing_a_merge_gives_answers_their_time_back_where_nobody_went_on_with_them(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    old, into = (office.group([send(store, desk_city.potholes)]) for _theme in range(2))
    same, written, retimed, _idle = drafts = [
        office.draft(old, wording=replace(SOURCE, we_did=f"We paved street {street}."))
        for street in range(4)
    ]
    for draft in (same, written, retimed):
        office.review(draft)
        schedule(store, office, draft)
    desk, other = Desk(app), Desk(app, "reviewer")
    desk.post(f"themes/{old}/merge", into=into)
    assert times(store, drafts) == [(None, None)] * 4
    form = {"you_said": "Holes.", "we_did": "Mended.", "why_not": "", "outcome": "answered"}
    other.post(f"responses/{written}/", **form, version="3")
    act = Act(office.reviewer, this_moment(), TODAY)
    later = LATER + timedelta(days=1)
    store.write(schedule_together, act=act, versions=[(retimed, 3)], at=later, zone=UTC_ZONE)
    store.write(unschedule, act=act, response_id=retimed)
    words = undo(desk)
    assert "Undone for 1 case." in words
    assert "2 answers have lost their time to come out." in words
    assert times(store, drafts) == [(LATER, office.reviewer.person_id), *[(None, None)] * 3]
    with store.read() as session:
        assert {session.get_one(Response, one).theme_id for one in drafts} == {old}


def test_a_time_that_has_passed_is_not_given_back(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    old, into = (office.group([send(store, desk_city.potholes)]) for _theme in range(2))
    draft = office.draft(old)
    office.review(draft)
    schedule(store, office, draft)
    Desk(app).post(f"themes/{old}/merge", into=into)
    with store.read() as session:
        deed = find_last_deed(session, office.staff, now=this_moment())
    assert deed is not None
    with store.read() as session:
        merge = session.get_one(AuditEvent, deed.event_id)
        assert [one["response"] for one in merge.detail["times"]] == [draft]
    undone = store.write(
        lambda session: reopen_merged(
            session, session.get_one(AuditEvent, deed.event_id), now=LATER
        )
    )
    assert undone == 1
    assert times(store, [draft]) == [(None, None)]


def test_a_merge_that_went_on_into_a_third_theme_is_not_undone(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    first, second, third = (office.group([send(store, desk_city.potholes)]) for _theme in range(3))
    draft = office.draft(first)
    desk, other = Desk(app), Desk(app, "reviewer")
    desk.post(f"themes/{first}/merge", into=second)
    event = undo_of(desk.get(""))
    other.post(f"themes/{second}/merge", into=third)
    before = cases_in(store, third)
    assert "Undo" not in desk.get("").words()
    desk.post(f"undo/{event}", 409)
    assert cases_in(store, third) == before
    with store.read() as session:
        assert session.get_one(Response, draft).theme_id == third
        assert session.get_one(Theme, first).merged_into_id == second
    undo(other)  # what the draft and its cases were taken along by the second time
    with store.read() as session:
        assert session.get_one(Response, draft).theme_id == second
    undo(desk)
    with store.read() as session:
        assert session.get_one(Response, draft).theme_id == first


def test_a_new_theme_that_was_undone_is_offered_no_more(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    case, other = (send(store, desk_city.potholes) for _person in range(2))
    desk = Desk(app)
    desk.post("group", case=case, theme="new", name="A slip")
    assert "A slip" in offered(desk, other)
    undo(desk)
    assert "A slip" not in offered(desk, other)
    assert "A slip" not in offered(desk, other, find="slip")
    kept = office.group([case])  # its cases went elsewhere, but something was written for it
    office.draft(kept)
    desk.post(f"cases/{case}/themes/{kept}/take-out")
    assert "Holes" in offered(desk, other)


def offered(desk: Desk, case: int, **asked: str) -> str:
    return desk.get(f"group?{urlencode({'case': case, **asked})}").words()


def test_undoing_and_assigning_lead_back_to_the_page_of_the_list(
    app: Flask, many: list[int]
) -> None:
    desk = Desk(app)
    path = "?page=2&language=en"
    filters = desk.get("?language=en").value("filters")
    query = urlencode({"case": many[0], "filters": filters, "page": 2})
    along = desk.get(f"assign?{query}").sent_along("/assign")
    assert desk.post("assign", person="nobody", **along).location == f"/en/staff/{path}"
    all_of_them = urlencode({"all": 1, "filters": filters, "page": 2})
    more = desk.get(f"group-many?{all_of_them}").sent_along("/group-many")
    going = response_page(desk.post("group-many", 200, theme="new", name="Holes", **more))
    assert going.value("page") == "2"
    page = desk.get(path)
    action = f"/undo/{undo_of(page)}"
    assert desk.post(action[1:], **page.sent_along(action)).location == f"/en/staff/{path}"
