"""Every page in every language, through axe (WCAG 2.2 AA, AAA contrast, target size), at 320 and
1280 pixels and with text of twice the size; `extent.py` says which look is taken when."""

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
    AS_DRAWN,
    BY_WIDTH,
    CHECKS,
    DESK_LANGUAGES,
    LANGUAGES,
    NARROW,
    RESIDENT_LEVELS,
    SCHEMES,
    WITHIN_ANOTHER,
    Look,
    looks_at,
    own_colours,
)
from tests.browser.fitting import fits
from tests.browser.rounds import Round

pytestmark = [pytest.mark.browser, pytest.mark.slow(30)]

AXE = Axe().axe_script
TEAR = """() => {
    const cell = document.createElement("table").insertRow().insertCell()
    const words = cell.appendChild(document.createElement("div"))
    words.textContent = "2,417"
    words.style.cssText = "width: 60px; overflow-wrap: anywhere"
    document.querySelector("main").append(cell.closest("table"))
}"""
CROWD = """() => {
    const row = document.createElement("p")
    row.innerHTML = "<button>a</button><button>b</button>"
    for (const one of row.children) one.style.cssText = "all: unset; width: 9px; height: 9px"
    document.querySelector("main").append(row)
}"""
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
    "account/again?done=1",
)
DESKS = {
    "staff": (
        (Access.STAFF, Access.ACCOUNT, Access.SET_UP),
        ("staff/", "staff/?place=all", "staff/?place=nowhere", *FORMS_LEAD_TO),
    ),
    "manager": ((Access.MANAGER,), ("manage/",)),
    "admin": ((Access.ADMINISTRATOR,), ("admin/calibration/",)),
}


def violations(page: Page, look: Look) -> list[str]:
    """What axe finds on the page as it stands by the rules of this look."""
    by_tags = (*AS_DRAWN, *WITHIN_ANOTHER) if look.tags else ()
    rules = {rule: {"enabled": rule in look.rules} for rule in by_tags}
    if "/kiosk/" in page.url:  # it starts again by itself, and gives more time to whoever asks
        rules["meta-refresh"] = {"enabled": False}
    options: dict[str, Any] = {
        "runOnly": list(look.tags or look.rules),
        "rules": rules,
        "checks": CHECKS,
        "resultTypes": ["violations"],
    }
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


def problems_of(page: Page, lang: str, *, whole: bool) -> list[str]:
    """What axe finds in each look, and what does not fit; one load of the page for all."""
    found = []
    looks = looks_at(lang, whole=whole)
    if looks:
        page.evaluate(AXE)
    for look in looks:
        page.set_viewport_size(look.width)
        page.emulate_media(**SCHEMES[look.colours])
        when = f"at {look.width['width']} px, {look.colours}"
        found += [f"{problem} {when}" for problem in violations(page, look)]
    page.set_viewport_size(NARROW)
    page.emulate_media(**own_colours(lang))
    return found + _misfits(page)


def _misfits(page: Page) -> list[str]:
    try:
        return fits(page)
    except Error:  # as in `violations`: it went on by itself
        page.wait_for_load_state()
        return fits(page)


@pytest.fixture
def whole(pytestconfig: pytest.Config) -> bool:
    """Whether every language is looked at in every width and colours."""
    return bool(pytestconfig.getoption("--whole-extent"))


def resident_pages(page: Page, site: Site, lang: str) -> Iterator[str]:
    """Every kind of page that residents see, and those of the door, opened one after another."""
    walk = Round(site.app, RESIDENT_LEVELS)
    code = next(iter(site.receipts.values()))
    own = (f"receipts/{code}/", f"receipts/{code}/rate", *keys_of(site.extras))
    yield from walk.walk(page, [site.url(lang, path) for path in (*PUBLIC, *own)])
    yield from rating(page, site, lang)
    yield from walk.walk(page, [site.url(lang, path) for path in site.newest_mail_links()])
    yield from tapping(page, site, lang)
    yield from saying(page, site, lang, code)
    yield from walk.walk(page, [site.url(lang, f"receipts/{code}/missing")])
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


def saying(page: Page, site: Site, lang: str, code: str) -> Iterator[str]:
    """A receipt that asks what is still missing, and what warns of personal data in it."""
    page.goto(site.url(lang, f"receipts/{code}/"))
    for verdict in ("yes", "partly"):  # each new one is asked about anew
        send(page, f"button[name=verdict][value={verdict}]")
    yield "receipt that asks what is missing"
    page.fill("textarea[name=missing]", "Call me at (512) 555-0134 about the other half.")
    send(page, "#what-is-missing button")
    yield "personal data warning of what is missing"


