"""The real portal, asked by its own description whatever that allows, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.openapi import from_wsgi


@pytest.mark.slow(45)
@pytest.mark.usefixtures("appraised")
def test_nothing_is_found_by_following_the_description_and_by_breaking_it(app: Flask) -> None:
    tried = set()
    for found in from_wsgi("/api/openapi.json", app).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        for mode in GenerationMode:

            @settings(
                max_examples=12,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def attack(case: Case[Any]) -> None:
                case.call_and_validate(headers={"Accept-Encoding": "identity"})

            try:
                attack()
            except Unsatisfiable:  # nothing can be said wrongly where nothing may be said
                assert mode is GenerationMode.NEGATIVE
            tried.add(operation.path)
    described = app.test_client().get("/api/openapi.json").get_json()["paths"].keys()
    assert described - tried == {"/api/openapi.json"}  # schemathesis has read that itself
