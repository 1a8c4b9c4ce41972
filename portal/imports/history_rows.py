"""Earlier records as rows of the portal's tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from portal.data import INSTRUMENT_ID
from portal.domain.raw_records import RawRating, RawSubmission
from portal.imports.history import hide_person, record_hash

NOON = time(12)


@dataclass(frozen=True)
class Source:
    """Where earlier records come from. `key` hides the people in them, `zone` is the city's."""

    service_id: int
    name: str
    key: bytes
    zone: ZoneInfo


@dataclass(frozen=True)
class RowMaker:
    """Makes the rows of one import."""

    source: Source
    import_id: int
    _people: dict[str, str] = field(default_factory=dict)
    _moments: dict[date, datetime] = field(default_factory=dict)

    def identity(self, case: RawSubmission) -> dict[str, Any]:
        return {
            "service_id": self.source.service_id,
            "lang": case.language,
            "kind": case.kind,
            "district": case.district,
            "person_key": self._person(case.person_key),
            "received_on": case.received_at,
        }

    def _person(self, person_key: str) -> str:
        if person_key not in self._people:
            self._people[person_key] = hide_person(
                self.source.key, self.source.service_id, self.source.name, person_key
            )
        return self._people[person_key]

    def moment(self, day: date) -> datetime:
        """Files know days: noon of the city stands for the whole day."""
        if day not in self._moments:
            self._moments[day] = datetime.combine(day, NOON, self.source.zone)
        return self._moments[day]

    def case_values(self, case: RawSubmission) -> dict[str, Any]:
        return {
            **self._submission_values(case, case.received_at),
            "import_ref": f"case:{case.id}",
            "kind": case.kind,
            "district": case.district,
            "is_case": True,
            "is_rating": False,
        }

    def rating_values(self, rating: RawRating) -> dict[str, Any]:
        return {
            **self._submission_values(rating, rating.at),
            "import_ref": f"rating:{rating.id}",
            "q0": rating.overall,
            **rating.answers,
            "is_case": False,
            "is_rating": True,
            "is_verified": rating.is_verified,
            "is_quarantined": rating.is_quarantined,
            "is_rating_excluded": rating.excluded is not None,
        }

    def _submission_values(self, record: RawSubmission | RawRating, day: date) -> dict[str, Any]:
        return {
            "service_id": self.source.service_id,
            "instrument": INSTRUMENT_ID,
            "lang": record.language,
            "channel": "imported",
            "received_at": self.moment(day),
            "received_on": day,
            "person_key": self._person(record.person_key),
            "answers_hash": record_hash(record),
            "import_id": self.import_id,
        }
