"""Tables that are wider than a phone with very large text: they move in a box of their own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Site
from tests.browser.extent import JOURNEY_LANGUAGES, LARGE, NARROW

pytestmark = pytest.mark.browser

LEVEL = "services/pothole-repair/level/"


def enlarge(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    page.evaluate("size => document.documentElement.style.fontSize = `${size * 100}%`", LARGE)


@pytest.mark.parametrize("lang", JOURNEY_LANGUAGES)
@pytest.mark.parametrize(
    ("box", "focus"),
    [("main details.table-fold", "> summary"), ("main div.table-fold:has(th:nth-child(4))", "")],
)
def test_a_wide_table_is_read_by_keyboard(
    site: Site, open_page: OpenPage, lang: str, box: str, focus: str
) -> None:
    page = open_page(viewport=NARROW)
    page.goto(site.url(lang, LEVEL))
    enlarge(page)
    found = page.locator(box).last
    (page.locator(f"{box} {focus}").last if focus else found).focus()
    page.keyboard.press("ArrowLeft" if lang == "ar" else "ArrowRight")
    page.wait_for_function("one => Math.abs(one.scrollLeft) > 10", arg=found.element_handle())
    if focus:
        expect(page.locator(f"{box} {focus}").last).to_be_in_viewport(ratio=1)  # it stays
    assert page.evaluate("scrollX") == 0
