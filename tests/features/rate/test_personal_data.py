"""What is taken for personal data in a comment, and what is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.chinese import SIMPLIFIED_ONLY, TRADITIONAL_ONLY, written_language
from portal.domain.personal_data import DataKind, is_card_number
from portal.store.personal_data import find_personal_data

DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９", "०१२३४५६७८९")
SHARED = Path(__file__).parents[4] / "shared" / "data"
words = st.text(st.characters(exclude_categories=["Nd", "Cs", "Cf"], exclude_characters="@"))
around = st.sampled_from(["", " ", "call ", "电话", "رقمي ", "번호: ", "số ", " ¡", "\n"])


def kinds(text: str) -> list[DataKind]:
    return [found.kind for found in find_personal_data(text, "US")]


def stretches(text: str) -> list[str]:
    return [text[found.start : found.end] for found in find_personal_data(text, "US")]


def in_script(number: str, digits: str) -> str:
    return number.translate(str.maketrans("0123456789", digits))


def with_check_digit(number: str) -> str:
    """The number with the digit that makes it a card's, computed by adding digit after digit."""
    for digit in "0123456789":
        total = 0
        for place, letter in enumerate(reversed(number + digit)):
            value = int(letter) * (2 if place % 2 else 1)
            total += value // 10 + value % 10
        if total % 10 == 0:
            return number + digit
    raise AssertionError("unreachable")


@settings(deadline=None)
@given(
    st.from_regex(r"4[0-9]{14}", fullmatch=True),
    st.sampled_from(DIGITS),
    st.sampled_from(["", " ", "-"]),
    around,
    around,
)
def test_every_card_is_found(
    number: str, digits: str, separator: str, before: str, after: str
) -> None:
    plain = with_check_digit(number)
    groups = [plain[at : at + 4] for at in range(0, 16, 4)]
    card = in_script(separator.join(groups), digits)
    text = f"{before}{card}{after}"
    assert DataKind.CARD in kinds(text)
    assert card in stretches(text)
    last = str((int(plain[-1]) + 1) % 10)
    assert not is_card_number(plain[:-1] + last)


@settings(deadline=None)
@given(
    st.from_regex(r"(2[0-9]{2}|[345][0-9]{2})-(0[1-9]|[1-9][0-9])-[1-9][0-9]{3}", fullmatch=True),
    st.sampled_from(DIGITS),
    around,
)
def test_every_social_security_number_is_found(number: str, digits: str, before: str) -> None:
    written = in_script(number, digits)
    assert written in stretches(f"{before}{written}.")


@settings(deadline=None)
@given(st.sampled_from(["512", "212", "737", "415"]), st.from_regex(r"[2-9][0-9]{2}[0-9]{4}",
       fullmatch=True), st.sampled_from(DIGITS), around)  # fmt: skip
def test_every_phone_number_is_found(area: str, rest: str, digits: str, before: str) -> None:
    for shape in (
        f"({area}) {rest[:3]}-{rest[3:]}",
        f"+1{area}{rest}",
        f"{area}.{rest[:3]}.{rest[3:]}",
    ):
        written = in_script(shape, digits)
        found = find_personal_data(f"{before}{written}", "US")
        assert found, written


@settings(deadline=None)
@given(st.emails(), around)
def test_every_email_address_is_found(address: str, before: str) -> None:
    if all(letter.isalnum() or letter in "._%+-'@" for letter in address):
        assert DataKind.EMAIL in kinds(f"{before}{address} !")


@settings(deadline=None)
@given(words)
def test_words_without_digits_are_never_personal(text: str) -> None:
    numerals = set("〇一二三四五六七八九")
    if not numerals & set(text):
        assert kinds(text) == []


@settings(deadline=None)
@given(st.text())
def test_findings_lie_in_the_text_in_order(text: str) -> None:
    at = 0
    for found in find_personal_data(text, "US"):
        assert at <= found.start < found.end <= len(text)
        at = found.end


@settings(deadline=None)
@given(st.from_regex(r"[0-9 .,:/-]{1,60}", fullmatch=True))
def test_figures_of_any_shape_break_nothing(text: str) -> None:
    find_personal_data(text, "US")


@pytest.mark.parametrize(
    "text",
    [
        "Line 35 from 8:30 to 10:45 on 2026-11-20, every 15 minutes, $1,250.50 in all.",
        "Between the 1200 and 1400 block of 5th Street, 78701-1234, service request 23-00123456.",
        "In 2019-2020 there were 1234567890 leaves and 100000000000 ants.",
        "Los días 3/4 y 5/6 de 2026, autobús 101.",
        "二〇二六年三月，三十五路公交车，一二三号楼。",
        "가로등 12개가 3주째 꺼져 있습니다 (2026년 11월).",
        "في ٢٠٢٦ كان هناك ١٢ مصباحًا معطلًا منذ ٣ أسابيع.",
        "Version 4.2.1.10, ratio 3:1, I-35 N at US-183, @city on the web",
    ],
)
def test_ordinary_figures_are_nobodys(text: str) -> None:
    assert stretches(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("11010519491231002X", DataKind.ID_NUMBER),
        ("A 123-456-789", DataKind.ID_NUMBER),
        ("12345678Z", DataKind.ID_NUMBER),
        ("Số an sinh xã hội 219099999", DataKind.ID_NUMBER),
        ("社会安全号：219099999", DataKind.ID_NUMBER),
        ("الضمان الاجتماعي ٢١٩٠٩٩٩٩٩", DataKind.ID_NUMBER),
        ("사회보장번호 219099999", DataKind.ID_NUMBER),
        ("五一二五五五〇一二三", DataKind.PHONE),
        ("\u200e+1 512-\u200e555 0123", DataKind.PHONE),
        ("555-0123", DataKind.PHONE),
        ("4111 1111 1111 1111 12/27 123", DataKind.CARD),
        ("378282246310005", DataKind.CARD),
        ("maria＠demo.example", DataKind.EMAIL),
    ],
)
def test_many_ways_to_write_it(text: str, kind: DataKind) -> None:
    assert kinds(text) == [kind]


def test_a_long_text_is_read_quickly() -> None:
    for text in ("1-" * 2500, "a.b@" * 1250, "+" * 5000, "1" * 5000, "a." * 2500, "@" * 5000):
        find_personal_data(text, "US")


def test_the_two_scripts_of_chinese_are_told_apart() -> None:
    assert written_language("這條路應該修", "zh-Hans") == "zh-Hant"
    assert written_language("这条路应该修", "zh-Hans") is None
    assert written_language("这条路应该修", "zh-Hant") == "zh-Hans"
    assert written_language("公共", "zh-Hans") is None  # the same in both
    assert written_language("這條路", "en") is None
    assert not TRADITIONAL_ONLY & SIMPLIFIED_ONLY


def _real(name: str) -> list[str]:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"no real input here: {path.name}")
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_real_traditional_chinese_is_recognised() -> None:
    texts = _real("zh_polis_vtaiwan_uberx_2015.jsonl")
    found = [written_language(text, "zh-Hans") == "zh-Hant" for text in texts]
    assert sum(found) >= 0.98 * len(found)


@pytest.mark.parametrize(
    "name",
    [
        "en_polis_bowling_green_2018.jsonl",
        "es_decide_madrid_2019.jsonl",
        "zh_polis_vtaiwan_uberx_2015.jsonl",
    ],
)
def test_real_comments_are_seldom_asked_about(name: str) -> None:
    texts = _real(name)
    assert sum(bool(kinds(text)) for text in texts) <= 0.01 * len(texts)
