"""What residents do, with what they have: no JavaScript, a keyboard, paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Site
from tests.browser.extent import JOURNEY_LANGUAGES

pytestmark = pytest.mark.browser

WORDS = {
    "en": "The hole by the school is back; a car swerved around it.",
    "ar": "عادت الحفرة أمام المدرسة، وكادت سيارة تصدم طفلًا.",
}
MISSING = {"en": "The other half of the street.", "ar": "بقي نصف الشارع على حاله."}
OTHER = {"en": "ar", "ar": "en"}
NARROW = {"width": 320, "height": 800}
_SHOWS_ITSELF = """() => {
    const place = document.activeElement.getBoundingClientRect()
    const isInside = place.left < innerWidth && place.right > 0 && place.top < innerHeight
    const style = getComputedStyle(document.activeElement)
    return isInside && place.height > 0 && style.outlineStyle !== "none"
}"""


def code_on(page: Page) -> str:
    """The receipt's code as printed."""
    found = re.search(r"\b[0-9A-Z]{5}(?:[-\s]+[0-9A-Z]{5}){4}\b", page.inner_text("main"))
    assert found, page.inner_text("main")
    return found[0]


@pytest.mark.parametrize("lang", JOURNEY_LANGUAGES)
def test_a_resident_rates_and_follows_without_javascript(
    site: Site, open_page: OpenPage, lang: str
) -> None:
    page = open_page(java_script_enabled=False, viewport=NARROW)
    page.goto(site.url(lang))
    page.fill("main input[name=q]", "حفر" if lang == "ar" else "pothole")
    page.click("main form[role=search] button")
    page.click(f"main a[href='/{lang}/services/pothole-repair/']")
    page.click(f"main a[href='/{lang}/services/pothole-repair/rate']")
    page.check("input[name=q0][value='2']")
    page.check("input[name=kind][value=problem]")
    page.fill("textarea[name=comment]", WORDS[lang])
    page.check("input[name=wants_answer]")
    page.wait_for_timeout(2100)  # nobody is faster: the form would be put in quarantine
    page.click("main form button >> nth=-1")
    page.wait_for_url(f"**/{lang}/receipts/**")
    code = code_on(page)
    assert how_it_reads(page, WORDS[lang]) == (lang, "rtl" if lang == "ar" else "ltr")

    page.goto(site.url(OTHER[lang], "receipts/"))
    page.fill("input[name=code]", code.lower())
    page.click("main form button")
    page.wait_for_url(f"**/{OTHER[lang]}/receipts/**")
    assert how_it_reads(page, WORDS[lang]) == (lang, "rtl" if lang == "ar" else "ltr")


def how_it_reads(page: Page, words: str) -> tuple[str, str]:
    """The language and the direction in which a browser shows the paragraph of these words."""
    language, way = page.locator("main blockquote p", has_text=words).evaluate(
        "shown => [shown.closest('[lang]').lang, getComputedStyle(shown).direction]"
    )
    return language, way


@pytest.mark.parametrize("lang", JOURNEY_LANGUAGES)
def test_a_resident_finds_a_service_and_rates_it_by_keyboard_alone(
    site: Site, open_page: OpenPage, lang: str
) -> None:
    page = open_page(java_script_enabled=False, viewport=NARROW)
    page.goto(site.url(lang))
    press_until(page, "main input[name=q]")
    page.keyboard.type("حفر" if lang == "ar" else "pothole")
    go_on(page, "**/services/?q=*")
    press_until(page, "main a[href$='/services/pothole-repair/']")
    go_on(page, "**/services/pothole-repair/")
    press_until(page, "main a[href$='/rate']")
    go_on(page, "**/services/pothole-repair/rate")
    press_until(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.locator("main .summary")).to_be_focused()  # nothing was chosen yet
    press_until(page, "main .summary a")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=q0] >> nth=0")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    chosen = page.evaluate("document.activeElement.closest('label').innerText").strip()
    assert page.evaluate("document.activeElement.checked")
    page.wait_for_timeout(2100)  # nobody is faster: the form would be put in quarantine
    press_until(page, "main form button")
    go_on(page, "**/receipts/**")
    expect(page.locator("main")).to_contain_text(chosen)


