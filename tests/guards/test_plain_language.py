"""Every English text that residents read is plain: short sentences, few long words.

The measure is our own and small, so that whoever writes a text can count along:

- a sentence ends at . ! ? : or ; and has at most 25 words (a value put in counts as one word);
- a text of 20 words and more stands at most at grade 10 of Flesch and Kincaid's formula, as it
  counts for sentences that end as above: 0.39 words per sentence + 11.8 syllables per word - 15.59;
- a word of four syllables and more needs a line in plain_words.txt, with the reason for it.

Syllables are groups of vowels, less a silent e at the end: right for nine words in ten. Translators
work from the English text, so what is plain there has a chance to be plain in every language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.data import load_instrument, load_model_texts
from portal.web.catalogues import is_for_staff_only, list_messages, read_catalogue, sources
from portal.web.i18n import TRANSLATIONS

LONGEST_SENTENCE = 25  # words
HIGHEST_GRADE = 10
SHORTEST_GRADED = 20  # words: the formula says nothing about a heading
LONG_WORD = 4  # syllables
WORDS = Path(__file__).with_name("plain_words.txt")

_VALUE = re.compile(r"%\(\w+\)[sd]")
_END = re.compile(r"[.!?:;]+(?=\s|$|[”)])")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"([^aeiouyl]e|[aeiouy]le|[^tdaeiouy]ed|[^sxzcghaeiouy]es)$")


def texts() -> Iterator[str]:
    """Every English text that residents read, values put in as "it"."""
    catalogue = read_catalogue(min(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po")))
    for message in list_messages(catalogue):
        if not is_for_staff_only(message):
            yield from (_VALUE.sub("it", text) for text in sources(message))
    for versioned in (load_instrument().wordings, load_model_texts()):
        yield from (by_language["en"] for by_language in versioned.texts.values())


def sentences(text: str) -> list[list[str]]:
    """The words of every sentence."""
    return [words for part in _END.split(text) if (words := _WORD.findall(part))]


def syllables(word: str) -> int:
    """About how many syllables a word has."""
    return max(1, len(_VOWELS.findall(_SILENT.sub(lambda end: end[0][0], word.lower()))))


def grade(text: str) -> float:
    """The grade of a text; 0 for one that is too short to have any."""
    parts = sentences(text)
    words = [word for part in parts for word in part]
    if len(words) < SHORTEST_GRADED:
        return 0.0
    of_sentences, of_words = len(words) / len(parts), sum(map(syllables, words)) / len(words)
    return 0.39 * of_sentences + 11.8 * of_words - 15.59


def allowed() -> dict[str, str]:
    """The long words that are allowed, each with its reason."""
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    return {pair[0]: pair[1] for pair in pairs}


def long_words() -> Counter[str]:
    """Every long word with how often it stands somewhere."""
    return Counter(
        word.lower()
        for text in texts()
        for sentence in sentences(text)
        for word in sentence
        if syllables(word) >= LONG_WORD
    )


def test_no_sentence_is_long() -> None:
    found = {
        " ".join(sentence): len(sentence)
        for text in texts()
        for sentence in sentences(text)
        if len(sentence) > LONGEST_SENTENCE
    }
    assert found == {}


def test_no_text_is_hard_to_read() -> None:
    found = {text: round(grade(text), 1) for text in texts() if grade(text) > HIGHEST_GRADE}
    assert found == {}


def test_long_words_are_few_and_each_has_its_reason() -> None:
    found, listed = set(long_words()), allowed()
    assert sorted(found - set(listed)) == [], f"say it shorter, or give the reason in {WORDS.name}"
    assert sorted(set(listed) - found) == [], f"no text uses these any more: out of {WORDS.name}"
    assert all(reason.strip() for reason in listed.values())


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("make", 1), ("asked", 1), ("wanted", 2), ("services", 3), ("table", 2),
     ("level", 2), ("rule", 1), ("receipt", 2), ("accessibility", 6), ("people", 2)],
)  # fmt: skip
def test_syllables_are_counted_about_right(word: str, count: int) -> None:
    assert syllables(word) == count


def test_what_is_hard_would_be_found() -> None:
    hard = (
        "Notwithstanding the aforementioned provisions, the municipality reserves the right to"
        " discontinue participatory instruments, whose utilisation necessitates an authorisation"
        " of the competent administrative authorities."
    )
    assert grade(hard) > HIGHEST_GRADE
    assert grade("We read it. We answer you. " * 5) < 3
    assert len(sentences("One: two; three. Four (five.) “Six!” Seven")) == 6
