"""Reading aloud: offered only where the browser itself has a voice for the page's language."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Site

pytestmark = pytest.mark.browser

RATE = "services/pothole-repair/rate"
# Chromium has no voices in a container, so these speak; the portal's own script is as it is.
VOICES = """
(() => {
    const said = [], heard = [];
    const voices = %s.map(([lang, localService]) => ({ lang, localService, name: lang }));
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } };
    Object.defineProperty(window, "speechSynthesis", { value: {
        getVoices: () => voices,
        speak: (one) => said.push(one),
        cancel: () => { heard.push(said.length); said.length = 0 },
        addEventListener: () => {},
    } });
    window.said = said;
})();
"""


def open_with(open_page: OpenPage, voices: list[list[Any]]) -> Page:
    page = open_page()
    page.add_init_script(VOICES % str(voices).replace("True", "true").replace("False", "false"))
    return page


def first_answer(page: Page, site: Site) -> str:
    page.goto(site.url("en", "responses/"))
    hrefs: list[str] = page.eval_on_selector_all(
        "main a[href]", "links => links.map((one) => one.href)"
    )
    return next(href for href in hrefs if re.search(r"/responses/\d+/$", href))


@pytest.mark.parametrize("path", [RATE, "services/pothole-repair/", ""])
def test_a_page_is_read_and_stopped_by_keyboard(site: Site, open_page: OpenPage, path: str) -> None:
    page = open_with(open_page, [["en_US", True], ["es-ES", True]])
    page.goto(site.url("en", path) if path else first_answer(page, site))
    button = page.get_by_role("button", name="Read aloud")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.focus()
    page.keyboard.press("Enter")
    said = page.evaluate("said.map((one) => [one.text, one.lang])")
    assert {lang for _, lang in said} <= {"en_US", "es-ES"}
    assert any(page.inner_text("main h1") == text for text, _ in said)
    assert not any("Leave this field empty" in text for text, _ in said)
    stop = page.get_by_role("button", name="Stop reading")
    expect(stop).to_have_attribute("aria-pressed", "true")
    expect(stop).to_be_focused()
    page.keyboard.press("Space")
    assert page.evaluate("said.length") == 0
    expect(page.get_by_role("button", name="Read aloud")).to_be_visible()


def test_the_last_word_ends_it(site: Site, open_page: OpenPage) -> None:
    page = open_with(open_page, [["ar-SA", True]])
    page.goto(site.url("ar", RATE))
    button = page.locator("main h1 + p button")
    spoken = button.inner_text()
    button.click()
    assert page.evaluate("said.at(-1).lang") == "ar-SA"
    page.evaluate("said.at(-1).onend()")
    expect(button).to_have_text(spoken)


@pytest.mark.parametrize(
    ("lang", "voices"),
    [
        ("en", []),
        ("en", [["en-US", False]]),  # a service on the network
        ("zh-Hans", [["zh-HK", True], ["zh-TW", True]]),  # another script, another language
        ("ko", [["ja-JP", True]]),
    ],
)
def test_without_a_voice_of_its_own_nothing_is_offered(
    site: Site, open_page: OpenPage, lang: str, voices: list[list[Any]]
) -> None:
    page = open_with(open_page, voices)
    page.goto(site.url(lang, RATE))
    expect(page.locator("main h1 + p button")).to_have_count(0)


def test_simplified_chinese_is_read_by_a_voice_for_it(site: Site, open_page: OpenPage) -> None:
    page = open_with(open_page, [["zh-HK", True], ["zh-CN", True]])
    page.goto(site.url("zh-Hans", "services/pothole-repair/"))
    page.locator("main h1 + p button").click()
    assert set(page.evaluate("said.map((one) => one.lang)")) == {"zh-CN"}
