"""A kiosk's screen shows what there is to tap: an answer out of sight is an answer nobody gives."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import OpenPage, Site
from tests.browser.extent import LANGUAGES

pytestmark = pytest.mark.browser

SCREENS = ((1280, 800), (1024, 768), (768, 1024), (1080, 1920))
# Whole, and not below something else: a corner in sight is not an answer in sight.
IN_SIGHT = """buttons => buttons.filter(one => {
    const box = one.getBoundingClientRect()
    const words = document.createRange()
    words.selectNodeContents(one)
    const text = words.getBoundingClientRect()
    return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth
        && text.top >= box.top && text.bottom <= box.bottom
        && one.contains(document.elementFromPoint(box.x + box.width / 2, box.bottom - 4))
}).length"""


def in_sight(page: Page) -> int:
    """How many of the buttons to tap stand on the screen, whole and with all their words."""
    count: int = page.eval_on_selector_all("main .taps :is(button, .button)", IN_SIGHT)
    return count


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_five_answers_are_in_sight_on_every_screen(
    site: Site, open_page: OpenPage, lang: str
) -> None:
    page = open_page()
    page.goto(site.url(lang, f"kiosk/{site.extras.kiosk}/"))
    page.click("main .taps a >> nth=0")
    page.wait_for_url(re.compile(r"/kiosk/[^/]+/[^/]+$"))
    seen = {}
    for width, height in SCREENS:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        seen[width, height] = in_sight(page)
    assert seen == dict.fromkeys(SCREENS, 5)


def test_the_first_screen_is_filled_with_all_languages(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(f"{site.base}/kiosk/{site.extras.kiosk}/")
    for width, height in SCREENS:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        assert in_sight(page) == len(LANGUAGES)
        buttons = page.locator("main .taps .button").all()
        sizes = [box for button in buttons if (box := button.bounding_box())]
        filled = sum(box["width"] * box["height"] for box in sizes)
        assert filled > width * height / 2
