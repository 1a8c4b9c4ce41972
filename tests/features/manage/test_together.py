"""The pages about deciding together: partners, records, links, signatures, next steps."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind
from portal.manage.operations import co_decisions
from portal.manage.operations.co_decisions import LinkRefused
from portal.manage.operations.partner_links import LINK_LIFETIME, NotReady
from portal.manage.queries import co_decisions as queries
from portal.manage.queries import partners
from portal.models.loops import LoopRow
from portal.models.partners import (
    CoDecisionCase,
    Invitation,
    NextStep,
    NextStepText,
    Partner,
    Signature,
)
from portal.models.responses import Theme, ThemeCase, ThemeText
from portal.notify.telling import tell_next
from portal.respond.operations import themes
from portal.respond.operations.merging import merge_themes
from portal.store.engine import Store
from portal.store.loops import Links, append_event
from portal.store.scope import NotAllowed, Scope
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City, make_person
from tests.support.client import Page, response_page
from tests.support.desk import Desk, open_desk
from tests.support.history import add_case
from tests.support.moment import this_day, this_moment
from tests.support.together import RECORD, Table


@pytest.fixture
def desk(app: Flask, store: Store, city: City) -> Desk:
    open_desk(store, city)
    return Desk(app, "manager")


@pytest.fixture
def colleague(app: Flask, store: Store, city: City, desk: Desk) -> Desk:
    """Another manager of public works."""
    del desk  # opens it for everybody
    roles: list[tuple[str, int | None]] = [("manager", city.works)]
    store.write(lambda session: make_person(session, "colleague@city.example", NOW, roles))
    return Desk(app, "colleague")


@pytest.fixture
def theme(store: Store, city: City) -> int:
    return Office(store, city).group([send(store, city.potholes, comment="The kerb is high.")])


@pytest.fixture
def table(store: Store, city: City) -> Table:
    return Table(store, city)


def get(desk: Desk, path: str, status: int = 200) -> Page:
    answer = desk.client.get(f"/en/manage/{path}")
    assert answer.status_code == status, path
    return response_page(answer)


def post(desk: Desk, path: str, status: int = 303, **data: object) -> Page | str:
    answer = desk.client.post(f"/en/manage/{path}", data={"csrf_token": desk.csrf_token(), **data})
    assert answer.status_code == status, (path, answer.status_code)
    return answer.location if status == 303 else response_page(answer)


def test_from_nothing_to_a_signed_record(
    desk: Desk, colleague: Desk, client: FlaskClient, store: Store, theme: int
) -> None:
    assert "Nothing has been decided together" in get(desk, "co-decisions/").words()
    assert "add the organisation first" in get(desk, "co-decisions/new").words()
    post(desk, "partners/", name="Parents of Elm Street", is_external="yes")
    assert "External" in get(desk, "partners/").words()
    with store.read() as session:
        partner = session.scalars(select(Partner.id)).one()
    where = post(desk, "co-decisions/new", theme=str(theme), partner=str(partner))
    path = re.sub(r"^.*/manage/", "", str(where))
    page = get(desk, path)
    assert "6 rules are missing" in page.words()
    refuse_link(desk, path)
    post(
        desk, path, proposed="Parents asked.", decided="We chose.", changed="It is lower.",
        decided_on=(NOW - timedelta(days=400)).date().isoformat(), seen=page.value("seen"),
    )  # fmt: skip
    with store.read() as session:
        case = session.scalars(select(ThemeCase.submission_id)).one()
    post(desk, f"{path}cases", case=str(case))
    token = have_link_made(desk, colleague, path)
    assert token not in get(desk, path).words()
    with store.read() as session:
        assert session.scalars(select(Signature.token_hash)).one() != token

    check_signing(client, token)
    assert "Signed on" in get(desk, path).words()
    late = post(desk, path, 409, proposed="Other words.")
    assert isinstance(late, Page)
    assert "was signed in the meantime" in late.words()
    assert "Other words." in late.words(), "nothing that was typed is lost"
    post(desk, f"{path}cases")
    words = get(desk, path).words()
    assert "its cases do not change any more" in words
    assert "1 case is linked" in words
    refuse_link(colleague, path)


def refuse_link(desk: Desk, path: str) -> None:
    post(desk, f"{path}link")
    assert "There is no new link" in get(desk, path).words()


def have_link_made(writer: Desk, colleague: Desk, path: str) -> str:
    """Whoever wrote the record gets no link that signs it; the token of the colleague's."""
    assert "a colleague makes the link" in get(writer, path).words()
    refuse_link(writer, path)
    shown = post(colleague, f"{path}link", 200)
    assert isinstance(shown, Page)
    (link,) = [one for one in shown.links() if "/sign/" in one]
    return link.rstrip("/").rpartition("/")[2]


