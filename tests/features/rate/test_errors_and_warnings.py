"""What to put right, and what to think over, before anything is stored; nothing typed is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.models.submissions import Submission
from portal.store.engine import Store
from portal.store.secrets import sha256
from tests.support.client import Page, response_page
from tests.support.residents import RATE, Resident, receipt_of, submission_of

TYPED = {
    "q1": "5", "q2": "0", "q6": "2", "kind": "idea",
    "comment": 'A <b>bold</b> "idea" & more\nlines',
    "wants_answer": "1", "email": "somebody@demo.example", "district": "south",
    "age_band": "45_64",
}  # fmt: skip


def _count(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(Submission)) or 0


def values_of(page: Page) -> dict[str, str]:
    """What the form on a page would send."""
    values = {}
    for element in page.all("input"):
        kind, name = element.get("type", "text"), element.get("name", "")
        if kind in {"radio", "checkbox"} and "checked" not in element.attrib:
            continue
        if name:
            values[name] = element.get("value", "")
    for element in page.all("textarea"):
        values[element.get("name", "")] = "".join(element.itertext()).removeprefix("\n")
    for element in page.all("select"):
        chosen = [option for option in element if "selected" in option.attrib]
        values[element.get("name", "")] = chosen[0].get("value", "") if chosen else ""
    return values


def test_nothing_typed_is_lost(resident: Resident, store: Store) -> None:
    token = resident.token()
    answer = resident.post(RATE, token=token, **{**TYPED, "email": "no address"})
    assert answer.status_code == 422
    page = response_page(answer)
    values = values_of(page)
    assert {name: values.get(name) for name in TYPED} == {**TYPED, "email": "no address"}
    assert "q0" not in values
    assert values["token"] == token  # not used yet
    assert page.links().count("#q0") == 1
    assert page.links().count("#email") == 1
    assert page.by_id("email").get("aria-invalid") == "true"
    assert "2 things to put right" in page.words()
    assert _count(store) == 0
    values |= {"q0": "4", "email": TYPED["email"]}
    code = receipt_of(resident.post(RATE, **values))
    with store.read() as session:
        row = submission_of(session, code)
        assert (row.comment, row.q2, row.district) == (TYPED["comment"], 0, "south")


@pytest.mark.parametrize(
    "wrong",
    [
        {"q0": ""}, {"q0": "0"}, {"q0": "6"}, {"q0": "٣"}, {"q0": "4 "}, {"q1": "7"},
        {"kind": "rant"}, {"district": "nowhere"}, {"age_band": "12"},
        {"comment": "x" * 5001}, {"comment": "a\x00b"},
        {"email": "a@b"}, {"email": "a b@demo.example"}, {"email": "a\x00@demo.example"},
        {"email": "x" * 250 + "@demo.example"}, {"email": "a@demo.example, b@demo.example"},
    ],
)  # fmt: skip
def test_wrong_values_are_refused(resident: Resident, store: Store, wrong: dict[str, str]) -> None:
    answer = resident.rate(**{"q0": "4", **wrong})
    assert answer.status_code == 422
    assert next(iter(wrong)) in "".join(response_page(answer).links())
    assert _count(store) == 0


@pytest.mark.parametrize(
    "fine", ["x" * 5000, "🌳" * 5000, "a\x0bb", "\ufffe!", "%(x)s {0} {{7*7}}"]
)
def test_unusual_text_is_kept(resident: Resident, store: Store, fine: str) -> None:
    code = resident.send(comment=fine)
    resident.get(f"/en/receipts/{code}/")
    with store.read() as session:
        comment = submission_of(session, code).comment or ""
    assert comment == fine.replace("\x0b", "\n").replace("\ufffe", "")


@pytest.mark.parametrize("lang", ["es", "vi", "zh-Hans", "ar", "ko"])
def test_errors_are_in_the_language_of_the_page(resident: Resident, lang: str) -> None:
    page = response_page(resident.rate(RATE.replace("/en/", f"/{lang}/"), q0=""))
    assert page.root.get("lang") == lang
    assert "#q0" in page.links()


@pytest.mark.parametrize(
    ("lang", "comment", "found"),
    [
        ("en", "Call me at (512) 555-0123, please.", "(512) 555-0123"),
        ("en", "Write to maria@demo.example!", "maria@demo.example"),
        ("en", "Card 4111 1111 1111 1111 was charged.", "4111 1111 1111 1111"),
        ("en", "My SSN is 219-09-9999.", "219-09-9999"),
        ("es", "Mi número del seguro social: 219099999", "219099999"),
        ("ar", "اتصلوا بي على ٥١٢٥٥٥٠١٢٣ من فضلكم", "٥١٢٥٥٥٠١٢٣"),
        ("zh-Hans", "我的电话是５１２－５５５－０１２３谢谢", "５１２－５５５－０１２３"),
        ("ko", "주민번호 900101-1234567 입니다", "900101-1234567"),
        ("vi", "Gọi cho tôi +84 24 3826 2538 nhé", "+84 24 3826 2538"),
    ],
)
def test_personal_data_is_asked_about_first(
    resident: Resident, store: Store, lang: str, comment: str, found: str
) -> None:
    path = RATE.replace("/en/", f"/{lang}/")
    answer = resident.rate(path, **{**TYPED, "q0": "2", "comment": comment})
    assert answer.status_code == 422
    page = response_page(answer)
    assert [page.words(mark) for mark in page.all("mark")] == [found]
    assert _count(store) == 0
    values = values_of(page)
    assert {name: values.get(name) for name in TYPED} == {**TYPED, "comment": comment}
    changed = response_page(resident.post(path, **values, change="1"))
    assert {name: values_of(changed).get(name) for name in TYPED} == {**TYPED, "comment": comment}
    code = receipt_of(resident.post(path, **values, confirmed="1"))
    with store.read() as session:
        row = submission_of(session, code)
        assert (row.comment, row.has_personal_data, row.q0) == (comment, True, 2)


def test_a_changed_text_is_sent_without_a_mark(resident: Resident, store: Store) -> None:
    values = values_of(response_page(resident.rate(comment="I am a@demo.example")))
    values["comment"] = "I am nobody."
    code = receipt_of(resident.post(RATE, **values))
    with store.read() as session:
        assert not submission_of(session, code).has_personal_data


def test_hostile_text_is_shown_as_it_is(resident: Resident) -> None:
    evil = "<script>alert(1)</script> a@demo.example \u202egnp.exe"
    page = response_page(resident.rate(comment=evil))
    assert "<script>" not in page.text
    assert "<script>alert(1)</script>" in page.words()
    code = resident.send(comment="<img src=x onerror=alert(1)> {{7*7}}")
    assert "<img src=x" in resident.get(f"/en/receipts/{code}/").words()


def test_the_empty_form_is_the_same_for_all_readers_but_for_its_token(resident: Resident) -> None:
    first, second = resident.client.get(RATE), resident.client.get(RATE)
    tokens = [response_page(answer).value("token") for answer in (first, second)]
    assert tokens[0] != tokens[1]
    assert first.text.replace(tokens[0], "") == second.text.replace(tokens[1], "")
    assert first.headers["Cache-Control"] == "no-store"
    assert sha256(tokens[0]) != tokens[0]
