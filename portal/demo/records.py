"""What an invented history consists of, before it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from portal.data import INSTRUMENT_ID
from portal.demo.publishing import ResponseRecord
from portal.domain.loop import Event


@dataclass
class SubmissionRecord:
    """One sent form and, for a case, its events and the responses that they point to."""

    received_on: date
    lang: str
    channel: str
    person_key: str
    answers: dict[str, int | None]
    kind: str | None = None
    comment: str | None = None
    district: str | None = None
    age_band: str | None = None
    theme: int | None = None
    is_case: bool = False
    is_joined: bool = False
    is_verified: bool = False
    is_quarantined: bool = False
    instrument: str = INSTRUMENT_ID
    events: list[tuple[Event, ResponseRecord | None]] = field(default_factory=list)


@dataclass
class History:
    """Everything that happened to one service."""

    responses: list[ResponseRecord]
    submissions: list[SubmissionRecord]