@pytest.mark.parametrize("lang", JOURNEY_LANGUAGES)
def test_a_resident_follows_and_decides_by_keyboard_alone(
    site: Site, open_page: OpenPage, lang: str
) -> None:
    page = open_page(java_script_enabled=False, viewport=NARROW)
    page.goto(site.url(lang))
    press_until(page, ".nav a[href$='/receipts/']")
    go_on(page, "**/receipts/")
    press_until(page, "main input[name=code]")
    page.keyboard.type(list(site.receipts.values())[("en", "ar").index(lang)])
    go_on(page, "**/receipts/*/")
    press_until(page, "button[name=verdict][value=partly]")
    page.keyboard.press("Enter")
    expect(page.locator("main .time li.todo")).to_have_count(0)  # it was the last step
    press_until(page, "textarea[name=missing]", most=1)  # the page has gone on to where it is asked
    page.keyboard.type(MISSING[lang])
    press_until(page, "#what-is-missing button", most=1)
    go_on(page, "**/receipts/*/**")
    assert how_it_reads(page, MISSING[lang]) == (lang, "rtl" if lang == "ar" else "ltr")
    expect(page.locator("textarea[name=missing]")).to_have_count(0)


def go_on(page: Page, where: str) -> None:
    """Press Enter and arrive."""
    with page.expect_navigation(url=where):
        page.keyboard.press("Enter")


def press_until(page: Page, selector: str, most: int = 60) -> None:
    """Tab on until the focus is on an element that matches; every stop on the way shows itself."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue  # round the end of the page
        assert page.evaluate(_SHOWS_ITSELF), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab on {page.url}")


def test_the_first_tab_leads_past_the_navigation(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site.url("ar"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_wrong_form_loses_nothing_and_leads_to_the_mistake(
    site: Site, open_page: OpenPage
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(site.url("es", "services/pothole-repair/rate"))
    page.fill("textarea[name=comment]", "El bache sigue ahí.")
    page.fill("input[name=email]", "sin-arroba")
    page.click("main form button >> nth=-1")
    expect(page.locator("textarea[name=comment]")).to_have_value("El bache sigue ahí.")
    expect(page.locator("input[name=email]")).to_have_value("sin-arroba")
    summary = page.locator("main .summary a")
    targets = [link.get_attribute("href") or "" for link in summary.all()]
    assert len(targets) == 2
    for target in targets:
        assert page.locator(target).count() == 1, target


def test_the_language_switcher_keeps_the_page_and_what_was_searched(
    site: Site, open_page: OpenPage
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(site.url("en", "services/?q=water"))
    page.click(".lang summary")
    page.click(".lang a[hreflang=ar]")
    assert page.url == site.url("ar", "services/?q=water")
    assert page.get_attribute("html", "dir") == "rtl"


def test_a_receipt_prints_with_its_code_and_without_the_site_s_furniture(
    site: Site, open_page: OpenPage
) -> None:
    page = open_page()
    page.goto(site.url("en", "services/pothole-repair/rate"))
    page.check("input[name=q0][value='5']")
    page.wait_for_timeout(2100)
    page.click("main form button >> nth=0")
    page.wait_for_url("**/receipts/**")
    code = code_on(page)
    page.emulate_media(media="print")
    assert code_on(page) == code
    expect(page.locator("header nav").first).to_be_hidden()
    expect(page.locator("main svg").first).to_be_visible()


def test_the_resident_decides_and_a_no_opens_the_case_again(
    site: Site, open_page: OpenPage
) -> None:
    code = list(site.receipts.values())[-1]
    page = open_page(java_script_enabled=False, viewport=NARROW)
    page.goto(site.url("en", f"receipts/{code}/"))
    buttons = page.locator("button[name=verdict]")
    assert [button.get_attribute("value") for button in buttons.all()] == [
        "yes",
        "partly",
        "no",
        "again",
    ]
    looks = {
        button.evaluate("b => getComputedStyle(b).backgroundColor + getComputedStyle(b).fontWeight")
        for button in buttons.all()[:3]
    }
    assert len(looks) == 1, "equal weight: emphasis would bend the level"
    page.click("button[name=verdict][value=no]")
    page.wait_for_url(f"**/receipts/{code}/**")
    expect(page.locator("main .lead")).to_contain_text("Your case is open again")
    expect(page.locator("main .time li.again")).to_have_count(1)
    expect(page.locator("main .voice", has_text=MISSING["en"])).to_have_count(0)
    page.fill("textarea[name=missing]", MISSING["en"])
    page.click("#what-is-missing button")
    page.wait_for_url(f"**/receipts/{code}/**")
    expect(page.locator("main .voice", has_text=MISSING["en"])).to_have_count(1)
    expect(page.locator("textarea[name=missing]")).to_have_count(0)
