"""What is still missing: asked for once the verdict is stored, and never in its way."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import MetaData, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.models.loops import LoopEvent, LoopRow
from portal.models.remarks import Remark
from portal.models.submissions import Submission
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.remarks import verdict_of
from portal.web.fields import MAX_WRITTEN
from tests.support.city import City
from tests.support.client import response_page
from tests.support.moment import this_day, this_moment
from tests.support.residents import Resident, answer_case, move_clock, submission_of, words_of
from tests.support.soundness import find_problems

MISSING = "Only the eastern half of the street was repaved."
PHONE = "512-555-0187"
_TOKEN = re.compile(r'name="token" value="([^"]+)"')


@pytest.fixture
def told(resident: Resident, store: Store, city: City) -> str:
    """The code of a case whose resident has an answer."""
    code = resident.send(comment="The hole comes back.", kind="problem", q0="2")
    answer(store, city, code)
    return code


def answer(store: Store, city: City, code: str, **values: Any) -> None:
    with store.read() as session:
        number = submission_of(session, code).id
    store.write(
        answer_case, number, this_moment(), {"en": "We repaved it."},
        person_id=city.people["staff"], **values,
    )  # fmt: skip


def tap(resident: Resident, code: str, verdict: str, lang: str = "en") -> str | None:
    """Press a button; the token of the form that asks what is missing, None where none does."""
    assert resident.post(f"/{lang}/receipts/{code}/confirm", verdict=verdict).status_code == 303
    found = _TOKEN.findall(resident.get(f"/{lang}/receipts/{code}/").text)
    return found[0] if found else None


def say(
    resident: Resident, code: str, token: str | None, words: str, lang: str = "en", **more: str
) -> TestResponse:
    form = {"token": token or "", "missing": words, **more}
    return resident.post(f"/{lang}/receipts/{code}/missing", **form)


def remarks(store: Store) -> list[Remark]:
    with store.read() as session:
        return list(session.scalars(select(Remark).order_by(Remark.id)))


def problems(store: Store) -> list[str]:
    """What the check finds, but for the theme into which these tests put cases without an event."""
    return [one for one in find_problems(store) if "belongs to theme" not in one]


def events(session: Session) -> list[str]:
    return [
        f"{event.kind}:{event.verdict}" if event.verdict else event.kind
        for event in session.scalars(select(LoopEvent).order_by(LoopEvent.id))
        if event.actor == "resident"
    ]


def test_the_verdict_is_stored_by_one_tap_and_words_may_follow(
    resident: Resident, store: Store, told: str
) -> None:
    token = tap(resident, told, "partly")
    with store.read() as session:
        assert events(session) == ["confirmed:partly"]
        before = session.scalars(select(LoopRow)).one()
        submission = session.scalars(select(Submission)).one()
    page = resident.get(f"/en/receipts/{told}/")
    assert "What is still missing? (optional)" in page.words()
    assert page.by_id("what-is-missing").get("action") == f"/en/receipts/{told}/missing"
    sent = say(resident, told, token, f"  {MISSING}\r\nAnd the lamp. ")
    assert (sent.status_code, sent.location) == (303, f"/en/receipts/{told}/#verdict")
    (remark,) = remarks(store)
    assert (remark.text, remark.lang) == (f"{MISSING}\nAnd the lamp.", "en")
    assert (remark.is_redacted, remark.has_personal_data) == (False, False)
    with store.read() as session:
        event = session.get_one(LoopEvent, remark.event_id)
        assert (event.kind, event.verdict) == ("confirmed", "partly")
        assert events(session) == ["confirmed:partly"], "words are no event, and move nothing"
        after = session.scalars(select(LoopRow)).one()
        assert session.scalars(select(Submission.comment_commitment)).one() == (
            submission.comment_commitment
        )
    assert (after.state, after.verdict) == (before.state, before.verdict)
    words = resident.get(f"/en/receipts/{told}/").words()
    assert "You said what is missing" in words
    assert MISSING in words
    assert "(optional)" not in words, "once for each verdict"
    assert problems(store) == []


@pytest.mark.parametrize("verdict", ["no", "again"])
def test_whoever_asks_again_may_say_what_is_missing(
    resident: Resident, store: Store, told: str, verdict: str
) -> None:
    token = tap(resident, told, verdict)
    words = {"no": "You said: “No”", "again": "You said: “Ask us to look again”"}[verdict]
    assert words in resident.get(f"/en/receipts/{told}/missing").words()
    assert say(resident, told, token, MISSING).status_code == 303
    (remark,) = remarks(store)
    with store.read() as session:
        happened = session.scalars(select(LoopEvent).order_by(LoopEvent.id)).all()
        event = session.get_one(LoopEvent, remark.event_id)
        assert event.kind == "disputed"
        assert verdict_of(event, happened) == verdict
        assert session.scalars(select(LoopRow.state)).all() == ["reopened"]


def test_nobody_is_asked_before_a_verdict_or_after_a_yes(
    resident: Resident, store: Store, told: str
) -> None:
    receipt = f"/en/receipts/{told}/"
    assert not _TOKEN.findall(resident.get(receipt).text)
    assert resident.client.get(f"{receipt}missing").location == f"{receipt}#verdict"
    assert tap(resident, told, "yes") is None
    token = tap(resident, told, "no")
    assert tap(resident, told, "yes") is None
    late = say(resident, told, token, MISSING)
    assert late.status_code == 409
    assert MISSING in words_of(late), "nothing that was typed is lost"
    assert remarks(store) == []


def test_sending_twice_is_sending_once_and_other_words_change_nothing(
    resident: Resident, store: Store, told: str
) -> None:
    token = tap(resident, told, "no")
    other = _TOKEN.findall(resident.get(f"/en/receipts/{told}/missing").text)[0]
    for _time in range(2):
        assert say(resident, told, token, MISSING).status_code == 303
    for used in (token, other):
        again = say(resident, told, used, "Something else.")
        assert again.status_code == 409
        assert "Something else." in words_of(again)
        assert "told us before what is missing" in words_of(again)
    assert [one.text for one in remarks(store)] == [MISSING]
    assert resident.client.get(f"/en/receipts/{told}/missing").status_code == 303


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        ("yes", "or you have changed what you say"),
        ("answered", "there is a new answer"),
        ("withdrawn", "These words were not sent"),
        ("said", "told us before what is missing"),
    ],
)
def test_words_that_no_verdict_is_open_to_any_more_are_given_back_whatever_is_wrong_with_them(
    resident: Resident,
    store: Store,
    settings: Settings,
    city: City,
    told: str,
    meanwhile: str,
    why: str,
) -> None:
    token = tap(resident, told, "no")
    if meanwhile == "yes":
        tap(resident, told, "yes")
    elif meanwhile == "answered":
        answer(store, city, told)
    elif meanwhile == "withdrawn":
        resident.post(f"/en/receipts/{told}/withdraw")
    else:
        other = _TOKEN.findall(resident.get(f"/en/receipts/{told}/missing").text)[0]
        say(resident, told, other, "This was sent.")
    stored = [one.text for one in remarks(store)]

    def assert_given_back(words: str, **more: str) -> None:
        refused = say(resident, told, token, words, **more)
        assert refused.status_code == 409
        assert why in words_of(refused)
        assert words.replace("\0", "") in words_of(refused)

    assert_given_back(MISSING)
    assert_given_back(MISSING, change="1")
    assert_given_back(f"Call {PHONE}.")
    assert_given_back("x" * (MAX_WRITTEN + 1))
    assert_given_back("Half\0 of it.")
    assert say(resident, told, token, " ").status_code == 303, "nothing to give back"
    move_clock(settings, days=8)
    assert_given_back(MISSING)
    assert say(resident, told, token, "").status_code == 303
    assert [one.text for one in remarks(store)] == stored


def test_a_new_verdict_and_a_new_answer_are_asked_about_anew(
    resident: Resident, store: Store, city: City, told: str
) -> None:
    assert say(resident, told, tap(resident, told, "partly"), "First half.").status_code == 303
    assert say(resident, told, tap(resident, told, "no"), "Second half.").status_code == 303
    assert tap(resident, told, "again") is None, "it is open again already"
    answer(store, city, told, outcome="done", done_on=this_day())
    assert say(resident, told, tap(resident, told, "no"), "Third half.").status_code == 303
    found = remarks(store)
    assert [one.text for one in found] == ["First half.", "Second half.", "Third half."]
    assert found[0].response_id == found[1].response_id != found[2].response_id
    words = resident.get(f"/en/receipts/{told}/").words()
    assert words.index("Third half.") < words.index("First half.") < words.index("Second half.")
    assert problems(store) == []


def test_an_empty_form_is_no_mistake_and_a_wrong_one_loses_nothing(
    resident: Resident, store: Store, settings: Settings, told: str
) -> None:
    token = tap(resident, told, "no")
    for nothing in ("", " \n "):
        assert say(resident, told, token, nothing).status_code == 303
    long = "x" * (MAX_WRITTEN + 1)
    refused = say(resident, told, token, long)
    assert refused.status_code == 422
    page = response_page(refused)
    assert long in page.text
    assert "#missing" in page.links()
    assert say(resident, told, token, "a\x00b").status_code == 422
    move_clock(settings, days=8)
    late = say(resident, told, token, MISSING)
    assert late.status_code == 422
    assert MISSING in late.get_data(as_text=True)
    assert remarks(store) == []
    fresh = _TOKEN.findall(late.get_data(as_text=True))[0]
    assert say(resident, told, fresh, MISSING).status_code == 303
    move_clock(settings, days=8)
    assert say(resident, told, fresh, MISSING).status_code == 303, "it was sent in time"
    assert len(remarks(store)) == 1


def test_tokens_of_other_forms_and_other_sites_are_refused(
    resident: Resident, store: Store, city: City, told: str
) -> None:
    token = tap(resident, told, "no")
    other = resident.send(comment="Another one.")
    answer(store, city, other)
    stranger = tap(resident, other, "no")
    assert say(resident, told, stranger, MISSING).status_code == 422
    assert say(resident, told, resident.token(), MISSING).status_code == 422
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    path = f"/en/receipts/{told}/missing"
    form = {"token": token, "missing": MISSING}
    assert resident.post(path, headers=elsewhere, **form).status_code == 403
    assert resident.post(f"/en/receipts/{'0' * 25}/missing", **form).status_code == 404
    assert resident.client.get(f"/en/receipts/{'0' * 25}/missing").status_code == 404
    assert remarks(store) == []


def test_personal_data_are_warned_of_before_anything_is_stored(
    resident: Resident, store: Store, told: str
) -> None:
    token = tap(resident, told, "no")
    words = f"Nobody came.\nCall {PHONE} <b>first</b>."
    warned = say(resident, told, token, words)
    assert warned.status_code == 422
    page = response_page(warned)
    assert [page.words(mark) for mark in page.all("mark")] == [PHONE]
    assert "A phone number" in page.words()
    assert page.value("missing") == words
    assert remarks(store) == []
    changed = say(resident, told, token, words, change="1")
    assert changed.status_code == 200
    assert "Nobody came.\nCall" in changed.get_data(as_text=True)
    assert say(resident, told, token, words, confirmed="1").status_code == 303
    (remark,) = remarks(store)
    assert (remark.text, remark.has_personal_data) == (words, True)


@pytest.mark.parametrize(
    ("lang", "words", "marked"),
    [
        ("es", "Falta la otra mitad de la calle.", "es"),
        ("vi", "Nửa đường còn lại vẫn chưa được sửa.", "vi"),
        ("zh-Hans", "這條路的另一半還沒有修。", "zh-Hant"),
        ("ar", "لم يُصلَح النصف الآخر من الشارع.", "ar"),
        ("ko", "길 반대편은 아직 그대로입니다.", "ko"),
    ],
)
def test_the_words_keep_their_language(
    resident: Resident, store: Store, told: str, lang: str, words: str, marked: str
) -> None:
    token = tap(resident, told, "no", lang)
    page = resident.get(f"/{lang}/receipts/{told}/missing")
    assert page.root.get("lang") == lang
    assert say(resident, told, token, words, lang).status_code == 303
    (remark,) = remarks(store)
    assert (remark.text, remark.lang) == (words, marked)
    shown = [one for one in resident.get(f"/en/receipts/{told}/").all("p") if one.text == words]
    assert [(one.get("lang"), one.get("dir")) for one in shown] == [(marked, "auto")]


def test_a_receipt_that_staff_have_seen_may_say_it_too(
    resident: Resident, store: Store, told: str
) -> None:
    def phone(session: Session) -> None:
        session.scalars(select(Submission)).one().channel = "phone"

    store.write(phone)
    assert say(resident, told, tap(resident, told, "no"), MISSING).status_code == 303
    assert len(remarks(store)) == 1


def test_everything_held_holds_it_and_a_withdrawal_takes_it_away(
    resident: Resident, store: Store, app: Flask, told: str
) -> None:
    del app
    say(resident, told, tap(resident, told, "no"), MISSING)
    receipt = f"/en/receipts/{told}/"
    for page in ("data/", "withdraw"):
        assert MISSING in resident.get(f"{receipt}{page}").words()
    held = resident.post(f"{receipt}data/export").get_json()
    assert [(one["text"], one["lang"]) for one in held["remark"]] == [(MISSING, "en")]
    token = _TOKEN.findall(resident.get(receipt).text)
    assert not token
    assert resident.post(f"{receipt}withdraw").status_code == 303
    (remark,) = remarks(store)
    assert (remark.text, remark.salt, remark.is_redacted) == (None, None, True)
    assert MISSING not in resident.get(receipt).words()
    assert resident.get(receipt).words().count("All your words were taken out") == 1
    assert problems(store) == []
    tables = MetaData()
    tables.reflect(store.engine)
    with store.engine.connect() as connection:
        for table in tables.sorted_tables:
            for found in connection.execute(select(table)):
                assert "eastern half" not in str(found).lower(), table.name
    assert resident.client.get(f"{receipt}missing").status_code == 303
