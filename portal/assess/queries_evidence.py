"""The evidence of one service on a day, gathered by SQL (METHOD.md A.1).

The rows stay in the database: only counts come out, as many as there are groups of language,
district and kind. The contract with the domain is in `portal/domain/evidence.py`; the definition
that these counts must equal is `portal/domain/derive.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy.orm import Session

from portal.domain.criteria import DEFAULTS, Thresholds
from portal.domain.evidence import (
    RECENT_RESPONSES,
    TWO_YEARS,
    YEAR,
    ParityTables,
    Reach,
    WindowTables,
    assemble,
    loop_share,
    needs_two_years,
)
from portal.domain.evidence_shape import QUESTIONS
from portal.domain.information import take_out
from portal.store.evidence import cases as evidence_cases
from portal.store.evidence import offers as evidence_offers
from portal.store.evidence import ratings as evidence_ratings
from portal.store.evidence.cases import CaseCounts
from portal.store.evidence.known_cases import has_later_events
from portal.store.evidence.ratings import RatingCounts
from portal.store.monitors import do_languages_differ


def gather_evidence(
    session: Session, service_id: int, as_of: date, thresholds: Thresholds = DEFAULTS
) -> dict[str, Any]:
    """The evidence that is judged, coarse and with the two-year rule, in METHOD.md A.4's shape.

    Only what was known on `as_of` counts; answers by language are information only while they
    cannot be compared. Use one snapshot: a transaction that repeats its reads.
    """
    is_past = has_later_events(session, service_id, as_of)
    ratings = evidence_ratings.count_ratings(session, service_id, as_of)
    year = _Gatherer(session, service_id, as_of, YEAR, is_past, ratings).tables()
    two_years = None
    if needs_two_years(year, thresholds):
        two_years = _Gatherer(session, service_id, as_of, TWO_YEARS, is_past, ratings).tables()
    evidence = assemble(year, year, two_years, thresholds)
    return take_out(evidence) if do_languages_differ(session, as_of) else evidence


@dataclass(frozen=True)
class _Gatherer:
    session: Session
    service_id: int
    as_of: date
    days: int
    is_past: bool  # something has happened since
    all_ratings: RatingCounts

    def tables(self) -> WindowTables:
        """Everything that is counted for the window, but breakdowns by group for two years."""
        cases, ratings = self._case_counts(), self._ratings()
        shares = evidence_offers.get_population_share(self.session, self.service_id)
        quarantined = evidence_ratings.count_quarantined(*self._asked())
        questions = {
            question: ratings.share(question, quarantined, shares) for question in QUESTIONS
        }
        tables: dict[str, Any] = {
            **self._offers(),
            **cases.shares(),
            **_parity_tables(cases, self.all_ratings),
            **questions,
            "kept": loop_share(*self._kept()),
            "raters": ratings.people(),
            "raters_recent": ratings.recent_people(),
            "reach": self._reach(shares),
        }
        return cast(WindowTables, tables)

    def _asked(self) -> tuple[Session, int, date, int]:
        return self.session, self.service_id, self.as_of, self.days

    def _case_counts(self) -> CaseCounts:
        return evidence_cases.count_cases(*self._asked(), is_past=self.is_past)

    def _ratings(self) -> RatingCounts:
        return self.all_ratings.within(self.days)

    def _kept(self) -> tuple[int, int]:
        return evidence_cases.count_kept(*self._asked(), is_past=self.is_past)

    def _reach(self, population_share: Mapping[str, float]) -> Reach:
        """People, each by one language: of their first counted rating, else of their first case."""
        people = self._ratings().people_by_language()
        people.update(evidence_cases.count_other_people(*self._asked(), is_past=self.is_past))
        return Reach(
            n=people.total(),
            by_language={lang: [people[lang], share] for lang, share in population_share.items()},
        )

    def _offers(self) -> dict[str, Any]:
        session, service_id, as_of, _days = self._asked()
        offers = evidence_offers
        return {
            "required_languages": offers.list_languages(session, service_id, "required", as_of),
            "info_languages": offers.list_checked_languages(session, service_id, as_of),
            "input_languages": offers.list_languages(session, service_id, "input", as_of),
            "channels": offers.count_channels(*self._asked(), is_past=self.is_past),
            "public_responses": offers.count_public_responses(*self._asked()),
            "public_responses_recent": offers.count_public_responses(
                session, service_id, as_of, RECENT_RESPONSES
            ),
            "co_decisions": offers.list_co_decisions(*self._asked(), is_past=self.is_past),
        }


def _parity_tables(cases: CaseCounts, ratings: RatingCounts) -> ParityTables:
    return ParityTables(
        told30_by_language=cases.parity("told30", "lang"),
        told30_by_district=cases.parity("told30", "district"),
        told90_by_kind=cases.parity("told90", "kind"),
        q3_by_language=ratings.by_language("q3"),
    )
