"""Every page in every language, through axe (WCAG 2.2 AA, AAA contrast, target size), at 320 and
1280 pixels and with text of twice the size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page

from portal.web.access import Access
from tests.browser.conftest import Extras, OpenPage, Site, give_password, write_answer
from tests.browser.extent import (
    COLOURS,
    DESK_LANGUAGES,
    LANGUAGES,
    NARROW,
    RESIDENT_LEVELS,
    STANDARD,
    WIDE,
)
from tests.browser.fitting import fits
from tests.browser.rounds import Round

pytestmark = [pytest.mark.browser, pytest.mark.slow(30)]

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
    f"{SERVICE}level/",
    "services/public-housing-repairs/level/",
    "services/swimming-pools/level/",
    "responses/?q=nothing-of-the-kind",
    "news/asked",
    "sign/no-such-link/",
    "no-such-page",
)
FORMS_LEAD_TO = (
    "staff/assign?all=1",
    "staff/group-many?all=1",
    "staff/views/",
    "staff/entry/?service=pothole-repair&channel=phone&language=ar",
    "staff/entry/paper?number=none",
    "account/again",
)
DESKS = {
    "staff": (
        (Access.STAFF, Access.ACCOUNT, Access.SET_UP),
        ("staff/", "staff/?place=all", "staff/?place=nowhere", *FORMS_LEAD_TO),
    ),
    "manager": ((Access.MANAGER,), ("manage/",)),
    "admin": ((Access.ADMINISTRATOR,), ("admin/calibration/",)),
}


def violations(page: Page, tags: tuple[str, ...], drawn: tuple[str, ...]) -> list[str]:
    """What axe finds by all rules with one of the tags, and, of those of `AS_DRAWN`, by `drawn`."""
    options: dict[str, Any] = {
        "runOnly": list(tags or drawn),
        "rules": {rule: {"enabled": rule in drawn} for rule in AS_DRAWN} if tags else {},
        "resultTypes": ["violations"],
    }
    if "/kiosk/" in page.url:  # it starts again by itself, and gives more time to whoever asks
        options["rules"] = {**options["rules"], "meta-refresh": {"enabled": False}}
    try:
        found = _look(page, options)
    except Error:  # a page that goes on by itself may go while axe looks: then at the next one
        page.wait_for_load_state()
        page.evaluate(AXE)
        found = _look(page, options)
    return [
        f"{violation['id']} {node['target']} {node['failureSummary'][:200]}"
        for violation in found
        for node in violation["nodes"][:3]
    ]


def _look(page: Page, options: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(
        "async options => (await axe.run(document, options)).violations", options
    )
    return found


def problems_of(page: Page, lang: str) -> list[str]:
    """Narrow, narrow with text of twice the size and every fold open, wide: one load for all.

    Colours cost axe most of its time and depend on no words, so they are looked at once in each
    scheme: light in English, narrow and wide, and as `COLOURS` says.
    """
    page.evaluate(AXE)
    drawn = AS_DRAWN if lang == "en" or lang in COLOURS else ("target-size",)
    found = violations(page, (*STANDARD, "best-practice") if lang == "en" else STANDARD, drawn)
    if lang == "en":
        page.set_viewport_size(WIDE)
        found += [f"{problem} when wide" for problem in violations(page, (), AS_DRAWN)]
        page.set_viewport_size(NARROW)
    return found + fits(page)


def resident_pages(page: Page, site: Site, lang: str) -> Iterator[str]:
    """Every kind of page that residents see, and those of the door, opened one after another."""
    walk = Round(site.app, RESIDENT_LEVELS)
    code = next(iter(site.receipts.values()))
    own = (f"receipts/{code}/", f"receipts/{code}/rate", *keys_of(site.extras))
    yield from walk.walk(page, [site.url(lang, path) for path in (*PUBLIC, *own)])
    yield from rating(page, site, lang)
    yield from walk.walk(page, [site.url(lang, path) for path in site.newest_mail_links()])
    yield from tapping(page, site, lang)
    give_password(page, site, "careful", lang)
    yield from walk.walk(page, [page.url])
    assert not walk.forgotten(), "no page leads there, and no start is one of them"


def keys_of(extras: Extras) -> tuple[str, ...]:
    """The addresses that only a key opens."""
    return (
        f"kiosk/{extras.kiosk}/",
        f"sign-in/invitation/{extras.invitation}/",
        f"sign-in/reset/{extras.reset}/",
        f"news/{extras.news}/",
        f"news/{extras.news}/leave",
        "sign-in/provider/answer?code=one&state=two",
    )


def rating(page: Page, site: Site, lang: str) -> Iterator[str]:
    """The pages between a form and its receipt."""
    page.goto(site.url(lang, f"{SERVICE}rate"))
    page.check("input[name=q0][value='2']")
    page.fill("textarea[name=comment]", "Call me at (512) 555-0134 about the hole.")
    page.fill("input[name=email]", "ana@example.org")
    send(page, "main form button >> nth=-1")
    yield "personal data warning"
    page.wait_for_timeout(2100)  # nobody is faster: the form would be put in quarantine
    page.click("main button[name=confirmed]")
    page.wait_for_url(re.compile("/receipts/"))
    yield "new receipt"


def tapping(page: Page, site: Site, lang: str) -> Iterator[str]:
    """A kiosk's first screen, and its last."""
    page.goto(f"{site.base}/kiosk/{site.extras.kiosk}/")
    yield "languages of a kiosk"
    page.goto(site.url(lang, f"kiosk/{site.extras.kiosk}/"))
    page.goto(site.base + links(page, "/kiosk/[^/]+/[^/]+")[0])
    page.click("main .taps button >> nth=0")
    yield "receipt at a kiosk"


