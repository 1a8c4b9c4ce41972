"""Real input that lies beside the project and never enters it.

`PORTAL_SHARED_DATA` names its folder; without it, `../shared/data` beside the checkout. Where it is
missing the tests that need it are skipped, and one line says so; with `CI=true` they fail.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

GIVEN = "PORTAL_SHARED_DATA"
SERVICES = "austin_311_services.csv"
COMMENTS = (
    "en_polis_bowling_green_2018.jsonl",
    "es_decide_madrid_2019.jsonl",
    "zh_polis_vtaiwan_uberx_2015.jsonl",
)
MESSAGE = f"!!! NO SHARED DATA: the replay of real comments was SKIPPED. Set {GIVEN}. !!!"
_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"


def find_folder() -> Path | None:
    """The folder, None where it or a file in it is missing."""
    folder = Path(os.environ.get(GIVEN) or _BESIDE)
    is_whole = all((folder / name).is_file() for name in (SERVICES, *COMMENTS))
    return folder if is_whole else None


def need_folder() -> Path:
    """The folder; skips the test where there is none, in CI it fails."""
    folder = find_folder()
    if folder is not None:
        return folder
    if os.environ.get("CI") == "true":
        pytest.fail(f"the shared data is missing ({GIVEN}), and in CI nothing may be left untested")
    pytest.skip(MESSAGE)
