"""What a response must say before anybody is told (METHOD.md section 2): pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.domain.loop import MIN_REASON, PROMISES, Outcome
from portal.domain.wording import Wording
from portal.store.scope import Scope

# A case of another service is not set aside, where nobody would ever answer it, but handed over.
OFFERED_REASONS = ("spam", "abuse", "duplicate", "test", "withdrawn")
# A case goes from hand to hand so often at most; whoever has it then answers it.
MAX_HAND_OVERS = 3
STRIKE_HOURS = 24
MAX_PHRASES = 50  # of a department in a language: a longer list is not read
MAX_VIEWS = 20  # of one person, and of one team: what can be taken in at a glance


class Problem(StrEnum):
    """What is missing or wrong, as words that the desk turns into sentences."""

    YOU_SAID_MISSING = "you_said_missing"
    WE_DID_MISSING = "we_did_missing"
    REASON_SHORT = "reason_short"
    DUE_MISSING = "due_missing"
    DUE_PAST = "due_past"
    DUE_BEFORE = "due_before"
    DONE_MISSING = "done_missing"
    DONE_FUTURE = "done_future"
    UNFINISHED = "unfinished"
    OWN_TEXT = "own_text"
    OWN_REQUEST = "own_request"
    SEEN_RECEIPT = "seen_receipt"
    STALE = "stale"
    NOT_REVIEWED = "not_reviewed"
    NOT_BEGUN = "not_begun"
    NOTHING_TICKED = "nothing_ticked"
    NO_SERVICE = "no_service"
    NOT_WAITING = "not_waiting"
    DECIDED = "decided"
    SERVICE_CLOSED = "service_closed"
    HANDED_ENOUGH = "handed_enough"
    TIME_MISSING = "time_missing"
    TIME_PAST = "time_past"
    NAME_TAKEN = "name_taken"
    TITLE_TAKEN = "title_taken"
    TOO_MANY_PHRASES = "too_many_phrases"
    TOO_MANY_VIEWS = "too_many_views"


@dataclass(frozen=True)
class Promise:
    """What comes of it: the outcome with the day it is due or was done."""

    outcome: Outcome
    due_on: date | None = None
    done_on: date | None = None


class Refusal(Exception):
    """Something that may not be done now; `problems` are (field, problem).

    `about` is the response that it is about, where several were to be published.
    """

    about: int | None = None

    def __init__(self, *problems: tuple[str, Problem]) -> None:
        """One problem at least."""
        super().__init__(", ".join(f"{field}: {problem}" for field, problem in problems))
        self.problems = problems


class Conflict(Exception):
    """Somebody else changed it in the meantime. Nothing was stored."""


class HoldsOthers(Conflict):
    """Cases of other services are in the theme, so it has to take them."""


def may_strike(
    scope: Scope, department_id: int, author_id: int, written_at: datetime, now: datetime
) -> bool:
    """Whether somebody may take the words of a note away.

    Its author for a day, for slips; later only a manager of the department, for what must not be
    kept. Otherwise notes could be tidied up before anybody asks for them.
    """
    if scope.person_id == author_id and now - written_at <= timedelta(hours=STRIKE_HOURS):
        return True
    return department_id in scope.having("manager")


def problems_of(wording: Wording, promise: Promise, today: date) -> list[tuple[str, Problem]]:
    """(field, problem) of a source text with its outcome, in the order of the form."""
    return problems_of_words(wording, promise.outcome) + _problems_of_dates(promise, today)


def problems_of_words(wording: Wording, outcome: Outcome) -> list[tuple[str, Problem]]:
    """(field, problem) of a source text, which holds for a correction of it as well."""
    found: list[tuple[str, Problem]] = []
    if not wording.you_said:
        found.append(("you_said", Problem.YOU_SAID_MISSING))
    if not wording.we_did and outcome is not Outcome.DECLINED:
        found.append(("we_did", Problem.WE_DID_MISSING))
    if outcome is Outcome.DECLINED and len(wording.why_not) < MIN_REASON:
        found.append(("why_not", Problem.REASON_SHORT))
    return found


def _problems_of_dates(promise: Promise, today: date) -> list[tuple[str, Problem]]:
    if promise.outcome in PROMISES:
        if promise.due_on is None:
            return [("due_on", Problem.DUE_MISSING)]
        if promise.due_on < today:
            return [("due_on", Problem.DUE_PAST)]
    if promise.outcome is Outcome.DONE:
        if promise.done_on is None:
            return [("done_on", Problem.DONE_MISSING)]
        if promise.done_on > today:
            return [("done_on", Problem.DONE_FUTURE)]
    return []


def settled(promise: Promise) -> Promise:
    """The promise with only the day that belongs to its outcome."""
    return Promise(
        promise.outcome,
        promise.due_on if promise.outcome in PROMISES else None,
        promise.done_on if promise.outcome is Outcome.DONE else None,
    )


def is_complete(wording: Wording, source: Wording) -> bool:
    """Whether a translation says something wherever its source does, in as many lines of links."""
    ours, theirs = wording.references, source.references
    return all(
        len(mine) >= len(needed)
        for mine, needed in (
            (ours.links, theirs.links),
            (ours.pictures, theirs.pictures),
            (ours.partners, theirs.partners),
        )
    ) and all(
        bool(mine) or not needed
        for mine, needed in (
            (wording.you_said, source.you_said),
            (wording.we_did, source.we_did),
            (wording.why_not, source.why_not),
        )
    )