def desk_pages(page: Page, site: Site, lang: str, who: str) -> Iterator[str]:
    """Every kind of page of the signed-in people, opened one after another."""
    levels, starts = DESKS[who]
    walk = Round(site.app, levels)
    invited = (f"admin/people/{site.extras.invited_id}/",) if who == "admin" else ()
    yield from walk.walk(page, [site.url(lang, path) for path in (*starts, *invited)])
    if who == "staff":
        yield from answering(page, site, lang)
        yield from noting(page, site, lang)
        for way in (take_words_out, hand_over, print_forms, begin_app):
            yield from walk.walk(page, way(page, site, lang))
    assert not walk.forgotten(), "no page leads there, and no start is one of them"


def take_words_out(page: Page, site: Site, lang: str) -> list[str]:
    """The page on which words are taken out of a case that has some."""
    page.goto(site.url(lang, "staff/?q=street"))
    return [site.base + links(page, r"/staff/cases/\d+/")[0] + "redact"]


def hand_over(page: Page, site: Site, lang: str) -> list[str]:
    """The page on which a case that nobody has answered goes to another service."""
    page.goto(site.url(lang, "staff/?place=new"))
    return [site.base + links(page, r"/staff/cases/\d+/")[0] + "hand-over"]


def print_forms(page: Page, site: Site, lang: str) -> list[str]:
    """Printed forms, and the page on which one of them is typed in."""
    page.goto(site.url(lang, "staff/doors/"))
    page.fill("input[name$=forms]", "1")
    page.click("form[action$=print] button")
    page.wait_for_url("**/print/*/")
    number = page.inner_text(".sheet .headline .num")
    return [page.url, site.url(lang, f"staff/entry/paper/{number}")]


def begin_app(page: Page, site: Site, lang: str) -> list[str]:
    """The page that shows the secret for an app."""
    page.goto(site.url(lang, "account/second-factor/"))
    page.click("form[action$=begin] button")
    page.wait_for_url("**/app")
    return [page.url]


def answering(page: Page, site: Site, lang: str) -> Iterator[str]:
    """The pages between an inbox and an answer that need a choice or words of somebody."""
    page.goto(site.url(lang, "staff/"))
    page.check("main .case input >> nth=0")
    send(page, "main .inbox form:not(.filters) button")
    yield "grouping"
    page.check("main input[name=theme][value=new]")
    send(page, "main form button")
    yield "grouping with errors"
    page.goto(site.url(lang, "staff/responses/"))
    page.goto(site.base + links(page, r"/staff/themes/\d+/")[0])
    page.goto(f"{page.url}answer")
    write_answer(page)
    yield "draft"
    page.goto(f"{page.url}texts/{'es' if lang == 'ar' else 'ar'}/")
    yield "translation"


def noting(page: Page, site: Site, lang: str) -> Iterator[str]:
    """A case with a note between colleagues, and room for one more below it."""
    page.goto(site.url(lang, "staff/"))
    page.goto(site.base + links(page, r"/staff/cases/\d+/")[0])
    page.fill("textarea[name=text]", "The contractor comes on Monday.")
    send(page, "main form[action$='/notes'] button")
    yield "case with a note"


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
    page = open_page(viewport=NARROW, **COLOURS.get(lang, {}))
    found = [
        f"{what}: {problem}"
        for what in resident_pages(page, site, lang)
        for problem in problems_of(page, lang)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("who", DESKS)
@pytest.mark.parametrize("lang", DESK_LANGUAGES)
def test_nothing_is_found_on_the_desks(
    site: Site, open_page: OpenPage, lang: str, who: str
) -> None:
    page = open_page(viewport=NARROW, **COLOURS.get(lang, {}))
    give_password(page, site, who, lang)
    page.wait_for_url(lambda address: "/sign-in" not in address)
    found = [
        f"{what}: {problem}"
        for what in desk_pages(page, site, lang, who)
        for problem in problems_of(page, lang)
    ]
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
