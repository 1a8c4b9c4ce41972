"""Similar messages: the same subject before others, within one language, in every script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.similar import likeness, suggest

NOISE = {
    "en": ["The library closes too early", "The pool was cold", "More benches please",
           "Nobody answers the phone at the office"],
    "es": ["La biblioteca cierra muy temprano", "La piscina estaba fría", "Más bancos por favor",
           "Nadie contesta el teléfono"],
    "ar": ["المكتبة تغلق مبكرا", "ماء المسبح بارد", "نريد مقاعد أكثر", "لا أحد يرد على الهاتف"],
    "zh": ["图书馆关门太早", "泳池的水太冷", "请多放长椅", "办公室没人接电话"],
    "ko": ["도서관이 너무 일찍 닫습니다", "수영장 물이 차갑습니다", "벤치를 더 놓아 주세요",
           "사무실에서 전화를 받지 않습니다"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "theme", "similar"),
    [
        ("en", ["Potholes on School Road", "The pothole by the school is back"],
         "A deep pothole near the school"),
        ("es", ["Baches en la calle Escuela", "El bache de la escuela volvió"],
         "Hay un bache junto a la escuela"),
        ("ar", ["حفرة أمام المدرسة", "الحفر في شارع المدرسة"], "الحفرة قرب المدرسة عادت"),
        ("zh", ["学校路上的坑洞", "学校门口的坑洞又出现了"], "学校附近有一个坑洞"),
        ("ko", ["학교 앞 도로의 구멍", "학교 길 구멍이 다시 생겼습니다"],
         "학교 근처 도로에 구멍이 있어요"),
    ],
)  # fmt: skip
def test_the_same_subject_comes_first(lang: str, theme: list[str], similar: str) -> None:
    candidates = dict(enumerate([*NOISE[lang], similar]))
    found = suggest(theme, candidates, limit=3)
    assert [one.key for one in found][:1] == [len(candidates) - 1]


def test_what_is_not_similar_enough_is_not_suggested() -> None:
    candidates = dict(enumerate(NOISE["en"]))
    assert suggest(["Potholes on School Road"], candidates, limit=9) == []
    assert suggest([], candidates, limit=9) == []


@given(st.lists(st.text(max_size=60), max_size=6), st.lists(st.text(max_size=60), max_size=6))
def test_every_score_is_a_share_and_the_order_is_theirs(theme: list[str], texts: list[str]) -> None:
    found = suggest(theme, dict(enumerate(texts)), limit=4, enough=0.0)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in scores)
    assert len(found) <= 4


@given(st.text(max_size=200), st.text(max_size=200))
def test_likeness_is_symmetric_and_whole_for_the_same(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) in {0.0, 1.0}
