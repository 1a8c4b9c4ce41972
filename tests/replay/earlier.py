"""Earlier records of one service, invented, as another system would hand them over."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from tests.replay.site import LANGUAGES

SHARES = {"en": 0.6, "es": 0.25, "vi": 0.05, "zh-Hans": 0.04, "ar": 0.03, "ko": 0.03}


def earlier_records(before: date) -> dict[str, Any]:
    """Three hundred days of raw records (METHOD.md A.1) that end the day before."""
    chance = random.Random(11)
    people = [f"earlier-{number}" for number in range(70)]
    return {
        "service": {
            "required_languages": list(LANGUAGES),
            "info_languages": list(LANGUAGES),
            "input_languages": list(LANGUAGES),
            "channels": 2,
            "population_share": SHARES,
        },
        "submissions": [_case(chance, before, number, people) for number in range(1, 91)],
        "ratings": [_rating(chance, before, number, people) for number in range(1, 61)],
        "responses": [
            {"id": number, "published_at": (before - timedelta(days)).isoformat()}
            for number, days in enumerate((200, 120, 60, 1), 1)
        ],
        "co_decisions": [],
    }


def _lang(chance: random.Random) -> str:
    return chance.choices(list(SHARES), weights=list(SHARES.values()))[0]


def _case(chance: random.Random, before: date, number: int, people: list[str]) -> dict[str, Any]:
    lang = _lang(chance)
    received = before - timedelta(chance.randint(60, 300))
    told = received + timedelta(chance.randint(2, 45)) if chance.random() < 0.85 else None
    return {
        "id": number,
        "person_key": chance.choice(people),
        "received_at": received.isoformat(),
        "language": lang,
        "kind": chance.choice(("problem", "idea", "question")),
        "district": None,
        "acknowledged_at": received.isoformat(),
        "told_at": told.isoformat() if told else None,
        "told_language": lang if told else None,
        "confirm": chance.choice(("yes", "yes", "partly", "no", None)) if told else None,
        "disputed_at": None,
        "retold_at": None,
        "outcome": chance.choice(("answered", "done")) if told else None,
        "due_at": None,
        "done_at": None,
        "invited_at": None,
        "excluded": None,
    }


def _rating(chance: random.Random, before: date, number: int, people: list[str]) -> dict[str, Any]:
    return {
        "id": number,
        "person_key": chance.choice(people),
        "at": (before - timedelta(chance.randint(1, 300))).isoformat(),
        "language": _lang(chance),
        "overall": chance.randint(1, 5),
        **{question: chance.randint(0, 5) for question in ("q1", "q2", "q3", "q4", "q5")},
        "verified": chance.random() < 0.2,
        "quarantined": False,
        "excluded": None,
    }
