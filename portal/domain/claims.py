"""Claims of change: whether an answer says that something is better, and gives anything to check.

"We have improved the service for all residents" is true of nothing in particular. What a reader
can check is a figure, a day, a place, something referred to, or enough words that say something.

The word lists (portal/data/claim_words.json) are small, and the rule knows no grammar. So it takes
"we did not fix it" for a claim, a capitalised name of anybody for a place, and empty sentences with
a figure in them ("we improved 100 %") for something to check. Languages without lists of empty
words are judged by figures, references and the number of words alone. It raises hints, never a
refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portal.domain.language import fold

ENOUGH_WORDS = 6  # words that say something: about what, and where or how
_REACH = 3  # words from "near" to the place that it is near to
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[.!?…:;。！？؟\n]\s*")
_DENSE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_PER_WORD = 2  # characters of such scripts that make about one word


@dataclass(frozen=True)
class ClaimWords:
    """The words of one language, all folded."""

    change: tuple[str, ...] = ()  # whole words, beginnings that end in *, or several words
    empty: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()


NO_WORDS = ClaimWords()


def parse_claim_words(raw: Mapping[str, Mapping[str, object]]) -> dict[str, ClaimWords]:
    """By language, as the data file has them."""
    return {lang: _parse(lists) for lang, lists in raw.items()}


def _parse(lists: Mapping[str, object]) -> ClaimWords:
    change = lists.get("change", ())
    assert isinstance(change, list | tuple)  # noqa: S101 - our own file, read once
    rest = {name: frozenset(fold(str(text)).split()) for name, text in lists.items()
            if name != "change"}  # fmt: skip
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
    tokens = _WORD.findall(fold(text))
    return (
        refers
        or any(_is_figure(token, words) or token in words.dates for token in tokens)
        or _names_place(tokens, words)
        or any(True for _ in _names(text, words))
        or count_saying(tokens, words) >= ENOUGH_WORDS
    )


def _is_figure(token: str, words: ClaimWords) -> bool:
    return token in words.figures or any(letter.isdecimal() for letter in token)


def _names_place(tokens: list[str], words: ClaimWords) -> bool:
    return any(
        words.places.intersection(tokens[place + 1 : place + 1 + _REACH])
        for place, token in enumerate(tokens)
        if token in words.near
    )


def _names(text: str, words: ClaimWords) -> Iterator[str]:
    """Capitalised words inside a sentence, in languages whose empty words are known."""
    if not words.empty:
        return
    for sentence in _SENTENCE.split(text):
        for word in _WORD.findall(sentence)[1:]:
            if len(word) > 1 and word[0].isupper() and not _is_empty(fold(word), words):
                yield word


def count_saying(tokens: list[str], words: ClaimWords) -> int:
    """About how many words say something, each once; in scripts without spaces by their length."""
    return sum(
        -(-len(token) // _PER_WORD) if _DENSE.search(token) else 1
        for token in dict.fromkeys(tokens)
        if not _is_empty(token, words)
    )


def _is_empty(token: str, words: ClaimWords) -> bool:
    return token in words.empty or any(_says(one, token, [token]) for one in words.change)
