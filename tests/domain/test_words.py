"""Words of comments, and those that surge (METHOD.md 4.3)."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.words import LONGEST, Mention, as_written, find_word_surges, words_of

LANGS = ("en", "es", "vi", "zh-Hans", "zh-Hant", "ar", "ko")


@pytest.mark.parametrize(
    ("lang", "text", "words"),
    [
        ("en", "The HYDRANT on 5th St can't close!", {"the", "hydrant", "can't", "close"}),
        ("es", "La acera está rota.", {"acera", "está", "rota"}),
        ("vi", "Nước tràn", {"nước", "tràn"}),
        ("zh-Hans", "路灯坏了 LED", {"路灯", "灯坏", "坏了", "led"}),
        ("ar", "والحَديقةُ بالليل للأطفال", {"حديقه", "ليل", "اطفال"}),
        ("ko", "가로등이 학교에서 꺼졌어요", {"가로등", "학교", "꺼졌어요"}),
        ("en", "Call 555-1234 or write to a_b@c.de", {"call", "write"}),
    ],
)  # fmt: skip
def test_each_language_has_its_words(lang: str, text: str, words: set[str]) -> None:
    assert words_of(text, lang) == words


@given(text=st.text(max_size=200), lang=st.sampled_from(LANGS))
def test_words_are_stable_short_and_without_figures(text: str, lang: str) -> None:
    words = words_of(text, lang)
    assert words == words_of(text.upper().lower(), lang) or not text.isascii()
    for word in words:
        assert 2 <= len(word) <= LONGEST
        assert not any(letter.isdigit() or letter.isspace() for letter in word)


def comments(now: dict[str, int], before: dict[str, int], *, others: int = 40) -> list[Mention]:
    """So many people who write each text, and others who write something of their own."""
    written = [(True, text, n) for text, n in now.items()]
    written += [(False, text, n) for text, n in before.items()]
    found = [
        Mention(f"{is_now} {text} {number}", 3 if is_now else 90, words_of(text, "en"))
        for is_now, text, n in written
        for number in range(n)
    ]
    letters = "abcdefghijklmnopqrstuvwxyz"
    for number in range(others):
        word = letters[number % 26] * 3 + letters[number // 26] * 3
        found.append(Mention(f"other {number}", 30 * (number % 7), frozenset({word})))
    return found


def test_words_of_the_same_people_are_one_suggestion() -> None:
    mentions = comments({"burst hydrant floods": 7, "hydrant": 2}, {"hydrant": 1})
    [surge] = find_word_surges({(1, "en"): mentions})
    assert surge.group == (1, "en")
    assert surge.words[0] == "hydrant"
    assert set(surge.words) == {"hydrant", "burst", "floods"}
    assert (surge.now, surge.before) == (9, 1)


def test_one_person_who_writes_much_is_no_surge() -> None:
    mentions = [Mention("one", 0, frozenset({"hydrant"})) for _ in range(30)]
    assert find_word_surges({(1, "en"): mentions + comments({}, {})}) == []


def test_days_before_are_those_of_the_language() -> None:
    """A service is old, and one of its languages is new: each is compared with its own days."""
    groups = {(1, lang): comments({"hydrant": 9}, {}) for lang in ("en", "vi")}
    assert {surge.group for surge in find_word_surges(groups)} == set(groups)
    found = find_word_surges(groups, {(1, "en"): 182, (1, "vi"): 27})
    assert [surge.group for surge in found] == [(1, "en")]


def test_where_everybody_writes_more_a_usual_word_is_no_suggestion() -> None:
    mentions = comments({"hydrant leaks": 8, "other": 40}, {"hydrant leaks": 2, "x": 8}, others=0)
    assert not [one for one in find_word_surges({(1, "en"): mentions}) if "hydrant" in one.words]


def test_where_few_wrote_before_not_every_word_that_they_did_not_use_is_new() -> None:
    """Three wrote before, fifty write now: so many find a word that none of the three had."""
    few, many = comments({}, {"x": 3}, others=0), comments({"y": 40}, {}, others=0)
    hydrant = comments({"hydrant": 10}, {}, others=0)
    assert find_word_surges({(1, "en"): [*few, *many, *hydrant]}) == []
    [surge] = find_word_surges({(1, "en"): [*comments({}, {"x": 9}, others=0), *many, *hydrant]})
    assert surge.words == ("hydrant",)


def test_a_word_is_new_where_nobody_wrote_before_and_nobody_writes_of_anything_else() -> None:
    [surge] = find_word_surges({(1, "en"): comments({"hydrant": 9}, {}, others=0)})
    assert surge.words == ("hydrant",)


def test_words_of_the_language_are_no_suggestion() -> None:
    """People who write of other things use them as well."""
    mentions = comments({"hydrant has": 9}, {})
    others = comments({}, {"lamp has": 6, "lamp": 30})
    [surge] = find_word_surges({("water", "en"): mentions, ("lights", "en"): others})
    assert surge.words == ("hydrant",)


def test_a_suggestion_is_named_by_the_word_that_others_use_least() -> None:
    mentions = comments({"something hydrant": 9}, {})
    others = comments({}, {"something": 2, "lamp": 120}, others=0)
    [surge] = find_word_surges({("water", "en"): mentions, ("lights", "en"): others})
    assert surge.words == ("hydrant", "something")


def test_what_most_people_write_is_no_suggestion() -> None:
    mentions = [
        Mention(f"p{number}", 0 if number < 20 else 28, frozenset({"street"}))
        for number in range(30)
    ]
    assert find_word_surges({(1, "en"): mentions}) == []


@given(
    counts=st.dictionaries(
        st.sampled_from(["hydrant", "lamp", "bench", "tree", "bin"]),
        st.tuples(st.integers(0, 12), st.integers(0, 12)),
    )
)
def test_every_suggestion_is_of_five_people_and_twice_as_frequent(
    counts: dict[str, tuple[int, int]],
) -> None:
    now = {word: pair[0] for word, pair in counts.items()}
    before = {word: pair[1] for word, pair in counts.items()}
    seen: list[str] = []
    for surge in find_word_surges({(1, "en"): comments(now, before)}):
        assert surge.now >= 5
        assert surge.now / 28 >= 2 * surge.before / 182
        assert (surge.now, surge.before) == counts[surge.words[0]]
        seen += surge.words
    assert len(seen) == len(set(seen))


def test_chance_alone_seldom_suggests_anything() -> None:
    """Words as frequent as ever, as many as a year of a small service has, by a fixed seed."""
    chance, alarms, runs = Random(43), 0, 100
    letters = "abcdefghij"
    vocabulary = [one + other + third for one in letters for other in letters for third in "xyz"]
    for _ in range(runs):
        mentions = [
            Mention(str(person), chance.randrange(210), frozenset(chance.choices(vocabulary, k=8)))
            for person in range(200)
        ]
        alarms += bool(find_word_surges({(1, "en"): mentions}))
    assert alarms <= 15


def test_a_planted_surge_is_found() -> None:
    chance, found, runs = Random(44), 0, 60
    vocabulary = [one + other + "aa" for one in "abcdefghij" for other in "klmnopqrst"]
    for _ in range(runs):
        mentions = []
        for person in range(300):
            age = chance.randrange(210)
            words = {*chance.choices(vocabulary, k=6)}
            if chance.random() < (0.45 if age < 28 else 0.02):
                words.add("hydrant")
            mentions.append(Mention(str(person), age, frozenset(words)))
        found += any("hydrant" in one.words for one in find_word_surges({(1, "en"): mentions}))
    assert found >= 0.9 * runs


def test_pairs_of_characters_that_touch_are_read_as_one_word() -> None:
    assert as_written("圾桶", ("圾桶", "垃圾", "桶满"), "zh-Hans") == "垃圾桶满"
    assert as_written("路灯", ("路灯", "不亮"), "zh-Hans") == "路灯"
    assert as_written("truck", ("truck", "kerb"), "en") == "truck"
