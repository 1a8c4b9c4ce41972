"""Who writes what, when and how: letters before they are sent, chosen by a fixed chance."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.replay import script
from tests.replay.comments import Comment
from tests.replay.ledger import Ledger, Letter, Person

MOST_IN_AN_HOUR = 8  # for one service: fewer than any burst
# Every so many letters, from which one on, and how it is sent (people.py).
_WAYS = ((30, 3, "twice"), (45, 7, "lost"), (50, 11, "forgetful"), (100, 13, "other"))
_KINDS = ("problem",) * 9 + ("idea",) * 4 + ("question",) * 3 + ("praise",) * 2 + ("",) * 2
_QUESTIONS = ("q1", "q2", "q3", "q4", "q5", "q6")


@dataclass
class Writers:
    """The residents who write. `comments` are those not written yet."""

    ledger: Ledger
    comments: list[Comment]
    people: list[Person] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(2027))

    def __post_init__(self) -> None:
        self.chance.shuffle(self.comments)

    def hour(self, count: int) -> list[Letter]:
        """Letters with the next so many comments, spread over the services, one of each person."""
        busy: set[int] = set()
        services: Counter[str] = Counter()
        return [
            self._letter(self.comments.pop(), busy, services)
            for _ in range(min(count, len(self.comments)))
        ]

    def _letter(self, comment: Comment, busy: set[int], services: Counter[str]) -> Letter:
        person, slug = self._writer(comment.lang, busy)
        busy.add(person.number)
        if not slug or services[slug] >= MOST_IN_AN_HOUR:
            slug = min(script.SERVICES, key=lambda one: (services[one], self.chance.random()))
        services[slug] += 1
        number = len(self.ledger.letters)
        return self.ledger.add(
            person,
            slug,
            self._answers(),
            words=comment.text,
            script=comment.script,
            kind=self.chance.choice(_KINDS),
            wants_answer=self.chance.random() < 0.3,
            email=f"person{person.number}@replay.example" if number % 60 == 17 else "",
            way=next((way for every, at, way in _WAYS if number % every == at), "plain"),
        )

    def _writer(self, lang: str, busy: set[int]) -> tuple[Person, str]:
        """Mostly somebody new; sometimes somebody again, often about the same service."""
        known = [one for one in self.people if one.lang == lang and one.number not in busy]
        if not known or self.chance.random() >= 0.1:
            return self._person(lang), ""
        # The first one never tires.
        again = known[0] if self.chance.random() < 0.3 else self.chance.choice(known)
        before = next((one.slug for one in self.ledger.letters if one.person is again), "")
        return again, before if self.chance.random() < 0.7 else ""

    def _person(self, lang: str, address: str = "") -> Person:
        number = len(self.people) + 1
        if not address and number % 9 == 0:
            address = f"2001:db8:{number:x}::{number % 7 + 1:x}"
        person = Person(number, lang, address or f"100.{number // 250 + 64}.{number % 250}.7")
        self.people.append(person)
        return person

    def _answers(self, likes: float = 0.7) -> dict[str, str]:
        answers = {"q0": self._point(likes)}
        if self.chance.random() < 0.7:
            for question in _QUESTIONS:
                if self.chance.random() < 0.9:
                    is_unknown = self.chance.random() < 0.08
                    answers[question] = "0" if is_unknown else self._point(likes)
        return answers

    def _point(self, likes: float) -> str:
        return str(self.chance.choice((4, 5) if self.chance.random() < likes else (1, 2, 3)))

    def stuffing(self, slug: str, count: int, address: str = "") -> list[Letter]:
        """Many ratings for one hour, from everywhere or one address, some with a few words."""
        return [
            self.ledger.add(
                self._person("en", address),
                slug,
                self._answers(0),
                words=f"Terrible, number {number}." if number % 7 == 0 else "",
                is_quarantined=True,
            )
            for number in range(count)
        ]

    def bots(self, slug: str) -> list[Letter]:
        """Machines: they fill in the trap, or answer faster than anybody can read."""
        return [
            self.ledger.add(self._person("en"), slug, {"q0": "5"}, is_quarantined=True, way=way)
            for way in ("trapped", "hasty") * 4
        ]

    def library(self, slug: str) -> list[Letter]:
        """Forty people who share one address, and four neighbours in the same hour."""
        shared = [one for one in self.comments if one.lang in {"en", "es"}][:40]
        self.comments = [one for one in self.comments if one not in shared]
        letters = [
            self.ledger.add(
                self._person(one.lang, "198.51.100.20"), slug, self._answers(), words=one.text
            )
            for one in shared
        ]
        neighbours = [self._person("vi") for _ in range(4)]
        return letters + [self.ledger.add(one, slug, self._answers()) for one in neighbours]

    def full_forms(self) -> list[Letter]:
        """Some of those who were told rate in full behind their receipt, which works once."""
        used = {id(one.invited_by) for one in self.ledger.letters}
        return [
            self.ledger.add(one.person, one.slug, self._answers(0.8), invited_by=one)
            for one in _once_each(self.ledger.cases())
            if one.told_on and id(one) not in used and self.chance.random() < 0.08
        ]

    def verdicts(self) -> list[tuple[Letter, str]]:
        """Some of those who have an answer, and what they say to it."""
        asked = [
            one
            for one in self.ledger.cases()
            if one.told_on and not one.is_open_again and self.chance.random() < 0.15
        ]
        words = ("yes", "partly", "no", "again")
        return [(one, self.chance.choices(words, (50, 20, 20, 10))[0]) for one in asked]


def _once_each(letters: list[Letter]) -> Iterator[Letter]:
    """At most one letter of each person: nobody does two things at a time."""
    seen: set[int] = set()
    for letter in letters:
        if letter.person.number not in seen:
            seen.add(letter.person.number)
            yield letter
