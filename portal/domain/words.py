"""Words that many more people write than before, in comments that nobody has put in a theme.

METHOD.md section 4.3, second half. They are suggestions for a theme, within one language: what is
the same in two languages only people can tell, by making a theme of it. Nothing here moves a level.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from portal.domain.statistics import at_least
from portal.domain.warning import THEME_DAYS_NOW, THEME_TIMES_MIN, word_surges

LONGEST = 40
"""Longer ones are no words."""
SHORTEST = 3
"""Shorter ones are mostly grammar, in scripts that write sounds."""
COMMON = 1 / 3
"""What more than this share of people write is grammar, or what the service is about…"""
COMMON_MIN = 20
"""… if they are more than so many: where few write in a language, all may write of one matter."""
TOGETHER = 0.5
"""Words of which at least so many people are the same are one suggestion."""
MOST_WORDS = 5
_PERIODS = 7

# Letters and the signs that belong to them; everything else parts words.
_RUN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_ARABIC_SIGNS = re.compile(r"[\u0610-\u061a\u064b-\u065f\u0670\u0640]")
_ARABIC_LETTERS = str.maketrans("أإآٱىة", "اااايه")
_ARABIC_PREFIX = re.compile("^(?:[وف]?[بك]?ال|[وف]?لل)(?=...)")
# Particles that stand at the end of a Korean word, the longer ones first.
_KOREAN_PARTICLES = (
    "에서는", "에서도", "으로는", "이라고", "에서", "에게", "한테", "까지", "부터", "처럼", "보다",
    "으로", "이나", "라고", "은", "는", "이", "가", "을", "를", "에", "의", "도", "로", "와", "과",
    "만",
)  # fmt: skip
_KOREAN_STEM = 2

GRAMMAR = 0.02
"""What more than this share of those who write in the language about other services use…"""
GRAMMAR_MIN = 3
"""… and at least so many of them, belongs to the language and not to a matter."""

Service = TypeVar("Service")


def words_of(text: str, lang: str) -> frozenset[str]:
    """The words of a comment in the form in which they are compared.

    Chinese is written without spaces, so every two characters next to each other stand for a word.
    Arabic loses its vowel signs and the article, Korean the particles at a word's end.
    """
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    base = lang.partition("-")[0]
    if base == "ar":
        plain = _ARABIC_SIGNS.sub("", plain).translate(_ARABIC_LETTERS)
    return frozenset(word for run in _RUN.findall(plain) for word in _split(run, base))


def _split(run: str, base: str) -> Iterator[str]:
    if base == "zh":
        for han in _HAN.findall(run):
            yield from (han[at : at + 2] for at in range(len(han) - 1))
        run = _HAN.sub("", run)
    elif base == "ko" and _HANGUL.fullmatch(run):
        run = _without_particle(run)
        if _KOREAN_STEM <= len(run) <= LONGEST:
            yield run
        return
    elif base == "ar":
        run = _ARABIC_PREFIX.sub("", run)
    if SHORTEST <= len(run) <= LONGEST:
        yield run


def _without_particle(run: str) -> str:
    for particle in _KOREAN_PARTICLES:
        if run.endswith(particle) and len(run) - len(particle) >= _KOREAN_STEM:
            return run.removesuffix(particle)
    return run


class Mention(NamedTuple):
    """The words of one comment, who wrote it, and how many days ago."""

    person: str
    age: int
    words: frozenset[str]

    @property
    def is_now(self) -> bool:
        """Whether it is of the last 28 days."""
        return self.age < THEME_DAYS_NOW


@dataclass(frozen=True)
class WordSurge(Generic[Service]):
    """Words that the same people write, in one group of comments: the one of most people first.

    `now` and `before` are the people who write the first one, `words` are at most five.
    """

    group: tuple[Service, str]
    words: tuple[str, ...]
    now: int
    before: int


@dataclass(frozen=True)
class _Writers:
    """Who writes a word: in the last 28 days, and in the 182 days before."""

    now: set[str]
    before: set[str]

    @property
    def pair(self) -> tuple[int, int]:
        return len(self.now), len(self.before)


def find_word_surges(
    groups: Mapping[tuple[Service, str], Sequence[Mention]],
    days: Mapping[tuple[Service, str], int] = MappingProxyType({}),
) -> list[WordSurge[Service]]:
    """Words that surge as themes do, all groups and words judged together (`word_surges`).

    A group is a service and a language. Safeguards can only make it fewer. Words that more than a
    third of the group's people write, and those of the language, which people use about other
    services too, are left out before anything is tested, by all that was written, so that no false
    alarm is made. And where everybody writes more, a word must have grown twice as much. `days` are
    those of the 182 before since when people write in a group, where it was not all.
    """
    words: dict[str, tuple[tuple[Service, str], str]] = {}
    writers: dict[str, _Writers] = {}
    counted = {key: _writers(mentions) for key, mentions in groups.items()}
    everybody = {key: who for key, (who, _) in counted.items()}
    languages = _languages(counted)
    for number, (key, (people, found)) in enumerate(counted.items()):
        for word, who in found.items():
            if _is_common(who, people) or _is_grammar(languages[key[1]], word, who, people):
                continue
            name = f"{number}:{word}"
            words[name], writers[name] = (key, word), who
    surging: dict[tuple[Service, str], dict[str, _Writers]] = defaultdict(dict)
    usual = {name: days[key] for name, (key, _) in words.items() if key in days}
    for name in word_surges({name: who.pair for name, who in writers.items()}, usual):
        key, word = words[name]
        if _has_grown(writers[name], everybody[key]):
            surging[key][word] = writers[name]
    return [surge for key, found in surging.items() for surge in _gather(key, found, languages)]


def as_written(word: str, words: Iterable[str], lang: str) -> str:
    """The first word of a suggestion as people write it.

    In Chinese it is a pair of characters; the other pairs that touch it are joined to it.
    """
    if lang.partition("-")[0] != "zh" or not _HAN.fullmatch(word):
        return word
    pairs = [one for one in words if one != word and _HAN.fullmatch(one)]
    while pair := next((one for one in pairs if word[-1] == one[0] or one[-1] == word[0]), None):
        word = word + pair[1:] if word[-1] == pair[0] else pair[:-1] + word
        pairs.remove(pair)
    return word


def count_word_periods(mentions: Sequence[Mention], word: str) -> list[int]:
    """People who write a word per 28 days, the oldest of seven periods first."""
    people: list[set[str]] = [set() for _ in range(_PERIODS)]
    for mention in mentions:
        back = mention.age // THEME_DAYS_NOW
        if word in mention.words and back < _PERIODS:
            people[back].add(mention.person)
    return [len(who) for who in reversed(people)]


def _writers(mentions: Sequence[Mention]) -> tuple[_Writers, dict[str, _Writers]]:
    """Everybody of a group, and who writes each word."""
    everybody = _Writers(set(), set())
    found: dict[str, _Writers] = defaultdict(lambda: _Writers(set(), set()))
    for mention in mentions:
        for who in (everybody, *(found[word] for word in mention.words)):
            (who.now if mention.is_now else who.before).add(mention.person)
    return everybody, found


def _languages(
    counted: Mapping[tuple[Any, str], tuple[_Writers, Mapping[str, _Writers]]],
) -> dict[str, Counter[str]]:
    """{language: how many people use each word}, counted in each group; "" stands for everybody."""
    languages: dict[str, Counter[str]] = defaultdict(Counter)
    for (_, lang), (everybody, found) in counted.items():
        languages[lang][""] += sum(everybody.pair)
        for word, who in found.items():
            languages[lang][word] += sum(who.pair)
    return languages


def _is_common(who: _Writers, everybody: _Writers) -> bool:
    return sum(who.pair) > max(COMMON * sum(everybody.pair), COMMON_MIN)


def _is_grammar(language: Counter[str], word: str, who: _Writers, everybody: _Writers) -> bool:
    elsewhere = language[word] - sum(who.pair)
    others = language[""] - sum(everybody.pair)
    return elsewhere >= GRAMMAR_MIN and elsewhere > GRAMMAR * others


def _has_grown(who: _Writers, everybody: _Writers) -> bool:
    """Whether twice as much as everything else that people write.

    A word that nobody wrote before counts as if one had: without that, where few wrote, every word
    that they happened not to use would be new.
    """
    now, before = who.pair
    others_now, others_before = (
        all_of_them - own for all_of_them, own in zip(everybody.pair, who.pair, strict=True)
    )
    return at_least(now * others_before, THEME_TIMES_MIN * max(before, 1) * others_now)


def _gather(
    key: tuple[Service, str], found: Mapping[str, _Writers], languages: Mapping[str, Counter[str]]
) -> Iterator[WordSurge[Service]]:
    """Words of the same people together: each joins the first one that it shares people with.

    Of words of equally many people that one names them which people use least about other services.
    """
    heads: dict[str, list[str]] = {}

    def rank(word: str) -> tuple[int, int, int, str]:
        elsewhere = languages[key[1]][word] - sum(found[word].pair)
        return -len(found[word].now), elsewhere, -len(word), word

    for word in sorted(found, key=rank):
        now = found[word].now
        head = next(
            (one for one in heads if at_least(len(now & found[one].now), TOGETHER * len(now))), None
        )
        heads.setdefault(head or word, []).append(word)
    for head, words in heads.items():
        yield WordSurge(key, tuple(words[:MOST_WORDS]), *found[head].pair)
