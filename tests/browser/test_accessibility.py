"""Every page in every language, through axe (WCAG 2.2 AA, AAA contrast, target size), at 320 and
1280 pixels and with text of twice the size."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import OpenPage, Site, write_answer

pytestmark = [pytest.mark.browser, pytest.mark.slow(30)]

LANGUAGES = ("en", "es", "vi", "zh-Hans", "ar", "ko")
DESK_LANGUAGES = ("en", "es", "ar")  # translated, translated, right to left
NARROW = ViewportSize(width=320, height=900)
WIDE = ViewportSize(width=1280, height=900)
STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# What width and colours can change. Text that fails AA is not reported as failing AAA too.
AS_DRAWN = ("color-contrast", "color-contrast-enhanced", "target-size")
AXE = Axe().axe_script
SERVICE = "services/pothole-repair/"
PUBLIC = (
    "",
    "services/",
    "services/?q=water",
    "services/?q=nothing-of-the-kind",
    SERVICE,
    f"{SERVICE}rate",
    f"{SERVICE}level/",
    "services/public-housing-repairs/level/",
    "services/swimming-pools/level/",
    "levels/",
    "integrity/",
    "sign/no-such-link/",
    "responses/",
    "receipts/",
    "method/",
    "privacy/",
    "accessibility/",
    "open-data/",
    "sign-in",
    "no-such-page",
)


def violations(page: Page, wanted: tuple[str, ...]) -> list[str]:
    """What axe finds by rules, or by all rules with a tag, and by those of `AS_DRAWN`."""
    options = {
        "runOnly": list(wanted),
        "rules": {} if wanted == AS_DRAWN else {rule: {"enabled": True} for rule in AS_DRAWN},
        "resultTypes": ["violations"],
    }
    found: list[dict[str, Any]] = page.evaluate(
        "async options => (await axe.run(document, options)).violations", options
    )
    return [
        f"{violation['id']} {node['target']} {node['failureSummary'][:200]}"
        for violation in found
        for node in violation["nodes"][:3]
    ]


def too_wide(page: Page) -> list[str]:
    """By how much the page sticks out sideways, if it does."""
    pixels = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [f"overflow of {pixels} px"] if pixels else []


def problems_of(page: Page, lang: str) -> list[str]:
    """Narrow, narrow with text of twice the size, wide: one load, as loading is half the cost.

    What does not depend on the language's words is looked at in two languages.
    """
    page.evaluate(AXE)
    found = violations(page, (*STANDARD, "best-practice") if lang == "en" else STANDARD)
    found += too_wide(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += [f"{problem} with large text" for problem in too_wide(page)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(WIDE)
    found += [f"{problem} when wide" for problem in too_wide(page)]
    if lang in {"en", "ar"}:
        found += [f"{problem} when wide" for problem in violations(page, AS_DRAWN)]
    page.set_viewport_size(NARROW)
    return found


def resident_pages(page: Page, site: Site, lang: str) -> Iterator[str]:
    """Every kind of page that residents see, opened one after another."""
    for path in PUBLIC:
        page.goto(site.url(lang, path))
        yield path or "home"
    page.goto(site.url(lang, f"{SERVICE}level/"))
    page.goto(site.base + links(page, r"/level/\d{4}-\d\d-\d\d/")[0])
    yield "past appraisal"
    page.goto(site.url(lang, "responses/"))
    page.goto(site.base + links(page, r"/responses/\d+/")[0])
    yield "one response"
    for slug, code in list(site.receipts.items())[:1]:
        page.goto(site.url(lang, f"receipts/{code}/"))
        yield f"case about {slug}"
        page.goto(site.url(lang, f"receipts/{code}/rate"))
        yield "invited form"
    page.goto(site.url(lang, f"{SERVICE}rate"))
    send(page, "main form button >> nth=0")
    yield "form with errors"
    page.goto(site.url(lang, f"{SERVICE}rate"))
    page.check("input[name=q0][value='2']")
    page.fill("textarea[name=comment]", "Call me at (512) 555-0134 about the hole.")
    send(page, "main form button >> nth=-1")
    yield "personal data warning"


def desk_pages(page: Page, site: Site, lang: str) -> Iterator[str]:
    """Every kind of page of the desk."""
    for path in ("staff/", "staff/?place=all"):
        page.goto(site.url(lang, path))
        yield path
    page.goto(site.url(lang, "staff/"))
    case = links(page, r"/staff/cases/\d+/")[0]
    page.check("main .case input >> nth=0")
    send(page, "main .inbox form:not(.filters) button")
    yield "grouping"
    page.check("main input[name=theme][value=new]")
    send(page, "main form button")
    yield "grouping with errors"
    page.goto(site.base + case)
    yield "case"
    page.goto(site.url(lang, "staff/responses/"))
    yield "responses"
    response = links(page, r"/staff/responses/\d+/")[-1]  # drafts come first
    page.goto(site.base + links(page, r"/staff/themes/\d+/")[0])
    yield "theme"
    page.goto(f"{page.url}answer")
    yield "new response"
    send(page, "main form button")
    yield "new response with errors"
    write_answer(page)
    yield "draft"
    page.goto(f"{page.url}texts/{'es' if lang == 'ar' else 'ar'}/")
    yield "translation"
    page.goto(site.base + response)
    yield "response"
    page.goto(site.base + links(page, r"/texts/[\w-]+/correct")[0])
    yield "correction"


def send(page: Page, button: str) -> None:
    """Press a button, and wait for the page that follows: axe cannot look at one that goes."""
    with page.expect_navigation():
        page.click(button)


def links(page: Page, wanted: str) -> list[str]:
    """The addresses in main that end like the pattern, in the order of the page."""
    found: list[str] = page.eval_on_selector_all(
        "main a[href]", "links => links.map(link => link.getAttribute('href'))"
    )
    fitting = [link for link in found if re.search(f"{wanted}$", link)]
    assert fitting, f"no link to {wanted} on {page.url}"
    return fitting


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_found_on_residents_pages(site: Site, open_page: OpenPage, lang: str) -> None:
    page = open_page(viewport=NARROW)
    found = [
        f"{what}: {problem}"
        for what in resident_pages(page, site, lang)
        for problem in problems_of(page, lang)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lang", DESK_LANGUAGES)
def test_nothing_is_found_on_the_desk(
    site: Site, open_page: OpenPage, sign_in: Callable[[Page, str, str], None], lang: str
) -> None:
    page = open_page(viewport=NARROW)
    sign_in(page, "staff", lang)
    found = [
        f"{what}: {problem}"
        for what in desk_pages(page, site, lang)
        for problem in problems_of(page, lang)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", [{"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_nothing_is_found_in_dark_or_forced_colours(
    site: Site, open_page: OpenPage, scheme: dict[str, str]
) -> None:
    page = open_page(viewport=NARROW, **scheme)
    found = []
    for what in resident_pages(page, site, "ar"):
        page.evaluate(AXE)
        found += [f"{what}: {problem}" for problem in violations(page, AS_DRAWN)]
    assert not found, "\n".join(found)


def test_what_is_wrong_would_be_found(site: Site, open_page: OpenPage) -> None:
    page = open_page(viewport=NARROW)
    page.goto(site.url("en"))
    page.evaluate("document.querySelector('h1').style.color = '#bbb'")
    page.evaluate("document.querySelector('.foot a').style.color = '#666'")
    page.evaluate("document.querySelector('main label').remove()")
    page.evaluate("document.querySelector('.foot').style.minWidth = '15rem'")
    found = problems_of(page, "en")
    assert {*AS_DRAWN[:2], "label"} <= {one.split()[0] for one in found if "wide" not in one}
    assert set(AS_DRAWN[:2]) == {one.split()[0] for one in found if "wide" in one}
    assert [one for one in found if "overflow" in one] == ["overflow of 160 px with large text"]
