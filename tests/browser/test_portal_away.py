"""A rating that meets a portal which cannot answer just now: kept on the device, and sent once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Site
from tests.browser.test_offline import STATES, begin, count, send

pytestmark = pytest.mark.browser

AWAY = "self.usual = fetch; self.fetch = async () => new Response('', {status: 502}); true"
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
