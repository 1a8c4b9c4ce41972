"""The ratings that count in a window: one per person in 90 days, the newer replacing (A.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.evidence import RECENT, GroupTable, Share, rating_share
from portal.domain.raw_records import RawRating, RawRecords, age, arrival

RATING_DAYS = 90
"""A further rating by a person counts beside the kept one only after so many days."""
POSITIVE_FROM = 4


@dataclass(frozen=True)
class CountedRatings:
    """The ratings that count in a window: one per person in 90 days, the newer replacing."""

    as_of: date
    counted: Sequence[RawRating]
    quarantined: Sequence[RawRating]
    population_share: Mapping[str, float]

    @classmethod
    def select(cls, raw: RawRecords, as_of: date, window: int) -> CountedRatings:
        present = [
            rating
            for rating in raw.ratings
            if not rating.excluded and 0 <= age(rating.at, as_of) < window
        ]
        kept: dict[str, list[RawRating]] = defaultdict(list)
        for rating in sorted(present, key=lambda rating: arrival(rating.at, rating.id)):
            if rating.is_quarantined:
                continue
            own = kept[rating.person_key]
            if own and age(own[-1].at, rating.at) < RATING_DAYS:
                own.pop()
            own.append(rating)
        counted = sorted(
            (rating for own in kept.values() for rating in own),
            key=lambda rating: arrival(rating.at, rating.id),
        )
        quarantined = [rating for rating in present if rating.is_quarantined]
        return cls(as_of, counted, quarantined, raw.service.population_share)

    def people(self, days: int | None = None) -> int:
        """Distinct people, all or of the last so many days."""
        return len({rating.person_key for rating in self._recent(days)})

    def share(self, question: str) -> Share:
        x, n = _positive(self.counted, question)
        return rating_share(
            x,
            n,
            dk=sum(rating.answers.get(question) == 0 for rating in self.counted),
            recent=_positive(self._recent(RECENT), question),
            verified=_positive((r for r in self.counted if r.is_verified), question),
            quarantined=len(self.quarantined),
            cells=[
                [*_positive((r for r in self.counted if r.language == language), question), share]
                for language, share in self.population_share.items()
            ],
        )

    def by_language(self, question: str) -> GroupTable:
        languages = {rating.language for rating in self.counted}
        tables = {
            language: _positive((r for r in self.counted if r.language == language), question)
            for language in sorted(languages)
        }
        return {language: [x, n] for language, (x, n) in tables.items() if n}

    def _recent(self, days: int | None) -> list[RawRating]:
        return [r for r in self.counted if days is None or age(r.at, self.as_of) < days]


def _positive(ratings: Iterable[RawRating], question: str) -> tuple[int, int]:
    answers = [answer for rating in ratings if (answer := rating.answers.get(question))]
    return sum(answer >= POSITIVE_FROM for answer in answers), len(answers)
