"""Sending the form: what is stored, what is not, and the receipt that comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.models.loops import LoopEvent, LoopRow
from portal.models.running import Outbox
from portal.models.submissions import Contact, PeriodKey, Submission
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.secrets import Secrets, sha256
from tests.support.client import response_page
from tests.support.residents import RATE, Resident, move_clock, receipt_of, submission_of, words_of

LANGUAGES = ("en", "es", "vi", "zh-Hans", "ar", "ko")


def test_one_tap_is_a_complete_rating(resident: Resident, store: Store) -> None:
    code = resident.send(q0="2")
    with store.read() as session:
        row = submission_of(session, code)
        assert (row.q0, row.q1, row.kind, row.comment, row.is_case) == (2, None, None, None, False)
        assert (row.lang, row.channel, row.instrument) == ("en", "web", "engage-survey-1")
        assert not row.is_quarantined
        assert not row.is_verified
        assert session.scalar(select(func.count()).select_from(LoopEvent)) == 0


def test_everything_that_was_said_is_stored(resident: Resident, store: Store) -> None:
    said = {f"q{number}": str(number - 1) for number in range(1, 7)}
    code = resident.send(
        q0="5", kind="idea", comment="  More trees,\r\nplease. 🌳 ", wants_answer="1",
        email="Maria@demo.example", district="south", age_band="65_plus", **said,
    )  # fmt: skip
    with store.read() as session:
        row = submission_of(session, code)
        assert [row.q1, row.q2, row.q3, row.q4, row.q5, row.q6] == [0, 1, 2, 3, 4, 5]
        assert row.comment == "More trees,\nplease. 🌳"
        assert (row.kind, row.wants_answer, row.is_case) == ("idea", True, True)
        assert (row.district, row.age_band) == ("south", "65_plus")
        loop = session.get_one(LoopRow, row.id)
        assert (loop.kind, loop.lang, loop.state) == ("idea", "en", "acknowledged")
        assert loop.person_key == row.person_key
        contact = session.get_one(Contact, row.id)
        assert contact.email_encrypted is not None
        assert b"demo.example" not in contact.email_encrypted
        assert contact.confirmed_at is None
        mail = session.scalars(select(Outbox)).one()
        assert (mail.kind, mail.dedupe_key) == ("confirm_address", f"confirm:{row.id}")
        assert mail.detail == {}


@pytest.mark.parametrize("comment", ["\u200b\u200f", " \u202e\ufeff\u00a0", "\u2066\u2069\n"])
def test_words_that_nobody_can_see_are_no_words(
    resident: Resident, store: Store, comment: str
) -> None:
    code = resident.send(q0="3", comment=comment)
    with store.read() as session:
        row = submission_of(session, code)
        assert (row.comment, row.is_case) == (None, False)


@pytest.mark.parametrize("comment", ["\ue000 and \ue001\ue001", "\U000f1234", "e\u0301" * 900])
def test_whatever_signs_are_written_stand_on_the_receipt_as_they_are(
    resident: Resident, comment: str
) -> None:
    code = resident.send(q0="3", comment=comment)
    assert comment in resident.get(f"/en/receipts/{code}/").words()


def test_an_address_is_kept_without_marks_of_direction(
    resident: Resident, store: Store, settings: Settings
) -> None:
    code = resident.send("/ar/services/pothole-repair/rate", q0="3", comment="نص",
                         email="\u202bmaria\u200f@demo.example\u202c")  # fmt: skip
    with store.read() as session:
        contact = session.get_one(Contact, submission_of(session, code).id)
        assert contact.email_encrypted is not None
        assert Secrets(settings.secret_key).decrypt(contact.email_encrypted) == "maria@demo.example"


@pytest.mark.parametrize(
    ("said", "is_case", "kind"),
    [
        ({"kind": "problem"}, False, None),
        ({"wants_answer": "1"}, True, "question"),
        ({"comment": "It is too dark."}, True, "question"),
        ({"comment": "Well done.", "kind": "praise"}, True, "praise"),
        ({"email": "me@demo.example"}, True, "question"),
    ],
)
def test_what_makes_a_case(
    resident: Resident, store: Store, said: dict[str, str], is_case: bool, kind: str | None
) -> None:
    code = resident.send(**said)
    with store.read() as session:
        row = submission_of(session, code)
        assert row.is_case is is_case
        assert row.kind == said.get("kind")  # only what the resident chose
        loop = session.get(LoopRow, row.id)
        assert (loop.kind if loop else None) == kind


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_form_works_in_every_language(resident: Resident, store: Store, lang: str) -> None:
    path = RATE.replace("/en/", f"/{lang}/")
    code = resident.send(path, q0="3", comment="…", wants_answer="1")
    with store.read() as session:
        assert submission_of(session, code).lang == lang
    assert resident.get(f"/{lang}/receipts/{code}/").root.get("lang") == lang


def test_traditional_chinese_is_marked_in_the_simplified_form(
    resident: Resident, store: Store
) -> None:
    path = RATE.replace("/en/", "/zh-Hans/")
    written = resident.send(path, comment="這條路應該修一下，車開過來很危險。")
    same = resident.send(path, comment="这条路应该修一下，车开过来很危险。")
    with store.read() as session:
        assert submission_of(session, written).comment_lang == "zh-Hant"
        assert submission_of(session, same).comment_lang is None
    page = resident.get(f"/zh-Hans/receipts/{written}/")
    assert 'lang="zh-Hant"' in page.text


def test_the_same_form_twice_gives_the_same_receipt(resident: Resident, store: Store) -> None:
    data = {"token": resident.token(), "q0": "1", "comment": "Twice."}
    assert receipt_of(resident.post(RATE, **data)) == receipt_of(resident.post(RATE, **data))
    move_clock(resident.settings, days=8)  # the token is too old by now, the receipt is found
    assert receipt_of(resident.post(RATE, **data))
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 1


def test_the_same_form_with_other_answers_stores_nothing(resident: Resident, store: Store) -> None:
    token = resident.token()
    first = receipt_of(resident.post(RATE, token=token, q0="1"))
    answer = resident.post(RATE, token=token, q0="5", comment="I changed my mind.")
    assert answer.status_code == 409
    page = response_page(answer)
    assert "already sent" in page.words()
    assert "I changed my mind." in page.text
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 1
    fresh = page.value("token")
    second = receipt_of(resident.post(RATE, token=fresh, q0="5", comment="I changed my mind."))
    assert second != first
    with store.read() as session:
        assert not submission_of(session, second).is_quarantined


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.1.2", "\x00.1.2"])
def test_a_form_without_a_good_token_comes_back_with_a_fresh_one(
    resident: Resident, store: Store, token: str
) -> None:
    answer = resident.post(RATE, token=token, q0="4", comment="Kept.", district="north")
    assert answer.status_code == 422
    page = response_page(answer)
    assert "Kept." in page.text
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 0
    assert receipt_of(resident.post(RATE, token=page.value("token"), q0="4", comment="Kept."))


def test_an_expired_form_comes_back_with_what_was_typed(resident: Resident, store: Store) -> None:
    token = resident.token()
    move_clock(resident.settings, days=7.1)
    answer = resident.post(RATE, token=token, q0="4", comment="Still here.")
    page = response_page(answer)
    assert (answer.status_code, "too long" in page.words()) == (422, True)
    assert "Still here." in page.text
    code = receipt_of(resident.post(RATE, token=page.value("token"), q0="4"))
    with store.read() as session:
        assert not submission_of(session, code).is_quarantined


def test_a_token_is_for_one_service(resident: Resident) -> None:
    token = resident.token("/en/services/street-lights/rate")
    assert resident.post(RATE, token=token, q0="4").status_code == 422


def test_what_machines_send_is_stored_apart(resident: Resident, store: Store) -> None:
    trapped = resident.send(website="https://spam.example")
    hasty = resident.send(wait=0)
    with store.read() as session:
        assert submission_of(session, trapped).is_quarantined
        assert submission_of(session, hasty).is_quarantined
    assert "set apart" in resident.get(f"/en/receipts/{hasty}/").words()


def test_a_clock_that_was_set_back_makes_nobody_a_machine(resident: Resident, store: Store) -> None:
    token = resident.token()
    move_clock(resident.settings, seconds=-3600)
    code = receipt_of(resident.post(RATE, token=token, q0="4"))
    with store.read() as session:
        assert not submission_of(session, code).is_quarantined


def test_other_sites_cannot_send_the_form(resident: Resident, store: Store) -> None:
    token = resident.token()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        assert resident.post(RATE, headers, token=token, q0="1").status_code == 403
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 0


def test_the_cookie_is_set_on_post_only_and_makes_one_person(
    new_resident: Callable[..., Resident], store: Store
) -> None:
    ann, ben = new_resident(), new_resident()
    opened = ann.client.get(RATE)
    assert "Set-Cookie" not in opened.headers
    assert "Cookie" not in opened.headers.get("Vary", "")
    first = ann.rate()
    cookie = first.headers["Set-Cookie"]
    assert cookie.startswith("period=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "session" not in cookie
    codes = [receipt_of(first), ann.send(q0="1"), ben.send()]
    with store.read() as session:
        keys = [submission_of(session, code).person_key for code in codes]
    assert keys[0] == keys[1] != keys[2]
    assert cookie.split("=")[1].split(";")[0] not in keys


def test_nobody_is_linked_across_periods(resident: Resident, store: Store) -> None:
    before = resident.send()
    move_clock(resident.settings, days=91)
    after = resident.send()
    with store.read() as session:
        first, second = submission_of(session, before), submission_of(session, after)
        assert first.person_key != second.person_key
        assert session.scalar(select(func.count()).select_from(PeriodKey)) == 2


def test_receipts_rest_as_hashes_only(resident: Resident, settings: Settings, store: Store) -> None:
    token = resident.token()
    code = receipt_of(resident.post(RATE, token=token, q0="4", comment="Secret?"))
    assert code == Secrets(settings.secret_key).receipt_code(token)
    with store.engine.connect() as connection:
        for table in Submission.metadata.sorted_tables:
            rows = [str(tuple(row)) for row in connection.execute(select(table))]
            assert not any(code in row or token in row for row in rows), table.name
    with store.read() as session:
        assert submission_of(session, code).token_hash == sha256(token)


def test_nothing_secret_is_logged(resident: Resident, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        code = resident.send(comment="A word nobody logs: zirconium.", email="me@demo.example")
        resident.get(f"/en/receipts/{code}/")
        resident.post("/en/receipts/", code=code)
    written = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    assert len(written) >= 4
    for line in written:
        if "portal" in line:
            assert code not in line
            assert "zirconium" not in line
            assert "me@demo.example" not in line


def test_a_closed_service_says_where_else(resident: Resident, store: Store) -> None:
    assert resident.client.get("/en/services/no-such-service/rate").status_code == 404
    close(store, KOREAN)
    path = RATE.replace("/en/", "/ko/")
    page = resident.get(path, 404)
    assert RATE in page.links()
    refused = resident.post(path, q0="4", comment="구멍이 또 생겼습니다.")
    assert refused.status_code == 404
    assert "구멍이 또 생겼습니다." in words_of(refused)  # not stored, and not thrown away


def close(store: Store, statement: str) -> None:
    """Something is closed, while others have it open."""
    with store.sessions() as session, session.begin():
        session.connection(execution_options={"portal_writes": True}).exec_driver_sql(statement)


KOREAN = "UPDATE service_language SET closed_on = opened_on WHERE lang = 'ko' AND role = 'input'"
OUT_OF_USE = "UPDATE service SET is_active = false WHERE slug = 'pothole-repair'"


@pytest.fixture
def later(own_app: Flask, resident: Resident) -> Resident:
    """Another web process, which remembers nothing of before."""
    return Resident(own_app, resident.settings)


def test_who_opened_the_form_in_time_may_send_it(
    later: Resident, resident: Resident, store: Store
) -> None:
    path = RATE.replace("/en/", "/ko/")
    token = resident.token(path)
    close(store, KOREAN)
    later.get(path, 404)
    code = receipt_of(later.post(path, token=token, q0="2", comment="구멍"))
    assert "구멍" in resident.get(f"/ko/receipts/{code}/").words()


def test_words_to_a_service_that_went_out_of_use_come_back(
    later: Resident, resident: Resident, store: Store
) -> None:
    token, words = resident.token(), "The hole is back\nafter a week."
    close(store, OUT_OF_USE)
    assert later.client.get(RATE).status_code == 404
    refused = later.post(RATE, token=token, q0="2", comment=words)
    assert refused.status_code == 404
    assert "The hole is back" in words_of(refused)
    assert "/en/services/pothole-repair/" not in response_page(refused).links()
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 0


def test_words_of_errors_are_the_readers(resident: Resident) -> None:
    answer = resident.post(RATE.replace("/en/", "/ar/"), token="", q0="")
    assert 'dir="rtl"' in answer.get_data(as_text=True)
    assert words_of(answer)
