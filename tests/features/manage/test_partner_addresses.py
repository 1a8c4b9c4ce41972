"""The pages for a partner's address and for sending it its link."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.models.partners import PartnerContact, Signature
from portal.models.running import Outbox
from portal.settings import Settings
from portal.store.engine import Store
from tests.support.answers import NOW, Office, send
from tests.support.city import City, make_person
from tests.support.client import Page, response_page
from tests.support.desk import Desk, open_desk
from tests.support.signed import SECRETS
from tests.support.together import RECORD, Table

EMAIL = "ana@parents.example"


@pytest.fixture
def mailing(app: Flask, settings: Settings) -> None:
    """The portal has a mail server; nobody asks it for anything here."""
    app.extensions["portal"].settings = replace(
        settings, smtp_url="smtp://127.0.0.1:9", mail_from="answers@marlow.example"
    )


@pytest.fixture
def desk(app: Flask, store: Store, city: City) -> Desk:
    open_desk(store, city)
    return Desk(app, "manager")


@pytest.fixture
def colleague(app: Flask, store: Store, city: City, desk: Desk) -> Desk:
    del desk
    roles: list[tuple[str, int | None]] = [("manager", city.works)]
    store.write(lambda session: make_person(session, "colleague@city.example", NOW, roles))
    return Desk(app, "colleague")


@pytest.fixture
def partner(store: Store, city: City) -> int:
    return Table(store, city).partner()


@pytest.fixture
def decision(store: Store, city: City, partner: int) -> int:
    case = send(store, city.potholes, comment="The kerb is high.")
    return Table(store, city).decide(Office(store, city).group([case]), partner, [case])


def get(desk: Desk, path: str, status: int = 200) -> Page:
    answer = desk.client.get(f"/en/manage/{path}")
    assert answer.status_code == status, path
    return response_page(answer)


def post(desk: Desk, path: str, status: int = 303, **data: object) -> str:
    answer = desk.client.post(f"/en/manage/{path}", data={"csrf_token": desk.csrf_token(), **data})
    assert answer.status_code == status, (path, answer.status_code)
    return "" if status == 303 else response_page(answer).words()


def refuse_link(desk: Desk, record: str, **data: object) -> None:
    post(desk, f"{record}send", 303, **data)
    assert "There is no new link" in get(desk, record).words()


@pytest.mark.usefixtures("mailing")
def test_from_no_address_to_a_link_that_is_on_its_way(
    desk: Desk, colleague: Desk, store: Store, partner: int, decision: int
) -> None:
    record = f"co-decisions/{decision}/"
    assert "The partner has no address yet." in get(colleague, record).words()
    refuse_link(colleague, record)
    post(desk, f"partners/{partner}/", email=EMAIL, lang="ko")
    words = get(colleague, record).words()
    assert "wrote in this record and entered the address too" in words
    refuse_link(colleague, record, address=SECRETS.address_key(EMAIL))
    post(colleague, f"partners/{partner}/", email=EMAIL, lang="ko")

    assert "a colleague has the link sent" in get(desk, record).words()
    refuse_link(desk, record, address=SECRETS.address_key(EMAIL))
    with store.read() as session:
        assert session.get(Signature, decision) is None
    page = get(colleague, record)
    assert EMAIL in page.words()
    post(colleague, f"{record}send", address="another")
    assert "Somebody changed the address" in get(colleague, record).words()
    shown = page.value("address")
    with store.read() as session:
        kept = session.scalars(select(PartnerContact.email_hash)).one()
    assert shown != kept, "nobody can look up by a page whose address a copy of the database holds"
    post(colleague, f"{record}send", address=shown)
    page = get(colleague, record)
    assert "The portal is about to mail the link." in page.words()
    assert not [link for link in page.links() if "/sign/" in link]
    with store.read() as session:
        job = session.scalars(select(Outbox).where(Outbox.kind == "partner_link")).one()
        assert session.get_one(Signature, decision).is_mailed
    assert set(job.detail) == {"co_decision_id"}, "nothing of the address outlives it there"
    post(colleague, f"{record}link", 409)


@pytest.mark.usefixtures("mailing")
def test_too_many_links_in_a_day_are_refused_in_words(
    colleague: Desk, partner: int, decision: int
) -> None:
    record = f"co-decisions/{decision}/"
    post(colleague, f"partners/{partner}/", email=EMAIL, lang="en")
    for _time in range(4):
        post(colleague, f"{record}send", address=SECRETS.address_key(EMAIL))
    assert "Try again tomorrow" in get(colleague, record).words()


@pytest.mark.usefixtures("mailing")
def test_who_named_the_mailbox_and_then_writes_ends_the_link(
    colleague: Desk, partner: int, decision: int
) -> None:
    record = f"co-decisions/{decision}/"
    post(colleague, f"partners/{partner}/", email=EMAIL, lang="en")
    post(colleague, f"{record}send", address=SECRETS.address_key(EMAIL))
    page = get(colleague, record)
    form = {one.get("name", ""): one.text or "" for one in page.all("textarea")}
    form |= {"seen": page.value("seen"), "decided_on": page.value("decided_on")}
    post(colleague, record, 303, **{**form, "changed": "Mine now."})
    assert "the link has stopped working" in get(colleague, record).words()


def test_who_wrote_it_gets_no_link_either_once_a_colleague_has_changed_a_word(
    desk: Desk, colleague: Desk, store: Store, city: City, decision: int
) -> None:
    table, record = Table(store, city), f"co-decisions/{decision}/"
    table.scope = replace(table.scope, person_id=table.colleague)
    table.write(decision, replace(RECORD, changed="The kerb is lower now."))
    assert "You wrote the record" in get(desk, record).words()
    post(desk, f"{record}link")
    with store.read() as session:
        assert session.get(Signature, decision) is None
    assert "/sign/" in post(colleague, f"{record}link", 200)


def test_without_a_mail_server_the_link_goes_by_hand_and_the_record_says_so(
    desk: Desk, colleague: Desk, store: Store, city: City, partner: int, decision: int
) -> None:
    record = f"co-decisions/{decision}/"
    post(desk, f"partners/{partner}/", email=EMAIL, lang="en")
    post(colleague, f"{record}send", 409, address=SECRETS.address_key(EMAIL))
    assert "/sign/" in post(colleague, f"{record}link", 200)
    assert "made the link by hand" in get(desk, record).words()
    table = Table(store, city)
    table.sign(table.link(decision))
    words = get(desk, record).words()
    assert "Signed on" in words
    assert "made the link by hand" in words


@pytest.mark.usefixtures("mailing")
def test_the_second_of_two_sees_which_address_the_first_one_stored(
    desk: Desk, colleague: Desk, partner: int
) -> None:
    path = f"partners/{partner}/"
    along: dict[str, Any] = get(desk, path).sent_along(f"/manage/{path}")
    post(colleague, path, email="office@parents.example", lang="ko", **along)
    post(desk, path, email="office@parents.example", lang="ko", **along)  # the same is no quarrel
    words = post(desk, path, 409, email=EMAIL, lang="en", **along)
    assert "Somebody else saved “office@parents.example” here" in words
    along = get(desk, path).sent_along(f"/manage/{path}")
    post(colleague, f"{path}remove-address")
    assert "Somebody else left this empty" in post(desk, path, 409, email=EMAIL, lang="en", **along)
    assert "There is no address yet." in get(colleague, path).words()


def test_a_page_from_before_erases_no_newer_address(
    desk: Desk, colleague: Desk, partner: int
) -> None:
    path = f"partners/{partner}/"
    post(desk, path, email=EMAIL, lang="en")
    along: dict[str, Any] = get(desk, path).sent_along(f"/manage/{path}remove-address")
    post(colleague, path, email="office@parents.example", lang="en")
    post(desk, f"{path}remove-address", **along)
    page = get(desk, path)
    assert "Somebody changed the address in the meantime." in page.words()
    assert page.value("email") == "office@parents.example"
    again: dict[str, Any] = page.sent_along(f"/manage/{path}remove-address")
    for _time in range(2):  # sent twice
        post(desk, f"{path}remove-address", **again)
        assert "The address is erased." in get(desk, path).words()


@pytest.mark.usefixtures("mailing")
def test_an_address_is_kept_encrypted_and_erased_on_request(
    desk: Desk, store: Store, partner: int
) -> None:
    path = f"partners/{partner}/"
    assert "Enter an email address" in post(desk, path, 422, email="", lang="en")
    assert "not one of the answers" in post(desk, path, 422, email=EMAIL, lang="xx")
    city = post(desk, path, 422, email="S.taff+elm@CITY.example", lang="en")
    assert "somebody of the city signs in with it" in city
    post(desk, path, email=EMAIL, lang="ar")
    assert get(desk, path).value("email") == EMAIL
    with store.read() as session:
        kept = session.scalars(select(PartnerContact)).one()
    assert EMAIL.encode() not in kept.email_encrypted
    assert SECRETS.decrypt(kept.email_encrypted) == EMAIL
    post(desk, f"{path}remove-address")
    assert "There is no address yet." in get(desk, path).words()
    get(desk, f"partners/{2**63}/", 404)
    get(desk, "partners/999/", 404)
    post(desk, "partners/999/", 404, email=EMAIL, lang="en")
    post(desk, "partners/999/remove-address", 404)
