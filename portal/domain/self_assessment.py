"""What managers say of their own service, METHOD.md section 5: four dimensions, a claim, barriers.

All of it stands beside what is measured and never enters it. Nothing here is added up: there is no
total, no mean and no level of a service over its dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from portal.domain.publication import quarter_after

LEVELS = (1, 2, 3, 4)
REVIEW_GAP = 2
"""So many levels between claim and measurement call for a talk."""


class Dimension(StrEnum):
    """The four dimensions that managers assess themselves, by their letter in the model."""

    LEAD_COLLABORATIVELY = "B"
    WORK_ACROSS_DISCIPLINES = "C"
    TECH_AND_DATA = "D"
    CAPABILITY = "E"


class Block(StrEnum):
    """The six building blocks against which barriers are recorded."""

    FOUNDATION = "foundation"
    POLICY = "policy"
    TEAMS = "teams"
    SERVICES = "services"
    TECHNOLOGY = "technology"
    BUSINESS_AND_FUNDING_MODELS = "business_and_funding_models"


class EvidenceKind(StrEnum):
    """What an item of evidence is: an address on the web, a document, a record of this portal."""

    URL = "url"
    DOCUMENT = "document"
    RECORD = "record"


class ClaimState(StrEnum):
    """How far a self-assessment can be relied on."""

    REVIEWED = "reviewed"
    WAITING = "waiting"
    NO_EVIDENCE = "no_evidence"
    EXPIRED = "expired"


class EvidenceProblem(StrEnum):
    """What is wrong with an item of evidence."""

    NOT_AN_ADDRESS = "not_an_address"
    NOT_A_RECORD = "not_a_record"
    REFERENCE_MISSING = "reference_missing"
    DAY_MISSING = "day_missing"
    DAY_FUTURE = "day_future"
    WARNING_ELSEWHERE = "warning_elsewhere"


@dataclass(frozen=True)
class EvidenceItem:
    """One item: `reference` is an address or a title, `dated_on` the day it is of."""

    kind: EvidenceKind
    reference: str
    dated_on: date | None
    note: str = ""


class HasState(Protocol):
    """A self-assessment as the rules below need it."""

    @property
    def level(self) -> int: ...
    @property
    def valid_until(self) -> date: ...
    @property
    def reviewed_by(self) -> int | None: ...
    @property
    def evidence_count(self) -> int: ...


Assessed = TypeVar("Assessed", bound=HasState)


def a_year_after(day: date) -> date:
    """The last day of twelve months that begin with `day`; 28 February after a leap day."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def state_of(claim: HasState, today: date) -> ClaimState:
    """How far a self-assessment can be relied on today; age outweighs all else."""
    if today > claim.valid_until:
        return ClaimState.EXPIRED
    if not claim.evidence_count:
        return ClaimState.NO_EVIDENCE
    return ClaimState.WAITING if claim.reviewed_by is None else ClaimState.REVIEWED


def standing(claims: Sequence[Assessed], today: date) -> Assessed | None:
    """Which of a dimension's self-assessments stands, newest first; None where there is none.

    A reviewed one stands until a newer one is reviewed: a higher claim has to wait for its second
    person. One that claims less than the reviewed one stands at once, and only one that claims no
    more than that takes its place. Where none is reviewed, the newest stands.
    """
    states = [state_of(one, today) for one in claims]
    if ClaimState.REVIEWED not in states:
        return claims[0] if claims else None
    place = states.index(ClaimState.REVIEWED)
    reviewed = stands = claims[place]
    for later in reversed(claims[:place]):
        if later.level < reviewed.level and later.level <= stands.level:
            stands = later
    return stands


def problem_of(
    item: EvidenceItem, dimension: Dimension, today: date
) -> tuple[str, EvidenceProblem] | None:
    """(field, problem) of an item, None where it may stand.

    Early warnings foresee what will happen: only *capability* may cite them, METHOD.md section 5.
    """
    wrong = _problem_of_reference(item, dimension)
    if wrong is not None:
        return "reference", wrong
    if item.dated_on is None:
        return "dated", EvidenceProblem.DAY_MISSING
    if item.dated_on > today:
        return "dated", EvidenceProblem.DAY_FUTURE
    return None


def _problem_of_reference(item: EvidenceItem, dimension: Dimension) -> EvidenceProblem | None:
    if not item.reference:
        return EvidenceProblem.REFERENCE_MISSING
    if item.kind is EvidenceKind.URL and not is_web_address(item.reference):
        return EvidenceProblem.NOT_AN_ADDRESS
    if item.kind is EvidenceKind.RECORD and not is_record(item.reference):
        return EvidenceProblem.NOT_A_RECORD
    if cites_warning(item.reference) and dimension is not Dimension.CAPABILITY:
        return EvidenceProblem.WARNING_ELSEWHERE
    return None


def is_web_address(reference: str) -> bool:
    """Whether it can be linked to: http or https, with a host and without spaces."""
    scheme, mark, rest = reference.partition("://")
    has_host = bool(rest) and rest[0] not in "/?#"
    return scheme.lower() in {"http", "https"} and bool(mark) and has_host and not _spaced(rest)


def is_record(reference: str) -> bool:
    """Whether it is the path of a page of this portal, such as /en/responses/12/."""
    is_path = reference.startswith("/") and not reference.startswith(("//", "/\\"))
    return is_path and not _spaced(reference)


def cites_warning(reference: str) -> bool:
    """Whether it leads to what the early warning of section 4 put out."""
    path = reference.split("?", 1)[0].split("#", 1)[0].lower()
    return "/manage/" in path and "/warnings" in path


def _spaced(text: str) -> bool:
    return any(character.isspace() for character in text)


def open_quarter(today: date) -> date:
    """The first day of the quarter whose engage level can be claimed today.

    It is the next one: its level is measured and revealed on its first day, and from then on
    nobody can say any more what they would have thought.
    """
    return quarter_after(today)


def perception_gap(claimed: int, published: int) -> int:
    """How many levels the manager's view lies above (+) or below (−) what was measured."""
    return claimed - published


def is_review_suggested(gap: int) -> bool:
    """Whether view and measurement are so far apart that both should be looked into."""
    return abs(gap) >= REVIEW_GAP
