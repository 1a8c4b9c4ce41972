"""The pages about deciding together: partners, records, links, signatures."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.manage.operations import co_decisions
from portal.manage.operations.co_decisions import LinkRefused
from portal.manage.operations.partner_links import LINK_LIFETIME
from portal.models.partners import (
    CoDecisionCase,
    Partner,
    Signature,
)
from portal.models.responses import ThemeCase
from portal.store.engine import Store
from portal.store.scope import NotAllowed, Scope
from tests.features.manage.deciding import areas, get, post
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk
from tests.support.together import RECORD, Table


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


def test_the_day_of_a_decision_is_not_ahead(desk: Desk, table: Table, theme: int) -> None:
    number = table.decide(theme, table.partner(), [], on=TODAY)
    long_ago = (NOW - timedelta(days=5 * 366)).date().isoformat()
    page = post(desk, f"co-decisions/{number}/", 422, proposed="P", decided_on=long_ago)
    assert isinstance(page, Page)
    assert "more than five years ago" in page.words()
    page = post(desk, f"co-decisions/{number}/", 422, proposed="P", decided_on="2999-01-01")
    assert isinstance(page, Page)
    assert "still ahead" in page.words()
