"""What the people of the replay did, written down by themselves and folded without the portal.

The portal's own records are compared with this at the end. Nothing here reads the database or
uses the portal's fold: the few rules of METHOD.md section 2 that are needed are written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

PROMISES = ("planned", "in_progress")
KIND_WHEN_NONE = "question"  # of a case whose writer chose none
Words = tuple[str, str, str]  # you said, we did, why not


@dataclass
class Person:
    """A resident with a browser of their own. `cookie` is what it keeps, until `cookie_until`."""

    number: int
    lang: str
    address: str
    cookie: str = ""
    cookie_until: float = 0.0
    is_busy: bool = False


@dataclass
class Letter:
    """One sent form, what the portal made of it, and everything that happened to it since.

    `words` are as sent. `script` is the language the words must be marked as, where it is not the
    form's. `key` tells whether two letters are by the same person as far as the portal may know.
    """

    id: int
    person: Person
    slug: str
    lang: str
    answers: Mapping[str, str]
    words: str = ""
    kind: str = ""
    wants_answer: bool = False
    email: str = ""
    script: str = ""
    way: str = "plain"  # how it was sent; see people.py
    is_quarantined: bool = False
    invited_by: Letter | None = None
    # What became of it.
    code: str = ""
    key: str = ""
    on: date = date.min
    was_warned: bool = False
    theme: int | None = None
    excluded: str = ""
    heard: list[Answer] = field(default_factory=list)  # published for it
    told: list[Answer] = field(default_factory=list)  # delivered to it
    told_on: date | None = None
    outcome: str = ""
    due_on: date | None = None
    done_on: date | None = None
    verdict: str = ""
    disputed_on: date | None = None
    retold_on: date | None = None
    missing: list[str] = field(default_factory=list)  # what they said is missing from answers

    @property
    def said(self) -> str:
        """The words as they must be kept: space around them is no word."""
        return self.words.strip()

    @property
    def marked_as(self) -> str:
        """The language that the words must be marked as; none where there are no words."""
        return (self.script or self.lang) if self.said else ""

    @property
    def is_case(self) -> bool:
        """Whether the city owes an answer."""
        return bool(self.said) or self.wants_answer or bool(self.email)

    @property
    def is_verified(self) -> bool:
        """Whether a receipt led to it."""
        return self.invited_by is not None

    @property
    def is_open_again(self) -> bool:
        """Whether an answer was disputed and there was no other since."""
        return self.disputed_on is not None and self.retold_on is None

    @property
    def state(self) -> str:
        """Where the case stands, in the portal's words."""
        if self.excluded:
            return "excluded"
        if self.is_open_again:
            return "reopened"
        if self.told_on:
            return "confirmed" if self.verdict else "told"
        return self.outcome or ("acknowledged" if self.theme is None else "in_theme")

    def hear(self, answer: Answer) -> None:
        """A response was published for it. A promise keeps its first day, unless disputed."""
        self.heard.append(answer)
        is_new_promise = self.due_on is None or self.is_open_again
        self.outcome = answer.outcome
        if is_new_promise:
            self.due_on, self.done_on = answer.due_on or self.due_on, answer.done_on
        else:
            self.done_on = answer.done_on or self.done_on

    def be_told(self, answer: Answer, on: date) -> None:
        """The response reached its writer."""
        self.told.append(answer)
        if self.told_on is None:
            self.told_on = on
        elif self.is_open_again:
            self.retold_on = on

    def judge(self, verdict: str, on: date) -> None:
        """The writer says whether the answer deals with it."""
        if verdict != "again":
            self.verdict = verdict
        if verdict in {"no", "again"} and not self.is_open_again:
            self.disputed_on, self.retold_on = on, None


@dataclass(eq=False)
class Answer:
    """A response: `texts` by language as they stand now, `ready` those that were reviewed."""

    slug: str
    theme: int
    source: str
    texts: dict[str, Words]
    outcome: str
    due_on: date | None = None
    done_on: date | None = None
    follows: Answer | None = None
    id: int = 0
    published_on: date | None = None
    ready: set[str] = field(default_factory=set)
    corrected: dict[str, tuple[Words, str]] = field(default_factory=dict)  # before, reason


