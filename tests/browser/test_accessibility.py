"""axe on every page, in every language, narrow and wide: WCAG 2.2 AA, AAA contrast, target size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANGUAGES = ("en", "es", "vi", "zh-Hans", "ar", "ko")
WIDTHS = (320, 1280)
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
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
    "responses/",
    "receipts/",
    "method/",
    "privacy/",
    "accessibility/",
    "open-data/",
    "sign-in",
    "no-such-page",
)


def problems_of(page: Page, what: str) -> list[str]:
    """What axe finds, and whether anything sticks out sideways."""
    results: dict[str, Any] = Axe().run(page, options=OPTIONS).response
    found = [
        f"{what}: {violation['id']} {node['target']} {node['failureSummary'][:200]}"
        for violation in results["violations"]
        for node in violation["nodes"][:3]
    ]
    overflow = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if overflow:
        found.append(f"{what}: {overflow} px too wide")
    return found


def resident_pages(page: Page, site: Site, lang: str) -> Iterator[str]:
    """Every kind of page that residents see, opened one after another."""
    for path in PUBLIC:
        page.goto(site.url(lang, path))
        yield path or "home"
    page.goto(site.url(lang, "responses/"))
    page.goto(site.base + first_link(page, "/responses/"))
    yield "one response"
    for slug, code in list(site.receipts.items())[:1]:
        page.goto(site.url(lang, f"receipts/{code}/"))
        yield f"case about {slug}"
        page.goto(site.url(lang, f"receipts/{code}/rate"))
        yield "invited form"
    page.goto(site.url(lang, f"{SERVICE}rate"))
    page.click("main form button >> nth=0")
    yield "form with errors"
    page.goto(site.url(lang, f"{SERVICE}rate"))
    page.check("input[name=q0][value='2']")
    page.fill("textarea[name=comment]", "Call me at (512) 555-0134 about the hole.")
    page.click("main form button >> nth=-1")
    yield "personal data warning"


def desk_pages(page: Page, site: Site, lang: str) -> Iterator[str]:
    """Every kind of page of the desk."""
    for path in ("staff/", "staff/?place=all", "staff/responses/"):
        page.goto(site.url(lang, path))
        yield path
    page.goto(site.url(lang, "staff/"))
    page.goto(site.base + first_link(page, "/staff/cases/"))
    yield "case"
    page.goto(site.url(lang, "staff/responses/"))
    page.goto(site.base + first_link(page, "/staff/responses/"))
    yield "response"
    theme = first_link(page, "/staff/themes/")
    page.goto(site.base + theme)
    yield "theme"
    page.goto(f"{site.base}{theme}answer")
    yield "new response"


def first_link(page: Page, part: str) -> str:
    """The first address in main that goes on after `part`."""
    links: list[str] = page.eval_on_selector_all(
        "main a[href]", "links => links.map(link => link.getAttribute('href'))"
    )
    for link in links:
        if part in link and link.partition(part)[2].strip("/").split("/")[0].isdigit():
            return link.split("?")[0]
    raise AssertionError(f"no link to {part} on {page.url}")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_found_on_residents_pages(
    site: Site, open_page: OpenPage, lang: str, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 900})
    found = [
        problem for what in resident_pages(page, site, lang) for problem in problems_of(page, what)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_found_on_the_desk(
    site: Site,
    open_page: OpenPage,
    sign_in: Callable[[Page, str, str], None],
    lang: str,
    width: int,
) -> None:
    page = open_page(viewport={"width": width, "height": 900})
    sign_in(page, "staff", lang)
    found = [
        problem for what in desk_pages(page, site, lang) for problem in problems_of(page, what)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", [{"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_nothing_is_found_in_dark_or_forced_colours(
    site: Site, open_page: OpenPage, scheme: dict[str, str]
) -> None:
    page = open_page(viewport={"width": 320, "height": 900}, **scheme)
    found = [
        problem for what in resident_pages(page, site, "ar") for problem in problems_of(page, what)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_of_twice_the_size_fits_into_320_pixels(
    site: Site, open_page: OpenPage, lang: str
) -> None:
    # The policy forbids inline style, so the test sets it where the policy is bypassed.
    page = open_page(viewport={"width": 320, "height": 900}, bypass_csp=True)
    too_wide = []
    for path in PUBLIC:
        page.goto(site.url(lang, path))
        page.add_style_tag(content="html { font-size: 200% }")
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overflow:
            too_wide.append(f"{path}: {overflow} px")
    assert not too_wide, "\n".join(too_wide)


def test_axe_would_find_something(site: Site, open_page: OpenPage) -> None:
    page = open_page(bypass_csp=True)
    page.goto(site.url("en"))
    page.evaluate("document.querySelector('h1').style.color = '#bbb'")
    page.evaluate("document.querySelector('main label').remove()")
    ids = {problem.split()[1] for problem in problems_of(page, "page")}
    assert {"color-contrast-enhanced", "label"} <= ids
