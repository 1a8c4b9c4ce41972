"""Rating without network: filled in, kept on the device, sent later, once, and said so."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import OpenPage, Site

pytestmark = pytest.mark.browser

FORM = "services/street-lights/rate"
STATES = {
    "en": ("Kept on this device, not sent yet.", "Sent. Your rating counts."),
    "ar": ("محفوظ على هذا الجهاز", "أُرسل"),
}


def count(site: Site, comment: str) -> int:
    """How many submissions hold this comment."""
    with closing(sqlite3.connect(site.folder / "portal.db")) as database:
        [(found,)] = database.execute(
            "SELECT count(*) FROM submission WHERE comment = ?", (comment,)
        )
    return int(found)


def begin(page: Page, site: Site, lang: str, comment: str) -> None:
    """Open the form with network and begin to fill it in."""
    page.goto(site.url(lang, FORM))
    page.check("input[name=q0][value='2']")
    page.fill("textarea[name=comment]", comment)
    expect(page.locator("#offline")).to_be_visible()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.wait_for_function(
        "async () => (await (await caches.open('pages')).keys()).length >= 6", timeout=10_000
    )
    page.wait_for_timeout(2100)  # nobody is faster: the form would be put in quarantine


def send(page: Page) -> None:
    page.click("main form button >> nth=-1")


def come_back(context: BrowserContext, site: Site, lang: str) -> Page:
    """A new page, after the old one was closed."""
    for page in context.pages:
        page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(site.url(lang, "kept/"))
    return page


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_rating_sent_without_network_outlives_its_page_and_is_sent_once(
    site: Site, open_page: OpenPage, lang: str
) -> None:
    comment = f"Dark again, said without network ({lang})"
    page = open_page(viewport={"width": 320, "height": 800})
    begin(page, site, lang, comment)
    page.context.set_offline(True)
    send(page)
    page.wait_for_url(f"**/{lang}/kept/")
    expect(page.locator("#kept section")).to_contain_text(STATES[lang][0])
    expect(page.locator("#nothing")).to_be_hidden()
    assert count(site, comment) == 0

    page = come_back(page.context, site, lang)
    expect(page.locator("#kept section")).to_contain_text(STATES[lang][1])
    assert count(site, comment) == 1
    page.reload()
    page.click("#kept a.button")
    page.wait_for_url(f"**/{lang}/receipts/*/")
    expect(page.locator("main blockquote")).to_contain_text(comment)
    assert count(site, comment) == 1


def test_a_form_that_was_used_before_opens_and_is_filled_in_without_network(
    site: Site, open_page: OpenPage
) -> None:
    comment = "Written from the first to the last word without network"
    page = open_page()
    begin(page, site, "en", "never sent")
    context = page.context
    page.close()
    context.set_offline(True)
    page = context.new_page()
    page.goto(site.url("en", FORM))
    page.check("input[name=q0][value='4']")
    page.fill("textarea[name=comment]", comment)
    page.wait_for_timeout(2100)
    send(page)
    page.wait_for_url("**/en/kept/")
    page.goto(site.url("en", FORM))  # its token is used: the list says where the rating is
    page.wait_for_url("**/en/kept/")
    context.set_offline(False)  # the page is open: nobody needs to do anything
    expect(page.locator("#kept section")).to_contain_text(STATES["en"][1])
    assert (count(site, comment), count(site, "never sent")) == (1, 0)


def test_what_the_portal_asks_about_is_opened_and_sent_by_hand(
    site: Site, open_page: OpenPage
) -> None:
    comment = "Call me without network at 312-555-0142"
    page = open_page()
    begin(page, site, "en", comment)
    page.context.set_offline(True)
    send(page)
    page.wait_for_url("**/en/kept/")
    page = come_back(page.context, site, "en")
    expect(page.locator("#kept section")).to_contain_text("It could not be sent.")
    assert count(site, comment) == 0
    page.click("[data-open]")
    page.click("button[name=confirmed]")
    page.wait_for_url("**/en/receipts/*/")
    assert count(site, comment) == 1


def test_with_network_nothing_is_kept_and_nothing_changes(site: Site, open_page: OpenPage) -> None:
    comment = "Sent with network and a service worker"
    page = open_page()
    begin(page, site, "en", comment)
    send(page)
    page.wait_for_url("**/en/receipts/*/")
    assert count(site, comment) == 1
    page.goto(site.url("en", "kept/"))
    expect(page.locator("#nothing")).to_be_visible()


def test_what_is_kept_can_be_removed(site: Site, open_page: OpenPage) -> None:
    comment = "Kept and removed again"
    page = open_page()
    begin(page, site, "en", comment)
    page.context.set_offline(True)
    send(page)
    page.wait_for_url("**/en/kept/")
    page.click("[data-drop]")
    expect(page.locator("#nothing")).to_be_visible()
    page = come_back(page.context, site, "en")
    expect(page.locator("#nothing")).to_be_visible()
    assert count(site, comment) == 0


def test_who_only_reads_gets_no_service_worker(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site.url("en", FORM))
    page.goto(site.url("en", "kept/"))
    assert page.evaluate("navigator.serviceWorker.getRegistration().then(one => !one)")
    assert re.search("Nothing is kept", page.inner_text("main"))
