"""Random but well-formed evidence, results and raw records for property tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from portal.domain.evidence_shape import COUNTS, GROUPS, QUESTIONS, SHARES

AS_OF = date(2026, 9, 30)
LANGUAGES = ("en", "es", "vi", "zh-Hans", "ar", "ko")
POPULATION = {"en": 0.6, "es": 0.25, "vi": 0.1, "ar": 0.05}

languages = st.lists(st.sampled_from(LANGUAGES), unique=True)


@st.composite
def pairs(draw: st.DrawFn, most: int = 300) -> list[int]:
    """[x, n] with x of n."""
    n = draw(st.integers(0, most))
    return [draw(st.integers(0, n)), n]


@st.composite
def shares(draw: st.DrawFn, question: bool = False, asked: bool = False) -> dict[str, Any]:
    """A share with whichever of its further figures; parts are never more than the whole."""
    x, n = draw(pairs())
    share: dict[str, Any] = {"x": x, "n": n}
    if draw(st.booleans()):
        share["recent"] = draw(pairs(n))
    if asked:
        share["asked"] = n + draw(st.integers(0, 1000))
    if question:
        share["dk"] = draw(st.integers(0, 300))
        share["quarantined"] = draw(st.integers(0, 100))
        if draw(st.booleans()):
            share["verified"] = draw(pairs(n))
        if draw(st.booleans()):
            share["cells"] = [[*draw(pairs(n)), part] for part in POPULATION.values()]
    return share


groups = st.dictionaries(st.sampled_from((*LANGUAGES, "(small groups together)")), pairs(120))
reaches = st.fixed_dictionaries(
    {
        "n": st.integers(0, 700),
        "by_language": st.dictionaries(
            st.sampled_from(LANGUAGES),
            st.tuples(st.integers(0, 400), st.floats(0, 1)).map(list),
        ),
    }
)
co_decisions = st.lists(
    st.fixed_dictionaries(
        {
            "partner": st.sampled_from(("Tenants", "Library friends", "Clinic")),
            "partner_external": st.booleans(),
            "partner_signed": st.booleans(),
            "linked_submissions": st.integers(0, 3),
            "invited_all": st.booleans(),
            "decision_record": st.booleans(),
            "attest_fair": st.integers(0, 5),
            "attest_unfair": st.integers(0, 5),
            "decided_at": st.just("2026-06-01"),
        }
    ),
    max_size=4,
)


def _metrics() -> dict[str, st.SearchStrategy[Any]]:
    metrics: dict[str, st.SearchStrategy[Any]] = {
        "required_languages": languages,
        "info_languages": languages,
        "input_languages": languages,
        "reach": reaches,
        "co_decisions": co_decisions,
    }
    metrics |= {name: st.integers(0, 60) for name in COUNTS}
    metrics |= dict.fromkeys(GROUPS, groups)
    metrics |= {
        name: shares(question=name in QUESTIONS, asked=name == "confirmed") for name in SHARES
    }
    return metrics


evidence = st.fixed_dictionaries({}, optional=_metrics())
"""Evidence as a city might publish it, with metrics missing here and there."""

whole_evidence = st.fixed_dictionaries(_metrics())


def good_evidence() -> dict[str, Any]:
    """Evidence of a service that reaches level 4 on every criterion."""
    share = {"x": 380, "n": 400, "recent": [95, 100]}
    question = {**share, "dk": 0, "verified": [95, 100], "quarantined": 0, "cells": []}
    alike = {"en": [190, 200], "es": [190, 200]}
    return {
        "required_languages": ["en", "es"],
        "info_languages": ["en", "es"],
        "input_languages": ["en", "es"],
        **dict.fromkeys(COUNTS, 400),
        **{name: dict(question if name in QUESTIONS else share) for name in SHARES},
        **{name: dict(alike) for name in GROUPS},
        "reach": {"n": 400, "by_language": {"en": [300, 0.7], "es": [100, 0.3]}},
        "co_decisions": [
            {
                "partner": partner,
                "partner_external": True,
                "partner_signed": True,
                "linked_submissions": 4,
                "invited_all": True,
                "decision_record": True,
                "attest_fair": 5,
                "attest_unfair": 0,
                "decided_at": "2026-06-01",
            }
            for partner in ("Tenants", "Clinic")
        ],
    }


def days(earliest: int = 900, latest: int = -5) -> st.SearchStrategy[str]:
    """A day so many days before AS_OF, as a file writes it."""
    return st.integers(latest, earliest).map(lambda age: (AS_OF - timedelta(days=age)).isoformat())


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def submissions(draw: st.DrawFn) -> dict[str, Any]:
    """A case whose steps mostly follow each other, as they do, and sometimes do not."""
    age = draw(st.integers(-5, 900))
    arrived = AS_OF - timedelta(days=age)

    def later(most: int = 130) -> str | None:
        wait = draw(st.none() | st.integers(-3, most))
        return None if wait is None else (arrived + timedelta(days=wait)).isoformat()

    return {
        "person_key": f"p{draw(st.integers(0, 12))}",
        "received_at": arrived.isoformat(),
        "language": draw(st.sampled_from(LANGUAGES)),
        "district": draw(st.sampled_from((None, "N", "S"))),
        "kind": draw(st.sampled_from(("problem", "idea", "question", "praise"))),
        "acknowledged_at": later(15),
        "told_at": later(),
        "told_language": draw(st.sampled_from(LANGUAGES)),
        "confirm": draw(st.sampled_from((None, "yes", "partly", "no"))),
        "disputed_at": later(200),
        "retold_at": later(230),
        "outcome": draw(
            st.sampled_from((None, "answered", "planned", "in_progress", "done", "declined"))
        ),
        "due_at": later(400),
        "done_at": later(400),
        "invited_at": later(),
        "excluded": draw(st.sampled_from((None, None, None, "automatic", "spam"))),
    }


@st.composite
def ratings(draw: st.DrawFn) -> dict[str, Any]:
    answer = st.none() | st.integers(0, 5)
    return {
        "person_key": f"p{draw(st.integers(0, 12))}",
        "at": draw(days()),
        "language": draw(st.sampled_from(LANGUAGES)),
        **{question: draw(answer) for question in QUESTIONS},
        "verified": draw(st.booleans()),
        "quarantined": draw(st.sampled_from((False, False, True))),
        "excluded": draw(st.sampled_from((None, None, "spam"))),
    }


def _numbered(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": place, **record} for place, record in enumerate(records, start=1)]


raw_files = st.fixed_dictionaries(
    {
        "service": st.just(
            {
                "required_languages": ["en", "es"],
                "info_languages": ["en", "es"],
                "input_languages": ["en"],
                "channels": 2,
                "population_share": POPULATION,
            }
        ),
        "submissions": st.lists(submissions(), max_size=25).map(_numbered),
        "ratings": st.lists(ratings(), max_size=25).map(_numbered),
        "responses": st.lists(st.fixed_dictionaries({"published_at": days()}), max_size=5),
        "co_decisions": st.just([]),
    }
)
"""A raw-record file as JSON data."""
