"""Evidence that makes no sense is refused with one line; unknown keys are welcome."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.evidence_shape import EvidenceError, validate_evidence
from portal.domain.level import evaluate
from tests.domain.strategies import evidence, good_evidence

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("found", "place"),
    [
        ([], "the evidence must be an object"),
        (None, "the evidence must be an object, not null"),
        ({1: 2}, "every name must be text"),
        ({"told30": {"x": 5, "n": 3}}, "told30: 5 of 3"),
        ({"told30": {"x": -1, "n": 3}}, "told30 must not be negative"),
        ({"told30": {"x": 1.5, "n": 3}}, "told30 must be a whole number, not 1.5"),
        ({"told30": {"x": True, "n": 3}}, "told30 must be a whole number, not True"),
        ({"told30": {"x": 1}}, "told30: n is missing"),
        ({"told30": {"n": 1}}, "told30: x is missing"),
        ({"told30": [1, 2]}, "told30 must be an object, not a list"),
        ({"told30": None}, "told30 must be an object, not null"),
        ({"told30": {"x": 1, "n": 3, "recent": [4, 3]}}, "told30.recent: 4 of 3"),
        ({"told30": {"x": 1, "n": 3, "recent": [3]}}, "told30.recent must hold 2"),
        ({"q3": {"x": 1, "n": 3, "verified": 3}}, "q3.verified must be a list"),
        ({"q3": {"x": 1, "n": 3, "dk": "many"}}, "q3.dk must be a whole number, not many"),
        ({"q3": {"x": 1, "n": 3, "cells": {}}}, "q3.cells must be a list, not an object"),
        ({"q3": {"x": 1, "n": 3, "cells": [[1, 2]]}}, "must hold 3"),
        ({"q3": {"x": 1, "n": 3, "cells": [[1, 2, 1.5]]}}, "between 0 and 1"),
        ({"q3": {"x": 1, "n": 3, "cells": [[1, 2, "all"]]}}, "must be a number"),
        ({"q3": {"x": 1, "n": 3, "cells": [[1, 2, float("nan")]]}}, "between 0 and 1"),
        ({"confirmed": {"x": 1, "n": 3, "asked": 2}}, "3 replied but only 2 were asked"),
        ({"raters": "30"}, "raters must be a whole number"),
        ({"channels": -2}, "channels must not be negative"),
        ({"raters": 10**30}, "raters is too large"),
        ({"raters": -(10**30)}, "a very long number"),
        ({"info_languages": "en"}, "info_languages must be a list, not en"),
        ({"info_languages": [1]}, "info_languages must be a list of languages"),
        ({"told30_by_language": {"en": [3, 2]}}, "told30_by_language.en: 3 of 2"),
        ({"told30_by_language": {"en": "3/2"}}, "told30_by_language.en must be a list"),
        ({"reach": {"n": 3}}, "reach: by_language is missing"),
        ({"reach": {"n": 3, "by_language": {"en": [3, 2]}}}, "between 0 and 1"),
        ({"co_decisions": [3]}, "co_decisions[0] must be an object"),
        ({"co_decisions": [{}]}, "co_decisions[0].partner must be a name"),
        ({"co_decisions": [{"partner": "a", "invited_all": 1}]}, "must be true or false"),
        ({"co_decisions": [{"partner": "a", "attest_fair": -1}]}, "must not be negative"),
    ],
)
def test_nonsense_is_refused_in_one_line(found: Any, place: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        evaluate(found)
    assert place in str(refused.value)
    assert "\n" not in str(refused.value)


def test_unknown_keys_change_nothing() -> None:
    known = good_evidence()
    strange = known | {"window_days": 365, "note": [None], "q3": {**known["q3"], "by": "whom"}}
    assert evaluate(strange) == evaluate(known)


@given(evidence)
def test_well_formed_evidence_is_accepted(found: dict[str, Any]) -> None:
    validate_evidence(found)


@given(st.sampled_from(sorted(good_evidence())), json_values)
def test_any_json_is_judged_or_refused_but_never_crashes(name: str, value: Any) -> None:
    with suppress(EvidenceError):
        evaluate(good_evidence() | {name: value})
