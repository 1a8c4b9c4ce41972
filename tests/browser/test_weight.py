"""Residents' pages are light: with their stylesheet they fit into a server's first window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from tests.browser.conftest import Site
from tests.support.weight import look

pytestmark = pytest.mark.browser

MOST = 14_000  # bytes, ten packets of the first TCP window
SERVICE = "services/pothole-repair/"
IN_DOUBT = "services/park-maintenance/level/"  # the longest page: a level in doubt explains why
PATHS = (
    "", "services/", SERVICE, f"{SERVICE}rate", f"{SERVICE}level/", IN_DOUBT, "levels/",
    "responses/", "receipts/", "integrity/", "method/", "privacy/", "accessibility/",
    "open-data/", "kept/", "help/", "results/", f"{SERVICE}results/", "promises/", "news/",
    f"{SERVICE}embed", "embed/services/pothole-repair/rate", "embed/services/pothole-repair/level",
)  # fmt: skip


MOST_REQUESTS = 6  # the page, its stylesheets and scripts, the icon


def numbered(site: Site) -> Iterator[str]:
    """Pages of what has a number, a day or a code: one of each kind."""
    with urlopen(f"{site.base}/api/v1/responses?limit=200") as answer:  # noqa: S310 our own site
        responses = json.load(answer)["responses"]
    longest = max(responses, key=lambda one: len(json.dumps(one["texts"])))
    yield f"responses/{longest['id']}/"
    with urlopen(f"{site.base}/api/v1/{SERVICE}themes") as answer:  # noqa: S310
        [theme, *_] = json.load(answer)["themes"]
    yield from (f"themes/{theme['id']}/", f"themes/{theme['id']}/me-too")
    for service in (SERVICE, IN_DOUBT.removesuffix("level/")):
        with urlopen(f"{site.base}/api/v1/{service}appraisals") as answer:  # noqa: S310
            appraisals = json.load(answer)["appraisals"]
        yield f"{service}level/{appraisals[-1]['as_of']}/"
    for code in site.receipts.values():
        yield f"receipts/{code}/"


@pytest.mark.parametrize("lang", ["en", "es", "vi", "zh-Hans", "ar", "ko"])
def test_no_page_with_its_stylesheet_is_heavier_than_the_first_window(
    site: Site, lang: str
) -> None:
    paths = (*PATHS, *numbered(site))
    costs = {path: look(site.base, f"/{lang}/{path}") for path in paths}
    assert {path: cost for path, cost in costs.items() if cost.weight > MOST} == {}
    assert {path: cost for path, cost in costs.items() if cost.requests > MOST_REQUESTS} == {}
