"""Run the browser's rounds and journeys; only when all pass, write what they looked at, and when.

`make statement`: the accessibility statement shows what stands in the file that this writes.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from portal.app import create_app
from portal.settings import Settings
from portal.web.access import SIGNED_IN, Access
from tests.browser.extent import RESIDENT_LEVELS, describe
from tests.browser.rounds import pages_of

RECORD = Path(__file__).resolve().parents[2] / "portal" / "data" / "accessibility_checks.json"
ROUNDS = ("test_accessibility.py", "test_journeys.py")


def main(arguments: list[str]) -> int:
    """Check, then write; the status is that of the tests."""
    folder = Path(__file__).parent
    rounds = [str(folder / name) for name in ROUNDS]
    status = int(pytest.main([*rounds, "-q", "--whole-extent", *arguments]))
    if status == 0:
        write(whole=True)
    return status


def write(*, whole: bool) -> None:
    """Write what was looked at today; `whole` as `extent.looks_at` has it."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(
                secret_key="s" * 32,
                database_url=f"sqlite:///{folder}/portal.db",
                instance=Path(folder),
                is_testing=True,
            )
        )
        record = {
            "on": datetime.now(UTC).date().isoformat(),
            "resident_pages": count(app, RESIDENT_LEVELS),
            "staff_pages": count(app, SIGNED_IN),
            **describe(),
            "whole": whole,
        }
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def count(app: Flask, levels: Collection[Access]) -> int:
    """How many kinds of pages these people see."""
    return len({rule.endpoint for rule in pages_of(app, levels)})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
