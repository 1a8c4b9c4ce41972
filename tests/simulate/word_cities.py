"""Words in the cities of `layer.py`, without a database: many cities for one there.

Six services of 42 have a word of 4 people in 28 days, which is written five times as often from a
day on; people write in three languages, and all words are judged together, once a week.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from random import Random

from portal.domain.words import Mention, WordSurge, find_word_surges
from tests.simulate.planted import GRAMMAR_WORDS, MATTERS, poisson
from tests.simulate.rows import LANGUAGES, SURGE, THEMES

PLANTED, QUIET = 6, 36
BUSY, USUAL = 20, 5  # cases a week, those in themes too
DAYS = range(-210, 140)
WITHIN = 36
Written = list[tuple[int, str, frozenset[str]]]
"""(day, language, words) of every comment about a service."""


def words_found(random: Random) -> tuple[int, int, float, int]:
    """(planted words found in five weeks, all of them, false shares of all looks, looks)."""
    begins = {service: 56 + 7 * random.randrange(7) for service in range(PLANTED)}
    city = [
        _written(random, service, BUSY if service in begins else USUAL, begins.get(service))
        for service in range(PLANTED + QUIET)
    ]
    raised: dict[int, int] = {}
    false, looks = 0.0, range(56, DAYS.stop, 7)
    for day in looks:
        shown = _look(city, day)
        hits = [one.group[0] for one in shown if f"planted{one.group[0]}" in one.words]
        false += (len(shown) - len(hits)) / max(len(shown), 1)
        for service in hits:
            raised.setdefault(service, day)
    late = {service: raised[service] - begins[service] for service in raised}
    fair = [service for service in begins if late.get(service, 0) >= 0]
    return sum(late.get(one, WITHIN + 1) <= WITHIN for one in fair), len(fair), false, len(looks)


def quiet_looks(random: Random, services: int = 20) -> tuple[int, int]:
    """(looks that suggest anything, all of them), every 28 days in a city without any change."""
    city = [_written(random, service, USUAL, None) for service in range(services)]
    looks = [bool(_look(city, day)) for day in range(0, DAYS.stop, 28)]
    return sum(looks), len(looks)


def _look(city: list[Written], today: int) -> list[WordSurge[int]]:
    groups: dict[tuple[int, str], list[Mention]] = defaultdict(list)
    people = count()
    for service, written in enumerate(city):
        for day, lang, words in written:
            if 0 <= today - day < 210:
                groups[service, lang].append(Mention(str(next(people)), today - day, words))
    return find_word_surges(groups)


def _written(random: Random, service: int, cases: int, begins: int | None) -> Written:
    found: Written = []
    for day in DAYS:
        untagged = poisson(random, cases * (1 - sum(THEMES)) / 7)
        often = 0 if begins is None else SURGE if day >= begins else 1
        for word in ["", *[f"planted{service}"] * poisson(random, often * 4 / 28)]:
            for _ in range(1 if word else untagged):
                [lang] = random.choices(list(LANGUAGES), list(LANGUAGES.values()))
                found.append((day, lang, _words(random, service, word)))
    return found


def _words(random: Random, service: int, word: str) -> frozenset[str]:
    matters = [f"matter{service}of{int(MATTERS ** random.random())}" for _ in range(4)]
    return frozenset([*random.choices(GRAMMAR_WORDS, k=4), *matters[bool(word) :], word]) - {""}