def check_signing(client: FlaskClient, token: str) -> None:
    """The partner reads, signs once, and nobody else does."""
    answer = client.get(f"/en/sign/{token}/")
    read = response_page(answer)
    assert "We chose." in read.words()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    form = {"name": "Ana Ruiz", "role": "Chair", "record": read.value("record")}
    assert client.post(f"/en/sign/{token}/", data=form | {"name": ""}).status_code == 422
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(f"/en/sign/{token}/", data=form, headers=elsewhere).status_code == 403
    assert client.post(f"/en/sign/{token}/", data=form | {"record": "x"}).status_code == 409
    assert client.post(f"/en/sign/{token}/", data=form).status_code == 303
    assert "Signed. Thank you." in response_page(client.get(f"/en/sign/{token}/")).words()
    assert client.post(f"/en/sign/{token}/", data=form).status_code == 409


def test_links_that_sign_nothing_say_what_to_do(
    client: FlaskClient, store: Store, table: Table, theme: int, city: City
) -> None:
    with store.read() as session:
        case = session.scalars(select(ThemeCase.submission_id)).one()
    number = table.decide(theme, table.partner(), [case])
    old = table.link(number, NOW - LINK_LIFETIME - timedelta(days=60))
    answer = client.get(f"/en/sign/{old}/")
    assert answer.status_code == 410
    assert "new one" in response_page(answer).words()
    with pytest.raises(LinkRefused):
        table.sign(old)
    newer = table.link(number)
    assert client.get(f"/en/sign/{old}/").status_code == 404
    assert client.get("/en/sign/nothing/").status_code == 404
    table.write(number, co_decisions.Record("", "", ""))
    with pytest.raises(LinkRefused):
        table.sign(newer)
    table.write(number, RECORD)
    table.sign(newer)
    with pytest.raises(LinkRefused):
        table.sign(newer)


