"""What is not UTF-8 is refused whole: no letter becomes another one on its way."""

from __future__ import annotations

from urllib.parse import quote_from_bytes, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portal.models.submissions import Submission
from portal.store.engine import Store
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk
from tests.support.residents import RATE, Resident, receipt_of, submission_of

URLENCODED = "application/x-www-form-urlencoded"
OLD_TEXTS = {
    "iso-8859-1": "La señal no funciona.",
    "gbk": "路灯坏了。",
    "windows-1256": "الإنارة معطلة.",
    "euc-kr": "가로등이 고장났습니다.",
    "windows-1258": "Đèn đêm tàn.",
}
SURROGATE = b"\xed\xa0\x80"  # half of a pair, as some programs write it


def percent(fields: dict[str, bytes]) -> bytes:
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in fields.items()).encode()


def bare(fields: dict[str, bytes]) -> bytes:
    return b"&".join(name.encode() + b"=" + value for name, value in fields.items())


def parts(fields: dict[str, bytes], kind: bytes = b"") -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="%s"' + kind + b"\r\n\r\n"
    found = (head % name.encode() + value + b"\r\n" for name, value in fields.items())
    return b"".join(found) + b"--x--\r\n"


def send(resident: Resident, form: str, comment: bytes, path: str = RATE) -> TestResponse:
    """A rating with this comment, as a program writes it that knows no better."""
    write = {"percent": percent, "bare": bare, "parts": parts}[form]
    body = write({"token": resident.token(path).encode(), "q0": b"4", "comment": comment})
    kind = "multipart/form-data; boundary=x" if form == "parts" else URLENCODED
    return resident.client.post(
        path, data=body, content_type=kind, environ_base=resident.environment
    )


def count(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(Submission)) or 0


@pytest.mark.parametrize("form", ["percent", "bare", "parts"])
def test_other_encodings_are_refused_and_nothing_is_stored(
    resident: Resident, store: Store, form: str
) -> None:
    texts = [text.encode(encoding) for encoding, text in OLD_TEXTS.items()]
    for comment in [*texts, b"lamp " + SURROGATE, b"a\xff"]:
        answer = send(resident, form, comment)
        assert answer.status_code == 400, comment
        words = response_page(answer).words()
        assert "We could not read the letters that were sent" in words
        assert "Nothing was stored" in words
    assert count(store) == 0


@pytest.mark.parametrize("form", ["percent", "bare", "parts"])
def test_the_same_words_in_utf8_are_stored_as_they_are(
    resident: Resident, store: Store, form: str
) -> None:
    for text in [*OLD_TEXTS.values(), "I typed this sign myself: \ufffd"]:
        code = receipt_of(send(resident, form, text.encode()))
        with store.read() as session:
            assert submission_of(session, code).comment == text


def test_the_refusal_is_a_page_in_the_readers_language(resident: Resident, city: City) -> None:
    page = response_page(send(resident, "percent", b"\xe9", RATE.replace("/en/", "/ar/")))
    assert (page.root.get("lang"), page.root.get("dir")) == ("ar", "rtl")


def test_a_name_of_a_field_is_read_as_strictly(client: FlaskClient, city: City) -> None:
    for body in (b"q0=4&%e9=1", b"q0=4&\xe9=1"):
        assert client.post(RATE, data=body, content_type=URLENCODED).status_code == 400


def test_whoever_names_another_encoding_is_believed(
    resident: Resident, store: Store, client: FlaskClient
) -> None:
    """Two bytes of GBK can pass for one letter of UTF-8, which the resident never wrote."""
    comment = "某".encode("gbk")
    assert comment.decode() == "ĳ"
    kind = f"{URLENCODED}; charset=gbk"
    body = percent({"token": resident.token().encode(), "q0": b"4", "comment": comment})
    assert client.post(RATE, data=body, content_type=kind).status_code == 400
    assert count(store) == 0
    plain = urlencode({"token": resident.token(), "q0": "4", "comment": "Dark."})
    for charset in ("gbk", "UTF-8"):  # ASCII is the same in both, and a repeat is no second one
        answer = client.post(RATE, data=plain, content_type=f"{URLENCODED}; charset={charset}")
        assert answer.status_code == 303
    assert count(store) == 1


def test_parts_that_name_another_encoding_are_read_as_what_they_are(
    resident: Resident, store: Store
) -> None:
    """Some libraries write it over every part; in such a part no letter may be lost either."""
    fields = {"token": resident.token().encode(), "q0": b"4", "comment": "señal".encode()}
    body = parts(fields, b"\r\nContent-Type: text/plain; charset=us-ascii")
    kind = "multipart/form-data; boundary=x"
    code = receipt_of(resident.client.post(RATE, data=body, content_type=kind))
    with store.read() as session:
        assert submission_of(session, code).comment == "señal"


def test_signed_in_areas_refuse_it_too(app: Flask, store: Store, city: City) -> None:
    desk = Desk(app)
    fields = {"csrf_token": desk.csrf_token().encode(), "name": b"Se\xf1al"}
    for path in ("/en/staff/themes", "/en/sign-in", "/en/account/"):
        answer = desk.client.post(path, data=percent(fields), content_type=URLENCODED)
        assert answer.status_code == 400
        assert "We could not read the letters that were sent" in response_page(answer).words()


def test_a_search_in_another_encoding_finds_nothing(client: FlaskClient, city: City) -> None:
    for path in ("/en/services/?q=Se%f1al", "/en/responses/?q=Se%f1al"):
        page = response_page(client.get(path))
        assert "\ufffd" not in page.text
