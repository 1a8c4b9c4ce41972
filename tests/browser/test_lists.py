"""Lists whose rows look alike, whatever stands in them."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize

from tests.browser.conftest import OpenPage, Site
from tests.browser.extent import JOURNEY_LANGUAGES, NARROW, WIDE

pytestmark = pytest.mark.browser

# Where each level stands: how far from the list's edge, and whether below the service's name.
PLACES = """() => [...document.querySelectorAll('tr.svc')].map(row => {
  const [name, level] = [...row.children].map(cell => cell.getBoundingClientRect());
  const edge = getComputedStyle(row).direction == 'rtl'
    ? row.getBoundingClientRect().right - level.right
    : level.left - row.getBoundingClientRect().left;
  return `${Math.round(edge)} ${level.top >= name.bottom}`;
})"""


@pytest.mark.parametrize("lang", JOURNEY_LANGUAGES)
@pytest.mark.parametrize("viewport", [NARROW, WIDE])
def test_levels_stand_in_line(
    site: Site, open_page: OpenPage, lang: str, viewport: ViewportSize
) -> None:
    page = open_page(viewport=viewport)
    page.goto(site.url(lang, "levels/"))
    places = page.evaluate(PLACES)
    assert len(places) > 20
    assert len(set(places)) == 1
    assert places[0].endswith("true") == (viewport is NARROW)
