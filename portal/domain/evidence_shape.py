"""The shape of evidence as JSON (METHOD.md A.1, A.4), checked before it is judged.

Every metric may be missing (absent evidence) and unknown keys are ignored, but what is there must
make sense: a published level has to be recomputable by people who type or edit evidence by hand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

LARGEST = 10**9
"""No service has more of anything; a longer number is a slip or an attack."""

LANGUAGE_LISTS = ("required_languages", "info_languages", "input_languages")
COUNTS = (
    "channels",
    "raters",
    "raters_recent",
    "public_responses",
    "public_responses_recent",
)
QUESTIONS = ("q1", "q2", "q3", "q4", "q5")
SHARES = (
    *QUESTIONS,
    "ack",
    "told30",
    "told90",
    "same_language",
    "confirmed",
    "action",
    "promises",
    "kept",
    "invited",
)
GROUPS = ("told90_by_kind", "told30_by_language", "told30_by_district", "q3_by_language")
FOR_INFORMATION = "q3_by_language_for_information"
"""A table that is shown and never judged (`information.py`)."""

CO_DECISION_FLAGS = ("partner_external", "partner_signed", "invited_all", "decision_record")
CO_DECISION_COUNTS = ("linked_submissions", "attest_fair", "attest_unfair")


class EvidenceError(ValueError):
    """Evidence that makes no sense; the message is one line that names the place."""


def validate_evidence(evidence: object) -> None:
    """Raise EvidenceError, with one clear line, unless the evidence can be judged."""
    known = _mapping("the evidence", evidence)
    for names, check in _CHECKS:
        for name in names:
            if name in known:
                check(name, known[name])


def _share(name: str, value: object) -> None:
    share = _mapping(name, value)
    for key in ("x", "n"):
        if key not in share:
            raise EvidenceError(f"{name}: {key} is missing")
    _pair(name, (share["x"], share["n"]))
    for key in ("dk", "quarantined", "asked"):
        if key in share:
            _count(f"{name}.{key}", share[key])
    if share.get("asked", share["n"]) < share["n"]:
        raise EvidenceError(f"{name}: {share['n']} replied but only {share['asked']} were asked")
    for key in ("recent", "verified"):
        if key in share:
            _pair(f"{name}.{key}", share[key])
    for place, cell in enumerate(_list(f"{name}.cells", share.get("cells", []))):
        where = f"{name}.cells[{place}]"
        x, n, weight = _of_length(where, cell, 3)
        _pair(where, (x, n))
        _part(where, weight)


def _groups(name: str, value: object) -> None:
    for group, pair in _mapping(name, value).items():
        _pair(f"{name}.{group}", pair)


def _reach(name: str, value: object) -> None:
    reach = _mapping(name, value)
    for key in ("n", "by_language"):
        if key not in reach:
            raise EvidenceError(f"{name}: {key} is missing")
    _count(f"{name}.n", reach["n"])
    for language, pair in _mapping(f"{name}.by_language", reach["by_language"]).items():
        where = f"{name}.by_language.{language}"
        people, share = _of_length(where, pair, 2)
        _count(where, people)
        _part(where, share)


def _co_decisions(name: str, value: object) -> None:
    for place, item in enumerate(_list(name, value)):
        where = f"{name}[{place}]"
        co_decision = _mapping(where, item)
        if not isinstance(co_decision.get("partner"), str):
            raise EvidenceError(f"{where}.partner must be a name")
        for flag in CO_DECISION_FLAGS:
            if not isinstance(co_decision.get(flag, False), bool):
                raise EvidenceError(f"{where}.{flag} must be true or false")
        for count in CO_DECISION_COUNTS:
            _count(f"{where}.{count}", co_decision.get(count, 0))


def _languages(where: str, value: object) -> None:
    for language in _list(where, value):
        if not isinstance(language, str):
            raise EvidenceError(f"{where} must be a list of languages, not {_shown(value)}")


def _pair(where: str, value: object) -> None:
    x, n = _of_length(where, value, 2)
    _count(where, x)
    _count(where, n)
    if x > n:
        raise EvidenceError(f"{where}: {x} of {n} is more than all")


def _count(where: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise EvidenceError(f"{where} must be a whole number, not {_shown(value)}")
    if value < 0:
        raise EvidenceError(f"{where} must not be negative: {_shown(value)}")
    if value > LARGEST:
        raise EvidenceError(f"{where} is too large")


def _part(where: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EvidenceError(f"{where}: a population share must be a number, not {_shown(value)}")
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise EvidenceError(f"{where}: a population share lies between 0 and 1")


def _mapping(where: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise EvidenceError(f"{where} must be an object, not {_shown(value)}")
    for key in value:
        if not isinstance(key, str):
            raise EvidenceError(f"{where}: every name must be text, not {_shown(key)}")
    return value


def _list(where: str, value: object) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise EvidenceError(f"{where} must be a list, not {_shown(value)}")
    return value


def _of_length(where: str, value: object, length: int) -> list[Any] | tuple[Any, ...]:
    items = _list(where, value)
    if len(items) != length:
        raise EvidenceError(f"{where} must hold {length} numbers, not {len(items)}")
    return items


def _shown(value: object) -> str:
    """The value in one short line."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "null"
    text = " ".join(str(value).split()) if isinstance(value, str | float | bool) else ""
    if isinstance(value, int) and not isinstance(value, bool):
        text = str(value) if abs(value) <= LARGEST else "a very long number"
    return text if len(text) <= 40 else text[:39] + "…"


_CHECKS = (
    (LANGUAGE_LISTS, _languages),
    (COUNTS, _count),
    (SHARES, _share),
    ((*GROUPS, FOR_INFORMATION), _groups),
    (("reach",), _reach),
    (("co_decisions",), _co_decisions),
)
