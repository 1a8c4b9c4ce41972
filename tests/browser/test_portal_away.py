"""A form begun without network, and one that meets a portal which cannot answer just now."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Site
from tests.browser.test_offline import FORM, STATES, UNTIL_CONTROLLED, begin, count, send

pytestmark = pytest.mark.browser

AWAY = "self.usual = fetch; self.fetch = async () => new Response('', {status: 502}); true"
# As in browsers without background sync. Only what is kept is sent with options.
NO_SYNC = """{
    Object.defineProperty(self.registration, "sync", {value: undefined})
    const away = self.fetch
    self.tries = 0
    self.fetch = (asked, options) => { self.tries += options ? 1 : 0; return away() }
}"""
FAILS = """{
    self.fetch = async (asked, options) =>
        options ? new Response("", {status: 500}) : self.usual(asked)
}"""
BACK = "self.fetch = self.usual; true"


def test_what_a_portal_cannot_take_just_now_is_kept_and_sent_once(
    site: Site, open_page: OpenPage
) -> None:
    comment = "Sent while the portal was started anew"
    page = open_page()
    begin(page, site, "ar", comment)
    (worker,) = page.context.service_workers
    worker.evaluate(AWAY)
    send(page)
    page.wait_for_url("**/ar/kept/")
    expect(page.locator("#kept section")).to_contain_text(STATES["ar"][0])
    assert count(site, comment) == 0
    worker.evaluate(BACK)
    page.goto(site.url("en", "kept/"))
    expect(page.locator("#kept section")).to_contain_text(STATES["en"][1])
    expect(page.locator("#kept h2")).to_have_attribute("lang", "ar")
    assert count(site, comment) == 1


def test_an_open_list_tries_again_by_itself_once_the_portal_is_back(
    site: Site, open_page: OpenPage
) -> None:
    comment = "Kept with network, and nobody did anything more"
    page = open_page()
    begin(page, site, "en", comment)
    page.context.clock.install()
    (worker,) = page.context.service_workers
    worker.evaluate(AWAY)
    worker.evaluate(NO_SYNC)
    send(page)
    page.wait_for_url("**/en/kept/")
    while not worker.evaluate("self.tries"):  # when the list is opened: in vain
        page.wait_for_timeout(50)
    worker.evaluate(BACK)
    expect(page.locator("#kept section")).to_contain_text(STATES["en"][0])
    page.clock.fast_forward("01:00")
    expect(page.locator("#kept section")).to_contain_text(STATES["en"][1])
    assert count(site, comment) == 1


def test_what_fails_each_time_it_is_sent_can_be_sent_by_hand(
    site: Site, open_page: OpenPage
) -> None:
    comment = "Kept, and met by a fault again and again"
    page = open_page()
    begin(page, site, "en", comment)
    (worker,) = page.context.service_workers
    worker.evaluate(AWAY)
    send(page)
    page.wait_for_url("**/en/kept/")
    worker.evaluate(FAILS)
    page.reload()
    expect(page.locator("#kept section")).to_contain_text(STATES["en"][0])
    beside = page.context.new_page()
    beside.goto(site.url("en", "kept/"))
    expect(beside.locator("#kept section")).to_contain_text(STATES["en"][0])
    page.click("[data-open]", timeout=5000)
    page.wait_for_url("**/en/receipts/*/")
    assert count(site, comment) == 1
    expect(beside.locator("#nothing")).to_be_visible()
    page.goto(site.url("en", "kept/"))
    expect(page.locator("#nothing")).to_be_visible()


def test_who_begins_without_network_is_prepared_once_there_is_some(
    site: Site, open_page: OpenPage
) -> None:
    comment = "Begun in one tunnel and sent in the next"
    page = open_page()
    page.goto(site.url("en", FORM))
    page.context.set_offline(True)
    page.check("input[name=q0][value='2']")
    page.fill("textarea[name=comment]", comment)
    page.wait_for_timeout(2100)  # nobody is faster: the form would be put in quarantine
    expect(page.locator("#offline")).to_be_hidden()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_visible()
    page.evaluate(UNTIL_CONTROLLED)
    page.context.set_offline(True)
    send(page)
    page.wait_for_url("**/en/kept/")
    page.context.set_offline(False)
    expect(page.locator("#kept section")).to_contain_text(STATES["en"][1])
    assert count(site, comment) == 1
