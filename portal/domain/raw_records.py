"""The raw-record format, in which earlier feedback is imported (METHOD.md A.1, A.4).

A file is an object {service, submissions, ratings, responses, co_decisions}. Dates are whole days
in the city's time zone (YYYY-MM-DD). Keys that are not known are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from portal.domain.loop import EXCLUSION_REASONS, Kind, Outcome, Verdict
from portal.domain.record_fields import Fields, Problems

REPLIES = (Verdict.YES, Verdict.PARTLY, Verdict.NO)
RecordId = int | str
_NUMBER = re.compile(r"-?[0-9]{1,18}")

T = TypeVar("T")


@dataclass(frozen=True)
class RawService:
    """What the city says about the service itself."""

    required_languages: tuple[str, ...] = ()
    info_languages: tuple[str, ...] = ()
    input_languages: tuple[str, ...] = ()
    channels: int = 0
    population_share: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RawSubmission:
    """A case (METHOD.md calls it a submission) with what became of it; days, None for never."""

    id: RecordId
    person_key: str
    received_at: date
    language: str
    kind: str
    district: str | None = None
    acknowledged_at: date | None = None
    told_at: date | None = None
    told_language: str | None = None
    confirm: str | None = None
    disputed_at: date | None = None
    retold_at: date | None = None
    outcome: str | None = None
    due_at: date | None = None
    done_at: date | None = None
    invited_at: date | None = None
    excluded: str | None = None


@dataclass(frozen=True, kw_only=True)
class RawRating:
    """The answers of one form: q1…q5 are 1–5, 0 for don't know, None for skipped."""

    id: RecordId
    person_key: str
    at: date
    language: str
    answers: Mapping[str, int | None]
    overall: int | None = None
    is_verified: bool = False
    is_quarantined: bool = False
    excluded: str | None = None


@dataclass(frozen=True, kw_only=True)
class RawResponse:
    id: RecordId | None
    published_at: date


@dataclass(frozen=True, kw_only=True)
class RawCoDecision:
    partner: str
    partner_external: bool
    partner_signed: bool
    linked_submissions: int
    invited_all: bool
    decision_record: bool
    attest_fair: int
    attest_unfair: int
    decided_at: date


@dataclass(frozen=True)
class RawRecords:
    """A whole file, checked."""

    service: RawService
    submissions: tuple[RawSubmission, ...] = ()
    ratings: tuple[RawRating, ...] = ()
    responses: tuple[RawResponse, ...] = ()
    co_decisions: tuple[RawCoDecision, ...] = ()


def age(day: date, on: date) -> int:
    """Whole days from `day` to `on`; negative while it lies ahead."""
    return (on - day).days


def arrival(day: date, record_id: RecordId) -> tuple[date, bool, int, str]:
    """The order in which records count: by day, then id, where numbers sort as numbers."""
    text = str(record_id)
    if _NUMBER.fullmatch(text):
        return day, False, int(text), ""
    return day, True, 0, text


class RawRecordError(ValueError):
    """A file that cannot be taken; `problems` lists every one, the message is one line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(self.problems[0] + more)


def parse_raw_records(data: object) -> RawRecords:
    """Typed records from a file's JSON. Raises RawRecordError naming every record and field."""
    problems = Problems()
    if not isinstance(data, Mapping):
        raise RawRecordError(["the file must hold an object with service, submissions, ratings …"])
    records = RawRecords(
        service=_service(Fields("service", data.get("service", {}), problems)),
        submissions=_each("submissions", data, problems, _submission),
        ratings=_each("ratings", data, problems, _rating),
        responses=_each("responses", data, problems, _response),
        co_decisions=_each("co_decisions", data, problems, _co_decision),
    )
    if problems.found:
        raise RawRecordError(problems.found)
    return records


def _each(
    name: str, data: Mapping[str, object], problems: Problems, parse: Callable[[Fields], T]
) -> tuple[T, ...]:
    items = data.get(name, [])
    if not isinstance(items, list):
        problems.add(name, "must be a list")
        return ()
    seen: set[str] = set()
    parsed = []
    for place, item in enumerate(items):
        fields = Fields(f"{name}[{place}]", item, problems)
        fields.claim_id(seen)
        parsed.append(parse(fields))
    return tuple(parsed)


def _service(fields: Fields) -> RawService:
    return RawService(
        required_languages=fields.names("required_languages"),
        info_languages=fields.names("info_languages"),
        input_languages=fields.names("input_languages"),
        channels=fields.count("channels"),
        population_share=fields.parts("population_share"),
    )


def _submission(fields: Fields) -> RawSubmission:
    return RawSubmission(
        id=fields.record_id(),
        person_key=fields.text("person_key"),
        received_at=fields.day("received_at"),
        language=fields.text("language"),
        kind=fields.choice("kind", tuple(Kind)),
        district=fields.optional_text("district"),
        acknowledged_at=fields.optional_day("acknowledged_at"),
        told_at=fields.optional_day("told_at"),
        told_language=fields.optional_text("told_language"),
        confirm=fields.optional_choice("confirm", REPLIES),
        disputed_at=fields.optional_day("disputed_at"),
        retold_at=fields.optional_day("retold_at"),
        outcome=fields.optional_choice("outcome", tuple(Outcome)),
        due_at=fields.optional_day("due_at"),
        done_at=fields.optional_day("done_at"),
        invited_at=fields.optional_day("invited_at"),
        excluded=fields.optional_choice("excluded", EXCLUSION_REASONS),
    )


def _rating(fields: Fields) -> RawRating:
    return RawRating(
        id=fields.record_id(),
        person_key=fields.text("person_key"),
        at=fields.day("at"),
        language=fields.text("language"),
        answers={q: fields.answer(q, lowest=0) for q in ("q1", "q2", "q3", "q4", "q5")},
        overall=fields.answer("overall", lowest=1),
        is_verified=fields.flag("verified"),
        is_quarantined=fields.flag("quarantined"),
        excluded=fields.optional_choice("excluded", EXCLUSION_REASONS),
    )


def _response(fields: Fields) -> RawResponse:
    return RawResponse(id=fields.optional_id(), published_at=fields.day("published_at"))


def _co_decision(fields: Fields) -> RawCoDecision:
    return RawCoDecision(
        partner=fields.text("partner"),
        partner_external=fields.flag("partner_external"),
        partner_signed=fields.flag("partner_signed"),
        linked_submissions=fields.count("linked_submissions"),
        invited_all=fields.flag("invited_all"),
        decision_record=fields.flag("decision_record"),
        attest_fair=fields.count("attest_fair"),
        attest_unfair=fields.count("attest_unfair"),
        decided_at=fields.day("decided_at"),
    )
