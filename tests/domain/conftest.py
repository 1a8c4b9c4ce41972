"""The domain is pure: its tests reach neither a database nor the network."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator
from typing import NoReturn

import psycopg
import pytest
from hypothesis import settings

# Two busy cores make single examples slow now and then; what counts is the result. For a longer
# search: HYPOTHESIS_PROFILE=thorough.
settings.register_profile("domain", deadline=None, max_examples=40)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "domain"))


def _refuse(*_args: object, **_kwargs: object) -> NoReturn:
    raise AssertionError("a test of the domain may use neither a database nor the network")


@pytest.fixture(autouse=True)
def _nothing_outside() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _refuse)
        patch.setattr(sqlite3, "connect", _refuse)
        patch.setattr(sqlite3.dbapi2, "connect", _refuse)
        patch.setattr(psycopg.Connection, "connect", _refuse)
        yield
