"""Paper, phone and counter: what staff type in counts once, and never speaks for the resident."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from portal.domain.contact import CityContact
from portal.domain.short_code import short_code
from portal.models.loops import LoopRow
from portal.models.services import ServiceChannel
from portal.settings import Settings
from portal.store.check import check_installation
from portal.store.city import set_contact
from portal.store.engine import Store
from portal.store.integrity.days import sign_due
from portal.store.secrets import Secrets, sha256
from tests.support.cases import send_rating
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk
from tests.support.doors import open_paper, print_forms, printed, stored
from tests.support.qr_reader import read_codes
from tests.support.residents import mean_to_answer, move_clock

PHONE = "entry/?service=pothole-repair&channel=phone&language=vi"


@pytest.fixture
def staff(app: Flask, desk_city: City, store: Store) -> Desk:
    """Somebody at the desk of public works, whose potholes take paper, too."""
    open_paper(store, desk_city)
    return Desk(app)


def receipt_on(answer: TestResponse) -> str:
    """The code that is read out to the resident."""
    page = response_page(answer)
    [shown] = [one for one in page.all("p") if one.get("class") == "code"]
    return re.sub(r"\W", "", page.words(shown))


def test_a_call_is_stored_once_with_its_channel_language_and_receipt(
    staff: Desk, store: Store, client: FlaskClient
) -> None:
    page = staff.get(PHONE)
    said = {
        "token": page.value("token"), "q0": "2", "q4": "0", "comment": "Ổ gà trước nhà tôi.",
        "kind": "problem", "received_on": page.value("received_on"),
    }  # fmt: skip
    answer = staff.post(PHONE, 200, **said)
    code = receipt_on(answer)
    [row] = stored(store)
    assert (row.channel, row.lang, row.q0, row.q4) == ("phone", "vi", 2, 0)
    assert row.receipt_hash == sha256(code)
    assert not row.is_verified
    assert client.get(f"/vi/receipts/{code}/").status_code == 200
    assert "the city means to answer by" not in response_page(answer).words()
    [focused] = [one for one in response_page(answer).all("a") if one.get("autofocus") is not None]
    assert staff.client.get(focused.get("href") or "").status_code == 200
    again = staff.post(PHONE, 200, **said)
    assert receipt_on(again) == code
    other = response_page(staff.post(PHONE, 409, **{**said, "q0": "5"}))
    assert "Those stay." in other.words()
    assert len(stored(store)) == 1
    next_one = {**said, "q0": "5", "token": other.value("token")}  # what was typed stands there
    assert receipt_on(staff.post(PHONE, 200, **next_one)) != code
    assert [row.q0 for row in stored(store)] == [2, 5]


@pytest.mark.parametrize(("words", "lang"), [("路面壞了", "zh-Hant"), ("路面坏了", None)])
def test_the_other_script_of_chinese_is_marked_as_on_the_web(
    staff: Desk, store: Store, words: str, lang: str | None
) -> None:
    address = PHONE.replace("language=vi", "language=zh-Hans")
    page = staff.get(address)
    kept = {name: page.value(name) for name in ("token", "received_on")}
    staff.post(address, 200, **kept, q0="2", comment=words)
    assert [row.comment_lang for row in stored(store)] == [lang]


def test_what_was_typed_waits_on_the_page_of_a_fault_of_ours(
    staff: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = staff.get(PHONE)
    typed = {name: page.value(name) for name in ("token", "received_on")}
    typed |= {"q0": "2", "comment": "Every word of a long call."}
    with monkeypatch.context() as broken:
        broken.setattr("portal.respond.routes.entry.take_down", lambda *_args, **_words: 1 / 0)
        fault = response_page(staff.post(PHONE, 500, **typed, proof_password="secret"))
    assert "look first whether it was saved" in fault.words()
    [form] = fault.all("form")
    sent = {one.get("name") or "": one.get("value") or "" for one in form.iter("input")}
    assert sent == {"csrf_token": sent["csrf_token"], **typed}
    receipt_on(staff.post(PHONE, 200, **sent))
    assert [row.comment for row in stored(store)] == [typed["comment"]]


def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    staff: Desk, store: Store
) -> None:
    page = staff.get(PHONE)
    answer = staff.post(
        PHONE, 422, token=page.value("token"), q0="٣", q1="6", comment="Kept",
        received_on="2099-01-01",
    )  # fmt: skip
    shown = response_page(answer)
    assert {"#q0", "#q1", "#received_on"} <= {link.get("href") for link in shown.all("a")}
    assert "Kept" in shown.words()
    assert stored(store) == []


def test_what_was_begun_while_the_channel_was_open_is_stored(
    staff: Desk, store: Store, desk_city: City
) -> None:
    page = staff.get(PHONE)
    typed = {name: page.value(name) for name in ("token", "received_on")}
    phone = {"service_id": desk_city.potholes, "channel": "phone"}
    store.write(
        lambda session: session.execute(
            update(ServiceChannel).filter_by(**phone).values(closed_on=ServiceChannel.opened_on)
        )
    )
    staff.get(PHONE, 404)
    staff.post(PHONE, 404, **{**typed, "token": "x"}, q0="2")
    answer = staff.post(PHONE, 200, **typed, q0="2", comment="Said while it was open.")
    assert receipt_on(answer)
    page = response_page(answer)
    [focused] = [one for one in page.all("a") if one.get("autofocus") is not None]
    assert focused.get("href") == "/en/staff/doors/"
    assert "The next person, same service" not in page.words()
    assert [row.comment for row in stored(store)] == ["Said while it was open."]


def test_only_open_channels_of_ones_own_services_are_taken(staff: Desk) -> None:
    for wrong in (
        "service=pothole-repair&channel=web&language=en",
        "service=pothole-repair&channel=mail&language=en",
        "service=swimming-pools&channel=phone&language=en",
        "service=pothole-repair&channel=phone&language=xx",
    ):
        staff.get(f"entry/?{wrong}", 404)


def test_printed_forms_are_for_whoever_printed_them(staff: Desk, app: Flask) -> None:
    address = print_forms(staff, forms=3)
    assert address.startswith("/es/staff/doors/print/")
    page = response_page(staff.client.get(address))
    assert len([one for one in page.all("section") if "sheet" in (one.get("class") or "")]) == 3
    assert Desk(app, "reviewer").client.get(address).status_code == 404


def test_a_printed_form_leads_to_its_receipt_and_to_the_same_form_on_the_web(
    staff: Desk, app: Flask
) -> None:
    sheets = staff.client.get(print_forms(staff, forms=2, lang="ar")).text
    codes = read_codes(sheets)
    assert len(codes) == 4  # of each form: its receipt, the web
    for receipt, web in zip(codes[::2], codes[1::2], strict=True):
        assert staff.client.get(receipt).status_code == 404  # nothing was typed in yet
        assert "/ar/receipts/" in receipt
        assert staff.client.get(web).location == "/ar/services/pothole-repair/rate"
        typed = web.removeprefix("http://").removesuffix("?lang=ar")
        assert sheets.count(f">{typed}<") == 2


def test_a_printed_form_says_where_and_by_when_it_is_handed_in(
    staff: Desk, store: Store, app: Flask
) -> None:
    sheets = response_page(staff.client.get(print_forms(staff, lang="en"))).words()
    assert "Hand in this form: at any city desk." in sheets
    assert "by " not in sheets.partition("Hand in this form")[2].partition("Tear off")[0]
    store.write(
        set_contact, CityContact(place="12 Mill Street, ground floor", hours="Mon-Fri 08:00-17:00")
    )
    until = app.extensions["portal"].clock.today() + timedelta(days=9)
    sheets = response_page(staff.client.get(print_forms(staff, lang="en", until=until))).words()
    assert "12 Mill Street, ground floor (Monday – Friday: 8:00" in sheets
    assert f"Please hand it in by {until:%B} {until.day}, {until.year}." in sheets
    refused = staff.post("doors/print", 422, **{"print-until": "2001-01-01"})
    assert "#print-until" in [link.get("href") for link in response_page(refused).all("a")]


def test_a_form_in_another_language_runs_as_that_does_but_for_what_only_the_desk_reads(
    staff: Desk,
) -> None:
    answer = staff.client.post(
        "/ar/staff/" + PHONE.replace("=vi", "=en"),
        data={"q0": "9", "csrf_token": staff.csrf_token()},
    )
    page = response_page(answer)
    form = next(one for one in page.all("form") if one.get("class") == "typing stack")
    assert (form.get("lang"), form.get("dir")) == ("en", "ltr")
    [error] = [one for one in page.all("p") if one.get("id") == "q0-error"]
    assert [(one.get("lang"), one.get("dir")) for one in error.iter() if one.get("lang")] == [
        ("ar", "rtl")
    ]


def test_a_printed_form_is_stored_once_under_the_receipt_on_its_stub(
    staff: Desk, app: Flask, store: Store
) -> None:
    sheets = response_page(staff.client.get(print_forms(staff, forms=30)))
    form_id = printed(store, app, is_twice=False)
    number = short_code(form_id)
    assert number in sheets.words()
    found = staff.client.get(f"/en/staff/entry/paper?number={number.lower()}")
    assert found.location == f"/en/staff/entry/paper/{number}"
    day = staff.get(f"entry/paper/{number}").value("received_on")
    staff.post(f"entry/paper/{number}", q0="4", received_on=day)
    staff.post(f"entry/paper/{number}", 409, q0="1", received_on=day)
    [row] = stored(store)
    assert (row.channel, row.lang, row.q0) == ("paper", "es", 4)
    secrets: Secrets = app.extensions["portal"].secrets
    code = secrets.receipt_code(secrets.paper_token(form_id))
    assert row.receipt_hash == sha256(code)
    assert code in re.sub(r"\W", "", sheets.words())
    staff.get("entry/paper?number=ZZZZ", 404)


@pytest.mark.parametrize("is_paper", [True, False])
def test_what_arrived_earlier_counts_from_that_day(
    staff: Desk, app: Flask, store: Store, *, is_paper: bool
) -> None:
    """A form's receipt was torn off on that day; over the phone it is given only now."""
    path = PHONE
    if is_paper:
        print_forms(staff, forms=30)
        path = f"entry/paper/{short_code(printed(store, app, is_twice=False))}"
    page = staff.get(path)
    today = date.fromisoformat(page.value("received_on"))
    arrived = today - timedelta(days=3)
    said = {"q0": "2", "comment": "Late", "received_on": arrived.isoformat()}
    token = {} if is_paper else {"token": page.value("token")}
    staff.post(path, 303 if is_paper else 200, **said, **token)
    with store.read() as session:
        loop = session.scalars(select(LoopRow)).one()
    assert (loop.received_on, loop.acknowledged_on) == (arrived, arrived if is_paper else today)


