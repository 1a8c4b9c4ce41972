"""The pages about next steps: naming them, their words, and whom they reach."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind
from portal.manage.queries import partners
from portal.models.partners import (
    Invitation,
    NextStep,
    NextStepText,
)
from portal.models.responses import Theme, ThemeCase, ThemeText
from portal.notify.telling import tell_next
from portal.respond.operations.merging import merge_themes
from portal.store.engine import Store
from tests.features.manage.deciding import areas, get, options, post
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.client import Page
from tests.support.desk import Desk
from tests.support.history import add_case
from tests.support.moment import this_day, this_moment
from tests.support.together import Table


def test_a_next_step_is_named_and_said_in_another_language(
    desk: Desk, store: Store, theme: int
) -> None:
    form = {"theme": str(theme), "what": "A walk", "place": "At the school, at five"}
    past = post(desk, "next-steps/new", 422, **form, happens_on="2020-01-01")
    assert isinstance(past, Page)
    assert "This day has passed" in past.words()
    where = str(post(desk, "next-steps/new", 303, **form, happens_on="2999-01-31"))
    assert "Nobody" in get(desk, re.sub(r"^.*/manage/", "", where)).words()
    answer = desk.client.post(
        where.replace("/en/", "/ar/"),
        data={"csrf_token": desk.csrf_token(), "what": "نزهة", "place": "عند المدرسة"},
    )
    assert answer.status_code == 303
    with store.read() as session:
        assert set(session.scalars(select(NextStepText.lang))) == {"en", "ar"}
    assert "Jan" in get(desk, "co-decisions/").words()


def test_a_merged_theme_gets_nothing_new_and_its_next_step_counts_where_its_cases_are(
    desk: Desk, store: Store, city: City, table: Table
) -> None:
    office = Office(store, city)
    old, middle, into = (
        office.group([send(store, city.potholes, comment="High.")]) for _theme in range(3)
    )
    step, partner = table.next_step(old, on=date(2999, 1, 31)), table.partner()
    for one, other in ((old, middle), (middle, into)):
        store.write(
            merge_themes, now=NOW, today=TODAY, scope=office.staff, theme_id=one, into_id=other
        )
    for path in ("co-decisions/new", "next-steps/new"):
        offered = options(get(desk, path))
        assert str(into) in offered
        assert not {str(old), str(middle)} & set(offered)
        answer = post(
            desk, path, 422, theme=str(old), partner=str(partner), what="A dance",
            place="At six", happens_on="2999-02-01",
        )  # fmt: skip
        assert isinstance(answer, Page)
        assert "was merged into another one" in answer.words()
        assert ("A dance" in answer.text) == (path == "next-steps/new")
    assert "0 of 0 cases" in get(desk, f"next-steps/{step}/").words()
    response = office.draft(into)
    office.review(response)
    office.publish(response, now=this_moment())
    store.write(
        tell_next, now=this_moment(), today=this_day(), response_id=response,
        person_id=office.staff.person_id, after=0,
    )  # fmt: skip
    assert "3 of 3 cases" in get(desk, f"next-steps/{step}/").words()
    assert "3 of 3 cases" in get(desk, "co-decisions/").words()


def test_older_themes_and_next_steps_are_found(
    desk: Desk, store: Store, city: City, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partners, "MOST_THEMES", 1)
    monkeypatch.setattr(partners, "STEPS", 1)
    office = Office(store, city)
    old, new = (office.group([send(store, city.potholes)]) for _theme in range(2))
    named = update(ThemeText).where(ThemeText.theme_id == old).values(name="Kerb")
    store.write(lambda session: session.execute(named))
    table.partner()
    for path in ("next-steps/new", "co-decisions/new"):
        page = get(desk, path)
        assert "Older ones are found by their name." in page.words()
        assert (str(old) in options(page), str(new) in options(page)) == (False, True)
        found = post(desk, path, 200, find="kerb", found="", what="A walk", search="1")
        assert not isinstance(found, str)
        assert (str(old) in options(found), str(new) in options(found)) == (True, False)
        assert ("A walk" in found.words()) == path.startswith("next"), "nothing typed is lost"
    steps = [table.next_step(one) for one in (old, new)]
    for page_number, step in ((1, steps[1]), (2, steps[0])):
        links = get(desk, f"co-decisions/?page={page_number}").links()
        assert [one for one in links if "next-steps/" in one and "new" not in one] == [
            f"/en/manage/next-steps/{step}/"
        ]


def test_two_people_write_one_next_step_and_neither_undoes_the_other(
    desk: Desk, table: Table, theme: int
) -> None:
    path = f"next-steps/{table.next_step(theme, on=date(2999, 1, 31))}/"
    page = get(desk, path)
    older = {**areas(page), "seen": page.value("seen")}
    post(desk, path, 303, **{**older, "place": "At six"})
    answer = post(desk, path, 409, **{**older, "place": "At seven"})
    assert isinstance(answer, Page)
    assert "At six" in answer.words().partition("Stored now")[2]
    assert areas(get(desk, path))["place"] == "At six"
    assert areas(answer)["place"] == "At seven"
    post(desk, path, 303, **areas(answer), seen=answer.value("seen"))
    assert areas(get(desk, path))["place"] == "At seven"


NAMED = TODAY - timedelta(days=20)


def hold_a_step(session: Session, theme_id: int, happens_on: date) -> int:
    """A step named 20 days ago: two were told before, two while it was open, one after its day.

    One of each of the first two pairs was invited.
    """
    service_id = session.get_one(Theme, theme_id).service_id
    named_at = datetime(NAMED.year, NAMED.month, NAMED.day, 18, tzinfo=UTC)
    step = NextStep(theme_id=theme_id, happens_on=happens_on, created_at=named_at)
    session.add(step)
    session.flush()
    session.add(
        NextStepText(
            next_step_id=step.id, lang="en", what="A walk", place="At five", updated_at=named_at
        )
    )
    for days, is_invited in ((30, True), (25, False), (20, True), (12, False), (3, False)):
        on = TODAY - timedelta(days=days)
        told = Event(kind=EventKind.TOLD, on=on, actor=Actor.SYSTEM, lang="en")
        number = add_case(session, service_id, on, [told])
        session.add(ThemeCase(theme_id=theme_id, submission_id=number, added_at=named_at))
        if is_invited:
            invite = Invitation(
                next_step_id=step.id, submission_id=number, lang="en", invited_at=named_at,
                invited_on=on,
            )  # fmt: skip
            session.add(invite)
    session.flush()
    return step.id


def test_who_was_told_when_there_was_no_step_is_not_counted_as_left_out(
    desk: Desk, store: Store, theme: int
) -> None:
    number = store.write(hold_a_step, theme, TODAY - timedelta(days=10))
    share = "2 of 3 cases that were told while it was open"
    assert share in get(desk, "co-decisions/").words()
    assert share in get(desk, f"next-steps/{number}/").words()


def test_a_step_whose_day_has_passed_is_only_read(desk: Desk, store: Store, theme: int) -> None:
    number = store.write(hold_a_step, theme, TODAY - timedelta(days=1))
    page = get(desk, f"next-steps/{number}/")
    assert "Nobody is invited to it any more." in page.words()
    assert "A walk" in page.words()
    assert page.all("textarea") == []
    assert "Save and invite" not in page.words()
    for typed in ({"what": "A dance", "place": "At six"}, {"what": ""}):
        answer = post(desk, f"next-steps/{number}/", 409, **typed)
        assert isinstance(answer, Page)
        assert "its words do not change" in answer.words()
        kept = {(one.text or "").strip() for one in answer.all("textarea")}
        assert kept == set(filter(None, typed.values())), "nothing that was typed is lost"
        assert all("readonly" in one.attrib for one in answer.all("textarea"))
    with store.read() as session:
        assert session.scalars(select(NextStepText.what)).all() == ["A walk"]
