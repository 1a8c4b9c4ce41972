"""Evidence from raw records: METHOD.md A.1 written out, the definition that SQL must equal.

Only what was known on `as_of` counts: a later day is as if it had not happened. Replies, outcomes
and exclusions carry no day of their own; a file says what was known when it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from portal.domain.coarsening import coarsen
from portal.domain.counted_cases import ACK_DAYS, CountedCases, Test
from portal.domain.counted_ratings import CountedRatings
from portal.domain.criteria import DEFAULTS, Thresholds
from portal.domain.evidence import (
    RECENT,
    RECENT_RESPONSES,
    TWO_YEARS,
    YEAR,
    GroupTable,
    Reach,
    Share,
    WindowTables,
    assemble,
    confirmed_share,
    loop_share,
    needs_two_years,
)
from portal.domain.loop import AUTOMATIC, Kind, Verdict
from portal.domain.raw_records import RawRecords, RawSubmission, age


def build_evidence(
    raw: RawRecords, as_of: date, thresholds: Thresholds = DEFAULTS
) -> dict[str, Any]:
    """The evidence of a service on a day, with the two-year rule, made coarse: what is judged."""
    year = window_tables(raw, as_of, YEAR)
    two_years = window_tables(raw, as_of, TWO_YEARS)
    needed = two_years if needs_two_years(year, thresholds) else None
    return assemble(year, two_years, needed, thresholds)


def derive(raw: RawRecords, as_of: date, window: int = YEAR) -> dict[str, Any]:
    """The evidence of one window alone, made coarse, before the two-year rule."""
    return coarsen({"window_days": window, **window_tables(raw, as_of, window)})


def window_tables(raw: RawRecords, as_of: date, window: int) -> WindowTables:
    """Everything counted for one window, not made coarse (the contract is in evidence.py)."""
    cases = CountedCases.select(raw.submissions, as_of, window)
    ratings = CountedRatings.select(raw, as_of, window)
    reached_90 = cases.cohort(cases.loop, 90)
    reached_30 = cases.cohort(cases.loop, 30)
    published = [age(response.published_at, as_of) for response in raw.responses]
    return WindowTables(
        required_languages=list(raw.service.required_languages),
        info_languages=list(raw.service.info_languages),
        input_languages=list(raw.service.input_languages),
        channels=raw.service.channels,
        ack=cases.share_with_recent(cases.counted, ACK_DAYS, cases.is_acknowledged),
        told30=cases.share_with_recent(cases.loop, 30, cases.is_told_within(30)),
        told90=cases.share_with_recent(cases.loop, 90, cases.is_told_within(90)),
        same_language=_share(cases.told, lambda case: case.told_language == case.language),
        confirmed=_confirmed(cases.told),
        action=_share(
            [case for case in reached_30 if case.kind in (Kind.PROBLEM, Kind.IDEA)],
            cases.is_acted_on,
        ),
        promises=_share(cases.promised(), cases.is_promise_kept),
        invited=_share(cases.told, cases.is_invited),
        kept=_kept(raw.submissions, as_of, window),
        told30_by_language=_by(reached_30, cases.is_told_within(30), "language"),
        told30_by_district=_by(reached_30, cases.is_told_within(30), "district"),
        told90_by_kind=_by(reached_90, cases.is_told_within(90), "kind"),
        raters=ratings.people(),
        raters_recent=ratings.people(RECENT),
        q1=ratings.share("q1"),
        q2=ratings.share("q2"),
        q3=ratings.share("q3"),
        q4=ratings.share("q4"),
        q5=ratings.share("q5"),
        q3_by_language=ratings.by_language("q3"),
        reach=_reach(ratings, cases),
        public_responses=sum(0 <= days < window for days in published),
        public_responses_recent=sum(0 <= days < RECENT_RESPONSES for days in published),
        co_decisions=[
            {**asdict(record), "decided_at": record.decided_at.isoformat()}
            for record in raw.co_decisions
            if 0 <= age(record.decided_at, as_of) < window
        ],
    )


def _share(cases: Sequence[RawSubmission], holds: Test) -> Share:
    return loop_share(sum(map(holds, cases)), len(cases))


def _confirmed(told: Sequence[RawSubmission]) -> Share:
    replies = [case.confirm for case in told if case.confirm is not None]
    positive = sum(reply in (Verdict.YES, Verdict.PARTLY) for reply in replies)
    return confirmed_share(positive, len(replies), len(told))


def _kept(submissions: Iterable[RawSubmission], as_of: date, window: int) -> Share:
    """All that arrived in the window, whoever sent it, but for the automatic exclusions."""
    received = [
        case
        for case in submissions
        if 0 <= age(case.received_at, as_of) < window and case.excluded != AUTOMATIC
    ]
    return _share(received, lambda case: not case.excluded)


def _by(cases: Sequence[RawSubmission], holds: Test, attribute: str) -> GroupTable:
    groups: dict[str, list[int]] = {}
    for case in cases:
        name = getattr(case, attribute)
        if name is None:
            continue
        pair = groups.setdefault(name, [0, 0])
        pair[0] += holds(case)
        pair[1] += 1
    return {name: groups[name] for name in sorted(groups)}


def _reach(ratings: CountedRatings, cases: CountedCases) -> Reach:
    """People by language: each once, by their first counted rating, else their first case."""
    languages: dict[str, str] = {}
    for rating in ratings.counted:
        languages.setdefault(rating.person_key, rating.language)
    for case in cases.cohort(cases.counted, 0):
        languages.setdefault(case.person_key, case.language)
    spoken = list(languages.values())
    return Reach(
        n=len(spoken),
        by_language={
            language: [spoken.count(language), share]
            for language, share in ratings.population_share.items()
        },
    )