def test_what_is_dated_back_still_enters_the_signed_days(
    staff: Desk, app: Flask, store: Store, desk_city: City, settings: Settings
) -> None:
    portal = app.extensions["portal"]
    begun = portal.clock.now() - timedelta(days=6)
    store.write(lambda session: send_rating(session, desk_city.lights, begun))
    assert sign_due(store, portal.clock, portal.secrets) > 0
    page = staff.get(PHONE)
    arrived = date.fromisoformat(page.value("received_on")) - timedelta(days=4)
    said = {"token": page.value("token"), "q0": "2", "comment": "Late"}
    staff.post(PHONE, 200, **said, received_on=arrived.isoformat())
    move_clock(settings, days=2)
    sign_due(store, portal.clock, portal.secrets)
    assert check_installation(store, print, secrets=portal.secrets, clock=portal.clock) == []


def test_a_wrong_number_is_said_beside_its_field_and_stays_there(
    app: Flask, desk_city: City
) -> None:
    client = Desk(app).client
    for typed, said in (("none", "no form with this number"), ("", "Enter the number of the form")):
        answer = client.get("/en/staff/entry/paper?" + urlencode({"number": typed}))
        assert answer.status_code == 404
        page = response_page(answer)
        assert said in page.words(page.by_id("number-error"))
        assert page.by_id("number").get("value") == typed
        assert page.by_id("number").get("aria-invalid") == "true"


def test_whoever_is_not_online_learns_by_when_the_city_means_to_answer(
    staff: Desk, store: Store
) -> None:
    """The day over the phone; the days on paper, as nobody knows yet when it is handed in."""
    meant = "We mean to answer within 10 working days of getting this form."
    sheets = print_forms(staff, lang="en")
    assert meant not in response_page(staff.client.get(sheets)).words()
    mean_to_answer(store, 10)
    assert meant in response_page(staff.client.get(sheets)).words()
    page = staff.get(PHONE)
    answer = staff.post(
        PHONE, 200, token=page.value("token"), q0="2", comment="Again.", kind="problem",
        received_on=page.value("received_on"),
    )  # fmt: skip
    with store.read() as session:
        day = session.scalars(select(LoopRow.target_on)).one()
    assert day is not None
    named = f"the city means to answer by {day:%B} {day.day}, {day.year}."
    assert named in response_page(answer).words()