def tapping(page: Page, site: Site, lang: str) -> Iterator[str]:
    """A kiosk's first screen, and those that answer a tap."""
    page.goto(f"{site.base}/kiosk/{site.extras.kiosk}/")
    yield "languages of a kiosk"
    page.goto(site.url(lang, f"kiosk/{site.extras.kiosk}/"))
    question = site.base + links(page, "/kiosk/[^/]+/[^/]+")[0]
    page.goto(question)
    token = page.input_value("input[name=token]")
    send(page, "main .taps button >> nth=0")
    yield "receipt at a kiosk"
    send(page, ".again form button")
    yield "receipt at a kiosk with more time"
    page.goto(question)
    page.locator("input[name=token]").evaluate("(field, token) => { field.value = token }", token)
    send(page, "main .taps button >> nth=1")
    yield "first tap at a kiosk"


def desk_pages(page: Page, site: Site, lang: str, who: str) -> Iterator[str]:
    """Every kind of page of the signed-in people, opened one after another."""
    levels, starts = DESKS[who]
    walk = Round(site.app, levels)
    invited = (f"admin/people/{site.extras.invited_id}/",) if who == "admin" else ()
    yield from walk.walk(page, [site.url(lang, path) for path in (*starts, *invited)])
    if who == "staff":
        yield from answering(page, site, lang)
        yield from noting(page, site, lang)
        for way in (take_words_out, take_a_call, hand_over, print_forms, begin_app):
            yield from walk.walk(page, way(page, site, lang))
    assert not walk.forgotten(), "no page leads there, and no start is one of them"


def take_words_out(page: Page, site: Site, lang: str) -> list[str]:
    """The page on which words are taken out of a case that has some."""
    page.goto(site.url(lang, "staff/?q=street"))
    return [site.base + links(page, r"/staff/cases/\d+/")[0] + "redact"]


def take_a_call(page: Page, site: Site, lang: str) -> list[str]:
    """The page on which it is taken down what a caller finds missing from an answer."""
    page.goto(site.url(lang, "staff/?place=told"))
    return [site.base + links(page, r"/staff/cases/\d+/")[0] + "called"]


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
def test_nothing_is_found_on_residents_pages(
    site: Site, open_page: OpenPage, lang: str, whole: bool
) -> None:
    page = open_page(viewport=NARROW, **own_colours(lang))
    found = [
        f"{what}: {problem}"
        for what in resident_pages(page, site, lang)
        for problem in problems_of(page, lang, whole=whole)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("who", DESKS)
@pytest.mark.parametrize("lang", DESK_LANGUAGES)
def test_nothing_is_found_on_the_desks(
    site: Site, open_page: OpenPage, lang: str, who: str, whole: bool
) -> None:
    page = open_page(viewport=NARROW, **own_colours(lang))
    give_password(page, site, who, lang)
    page.wait_for_url(lambda address: "/sign-in" not in address)
    found = [
        f"{what}: {problem}"
        for what in desk_pages(page, site, lang, who)
        for problem in problems_of(page, lang, whole=whole)
    ]
    assert not found, "\n".join(found)


def test_what_is_wrong_would_be_found(site: Site, open_page: OpenPage, whole: bool) -> None:
    page = open_page(viewport=NARROW)
    page.goto(site.url("en"))
    page.evaluate("document.querySelector('h1').style.color = '#bbb'")
    page.evaluate("document.querySelector('.foot a').style.color = '#666'")
    page.evaluate("document.querySelector('main label').remove()")
    page.evaluate("document.querySelector('.foot').style.minWidth = '15rem'")
    page.evaluate(TEAR)
    page.evaluate(CROWD)
    found = problems_of(page, "en", whole=whole)
    pale = [one for one in found if one.startswith("color-contrast-enhanced") and "320 px" in one]
    assert any("h1" in one for one in pale), "what fails AA too"
    assert any("help/" in one for one in pale), "what fails AAA alone"
    rules = {at: {one.split()[0] for one in found if f"at {at} px" in one} for at in (320, 1280)}
    assert {*AS_DRAWN, "label"} <= rules[320]
    assert rules[1280] == ({*AS_DRAWN, "label"} if whole else {*BY_WIDTH})
    assert [one for one in found if "overflow" in one] == ["overflow of 160 px with large text"]
    torn = [one for one in found if "torn" in one]
    assert torn == ["torn numbers: 2,417 with large text"]
