"""Residents of the test city."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal.settings import Settings
from tests.support.city import City
from tests.support.residents import Resident


@pytest.fixture
def new_resident(app: Flask, settings: Settings, city: City) -> Callable[..., Resident]:
    """Makes residents, each with a browser of their own."""
    del city  # must be there

    def make(address: str = "203.0.113.7") -> Resident:
        return Resident(app, settings, address)

    return make


@pytest.fixture
def resident(new_resident: Callable[..., Resident]) -> Resident:
    """One of them."""
    return new_resident()
