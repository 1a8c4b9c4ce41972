"""Searching residents' words, in six languages on both databases."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from portal.domain.personal_data import DataKind, Finding
from portal.domain.search_words import is_found
from portal.models.submissions import Submission
from portal.store.comments import Cause, redact_comment
from portal.store.engine import Store
from portal.store.word_index import has_words
from tests.domain.test_search_words import ARABIC, CHINESE, ENGLISH, KOREAN, SPANISH, VIETNAMESE
from tests.support.answers import NOW, TODAY, send
from tests.support.city import City

SAID = {
    "en": ENGLISH,
    "es": SPANISH,
    "vi": VIETNAMESE,
    "zh-Hans": CHINESE,
    "ar": ARABIC,
    "ko": KOREAN,
}
ASKED = {
    "en": ["pothole", "POTHOLES cafe", '"street"'],
    "es": ["farola", "penon", "están apagadas"],
    "vi": ["duong pho", "ổ gà", "sửa chữa"],
    "zh-Hans": ["路面", "坑", "學校門口"],
    "ar": ["حفرة", "المدرسه", "٣ كبيرة"],
    "ko": ["도로", "멍", "학교 구멍"],
}


def found(store: Store, query: str) -> set[int]:
    wanted = has_words(Submission.id, Submission.words, query)
    with store.read() as session:
        return set(session.scalars(select(Submission.id).where(wanted)))


def test_both_databases_find_what_should_be_found(store: Store, city: City) -> None:
    cases = {
        lang: send(store, city.potholes, lang=lang, comment=said) for lang, said in SAID.items()
    }
    send(store, city.potholes)  # without words
    for lang, queries in ASKED.items():
        for query in queries:
            assert found(store, query) == {cases[lang]}, query
    assert found(store, "pothole farola") == set()
    assert found(store, "路灯") == set()


def test_what_is_redacted_is_found_no_longer(store: Store, city: City) -> None:
    case = send(store, city.potholes, comment="Call Rosalind about the hole")
    other = send(store, city.potholes, comment="Another hole")
    assert found(store, "rosalind") == {case}
    part = Finding(5, 13, DataKind.PHONE)  # where the name stands
    cause = Cause(reason="others_data", person_id=city.people["staff"])
    store.write(redact_comment, case, cause=cause, now=NOW, today=TODAY, pieces=[part])
    assert found(store, "rosalind") == set()
    assert found(store, "hole") == {case, other}
    store.write(redact_comment, case, cause=cause, now=NOW, today=TODAY)
    assert found(store, "rosalind") == set()
    assert found(store, "hole") == {other}
    with store.read() as session:
        assert (
            session.scalar(text("SELECT count(*) FROM submission WHERE words LIKE '%rosalind%'"))
            == 0
        )


def test_nonsense_is_answered_with_nothing(store: Store, city: City) -> None:
    """Whatever is asked, both databases answer as the pure rule says, and never fail."""
    said = [*SAID.values(), "AND OR NOT NEAR", "a:b* 'c' \"d\" (e) <-> f & g | !h"]
    cases = {send(store, city.potholes, comment=one): one for one in said}

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.one_of(st.text(max_size=40), st.sampled_from(said).flatmap(st.permutations).map("".join))
    )
    def ask(query: str) -> None:
        assert found(store, query) == {case for case, one in cases.items() if is_found(one, query)}

    ask()
    for query in (
        '"',
        "'",
        "';--",
        "NOT",
        "and",
        "a*",
        "words:hole",
        "(",
        "{a b}",
        "^a",
        "NEAR(a b)",
        "\x00",
        "%",
        "_",
    ):
        assert found(store, query) == {case for case, one in cases.items() if is_found(one, query)}