@dataclass
class Ledger:
    """All letters and all responses of the replay."""

    letters: list[Letter] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    theme_ids: dict[tuple[str, int], int] = field(default_factory=dict)

    def add(self, person: Person, slug: str, answers: Mapping[str, str], **more: Any) -> Letter:
        """Write down a letter before it is sent."""
        letter = Letter(
            id=len(self.letters) + 1, person=person, slug=slug, lang=person.lang,
            answers=answers, **more,
        )  # fmt: skip
        self.letters.append(letter)
        return letter

    def sent(self, slug: str | None = None) -> list[Letter]:
        """Letters that have arrived, of one service or of all."""
        return [one for one in self.letters if one.code and slug in {None, one.slug}]

    def cases(self, slug: str | None = None) -> list[Letter]:
        """Those that are owed an answer."""
        return [one for one in self.sent(slug) if one.is_case]

    def new_cases(self, slug: str) -> list[Letter]:
        """Cases that nobody has put into a theme or set aside yet."""
        return [one for one in self.cases(slug) if one.theme is None and not one.excluded]

    def covered(self, answer: Answer) -> Iterator[Letter]:
        """The cases that a response is for."""
        for one in self.cases(answer.slug):
            if one.theme == answer.theme and not one.excluded:
                yield one

    def tell_all(self, today: date) -> None:
        """What a round of the worker does: whoever may be told is told."""
        followed = {id(one.follows) for one in self.answers if one.published_on}
        for answer in self.answers:
            if not answer.published_on or id(answer) in followed:
                continue
            for letter in self.covered(answer):
                if answer not in letter.heard:
                    letter.hear(answer)
                if letter.lang in answer.ready and answer not in letter.told:
                    letter.be_told(answer, today)

    def waiting(self, answer: Answer) -> dict[str, int]:
        """How many people wait for a response, by language."""
        found: dict[str, set[str]] = {}
        for letter in self.covered(answer):
            if answer not in letter.told:
                found.setdefault(letter.lang, set()).add(letter.key)
        return {lang: len(keys) for lang, keys in found.items()}

    def raw_records(self, slug: str, service: Mapping[str, Any]) -> dict[str, Any]:
        """The service's records in METHOD.md's raw-record format, as known now."""
        return {
            "service": dict(service),
            "submissions": [_raw_case(one) for one in self.cases(slug)],
            "ratings": [_raw_rating(one) for one in self.sent(slug)],
            "responses": [
                {"id": one.id, "published_at": one.published_on.isoformat()}
                for one in self.answers
                if one.slug == slug and one.published_on
            ],
            "co_decisions": [],
        }


def merge(first: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, Any]:
    """Two files of raw records as one; the first one says what the service is like.

    Ids of the first come first: its records were there before.
    """
    records: Sequence[str] = ("submissions", "ratings", "responses", "co_decisions")
    merged: dict[str, Any] = {"service": first["service"]}
    for name in records:
        merged[name] = [*_named(first[name], "a"), *_named(then[name], "b")]
    return merged


def _named(records: Iterable[Mapping[str, Any]], prefix: str) -> Iterator[dict[str, Any]]:
    for record in records:
        yield {**record, "id": f"{prefix}{int(record['id']):09}"} if "id" in record else {**record}


def _raw_case(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "person_key": letter.key,
        "received_at": letter.on.isoformat(),
        "language": letter.lang,
        "kind": letter.kind or KIND_WHEN_NONE,
        "district": None,
        "acknowledged_at": letter.on.isoformat(),  # the receipt's page, in the same moment
        "told_at": _day(letter.told_on),
        "told_language": letter.lang if letter.told_on else None,
        "confirm": letter.verdict or None,
        "disputed_at": _day(letter.disputed_on),
        "retold_at": _day(letter.retold_on),
        "outcome": letter.outcome or None,
        "due_at": _day(letter.due_on),
        "done_at": _day(letter.done_on),
        "invited_at": None,
        "excluded": letter.excluded or None,
    }


def _raw_rating(letter: Letter) -> dict[str, Any]:
    questions = ("q1", "q2", "q3", "q4", "q5")
    return {
        "id": letter.id,
        "person_key": letter.key,
        "at": letter.on.isoformat(),
        "language": letter.lang,
        "overall": int(letter.answers["q0"]),
        **{q: int(letter.answers[q]) if q in letter.answers else None for q in questions},
        "verified": letter.is_verified,
        "quarantined": letter.is_quarantined,
        "excluded": None,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
