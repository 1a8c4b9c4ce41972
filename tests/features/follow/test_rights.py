"""What the holder of a receipt can do: see all that is kept, take it along, take it back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import MetaData, select

from portal.follow.held import SHOWN, mask
from portal.follow.operations import EXPORTS_A_DAY
from portal.models import Base
from portal.models.case_work import CaseNote
from portal.models.loops import LoopRow
from portal.models.submissions import Contact, Submission
from portal.settings import Settings
from portal.store.engine import Store
from tests.support.city import City
from tests.support.client import response_page
from tests.support.residents import Resident, submission_of
from tests.support.soundness import find_problems

EMAIL = "anna@example.org"
WORDS = "The hole by the marked school"
# What the holder does not get, and why it is nothing about them.
LEFT_OUT: dict[str, set[str]] = {
    # The service is named by its address; `words` is the comment again, cut up for the search.
    "submission": {"service_id", "import_id", "import_ref", "words"},
    "loop": {"submission_id", "service_id", "person_key", "is_imported"},
    "loop_event": {"id", "submission_id", "person_id", "service_id", "import_id"},
    "contact": {"submission_id", "email_encrypted", "email_hash", "token_hash"},  # masked
    # `words` is the text again; which verdict it goes with shows from the day.
    "remark": {"submission_id", "event_id", "words", "taken_by"},
    "redaction": {"id", "submission_id", "requested_by", "decided_by"},
    "exclusion_request": {"submission_id", "person_id", "to_service_id"},
    "withdrawal_request": {"submission_id", "refused_by"},
    "outbox": {"id", "dedupe_key", "submission_id", "detail", "locked_until", "last_error"},
    "rating_invitation": {"submission_id"},
    "invitation": {"submission_id", "invited_at"},
    "attestation": {"id", "submission_id", "actor", "attested_at"},
    "case_note": {"id", "submission_id", "person_id", "text", "struck_by", "digest"},
    "case_assignment": {"submission_id", "person_id", "assigned_by"},
    "reminder": {"submission_id"},
    "signed_rating": {"submission_id"},
    "theme_case": {"submission_id", "person_id"},
    "co_decision_case": {"submission_id", "person_id"},
}


def send(resident: Resident, **more: str) -> str:
    return resident.send(
        comment=WORDS, email=EMAIL, q0="2", q3="4", district="north", age_band="65_plus", **more
    )


def number_of(store: Store, code: str) -> int:
    with store.read() as session:
        return submission_of(session, code).id


def add_note(store: Store, city: City, number: int) -> None:
    with store.read() as session:
        now = session.get_one(Submission, number).received_at
    note = CaseNote(
        submission_id=number, person_id=city.people["staff"], text=f"Says: {WORDS}", written_at=now
    )
    store.write(lambda session: session.add(note))


def test_everything_that_names_a_submission_is_shown_or_left_out_for_a_reason() -> None:
    """A new table or column about a receipt has to be decided on here."""
    tables = {
        table.name: table
        for table in Base.metadata.tables.values()
        if "submission_id" in table.c or table.name == "submission"
    }
    assert set(tables) == set(SHOWN) == set(LEFT_OUT)
    for name, table in tables.items():
        shown = SHOWN[name].split()
        assert sorted([*shown, *LEFT_OUT[name]]) == sorted(table.c.keys()), name


def test_the_page_and_the_file_hold_what_is_kept(
    resident: Resident, store: Store, city: City
) -> None:
    code = send(resident)
    number = number_of(store, code)
    add_note(store, city, number)
    answer = resident.client.get(f"/en/receipts/{code}/data/")
    words = response_page(answer).words()
    for part in (
        WORDS,
        "Pothole repair",
        "a•••@e•••.org",
        "Bad",
        "1 note",
        "North en",
        "65",
        "Agree",
    ):
        assert part in words, part
    assert EMAIL not in words
    assert "Says:" not in words
    file = resident.post(f"/en/receipts/{code}/data/export")
    assert file.headers["Cache-Control"] == "no-store"
    assert file.headers["Content-Disposition"].startswith("attachment")
    held: dict[str, Any] = json.loads(file.get_data(as_text=True))
    sent = held["submission"][0]
    assert (sent["comment"], sent["q0"], sent["q3"]) == (WORDS, 2, 4)
    assert (sent["district"], sent["service"]) == ("north", "pothole-repair")
    assert [event["kind"] for event in held["loop_event"]] == ["received", "acknowledged"]
    assert held["contact"][0]["email"] == "a•••@e•••.org"
    assert len(held["case_note"]) == 1
    assert EMAIL not in file.get_data(as_text=True)
    assert "Says:" not in file.get_data(as_text=True)


def test_exports_are_limited_and_other_sites_refused(resident: Resident) -> None:
    code = send(resident)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    for path in ("data/export", "data/erase-contact", "withdraw"):
        answer = resident.post(f"/en/receipts/{code}/{path}", headers=elsewhere)
        assert answer.status_code == 403, path
        assert resident.post(f"/en/receipts/{'0' * 25}/{path}").status_code == 404
        assert resident.client.get(f"/en/receipts/{'0' * 25}/data/").status_code == 404
    for _time in range(EXPORTS_A_DAY):
        assert resident.post(f"/en/receipts/{code}/data/export").status_code == 200
    assert resident.post(f"/en/receipts/{code}/data/export").status_code == 429


def test_the_address_alone_can_be_erased(resident: Resident, store: Store) -> None:
    code = send(resident)
    for _time in range(2):
        answer = resident.post(f"/es/receipts/{code}/data/erase-contact")
        assert answer.status_code == 303
    with store.read() as session:
        contact = session.get_one(Contact, submission_of(session, code).id)
        assert submission_of(session, code).comment == WORDS
    assert (contact.email_encrypted, contact.email_hash) == (None, None)
    assert contact.erased_at is not None
    assert "•••" not in resident.get(f"/en/receipts/{code}/data/").words()


def test_a_withdrawn_message_is_gone_and_its_rating_stays(
    resident: Resident, store: Store, city: City
) -> None:
    code = send(resident)
    number = number_of(store, code)
    add_note(store, city, number)
    page = resident.get(f"/en/receipts/{code}/withdraw")
    assert WORDS in page.words()
    with store.read() as session:
        assert session.get_one(LoopRow, number).withdrawn_on is None
    for again in ("withdraw", "withdraw", "withdraw/keep"):
        answer = resident.post(f"/en/receipts/{code}/{again}")
        assert answer.status_code == 303
        assert answer.headers["Location"].endswith(f"/en/receipts/{code}/")
    assert resident.client.get(f"/en/receipts/{code}/withdraw").status_code == 303
    with store.read() as session:
        row, sent = session.get_one(LoopRow, number), session.get_one(Submission, number)
        assert (row.state, row.excluded) == ("withdrawn", "withdrawn")
        assert (sent.comment, sent.comment_salt, sent.q0) == (None, None, 2)
        assert not sent.is_rating_excluded
        assert session.get_one(Contact, number).email_encrypted is None
        assert session.scalars(select(CaseNote.text)).all() == [None]
    words = resident.get(f"/en/receipts/{code}/").words()
    assert "You withdrew your message" in words
    assert WORDS not in words
    assert find_problems(store) == []
    tables = MetaData()
    tables.reflect(store.engine)
    with store.engine.connect() as connection:
        for table in tables.sorted_tables:
            for found in connection.execute(select(table)):
                assert "marked school" not in str(found), table.name
                assert EMAIL not in str(found), table.name


def test_a_bare_rating_shows_what_is_kept_and_has_nothing_to_withdraw(resident: Resident) -> None:
    code = resident.send(q0="5")
    page = resident.get(f"/en/receipts/{code}/data/")
    assert "Excellent" in page.words() or "Very good" in page.words()
    assert "Withdraw" not in page.words()
    assert resident.client.get(f"/en/receipts/{code}/withdraw").status_code == 404
    assert resident.post(f"/en/receipts/{code}/withdraw").status_code == 404
    assert resident.post(f"/en/receipts/{code}/data/export").status_code == 200


@pytest.mark.parametrize("lang", ["es", "vi", "zh-Hans", "ar", "ko"])
def test_the_pages_are_there_in_every_language(resident: Resident, lang: str) -> None:
    code = send(resident)
    for path in ("data/", "withdraw"):
        resident.get(f"/{lang}/receipts/{code}/{path}")


@pytest.mark.parametrize(
    ("email", "masked"),
    [("a@b.org", "a•••@b•••.org"), ("zoë.x@sub.example.co", "z•••@s•••.co")],
)
def test_a_masked_address_tells_its_owner_only(email: str, masked: str) -> None:
    assert mask(email) == masked


def test_a_withdrawn_case_is_no_work_any_more(
    app: Flask, settings: Settings, resident: Resident, store: Store, city: City
) -> None:
    del app, settings, city
    code = send(resident)
    resident.post(f"/en/receipts/{code}/withdraw")
    assert resident.post(f"/en/receipts/{code}/confirm", verdict="yes").status_code == 409
    with store.read() as session:
        assert session.scalars(select(LoopRow.state)).all() == ["withdrawn"]
