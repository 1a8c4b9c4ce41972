"""The criteria of method engage-1.0 as data, METHOD.md 3.2, and the thresholds a city may raise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

METHOD = "engage-1.0"

Kind = Literal["coverage", "count", "proportion", "parity", "reach", "partnership"]
Mode = Literal["show", "not_contradicted"]

SHOW: Mode = "show"
NOT_CONTRADICTED: Mode = "not_contradicted"
LEVELS = (1, 2, 3, 4)


@dataclass(frozen=True)
class Criterion:
    """One criterion: which metric of the evidence it judges, and by which numbers.

    `tau` is the share that must surely be reached, `threshold` a count, `delta` the largest gap
    between a group and everyone else, `rho` the smallest tipping ratio (of reach: the part of the
    expected people that is enough). A number that does not apply is None.
    """

    id: str
    level: int
    kind: Kind
    metric: str
    mode: Mode
    text: str
    tau: float | None = None
    n_min: int | None = None
    threshold: int | None = None
    delta: float | None = None
    rho: float | None = None
    is_verified_guarded: bool = False


CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "L1.1", 1, "coverage", "info_languages", SHOW,
        "Service page published and human-checked within 12 months in every required language",
    ),
    Criterion(
        "L1.2", 1, "proportion", "q1", NOT_CONTRADICTED,
        "Residents can find information in a language they understand well (Q1)",
        tau=0.5, n_min=30,
    ),
    Criterion(
        "L2.1", 2, "coverage", "input_languages", SHOW,
        "Feedback can be given in every required language",
    ),
    Criterion(
        "L2.2", 2, "count", "channels", SHOW,
        "Two or more channels, one of them not web",
        threshold=2,
    ),
    Criterion(
        "L2.3", 2, "count", "raters", SHOW,
        "Ratings from at least 30 people in 12 months",
        threshold=30,
    ),
    Criterion(
        "L2.4", 2, "count", "raters_recent", SHOW,
        "Ratings from at least 5 people in the last 90 days",
        threshold=5,
    ),
    Criterion(
        "L2.5", 2, "proportion", "q2", SHOW,
        "It is easy to tell this service what I think (Q2)",
        tau=0.5, n_min=30, rho=1.25,
    ),
    Criterion(
        "L2.6", 2, "proportion", "ack", SHOW,
        "Submissions acknowledged within 7 days",
        tau=0.8, n_min=20,
    ),
    Criterion(
        "L3.1", 3, "proportion", "told30", SHOW,
        "People told what happened within 30 days (unanswered counts as no)",
        tau=0.7, n_min=30,
    ),
    Criterion(
        "L3.2", 3, "proportion", "told90", SHOW,
        "Nobody left behind: told within 90 days",
        tau=0.8, n_min=30,
    ),
    Criterion(
        "L3.3", 3, "proportion", "same_language", SHOW,
        "Told in the language they wrote in",
        tau=0.8, n_min=30,
    ),
    Criterion(
        "L3.4", 3, "proportion", "confirmed", SHOW,
        "Residents say the answer deals with what they said"
        " (yes or partly, of those who replied)",
        tau=0.5, n_min=20, rho=1.5,
    ),
    Criterion(
        "L3.5", 3, "proportion", "action", SHOW,
        "Problems and ideas that led to something done or a live promise",
        tau=0.2, n_min=30,
    ),
    Criterion(
        "L3.6", 3, "proportion", "promises", NOT_CONTRADICTED,
        "Promises kept by their date (14 days' grace)",
        tau=0.6, n_min=10,
    ),
    Criterion(
        "L3.7", 3, "proportion", "q3", SHOW,
        "I can see what this service did with what people said (Q3)",
        tau=0.5, n_min=30, rho=1.25, is_verified_guarded=True,
    ),
    Criterion(
        "L3.8", 3, "count", "public_responses", SHOW,
        "At least 4 public 'you said, we did' in 12 months",
        threshold=4,
    ),
    Criterion(
        "L3.9", 3, "count", "public_responses_recent", SHOW,
        "At least 1 of them in the last 120 days",
        threshold=1,
    ),
    Criterion(
        "L3.10", 3, "proportion", "q4", NOT_CONTRADICTED,
        "This service puts things right when people report a problem (Q4)",
        tau=0.5, n_min=30,
    ),
    Criterion(
        "L3.11", 3, "parity", "told90_by_kind", NOT_CONTRADICTED,
        "Hard cases are not left out: problems, ideas and questions are told alike",
        delta=0.15, n_min=20,
    ),
    Criterion(
        "L3.12", 3, "proportion", "kept", NOT_CONTRADICTED,
        "Staff set aside no more than 1 submission in 5",
        tau=0.8, n_min=30,
    ),
    Criterion(
        "L4.1", 4, "parity", "told30_by_language", SHOW,
        "Every language group is told as often as the others",
        delta=0.15, n_min=20,
    ),
    Criterion(
        "L4.2", 4, "parity", "told30_by_district", NOT_CONTRADICTED,
        "Every district is told as often as the others",
        delta=0.15, n_min=20,
    ),
    Criterion(
        "L4.3", 4, "parity", "q3_by_language", NOT_CONTRADICTED,
        "No language group is shut out of seeing results (Q3)",
        delta=0.2, n_min=20,
    ),
    Criterion(
        "L4.4", 4, "reach", "reach", NOT_CONTRADICTED,
        "Each required language gives at least half the input its population share predicts",
        n_min=30, rho=0.5,
    ),
    Criterion(
        "L4.5", 4, "proportion", "q5", SHOW,
        "People like me have a say in this service (Q5)",
        tau=0.5, n_min=30, rho=1.25, is_verified_guarded=True,
    ),
    Criterion(
        "L4.6", 4, "proportion", "invited", SHOW,
        "People who were told were invited to take part in what comes next",
        tau=0.5, n_min=30,
    ),
    Criterion(
        "L4.7", 4, "partnership", "co_decisions", SHOW,
        "At least 2 co-decided actions, signed by 2 or more partners"
        " and confirmed fair by residents",
        threshold=2,
    ),
)  # fmt: skip

NUMBERS = ("tau", "n_min", "threshold", "delta", "rho")
WHOLE_NUMBERS = ("n_min", "threshold")


@dataclass(frozen=True)
class Thresholds:
    """The numbers in force in a city: the defaults, and per criterion those it made stricter.

    `raised` is {criterion id: {number: value}}, for instance {"L3.1": {"tau": 0.75}}; it is plain
    data, so that it can be stored and published beside a level. A `delta` is stricter when it is
    smaller, every other number when it is larger. Raises ValueError for an unknown criterion or
    number, and for anything below the default: the floors are in the code (METHOD.md 3.6).
    """

    raised: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {criterion.id: criterion for criterion in CRITERIA}
        for criterion_id, numbers in self.raised.items():
            if criterion_id not in known:
                raise ValueError(f"there is no criterion {criterion_id}")
            for name, value in numbers.items():
                _check_raised(known[criterion_id], name, value)

    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria with the numbers in force."""
        if not self.raised:
            return CRITERIA
        return tuple(self._in_force(criterion) for criterion in CRITERIA)

    def _in_force(self, criterion: Criterion) -> Criterion:
        numbers = self.raised.get(criterion.id, {})
        return replace(criterion, **{name: numbers[name] for name in numbers})  # type: ignore[arg-type]

    def of_metric(self, metric: str) -> Criterion:
        """The criterion in force that judges this metric; KeyError where none does."""
        for criterion in self.criteria():
            if criterion.metric == metric:
                return criterion
        raise KeyError(metric)


DEFAULTS = Thresholds()


def _check_raised(criterion: Criterion, name: str, value: float) -> None:
    floor = getattr(criterion, name) if name in NUMBERS else None
    if floor is None:
        raise ValueError(f"{criterion.id} has no number {name}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{criterion.id}: {name} must be a number")
    if name in WHOLE_NUMBERS and not isinstance(value, int):
        raise ValueError(f"{criterion.id}: {name} must be a whole number")
    is_laxer = not value <= floor if name == "delta" else not value >= floor
    if is_laxer:
        raise ValueError(f"{criterion.id}: {name} {value} is laxer than the default {floor}")
    if not _is_possible(criterion, name, value):
        raise ValueError(f"{criterion.id}: {name} {value} is out of range")


def _is_possible(criterion: Criterion, name: str, value: float) -> bool:
    """A share of 1 can never surely be passed, and a gap below 0 is none."""
    if name == "tau":
        return value < 1
    if name == "delta":
        return value > 0
    if name == "rho" and criterion.kind == "reach":
        return value <= 1
    return value < float("inf")
