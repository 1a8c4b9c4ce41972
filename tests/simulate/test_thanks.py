"""A department that answers "thanks" to everyone, quickly and in every language, does not answer.

From raw records through evidence to a level, on several seeds: its loop looks perfect except to the
residents, who are asked.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from portal.domain.derive import build_evidence
from portal.domain.level import evaluate
from portal.domain.raw_records import parse_raw_records

TODAY = date(2026, 9, 30)
LANGUAGES = ["en", "es"]


def records(random: Random, helped: float, acts: bool) -> dict[str, Any]:
    """Two years of a service that tells everybody within ten days."""
    submissions, ratings = [], []
    for number in range(800):
        received = TODAY - timedelta(days=random.randint(0, 700))
        told = received + timedelta(days=random.randint(1, 10))
        lang = random.choice(LANGUAGES)
        case: dict[str, Any] = {
            "id": number,
            "person_key": f"p{number}",
            "received_at": received.isoformat(),
            "language": lang,
            "district": None,
            "kind": random.choice(["problem", "idea", "question"]),
            "acknowledged_at": received.isoformat(),
        }
        if told <= TODAY:
            case |= {"told_at": told.isoformat(), "told_language": lang, "outcome": "answered"}
            if acts:
                case |= {"outcome": "done", "done_at": told.isoformat()}
            if random.random() < 0.5:
                case["confirm"] = "yes" if random.random() < helped else "no"
        submissions.append(case)
        agrees = {"q1": 0.9, "q2": 0.85, "q3": helped, "q4": helped, "q5": 0.3}
        ratings.append(
            {
                "id": number,
                "person_key": f"p{number}",
                "at": received.isoformat(),
                "language": lang,
                "verified": number % 2 == 0,
                **{q: 5 if random.random() < share else 2 for q, share in agrees.items()},
            }
        )
    return {
        "service": {
            "required_languages": LANGUAGES,
            "info_languages": LANGUAGES,
            "input_languages": LANGUAGES,
            "channels": 2,
            "population_share": {"en": 0.5, "es": 0.5},
        },
        "submissions": submissions,
        "ratings": ratings,
        "responses": [
            {"id": number, "published_at": (TODAY - timedelta(days=40 * number)).isoformat()}
            for number in range(6)
        ],
        "co_decisions": [],
    }


def level(seed: int, helped: float, acts: bool) -> dict[str, Any]:
    raw = parse_raw_records(records(Random(seed), helped, acts))
    return evaluate(build_evidence(raw, TODAY))


@pytest.mark.parametrize("seed", range(3))
def test_thanks_for_everyone_stays_at_level_2(seed: int) -> None:
    thanks = level(seed, helped=0.25, acts=False)
    assert thanks["level"] == 2
    assert {"L3.4", "L3.5"} <= set(thanks["blocking"])


def test_the_same_pace_with_answers_that_help_is_level_3() -> None:
    assert level(0, helped=0.8, acts=True)["level"] == 3