def test_a_link_that_ended_while_the_partner_signed_is_refused(
    store: Store, table: Table, theme: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.read() as session:
        case = session.scalars(select(ThemeCase.submission_id)).one()
    token = table.link(table.decide(theme, table.partner(), [case]))

    def end_link(session: Session, *found: object, **how: object) -> object:
        """The link goes while the partner's request waits for the co-decision."""
        session.execute(delete(Signature))
        return get_one(session, *found, **how)

    get_one: Any = Session.get_one
    monkeypatch.setattr(Session, "get_one", end_link)
    with pytest.raises(LinkRefused):
        store.write(
            co_decisions.sign, now=NOW, today=TODAY, token=token, record_hash="", name="Ana",
            role="Chair",
        )  # fmt: skip


def test_a_half_written_translation_is_completed_once_the_record_is_signed(
    desk: Desk, store: Store, table: Table, theme: int
) -> None:
    with store.read() as session:
        case = session.scalars(select(ThemeCase.submission_id)).one()
    number = table.decide(theme, table.partner(), [case])
    path = f"/es/manage/co-decisions/{number}/"

    def save(status: int, **parts: str) -> Page:
        seen = response_page(desk.client.get(path)).value("seen")
        data = {"csrf_token": desk.csrf_token(), "seen": seen, **parts}
        answer = desk.client.post(path, data=data)
        assert answer.status_code == status
        return response_page(answer if status != 303 else desk.client.get(path))

    save(303, proposed="Padres.")
    table.sign(table.link(number))
    half = save(422, proposed="Padres.", decided="La esquina.")
    assert areas(half) == {"proposed": "Padres.", "decided": "La esquina.", "changed": ""}
    whole = save(303, proposed="Padres.", decided="La esquina.", changed="Está más bajo.")
    assert "Está más bajo." in whole.words()
    assert not areas(whole)
    answer = desk.client.post(path, data={"csrf_token": desk.csrf_token(), "proposed": "Otros."})
    assert answer.status_code == 409


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


def test_what_is_sent_twice_begins_once(
    desk: Desk, colleague: Desk, store: Store, table: Table, theme: int
) -> None:
    step: dict[str, Any] = {"what": "A walk", "place": "At six", "happens_on": "2999-01-31"}
    decision: dict[str, Any] = {"theme": str(theme), "partner": str(table.partner())}
    named = [post(desk, "next-steps/new", theme=str(theme), **step) for _time in range(2)]
    begun = [post(desk, "co-decisions/new", **decision) for _time in range(2)]
    assert len({*named, *begun}) == 2
    others = (
        post(desk, "next-steps/new", theme=str(theme), **{**step, "happens_on": "2999-02-01"}),
        post(colleague, "next-steps/new", theme=str(theme), **step),
        post(colleague, "co-decisions/new", **decision),
    )
    path = re.sub(r"^.*/manage/", "", str(begun[0]))
    post(desk, path, proposed="Parents asked.", seen=get(desk, path).value("seen"))
    another = post(desk, "co-decisions/new", **decision)  # the first one says something by now
    assert len({*named, *begun, *others, another}) == 6


def areas(page: Page) -> dict[str, str]:
    return {one.get("name", ""): one.text or "" for one in page.all("textarea")}


def test_two_people_write_one_record_and_neither_undoes_the_other(
    desk: Desk, table: Table, theme: int
) -> None:
    path = f"co-decisions/{table.decide(theme, table.partner(), [])}/"
    page = get(desk, path)
    older = {**areas(page), "seen": page.value("seen"), "decided_on": page.value("decided_on")}
    post(desk, path, 303, **{**older, "changed": "Theirs."})
    post(desk, path, 303, **{**older, "changed": "Theirs."})  # sent twice
    for mine in ({"changed": "Mine."}, {"decided_on": "2026-11-01"}):
        answer = post(desk, path, 409, **{**older, **mine})
        assert isinstance(answer, Page)
        assert "Somebody else changed these words" in answer.words()
        assert "Theirs." in answer.words().partition("Stored now")[2]
    assert areas(get(desk, path))["changed"] == "Theirs."
    answer = post(desk, path, 409, **{**older, "changed": "Mine."})
    assert isinstance(answer, Page)
    again = {**areas(answer), "seen": answer.value("seen"), "decided_on": older["decided_on"]}
    assert again["changed"] == "Mine."
    post(desk, path, 303, **again)
    assert areas(get(desk, path))["changed"] == "Mine."


def test_what_a_colleague_linked_meanwhile_stays_linked(
    desk: Desk, store: Store, city: City, table: Table
) -> None:
    office = Office(store, city)
    mine, theirs, gone = (send(store, city.potholes, comment="High.") for _case in range(3))
    number = table.decide(office.group([mine, theirs, gone]), table.partner(), [gone])
    page = get(desk, path := f"co-decisions/{number}/")
    shown = [one.get("value") for one in page.all("input") if one.get("name") == "shown"]
    assert shown == [str(gone)]
    post(desk, f"{path}cases", 303, case=[gone, theirs], shown=shown)
    post(desk, f"{path}cases", 303, case=[mine], shown=shown)
    with store.read() as session:
        linked = set(session.scalars(select(CoDecisionCase.submission_id)))
    assert linked == {mine, theirs}


def test_a_linked_case_that_was_set_aside_counts_for_nobody(
    desk: Desk, client: FlaskClient, store: Store, city: City, table: Table
) -> None:
    office = Office(store, city)
    kept, spam = (send(store, city.potholes, comment=f"High {one}.") for one in range(2))
    number = table.decide(office.group([kept, spam]), table.partner(), [kept, spam])
    token, path = table.link(number), f"co-decisions/{number}/"
    set_aside(store, city, spam)
    assert "from 1 message of residents" in response_page(client.get(f"/en/sign/{token}/")).words()
    page = get(desk, path)
    assert "1 case is linked" in page.words()
    assert page.words().count("Does not count") == 1
    shown = [one.get("value", "") for one in page.all("input") if one.get("name") == "shown"]
    ticked = [one.get("value", "") for one in page.all("input") if one.get("name") == "case"]
    assert (sorted(shown), ticked) == ([str(kept), str(spam)], [str(kept)])
    post(desk, f"{path}cases", 303, case=ticked, shown=shown)
    with store.read() as session:
        assert session.scalars(select(CoDecisionCase.submission_id)).all() == [kept]


def set_aside(store: Store, city: City, case: int) -> None:
    aside = Event(kind=EventKind.EXCLUDED, on=TODAY, actor=Actor.STAFF, reason="spam")
    store.write(append_event, case, aside, at=NOW, links=Links(person_id=city.people["staff"]))


def test_there_is_nothing_to_sign_once_the_last_linked_case_is_set_aside(
    client: FlaskClient, store: Store, city: City, table: Table
) -> None:
    case = send(store, city.potholes)
    number = table.decide(Office(store, city).group([case]), table.partner(), [case])
    token = table.link(number)
    set_aside(store, city, case)
    answer = client.get(f"/en/sign/{token}/")
    assert answer.status_code == 410
    assert "The record is being changed" in response_page(answer).words()
    with pytest.raises(LinkRefused):
        table.sign(token)
    with pytest.raises(NotReady):
        table.link(number)


def test_a_case_that_left_the_theme_meanwhile_costs_nobody_the_other_ticks(
    desk: Desk, store: Store, city: City, table: Table
) -> None:
    office = Office(store, city)
    cases = [send(store, city.potholes, comment="High.") for _case in range(4)]
    stays, linked, leaves, aside = cases
    theme = office.group(cases)
    path = f"co-decisions/{table.decide(theme, table.partner(), [linked])}/"
    store.write(themes.take_out, now=NOW, scope=office.staff, submission_id=leaves, theme_id=theme)
    set_aside(store, city, aside)
    post(desk, f"{path}cases", case=[stays, linked, leaves, aside], shown=[linked])
    said = "2 ticked cases do not count any more, or are not in the theme, so they are not linked."
    assert said in get(desk, path).words()
    with store.read() as session:
        assert set(session.scalars(select(CoDecisionCase.submission_id))) == {stays, linked}


def test_all_cases_of_a_large_theme_can_be_linked_page_by_page(
    desk: Desk, store: Store, city: City, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "CASES", 2)
    office = Office(store, city)
    cases = [send(store, city.potholes, comment="High.") for _case in range(5)]
    path = f"co-decisions/{table.decide(office.group(cases), table.partner(), [])}/"

    def link(page: str, *more: int) -> list[str]:
        """Tick more on a page; returns what stands on it, in its order."""
        read = get(desk, f"{path}{page}")
        shown = [one.get("value") for one in read.all("input") if one.get("name") == "shown"]
        post(desk, f"{path}cases{page}", 303, case=[*shown, *more], shown=shown)
        return [one.get("value", "") for one in read.all("input") if one.get("name") == "case"]

    assert link("", cases[4], cases[3]) == [str(cases[4]), str(cases[3])]
    assert link("?page=2", cases[2], cases[1]) == [str(cases[2]), str(cases[1])]
    assert "before you turn to another" in get(desk, path).words()
    assert link("?page=3", cases[0]) == [str(cases[0])]
    assert "5 cases are linked" in get(desk, path).words()
    where = post(desk, f"{path}cases?page=2", 303, case=[], shown=[cases[1]])
    assert str(where).endswith("?page=2")
    assert "4 cases are linked" in get(desk, path).words()
    beyond = get(desk, f"{path}?page=9")
    assert "There are fewer pages" in beyond.words()
    assert "Link the ticked cases" not in beyond.words()
    assert f"/en/manage/{path}" in beyond.links()
    table.sign(table.link(int(path.split("/")[1])))
    last = get(desk, f"{path}?page=2")
    assert len([link for link in last.links() if "/staff/cases/" in link]) == 2
    assert not [link for link in last.links() if link.endswith("page=3")]


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


def options(page: Page) -> list[str]:
    """The themes that are offered."""
    (choice,) = [one for one in page.all("select") if one.get("name") == "theme"]
    return [one.get("value", "") for one in choice.iter("option")]


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


def test_a_partner_has_one_name(desk: Desk) -> None:
    post(desk, "partners/", name="Parents", is_external="yes")
    again = post(desk, "partners/", 422, name="parents", is_external="no")
    assert isinstance(again, Page)
    assert "already" in again.words()
    post(desk, "partners/", 422, name="", is_external="")


def test_another_departments_things_do_not_exist(
    desk: Desk, store: Store, city: City, table: Table, theme: int
) -> None:
    pools = Office(store, city)
    pools.staff = pools.scope("parks", department=city.parks)
    foreign = pools.group([send(store, city.pools)])
    partner = table.partner()
    post(desk, "co-decisions/new", 404, theme=str(foreign), partner=str(partner))
    post(
        desk, "next-steps/new", 404, theme=str(foreign), what="W", place="P",
        happens_on="2999-01-01",
    )  # fmt: skip
    own = table.decide(theme, partner, [])
    parks = Scope(person_id=city.people["parks"], departments={"manager": frozenset({city.parks})})
    table.scope = parks
    for act in (lambda: table.write(own), lambda: table.link(own)):
        with pytest.raises(NotAllowed):
            act()
    other = table.decide(foreign, partner, [])
    for path in (f"co-decisions/{other}/", f"co-decisions/{2**63}/", "next-steps/99/"):
        get(desk, path, 404)
    post(desk, f"co-decisions/{other}/", 404, proposed="x")
    with store.read() as session:
        foreign_case = session.scalars(
            select(ThemeCase.submission_id).where(ThemeCase.theme_id == foreign)
        ).one()
    post(desk, f"co-decisions/{own}/cases", case=str(foreign_case))
    assert (
        "1 ticked case does not count any more, or is not in the theme"
        in get(desk, f"co-decisions/{own}/").words()
    )
    with store.read() as session:
        assert session.scalars(select(CoDecisionCase)).all() == []


def test_administrators_see_the_cases_of_a_record_without_their_words(
    desk: Desk, app: Flask, table: Table, theme: int
) -> None:
    own = table.decide(theme, table.partner(), [])
    assert "The kerb is high." in get(desk, f"co-decisions/{own}/").words()
    page = get(Desk(app, "admin"), f"co-decisions/{own}/")
    assert "Case " in page.words()
    assert "The kerb is high." not in page.text
    assert not [link for link in page.links() if "/staff/cases/" in link]


def test_a_record_whose_theme_has_no_case_says_so(
    desk: Desk, store: Store, table: Table, theme: int
) -> None:
    number = table.decide(theme, table.partner(), [])
    assert "Link the ticked cases" in get(desk, f"co-decisions/{number}/").words()
    store.write(lambda session: session.execute(update(LoopRow).values(excluded="spam")))
    words = get(desk, f"co-decisions/{number}/").words()
    assert "The theme has no case of this service." in words
    assert "Link the ticked cases" not in words


def test_the_day_of_a_decision_is_not_ahead(desk: Desk, table: Table, theme: int) -> None:
    number = table.decide(theme, table.partner(), [], on=TODAY)
    long_ago = (NOW - timedelta(days=5 * 366)).date().isoformat()
    page = post(desk, f"co-decisions/{number}/", 422, proposed="P", decided_on=long_ago)
    assert isinstance(page, Page)
    assert "more than five years ago" in page.words()
    page = post(desk, f"co-decisions/{number}/", 422, proposed="P", decided_on="2999-01-01")
    assert isinstance(page, Page)
    assert "still ahead" in page.words()
