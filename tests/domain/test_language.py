"""Which language a reader wants, and how words are folded for searching."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.language import direction, fold, is_language_tag, negotiate, preferences

OFFERED = ("en", "es", "vi", "zh-Hans", "ar", "ko")


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", "en"),
        ("*", "en"),
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("ko-KR,en;q=0.5", "ko"),
        ("zh-CN,zh;q=0.9", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("zh-TW,zh;q=0.9,en-US;q=0.8", "zh-Hans"),
        ("zh-Hant-HK;q=0.8, vi;q=0.9", "vi"),
        ("cmn-Hans-CN", "zh-Hans"),
        ("ar-EG,en;q=0.3", "ar"),
        ("AR-eg", "ar"),
        ("fr-FR,de;q=0.9,vi;q=0.1", "vi"),
        ("fr,de", "en"),
        ("en;q=0,es;q=0.1", "es"),
        ("en;q=0.1,es;q=0.10", "en"),
        ("fi, *;q=0.1", "en"),
        ("es;q=abc, ko", "ko"),
        ("x" * 5000, "en"),
        ("ko;q=1.000;level=1, es", "es"),
    ],
)
def test_the_order_of_the_header_decides(header: str, wanted: str) -> None:
    assert negotiate(header, OFFERED, "en") == wanted


def test_both_chinese_scripts_are_told_apart_where_both_are_offered() -> None:
    offered = ("en", "zh-Hans", "zh-Hant")
    assert negotiate("zh-TW", offered, "en") == "zh-Hant"
    assert negotiate("zh-HK,en", offered, "en") == "zh-Hant"
    assert negotiate("zh-SG", offered, "en") == "zh-Hans"
    assert negotiate("zh", offered, "en") == "zh-Hans"


@given(st.text())
def test_any_header_gives_an_offered_language(header: str) -> None:
    assert negotiate(header, OFFERED, "en") in OFFERED


def test_refused_languages_are_no_preferences() -> None:
    assert preferences("en;q=0, es;q=0.0, vi;q=0.001") == ["vi"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("duong pho", "Đường phố"),
        ("reparacion", "Reparación"),
        ("ano", "Año"),
        ("اصلاح", "إصلاح"),
        ("الانارة", "الإنارة"),
        ("مكتبه", "مَكْتَبَة"),
        ("가로등", "가로등"),
        ("路灯", "路灯"),
        ("strasse", "Straße"),
        ("cafe  noir ", "Café noir"),
    ],
)
def test_accents_and_marks_do_not_matter(typed: str, written: str) -> None:
    assert fold(typed) == fold(written)


@pytest.mark.parametrize(("one", "other"), [("가", "각"), ("路", "灯"), ("ب", "ت"), ("a", "e")])
def test_different_letters_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [("ar", "rtl"), ("ur-PK", "rtl"), ("fa", "rtl"), ("en", "ltr"), ("zh-Hans", "ltr")],
)
def test_direction(tag: str, wanted: str) -> None:
    assert direction(tag) == wanted


@pytest.mark.parametrize("tag", ["en", "zh-Hans", "es-MX", "zh-Hans-CN", "es-419", "fil"])
def test_tags(tag: str) -> None:
    assert is_language_tag(tag)


@pytest.mark.parametrize("tag", ["", "EN", "english", "en_US", "zh-hans", "../x", "en-", "a"])
def test_other_words_are_no_tags(tag: str) -> None:
    assert not is_language_tag(tag)
