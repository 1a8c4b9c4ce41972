"""Claims of change: whether an answer says that something is better, and gives anything to check.

"We have improved the service for all residents" is true of nothing in particular. What a reader
can check is a figure, a day, a place, something referred to, or enough words that say something.

It is the source text that is judged (respond.queries.cautions), in whichever language it is
written: a translator says what the source says, and can give nothing to check that it lacks. Any of
the six languages may be a source, so each has its lists.

The word lists (portal/data/claim_words.json) are small, and the rule knows no grammar. So it takes
"we did not fix it" for a claim, a capitalised name of anybody for a place, and empty sentences with
a figure in them ("we improved 100 %") for something to check. In Vietnamese a syllable counts as a
word, so fewer words are enough. Languages without lists of empty words are judged by figures,
references and the number of words alone. It raises hints, never a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from portal.domain.language import fold

ENOUGH_WORDS = 6  # words that say something: about what, and where or how
_REACH = 3  # words from "near" to the place that it is near to
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[.!?…:;。！？؟\n]\s*")
_UNSPACED = re.compile("[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_DENSE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_PER_WORD = 2  # characters of such scripts that make about one word
# What Arabic writes in one word with the next or the one before: and, so, by, like, to, will, the;
# our, your, their, her, his, my. Folded, as everything here.
_ARABIC = re.compile("[\u0621-\u064a]+")
_BEFORE = ("", "و", "ف", "ب", "ل", "ك", "س", "ال", "وال", "فال", "بال", "كال", "لل", "ولل",
           "وب", "ول", "وس", "فس", "وبال", "وكال")  # fmt: skip
_AFTER = ("", "نا", "كم", "هم", "ها", "ه", "ي", "ا")


@dataclass(frozen=True)
class WordList:
    """Whole words, and beginnings of words, all folded."""

    whole: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> WordList:
        """Words between spaces; a star ends the beginning of a word."""
        words = fold(text).split()
        return cls(
            frozenset(one for one in words if not one.endswith("*")),
            tuple(one[:-1] for one in words if one.endswith("*")),
        )

    def holds(self, token: str) -> bool:
        """Whether the word is in the list, in one of the forms that it takes in a sentence."""
        return token.startswith(self.beginnings) or any(
            form in self.whole for form in _forms(token)
        )


@lru_cache(maxsize=4096)
def _forms(token: str) -> frozenset[str]:
    """The word, and in Arabic what is left of it without what is written together with it."""
    if not _ARABIC.fullmatch(token):
        return frozenset((token,))
    found = set()
    for before in (one for one in _BEFORE if token.startswith(one)):
        rest = token[len(before) :]
        for after in (one for one in _AFTER if rest.endswith(one)):
            bare = rest.removesuffix(after)
            found |= {bare, f"{bare[:-1]}ه"} if after and bare.endswith("ت") else {bare}
    return frozenset(found)


@dataclass(frozen=True)
class ClaimWords:
    """The words of one language, all folded. In scripts without spaces they are pieces of text."""

    change: tuple[str, ...] = ()  # whole words, beginnings that end in *, or several words
    empty: WordList = WordList()
    figures: WordList = WordList()
    units: WordList = WordList()  # what a figure counts, where it is no word of its own
    dates: WordList = WordList()
    near: WordList = WordList()
    places: WordList = WordList()


NO_WORDS = ClaimWords()


def parse_claim_words(raw: Mapping[str, Mapping[str, object]]) -> dict[str, ClaimWords]:
    """By language, as the data file has them."""
    return {lang: _parse(lists) for lang, lists in raw.items()}


def _parse(lists: Mapping[str, object]) -> ClaimWords:
    change = lists.get("change", ())
    assert isinstance(change, list | tuple)  # noqa: S101 - our own file, read once
    rest = {name: WordList.parse(str(text)) for name, text in lists.items() if name != "change"}
    return ClaimWords(change=tuple(fold(str(one)) for one in change), **rest)


def claims_change(text: str, words: ClaimWords) -> bool:
    """Whether the text says that something has changed for the better."""
    plain = fold(text)
    tokens = _WORD.findall(plain)
    return any(_says(one, plain, tokens) for one in words.change)


def _says(wanted: str, plain: str, tokens: list[str]) -> bool:
    if wanted.endswith("*"):
        return any(token.startswith(wanted[:-1]) for token in tokens)
    if " " in wanted or _DENSE.search(wanted) or not wanted.isascii():
        return wanted in plain  # such words carry articles and endings, or no spaces
    return wanted in tokens


def is_checkable(text: str, words: ClaimWords, *, refers: bool) -> bool:
    """Whether a reader could find out if it is so; `refers`: to a link or a picture."""
    plain = fold(text)
    tokens = _WORD.findall(plain)
    return (
        refers
        or any(_is_figure(token, words) or words.dates.holds(token) for token in tokens)
        or _names_place(tokens, words)
        or _names_in_pieces(plain, words)
        or any(True for _ in _names(text, words))
        or count_saying(tokens, words) >= ENOUGH_WORDS
    )


def _is_figure(token: str, words: ClaimWords) -> bool:
    return words.figures.holds(token) or any(letter.isdecimal() for letter in token)


def _names_place(tokens: list[str], words: ClaimWords) -> bool:
    """Whether a place stands close to a word such as "near", before or after it."""
    return any(
        any(words.places.holds(one) for one in tokens[max(place - 1, 0) : place + 1 + _REACH])
        for place, token in enumerate(tokens)
        if words.near.holds(token)
    )


def _names_in_pieces(plain: str, words: ClaimWords) -> bool:
    """The same for a day, a place or a count in a script without spaces."""
    found = _pieces(words)
    return found is not None and found.search(plain) is not None


@lru_cache(maxsize=32)
def _pieces(words: ClaimWords) -> re.Pattern[str] | None:
    if not words.units.whole:
        return None
    near = f"{_any_of(words.places)}.{{0,{_PER_WORD}}}{_any_of(words.near)}"
    return re.compile(
        f"{_any_of(words.dates)}|{_any_of(words.figures)}{_any_of(words.units)}|{near}"
    )


def _any_of(wanted: WordList) -> str:
    """A pattern for any of the pieces, the longest first."""
    return "(?:" + "|".join(sorted(wanted.whole, key=lambda one: (-len(one), one))) + ")"


def _names(text: str, words: ClaimWords) -> Iterator[str]:
    """Capitalised words inside a sentence, in languages whose empty words are known."""
    if words.empty == WordList():
        return
    for sentence in _SENTENCE.split(text):
        for word in _WORD.findall(sentence)[1:]:
            if len(word) > 1 and word[0].isupper() and not _is_empty(fold(word), words):
                yield word


def count_saying(tokens: list[str], words: ClaimWords) -> int:
    """About how many words say something, each once; in scripts without spaces by their length."""
    return sum(
        -(-len(_saying(token, words)) // _PER_WORD) if _DENSE.search(token) else 1
        for token in dict.fromkeys(tokens)
        if not _is_empty(token, words)
    )


def _saying(token: str, words: ClaimWords) -> str:
    """What is left of a stretch of text without spaces when its empty pieces are cut out."""
    if not _UNSPACED.search(token) or words.empty == WordList():
        return token
    return re.sub(_any_of(words.empty), "", token)


def _is_empty(token: str, words: ClaimWords) -> bool:
    if words.empty.holds(token):
        return True
    if _UNSPACED.search(token) and words.units.whole:
        return False  # a whole sentence, of which a part may be empty
    return any(_says(one, token, [token]) for one in words.change)
