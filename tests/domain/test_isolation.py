"""The guard of this folder works."""

from __future__ import annotations

import socket
import sqlite3

import pytest


def test_domain_tests_cannot_open_a_database() -> None:
    with pytest.raises(AssertionError, match="neither"):
        sqlite3.connect(":memory:")


def test_domain_tests_cannot_reach_a_server() -> None:
    with pytest.raises(AssertionError, match="neither"), socket.socket(socket.AF_UNIX) as client:
        client.connect("/nowhere")
