"""A case says how its resident is to be told, by the rule that telling itself goes by."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.models.submissions import Contact
from portal.store.contacts import erase_contacts
from portal.store.engine import Store
from tests.support.answers import NOW, send
from tests.support.city import City
from tests.support.desk import Desk

BY_MAIL, ON_THE_PAGE = "To be told by email", "To be told on the receipt’s page"


def _leave_address(session: Session, /, case: int, **moments: datetime | None) -> None:
    session.add(
        Contact(
            submission_id=case, email_encrypted=b"x", email_hash="x", token_hash=f"x{case}",
            created_at=NOW, **{"confirmed_at": NOW, **moments},
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("moments", "words"),
    [
        ({}, BY_MAIL),
        ({"confirmed_at": None}, ON_THE_PAGE),
        ({"unsubscribed_at": NOW}, ON_THE_PAGE),
        ({"bounced_at": NOW}, ON_THE_PAGE),
    ],
)
def test_a_case_says_how_its_resident_is_to_be_told(
    app: Flask, store: Store, desk_city: City, moments: dict[str, datetime | None], words: str
) -> None:
    case = send(store, desk_city.potholes)
    store.write(_leave_address, case, **moments)
    page = Desk(app).get(f"cases/{case}/").words()
    assert [one for one in (BY_MAIL, ON_THE_PAGE) if one in page] == [words]


def test_who_left_no_address_or_had_it_erased_is_told_on_the_page(
    app: Flask, store: Store, desk_city: City
) -> None:
    erased, without = send(store, desk_city.potholes), send(store, desk_city.potholes)
    store.write(_leave_address, erased)
    store.write(erase_contacts, [erased], now=NOW)
    for case in (erased, without):
        assert ON_THE_PAGE in Desk(app).get(f"cases/{case}/").words()
