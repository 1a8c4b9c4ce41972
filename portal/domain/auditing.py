"""What does not agree in published open data: levels, appraisals, badges, suppression.

Everything here takes plain JSON data as other programs get it, trusts none of it, and returns what
is wrong as sentences without their subject. What is not shaped as published data must be raises
KeyError, TypeError or ValueError, which is a disagreement too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from portal.domain.coarsening import coarsen
from portal.domain.criteria import Thresholds
from portal.domain.level import evaluate
from portal.domain.publication import (
    K,
    appraise,
    evidence_hash,
    possible_states,
    publish,
    quarter_of,
)
from portal.domain.results import GIVEN, RATED
from portal.domain.suppression import HIDDEN_AT_LEAST

Data = Mapping[str, Any]
POSSIBLE_STATES = possible_states()
_LEVEL = re.compile(r'\bdata-level="([0-4])"')
_SOLID = re.compile(r'<path[^>]* fill="#004f4d"')


def check_level(level: Data) -> Iterator[str]:
    """A level beside its evidence: the result, the hash, and that no group in it is too small."""
    evidence, claimed = level["evidence"], level["result"]
    thresholds = Thresholds(level["thresholds"])
    found = evaluate(evidence, thresholds)
    if found["level"] != claimed["level"]:
        yield f"says level {claimed['level']}, its evidence gives {found['level']}"
    elif found != claimed:
        wrong = [
            one["id"]
            for one, other in zip(found["criteria"], claimed["criteria"], strict=True)
            if one != other
        ]
        yield f"its evidence gives another result ({', '.join(wrong) or 'in short'})"
    state = level["published"]
    if state is not None and state["raw"] != claimed["level"]:
        yield f"says that its evidence gives level {state['raw']}, its result says otherwise"
    if evidence_hash(evidence) != level["evidence_sha256"]:
        yield "the hash is not that of its evidence"
    if coarsen(evidence) != evidence:
        yield "its evidence shows groups that are too small"
    if publish(evidence, thresholds) != evidence:
        yield "its evidence shows figures about fewer than 10 people"


def check_state(level: Data, previous: Data) -> Iterator[str]:
    """An appraisal's published level, from its result and the one before (METHOD.md 3.5)."""
    state = level["published"]
    days = date.fromisoformat(level["as_of"]) - date.fromisoformat(previous["as_of"])
    due = appraise(previous["published"], level["result"], days.days)
    if state != due:
        yield f"publishes level {state['level']}, the appraisals before it lead to {due['level']}"


def check_first_state(level: Data) -> Iterator[str]:
    """The oldest appraisal that is public: those before it may have been made in shadow.

    What they led to is not known, but it was one of a few states, and from some of them must follow
    what was published.
    """
    state, result = level["published"], level["result"]
    if all(state != appraise(previous, result) for previous in POSSIBLE_STATES):
        yield f"publishes level {state['level']}, to which no appraisals before it could lead"


def check_listed(listed: Data, level: Data) -> Iterator[str]:
    """A service in the list of services, against its level."""
    state = level["published"]
    held = level["result"]["level"] if state is None else state["level"]
    if listed["level"] != held:
        yield f"is listed with level {listed['level']}, its level is {held}"
    if listed["as_of"] != level["as_of"]:
        yield f"is listed as of {listed['as_of']}, its level is of {level['as_of']}"
    if listed["flag"] != (state["flag"] if state else None):
        yield "is listed with another flag than its level has"


def check_badge(svg: str, level: int) -> Iterator[str]:
    """The picture for other sites: the level it states, and the arches that it draws."""
    found = _LEVEL.search(svg)
    stated = int(found[1]) if found else None
    drawn = len(_SOLID.findall(svg))
    if stated != level or drawn not in (level, level - 1):  # one in doubt is hatched
        yield f"its badge shows level {stated if stated != level else drawn}, its level is {level}"


def check_results(result: Data) -> Iterator[str]:
    """A quarter: no table shows a small group, nor lets one be worked out from its total."""
    for name, table in _tables(result):
        for wrong in _check_table(table, is_of_people=name != "waits"):
            yield f"quarter from {result['quarter']}, {name}: {wrong}"


def check_replies(response: Data) -> Iterator[str]:
    """What residents replied to a response: no small group, none to be worked out."""
    if response["replies"] is not None:
        yield from _check_table(response["replies"], is_of_people=True)


def check_theme(theme: Data) -> Iterator[str]:
    """A theme of a service: not how many said so where these are few."""
    yield from _check_group("people", theme["people"])


def check_list(entry: Data) -> Iterator[str]:
    """A signed list of ratings: only of so many that it points at nobody."""
    if entry["count"] is None:
        yield "does not say how many ratings it holds"
    yield from _check_group("ratings", entry["count"])


def _check_group(name: str, count: int | None) -> Iterator[str]:
    if count is not None and count < K:
        yield f"shows {count} {name}, fewer than {K}"


def _check_table(table: Data, *, is_of_people: bool) -> Iterator[str]:
    n, cells = table["n"], table["cells"]
    shown = {name: count for name, count in cells.items() if count is not None}
    rest, hidden = n - sum(shown.values()), len(cells) - len(shown)
    if 0 < n < K:
        yield f"{n} people are too few for a table"
    if rest < 0 or (not hidden and rest):
        yield f"the cells hold {sum(shown.values())}, the table says {n}"
    if is_of_people and any(0 < count < K for count in shown.values()):
        yield "shows a group of fewer than 10 people"
    if hidden and (hidden < HIDDEN_AT_LEAST or rest < K):
        yield "what is hidden can be worked out from the total"


def check_city(city: Data, services: Sequence[Data]) -> Iterator[str]:
    """The city's quarter beside the services' of the same batch: no cell follows by subtraction.

    The city's answers are of those who were asked in the same words as most.
    """
    shown = {name: dict(table["cells"]) for name, table in _tables(city)}
    parts: dict[tuple[str, str], list[int | None]] = {}
    for service in services:
        is_alike = service["instrument"] == city["instrument"]
        for name, table in _tables(service):
            if name in RATED and not is_alike:
                continue
            for cell, count in table["cells"].items():
                parts.setdefault((name, cell), []).append(count)
    for (name, cell), counts in parts.items():
        subject = f"quarter from {city['quarter']}, {name}, {cell}"
        total = shown.get(name, {}).get(cell)
        known = sum(count for count in counts if count is not None)
        if total is not None and total < known:
            yield f"{subject}: says {total}, its services say {known} together"
        if (name, cell) in GIVEN or total is None:
            continue
        if counts.count(None) == 1 and 0 < total - known < K:
            yield f"{subject}: gives away what one service hides"


def is_beside(service: Data, city: Data) -> bool:
    """Whether the city's quarter was summed from this one of a service: of the same quarter, and
    put out before it in the same three months."""
    out, summed = (date.fromisoformat(one["batch_on"]) for one in (service, city))
    return service["quarter"] == city["quarter"] and quarter_of(summed) <= out <= summed


def _tables(result: Data) -> Iterator[tuple[str, Data]]:
    yield from ((name, result[name]) for name in ("languages", "waits", "verdicts"))
    yield from result["questions"].items()
