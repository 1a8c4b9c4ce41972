"""Words as they are searched: the same for what was written and for what is looked for.

The databases' own tokenizers know no Chinese or Korean words, keep Arabic letter forms apart and
Vietnamese tone marks on. So texts are cut and folded here, and the databases only look the
results up (store.word_index). Scripts without spaces between words, and Korean, whose particles
stick to the word, are kept as pairs of neighbouring characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from portal.domain.chinese import SIMPLIFIED_OF
from portal.domain.language import fold

MAX_WORD = 40  # longer ones are nobody's word; a database's index has limits of its own
MAX_QUERY = 200
MAX_WANTED = 12
MIN_PREFIX = 3  # shorter words are found whole only: "du" is not meant to find "duong"

# Kana, Han, Hangul; Thai, Lao, Burmese, Khmer.
_PAIRED = re.compile(
    "[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)
# Persian and Urdu keyboards send letters of their own for the same Arabic ones.
_LETTERS = str.maketrans({"ی": "ي", "ک": "ك", "ہ": "ه"}) | SIMPLIFIED_OF
_ARTICLE = re.compile("(?:[وفبك]?ال|لل)(?=...)")
_AND = re.compile("و(?=...)")
_ARABIC = re.compile("[\u0600-\u06ff]")
# A whole number, or one in groups of three as pages and letters write it; marks that turn the
# direction of writing come along when it is copied from an Arabic page.
_CASE_NUMBER = re.compile("#?([0-9]{1,15}|[0-9]{1,3}(?:[,.\u066c'’ \u00a0\u202f][0-9]{3}){1,4})")
_DIRECTION_MARKS = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_QUOTED = re.compile('["“”«»„「」『』]([^"“”«»„「」『』]*)["“”«»„「」『』]')


@dataclass(frozen=True)
class Wanted:
    """A word that must be there, or a word that begins so."""

    word: str
    is_prefix: bool = False


def index_words(text: str) -> list[str]:
    """The words under which a text is found, each once. They hold letters and digits only."""
    found: list[str] = []
    for word in _split(text):
        if _PAIRED.match(word):
            # The last character stands alone too: so each begins a word and can be looked for.
            found += [*_pairs(word), word[-1]]
        else:
            found += _spellings(word)
    return list(dict.fromkeys(found))


def words_column(written: str | None) -> str | None:
    """What a column `words` holds for this text (store.word_index); None without any words."""
    return " ".join(index_words(written or "")) or None


def wanted_words(query: str) -> list[Wanted]:
    """What must be there for a text to be found, all of it; empty where nothing was asked for.

    Words are found from their beginning on, and without the ending of a plural; within quotation
    marks they are found whole only.
    """
    query = query[:MAX_QUERY]
    found = [one for part in _QUOTED.findall(query) for one in _wanted(part, is_exact=True)]
    found += _wanted(_QUOTED.sub(" ", query), is_exact=False)
    return list(dict.fromkeys(found))[:MAX_WANTED]


def case_number(query: str) -> int | None:
    """The number of a case where nothing else is asked for: #18289, 18,289, 18.289, ١٨٬٢٨٩."""
    plain = "".join(
        str(unicodedata.decimal(one)) if one.isdecimal() else one
        for one in query.translate(_DIRECTION_MARKS).strip()
    )
    found = _CASE_NUMBER.fullmatch(plain)
    return int("".join(filter(str.isdecimal, found[1]))) if found else None


def is_found(text: str, query: str) -> bool:
    """Whether the query finds the text: what the databases' indexes must say too."""
    return holds(index_words(text), wanted_words(query))


def holds(words: Collection[str], wanted: Sequence[Wanted]) -> bool:
    """Whether all that is wanted is among the words of a text; not where nothing is wanted."""
    return bool(wanted) and all(
        any(word.startswith(one.word) if one.is_prefix else word == one.word for word in words)
        for one in wanted
    )


def _split(text: str) -> Iterator[str]:
    """Folded words; characters of scripts that are kept as pairs come in runs of their own."""
    folded = fold(text).translate(_LETTERS)
    for word in "".join(_letter(one) for one in folded).split():
        start = 0
        for run in _PAIRED.finditer(word):
            yield from filter(None, (word[start : run.start()][:MAX_WORD], run[0]))
            start = run.end()
        if start < len(word):
            yield word[start:][:MAX_WORD]


def _letter(one: str) -> str:
    """The character as it is kept: digits of every script as 0–9, signs as spaces."""
    if one.isdecimal():
        return str(unicodedata.decimal(one))
    # Vowel signs of Indic scripts are marks, and part of the word.
    return one if one.isalnum() or unicodedata.category(one)[0] == "M" else " "


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def _spellings(word: str) -> list[str]:
    """The word, and in Arabic the word without its article or the "and" before it."""
    if not _ARABIC.match(word):
        return [word]
    return [word, _ARTICLE.sub("", word, count=1), _AND.sub("", word, count=1)]


def _wanted(query: str, *, is_exact: bool) -> Iterator[Wanted]:
    for word in _split(query):
        if _PAIRED.match(word):
            yield from map(Wanted, _pairs(word)) if len(word) > 1 else [Wanted(word, True)]
        elif is_exact or len(word) < MIN_PREFIX or word.isdigit():
            yield Wanted(word)
        else:
            yield Wanted(_stem(word), True)


def _stem(word: str) -> str:
    """Without the ending that comes and goes: farola(s), pothole(s), حفر(ة)."""
    if _ARABIC.match(word):
        word = _ARTICLE.sub("", word, count=1)
        return word[:-1] if len(word) > MIN_PREFIX and word.endswith("ه") else word
    return word[:-1] if len(word) > MIN_PREFIX + 1 and word.endswith("s") else word
