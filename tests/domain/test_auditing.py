"""What the audit makes of a city's quarter beside those of its services."""

from __future__ import annotations

from typing import Any

import pytest

from portal.domain.auditing import check_city, is_beside

NOBODY = {"n": 0, "cells": {}}


def quarter(instrument: str, well: int, batch_on: str = "2026-07-01") -> dict[str, Any]:
    table = {"n": well + 20, "cells": {"4": well, "5": 20}}
    return {
        "quarter": "2026-04-01", "batch_on": batch_on, "instrument": instrument,
        "languages": NOBODY, "waits": NOBODY, "verdicts": NOBODY, "questions": {"q0": table},
    }  # fmt: skip


def test_a_service_that_asked_in_other_words_is_not_in_the_citys_answers() -> None:
    city = quarter("engage-survey-1", 30)
    same, other = quarter("engage-survey-1", 30), quarter("engage-pilot-1", 15)
    assert list(check_city(city, [same, other])) == []
    wrong, *_ = check_city(city, [same, quarter("engage-survey-1", 15)])
    assert wrong.startswith("quarter from 2026-04-01, q0, 4: says 30, its services say 45")


@pytest.mark.parametrize(
    ("out", "is_in"),
    [("2026-07-01", True), ("2026-07-02", True), ("2026-07-03", False), ("2026-06-30", False)],
)
def test_the_city_was_summed_from_what_came_out_before_it_in_its_quarter(
    out: str, is_in: bool
) -> None:
    assert is_beside(quarter("one", 12, out), quarter("one", 12, "2026-07-02")) == is_in
    assert not is_beside(quarter("one", 12), quarter("one", 12) | {"quarter": "2026-01-01"})
