"""Residents' pages are light: with their stylesheet they fit into a server's first window."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Site
from tests.support.weight import weigh

pytestmark = pytest.mark.browser

MOST = 14_000  # bytes, ten packets of the first TCP window
SERVICE = "services/pothole-repair/"
IN_DOUBT = "services/park-maintenance/level/"  # the longest page: a level in doubt explains why
PATHS = (
    "", "services/", SERVICE, f"{SERVICE}rate", f"{SERVICE}level/", IN_DOUBT, "levels/",
    "responses/", "receipts/", "integrity/", "method/", "privacy/", "accessibility/",
    "open-data/", "kept/", "help/",
    f"{SERVICE}embed", "embed/services/pothole-repair/rate", "embed/services/pothole-repair/level",
)  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "es", "vi", "zh-Hans", "ar", "ko"])
def test_no_page_with_its_stylesheet_is_heavier_than_the_first_window(
    site: Site, lang: str
) -> None:
    weights = {path: weigh(site.base, f"/{lang}/{path}") for path in PATHS}
    assert {path: weight for path, weight in weights.items() if weight > MOST} == {}
